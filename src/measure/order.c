/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include "base/random.h"
#include "measure/order.h"

/* Each number is mixed in by itself: neighbouring seeds, blocks and groups have nothing in common. */
static struct random draw(uint64_t seed, unsigned block, size_t group)
{
	struct random r = { .state = seed };

	r.state = random_next(&r) ^ block;
	r.state = random_next(&r) ^ group;
	return r;
}

void order_groups(const struct plan *plan, uint64_t seed, unsigned block, uint32_t *order)
{
	struct random r = draw(seed, block, plan->groups);

	random_order(&r, order, plan->groups);
}

int order_group(const struct listing *l, unsigned block, size_t group, struct why *w)
{
	struct random r = draw(l->seed, block, group);
	const size_t *members;
	size_t n = plan_members(l->plan, group, &members);
	struct turn turn = { .block = block, .group = (unsigned)group };
	int err = 0;

	random_order(&r, l->cells, n);
	for (size_t i = 0; i < n && !err; i++) {
		turn.member = l->cells[i];
		turn.planned = &l->plan->cells[members[turn.member]];
		if (turn.planned->status)
			continue;
		err = l->sink(l->arg, &turn, w);
		turn.position++;
	}
	return err;
}

static int list_block(const struct listing *l, unsigned block, uint32_t *groups, struct why *w)
{
	int err = 0;

	order_groups(l->plan, l->seed, block, groups);
	for (size_t i = 0; i < l->plan->groups && !err; i++)
		err = order_group(l, block, groups[i], w);
	return err;
}

int run_order(const struct plan *plan, uint64_t seed, turn_sink *sink, void *arg, struct why *w)
{
	uint32_t *groups = calloc(plan->groups + 1, sizeof *groups);
	uint32_t *cells = calloc(plan->n + 1, sizeof *cells);
	struct listing l = { plan, seed, cells, sink, arg };
	int err = 0;

	if (!groups || !cells)
		err = fail(w, ENOMEM, "the order of %zu cells", plan->n);
	for (unsigned block = 0; block < plan->blocks && !err; block++)
		err = list_block(&l, block, groups, w);
	free(groups);
	free(cells);
	return err;
}
