/* SPDX-License-Identifier: MIT */
/* What the clock costs and what it can tell apart, measured and printed instead of assumed. */
#include <stdlib.h>
#include "probe/clock.h"

enum { READS = 100000, COST_READS = 1000 };

const char *const clock_names[] = {
	[CLOCK_SOURCE_MONOTONIC] = "monotonic",
	[CLOCK_SOURCE_TSC] = "tsc",
	[CLOCK_SOURCE_CNTVCT] = "cntvct",
	NULL,
};

double clock_cost_ns(const struct clock *c)
{
	uint64_t start = clock_now(c);

	for (int i = 0; i < COST_READS; i++)
		clock_now(c);
	return (double)(clock_now(c) - start) / (COST_READS + 1);
}

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
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
