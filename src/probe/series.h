/* SPDX-License-Identifier: MIT */
#ifndef SERIES_H
#define SERIES_H
#include <stdint.h>

/*
 * The samples of one metric from one invocation, in the order they were taken.
 *
 * The storage is shared memory that was mapped before the fork and touched by every role, so
 * recording is one store and one increment, and never a page fault. One role writes a series;
 * the parent reads it after the worker has exited.
 */
struct series {
	uint32_t *v; /* ns of one event, or of one batch (then outcome.batch says) */
	uint64_t len, cap;
	uint64_t
		lost; /* samples past cap, or of 2^32 ns and more: counted, not dropped in silence */
	uint64_t amount;     /* exact sum since the window opened, ns (lost ones included) */
	uint64_t operations; /* what the sum is over, since the window opened */
};

/* One timed event that did `operations` operations in `ns`. */
static inline void series_add(struct series *s, uint64_t ns, uint64_t operations)
{
	s->amount += ns;
	s->operations += operations;
	if (s->len < s->cap && ns <= UINT32_MAX)
		s->v[s->len++] = (uint32_t)ns;
	else
		s->lost++;
}

/* A whole window's amount (ns, or faults, or bytes) over `operations`: no samples of its own. */
static inline void series_total(struct series *s, uint64_t amount, uint64_t operations)
{
	s->amount += amount;
	s->operations += operations;
}

#endif
