/* SPDX-License-Identifier: MIT */
/* Can a cell run here? Limits are found before anything is made. */
#include <inttypes.h>
#include <string.h>
#include "plan/expand.h"

/* The region of a cell, as the harness or the benchmark will make it. */
static struct region cell_region(const struct cell *c, struct why *w)
{
	struct region r;

	region_init(&r, c->region, plan_region_bytes(c), w);
	r.page = (enum page)c->page;
	r.directory = c->directory;
	return r;
}

static int channel_fits(const struct cell *c, struct why *w)
{
	struct channel channel;

	plan_channel(&channel, c, w);
	if (c->message < MESSAGE_MIN)
		return misused(w,
			       "--message %" PRIu64 ": a message has at least %d bytes, its number",
			       c->message, MESSAGE_MIN);
	if ((c->has & AXIS(PUBLISH)) && (c->publish == 0 || c->publish > UINT32_MAX))
		return misused(w, "--publish %" PRIu64 ": give 1 to %u messages", c->publish,
			       UINT32_MAX);
	return c->channel->fits ? c->channel->fits(&channel) : 0;
}

/* Can this cell run here? The order matters: what a user typed wrongly comes before what the
 * machine lacks. */
int plan_fits(const struct planned *p, struct why *w)
{
	enum { FEW_PAGES = 64 << 10 };
	const struct cell *c = &p->cell;
	int err = c->channel ? channel_fits(c, w) : 0;

	if (!err && (c->has & AXIS(SIZE)) && (c->size == 0 || c->size % 4096))
		err = misused(w, "--size %" PRIu64 " is no whole number of 4K pages", c->size);
	if (!err && c->region && !(c->region->pages & 1u << c->page))
		err = cannot(w, "%s gives base pages only in this version", c->region->name);
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
		bool sparse = c->part->sparse && c->state == STATE_FRESH;

		err = region_fits(&r, sparse && r.len > FEW_PAGES ? FEW_PAGES : r.len);
	}
	return err;
}
