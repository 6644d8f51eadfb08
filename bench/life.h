/* SPDX-License-Identifier: MIT */
#ifndef LIFE_H
#define LIFE_H
#include "bench.h"

/*
 * The life of a region, step by step: what attach.c times. A pass takes `n` objects through the
 * steps that the cell's state has. In fresh state each object is one of its own; in resident and
 * cold state all are attachments of the one that exists, and nothing is created or removed.
 */

/* The metrics of a life; what every state has comes first. */
enum { FIRST_ATTACH, ATTACH, FIRST_ACCESS, DETACH, CYCLE, CREATE, REMOVE };

enum { BATCH_MAX = 16, TAKEN_MAX = 64 };

/* What each step of a pass took, ns of all its objects, by metric. */
struct steps {
	uint64_t ns[REMOVE + 1];
};

/*
 * Whatever is written between two passes pushes out of the first cache what the next one's system
 * calls would have found there: a detach takes 30 ns more in a program that touches 4 KiB between
 * its calls, 105 where it is 16 (results/stability.md). So objects are set up once in a process, and
 * what the steps of a pass took is one line of `took` until the passes are recorded together.
 */
struct pass {
	struct region r[BATCH_MAX];
	unsigned n;
	unsigned taken; /* of `took` */
	struct steps took[TAKEN_MAX];
};

/* Before a process's first pass. */
void life_begin(const struct task *t, struct pass *p);

/* Touch the first byte, as the cell says. */
void life_access(const struct task *t, struct region *r);

/* Steps that a mechanism does not have are no zeroes: their rows say so. */
bool life_has_step(const struct region_ops *ops, unsigned metric);

/* What comes before a pass and is never timed: names; in cold state dropping the pages. */
int life_prepare(struct task *t, struct pass *p);

/* life_prepare, then each step of all objects between two clock reads: p->took[p->taken]. */
int life_timed(struct task *t, struct pass *p);

/* The pass that life_timed has timed is one to record; together, when there is no room for more or
 * the window is over: life_record. */
void life_keep(struct task *t, struct pass *p);
void life_record(struct task *t, struct pass *p);

/* The steps without a clock inside; life_prepare came before. */
int life_untimed(struct task *t, struct pass *p);

#endif
