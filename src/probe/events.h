/* SPDX-License-Identifier: MIT */
#ifndef EVENTS_H
#define EVENTS_H
#include <stdbool.h>
#include <stdint.h>
#include "base/fail.h"

/*
 * What perf_event_open(2) counts for the calling process.
 *
 * Counting is not free, and what it costs falls on what is measured: a process with any event,
 * even one that is disabled, takes 0.7 us longer for every context switch, all other processes
 * some 30 ns, and counted page faults take 5 to 10 % longer (Linux 6.18). So events are open in
 * invocations of their own, whose times count for nothing; timed ones are described by what the
 * kernel counts anyway (counters.h).
 */
enum event {
	EVENT_CYCLES,
	EVENT_INSTRUCTIONS,
	EVENT_DTLB_MISSES,  /* of loads */
	EVENT_CACHE_MISSES, /* of the last level, as the PMU defines it */
	EVENT_PAGE_FAULTS,  /* from here on the kernel counts: no PMU is needed */
	EVENT_CONTEXT_SWITCHES,
	EVENT_MIGRATIONS,
	EVENTS
};
#define EVENTS_HARDWARE EVENT_PAGE_FAULTS

/* Each group is on the PMU, or counted by the kernel, as a whole. */
enum { EVENT_GROUP_HARDWARE, EVENT_GROUP_SOFTWARE, EVENT_GROUPS };

/* Raw counts, and for how long the group was meant to count and did. */
struct event_counts {
	uint64_t value[EVENTS];
	uint64_t enabled_ns[EVENT_GROUPS], running_ns[EVENT_GROUPS];
};

struct events {
	int fd[EVENTS];           /* -1: not open */
	int error[EVENTS];        /* why not: an errno */
	int leader[EVENT_GROUPS]; /* a descriptor; -1: nothing of this group is open */
	bool user_only;           /* hardware events: the kernel's own work is not counted */
};

const char *event_name(enum event e); /* "dtlb_misses" */

/* The first `hardware_only ? EVENTS_HARDWARE : EVENTS` events, for this process alone: counting from now on, in whatever
 * process it forks not. What cannot be opened has its error; that is no failure. */
void events_open(struct events *e, bool hardware_only);
void events_close(struct events *e);
bool events_have(const struct events *e, enum event which);

/* One read(2) a group; no page fault once it has been called. */
void events_read(const struct events *e, struct event_counts *now);

/* sum += now - before, and sum += more. */
void events_add(struct event_counts *sum, const struct event_counts *before,
		const struct event_counts *now);
void events_sum(struct event_counts *sum, const struct event_counts *more);

/* What would have been counted in all of the time: count x enabled / running. NAN: never ran. */
double events_scaled(const struct event_counts *c, enum event which);

/* Share of the time that the hardware group ran: 1 is exact. NAN: nothing was to run. */
double events_share(const struct event_counts *c);

/* Why an event could not be opened, and what would mend it. */
void events_why(int error, struct why *w);

#endif
