/* SPDX-License-Identifier: MIT */
/* What the clock costs and what it can tell apart, measured and printed instead of assumed. */
#include <stdlib.h>
#include "probe/clock.h"

enum { READS = 100000, BURSTS = 11, BURST_READS = 100 };

const char *const clock_names[] = {
	[CLOCK_SOURCE_MONOTONIC] = "monotonic",
	[CLOCK_SOURCE_TSC] = "tsc",
	[CLOCK_SOURCE_CNTVCT] = "cntvct",
	NULL,
};

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Of bursts, because one interruption would double the mean of all: it is 20 us long. */
double clock_cost_ns(const struct clock *c)
{
	uint32_t burst[BURSTS];

	for (int i = 0; i < BURSTS; i++) {
		uint64_t start = clock_now(c);

		for (int k = 1; k < BURST_READS; k++)
			clock_now(c);
		burst[i] = (uint32_t)(clock_now(c) - start);
	}
	qsort(burst, BURSTS, sizeof *burst, ascending);
	return (double)burst[BURSTS / 2] / BURST_READS;
}

struct clock_quality clock_examine(const struct clock *c)
{
	struct clock_quality q = { .name = clock_names[c->source], .cost_ns = clock_cost_ns(c) };
	uint32_t *step = calloc(READS, sizeof *step);

	if (!step)
		return q;
	uint64_t last = clock_now(c);
	for (size_t i = 0; i < READS; i++) {
		uint64_t now = clock_now(c);

		step[i] = (uint32_t)(now - last);
		last = now;
	}
	qsort(step, READS, sizeof *step, ascending);
	for (size_t i = 0; i < READS && !q.resolution_ns; i++)
		q.resolution_ns = step[i];
	q.p999_ns = step[READS - READS / 1000 - 1];
	q.max_ns = step[READS - 1];
	free(step);
	return q;
}
