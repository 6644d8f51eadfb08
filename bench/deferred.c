/* SPDX-License-Identifier: MIT */
/*
 * What does the gate do with work that outlasts its window? Not a benchmark that a user can ask
 * for: `selftest` runs it to see that the gate finds such work, which every benchmark may have
 * without knowing it (delayed frees, writeback). Here a signal handler gives memory back bit by
 * bit, from shortly before the window's end until long after it: whenever a timer comes, and in
 * guests it may come 50 us late, some of it falls into the second canary.
 */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include "bench.h"

enum {
	WINDOWS = 20,
	BYTES = 8 << 20,
	BITS = 32,
	BIT = BYTES / BITS,
	EVERY_US = 20,
	EARLY_NS = 100000
};

static uint64_t windows(const struct cell *c)
{
	(void)c;
	return WINDOWS;
}

/* What the handler frees, from the back; a handler has no argument of its own. */
static char *volatile pending;
static volatile sig_atomic_t bits;

/* munmap is not in signal-safety(7)'s list, but it is a bare system call. */
static void give_back(int signal)
{
	int saved = errno;

	(void)signal;
	if (bits > 0) {
		bits = bits - 1;
		munmap(pending + (size_t)bits * BIT, BIT);
	}
	errno = saved;
}

/* Small pages: huge ones are given back in no time. */
static int take_memory(struct why *why)
{
	char *p = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return fail(why, errno, "mmap of %d bytes", BYTES);
	madvise(p, BYTES, MADV_NOHUGEPAGE);
	pending = p;
	bits = BITS;
	return region_touch(p, BYTES);
}

static void spin_until(uint64_t end)
{
	while (clock_ns() < end)
		;
}

static int one_window(struct task *t)
{
	const struct itimerval often = { { .tv_usec = EVERY_US }, { .tv_usec = EVERY_US } };
	const struct itimerval never = { { 0 }, { 0 } };
	int err = take_memory(t->why);

	if (!err)
		err = window_open(&t->meter);
	if (err)
		return err;
	uint64_t start = clock_ns();
	spin_until(start + WINDOW_NS - EARLY_NS);
	if (setitimer(ITIMER_REAL, &often, NULL))
		return fail(t->why, errno, "setitimer");
	spin_until(start + WINDOW_NS);
	series_total(task_series(t, 0), clock_ns() - start, 1);
	window_faults_any(&t->meter);
	err = window_close(&t->meter);
	setitimer(ITIMER_REAL, &never, NULL);
	if (bits > 0)
		munmap(pending, (size_t)bits * BIT);
	return err;
}

static int work(struct task *t, int role)
{
	struct sigaction alarm = { .sa_handler = give_back, .sa_flags = SA_RESTART };
	int err = 0;

	(void)role;
	sigaction(SIGALRM, &alarm, NULL);
	for (int i = 0; i < WINDOWS && !err; i++)
		err = one_window(t);
	return err;
}

static const struct metric metrics[] = {
	{ .name = "nothing", .unit = "ns", .kind = KIND_TIME },
	{ .name = NULL },
};

const struct bench bench_deferred = {
	.name = "deferred",
	.about = "what does the gate do with work that outlasts its window?",
	.parts =
		(const struct part[]){
			{
				.name = "one",
				.axes = AXIS(CLOCK),
				.roles = 1,
				.metrics = metrics,
				.windows = windows,
				.work = work,
			},
			{ .name = NULL },
		},
};
