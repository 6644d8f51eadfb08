/* SPDX-License-Identifier: MIT */
/*
 * What does it cost that many processes attach one segment?
 *
 * The pages are shared, the tables that map them are not: each process has 8 bytes for every page that
 * it has touched, so that with pages of 4 KiB 512 processes need as much for tables as the segment
 * has. That is what databases with many connections meet, and what large pages and proposals to share page
 * tables (mshare) are about. --processes says how many are attached already, beside the keeper;
 * attach, map and detach are those of one process more.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/page.h"
#include "base/proc.h"
#include "sleepers.h"
#include "touch.h"

enum { ATTACH, MAP, DETACH, FAULTS, PAGE_TABLES, TOTAL_TABLES, GATHER, TEARDOWN };
enum { WINDOWS = 20 };

/* CPUs keep up to 125 pages each to themselves before they add them to the machine's count
 * (mm/vmstat.c). Root can have them added up; for others small crowds are within that error. */
static void add_up(void)
{
	int fd = open("/proc/sys/vm/stat_refresh", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1", 1) < 0) {
		/* then it is as for those who are not root */
	}
	close(fd);
}

/* Bytes of page tables of the whole machine. */
static uint64_t total_tables(void)
{
	add_up();
	long kib = proc_number("/proc/meminfo", "PageTables:");
	return kib > 0 ? (uint64_t)kib * 1024 : 0;
}

/* One process more: what it takes, step by step. */
struct sums {
	uint64_t attach, map, detach, faults, tables, times;
};

static int one_more(struct task *t, struct sums *s)
{
	struct region r = t->region;
	size_t page = touch_page(t->cell);
	uint64_t tables = touch_page_tables(), start = task_now(t);
	int err = r.ops->attach(&r);
	uint64_t attached = task_now(t);

	if (err)
		return err;
	uint64_t faults = touch_faults(), from = task_now(t);
	for (size_t at = 0; at < r.len; at += page)
		touch(t->cell, (char *)r.addr + at);
	s->map += task_now(t) - from;
	s->faults += touch_faults() - faults;
	s->tables += touch_page_tables() - tables;
	from = task_now(t);
	err = r.ops->detach(&r);
	s->detach += task_now(t) - from;
	s->attach += attached - start;
	s->times++;
	return err;
}

static int window(struct task *t)
{
	struct sums s = { 0 };
	int err = window_open(&t->meter);

	while (!err && s.map < WINDOW_MIN_NS && s.times < 16)
		err = one_more(t, &s);
	series_total(task_series(t, ATTACH), s.attach, s.times);
	series_total(task_series(t, MAP), s.map, s.times);
	series_total(task_series(t, DETACH), s.detach, s.times);
	series_total(task_series(t, FAULTS), s.faults, s.times);
	series_total(task_series(t, PAGE_TABLES), s.tables, s.times);
	if (t->cell->page == PAGE_BASE)
		touch_faults_due(t, s.times * (t->region.len / touch_page(t->cell)));
	else
		window_faults_any(&t->meter);
	return err ? err : window_close(&t->meter);
}

/* All of them, in one window: what is theirs is timed by themselves. */
static int gather(struct task *t, struct sleepers *sleepers)
{
	uint64_t ns = 0, before = 0;
	int err = window_open(&t->meter);

	if (!err) {
		before = total_tables();
		err = sleepers_gather(sleepers, t, &ns);
	}
	uint64_t after = total_tables();
	series_total(task_series(t, GATHER), ns, sleepers->n);
	series_total(task_series(t, TOTAL_TABLES), after > before ? after - before : 0, 1);
	window_faults_any(&t->meter);
	return err ? err : window_close(&t->meter);
}

static int leave(struct task *t, struct sleepers *sleepers)
{
	uint64_t ns = 0, n = sleepers->n;
	int err = window_open(&t->meter);

	if (!err)
		err = sleepers_leave(sleepers, t, &ns);
	series_total(task_series(t, TEARDOWN), ns, n);
	window_faults_any(&t->meter);
	return err ? err : window_close(&t->meter);
}

static int work(struct task *t, int role)
{
	struct sums unseen = { 0 };
	struct sleepers sleepers;
	int err = sleepers_open(&sleepers, t);

	(void)role;
	if (!err)
		err = gather(t, &sleepers);
	if (!err)
		err = settle_process(t->why);
	if (!err)
		err = one_more(t, &unseen);
	for (int i = 0; i < WINDOWS && !err; i++)
		err = window(t);
	if (!err)
		err = leave(t, &sleepers);
	sleepers_close(&sleepers);
	return err;
}

static uint64_t windows(const struct cell *c)
{
	(void)c;
	return 2 + WINDOWS;
}

/* Tables for everybody's mapping, and what a process is at all. */
static uint64_t beside(const struct cell *c)
{
	return c->processes *
	       (page_tables_bytes(c->size, touch_page(c), base_page_bytes()) + (256 << 10));
}

/* The sleepers' time, spread over the windows. */
static uint64_t lasts_ns(const struct cell *c)
{
	uint64_t pages = c->size / touch_page(c), process = 400000 + pages * 400;

	return WINDOW_NS + pages * 600 + c->processes * process / (2 + WINDOWS);
}

static int fits(const struct cell *c, struct why *w)
{
	int err = region_attachable(c->region, w);

	if (err)
		return err;
	if (c->processes > SLEEPERS_MAX)
		return misused(w, "--processes %ju: give %d at most", (uintmax_t)c->processes,
			       SLEEPERS_MAX);
	return 0;
}

static const struct metric metrics[] = {
	[ATTACH] = { .name = "attach", .unit = "ns", .kind = KIND_TIME },
	[MAP] = { .name = "map", .unit = "ns", .kind = KIND_TIME, .headline = true },
	[DETACH] = { .name = "detach", .unit = "ns", .kind = KIND_TIME, .headline = true },
	[FAULTS] = { .name = "faults", .unit = "faults", .kind = KIND_COUNT },
	[PAGE_TABLES] = { .name = "page-tables",
			  .unit = "bytes",
			  .kind = KIND_COUNT,
			  .varies = true },
	[TOTAL_TABLES] = { .name = "total-tables",
			   .unit = "bytes",
			   .kind = KIND_COUNT,
			   .varies = true },
	[GATHER] = { .name = "gather", .unit = "ns/process", .kind = KIND_TIME },
	[TEARDOWN] = { .name = "teardown", .unit = "ns/process", .kind = KIND_TIME },
	{ 0 },
};

const struct bench bench_attachers = {
	.name = "attachers",
	.about = "what does it cost that many processes attach one segment?",
	.parts =
		(const struct part[]){
			{
				.name = "crowd",
				.axes = AXIS(REGION) | AXIS(SIZE) | AXIS(PAGE) | AXIS(ACCESS) |
					AXIS(STATE) | AXIS(NODE) | AXIS(PROCESSES) |
					AXIS(DIRECTORY) | AXIS(CLOCK),
				.states = 1u << STATE_RESIDENT,
				.crowds = AXIS(PROCESSES),
				.roles = 1,
				.region = REGION_OWN,
				.metrics = metrics,
				.standard =
					(const char *const[AXES]){ [AXIS_SIZE] = "4M",
								   [AXIS_STATE] = "resident",
								   [AXIS_PROCESSES] = "1,10,100" },
				.fits = fits,
				.beside = beside,
				.lasts_ns = lasts_ns,
				.windows = windows,
				.work = work,
			},
			{ 0 },
		},
};
