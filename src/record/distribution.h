/* SPDX-License-Identifier: MIT */
#ifndef DISTRIBUTION_H
#define DISTRIBUTION_H
#include <stddef.h>
#include <stdint.h>
#include "plan/plan.h"
#include "record/reduce.h"

/*
 * distribution.csv: each invocation leaves its exact quantiles on a fixed ladder, and a value in
 * the file is the median of those over invocations. Samples of different invocations are never
 * pooled: they are not independent, and memory would grow with them.
 */
struct distribution {
	const struct plan *plan;
	struct rungs *of; /* METRICS_MAX per cell */
};

int distribution_open(struct distribution *d, const struct plan *p, struct why *w);
void distribution_close(struct distribution *d);

/* One metric of one invocation of cell `cell`; what has no samples is ignored. */
int distribution_add(struct distribution *d, size_t cell, unsigned metric,
		     const struct reduction *r);

/* Make DIR/distribution.csv of what was added so far. */
int distribution_write(const struct distribution *d, const char *dir, const char *run_id,
		       struct why *w);

#endif
