/* SPDX-License-Identifier: MIT */
#ifndef COUNTERS_H
#define COUNTERS_H
#include <stdint.h>

/* What the kernel counted for the calling process; differences are taken around timed sections,
 * never inside one. From getrusage(2) and sched_getcpu(3). */
struct counters {
	uint64_t minor_faults, major_faults;
	uint64_t voluntary_switches, involuntary_switches;
	uint64_t migrations; /* of counters_add: windows that ended on another CPU */
	int cpu;
};

struct counters counters_read(void);

/* sum += now - before */
void counters_add(struct counters *sum, const struct counters *before, const struct counters *now);

#endif
