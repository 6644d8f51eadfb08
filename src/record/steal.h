/* SPDX-License-Identifier: MIT */
#ifndef STEAL_H
#define STEAL_H
#include "measure/measure.h"

/*
 * What a hypervisor took of the CPUs that roles are bound to, from /proc/stat (proc(5)).
 *
 * It counts in ticks of 10 ms, too coarse for one invocation, so a block is judged. Rows leave as
 * invocations end: it is the block so far, and what is stolen late in a block does not reach its
 * first rows. The first 100 ms of a block are judged together with the block before.
 */
#define STEAL_CPUS 1024

struct steal_reading {
	uint64_t ns;                /* clock_ns() */
	uint64_t ticks[STEAL_CPUS]; /* by OS index; of CPUs beyond nothing is known */
};

struct steal {
	const char *path;       /* /proc/stat but in tests */
	struct why unavailable; /* "" where the file says it */
	bool begun;
	unsigned block;
	struct steal_reading before, from, last; /* at the start of two blocks, and now */
};

/* The first reading, at clock_ns() = now, just before the first block. */
void steal_open(struct steal *s, const char *path, uint64_t now);

/* Read again when an invocation has ended; in run order. Was more than 2 % of the block so far
 * stolen from a CPU of this invocation? */
bool steal_take(struct steal *s, const struct invocation *i);

#endif
