/* SPDX-License-Identifier: MIT */
/*
 * What do the CPUs give when nothing is measured? Not a benchmark that a user can ask for: the
 * readings before a run's first block that the calm gate's reference is made from. They are taken
 * by the windows of every benchmark, with nothing inside, so that what is compared with them was
 * taken by the same code.
 */
#include <time.h>
#include "bench.h"

enum { WINDOWS = 20, PAUSE_NS = 4000000 };

static uint64_t windows(const struct cell *c)
{
	(void)c;
	return WINDOWS;
}

/* A CPU that wakes up has not reached its clock rate yet: this reading is not kept. */
static void warm(void)
{
	for (int i = 0; i < 20; i++)
		canary_read();
}

/* Asleep in between, so that few readings see much of the host for little of its time. */
static int work(struct task *t, int role)
{
	struct series unseen = { 0 }, *s = role == 0 ? task_series(t, 0) : &unseen;
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	int err = 0;

	for (int i = 0; i < WINDOWS && !err; i++) {
		nanosleep(&pause, NULL);
		warm();
		err = window_open(&t->meter);
		if (err)
			break;
		uint64_t start = clock_ns(), now = start;
		while (now - start < WINDOW_MIN_NS)
			now = clock_ns();
		series_total(s, now - start, 1);
		err = window_close(&t->meter);
	}
	return err;
}

static const struct metric metrics[] = {
	{ "nothing", "ns", KIND_TIME, .headline = false },
	{ .name = NULL },
};

const struct bench bench_calibrate = {
	.name = "calibrate",
	.about = "what do the CPUs give when nothing is measured?",
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
			{ .name = NULL },
		},
};
