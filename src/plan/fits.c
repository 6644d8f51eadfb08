/* SPDX-License-Identifier: MIT */
/* Can a cell run here? Limits are found before anything is made. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/page.h"
#include "plan/axis.h"
#include "plan/expand.h"
#include "region/page.h"

/* The region of a cell, as the harness or the benchmark will make it. */
static struct region cell_region(const struct cell *c, struct why *w)
{
	struct region r;

	region_init(&r, c->region, plan_region_bytes(c), w);
	r.page = (enum page)c->page;
	r.directory = c->directory;
	r.others = c->segments;
	r.more = c->part->regions ? c->part->regions(c) - 1 : 0;
	r.beside = c->part->beside ? c->part->beside(c) : 0;
	return r;
}

static int channel_fits(const struct cell *c, struct why *w)
{
	struct channel channel;

	plan_channel(&channel, c, w);
	if (c->channel->absent)
		return cannot(w, "%s", c->channel->absent);
	if (c->message < MESSAGE_MIN)
		return misused(w,
			       "--message %" PRIu64 ": a message has at least %d bytes, its number",
			       c->message, MESSAGE_MIN);
	if ((c->has & AXIS(PUBLISH)) && (c->publish == 0 || c->publish > UINT32_MAX))
		return misused(w, "--publish %" PRIu64 ": give 1 to %u messages", c->publish,
			       UINT32_MAX);
	return c->channel->fits ? c->channel->fits(&channel) : 0;
}

/* How many there may be: as many as CPUs of their own can be told to a worker. */
static uint64_t most_of(const struct cell *c, enum axis a)
{
	if (a == AXIS_THREADS)
		return THREADS_MAX;
	return a == AXIS_PROCESSES && c->part->cpus_each ? CPUS_MAX / c->part->cpus_each
							 : UINT64_MAX;
}

/* Most parts are of one process, one thread and no other segments. */
static int crowd_fits(const struct cell *c, struct why *w)
{
	static const struct {
		enum axis axis;
		uint64_t least;
		const char *instead;
	} crowd[] = {
		{ AXIS_PROCESSES, 1, "; crowd measures many at once" },
		{ AXIS_THREADS, 1, "; populate divides its work" },
		{ AXIS_SEGMENTS, 0, "; lookup has others beside it" },
	};
	char text[32];

	for (size_t i = 0; i < sizeof crowd / sizeof *crowd; i++) {
		enum axis a = crowd[i].axis;
		const char *option = axis_table[a].option;
		uint64_t n = strtoull(axis_text(c, a, text, sizeof text), NULL, 10);

		if (!(c->has & 1u << a))
			continue;
		if (n < crowd[i].least)
			return misused(w, "--%s %" PRIu64 ": give 1 or more", option, n);
		if (n > most_of(c, a))
			return misused(w, "--%s %" PRIu64 ": give %" PRIu64 " at most", option, n,
				       most_of(c, a));
		if (n != crowd[i].least && !(c->part->crowds & 1u << a))
			return misused(w,
				       "--%s %" PRIu64 ": %s is measured with %" PRIu64 " only%s",
				       option, n, c->bench->name, crowd[i].least, crowd[i].instead);
	}
	return 0;
}

/* Bytes of pages that exist at a time. What is resident has a second object beside it for a while:
 * with memory that is air, in a pool it is not. */
static size_t touched(const struct cell *c, const struct region *r)
{
	enum { FEW_PAGES = 64 << 10 };
	bool kept = c->part->region == REGION_OWN && c->state != STATE_FRESH;

	if (c->part->sparse && c->state == STATE_FRESH && r->len > FEW_PAGES)
		return FEW_PAGES;
	return r->len * (1 + r->more + (kept && page_is_pooled(r->page)));
}

/* A size that is no whole number of pages is no mistake: others of the same list may be. */
static int pages_fit(const struct cell *c, struct why *w)
{
	enum page page = (enum page)c->page;

	if (!(c->region->pages & 1u << page))
		return cannot(w, "%s has no %s pages", c->region->name, page_word(page));
	if ((c->has & AXIS(SIZE)) && c->size % page_bytes(page))
		return cannot(w, "--size %" PRIu64 " is no whole number of pages of %zu KiB (%s)",
			      c->size, page_bytes(page) >> 10, page_word(page));
	return 0;
}

/* What nobody's pages divide is a mistake; what only this kernel's do not, a limit. */
static int whole_pages(uint64_t size, struct why *w)
{
	const uint64_t page = base_page_bytes();

	if (size == 0 || size % SMALLEST_PAGE)
		return misused(w, "--size %" PRIu64 " is no whole number of 4K pages", size);
	if (size % page)
		return cannot(w,
			      "--size %" PRIu64 " is no whole number of this kernel's %" PRIu64
			      "K pages",
			      size, page >> 10);
	return 0;
}

/* Can this cell run here? The order matters: what a user typed wrongly comes before what the
 * machine lacks. */
int plan_fits(const struct planned *p, struct why *w)
{
	const struct cell *c = &p->cell;
	int err = c->channel ? channel_fits(c, w) : 0;

	if (!err && (c->has & AXIS(SIZE)))
		err = whole_pages(c->size, w);
	if (!err)
		err = crowd_fits(c, w);
	if (!err && c->region)
		err = pages_fit(c, w);
	if (!err && (c->has & AXIS(CLOCK)))
		err = clock_available((enum clock_source)c->clock, w);
	if (!err && c->part->fits)
		err = c->part->fits(c, w);
	if (!err && p->status) {
		err = p->status;
		*w = p->why;
	}
	if (!err && (c->has & AXIS(WAIT)) && c->wait == WAIT_SPIN && !strcmp(c->place, "same"))
		err = cannot(w,
			     "two roles that spin on one CPU wait for the scheduler, some 8 ms a "
			     "round trip: give --wait futex");
	if (!err && c->region) {
		struct region r = cell_region(c, w);

		err = region_fits(&r, touched(c, &r));
	}
	return err;
}

int plan_nodes_fit(const struct planned *p, struct why *w)
{
	if (!p->cell.region || !p->nodes)
		return 0;
	struct region r = cell_region(&p->cell, w);
	return page_fits_nodes(&r, touched(&p->cell, &r), p->nodes);
}
