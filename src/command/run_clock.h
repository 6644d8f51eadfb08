/* SPDX-License-Identifier: MIT */
#ifndef RUN_CLOCK_H
#define RUN_CLOCK_H
#include "plan/plan.h"
#include "probe/clock.h"

/* The clocks that a run is timed by: CLOCK_MONOTONIC, and the counter if any cell wants it. */
struct run_clock {
	bool counted;
	struct clock_calibration counter; /* where counted */
};

/* Calibrate what the plan's cells want. */
int run_clock_open(struct run_clock *c, const struct plan *p, struct why *w);

/* The counter, for workers; NULL: no cell is timed by it. */
const struct clock *run_clock_counter(const struct run_clock *c);

/* What the counter can tell now; all zero where there is none. */
struct clock_quality run_clock_examine(const struct run_clock *c);

#endif
