/* SPDX-License-Identifier: MIT */
#ifndef CALM_H
#define CALM_H
#include "record/reduce.h"
#include "record/reference.h"

/*
 * The windows of one invocation, judged: what the CPUs were to each other, and whether the machine
 * was calm. A window's verdict is the same for all of its metrics. Parent only.
 */
struct calm_window {
	char relation[RELATION_MAX];
	bool passed_before, passed_after; /* the canaries there agreed with the reference, and every
					   * role kept its CPU */
	bool calm;                        /* both */
	bool alone_before, alone_after;   /* the same but for the levels: nobody disturbed it */
	bool alone;
	const struct canary_reference *reference[ROLES_MAX]; /* NULL: none of this relation */
	double clock_ghz[ROLES_MAX];                         /* of the role's CPU, by it */
	double line_ns; /* over all windows of the invocation in this relation; NAN: not two CPUs */
};

struct calm {
	bool gated; /* a reference is at hand; without one nothing is calm or not calm */
	struct calm_window *window;
	bool *in, *in_calm; /* the selection last made: its windows, and the calm ones of it */
	double *values;     /* scratch, of two per window */
	size_t room, n;
};

/* Zeroed by the owner. r NULL: no reference. -ENOMEM. */
int calm_judge(struct calm *c, const struct reference *r, const struct invocation *i);
void calm_close(struct calm *c);

/* Select the windows that measured a metric, of one relation (NULL: all of them), and count. */
struct calm_count {
	uint64_t windows, calm, passed_before, passed_after;
};
struct calm_count calm_select(struct calm *c, const struct invocation *i, unsigned metric,
			      const char *relation);

/* Of the windows selected: the worst role's median of canary / reference, and of the chain's clock
 * / reference. Worst is farthest from 1; NAN without a reference. */
double calm_canary_ratio(struct calm *c, const struct invocation *i);
double calm_chain_ratio(struct calm *c, const struct invocation *i);

#endif
