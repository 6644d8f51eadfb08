/* SPDX-License-Identifier: MIT */
/*
 * The order of things. A block runs every group once, groups in random order; a group's cells are
 * run back to back in an order drawn anew. Cells that the plan found impossible are not tried:
 * their reason stands in the plan. Blocks of patience run whole groups too, so that whatever they
 * add can be paired with its base.
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
	unsigned number, block;
	uint64_t *group_ns; /* what each group took last */
	uint64_t start, patient_ns;
	bool *wanted;  /* groups of the block that is next */
	bool counting; /* the block is the counted one */
	turn_sink *turn;
	void *arg; /* of turn */
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

static int take_turn(void *arg, const struct turn *t, struct why *w)
{
	struct progress *p = arg;
	struct invocation invocation = { .planned = t->planned,
					 .counted = p->counting,
					 .block = t->block,
					 .group = t->group,
					 .position = t->position };

	return invoke(p, &invocation, w);
}

static int run_group(struct progress *p, size_t group, struct why *w)
{
	const struct plan *plan = p->run->plan;
	uint64_t start = clock_ns();
	size_t n = 0;
	int err = 0;

	random_order(&p->random, p->cells, plan->n);
	for (size_t i = 0; i < plan->n && !err; i++) {
		const struct planned *c = &plan->cells[p->cells[i]];

		if (c->group != group || c->status)
			continue;
		struct turn turn = { c, p->block, (unsigned)group, (unsigned)n++ };
		err = p->turn(p->arg, &turn, w);
	}
	p->group_ns[group] = clock_ns() - start;
	return err;
}

static int run_groups(struct progress *p, struct why *w)
{
	size_t groups = p->run->plan->groups;
	int err = 0;

	random_order(&p->random, p->groups, groups);
	for (size_t i = 0; i < groups && !err; i++)
		if (p->wanted[p->groups[i]])
			err = run_group(p, p->groups[i], w);
	return err;
}

static int run_block(struct progress *p, struct why *w)
{
	int err = run_groups(p, w);

	if (!err) {
		p->run->blocks = ++p->block;
		if (p->run->block)
			err = p->run->block(p->run->arg, p->run->blocks, w);
	}
	return err;
}

/* The groups that are wanted take about as long as they did the last time. */
static uint64_t expected_ns(const struct progress *p)
{
	uint64_t ns = 0;

	for (size_t i = 0; i < p->run->plan->groups; i++)
		ns += p->wanted[i] ? p->group_ns[i] : 0;
	return ns;
}

/* What counted invocations will take at the end. */
static uint64_t reserved_ns(const struct progress *p)
{
	uint64_t ns = 0;

	for (size_t i = 0; p->run->counting && !p->counting && i < p->run->plan->groups; i++)
		ns += p->group_ns[i];
	return ns;
}

static bool out_of_time(const struct progress *p)
{
	uint64_t budget_ns = p->run->budget_ns;

	return budget_ns && clock_ns() - p->start + expected_ns(p) + reserved_ns(p) > budget_ns;
}

/* Blocks of all groups until there are `count` of them. */
static int run_planned(struct progress *p, unsigned count, struct why *w)
{
	struct measurement *r = p->run;
	int err = 0;

	for (size_t i = 0; i < r->plan->groups; i++)
		p->wanted[i] = true;
	while (p->block - r->patient < count && !err) {
		if (p->block && out_of_time(p)) {
			r->stop = STOP_TIME_BUDGET;
			return 0;
		}
		err = run_block(p, w);
	}
	return err;
}

static bool someone_short(const struct progress *p, unsigned count)
{
	const struct measurement *r = p->run;
	bool some = false;

	for (size_t i = 0; i < r->plan->groups; i++)
		some |= p->wanted[i] = r->short_of(r->arg, i, count);
	return some;
}

