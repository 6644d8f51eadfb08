/* SPDX-License-Identifier: MIT */
/*
 * A block runs groups in random order; a group's cells are run back to back in an order drawn anew
 * (order.h). Cells that the plan found impossible are not tried: their reason stands in the plan.
 */
#include "measure/order.h"
#include "measure/run_block.h"

/* What blocks of patience took until now, the one that has begun too. */
static uint64_t patient_ns(const struct run_state *p, uint64_t now)
{
	return p->patient_ns + (p->pass == PASS_PATIENT ? now - p->pass_start : 0);
}

/* Without the blocks of patience; of a budget all counts, of patience's share this. */
uint64_t run_block_planned_ns(const struct run_state *p)
{
	uint64_t now = clock_ns();

	return p->before_ns + (now - p->start) - patient_ns(p, now);
}

int run_block_mark(struct run_state *p, size_t group, struct why *w)
{
	const struct measurement *r = p->run;
	struct milestone m = {
		.number = p->number,
		.block = p->block,
		.patient = r->patient,
		.looked = r->looked,
		.pass = p->pass,
		.stop = r->stop,
		.failed = r->failed,
		.skipped = r->skipped,
		.done = r->done,
		.planned_ns = run_block_planned_ns(p),
		.patient_ns = patient_ns(p, clock_ns()),
	};

	return r->milestone ? r->milestone(r->arg, &m, group, w) : 0;
}

static int invoke(struct run_state *p, struct invocation *i, struct why *w)
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

static int take_turn(void *arg, const struct turn *t, struct why *w)
{
	struct run_state *p = arg;
	struct invocation invocation = { .planned = t->planned,
					 .counted = p->pass == PASS_COUNTED,
					 .block = t->block,
					 .group = t->group,
					 .position = t->position };

	return invoke(p, &invocation, w);
}

static int run_group(struct run_state *p, size_t group, struct why *w)
{
	struct listing l = { p->run->plan, p->run->seed, p->cells, take_turn, p };
	uint64_t start = clock_ns();
	int err = order_group(&l, p->block, group, w);

	p->group_ns[group] = clock_ns() - start;
	return err;
}

int run_block_groups(struct run_state *p, struct why *w)
{
	size_t groups = p->run->plan->groups;
	int err = 0;

	order_groups(p->run->plan, p->run->seed, p->block, p->groups);
	for (size_t i = 0; i < groups && !err; i++) {
		size_t group = p->groups[i];

		if (!p->wanted[group])
			continue;
		err = run_group(p, group, w);
		if (!err && p->pass != PASS_COUNTED)
			err = run_block_mark(p, group, w);
	}
	return err;
}

/* The groups that are wanted, of the block that has begun. */
int run_block_end(struct run_state *p, struct why *w)
{
	int err = run_block_groups(p, w);

	if (err)
		return err;
	p->run->blocks = ++p->block;
	p->ran = true;
	p->patient_ns = patient_ns(p, clock_ns());
	p->pass = PASS_NONE;
	return run_block_mark(p, NO_GROUP, w);
}

int run_block(struct run_state *p, enum pass pass, struct why *w)
{
	p->pass = pass;
	p->pass_start = clock_ns();
	int err = run_block_mark(p, NO_GROUP, w);

	return err ? err : run_block_end(p, w);
}

/* The groups that are wanted take about as long as they did the last time. */
uint64_t run_block_expected_ns(const struct run_state *p)
{
	uint64_t ns = 0;

	for (size_t i = 0; i < p->run->plan->groups; i++)
		ns += p->wanted[i] ? p->group_ns[i] : 0;
	return ns;
}

/* What counted invocations will take at the end. */
static uint64_t reserved_ns(const struct run_state *p)
{
	uint64_t ns = 0;

	for (size_t i = 0; p->run->counting && p->pass != PASS_COUNTED && i < p->run->plan->groups;
	     i++)
		ns += p->group_ns[i];
	return ns;
}

bool run_block_late(const struct run_state *p)
{
	uint64_t budget_ns = p->run->budget_ns;

	return budget_ns &&
	       clock_ns() - p->start + run_block_expected_ns(p) + reserved_ns(p) > budget_ns;
}
