/* SPDX-License-Identifier: MIT */
/*
 * How is the cost of first touches distributed? Every touch is a sample, clock read included:
 * a distribution, never a headline. Samples stand in page order, so that sample number mod 512
 * (the page-table pages) or mod 64 (the batches in which memory is charged to a cgroup) shows
 * where the cost comes from.
 */
#include "base/page.h"
#include "touch.h"

enum { TOUCH };

static uint64_t windows(const struct cell *c)
{
	size_t chunk = touch_chunk_bytes(c);

	return (c->size + chunk - 1) / chunk;
}

/* One chunk, page by page. */
static size_t touch_chunk(struct task *t, char *first, size_t len, size_t page)
{
	struct series *s = task_series(t, TOUCH);
	uint64_t before = task_now(t);

	for (size_t at = 0; at < len; at += page) {
		touch(t->cell, first + at);
		uint64_t now = task_now(t);

		series_add(s, now - before, 1);
		before = now;
	}
	return len / page;
}

static int window(struct task *t, struct region *r, size_t *at)
{
	size_t page = touch_page(t->cell), chunk = touch_chunk_bytes(t->cell), pages = 0;
	int err = window_open(&t->meter);

	if (err)
		return err;
	do {
		size_t len = r->len - *at < chunk ? r->len - *at : chunk;

		pages += touch_chunk(t, (char *)r->addr + *at, len, page);
		*at += len;
	} while (*at < r->len && task_series(t, TOUCH)->amount < WINDOW_MIN_NS);
	touch_faults_due(t, pages);
	return window_close(&t->meter);
}

static int work(struct task *t, int role)
{
	struct region r;
	size_t at = 0;
	int err = touch_warm(t);

	(void)role;
	if (!err)
		err = touch_begin(t, &r);
	while (!err && at < r.len)
		err = window(t, &r, &at);
	return err ? err : touch_end(t, &r);
}

static int fits(const struct cell *c, struct why *w)
{
	if (c->size < CHUNK)
		return cannot(w, "a profile by page index needs at least one chunk of 2M");
	if (base_page_bytes() != SMALLEST_PAGE)
		return cannot(w,
			      "the profile is by the 512 pages that a page table maps where they "
			      "are 4K: here they are %zuK",
			      base_page_bytes() >> 10);
	return touch_fits(c, w);
}

static const struct metric metrics[] = {
	[TOUCH] = { .name = "touch",
		    .unit = "ns",
		    .kind = KIND_TIME,
		    .samples = CHUNK / SMALLEST_PAGE },
	{ 0 },
};

const struct bench bench_touch_profile = {
	.name = "touch-profile",
	.about = "how is the cost of first touches distributed?",
	.parts =
		(const struct part[]){
			{
				.name = "touch",
				.axes = AXIS(REGION) | AXIS(SIZE) | AXIS(PAGE) | AXIS(ACCESS) |
					AXIS(STATE) | AXIS(MEMORY) | AXIS(NODE) | AXIS(DIRECTORY) |
					AXIS(CLOCK),
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
