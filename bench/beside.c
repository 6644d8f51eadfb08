/* SPDX-License-Identifier: MIT */
/*
 * The life of a mapping while a process runs on the other CPU, a loop without a system call. On most
 * machines it is that of the bound `mapping`, which has the other CPU idle: the two processes share no
 * memory map, so that nothing has to be said to the other CPU. A thread of the same core makes it a
 * quarter dearer. In a guest whose host keeps the page tables (PVM) it was 2.9 times as dear, and so
 * was detaching pages that were touched: probably the host stops every CPU that runs when it takes pages
 * out of them, and none that is halted.
 */
#include <string.h>
#include "beside.h"
#include "probe/mapping.h"
#include "processor.h"
#include "vary.h"

enum { MAPPING_BESIDE, WINDOWS = 20 };

const struct metric beside_metrics[] = {
	[MAPPING_BESIDE] = { .name = "mapping-beside",
			     .unit = "ns",
			     .kind = KIND_BOUND,
			     .of_events = true,
			     .samples = WINDOW_NS / 1000 },
	{ 0 },
};

int beside_fits(const struct cell *c, struct why *w)
{
	if (!strcmp(c->place, "same"))
		return cannot(w, "nothing runs beside a process on one CPU");
	return 0;
}

uint64_t beside_windows(const struct cell *c)
{
	(void)c;
	return WINDOWS;
}

/* Role 1 works until role 0 has told it that this window, counted from 1, is over. */
static void work_until_told(struct task *t, uint64_t window)
{
	while (meeting_told(t->meter.meeting, 0) < window)
		;
}

static int beside_window(struct task *t, int role, uint64_t window)
{
	int err = window_open(&t->meter);

	if (role == 1 && !err)
		work_until_told(t, window);
	if (role == 0 && !err)
		err = processor_mappings(t, MAPPING_BESIDE);
	if (role == 0)
		meeting_tell(t->meter.meeting, 0, window);
	return err ? err : window_close(&t->meter);
}

int beside_work(struct task *t, int role)
{
	struct vary vary;
	int err = 0;

	vary_open(&vary);
	mapping_prepare();
	for (uint64_t i = 1; i <= WINDOWS && !err; i++) {
		if (role == 0)
			err = vary_draw(&vary, t->why);
		if (!err)
			err = beside_window(t, role, i);
	}
	vary_close(&vary);
	return err;
}
