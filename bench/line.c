/* SPDX-License-Identifier: MIT */
#include "line.h"

/* Between two readings of the clock. */
enum { TRIPS = 500 };

static uint64_t volley(struct task *t)
{
	uint64_t start = task_now(t);

	meeting_volley(t->meter.meeting, TRIPS);
	return task_now(t) - start;
}

static int line_window(struct task *t, int role, const struct line_windows *l)
{
	uint64_t ns = 0, trips = 0;
	int err = window_open(&t->meter);

	while (!err && trips < l->trips) {
		if (role == 0)
			ns += volley(t);
		else
			meeting_return(t->meter.meeting, TRIPS);
		trips += TRIPS;
	}
	if (role == 0)
		series_total(task_series(t, l->metric), ns, 2 * trips);
	return err ? err : window_close(&t->meter);
}

int line_work(struct task *t, int role, const struct line_windows *l)
{
	int err = 0;

	for (int i = 0; i < l->windows && !err; i++)
		err = line_window(t, role, l);
	return err;
}
