/* SPDX-License-Identifier: MIT */
/*
 * Which way brings all pages of a region in fastest?
 *
 * Timed from the attach, so that mmap(MAP_POPULATE) and mlockall(MCL_FUTURE), which do both at once,
 * can be compared with what is called after it. What is left to do is timed too: `after` is a write
 * to every page once it is said to be there. SHM_LOCK brings nothing in (it only keeps what is there
 * from being swapped), fallocate(2) makes pages but maps none.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include "team.h"
#include "touch.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

enum { POPULATE, BANDWIDTH, FAULTS, AFTER, AFTER_FAULTS };
enum {
	WINDOWS = 20,
	LONG_WINDOWS = 3,
	LONG_BYTES = 8 << 20, /* one event of this much lasts longer than a window should */
};

/* Locking is limited: RLIMIT_MEMLOCK, unless CAP_IPC_LOCK. */
static int lock_failed(const struct task *t, struct why *w, int err, const char *call)
{
	struct rlimit limit = { 0 };

	if (err != EPERM && err != ENOMEM && err != EAGAIN)
		return fail(w, err, "%s of %zu bytes", call, t->region.len);
	getrlimit(RLIMIT_MEMLOCK, &limit);
	return cannot(w,
		      "%s of %zu bytes is refused: RLIMIT_MEMLOCK is %ju bytes, `ulimit -l' or "
		      "CAP_IPC_LOCK raises it",
		      call, t->region.len, (uintmax_t)limit.rlim_cur);
}

static int by_touch(const struct task *t, char *at, size_t len, struct why *w)
{
	size_t page = touch_page(t->cell);

	(void)w;
	for (char *end = at + len; at < end; at += page)
		touch(t->cell, at);
	return 0;
}

static int by_madvise(const struct task *t, char *at, size_t len, struct why *w)
{
	bool read = t->cell->populate == POPULATE_MADVISE_READ;

	if (!madvise(at, len, read ? MADV_POPULATE_READ : MADV_POPULATE_WRITE))
		return 0;
	if (errno == EINVAL)
		return cannot(w, "MADV_POPULATE_%s: Linux 5.14 or newer is needed",
			      read ? "READ" : "WRITE");
	return fail(w, errno, "madvise of %zu bytes of %s", len, t->region.ops->name);
}

static int by_lock(const struct task *t, char *at, size_t len, struct why *w)
{
	return mlock(at, len) ? lock_failed(t, w, errno, "mlock(2)") : 0;
}

static int by_shm_lock(const struct task *t, char *at, size_t len, struct why *w)
{
	(void)at;
	(void)len;
	return shmctl(t->region.id, SHM_LOCK, NULL) ? lock_failed(t, w, errno, "SHM_LOCK") : 0;
}

static int by_fallocate(const struct task *t, char *at, size_t len, struct why *w)
{
	off_t from = at - (char *)t->region.addr;

	if (!fallocate(t->region.id, 0, from, (off_t)len))
		return 0;
	if (errno == EOPNOTSUPP)
		return cannot(w, "fallocate: the file system at %s has none",
			      t->cell->directory ? t->cell->directory : t->region.ops->name);
	return fail(w, errno, "fallocate of %zu bytes of %s", len, t->region.ops->name);
}

/* NULL: the attach has done it. */
static team_fn *const way[] = {
	[POPULATE_NONE] = NULL,
	[POPULATE_TOUCH] = by_touch,
	[POPULATE_MAP] = NULL,
	[POPULATE_MADVISE] = by_madvise,
	[POPULATE_MADVISE_READ] = by_madvise,
	[POPULATE_FALLOCATE] = by_fallocate,
	[POPULATE_LOCK] = by_lock,
	[POPULATE_SHM_LOCK] = by_shm_lock,
	[POPULATE_FUTURE] = NULL,
};

static bool fresh(const struct task *t)
{
	return t->cell->state == STATE_FRESH;
}

/* An object whose pages do not exist, or the one whose do; and a setting that only the attach that
 * follows is to meet (mlockall(2)). Where memory has a node, a first attach tells the object, so
 * that the timed one need not: but anonymous memory has no second one, and hugetlb pages go by the
 * mapping (and the task, for those that come with it). */
