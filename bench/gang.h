/* SPDX-License-Identifier: MIT */
#ifndef GANG_H
#define GANG_H
#include <stdatomic.h>
#include "bench.h"

/*
 * Processes that do the same at once, each on a CPU of its own: what team.h is for threads. Role 0
 * leads and is one of them, worker 0; with two roles role 1 is worker 1; the others are members,
 * forked by role 0. A member sleeps unless it has an order, so that the canaries see the machine and
 * not the gang. In a window all are woken, wait for each other and work:
 *
 *	LEAD	until everybody is under way
 *	MEASURE	each for itself, from its next step on, for WINDOW_NS and until everybody has done a step,
 *		or until somebody has had enough
 *	TAIL	until everybody has taken its last time
 *	STOP	not before that may anyone rest: what was measured was all under full load
 *
 * A member that dies ends the role that leads it (worker.c watches its children), and members die
 * with that role (prctl(2), PR_SET_PDEATHSIG).
 */

/* What a worker did while it was measured. */
struct tally {
	uint64_t operations;
	uint64_t ns[2]; /* of the steps that they consist of, where a part times these */
	uint64_t elapsed_ns;
};

/* One a worker, in memory that all share. */
struct seat {
	_Alignas(128) _Atomic uint32_t order; /* futex word: gang.c */
	_Atomic uint64_t word;                /* the part's own: what one worker tells another */
	uint32_t abreast;                     /* with how many readings begun it may begin */
	struct canary canary;                 /* as last read */
	struct counters before, after;        /* around the load of the last window */
	uint64_t stopped_ns;                  /* in it: window_stopped */
	struct tally tally;                   /* of the last window, while it was measured */
	uint64_t in_all;                      /* operations of it, those not measured too */
};

/* All counters go up from window to window. */
struct gang {
	_Alignas(128) _Atomic uint32_t phase; /* of which window: gang.c */
	_Alignas(128) _Atomic uint32_t ready;
	_Alignas(128) _Atomic uint32_t under_way;
	_Alignas(128) _Atomic uint32_t at_work; /* a step of theirs has been measured */
	_Alignas(128) _Atomic uint32_t measured;
	_Alignas(128) _Atomic uint32_t finished;
	_Alignas(128) _Atomic uint32_t enough;  /* the last window that somebody had enough of */
	_Alignas(128) _Atomic uint32_t reading; /* canaries begun, by members */
	_Alignas(128) _Atomic uint32_t
		through;         /* orders that members have carried out; futex word */
	_Atomic uint32_t failed; /* members */
	struct seat seat[];
};

struct worker;

/* What they do. Every hook runs in every worker, in its own process and on its own CPU. */
struct load {
	int (*open)(struct worker *w); /* once, before all */
	/* Role 0 only, before the window. Optional. */
	int (*prepare)(struct worker *w);
	int (*begin)(struct worker *w); /* every window, untimed. Optional */
	/* Some 10 us of it, time and again; adds to w->now. */
	int (*step)(struct worker *w);
	int (*end)(struct worker *w);   /* every window, when everybody was measured. Optional */
	int (*close)(struct worker *w); /* once, after all. Optional */
};

/* A worker's own view. */
struct worker {
	struct gang *gang;
	struct task *task;
	const struct load *load;
	void *own;         /* the part's */
	unsigned index, n; /* this one, of so many */
	uint32_t orders;   /* role 0: given to members; role 1: the last that it had */
	uint32_t window;   /* counts from 1 */
	struct tally now;  /* since the last change of phase */
	uint64_t in_all;   /* operations of the window, those that were not measured too */
	bool under_way;    /* so is everybody else, and it is measured or has been */
	bool spent;        /* set by a step: there is nothing left to do, nor to measure */
	struct why why;
};

/* Bytes of memory that n workers share: part->shared. */
uint64_t gang_bytes(uint64_t n);

/* w has its load, own and n. Role 0 forks the members, which have what this process has by then, and
 * waits until all have opened. Never inside a window. */
int gang_open(struct worker *w, struct task *t, int role);

/* Warm up, then `windows` windows; record is called in every role before each is closed. */
int gang_measure(struct worker *w, uint64_t windows, void (*record)(struct worker *w));

/* All members close, and are gone, and so is role 1, when this returns to role 0. */
int gang_close(struct worker *w);

/* In a step: there is little left to do. */
void gang_enough(struct worker *w);

/* The rest is for `record`, in role 0. */

/* Operations of workers first, first + each, ... together, and in how many ns they would be done at
 * the sum of the workers' rates; false where somebody has done none: then there is nothing to record. */
bool gang_sum(const struct worker *w, unsigned first, unsigned each, struct tally *sum);

/* A sample of t->meter.out->batch operations, at what they took on the average: `ns` of them all. */
void gang_sample(const struct worker *w, unsigned metric, uint64_t ns, uint64_t operations);

/* Operations of all workers, those not measured too. */
uint64_t gang_operations(const struct worker *w);

/* Minor faults of workers from `first` on. */
uint64_t gang_faults(const struct worker *w, unsigned first);

#endif
