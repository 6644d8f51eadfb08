/* SPDX-License-Identifier: MIT */
/*
 * Many attach and detach at once. Nothing is touched in between: a page fault is the process's own
 * affair, and would make room between the calls that meet.
 */
#include <errno.h>
#include <stdlib.h>
#include "crowd.h"
#include "gang.h"
#include "vary.h"

enum { ATTACH, DETACH, RATE };
enum { BATCH = 4 }; /* calls between two reads of the clock */

/* Each worker has its copy. */
struct attaching {
	const struct region *object; /* by worker; NULL: all have that of the task */
	struct region copy[BATCH];
	struct vary vary;
};

static int open_copies(struct worker *w)
{
	struct attaching *a = w->own;
	const struct region *from = a->object ? &a->object[w->index] : &w->task->region;

	for (int i = 0; i < BATCH; i++) {
		a->copy[i] = *from;
		a->copy[i].addr = NULL;
		a->copy[i].why = w->task->why;
	}
	vary_open(&a->vary);
	return 0;
}

static int begin(struct worker *w)
{
	return vary_draw(&((struct attaching *)w->own)->vary, w->task->why);
}

static int step(struct worker *w)
{
	struct region *r = ((struct attaching *)w->own)->copy;
	uint64_t start = task_now(w->task);
	int err = 0;

	for (int i = 0; i < BATCH && !err; i++)
		err = r[i].ops->attach(&r[i]);
	uint64_t attached = task_now(w->task);
	for (int i = 0; i < BATCH && !err; i++)
		err = r[i].ops->detach(&r[i]);
	w->now.ns[ATTACH] += attached - start;
	w->now.ns[DETACH] += task_now(w->task) - attached;
	w->now.operations += BATCH;
	return err;
}

static const struct load load = { .open = open_copies, .begin = begin, .step = step };

static void record(struct worker *w)
{
	struct tally sum;

	if (!gang_sum(w, 0, 1, &sum))
		return;
	for (unsigned i = 0; i < w->n; i++) {
		const struct tally *t = &w->gang->seat[i].tally;

		gang_sample(w, ATTACH, t->ns[ATTACH], t->operations);
		gang_sample(w, DETACH, t->ns[DETACH], t->operations);
	}
	series_total(task_series(w->task, RATE), sum.elapsed_ns, sum.operations);
}

static int measure(struct worker *w)
{
	int err = gang_measure(w, CROWD_WINDOWS, record);

	return err ? err : gang_close(w);
}

int crowd_one(struct task *t, int role)
{
	struct attaching a = { .object = NULL };
	struct worker w = { .load = &load, .own = &a, .n = (unsigned)t->cell->processes };
	int err = gang_open(&w, t, role);

	t->meter.out->batch = BATCH;
	return err ? err : measure(&w);
}

/* One more object like the task's, full, and kept by this process: attached. */
static int make_object(struct task *t, struct region *r)
{
	*r = t->region;
	r->addr = NULL;
	int err = region_create(r, t->serial++);
	return err ? err : task_fill(t, r);
}

/* Their names die when everybody has them, by id or by inherited descriptor. */
static int remove_objects(struct region *object, unsigned n)
{
	int err = 0;

	for (unsigned i = 1; i < n && !err; i++)
		err = object[i].ops->remove(&object[i]);
	return err;
}

int crowd_own(struct task *t, int role)
{
	unsigned n = (unsigned)t->cell->processes;
	struct region *object = calloc(n, sizeof *object);
	struct attaching a = { .object = object };
	struct worker w = { .load = &load, .own = &a, .n = n };
	int err = object ? 0 : fail(t->why, ENOMEM, "%u regions", n);

	t->meter.out->batch = BATCH;
	if (!err)
		object[0] = t->region;
	for (unsigned i = 1; i < n && !err; i++)
		err = make_object(t, &object[i]);
	if (!err)
		err = gang_open(&w, t, role);
	if (!err)
		err = remove_objects(object, n);
	if (!err)
		err = measure(&w);
	free(object);
	return err;
}

#define METRICS(of)                                                                                \
	{                                                                                          \
		[ATTACH] = { .name = "attach-" of,                                                 \
			     .unit = "ns",                                                         \
			     .kind = KIND_TIME,                                                    \
			     .headline = true,                                                     \
			     .samples = CPUS_MAX },                                                \
		[DETACH] = { .name = "detach-" of,                                                 \
			     .unit = "ns",                                                         \
			     .kind = KIND_TIME,                                                    \
			     .headline = true,                                                     \
			     .samples = CPUS_MAX },                                                \
		[RATE] = { .name = "attach-" of "-rate",                                           \
			   .unit = "attaches/s",                                                   \
			   .kind = KIND_RATE },                                                    \
		{ 0 },                                                                             \
	}

const struct metric crowd_one_metrics[] = METRICS("one");
const struct metric crowd_own_metrics[] = METRICS("own");
