/* SPDX-License-Identifier: MIT */
#ifndef BENCH_H
#define BENCH_H
#include "channel/channel.h"
#include "probe/clock.h"
#include "probe/settle.h"
#include "probe/window.h"
#include "region/page.h"
#include "region/region.h"

/*
 * A benchmark is one question, asked of every combination of the axes that it names.
 *
 * It owns the measured section and nothing else. It does not parse options, choose CPUs, decide
 * how often it runs, compute a statistic or print: those belong to plan, measure, analyse,
 * record and report. One file, one `const struct bench`, one line in list.def.
 */

/* What a cell varies by, in the order of the CSV columns. plan/axis.c holds their names. */
enum axis {
	AXIS_REGION,
	AXIS_CHANNEL,
	AXIS_SIZE,
	AXIS_MESSAGE,
	AXIS_PAGE,
	AXIS_ACCESS,
	AXIS_ORDER,
	AXIS_STATE,
	AXIS_POPULATE,
	AXIS_MEMORY,
	AXIS_WAIT,
	AXIS_DEPTH,
	AXIS_PUBLISH,
	AXIS_CONSUME,
	AXIS_PLACE,
	AXIS_NODE,
	AXIS_PROCESSES,
	AXIS_THREADS,
	AXIS_SEGMENTS,
	AXIS_DIRECTORY,
	AXIS_RATE,
	AXIS_CLOCK,
	AXES
};
#define AXIS(a) (1u << AXIS_##a)

enum access { ACCESS_WRITE, ACCESS_READ };
enum order { ORDER_SEQUENTIAL, ORDER_RANDOM, ORDER_REVERSE };
enum state { STATE_FRESH, STATE_RESIDENT, STATE_COLD };
enum populate {
	POPULATE_NONE,
	POPULATE_TOUCH,
	POPULATE_MAP,
	POPULATE_MADVISE,
	POPULATE_MADVISE_READ,
	POPULATE_FALLOCATE,
	POPULATE_LOCK,
	POPULATE_SHM_LOCK,
	POPULATE_FUTURE,
};
enum memory { MEMORY_RECYCLED, MEMORY_AS_IS };

/* In cell.rate: the other bits are a share of the peak, 1 to RATE_PERCENT_MAX per cent. */
#define RATE_PERCENT (UINT64_C(1) << 63)
enum { RATE_PERCENT_MAX = 1000 };

/* Processes, two of a pair, that one cell may have on CPUs of their own. */
enum { CPUS_MAX = 512 };

/* One combination. `has` says which axes it has; the fields of the others are 0 or NULL. */
struct cell {
	const struct bench *bench;
	const struct part *part;
	uint32_t has; /* AXIS(...) bits */
	const struct region_ops *region;
	const struct channel_ops *channel;
	uint64_t size, message;                                /* bytes */
	uint64_t page, access, order, state, populate, memory; /* enums above */
	uint64_t wait, depth, publish, consume;
	const char *place; /* a word of plan/place.h, or locations as given */
	const char *node;  /* a word of place_nodes, or a number */
	uint64_t processes, threads, segments;
	const char *directory;
	uint64_t rate; /* messages/s offered; with RATE_PERCENT: per cent of the measured peak */
	uint64_t clock;
	bool verify; /* not an axis: check every message's contents */
};

/* KIND_TIME: amount is ns, value is ns/operation, smaller is better.
 * KIND_RATE: amount is ns, value is operations/s, larger is better.
 * KIND_COUNT: amount is a count, value is count/operation; one value, or not_deterministic.
 * KIND_BOUND: a KIND_TIME of `bounds`; KIND_BOUND_RATE: a KIND_RATE of `bounds`. */
enum kind { KIND_TIME, KIND_RATE, KIND_COUNT, KIND_BOUND, KIND_BOUND_RATE };

struct metric {
	const char *name; /* "attach" */
	const char *unit; /* of the value: "ns", "ns/page", "messages/s", "faults/page" */
	enum kind kind;
	bool headline;    /* what ratios and verdicts use */
	bool varies;      /* KIND_COUNT: may differ between invocations without a flag */
	bool of_events;   /* a window's value is the median of its samples, what one event takes;
			     else amount / operations, which has the rare slow events in it */
	uint64_t samples; /* room for samples per window; 0: windows only */
};

