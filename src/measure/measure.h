/* SPDX-License-Identifier: MIT */
#ifndef MEASURE_H
#define MEASURE_H
#include "measure/ledger.h"
#include "plan/plan.h"

/*
 * Running a plan: blocks of shuffled groups of shuffled cells, each cell in a freshly exec'ed
 * worker with a deadline. The parent measures nothing; it hands each finished invocation up.
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

/* Called after every invocation, in run order; a non-zero result ends the run. */
typedef int invocation_sink(void *arg, const struct invocation *i, struct why *w);

/* Called after every whole block. */
typedef int block_sink(void *arg, unsigned blocks, struct why *w);

enum stop { STOP_FIXED, STOP_TIME_BUDGET, STOP_USER };

struct measurement {
	const struct plan *plan;
	uint64_t seed;
	uint64_t budget_ns;    /* no block begins that would end later; 0: none */
	struct ledger *ledger; /* worker pids, so that what they leave can be removed */
	int signals;           /* signalfd(2) of what ends the run early; blocked in this process */
	invocation_sink *invocation;
	block_sink *block;
	void *arg;

	/* Results. */
	unsigned blocks;                /* whole ones */
	unsigned failed, skipped, done; /* invocations */
	enum stop stop;
	int signal; /* with STOP_USER */
};

/* Run it. 0 when the plan was carried out as far as it goes (even if cells failed: counted and
 * handed up); -errno when the run itself cannot go on. */
int run_plan(struct measurement *r, struct why *w);

/* One invocation of one cell: exec, wait, reap. Fills status, why, times; maps *out (NULL when
 * there is none), which invocation_release unmaps. Returns -EINTR when a signal came: the
 * worker is gone and the invocation does not count. */
int invocation_run(struct measurement *r, struct invocation *i, struct why *w);
void invocation_release(struct invocation *i);

#endif
