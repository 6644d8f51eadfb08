/* SPDX-License-Identifier: MIT */
#ifndef WINDOW_H
#define WINDOW_H
#include <stdbool.h>
#include <stddef.h>
#include "base/fail.h"
#include "probe/canary.h"
#include "probe/clock.h"
#include "probe/counters.h"
#include "probe/events.h"
#include "probe/meeting.h"
#include "probe/series.h"
#include "probe/waited.h"

/*
 * A window is about a millisecond of measuring between two canary readings; an invocation is
 * made of windows. Benchmarks call window_open and window_close around the section that they
 * time; everything else here is bookkeeping that stays outside it.
 */
#define ROLES_MAX   2
#define METRICS_MAX 8

/* What a window aims at (method.md: at least 0.5 ms of measured time). */
#define WINDOW_NS     1000000u
#define WINDOW_MIN_NS 500000u

/* One metric's share of one window. Its value is amount / operations, or the median of its samples
 * (struct metric, of_events). */
struct portion {
	uint64_t amount; /* ns; for counts the count */
	uint64_t operations;
	uint64_t first, samples; /* its samples in the metric's series */
};

struct window {
	uint64_t started_ns, elapsed_ns; /* between the canaries */
	struct canary before[ROLES_MAX], after[ROLES_MAX];
	double line_before, line_after; /* one-way cache-line ns; NAN with one role or one CPU */
	/* For how long it was ready to run and another had its CPU. 0 where it slept meanwhile: whoever
	 * is woken waits for a CPU, some microseconds for an idle one. */
	uint64_t stopped_ns[ROLES_MAX];
	struct portion portion[METRICS_MAX];
	struct event_counts counted[ROLES_MAX]; /* in counted invocations */
};

/* All that an invocation leaves behind, in a shared mapping made by the parent: this header,
 * then windows_cap windows, then the samples of each metric. */
struct outcome {
	int status;                    /* 0, -errno or CANNOT, as the worker returned it */
	struct why why[ROLES_MAX + 1]; /* a sentence per role, and the keeper's */
	uint64_t batch; /* events timed as one in the sampled metrics; 1 unless said */
	double clock_cost_ns;
	double mapping_cycles; /* a life of a mapping, the less of both ends; NAN with two CPUs */
	uint64_t ready_ns;     /* when the first window opened */
	uint64_t finished_ns;  /* when the last one closed */
	uint32_t have[ROLES_MAX];            /* bits by enum event: open in this role */
	bool user_only;                      /* hardware events: not in the kernel */
	struct counters counters[ROLES_MAX]; /* sums over the timed sections */
	uint64_t worked_ns[ROLES_MAX];       /* around all windows; 0: waited_ns is not known */
	uint64_t waited_ns[ROLES_MAX];       /* of that, ready to run without a CPU (waited.h) */
	uint64_t faults_due[ROLES_MAX];      /* minor faults that the benchmark's model says */
	bool saturated;    /* open loop: arrivals fell behind the schedule, by more than 1 % */
	int memory_node;   /* where the region's pages are; -1 unknown or several */
	size_t page_bytes; /* of the pages that it was found mapped by; 0 unknown */
	struct why metric_why[METRICS_MAX]; /* why a metric cannot be had in this cell; else "" */
	uint64_t windows, windows_cap;
	struct series series[METRICS_MAX]; /* .v is valid in the worker only */
	struct window window[];            /* windows_cap, then the samples */
};

/* One per process and role. */
struct meter {
	struct outcome *out;
	struct meeting *meeting; /* NULL with one role */
	struct clock clock;      /* of the cell, for what is timed in it */
	int role;
	uint64_t index; /* windows this role has opened */
	struct counters at_open;
	const struct waited *waited; /* NULL: a kernel without scheduling accounts */
	uint64_t waited_at_open;
	/* In the window that is open: */
	uint64_t others_stopped_ns; /* the most of other processes of this role */
	bool any_faults;
	/* Where other processes take part: make `mine` the worst of theirs. Called by every role after
	 * its own reading, while the others sleep. NULL: there are none. */
	void (*others)(void *arg, struct canary *mine);
	void *others_arg;
	const struct events *events; /* NULL but in counted invocations */
	struct event_counts events_at_open;
};

/* Bytes of an outcome with room for these; samples[m] is the capacity of metric m. */
size_t outcome_size(uint64_t windows, const uint64_t samples[METRICS_MAX]);

/* The same of one that is laid out: what a process that records in it maps before. */
size_t outcome_len(const struct outcome *out);

/* Lay out a zeroed mapping of that size. */
void outcome_init(struct outcome *out, uint64_t windows, const uint64_t samples[METRICS_MAX]);

/* The samples of metric m as the calling process sees them. */
const uint32_t *outcome_samples(const struct outcome *out, unsigned metric);

/* Both roles call these, equally often. Opening past windows_cap is -ENOSPC. */
int window_open(struct meter *m);
int window_close(struct meter *m);

/* The benchmark's model: this role takes `faults` minor faults in the window that is open. Without
 * a call the model is 0. */
void window_faults_due(struct meter *m, uint64_t faults);

/* There is no model for the window that is open: whatever it takes is what is due. */
void window_faults_any(struct meter *m);

/* Another process that does this role's work was stopped for so long in the window that is open. */
void window_other_stopped(struct meter *m, uint64_t ns);

/* How long the process has waited for a CPU, in all its life; 0 where that is not known. */
uint64_t window_waited(const struct meter *m);

/* How long a process was stopped between two readings of its counters, when it waited for its CPU for
 * `waited_ns` (waited.h): all of it, or 0 where it slept. */
uint64_t window_stopped(const struct counters *before, const struct counters *after,
			uint64_t waited_ns);

#endif
