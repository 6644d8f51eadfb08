/* SPDX-License-Identifier: MIT */
/*
 * What does each step of a region's life cost?
 *
 * Both sides of a comparison free the pages in the same step: detach unmaps and the object stays,
 * remove takes its name and, nobody being attached, its pages. The first attach of a process is a
 * metric of its own, taken before any warm-up: it pays for cold caches and tables that later ones
 * find warm, and a user pays it once.
 *
 * A step is what it takes as a rule: the median of its events (of_events). One attach in a hundred
 * takes three times as long, and how many of them are among the hundred of a window is chance: of
 * undisturbed windows the means scatter by 4 %, the medians by 1. `cycle` divides, rare ones included.
 */
#include "life.h"
#include "populated.h"
#include "vary.h"

enum {
	WINDOWS = 20,
	WARM_NS = 2000000,
	LEAD_PASSES = 2,
	ZEROED_WINDOWS = 3, /* where each first access waits for 1 GiB of zeroes */
};

static void say_missing_steps(struct task *t)
{
	if (!t->region.ops->inherited)
		return;
	metric_cannot(t, FIRST_ATTACH, "an anonymous mapping is inherited by fork, not attached");
	metric_cannot(t, ATTACH, "an anonymous mapping is inherited by fork, not attached");
	if (t->cell->state == STATE_FRESH)
		metric_cannot(t, REMOVE,
			      "munmap is the end of an anonymous mapping: nothing is left "
			      "to remove");
}

/* Before anything else in this process: one attach, and the rest of that object's life. */
static int first_attach(struct task *t)
{
	struct region r = t->region;
	const struct region_ops *ops = r.ops;
	bool fresh = t->cell->state == STATE_FRESH;
	int err = fresh ? region_create(&r, t->serial++) : 0;

	if (!err && t->cell->state == STATE_COLD)
		err = ops->evict(&r);
	if (!err)
		err = window_open(&t->meter);
	if (err)
		return err;
	uint64_t start = task_now(t);
	err = ops->attach(&r);
	uint64_t ns = task_now(t) - start;
	if (life_has_step(ops, FIRST_ATTACH))
		series_add(task_series(t, FIRST_ATTACH), ns, 1);
	/* The first call of a function may fault in its code: also paid once, and by this metric. */
	window_faults_any(&t->meter);
	if (!err)
		err = window_close(&t->meter);
	if (!err)
		err = ops->detach(&r);
	return err || !fresh ? err : ops->remove(&r);
}

/* What the first byte of an object lies on is looked at once, on one that is not timed: every other
 * is made and bound in the same way. */
static int verified(struct task *t)
{
	struct region r = t->region;
	const struct region_ops *ops = r.ops;
	bool fresh = t->cell->state == STATE_FRESH;
	int err = fresh ? region_create(&r, t->serial++) : 0;

	if (!err)
		err = ops->attach(&r);
	if (!err)
		err = t->place_memory(t, r.addr, r.len);
	if (!err) {
		life_access(t, &r);
		err = t->check_memory(t, r.addr, r.len);
	}
	if (!err)
		err = ops->detach(&r);
	return err || !fresh ? err : ops->remove(&r);
}

/* Warm the path up, and find how many events must be timed as one for the clock to be at most
 * 5 % of what it brackets (method.md, section 2): a power of two. One, where each object takes
 * pages from a pool that was filled for one. */
static int warm(struct task *t, struct pass *p, unsigned *batch)
{
	uint64_t attach = 0, detach = 0, passes = 0, end = task_now(t) + WARM_NS;
	int err = 0;

	while (!err && (passes < 3 || task_now(t) < end)) {
		err = life_timed(t, p);
		attach += p->took->ns[ATTACH];
		detach += p->took->ns[DETACH];
		passes++;
	}
	double shorter = (double)(attach < detach ? attach : detach) / (double)passes;
	if (t->region.ops->inherited)
		shorter = (double)detach / (double)passes;
	*batch = 1;
	while (*batch < BATCH_MAX && !page_is_pooled(t->region.page) &&
	       t->cell->state != STATE_COLD && !t->region.ops->inherited &&
	       t->meter.out->clock_cost_ns > .05 * shorter * *batch)
		*batch *= 2;
	t->meter.out->batch = *batch;
	return err;
}

/* Every access takes one fault, whichever way the page comes; a file system may need more. */
static void model_faults(struct task *t, uint64_t accesses)
{
	if (t->region.ops->in_directory)
		window_faults_any(&t->meter);
	else
		window_faults_due(&t->meter, accesses);
}

/* A window begins with passes that are not recorded, as a stream does with a lap: the first attach
 * after the pause that the canaries make takes twice as long as the others, and a user's program
 * has no such pause. */
static int lead(struct task *t, struct pass *p)
{
	int err = 0;

	for (int i = 0; i < LEAD_PASSES && !err; i++)
		err = life_timed(t, p);
	return err;
}

static int steps_window(struct task *t, struct pass *p)
{
	uint64_t passes = LEAD_PASSES;
	int err = window_open(&t->meter);

	if (!err)
		err = lead(t, p);
	for (uint64_t end = task_now(t) + WINDOW_NS; !err && task_now(t) < end; passes++) {
		err = life_timed(t, p);
		life_keep(t, p);
	}
	life_record(t, p);
	model_faults(t, passes * p->n);
	return err ? err : window_close(&t->meter);
}

static int cycle_window(struct task *t, struct pass *p)
{
	uint64_t passes = LEAD_PASSES;
	int err = window_open(&t->meter);

	if (!err)
		err = lead(t, p);
	for (uint64_t end = task_now(t) + WINDOW_NS; !err && task_now(t) < end; passes++) {
		err = life_prepare(t, p);
		uint64_t start = task_now(t);
		if (!err)
			err = life_untimed(t, p);
		series_add(task_series(t, CYCLE), task_now(t) - start, p->n);
	}
	model_faults(t, passes * p->n);
	return err ? err : window_close(&t->meter);
}

