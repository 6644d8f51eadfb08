/* SPDX-License-Identifier: MIT */
/* What the clock costs and what it can tell apart, measured and printed instead of assumed. */
#include <stdlib.h>
#include "probe/clock.h"

enum { READS = 100000, COST_READS = 1000 };

double clock_cost_ns(void)
{
	uint64_t start = clock_ns();

	for (int i = 0; i < COST_READS; i++)
		clock_ns();
	return (double)(clock_ns() - start) / (COST_READS + 1);
}

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

struct clock_quality clock_examine(void)
{
	struct clock_quality q = { .name = "monotonic", .cost_ns = clock_cost_ns() };
	uint32_t *step = calloc(READS, sizeof *step);

	if (!step)
		return q;
	uint64_t last = clock_ns();
	for (size_t i = 0; i < READS; i++) {
		uint64_t now = clock_ns();

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
