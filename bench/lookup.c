/* SPDX-License-Identifier: MIT */
/*
 * What does it cost to find shared memory by its name?
 *
 * The object and --segments others were made by another process; this one knows a key or a path and
 * nothing else. System V looks a key up in a hash table of the IPC namespace and ids in a tree
 * (ipc/util.c), under a semaphore that it takes for writing; shm_open(3) and open(2) look a path up
 * in the directory cache, and leave a descriptor behind that must be closed once it is mapped.
 * Neither depends on how many others there are; SHM_INFO visits them all.
 */
#include <errno.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include "bench.h"
#include "vary.h"

enum { FIND, FIND_ATTACH, STAT, LOCK, INFO, FTOK, METRICS };
enum {
	WINDOWS = 20,
	BATCH = 16,
	LEAD_BATCHES = 2,
};

/* What a path is turned into a key from: the shortest, whose lookup is the cheapest. */
static const char ftok_path[] = "/";

/* One process that looks. */
struct looker {
	struct region r[BATCH]; /* found, or about to be */
	uint64_t ns, calls;     /* of the last batch */
};

static void know_the_name(const struct task *t, struct looker *l)
{
	for (int i = 0; i < BATCH; i++) {
		l->r[i] = t->region;
		l->r[i].addr = NULL;
		l->r[i].id = -1;
		l->r[i].read_only = t->cell->access == ACCESS_READ;
	}
}

static int forget(struct looker *l)
{
	int err = 0;

	for (int i = 0; i < BATCH && !err; i++)
		err = l->r[i].ops->forget ? l->r[i].ops->forget(&l->r[i]) : 0;
	return err;
}

static int find(struct task *t, struct looker *l)
{
	const struct region_ops *ops = t->region.ops;
	int err = 0;

	know_the_name(t, l);
	uint64_t start = task_now(t);
	for (int i = 0; i < BATCH && !err; i++)
		err = ops->find(&l->r[i]);
	l->ns = task_now(t) - start;
	return err ? err : forget(l);
}

static int find_attach(struct task *t, struct looker *l)
{
	const struct region_ops *ops = t->region.ops;
	int err = 0;

	know_the_name(t, l);
	uint64_t start = task_now(t);
	for (int i = 0; i < BATCH && !err; i++) {
		err = ops->find(&l->r[i]);
		if (!err)
			err = ops->attach(&l->r[i]);
	}
	l->ns = task_now(t) - start;
	for (int i = 0; i < BATCH && !err; i++)
		err = ops->detach(&l->r[i]);
	return err ? err : forget(l);
}

static bool is_sysv(const struct task *t)
{
	return !t->region.ops->forget;
}

static int stat_once(const struct task *t, int id)
{
	struct shmid_ds segment;
	struct stat file;

	if (is_sysv(t))
		return shmctl(id, IPC_STAT, &segment) ? fail(t->why, errno, "shmctl IPC_STAT") : 0;
	return fstat(id, &file) ? fail(t->why, errno, "fstat") : 0;
}

static int stat_batch(struct task *t, struct looker *l)
{
	int err = t->region.ops->find(&l->r[0]);
	uint64_t start = task_now(t);

	for (int i = 0; i < BATCH && !err; i++)
		err = stat_once(t, l->r[0].id);
	l->ns = task_now(t) - start;
	if (!err && t->region.ops->forget)
		err = t->region.ops->forget(&l->r[0]);
	return err;
}

/* Of a segment that is filled: SHM_UNLOCK visits every page that there is (mm/shmem.c,
 * shmem_unlock_mapping), SHM_LOCK none. */
static int lock_batch(struct task *t, struct looker *l)
{
	int err = t->region.ops->find(&l->r[0]), id = l->r[0].id;
	uint64_t start = task_now(t);

	for (int i = 0; i < BATCH && !err; i++)
		if (shmctl(id, SHM_LOCK, NULL) || shmctl(id, SHM_UNLOCK, NULL))
			err = fail(t->why, errno, "shmctl SHM_LOCK and SHM_UNLOCK");
	l->ns = task_now(t) - start;
	return err;
}

static int info_batch(struct task *t, struct looker *l)
{
	struct shm_info info;
	uint64_t start = task_now(t);
	int err = 0;

	/* It looks at every segment that there is: a hundred make it long enough by itself. */
	l->calls = t->cell->segments < 100 ? BATCH : 1;
	for (uint64_t i = 0; i < l->calls && !err; i++)
		if (shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&info) < 0)
			err = fail(t->why, errno, "shmctl SHM_INFO");
	l->ns = task_now(t) - start;
	return err;
}

static int ftok_batch(struct task *t, struct looker *l)
{
	l->calls = BATCH;
	uint64_t start = task_now(t);
	int err = 0;

	for (int i = 0; i < BATCH && !err; i++)
		if (ftok(ftok_path, 's') == -1)
			err = fail(t->why, errno, "ftok of %s", ftok_path);
	l->ns = task_now(t) - start;
	return err;
}

