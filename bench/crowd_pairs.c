/* SPDX-License-Identifier: MIT */
/*
 * Many pairs of processes send messages at once, each through a channel of its own. Pair 0 is the two
 * roles, worker 2i the producer and 2i + 1 the consumer of pair i. As in throughput the clocks are the
 * consumers'.
 */
#include <errno.h>
#include <stdlib.h>
#include "crowd.h"
#include "gang.h"

enum { MESSAGE, RATE };

/* What one has beside the roles', whose channel and region are the task's. */
struct pair {
	struct region region;
	struct channel channel;
};

/* Each worker has its copy. */
struct pairs {
	struct pair *pair;    /* [0] is not used */
	struct channel *mine; /* this worker's side */
};

static int open_side(struct worker *w)
{
	struct pairs *p = w->own;
	struct task *t = w->task;
	struct pair *pair = &p->pair[w->index / 2];

	p->mine = w->index < 2 ? &t->channel : &pair->channel;
	if (w->index < 2)
		return 0;
	pair->region.why = pair->channel.why = t->why;
	pair->channel.region = &pair->region;
	int err = t->cell->region ? pair->region.ops->attach(&pair->region) : 0;
	if (!err && t->cell->region)
		err = t->place_memory(t, pair->region.addr, pair->region.len);
	if (!err)
		err = channel_memory(&pair->channel, t->cell->message);
	return err ? err : pair->channel.ops->side(&pair->channel, w->index % 2);
}

static int step(struct worker *w)
{
	struct channel *c = ((struct pairs *)w->own)->mine;
	uint64_t lap = c->ops->lap(c);

	w->now.operations += lap;
	return w->index % 2 ? c->ops->drain(c, lap) : c->ops->pour(c, lap);
}

/* The producer says how many there will have been before it sends the last ones, so that a consumer
 * that does not know yet may begin with another lap: it will come. */
static int end(struct worker *w)
{
	struct channel *c = ((struct pairs *)w->own)->mine;
	uint64_t lap = c->ops->lap(c);
	_Atomic uint64_t *last = &w->gang->seat[w->index & ~1u].word;
	int err = 0;

	if (w->index % 2 == 0) {
		atomic_store_explicit(last, c->sent + lap, memory_order_release);
		return c->ops->pour(c, lap);
	}
	while (!err && c->taken != atomic_load_explicit(last, memory_order_acquire))
		err = c->ops->drain(c, lap);
	return err;
}

/* The roles' own region is the harness's to look at. */
static int close_side(struct worker *w)
{
	const struct pair *pair = &((struct pairs *)w->own)->pair[w->index / 2];
	struct task *t = w->task;

	if (w->index < 2 || !t->cell->region)
		return 0;
	return t->check_memory(t, pair->region.addr, pair->region.len);
}

static const struct load load = {
	.open = open_side, .step = step, .end = end, .close = close_side
};

static void record(struct worker *w)
{
	struct tally sum;

	if (w->index || !gang_sum(w, 1, 2, &sum))
		return;
	for (unsigned i = 1; i < w->n; i += 2)
		gang_sample(w, MESSAGE, w->gang->seat[i].tally.elapsed_ns,
			    w->gang->seat[i].tally.operations);
	series_total(task_series(w->task, RATE), sum.elapsed_ns, sum.operations);
}

static int make_pair(struct task *t, struct pair *p)
{
	int err = 0;

	p->region = t->region;
	p->channel = channel_like(&t->channel, t->why);
	if (t->cell->region) {
		p->region.addr = NULL;
		err = region_create(&p->region, t->serial++);
	}
	return err ? err : channel_open(&p->channel);
}

/* Both sides are attached: a region's name dies as that of the roles' did. */
static int remove_names(const struct task *t, struct pairs *p)
{
	int err = 0;

	for (uint64_t i = 1; t->cell->region && i < t->cell->processes && !err; i++)
		err = p->pair[i].region.ops->remove(&p->pair[i].region);
	return err;
}

int crowd_pairs(struct task *t, int role)
{
	uint64_t n = t->cell->processes;
	struct pairs p = { .pair = calloc(n, sizeof *p.pair) };
	struct worker w = { .load = &load, .own = &p, .n = 2 * (unsigned)n };
	int err = p.pair ? 0 : fail(t->why, ENOMEM, "%ju channels", (uintmax_t)n);

	if (role == 0)
		t->meter.out->batch = t->channel.ops->lap(&t->channel);
	for (uint64_t i = 1; role == 0 && i < n && !err; i++)
		err = make_pair(t, &p.pair[i]);
	if (!err)
		err = gang_open(&w, t, role);
	if (!err && role == 0)
		err = remove_names(t, &p);
	if (!err)
		err = gang_measure(&w, CROWD_WINDOWS, record);
	if (!err)
		err = gang_close(&w);
	free(p.pair);
	return err;
}

int crowd_pairs_fits(const struct cell *c, struct why *w)
{
	bool semaphores = (c->has & AXIS(WAIT)) && c->wait == WAIT_SEMAPHORE;

	if (c->processes > 1 && (semaphores || c->channel->axes & CHANNEL_SINGLE))
		return cannot(w, "the keys of %s say who made them, and are enough for one pair",
			      semaphores ? "System V semaphores" : c->channel->name);
	return 0;
}

const struct metric crowd_pairs_metrics[] = {
	[MESSAGE] = { .name = "pair-message",
		      .unit = "ns/message",
		      .kind = KIND_TIME,
		      .headline = true,
		      .samples = CPUS_MAX / 2 },
	[RATE] = { .name = "pair-rate", .unit = "messages/s", .kind = KIND_RATE },
	{ 0 },
};
