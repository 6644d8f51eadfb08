/* SPDX-License-Identifier: MIT */
/* Segments full of pages: what it costs to unmap them, to free them, to write them to their disk. */
#include <errno.h>
#include <sys/mman.h>
#include "populated.h"

enum { DETACH_TOUCHED, REMOVE_POPULATED, SYNC };
enum {
	WINDOWS = 20,
	SYNC_WINDOWS = 8,
	LONG_WINDOWS = 3,     /* where one event lasts longer than a window should */
	LONG_BYTES = 8 << 20, /* unmapping or freeing this much takes about 2 ms */
};

/* The object that exists, mapped here, every page touched. */
static int attach_touched(struct task *t, struct region *r)
{
	int err;

	*r = t->region;
	err = r->ops->attach(r);
	if (!err)
		err = t->place_memory(t, r->addr, r->len);
	return err ? err : region_populate(r);
}

static uint64_t pages(const struct region *r)
{
	return r->len / page_bytes(r->page);
}

static int detach_touched(struct task *t)
{
	struct region r;
	int err = attach_touched(t, &r);
	uint64_t start = task_now(t);

	if (!err)
		err = r.ops->detach(&r);
	series_add(task_series(t, DETACH_TOUCHED), task_now(t) - start, pages(&r));
	return err;
}

static int remove_populated(struct task *t)
{
	struct region r = t->region;
	int err = region_create(&r, t->serial++);

	if (!err)
		err = r.ops->attach(&r);
	if (!err)
		err = t->place_memory(t, r.addr, r.len);
	if (!err)
		err = region_populate(&r);
	if (!err)
		err = r.ops->detach(&r);
	uint64_t start = task_now(t);
	if (!err)
		err = r.ops->remove(&r);
	series_add(task_series(t, REMOVE_POPULATED), task_now(t) - start, pages(&r));
	return err;
}

/* A mapping whose pages are all dirty, told to be on its disk. System V has none: what it costs
 * there is a system call that finds nothing to do. */
static int sync_dirty(struct task *t)
{
	struct region r;
	int err = attach_touched(t, &r);
	uint64_t start = task_now(t);

	if (!err && msync(r.addr, r.len, MS_SYNC))
		err = fail(t->why, errno, "msync of %zu bytes of %s", r.len, r.ops->name);
	series_add(task_series(t, SYNC), task_now(t) - start, 1);
	return err ? err : r.ops->detach(&r);
}

/* Events that need untimed preparation: as many as give half a millisecond of measured time, or
 * what fits in five of wall time. One, where one is long. */
static int events_window(struct task *t, unsigned metric, int (*event)(struct task *))
{
	uint64_t end;
	int err = window_open(&t->meter);

	end = task_now(t) + 5 * WINDOW_NS;
	do
		err = err ? err : event(t);
	while (!err && task_series(t, metric)->amount < WINDOW_MIN_NS && task_now(t) < end);
	window_faults_any(&t->meter);
	return err ? err : window_close(&t->meter);
}

static uint64_t populated_each(const struct cell *c)
{
	return c->size > LONG_BYTES ? LONG_WINDOWS : WINDOWS;
}

static uint64_t populated_sync(const struct cell *c)
{
	return c->size > LONG_BYTES ? LONG_WINDOWS : SYNC_WINDOWS;
}

uint64_t populated_windows(const struct cell *c)
{
	return 2 * populated_each(c) + populated_sync(c);
}

int populated_work(struct task *t, int role)
{
	uint64_t n = populated_each(t->cell);
	int err = 0;

	(void)role;
	for (uint64_t i = 0; i < n && !err; i++)
		err = events_window(t, DETACH_TOUCHED, detach_touched);
	for (uint64_t i = 0; i < n && !err; i++)
		err = events_window(t, REMOVE_POPULATED, remove_populated);
	for (uint64_t i = 0; i < populated_sync(t->cell) && !err; i++)
		err = events_window(t, SYNC, sync_dirty);
	return err;
}

const struct metric populated_metrics[] = {
	[DETACH_TOUCHED] = { .name = "detach-touched", .unit = "ns/page", .kind = KIND_TIME },
	[REMOVE_POPULATED] = { .name = "remove-populated", .unit = "ns/page", .kind = KIND_TIME },
	[SYNC] = { .name = "sync", .unit = "ns", .kind = KIND_TIME },
	{ 0 },
};