static int prepare(struct task *t, struct region *r)
{
	bool inherited = t->region.ops->inherited;
	int err = 0;

	*r = t->region;
	r->populated = t->cell->populate == POPULATE_MAP;
	if (fresh(t) && !inherited)
		err = region_create(r, t->serial++);
	if (!err && fresh(t) && t->nodes && !inherited) {
		r->populated = false;
		err = r->ops->attach(r);
		if (!err)
			err = t->place_memory(t, r->addr, r->len);
		if (!err)
			err = r->ops->detach(r);
		r->populated = t->cell->populate == POPULATE_MAP;
	}
	if (!err && t->cell->populate == POPULATE_FUTURE && mlockall(MCL_FUTURE))
		err = lock_failed(t, t->why, errno, "mlockall(MCL_FUTURE)");
	return err;
}

/* The timed part. */
static int populate(struct task *t, struct region *r, struct team *team, uint64_t *ns)
{
	team_fn *fn = way[t->cell->populate];

	team_ready(team);
	uint64_t start = task_now(t);
	int err = r->ops->inherited ? r->ops->create(r) : r->ops->attach(r);
	if (!err && (r->ops->inherited || page_is_pooled(r->page)) && t->nodes)
		err = t->place_memory(t, r->addr, r->len);
	team->task.region = *r;
	if (!err && fn)
		err = team_run(team, fn);
	*ns = task_now(t) - start;
	/* EAGAIN of an attach is about locking (mmap(2)): whoever attaches cannot know that. */
	if (err == -EAGAIN && t->cell->populate == POPULATE_FUTURE) {
		t->why->text[0] = '\0';
		return lock_failed(t, t->why, EAGAIN, "mlockall(MCL_FUTURE) and attach");
	}
	return err;
}

static int finish(struct task *t, struct region *r)
{
	int err = 0;

	if (t->cell->populate == POPULATE_FUTURE && munlockall())
		err = fail(t->why, errno, "munlockall");
	if (!err)
		err = t->check_memory(t, r->addr, r->len);
	if (!err && t->cell->populate == POPULATE_SHM_LOCK && shmctl(r->id, SHM_UNLOCK, NULL))
		err = fail(t->why, errno, "SHM_UNLOCK");
	if (!err)
		err = r->ops->detach(r);
	return err || !fresh(t) || r->ops->inherited ? err : r->ops->remove(r);
}

/* What is due, of populating and then of writing to every page: where pages come neither many in
 * one fault nor in folios of a file system's choosing, each is one fault, sooner or later. */
static void faults_due(struct task *t, uint64_t n)
{
	const struct region_ops *ops = t->region.ops;
	bool around = ops->fault_around && !fresh(t);

	if (ops->in_directory || around || t->cell->page != PAGE_BASE)
		window_faults_any(&t->meter);
	else
		window_faults_due(&t->meter, n);
}

struct sums {
	uint64_t ns, faults, after_ns, after_faults, pages;
};

static int event(struct task *t, struct team *team, struct sums *s)
{
	struct region r;
	uint64_t ns = 0;
	int err = prepare(t, &r);
	uint64_t before = touch_faults();

	if (!err)
		err = populate(t, &r, team, &ns);
	if (err)
		return err;
	uint64_t between = touch_faults(), start = task_now(t);
	err = by_touch(t, r.addr, r.len, t->why);
	s->after_ns += task_now(t) - start;
	s->after_faults += touch_faults() - between;
	s->faults += between - before;
	s->ns += ns;
	s->pages += r.len / touch_page(t->cell);
	return err ? err : finish(t, &r);
}

static int window(struct task *t, struct team *team)
{
	struct sums s = { 0 };
	int err = window_open(&t->meter);

	for (uint64_t end = task_now(t) + 5 * WINDOW_NS;
	     !err && (!s.pages || (s.ns < WINDOW_MIN_NS && task_now(t) < end));)
		err = event(t, team, &s);
	series_total(task_series(t, POPULATE), s.ns, s.pages);
	series_total(task_series(t, BANDWIDTH), s.ns, s.pages * touch_page(t->cell));
	series_total(task_series(t, FAULTS), s.faults, s.pages);
	series_total(task_series(t, AFTER), s.after_ns, s.pages);
	series_total(task_series(t, AFTER_FAULTS), s.after_faults, s.pages);
	faults_due(t, s.pages);
	return err ? err : window_close(&t->meter);
}

static uint64_t windows(const struct cell *c)
{
	return c->size > LONG_BYTES ? LONG_WINDOWS : WINDOWS;
}

