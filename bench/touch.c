/* SPDX-License-Identifier: MIT */
/* Objects to be touched for the first time. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "touch.h"

enum { DUMMY_PAGES = 64 };

size_t touch_page(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
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
	size_t page = touch_page(), dummy = DUMMY_PAGES * page;
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

	if (c->region->in_directory || around)
		window_faults_any(&t->meter);
	else
		window_faults_due(&t->meter, pages);
}

uint64_t touch_faults(void)
{
	return counters_read().minor_faults;
}

/* Read without stdio: it would allocate, and this runs between timed sections. */
uint64_t touch_page_tables(void)
{
	char text[4096];
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return 0;
	text[n] = '\0';
	const char *at = strstr(text, "VmPTE:");
	return at ? strtoull(at + strlen("VmPTE:"), NULL, 10) * 1024 : 0;
}
