/* SPDX-License-Identifier: MIT */
#ifndef CROWD_H
#define CROWD_H
#include "bench.h"

/* The parts of crowd.c, by what is done at once; gang.h has who does it. */

/* crowd_attach.c: attach and detach one object, or each its own. */
extern const struct metric crowd_one_metrics[], crowd_own_metrics[];
int crowd_one(struct task *t, int role);
int crowd_own(struct task *t, int role);

/* crowd_touch.c: touch parts of one object for the first time. */
extern const struct metric crowd_touch_metrics[];
int crowd_touch(struct task *t, int role);
int crowd_touch_fits(const struct cell *c, struct why *w);

/* crowd_pairs.c: messages between two and two. */
extern const struct metric crowd_pairs_metrics[];
int crowd_pairs(struct task *t, int role);
int crowd_pairs_fits(const struct cell *c, struct why *w);

enum { CROWD_WINDOWS = 20 };

#endif
