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

enum { BATCH_MAX = 16 };

struct pass {
	struct region r[BATCH_MAX];
	unsigned n;
	uint64_t ns[REMOVE + 1]; /* of the last life_timed, by metric */
};

/* Touch the first byte, as the cell says. */
void life_access(const struct task *t, struct region *r);

/* Steps that a mechanism does not have are no zeroes: their rows say so. */
bool life_has_step(const struct region_ops *ops, unsigned metric);

/* What comes before a pass and is never timed: names; in cold state dropping the pages. */
int life_prepare(struct task *t, struct pass *p);

/* life_prepare, then each step of all objects between two clock reads. */
int life_timed(struct task *t, struct pass *p);

/* The steps without a clock inside; life_prepare came before. */
int life_untimed(struct task *t, struct pass *p);

#endif