/* Blocks of the groups that are short, until none is or the time for it is over. */
static int run_patiently(struct progress *p, unsigned count, struct why *w)
{
	struct measurement *r = p->run;
	uint64_t planned = clock_ns() - p->start - p->patient_ns, start = clock_ns();
	uint64_t limit =
		r->patience_ns ? r->patience_ns : (uint64_t)(r->patience_share * (double)planned);
	int err = 0;

	while (!err && r->short_of && someone_short(p, count)) {
		uint64_t spent = p->patient_ns + (clock_ns() - start);

		if (out_of_time(p) || spent + expected_ns(p) > limit)
			break;
		r->patient++;
		err = run_block(p, w);
	}
	p->patient_ns += clock_ns() - start;
	return err;
}

/* Up to `count` invocations of every cell, and as many calm ones as patience finds. */
static int run_up_to(struct progress *p, unsigned count, struct why *w)
{
	int err = run_planned(p, count, w);

	return err || p->run->stop == STOP_TIME_BUDGET ? err : run_patiently(p, count, w);
}

/* The stop rule: from look to look, and what is left between the last one and the most. */
static int run_looks(struct progress *p, struct why *w)
{
	struct measurement *r = p->run;
	unsigned at = 0;
	int err = 0;

	while (!err && r->stop == STOP_FIXED) {
		unsigned next = stop_next(r->looks, at);
		bool enough = false;

		at = next ? next : r->looks->most;
		err = run_up_to(p, at, w);
		if (err || r->stop == STOP_TIME_BUDGET)
			break;
		if (next) {
			r->looked = next;
			err = r->look(r->arg, next, &enough, w);
		}
		if (enough)
			r->stop = STOP_PRECISION;
		else if (at == r->looks->most)
			r->stop = STOP_MAX_INVOCATIONS;
	}
	return err;
}

/* Every cell once more, with perf events open, where there is time for that. */
static int run_counted(struct progress *p, struct why *w)
{
	struct measurement *r = p->run;

	p->counting = true;
	for (size_t i = 0; i < r->plan->groups; i++)
		p->wanted[i] = true;
	if (out_of_time(p))
		return 0;
	int err = run_groups(p, w);
	r->counted = !err;
	return err;
}

static int run_blocks(struct progress *p, struct why *w)
{
	struct measurement *r = p->run;

	p->start = r->began_ns ? r->began_ns : clock_ns();
	r->stop = STOP_FIXED;
	int err = r->looks ? run_looks(p, w) : run_up_to(p, r->plan->blocks, w);
	return err || !r->counting ? err : run_counted(p, w);
}

/* It stays blocked. */
void measure_signal(struct measurement *r)
{
	struct signalfd_siginfo info;

	r->stop = STOP_USER;
	if (read(r->signals, &info, sizeof info) == sizeof info)
		r->signal = (int)info.ssi_signo;
}

static int make_room(struct progress *p, struct why *w)
{
	const struct plan *plan = p->run->plan;

	p->groups = calloc(plan->groups + 1, sizeof *p->groups);
	p->cells = calloc(plan->n + 1, sizeof *p->cells);
	p->group_ns = calloc(plan->groups + 1, sizeof *p->group_ns);
	p->wanted = calloc(plan->groups + 1, sizeof *p->wanted);
	if (!p->groups || !p->cells || !p->group_ns || !p->wanted)
		return fail(w, ENOMEM, "the order of %zu cells", plan->n);
	return 0;
}

static void free_room(struct progress *p)
{
	free(p->groups);
	free(p->cells);
	free(p->group_ns);
	free(p->wanted);
}

int run_plan(struct measurement *r, struct why *w)
{
	struct progress p = { .run = r, .random = { .state = r->seed }, .turn = take_turn };

	p.arg = &p;
	int err = make_room(&p, w);
	if (!err)
		err = run_blocks(&p, w);
	free_room(&p);
	if (err != -EINTR)
		return err;
	measure_signal(r);
	return 0;
}

int run_order(const struct plan *plan, uint64_t seed, turn_sink *sink, void *arg, struct why *w)
{
	struct measurement r = { .plan = plan, .seed = seed };
	struct progress p = { .run = &r, .random = { .state = seed }, .turn = sink, .arg = arg };
	int err = make_room(&p, w);

	if (!err)
		err = run_blocks(&p, w);
	free_room(&p);
	return err;
}
