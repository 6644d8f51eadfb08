/* SPDX-License-Identifier: MIT */
#ifndef MEASURE_H
#define MEASURE_H
#include "plan/plan.h"

/*
 * One execution of one cell in fresh processes: exec of a worker, deadline, reaping. The parent
 * measures nothing; it hands each finished invocation up.
 */
struct invocation {
	const struct planned *planned;
	unsigned number; /* in run order, from 0 */
	unsigned block, group, position;
	int status; /* 0 ok, CANNOT skip, other: failed */
	struct why why;
	int roles;
	int cpu[ROLES_MAX];            /* OS index */
	uint64_t started_ns, ended_ns; /* clock_ns() in the parent, around everything */
	const struct outcome *out;     /* valid only inside the callback; NULL when there is none */
};

/* Called after every invocation; a non-zero result ends the run and is returned by it. */
typedef int invocation_sink(void *arg, const struct invocation *i, struct why *w);

#endif