static bool zeroes_much(const struct cell *c)
{
	return c->state == STATE_FRESH && c->page == PAGE_1G;
}

/* Of each kind: steps, and cycles. */
static int windows_each(const struct cell *c)
{
	return zeroes_much(c) ? ZEROED_WINDOWS : WINDOWS;
}

static int life(struct task *t, int role)
{
	struct vary vary;
	struct pass p;
	unsigned batch = 1;
	int n = windows_each(t->cell), err = first_attach(t);

	(void)role;
	say_missing_steps(t);
	if (!err)
		err = verified(t);
	life_begin(t, &p);
	if (!err)
		err = warm(t, &p, &batch);
	if (!err)
		err = settle_process(t->why);
	p.n = batch;
	vary_open(&vary);
	for (int i = 0; i < 2 * n && !err; i++) {
		err = vary_draw(&vary, t->why);
		if (!err)
			err = i < n ? steps_window(t, &p) : cycle_window(t, &p);
	}
	vary_close(&vary);
	return err;
}

static uint64_t life_windows(const struct cell *c)
{
	return 1 + 2 * (uint64_t)windows_each(c);
}

/* Some 200 ms for 1 GiB, in each pass. */
static uint64_t life_lasts_ns(const struct cell *c)
{
	return zeroes_much(c) ? (LEAD_PASSES + 1) * UINT64_C(200000000) : WINDOW_NS;
}

static int again_fits(const struct cell *c, struct why *w)
{
	int err = region_attachable(c->region, w);

	if (err)
		return err;
	if (c->state == STATE_COLD && !c->region->evict)
		return cannot(w, "cold is a state of files: %s has no disk", c->region->name);
	return 0;
}

#define AXES_OF_LIFE                                                                               \
	(AXIS(REGION) | AXIS(SIZE) | AXIS(PAGE) | AXIS(ACCESS) | AXIS(STATE) | AXIS(NODE) |        \
	 AXIS(PROCESSES) | AXIS(SEGMENTS) | AXIS(DIRECTORY) | AXIS(CLOCK))

/* Room for a window of passes of 1 us. */
#define SAMPLES (WINDOW_NS / 1000)

static const struct metric life_metrics[] = {
	[FIRST_ATTACH] = { .name = "first-attach", .unit = "ns", .kind = KIND_TIME, .samples = 1 },
	[ATTACH] = { .name = "attach",
		     .unit = "ns",
		     .kind = KIND_TIME,
		     .of_events = true,
		     .headline = true,
		     .samples = SAMPLES },
	[FIRST_ACCESS] = { .name = "first-access",
			   .unit = "ns",
			   .kind = KIND_TIME,
			   .of_events = true,
			   .samples = SAMPLES },
	[DETACH] = { .name = "detach",
		     .unit = "ns",
		     .kind = KIND_TIME,
		     .of_events = true,
		     .headline = true,
		     .samples = SAMPLES },
	[CYCLE] = { .name = "cycle", .unit = "ns", .kind = KIND_TIME, .samples = SAMPLES },
	[CREATE] = { .name = "create",
		     .unit = "ns",
		     .kind = KIND_TIME,
		     .of_events = true,
		     .samples = SAMPLES },
	[REMOVE] = { .name = "remove",
		     .unit = "ns",
		     .kind = KIND_TIME,
		     .of_events = true,
		     .samples = SAMPLES },
	{ 0 },
};

static const struct metric again_metrics[] = {
	[FIRST_ATTACH] = { .name = "first-attach", .unit = "ns", .kind = KIND_TIME, .samples = 1 },
	[ATTACH] = { .name = "attach",
		     .unit = "ns",
		     .kind = KIND_TIME,
		     .of_events = true,
		     .headline = true,
		     .samples = SAMPLES },
	[FIRST_ACCESS] = { .name = "first-access",
			   .unit = "ns",
			   .kind = KIND_TIME,
			   .of_events = true,
			   .samples = SAMPLES },
	[DETACH] = { .name = "detach",
		     .unit = "ns",
		     .kind = KIND_TIME,
		     .of_events = true,
		     .headline = true,
		     .samples = SAMPLES },
	[CYCLE] = { .name = "cycle", .unit = "ns", .kind = KIND_TIME, .samples = SAMPLES },
	{ 0 },
};

const struct bench bench_attach = {
	.name = "attach",
	.about = "what does each step of a region's life cost?",
	.parts =
		(const struct part[]){
			{
				.name = "life",
				.axes = AXES_OF_LIFE,
				.states = 1u << STATE_FRESH,
				.roles = 1,
				.region = REGION_OWN,
				.sparse = true,
				.unsettled = true,
				.metrics = life_metrics,
				.windows = life_windows,
				.lasts_ns = life_lasts_ns,
				.work = life,
			},
			{
				.name = "again",
				.axes = AXES_OF_LIFE,
				.states = 1u << STATE_RESIDENT | 1u << STATE_COLD,
				.roles = 1,
				.region = REGION_OWN,
				.unsettled = true,
				.metrics = again_metrics,
				.fits = again_fits,
				.windows = life_windows,
				.lasts_ns = life_lasts_ns,
				.work = life,
			},
			{
				.name = "populated",
				.axes = AXES_OF_LIFE,
				.states = 1u << STATE_RESIDENT,
				.roles = 1,
				.region = REGION_OWN,
				.metrics = populated_metrics,
				.fits = again_fits,
				.windows = populated_windows,
				.work = populated_work,
			},
			{ 0 },
		},
};
