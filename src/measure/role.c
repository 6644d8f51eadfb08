/* SPDX-License-Identifier: MIT */
/* The order is the point: what is touched, attached or opened before the work is not in its times,
 * and what is looked at after it cannot disturb them. */
#include "measure/role.h"
#include "plan/bind.h"
#include "probe/settle.h"
#include "probe/waited.h"

/* Every role touches the pages that it will record in; their tables are its own. */
static int outcome_touch(const struct task *t)
{
	int err = region_touch(t->meter.out, outcome_len(t->meter.out));

	return err ? fail(t->why, -err, "memory for the samples") : 0;
}

/* In a role, bound: the region is attached and told its node, the channel's side is taken. The
 * worker's attach is followed by the object's removal: its name dies at birth. */
static int role_attach(struct task *t, int role)
{
	int err = 0;

	if (t->cell->part->region == REGION_ATTACHED && t->cell->region) {
		err = t->region.ops->attach(&t->region);
		if (!err)
			err = t->keep_memory(t, t->region.addr, t->region.len);
	}
	if (!err && t->cell->message)
		err = channel_memory(&t->channel, t->cell->message);
	t->channel.region = &t->region;
	t->channel.why = t->why;
	if (!err && t->cell->channel)
		err = t->channel.ops->side(&t->channel, role);
	return err;
}

/* A counter that two CPUs do not agree on times nothing that passes between them. Told by causality,
 * so that no limit has to be chosen: a message cannot arrive before it was sent. */
static int clocks_agree(struct task *t, int role)
{
	const struct clock *c = &t->meter.clock;
	struct meeting *m = t->meter.meeting;
	int64_t low, high;

	if (!m || m->sleeping || c->source == CLOCK_SOURCE_MONOTONIC)
		return 0;
	if (role == 1) {
		meeting_compared(m, c);
		return 0;
	}
	meeting_compare(m, c, &low, &high);
	if (low <= 0 && high >= 0)
		return 0;
	return fail(
		t->why, 0,
		"the %s of the other role's CPU is %s by at least %jd ns: messages would arrive "
		"before they were sent",
		clock_names[c->source], low > 0 ? "ahead" : "behind",
		(intmax_t)(low > 0 ? low : -high));
}

/* Each role counts for itself: an event is of one process. */
static void role_count(struct task *t, struct events *events, int role)
{
	struct outcome *out = t->meter.out;

	events_open(events, false);
	for (int e = 0; e < EVENTS; e++)
		if (events_have(events, (enum event)e))
			out->have[role] |= 1u << e;
	out->user_only |= events->user_only;
	t->meter.events = events;
}

/* The benchmark, and how long this role was kept waiting meanwhile. */
static int role_work(struct task *t, int role)
{
	struct outcome *out = t->meter.out;
	struct why ignored = { 0 };
	struct waited waited;
	uint64_t before = 0, after = 0, start = clock_ns();

	if (waited_open(&waited, WAITED_PATH, &ignored))
		return t->cell->part->work(t, role);
	bool known = !waited_now(&waited, &before, &ignored);
	t->meter.waited = known ? &waited : NULL;
	int err = t->cell->part->work(t, role);

	if (known && !waited_now(&waited, &after, &ignored)) {
		out->worked_ns[role] = clock_ns() - start;
		out->waited_ns[role] = after - before;
	}
	t->meter.waited = NULL;
	waited_close(&waited);
	return err;
}

int role_run(struct task *t, const struct assignment *a, int role)
{
	struct outcome *out = t->meter.out;
	struct events events = { 0 };
	int cpu, err;

	t->why = &out->why[role];
	t->region.why = t->channel.why = t->why;
	t->meter.role = role;
	err = bind_cpu(a->cpus[role], &cpu, t->why);
	if (!err)
		err = outcome_touch(t);
	if (!err)
		err = role_attach(t, role);
	if (!err && role == 0 && t->cell->part->region == REGION_ATTACHED && t->cell->region)
		err = t->region.ops->remove(&t->region);
	if (!err)
		err = clocks_agree(t, role);
	if (!err && role == 0)
		out->clock_cost_ns = clock_cost_ns(&t->meter.clock);
	if (!err && a->counted)
		role_count(t, &events, role);
	if (!err && !t->cell->part->unsettled)
		err = settle_process(t->why);
	if (!err)
		err = role_work(t, role);
	t->meter.events = NULL; /* they end with this function */
	if (!err && t->cell->part->region == REGION_ATTACHED && t->cell->region)
		err = t->check_memory(t, t->region.addr, t->region.len);
	if (!err && t->cell->channel)
		channel_close(&t->channel);
	if (err && !out->status)
		out->status = err;
	return err;
}
