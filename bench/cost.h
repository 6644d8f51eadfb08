/* SPDX-License-Identifier: MIT */
#ifndef COST_H
#define COST_H
#include "bench.h"

/*
 * What moving messages costs one side beside time: CPU, and context switches. Read outside what is
 * timed, around all that was moved in a window, untimed laps included.
 */
struct cost {
	uint64_t cpu_ns, switches;
};

static inline struct cost cost_now(void)
{
	struct counters c = counters_read();

	return (struct cost){ clock_cpu_ns(), c.voluntary_switches + c.involuntary_switches };
}

static inline struct cost cost_since(const struct cost *before)
{
	struct cost now = cost_now();

	return (struct cost){ now.cpu_ns - before->cpu_ns, now.switches - before->switches };
}

#endif
