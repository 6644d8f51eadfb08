/* SPDX-License-Identifier: MIT */
/*
 * Many touch pages of one object for the first time, each a part of its own. --size is that of a
 * part, so that there is as much to do for each however many they are.
 *
 * The object is one and the same; before every window its pages are given back (madvise(2),
 * MADV_REMOVE), and in every window each attaches it anew, so that tables are made too. A fresh
 * object would have to get to the others: a descriptor does by fork only.
 */
#include <errno.h>
#include <sys/mman.h>
#include "base/pause.h"
#include "crowd.h"
#include "gang.h"
#include "touch.h"

enum { TOUCH, RATE, FAULTS };
enum {
	STEP_BYTES = 64 << 10, /* or a page: touched between two looks at what the others do */
	LEAD_SHARE = 4,        /* of its part: not more before all are under way */
	TAIL_STEPS = 4,        /* with so much left, measuring has to end */
	STEPS_MIN = 16,
};

/* Each worker has its copy. */
struct touching {
	struct region r;
	size_t at, end; /* of its part */
};

static size_t step_bytes(const struct cell *c)
{
	size_t page = touch_page(c);

	return page > STEP_BYTES ? page : STEP_BYTES;
}

static int open_region(struct worker *w)
{
	((struct touching *)w->own)->r.why = w->task->why;
	return 0;
}

/* No page of it is left. An object that has a memory policy of its own gets it here, while nobody
 * else looks for it. */
static int make_fresh(struct worker *w)
{
	struct region *r = &((struct touching *)w->own)->r;
	int err = r->ops->attach(r);

	if (!err)
		err = w->task->place_memory(w->task, r->addr, r->len);
	if (!err && madvise(r->addr, r->len, MADV_REMOVE)) {
		if (errno == EOPNOTSUPP)
			return cannot(r->why,
				      "the file system at %s cannot give a file's pages back "
				      "(MADV_REMOVE)",
				      r->directory ? r->directory : r->ops->name);
		err = fail(r->why, errno, "madvise(MADV_REMOVE) of %zu bytes of %s", r->len,
			   r->ops->name);
	}
	return err ? err : r->ops->detach(r);
}

static int begin(struct worker *w)
{
	struct touching *x = w->own;
	size_t part = x->r.len / w->n;
	int err = x->r.ops->attach(&x->r);

	x->at = w->index * part;
	x->end = x->at + part;
	return err ? err : w->task->keep_memory(w->task, x->r.addr, x->r.len);
}

static int step(struct worker *w)
{
	struct touching *x = w->own;
	size_t page = touch_page(w->task->cell), len = step_bytes(w->task->cell);
	size_t part = x->r.len / w->n, left = x->end - x->at;

	if (left <= TAIL_STEPS * len)
		gang_enough(w);
	w->spent = !left;
	if (!left || (!w->under_way && part - left >= part / LEAD_SHARE)) {
		cpu_pause();
		return 0;
	}
	for (size_t until = x->at + (left < len ? left : len); x->at < until; x->at += page) {
		touch(w->task->cell, (char *)x->r.addr + x->at);
		w->now.operations++;
	}
	return 0;
}

static int end(struct worker *w)
{
	struct touching *x = w->own;
	size_t from = x->end - x->r.len / w->n;
	int err = w->task->check_memory(w->task, (char *)x->r.addr + from, x->at - from);

	return err ? err : x->r.ops->detach(&x->r);
}

static const struct load load = {
	.open = open_region,
	.prepare = make_fresh,
	.begin = begin,
	.step = step,
	.end = end,
};

/* Where any number of faults is due, that of role 0 is known by itself, that of members not. */
static void faults_due(const struct worker *w)
{
	struct task *t = w->task;

	touch_faults_due(t, gang_operations(w));
	if (t->region.ops->in_directory)
		window_faults_due(&t->meter, gang_faults(w, 1));
}

static void record(struct worker *w)
{
	struct tally sum;

	faults_due(w);
	series_total(task_series(w->task, FAULTS), gang_faults(w, 0), gang_operations(w));
	if (!gang_sum(w, 0, 1, &sum))
		return;
	for (unsigned i = 0; i < w->n; i++)
		gang_sample(w, TOUCH, w->gang->seat[i].tally.elapsed_ns,
			    w->gang->seat[i].tally.operations);
	series_total(task_series(w->task, RATE), sum.elapsed_ns, sum.operations);
}

int crowd_touch(struct task *t, int role)
{
	struct touching x = { .r = t->region };
	struct worker w = { .load = &load, .own = &x, .n = (unsigned)t->cell->processes };
	int err = region_create(&x.r, t->serial++);

	if (err)
		return err;
	t->meter.out->batch = step_bytes(t->cell) / touch_page(t->cell);
	err = gang_open(&w, t, role);
	if (!err)
		err = gang_measure(&w, CROWD_WINDOWS, record);
	if (!err)
		err = gang_close(&w);
	int removed = x.r.ops->remove(&x.r);
	return err ? err : removed;
}

int crowd_touch_fits(const struct cell *c, struct why *w)
{
	uint64_t least = STEPS_MIN * step_bytes(c);

	if (c->region->inherited)
		return cannot(w, "an anonymous mapping is inherited by fork: nobody can attach it "
				 "anew, without its tables");
	if (!region_advice_counts())
		return cannot(w, "madvise(2) says that it did what it does not do: an emulator");
	if (c->size < least)
		return cannot(w,
			      "a process is through with %ju bytes before all are under way: give "
			      "--size %juK or more",
			      (uintmax_t)c->size, (uintmax_t)least >> 10);
	return 0;
}

const struct metric crowd_touch_metrics[] = {
	[TOUCH] = { .name = "touch",
		    .unit = "ns/page",
		    .kind = KIND_TIME,
		    .headline = true,
		    .samples = CPUS_MAX },
	[RATE] = { .name = "touch-rate", .unit = "pages/s", .kind = KIND_RATE },
	[FAULTS] = { .name = "touch-faults", .unit = "faults/page", .kind = KIND_COUNT },
	{ 0 },
};
