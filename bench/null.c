/* SPDX-License-Identifier: MIT */
/*
 * What do the clock and an empty section cost? The floor under every number here, and the
 * experiment that checks the harness: with two roles both do it at once.
 */
#include "bench.h"

enum { EMPTY, WINDOWS = 20 };

static uint64_t windows(const struct cell *c)
{
	(void)c;
	return WINDOWS;
}

static int work(struct task *t, int role)
{
	struct series unseen = { 0 }, *s = role == 0 ? task_series(t, EMPTY) : &unseen;
	int err = 0;

	for (int i = 0; i < WINDOWS && !err; i++) {
		err = window_open(&t->meter);
		for (uint64_t end = task_now(t) + WINDOW_NS, stop = 0; !err && stop < end;) {
			uint64_t start = task_now(t);

			stop = task_now(t);
			series_add(s, stop - start, 1);
		}
		if (!err)
			err = window_close(&t->meter);
	}
	return err;
}

static const struct metric metrics[] = {
	[EMPTY] = { .name = "empty",
		    .unit = "ns",
		    .kind = KIND_TIME,
		    .headline = true,
		    .samples = WINDOW_NS / 25 },
	{ 0 },
};

const struct bench bench_null = {
	.name = "null",
	.about = "what do the clock and an empty section cost?",
	.parts =
		(const struct part[]){
			{
				.name = "one",
				.axes = AXIS(CLOCK),
				.roles = 1,
				.metrics = metrics,
				.windows = windows,
				.work = work,
			},
			{
				.name = "two",
				.axes = AXIS(PLACE) | AXIS(CLOCK),
				.roles = 2,
				.metrics = metrics,
				.windows = windows,
				.work = work,
			},
			{ 0 },
		},
};
