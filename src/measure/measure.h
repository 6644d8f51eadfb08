/* SPDX-License-Identifier: MIT */
#ifndef MEASURE_H
#define MEASURE_H
#include <stdbool.h>
#include "analyse/stop.h"
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
	bool counted; /* with perf events open: its times count for nothing */
	int roles;
	int cpu[ROLES_MAX];            /* OS index */
	uint64_t started_ns, ended_ns; /* clock_ns() in the parent, around everything */
	const struct outcome *out;     /* valid only inside the callback; NULL when there is none */
};

/* Called after every invocation, in run order; a non-zero result ends the run. */
typedef int invocation_sink(void *arg, const struct invocation *i, struct why *w);

/* Has a cell of this group fewer calm values than wanted, and can it get more? */
typedef bool group_ask(void *arg, size_t group, unsigned wanted);

/* Has the run seen enough, after so many invocations of every cell? */
typedef int look_ask(void *arg, unsigned look, bool *enough, struct why *w);

enum stop {
	STOP_FIXED,
	STOP_TIME_BUDGET,
	STOP_USER,
	STOP_PRECISION,
	STOP_MAX_INVOCATIONS,
	STOP_ERROR /* run_plan() failed */
};

/* Which groups a block is of: all, those that are short of calm values, or all with perf events
 * open. */
enum pass { PASS_NONE, PASS_PLANNED, PASS_PATIENT, PASS_COUNTED };

/* Where a run stands between two groups, which is where another one can go on: rows of a group are
 * paired, so none is begun by one and ended by the other. */
struct milestone {
	unsigned number;  /* of the next invocation */
	unsigned block;   /* blocks that are over: the number of the one begun, or of the next */
	unsigned patient; /* blocks of patience that were begun */
	unsigned looked;  /* the last look that was not enough */
	enum pass pass;   /* of the block begun; PASS_NONE: between two */
	enum stop stop;   /* with PASS_COUNTED: why no other block follows */
	unsigned failed, skipped, done;  /* invocations */
	uint64_t planned_ns, patient_ns; /* that blocks took until then */
};

/* Called whenever a group is over, with its number, or a block or a look; NO_GROUP then. A counted
 * block is one milestone, at its beginning. */
#define NO_GROUP SIZE_MAX
typedef int milestone_sink(void *arg, const struct milestone *m, size_t group, struct why *w);

/* Where another run ended. `over`: by group, those of the block begun that are over. */
struct resumption {
	struct milestone from;
	const bool *over;
};

/*
 * Blocks of all groups until every cell has had its invocations: the plan's number or, with looks,
 * that of the next look. Then, as long as patience lasts, further blocks of the groups that are
 * short of calm values only. Then the look, which ends the run or sets the next number. At the very
 * end, with `counting`, every cell once more with perf events open: never before, because events
 * slow down whatever runs beside them, too (probe/events.h).
 *
 * With `resumed` the block that was begun is ended first, whatever the time, and numbers, blocks and
 * counts go on. The budget is the new run's; patience is that of both.
 */
struct measurement {
	const struct plan *plan;
	uint64_t seed;
	uint64_t began_ns;    /* clock_ns(): the budget counts from here; 0: from the first block */
	uint64_t budget_ns;   /* no block begins that would end later; 0: none */
	uint64_t patience_ns; /* for blocks of groups that are short, all in all */
	uint64_t deadline_ns; /* of an invocation, if not ten times what is expected; 0: 20 s */
	double patience_share;       /* with neither: of the time that the planned blocks took */
	const struct looks *looks;   /* the stop rule; NULL: the plan's number of blocks */
	const struct clock *counter; /* for cells that are timed by it; NULL: there are none */
	struct ledger *ledger;       /* worker pids, so that what they leave can be removed */
	int signals; /* signalfd(2) of what ends the run early; blocked in this process */
	const struct resumption *resumed; /* NULL: from the start */
	invocation_sink *invocation;
	milestone_sink *milestone; /* NULL: nobody asks */
	group_ask *short_of;       /* NULL: no patience */
	look_ask *look;            /* with looks */
	bool counting; /* the budget has room for counted invocations: it is kept free */
	void *arg;

	/* Results. */
	unsigned blocks;                /* whole ones, those of patience included */
	unsigned patient;               /* of them of groups that were short */
	unsigned looked;                /* the last look; 0: none */
	bool counted;                   /* every cell, once */
	unsigned failed, skipped, done; /* invocations */
	enum stop stop;
	int signal; /* with STOP_USER */
};

/* Run it. 0 when the plan was carried out as far as it goes (even if cells failed: counted and
 * handed up); -errno when the run itself cannot go on. */
int run_plan(struct measurement *r, struct why *w);

/* Take the signal that made a call return -EINTR: stop and signal are set. */
void measure_signal(struct measurement *r);

/* One invocation of one cell: exec, wait, reap. Fills status, why, times; maps *out (NULL when
 * there is none), which invocation_release unmaps. Returns -EINTR when a signal came: the
 * worker is gone and the invocation does not count. */
int invocation_run(struct measurement *r, struct invocation *i, struct why *w);
void invocation_release(struct invocation *i);

#endif
