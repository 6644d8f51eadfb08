/* SPDX-License-Identifier: MIT */
/*
 * What is the best this machine could do? Nothing here is a mechanism; each number is a limit
 * that mechanisms are held against:
 *
 *	syscall		a system call that does nothing (getppid), against every life-cycle step
 *	zero-page	writing a page of zeroes that is not in the nearest caches, against a fresh touch
 *	mapping		the least life of shared memory: mmap of 64 KiB of it, one write, munmap; no
 *			mechanism has fewer steps. It also tells how fast the kernel is just now:
 *			all such work was seen 8 % faster and 5 % slower for seconds to minutes, in
 *			cycles, in every process at once, while neither the canaries nor getppid nor
 *			any loop in user space moved
 *	mapping-beside	the same while a process runs on the other CPU: nothing more on most machines, but
 *			some hosts let whoever unmaps wait for all CPUs that run
 *	page-fault	the first write to a page of private anonymous memory, against a fresh touch, which
 *			also has an object of shared memory to put the page in. How fast the kernel gives
 *			out pages moves by itself too: over four minutes of a PVM guest such faults and the
 *			sweep of a System V segment moved by 1.2 %, their ratio by 0.4
 *	cache-line	one line from one CPU to the other, against a round trip (two of them)
 *	copy		writing and reading messages in the same memory without any flow control,
 *			against the throughput of a ring
 */
#include <stdlib.h>
#include "bench.h"
#include "beside.h"
#include "channel/message.h"
#include "line.h"
#include "processor.h"

enum { CACHE_LINE };
enum { COPY };
enum {
	PAIR_WINDOWS = 40,
	LEAD_LAPS = 2,
};

static uint64_t pair_windows(const struct cell *c)
{
	(void)c;
	return PAIR_WINDOWS;
}

static int line(struct task *t, int role)
{
	return line_work(t, role,
			 &(struct line_windows){ .windows = PAIR_WINDOWS,
						 .trips = WINDOW_NS / 50,
						 .metric = CACHE_LINE });
}

/* One role's side of the copy bound. */
struct copier {
	char *memory, *buf;
	struct message_lay lay; /* as a ring's producer writes them */
	uint64_t slots;
	int role;
};

/* Messages first to last - 1 of a lap, in the role's direction. */
static void copy_slots(const struct copier *c, uint64_t first, uint64_t last)
{
	const struct message_lay *l = &c->lay;
	char *at = c->memory + first * l->slot;

	if (c->role == 0) {
		message_lay(l, at, first, last - first, true);
		return;
	}
	for (uint64_t i = first; i < last; i++, at += l->slot) {
		message_copy(c->buf, at, l->message);
		__asm__ volatile("" ::"r"(c->buf) : "memory");
	}
}

static void copy_lap(const struct copier *c)
{
	copy_slots(c, 0, c->slots);
}

/* Both roles run over the same lines, neither waiting for the other: the faster one goes on until
 * the slower one is through, so that each is loaded all the while. Returns ns for `laps` laps. */
static uint64_t copy_free(struct task *t, const struct copier *c, uint64_t laps)
{
	struct meeting *m = t->meter.meeting;
	uint64_t start = 0, ns = 0;

	for (uint64_t lap = 0; !ns || meeting_told(m, !c->role) == 0; lap++) {
		if (lap == LEAD_LAPS)
			start = task_now(t);
		copy_lap(c);
		if (lap + 1 == LEAD_LAPS + laps) {
			ns = task_now(t) - start;
			meeting_tell(m, c->role, ns);
		}
	}
	return ns;
}

/* The same with a barrier: while one half is written the other, which has come to rest, is read.
 * Both halves of every lap pass from one CPU to the other. */
static uint64_t copy_turns(struct task *t, const struct copier *c, uint64_t laps)
{
	struct meeting *m = t->meter.meeting;
	uint64_t start = task_now(t), half = c->slots / 2;

	for (uint64_t turn = 0; turn < 2 * laps; turn++) {
		bool upper = (turn + (uint64_t)c->role) % 2;

		copy_slots(c, upper ? half : 0, upper ? c->slots : half);
		meeting_meet(m);
	}
	return task_now(t) - start;
}

typedef uint64_t copy_fn(struct task *, const struct copier *, uint64_t);

