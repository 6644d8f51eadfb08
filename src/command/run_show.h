/* SPDX-License-Identifier: MIT */
#ifndef RUN_SHOW_H
#define RUN_SHOW_H
#include "plan/plan.h"

/* What `run` says: of what went wrong, and of a plan instead of carrying it out. Those that print
 * return an exit status. */

/* The sentence, on standard error; returns status. */
int run_complain(const struct why *w, int status);

/* --dry-run: every cell by group, the order in which each block takes them, and the expected
 * time. */
int run_show_plan(const struct plan *p, uint64_t seed);

/* Is there anything that was asked for and can run? */
bool run_something(const struct plan *p);

/* Why there is not. */
int run_nothing(const struct plan *p);

#endif
