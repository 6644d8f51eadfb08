/* SPDX-License-Identifier: MIT */
/*
 * Which blocks there are: those of the plan or up to the next look, patience, the counted one. Blocks
 * of patience run whole groups too, so that whatever they add can be paired with its base.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "measure/run_block.h"

static void want_all(struct run_state *p)
{
	for (size_t i = 0; i < p->run->plan->groups; i++)
		p->wanted[i] = true;
}

/* Blocks of all groups until there are `count` of them. */
static int run_planned(struct run_state *p, unsigned count, struct why *w)
{
	struct measurement *r = p->run;
	int err = 0;

	want_all(p);
	while (p->block - r->patient < count && !err) {
		if (p->ran && run_block_late(p)) {
			r->stop = STOP_TIME_BUDGET;
			return 0;
		}
		err = run_block(p, PASS_PLANNED, w);
	}
	return err;
}

static bool someone_short(const struct run_state *p, unsigned count)
{
	const struct measurement *r = p->run;
	bool some = false;

	for (size_t i = 0; i < r->plan->groups; i++)
		some |= p->wanted[i] = r->short_of(r->arg, i, count);
	return some;
}

/* Blocks of the groups that are short, until none is or the time for it is over. */
static int run_patiently(struct run_state *p, unsigned count, struct why *w)
{
	struct measurement *r = p->run;
	uint64_t limit = r->patience_ns
				 ? r->patience_ns
				 : (uint64_t)(r->patience_share * (double)run_block_planned_ns(p));
	int err = 0;

	while (!err && r->short_of && someone_short(p, count)) {
		if (run_block_late(p) || p->patient_ns + run_block_expected_ns(p) > limit)
			break;
		r->patient++;
		err = run_block(p, PASS_PATIENT, w);
	}
	return err;
}

/* Up to `count` invocations of every cell, and as many calm ones as patience finds. */
static int run_up_to(struct run_state *p, unsigned count, struct why *w)
{
	int err = run_planned(p, count, w);

	return err || p->run->stop == STOP_TIME_BUDGET ? err : run_patiently(p, count, w);
}

/* Have we seen enough? Only a look that says no is a milestone: the other one would be taken again
 * from the same values. */
static int take_look(struct run_state *p, unsigned look, bool *enough, struct why *w)
{
	struct measurement *r = p->run;
	unsigned before = r->looked;

	*enough = false;
	r->looked = look;
	int err = r->look(r->arg, look, enough, w);
	if (err)
		r->looked = before;
	return err || *enough ? err : run_block_mark(p, NO_GROUP, w);
}

/* The stop rule: from look to look, and what is left between the last one and the most. */
static int run_looks(struct run_state *p, struct why *w)
{
	struct measurement *r = p->run;
	unsigned at = r->looked;
	int err = 0;

	while (!err && r->stop == STOP_FIXED) {
		unsigned next = stop_next(r->looks, at);
		bool enough = false;

		at = next ? next : r->looks->most;
		err = run_up_to(p, at, w);
		if (err || r->stop == STOP_TIME_BUDGET)
			break;
		if (next)
			err = take_look(p, next, &enough, w);
		if (enough)
			r->stop = STOP_PRECISION;
		else if (at == r->looks->most)
			r->stop = STOP_MAX_INVOCATIONS;
	}
	return err;
}

/* Every cell once more, with perf events open, where there is time for that. */
static int run_counted(struct run_state *p, struct why *w)
{
	struct measurement *r = p->run;

	p->pass = PASS_COUNTED;
	want_all(p);
	if (run_block_late(p))
		return 0;
	int err = run_block_mark(p, NO_GROUP, w);
	if (!err)
		err = run_block_groups(p, w);
	r->counted = !err;
	return err;
}

/* The block that another run has begun: the groups of it that are not over. Those that were short of
 * calm values then are so now, for only they could have changed that. */
static int end_begun(struct run_state *p, struct why *w)
{
	const struct resumption *from = p->run->resumed;

	p->pass = from->from.pass;
	if (p->pass == PASS_PLANNED)
		want_all(p);
	else if (p->run->short_of)
		someone_short(p, p->block - (p->run->patient - 1));
	for (size_t i = 0; i < p->run->plan->groups; i++)
		p->wanted[i] &= !from->over[i];
	p->pass_start = clock_ns();
	return run_block_end(p, w);
}

/* What a budget ended has blocks to run before it counts. */
static enum pass begun_pass(const struct resumption *r)
{
	bool owes = !r || (r->from.pass == PASS_COUNTED && r->from.stop == STOP_TIME_BUDGET);

	return owes ? PASS_NONE : r->from.pass;
}

static void go_on_from(struct run_state *p, const struct milestone *m)
{
	struct measurement *r = p->run;

	p->number = m->number;
	p->block = r->blocks = m->block;
	r->patient = m->patient;
	r->looked = m->looked;
	r->failed = m->failed;
	r->skipped = m->skipped;
	r->done = m->done;
	p->before_ns = m->planned_ns + m->patient_ns;
	p->patient_ns = m->patient_ns;
	if (begun_pass(r->resumed) == PASS_COUNTED)
		r->stop = m->stop;
}

static int run_blocks(struct run_state *p, struct why *w)
{
	struct measurement *r = p->run;
	enum pass begun = begun_pass(r->resumed);
	int err = 0;

	p->start = r->began_ns ? r->began_ns : clock_ns();
	r->stop = STOP_FIXED;
	if (r->resumed)
		go_on_from(p, &r->resumed->from);
	if (begun == PASS_PLANNED || begun == PASS_PATIENT)
		err = end_begun(p, w);
	if (!err && begun != PASS_COUNTED)
		err = r->looks ? run_looks(p, w) : run_up_to(p, r->plan->blocks, w);
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

static int make_room(struct run_state *p, struct why *w)
{
	const struct plan *plan = p->run->plan;

	p->groups = calloc(plan->groups + 1, sizeof *p->groups);
	p->cells = calloc(plan->n + 1, sizeof *p->cells);
	p->group_ns = calloc(plan->groups + 1, sizeof *p->group_ns);
	p->wanted = calloc(plan->groups + 1, sizeof *p->wanted);
	if (!p->groups || !p->cells || !p->group_ns || !p->wanted)
		return fail(w, ENOMEM, "the order of %zu cells", plan->n);
	for (size_t i = 0; i < plan->n; i++)
		p->group_ns[plan->cells[i].group] +=
			plan->cells[i].status ? 0 : plan->cells[i].expected_ns;
	return 0;
}

static void free_room(struct run_state *p)
{
	free(p->groups);
	free(p->cells);
	free(p->group_ns);
	free(p->wanted);
}

int run_plan(struct measurement *r, struct why *w)
{
	struct run_state p = { .run = r };
	int err = make_room(&p, w);

	if (!err)
		err = run_blocks(&p, w);
	free_room(&p);
	if (err == -EINTR)
		measure_signal(r);
	else if (err)
		r->stop = STOP_ERROR;
	return err == -EINTR ? 0 : err;
}
