/* SPDX-License-Identifier: MIT */
/*
 * What does the first touch of each page cost?
 *
 * The headline has no clock read per page: a sample is a whole chunk of 512 pages. ns/page and
 * faults/page belong together: mechanisms with fault-around map up to 16 pages in one fault when
 * they are read, System V never does (its vm_ops have no map_pages: ipc/shm.c), so a small
 * ns/page may be few faults rather than cheap ones.
 */
#include <stdlib.h>
#include <errno.h>
#include "touch.h"
#include "base/random.h"

enum { SWEEP, FAULTS, FAULT, PAGE_TABLES };
enum { SMALL_WINDOWS = 20 };

/* Where a sweep stands. */
struct sweep {
	struct region r;
	bool once; /* large enough, or not to be had twice: r is swept once */
	size_t page, chunk;
	size_t at;       /* bytes touched of r so far */
	uint64_t tables; /* page tables before the first touch of r */
};

/* Small regions are swept again and again, each time anew; an inherited one cannot be. */
static bool swept_once(const struct cell *c)
{
	return c->size >= CHUNK || (c->region->inherited && c->state == STATE_RESIDENT);
}

static uint64_t windows(const struct cell *c)
{
	if (c->order == ORDER_RANDOM)
		return 1;
	size_t chunk = touch_chunk_bytes(c);

	return swept_once(c) ? (c->size + chunk - 1) / chunk : SMALL_WINDOWS;
}

static int begin(struct task *t, struct sweep *s)
{
	int err = touch_begin(t, &s->r);

	s->at = 0;
	s->tables = touch_page_tables();
	return err;
}

/* One chunk, or what is left of the region. */
static uint64_t touch_chunk(struct task *t, struct sweep *s)
{
	const struct cell *c = t->cell;
	size_t len = s->r.len - s->at < s->chunk ? s->r.len - s->at : s->chunk, page = s->page;
	bool reverse = c->order == ORDER_REVERSE;
	char *first = (char *)s->r.addr + (reverse ? s->r.len - s->at - len : s->at);
	uint64_t start = task_now(t);

	if (reverse)
		for (size_t at = len; at > 0; at -= page)
			touch(c, first + at - page);
	else
		for (size_t at = 0; at < len; at += page)
			touch(c, first + at);
	uint64_t ns = task_now(t) - start;
	if (len == t->meter.out->batch * page)
		series_add(task_series(t, SWEEP), ns, len / page);
	else
		series_total(task_series(t, SWEEP), ns, len / page);
	s->at += len;
	return ns;
}

/* faults, fault and page-tables of the window that is open. */
static void count(struct task *t, uint64_t faults, uint64_t pages)
{
	series_total(task_series(t, FAULTS), faults, pages);
	series_total(task_series(t, FAULT), task_series(t, SWEEP)->amount, faults);
}

static int sweep_window(struct task *t, struct sweep *s)
{
	uint64_t ns = 0, pages = 0, faults = 0;
	int err = window_open(&t->meter);

	do {
		if (!err && s->at == s->r.len) {
			err = touch_end(t, &s->r);
			if (!err)
				err = begin(t, s);
		}
		if (err)
			return err;
		size_t from = s->at;
		uint64_t before = touch_faults();
		ns += touch_chunk(t, s);
		faults += touch_faults() - before;
		pages += (s->at - from) / s->page;
	} while (ns < WINDOW_MIN_NS && (s->at < s->r.len || !s->once));
	count(t, faults, pages);
	touch_faults_due(t, pages);
	if (s->at == s->r.len)
		series_total(task_series(t, PAGE_TABLES), touch_page_tables() - s->tables, 1);
	return window_close(&t->meter);
}

/* Every page of the region but the first of each chunk, in random order; of pages as large as a
 * chunk all. */
