/* SPDX-License-Identifier: MIT */
/*
 * The order of things. Every block runs every group once, groups in random order; a group's cells
 * are run back to back in an order drawn anew. Cells that the plan found impossible are not tried:
 * their reason stands in the plan.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "base/random.h"
#include "measure/measure.h"

struct progress {
	struct measurement *run;
	struct random random;
	uint32_t *groups, *cells; /* orders being drawn; room for all */
	unsigned number;
};

static int invoke(struct progress *p, struct invocation *i, struct why *w)
{
	const struct planned *c = i->planned;

	i->number = p->number++;
	i->roles = c->cell.part->roles;
	i->cpu[0] = c->place.os[0];
	i->cpu[1] = c->place.os[1];
	int err = invocation_run(p->run, i, w);
	if (err)
		return err;
	if (i->status == CANNOT)
		p->run->skipped++;
	else if (i->status)
		p->run->failed++;
	else
		p->run->done++;
	err = p->run->invocation(p->run->arg, i, w);
	invocation_release(i);
	return err;
}

static int run_group(struct progress *p, unsigned block, size_t group, struct why *w)
{
	const struct plan *plan = p->run->plan;
	size_t n = 0;
	int err = 0;

	random_order(&p->random, p->cells, plan->n);
	for (size_t i = 0; i < plan->n && !err; i++) {
		const struct planned *c = &plan->cells[p->cells[i]];

		if (c->group != group || c->status)
			continue;
		struct invocation invocation = { .planned = c,
						 .block = block,
						 .group = (unsigned)group,
						 .position = (unsigned)n++ };
		err = invoke(p, &invocation, w);
	}
	return err;
}

static int run_block(struct progress *p, unsigned block, struct why *w)
{
	size_t groups = p->run->plan->groups;
	int err = 0;

	random_order(&p->random, p->groups, groups);
	for (size_t i = 0; i < groups && !err; i++)
		err = run_group(p, block, p->groups[i], w);
	if (!err) {
		p->run->blocks = block + 1;
		if (p->run->block)
			err = p->run->block(p->run->arg, p->run->blocks, w);
	}
	return err;
}

static int run_blocks(struct progress *p, struct why *w)
{
	struct measurement *r = p->run;
	uint64_t start = clock_ns();
	int err = 0;

	r->stop = STOP_FIXED;
	for (unsigned block = 0; block < r->plan->blocks && !err; block++) {
		uint64_t spent = clock_ns() - start;

		/* The next block takes about as long as the ones before it did. */
		if (block && r->budget_ns && spent + spent / block > r->budget_ns) {
			r->stop = STOP_TIME_BUDGET;
			return 0;
		}
		err = run_block(p, block, w);
	}
	return err;
}

/* Which signal it was; it stays blocked. */
static void take_signal(struct measurement *r)
{
	struct signalfd_siginfo info;

	r->stop = STOP_USER;
	if (read(r->signals, &info, sizeof info) == sizeof info)
		r->signal = (int)info.ssi_signo;
}

int run_plan(struct measurement *r, struct why *w)
{
	struct progress p = { .run = r, .random = { .state = r->seed } };
	int err = 0;

	p.groups = calloc(r->plan->groups + 1, sizeof *p.groups);
	p.cells = calloc(r->plan->n + 1, sizeof *p.cells);
	if (!p.groups || !p.cells)
		err = fail(w, ENOMEM, "the order of %zu cells", r->plan->n);
	if (!err)
		err = run_blocks(&p, w);
	free(p.groups);
	free(p.cells);
	if (err != -EINTR)
		return err;
	take_signal(r);
	return 0;
}