/* Told of a node by mbind(2) only, which comes too late for pages that come with the mapping. */
static bool comes_before_node(const struct task *t)
{
	return t->nodes && t->region.ops->inherited && !way[t->cell->populate] &&
	       !page_is_pooled(t->region.page);
}

static int work(struct task *t, int role)
{
	struct sums unseen = { 0 };
	struct team team;
	int err = touch_warm(t);

	if (!err && comes_before_node(t))
		err = cannot(t->why, "an anonymous mapping that comes with its pages cannot be "
				     "told their node before");

	(void)role;
	if (!err)
		err = team_open(&team, t);
	if (err)
		return err;
	err = event(t, &team, &unseen);
	for (uint64_t i = 0; i < windows(t->cell) && !err; i++)
		err = window(t, &team);
	team_close(&team);
	return err;
}

/* What makes pages before anybody has advised about them, or without a mapping to advise about. */
static bool comes_before_advice(const struct cell *c)
{
	return c->populate == POPULATE_MAP || c->populate == POPULATE_FUTURE ||
	       c->populate == POPULATE_FALLOCATE;
}

static int fits(const struct cell *c, struct why *w)
{
	const struct region_ops *r = c->region;

	if (c->populate == POPULATE_NONE)
		return misused(w, "--populate none: populate measures the others");
	if (r->inherited && c->state == STATE_RESIDENT)
		return cannot(w, "an anonymous mapping is inherited by fork, not attached to what "
				 "exists");
	if (c->populate == POPULATE_MAP && !r->populates)
		return cannot(w, "shmat(2) has no MAP_POPULATE");
	if (c->populate == POPULATE_MAP && !region_map_populates())
		return cannot(w, "mmap(2) makes no page here for MAP_POPULATE: an emulator");
	if ((c->populate == POPULATE_MADVISE || c->populate == POPULATE_MADVISE_READ) &&
	    !region_advice_counts())
		return cannot(w, "madvise(2) says that it did what it does not do: an emulator");
	if (c->populate == POPULATE_SHM_LOCK && (r->populates || r->inherited))
		return cannot(w, "SHM_LOCK is of System V segments");
	if (c->populate == POPULATE_FALLOCATE && (!r->populates || r->inherited))
		return cannot(w, "fallocate is of files: %s has no descriptor", r->name);
	if (c->page == PAGE_THP && comes_before_advice(c))
		return cannot(w, "thp is asked for by madvise(2), and this makes the pages before");
	if (c->threads > 1 && !way[c->populate])
		return cannot(w, "the attach itself populates: one call, one thread");
	if (c->threads > 1 && c->populate == POPULATE_SHM_LOCK)
		return cannot(w, "SHM_LOCK is of the whole segment: one call, one thread");
	return 0;
}

static const struct metric metrics[] = {
	[POPULATE] = { .name = "populate", .unit = "ns/page", .kind = KIND_TIME, .headline = true },
	[BANDWIDTH] = { .name = "bandwidth", .unit = "B/s", .kind = KIND_RATE },
	[FAULTS] = { .name = "faults", .unit = "faults/page", .kind = KIND_COUNT },
	[AFTER] = { .name = "after", .unit = "ns/page", .kind = KIND_TIME },
	[AFTER_FAULTS] = { .name = "after-faults", .unit = "faults/page", .kind = KIND_COUNT },
	{ 0 },
};

const struct bench bench_populate = {
	.name = "populate",
	.about = "which way brings all pages of a region in fastest?",
	.parts =
		(const struct part[]){
			{
				.name = "all",
				.axes = AXIS(REGION) | AXIS(SIZE) | AXIS(PAGE) | AXIS(STATE) |
					AXIS(POPULATE) | AXIS(MEMORY) | AXIS(NODE) | AXIS(THREADS) |
					AXIS(DIRECTORY) | AXIS(CLOCK),
				.states = 1u << STATE_FRESH | 1u << STATE_RESIDENT,
				.crowds = AXIS(THREADS),
				.roles = 1,
				.region = REGION_OWN,
				.metrics = metrics,
				.standard =
					(const char *const[AXES]){
						[AXIS_SIZE] = "2M",
						[AXIS_POPULATE] =
							"touch,map,madvise,madvise-read,fallocate,"
							"lock,shm-lock,future",
					},
				.fits = fits,
				.windows = windows,
				.work = work,
			},
			{ 0 },
		},
};