static uint32_t *permutation(const struct sweep *s, uint64_t *n)
{
	uint64_t pages = s->r.len / s->page, per_chunk = s->chunk / s->page;
	uint32_t *order = malloc(pages * sizeof *order);
	struct random rng = { .state = (uint64_t)(uintptr_t)s->r.addr ^ clock_ns() };

	*n = 0;
	if (!order)
		return NULL;
	random_order(&rng, order, pages);
	for (uint64_t i = 0; i < pages; i++)
		if (per_chunk == 1 || order[i] % per_chunk)
			order[(*n)++] = order[i];
	return order;
}

/* One permutation of the whole region. The tables are made by an uncounted touch per chunk: a
 * random walk would meet them at random, and their cost is not the order's. */
static int random_window(struct task *t, struct sweep *s)
{
	uint64_t n;
	uint32_t *order = permutation(s, &n);
	char *base = s->r.addr;

	if (!order)
		return fail(t->why, ENOMEM, "the order of %zu pages", s->r.len / s->page);
	for (size_t at = 0; s->page < s->chunk && at < s->r.len; at += s->chunk)
		touch(t->cell, base + at);
	int err = window_open(&t->meter);
	uint64_t before = touch_faults(), start = task_now(t);
	for (uint64_t i = 0; i < n; i++)
		touch(t->cell, base + order[i] * s->page);
	uint64_t ns = task_now(t) - start, faults = touch_faults() - before;
	series_total(task_series(t, SWEEP), ns, n);
	count(t, faults, n);
	touch_faults_due(t, n);
	series_total(task_series(t, PAGE_TABLES), touch_page_tables() - s->tables, 1);
	if (!err)
		err = window_close(&t->meter);
	free(order);
	return err;
}

static int work(struct task *t, int role)
{
	struct sweep s = { .page = touch_page(t->cell),
			   .chunk = touch_chunk_bytes(t->cell),
			   .once = swept_once(t->cell) };
	uint64_t most = windows(t->cell);
	int err = touch_warm(t);

	(void)role;
	t->meter.out->batch = (t->region.len < s.chunk ? t->region.len : s.chunk) / s.page;
	if (!err)
		err = begin(t, &s);
	if (!err && t->cell->order == ORDER_RANDOM)
		err = random_window(t, &s);
	for (uint64_t i = 0;
	     t->cell->order != ORDER_RANDOM && i < most && !err && (s.at < s.r.len || !s.once); i++)
		err = sweep_window(t, &s);
	return err ? err : touch_end(t, &s.r);
}

static int fits(const struct cell *c, struct why *w)
{
	if (c->order == ORDER_RANDOM && c->size < CHUNK)
		return cannot(w, "random order needs at least one chunk of 2M");
	return touch_fits(c, w);
}

static const struct metric metrics[] = {
	[SWEEP] = { .name = "sweep",
		    .unit = "ns/page",
		    .kind = KIND_TIME,
		    .headline = true,
		    .samples = 64 },
	[FAULTS] = { .name = "faults", .unit = "faults/page", .kind = KIND_COUNT },
	[FAULT] = { .name = "fault", .unit = "ns/fault", .kind = KIND_TIME },
	[PAGE_TABLES] = { .name = "page-tables",
			  .unit = "bytes",
			  .kind = KIND_COUNT,
			  .varies = true },
	{ 0 },
};

const struct bench bench_first_touch = {
	.name = "first-touch",
	.about = "what does the first touch of each page cost?",
	.parts =
		(const struct part[]){
			{
				.name = "touch",
				.axes = AXIS(REGION) | AXIS(SIZE) | AXIS(PAGE) | AXIS(ACCESS) |
					AXIS(ORDER) | AXIS(STATE) | AXIS(MEMORY) | AXIS(NODE) |
					AXIS(PROCESSES) | AXIS(DIRECTORY) | AXIS(CLOCK),
				.states =
					1u << STATE_FRESH | 1u << STATE_RESIDENT | 1u << STATE_COLD,
				.roles = 1,
				.region = REGION_OWN,
				.metrics = metrics,
				.standard = (const char *const[AXES]){ [AXIS_SIZE] = "16M" },
				.fits = fits,
				.windows = windows,
				.work = work,
			},
			{ 0 },
		},
};
