/* SPDX-License-Identifier: MIT */
/* Objects to be touched for the first time. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/proc.h"
#include "touch.h"

enum { DUMMY_PAGES = 64 };

size_t touch_page(const struct cell *c)
{
	return page_bytes((enum page)c->page);
}

size_t touch_chunk_bytes(const struct cell *c)
{
	size_t page = touch_page(c);

	return page > CHUNK ? page : CHUNK;
}

int touch_begin(struct task *t, struct region *r)
{
	bool fresh = t->cell->state == STATE_FRESH;
	int err = 0;

	*r = t->region;
	if (fresh)
		err = region_create(r, t->serial++);
	if (!err && t->cell->state == STATE_COLD)
		err = r->ops->evict(r);
	if (!err)
		err = r->ops->attach(r);
	if (!err && fresh)
		err = t->place_memory(t, r->addr, r->len);
	return err;
}

int touch_end(struct task *t, struct region *r)
{
	int err = t->check_memory(t, r->addr, r->len);

	if (!err)
		err = r->ops->detach(r);
	return err || t->cell->state != STATE_FRESH ? err : r->ops->remove(r);
}

int touch_warm(struct task *t)
{
	struct region r = t->region;
	size_t page = touch_page(t->cell), dummy = DUMMY_PAGES * page;
	bool whole = t->cell->state == STATE_FRESH && t->cell->memory == MEMORY_RECYCLED;

	r.len = whole || t->region.len < dummy ? t->region.len : dummy;
	r.addr = NULL;
	int err = region_create(&r, t->serial++);
	if (!err)
		err = r.ops->attach(&r);
	if (!err)
		err = t->place_memory(t, r.addr, r.len);
	for (size_t at = 0; at < r.len && !err; at += page)
		touch(t->cell, (char *)r.addr + at);
	if (!err)
		err = t->check_memory(t, r.addr, r.len);
	/* Reads of a sparse file map pages too, but a file's dirty ones must not meet writeback
	 * later: the dummy is gone before anything is measured. */
	if (!err)
		err = r.ops->detach(&r);
	return err ? err : r.ops->remove(&r);
}

int touch_fits(const struct cell *c, struct why *w)
{
	if (c->state == STATE_COLD && !c->region->evict)
		return cannot(w, "cold is a state of files: %s has no disk", c->region->name);
	return 0;
}

void touch_faults_due(struct task *t, uint64_t pages)
{
	const struct cell *c = t->cell;
	bool around =
		c->region->fault_around && c->state != STATE_FRESH && c->access == ACCESS_READ;

	around = around && !page_is_pooled((enum page)c->page);
	if (c->region->in_directory || around)
		window_faults_any(&t->meter);
	else
		window_faults_due(&t->meter, pages);
}

uint64_t touch_faults(void)
{
	return counters_read().minor_faults;
}

uint64_t touch_page_tables(void)
{
	long kib = proc_number("/proc/self/status", "VmPTE:");

	return kib > 0 ? (uint64_t)kib * 1024 : 0;
}