/* The slower role's time; both roles learn it. */
static uint64_t copy_timed(struct task *t, const struct copier *c, copy_fn *copy, uint64_t laps)
{
	struct meeting *m = t->meter.meeting;

	meeting_tell(m, c->role, 0);
	meeting_meet(m);
	uint64_t mine = copy(t, c, laps);
	meeting_tell(m, c->role, mine);
	meeting_meet(m);
	uint64_t other = meeting_told(m, !c->role);
	meeting_meet(m);
	return mine > other ? mine : other;
}

static uint64_t laps_of_window(uint64_t laps, uint64_t ns)
{
	uint64_t next = laps * WINDOW_NS / (ns ? ns : 1);

	return next ? next : 1;
}

static int copy_staged(struct task *t, int role, char *stage, size_t stage_len)
{
	const struct cell *cell = t->cell;
	size_t slot = (cell->message + 7) / 8 * 8;
	struct copier c = {
		.memory = t->region.addr,
		.buf = t->channel.buf,
		.lay = { .message = cell->message, .slot = slot },
		.slots = cell->depth / slot,
		.role = role,
	};
	int err = region_populate(&t->region);

	if (err)
		return err;
	message_lay_init(&c.lay, stage, stage_len);
	message_lay_asks(&c.lay, c.memory, c.slots * slot);
	copy_timed(t, &c, copy_free, 1);
	copy_timed(t, &c, copy_turns, 1);
	uint64_t apart = copy_timed(t, &c, copy_free, 8);
	uint64_t turns = copy_timed(t, &c, copy_turns, 8);
	copy_fn *faster = apart < turns ? copy_free : copy_turns;
	uint64_t laps = laps_of_window(8, apart < turns ? apart : turns);
	for (int i = 0; i < PAIR_WINDOWS && !err; i++) {
		err = window_open(&t->meter);
		if (err)
			break;
		uint64_t ns = copy_timed(t, &c, faster, laps);
		if (role == 0)
			series_total(task_series(t, COPY), ns, laps * c.slots * cell->message);
		laps = laps_of_window(laps, ns);
		err = window_close(&t->meter);
	}
	return err;
}

static int copy(struct task *t, int role)
{
	size_t message = (t->cell->message + 63) / 64 * 64;
	size_t stage_len = message < MESSAGE_STAGE ? MESSAGE_STAGE : message;
	char *stage = aligned_alloc(64, stage_len);
	int err = stage ? copy_staged(t, role, stage, stage_len)
			: fail(t->why, ENOMEM, "%zu bytes to copy from", stage_len);

	free(stage);
	return err;
}

static uint64_t copy_room(const struct cell *c)
{
	return c->depth;
}

static int copy_fits(const struct cell *c, struct why *w)
{
	if (c->message > c->depth)
		return misused(w, "a message of %ju bytes is larger than the ring of %ju",
			       (uintmax_t)c->message, (uintmax_t)c->depth);
	return 0;
}

static const struct metric line_metrics[] = {
	[CACHE_LINE] = { .name = "cache-line", .unit = "ns", .kind = KIND_BOUND },
	{ 0 },
};

static const struct metric copy_metrics[] = {
	[COPY] = { .name = "copy", .unit = "B/s", .kind = KIND_BOUND_RATE },
	{ 0 },
};

const struct bench bench_bounds = {
	.name = "bounds",
	.about = "what is the best this machine could do?",
	.parts =
		(const struct part[]){
			{
				.name = "processor",
				.axes = AXIS(CLOCK),
				.roles = 1,
				.metrics = processor_metrics,
				.windows = processor_windows,
				.work = processor_work,
			},
			{
				.name = "beside",
				.axes = AXIS(PLACE) | AXIS(CLOCK),
				.roles = 2,
				.metrics = beside_metrics,
				.fits = beside_fits,
				.windows = beside_windows,
				.work = beside_work,
			},
			{
				.name = "line",
				.axes = AXIS(PLACE) | AXIS(CLOCK),
				.roles = 2,
				.metrics = line_metrics,
				.windows = pair_windows,
				.work = line,
			},
			{
				.name = "copy",
				.axes = AXIS(REGION) | AXIS(MESSAGE) | AXIS(PAGE) | AXIS(DEPTH) |
					AXIS(PLACE) | AXIS(NODE) | AXIS(DIRECTORY) | AXIS(CLOCK),
				.roles = 2,
				.region = REGION_ATTACHED,
				.metrics = copy_metrics,
				.standard = (const char *const[AXES]){ [AXIS_REGION] = "sysv" },
				.fits = copy_fits,
				.room = copy_room,
				.windows = pair_windows,
				.work = copy,
			},
			{ 0 },
		},
};