/* Each process has its own copy after the fork; outcome and meeting are shared. */
struct task {
	const struct cell *cell;
	struct region region;   /* with part->region: see there */
	struct channel channel; /* with AXIS_CHANNEL: open, this process's side taken */
	struct meter meter;
	struct why *why; /* this role's sentence */
	void *shared;    /* part->shared bytes of all roles, zeroed; NULL without */
	unsigned serial; /* of the next object this process makes */
	/* Bind what was just attached to the cell's memory node, before anyone touches it; and see,
	 * when it has been touched, that it is there. For regions that `work` attaches. */
	int (*place_memory)(const struct task *t, void *addr, size_t len);
	/* The same of an object that others may be touching, and that one of them has bound. */
	int (*keep_memory)(const struct task *t, void *addr, size_t len);
	int (*check_memory)(const struct task *t, const void *addr, size_t len);
	unsigned long nodes; /* bit mask for place_memory; 0 on a machine with one node */
	/* Bind the calling thread to the CPU of its own that thread, or process, `index` of the cell
	 * has: 0 is where role 0 runs anyway. */
	int (*bind_member)(const struct task *t, unsigned index, struct why *w);
	const int *member_cpu; /* what it binds to: OS indexes */
};

/* Who makes the region of a task:
 * REGION_NONE      nobody; the part has none.
 * REGION_ATTACHED  the harness: `work` finds it attached in every role, its name removed.
 * REGION_OWN       in fresh state `work` creates, attaches, detaches and removes copies of
 *                  t->region; in resident and cold state the harness has created t->region and
 *                  filled it (resident: a keeper stays attached), and `work` attaches it.
 * REGION_NAMED     the harness, in another process that stays: t->region has a name, and so have
 *                  cell->segments more of a page each; `work` finds it by ops->find. The names go
 *                  after the work. */
enum region_by { REGION_NONE, REGION_ATTACHED, REGION_OWN, REGION_NAMED };

/* What one invocation does: a benchmark has one part, or several that differ in roles or axes. */
struct part {
	const char *name;
	uint32_t axes;   /* AXIS(...): those of the channel are added by the plan */
	uint32_t states; /* with AXIS_STATE: bits 1u << STATE_... that this part is for */
	int roles;       /* processes that measure: 1 or 2 */
	enum region_by region;
	bool sparse;                  /* in fresh state only a few pages of an object are touched */
	bool unsettled;               /* `work` measures a process that has just begun, and then
				       * calls settle_process() itself (probe/settle.h) */
	const struct metric *metrics; /* at most METRICS_MAX; ends with a NULL name */
	/* Defaults of this part's axes, as a user would type them, by enum axis; NULL: the table's
	 * (plan/axis.c). The array itself may be NULL. */
	const char *const *standard;
	/* Of PROCESSES, THREADS and SEGMENTS the axes that may be other than the default. */
	uint32_t crowds;
	/* CPUs of its own that each of cell->processes has: 2 are a pair, related as the place says.
	 * Then --processes is by default 1, 2, 4 and so on; a sample is one process's, in every window
	 * as many as there are processes; and a role ends when a child of it ends badly. 0: they have
	 * that of the role. */
	unsigned cpus_each;

	/* Can this cell be measured? CANNOT says why not. Parent. Optional. */
	int (*fits)(const struct cell *c, struct why *w);
	/* Bytes of region, where they are neither --size nor what a channel needs. Parent and worker.
	 * Optional. */
	uint64_t (*room)(const struct cell *c);
	/* How many regions of that kind there are at a time. Parent. Optional: one. */
	uint64_t (*regions)(const struct cell *c);
	/* Bytes of memory that the cell needs beside its region. Parent. Optional. */
	uint64_t (*beside)(const struct cell *c);
	/* Bytes of task->shared. Worker. Optional. */
	uint64_t (*shared)(const struct cell *c);
	/* How long a window of this cell lasts, where that is not about a millisecond. For the time
	 * that a run takes. Parent. Optional. */
	uint64_t (*lasts_ns)(const struct cell *c);
	/* How many windows an invocation has at most. Parent and worker. */
	uint64_t (*windows)(const struct cell *c);
	/* The whole measurement: warm up, then windows. Every role, in its own process, bound. */
	int (*work)(struct task *t, int role);
};

struct bench {
	const char *name; /* the user's word: "first-touch" is bench_first_touch in first_touch.c */
	const char *about;        /* the question, in one line */
	const struct part *parts; /* ends with a NULL name */
};

/* The series that metric m of this task's part is recorded in. */
static inline struct series *task_series(struct task *t, unsigned m)
{
	return &t->meter.out->series[m];
}

/* What every timed section reads: the clock of the cell (probe/clock.h). */
static inline uint64_t task_now(const struct task *t)
{
	return clock_now(&t->meter.clock);
}

/* Attach an object, on the cell's node, and make all its pages, on its disk too where it has one. */
int task_fill(struct task *t, struct region *r);

/* This metric cannot be had in this cell; the others can. Keeps the sentence for its row. */
__attribute__((format(printf, 3, 4))) void metric_cannot(struct task *t, unsigned metric,
							 const char *fmt, ...);

#endif
