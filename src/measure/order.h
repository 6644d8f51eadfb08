/* SPDX-License-Identifier: MIT */
#ifndef ORDER_H
#define ORDER_H
#include "plan/plan.h"

/*
 * What runs after what: drawn from the seed for each block, and in it for each group, apart. So the
 * order of any block is known without those before it, which is what a run needs that goes on where
 * another one ended. Parent only.
 */

/* The groups of a block, all of them: plan->groups numbers into order. */
void order_groups(const struct plan *plan, uint64_t seed, unsigned block, uint32_t *order);

/* One cell's turn. */
struct turn {
	const struct planned *planned;
	size_t member; /* which one of plan_members() it is */
	unsigned block, group, position;
};
typedef int turn_sink(void *arg, const struct turn *t, struct why *w);

/* The turns of a group in a block, one after the other; cells that cannot run have none. What the
 * callback returned. */
struct listing {
	const struct plan *plan;
	uint64_t seed;
	uint32_t *cells; /* scratch: plan->n of them */
	turn_sink *sink;
	void *arg;
};
int order_group(const struct listing *l, unsigned block, size_t group, struct why *w);

/* The turns of the plan's blocks without running anything: those of run_plan(), as far as neither
 * patience nor a budget adds or cuts blocks. -ENOMEM, or what the callback returned. */
int run_order(const struct plan *plan, uint64_t seed, turn_sink *sink, void *arg, struct why *w);

#endif
