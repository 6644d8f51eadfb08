/* SPDX-License-Identifier: MIT */
/*
 * What does it cost to touch again what exists, but is not mapped here any more or not in this way?
 *
 *	fork		a child touches what its parent has mapped: fork(2) copies no page tables of
 *			shared mappings, since faults can make them again (mm/memory.c, vma_needs_copy)
 *	refault		after madvise(MADV_DONTNEED), which on a shared mapping frees nothing: it drops
 *			the entries, the pages stay (metric `dontneed` is the call itself)
 *	upgrade		a write after a read: no fault where a shared page is mapped writable at once,
 *			as in tmpfs; one per page where the file system wants to be told of the first
 *			write (page_mkwrite)
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/forked.h"
#include "touch.h"

enum { FORK, FORK_FAULTS, REFAULT, REFAULT_FAULTS, DONTNEED, UPGRADE, UPGRADE_FAULTS };
enum { WINDOWS = 20 };

static uint64_t touch_all(struct task *t, const struct cell *as)
{
	char *base = t->region.addr;
	size_t page = touch_page(t->cell);
	uint64_t start = task_now(t);

	for (size_t at = 0; at < t->region.len; at += page)
		touch(as, base + at);
	return task_now(t) - start;
}

/* Existing pages come in one fault each, unless a read maps neighbours too. */
static void faults_due(struct task *t, uint64_t pages)
{
	const struct region_ops *ops = t->region.ops;

	if (ops->in_directory || t->cell->page != PAGE_BASE ||
	    (ops->fault_around && t->cell->access == ACCESS_READ))
		window_faults_any(&t->meter);
	else
		window_faults_due(&t->meter, pages);
}

static uint64_t pages(const struct task *t)
{
	return t->region.len / touch_page(t->cell);
}

static int drop(struct task *t, uint64_t *ns)
{
	uint64_t start = task_now(t);

	if (madvise(t->region.addr, t->region.len, MADV_DONTNEED))
		return fail(t->why, errno, "madvise(MADV_DONTNEED) of %s", t->region.ops->name);
	*ns = task_now(t) - start;
	return 0;
}

static int refault_window(struct task *t)
{
	uint64_t ns = 0, dropped = 0, faults = 0, n = 0, one = 0;
	int err = window_open(&t->meter);

	for (; !err && ns < WINDOW_MIN_NS && n < 16 * pages(t); n += pages(t)) {
		err = drop(t, &one);
		dropped += one;
		uint64_t before = touch_faults();
		ns += touch_all(t, t->cell);
		faults += touch_faults() - before;
	}
	series_total(task_series(t, REFAULT), ns, n);
	series_total(task_series(t, REFAULT_FAULTS), faults, n);
	series_total(task_series(t, DONTNEED), dropped, n);
	faults_due(t, n);
	return err ? err : window_close(&t->meter);
}

/* Each time dropped, read whole, and then written: the writes are what is timed. */
static int upgrade_window(struct task *t)
{
	const struct cell read = { .access = ACCESS_READ };
	uint64_t ns = 0, faults = 0, one = 0;
	int err = window_open(&t->meter);

	if (!err)
		err = drop(t, &one);
	if (!err) {
		touch_all(t, &read);
		uint64_t before = touch_faults();
		ns = touch_all(t, t->cell);
		faults = touch_faults() - before;
	}
	series_total(task_series(t, UPGRADE), ns, pages(t));
	series_total(task_series(t, UPGRADE_FAULTS), faults, pages(t));
	window_faults_any(&t->meter);
	return err ? err : window_close(&t->meter);
}

/* The child records in pages that it has no tables for yet: they are shared memory too. */
static int child_window(struct task *t)
{
	uint64_t ns, before;
	int err = settle_process(t->why);

	if (!err)
		err = region_touch(t->meter.out, outcome_len(t->meter.out));
	if (!err)
		err = window_open(&t->meter);
	if (err)
		return err;
	before = touch_faults();
	ns = touch_all(t, t->cell);
	series_total(task_series(t, FORK_FAULTS), touch_faults() - before, pages(t));
	series_total(task_series(t, FORK), ns, pages(t));
	faults_due(t, pages(t));
	return window_close(&t->meter);
}

/* The window is the child's: its canaries, its faults. Its own copy of the meter counts it, so the
 * parent has to. */
static int fork_window(struct task *t)
{
	pid_t parent = getpid(), child = fork();
	int status = 0;

	if (child < 0)
		return fail(t->why, errno, "fork");
	if (child == 0) {
		forked_die_with(parent);
		_exit(child_window(t) ? 1 : 0);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	t->meter.index++;
	return status ? fail(t->why, 0, "the child that touches ended with status %#x", status) : 0;
}

static int work(struct task *t, int role)
{
	bool writes = t->cell->access == ACCESS_WRITE;
	int err = region_populate(&t->region);
	uint64_t ns;

	(void)role;
	if (!err)
		err = drop(t, &ns);
	touch_all(t, t->cell);
	for (int i = 0; i < WINDOWS && !err; i++)
		err = fork_window(t);
	if (!err)
		err = settle_process(t->why);
	if (!err)
		err = drop(t, &ns);
	touch_all(t, t->cell);
	for (int i = 0; i < WINDOWS && !err; i++)
		err = refault_window(t);
	for (int i = 0; writes && i < WINDOWS && !err; i++)
		err = upgrade_window(t);
	for (unsigned m = UPGRADE; !writes && m <= UPGRADE_FAULTS; m++)
		metric_cannot(t, m, "to write after a read is a write: --access write has it");
	return err;
}

static uint64_t windows(const struct cell *c)
{
	return (c->access == ACCESS_WRITE ? 3 : 2) * WINDOWS;
}

static const struct metric metrics[] = {
	[FORK] = { .name = "fork", .unit = "ns/page", .kind = KIND_TIME, .headline = true },
	[FORK_FAULTS] = { .name = "fork-faults", .unit = "faults/page", .kind = KIND_COUNT },
	[REFAULT] = { .name = "refault", .unit = "ns/page", .kind = KIND_TIME, .headline = true },
	[REFAULT_FAULTS] = { .name = "refault-faults", .unit = "faults/page", .kind = KIND_COUNT },
	[DONTNEED] = { .name = "dontneed", .unit = "ns/page", .kind = KIND_TIME },
	[UPGRADE] = { .name = "upgrade", .unit = "ns/page", .kind = KIND_TIME },
	[UPGRADE_FAULTS] = { .name = "upgrade-faults", .unit = "faults/page", .kind = KIND_COUNT },
	{ 0 },
};

const struct bench bench_refault = {
	.name = "refault",
	.about = "what does it cost to touch again what exists but is not mapped here?",
	.parts =
		(const struct part[]){
			{
				.name = "again",
				.axes = AXIS(REGION) | AXIS(SIZE) | AXIS(PAGE) | AXIS(ACCESS) |
					AXIS(NODE) | AXIS(DIRECTORY) | AXIS(CLOCK),
				.roles = 1,
				.region = REGION_ATTACHED,
				.metrics = metrics,
				.standard =
					(const char *const[AXES]){
						[AXIS_SIZE] = "2M", [AXIS_ACCESS] = "write,read" },
				.windows = windows,
				.work = work,
			},
			{ 0 },
		},
};