static int (*const batch[METRICS])(struct task *, struct looker *) = {
	[FIND] = find,       [FIND_ATTACH] = find_attach, [STAT] = stat_batch,
	[LOCK] = lock_batch, [INFO] = info_batch,         [FTOK] = ftok_batch,
};

static int window(struct task *t, struct looker *l, unsigned metric)
{
	int err = window_open(&t->meter);

	for (int i = 0; i < LEAD_BATCHES && !err; i++)
		err = batch[metric](t, l);
	for (uint64_t end = task_now(t) + WINDOW_NS; !err && task_now(t) < end;) {
		err = batch[metric](t, l);
		if (l->calls == BATCH)
			series_add(task_series(t, metric), l->ns, BATCH);
		else
			series_total(task_series(t, metric), l->ns, l->calls);
	}
	return err ? err : window_close(&t->meter);
}

/* SHM_LOCK is refused to those who may lock no memory; that is no failure of the others. */
static bool may_lock(struct task *t, struct looker *l)
{
	int err = t->region.ops->find(&l->r[0]);

	if (!err && !shmctl(l->r[0].id, SHM_LOCK, NULL)) {
		shmctl(l->r[0].id, SHM_UNLOCK, NULL);
		return true;
	}
	metric_cannot(t, LOCK,
		      "SHM_LOCK is refused here: `ulimit -l' or CAP_IPC_LOCK would allow it");
	return false;
}

static bool has(struct task *t, struct looker *l, unsigned metric)
{
	if (metric < LOCK)
		return true;
	if (!is_sysv(t)) {
		metric_cannot(t, metric, "%s: of System V only",
			      metric == LOCK   ? "SHM_LOCK"
			      : metric == INFO ? "SHM_INFO"
					       : "ftok");
		return false;
	}
	return metric != LOCK || may_lock(t, l);
}

static int work(struct task *t, int role)
{
	static struct looker l; /* 9 KiB */
	struct vary vary;
	int err = 0;

	(void)role;
	t->meter.out->batch = BATCH;
	know_the_name(t, &l);
	l.calls = BATCH;
	vary_open(&vary);
	for (unsigned m = 0; m < METRICS && !err; m++) {
		bool there = has(t, &l, m);

		for (int i = 0; there && i < WINDOWS && !err; i++) {
			err = vary_draw(&vary, t->why);
			if (!err && i == 0)
				err = batch[m](t, &l); /* a first time, untimed */
			if (!err)
				err = window(t, &l, m);
		}
	}
	vary_close(&vary);
	return err;
}

static uint64_t windows(const struct cell *c)
{
	(void)c;
	return METRICS * WINDOWS;
}

static int fits(const struct cell *c, struct why *w)
{
	if (!c->region->find)
		return cannot(w, "%s has no name by which another process could find it",
			      c->region->name);
	return 0;
}

#define SAMPLES (WINDOW_NS / (BATCH * 50))

static const struct metric metrics[] = {
	[FIND] = { .name = "find",
		   .unit = "ns",
		   .kind = KIND_TIME,
		   .of_events = true,
		   .headline = true,
		   .samples = SAMPLES },
	[FIND_ATTACH] = { .name = "find-attach",
			  .unit = "ns",
			  .kind = KIND_TIME,
			  .of_events = true,
			  .headline = true,
			  .samples = SAMPLES },
	[STAT] = { .name = "stat",
		   .unit = "ns",
		   .kind = KIND_TIME,
		   .of_events = true,
		   .samples = SAMPLES },
	[LOCK] = { .name = "lock",
		   .unit = "ns",
		   .kind = KIND_TIME,
		   .of_events = true,
		   .samples = SAMPLES },
	[INFO] = { .name = "info",
		   .unit = "ns",
		   .kind = KIND_TIME,
		   .of_events = true,
		   .samples = SAMPLES },
	[FTOK] = { .name = "ftok",
		   .unit = "ns",
		   .kind = KIND_TIME,
		   .of_events = true,
		   .samples = SAMPLES },
	{ 0 },
};

const struct bench bench_lookup = {
	.name = "lookup",
	.about = "what does it cost to find shared memory by its name?",
	.parts =
		(const struct part[]){
			{
				.name = "find",
				.axes = AXIS(REGION) | AXIS(SIZE) | AXIS(PAGE) | AXIS(ACCESS) |
					AXIS(NODE) | AXIS(SEGMENTS) | AXIS(DIRECTORY) | AXIS(CLOCK),
				.crowds = AXIS(SEGMENTS),
				.roles = 1,
				.region = REGION_NAMED,
				.metrics = metrics,
				.standard = (const char *const[AXES]){ [AXIS_SEGMENTS] = "0,100" },
				.fits = fits,
				.windows = windows,
				.work = work,
			},
			{ 0 },
		},
};
