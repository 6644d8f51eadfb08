/* SPDX-License-Identifier: MIT */
#ifndef DISTRIBUTION_H
#define DISTRIBUTION_H
#include <stddef.h>
#include <stdint.h>
#include "plan/plan.h"
#include "record/journal.h"
#include "record/reduce.h"

/*
 * distribution.csv: each invocation leaves its exact quantiles on a fixed ladder, and a value in
 * the file is the median of those over invocations. Samples of different invocations are never
 * pooled: they are not independent, and memory would grow with them. Neither are those of two
 * relations, but for the rows of `all`: two CPUs that became something else to each other are two
 * machines.
 */
struct distribution {
	const struct plan *plan;
	struct rungs **of;       /* METRICS_MAX per cell; of each a list by relation */
	struct journal *journal; /* what is added is noted there, too; NULL: nowhere */
};

int distribution_open(struct distribution *d, const struct plan *p, struct why *w);
void distribution_close(struct distribution *d);

/* One metric of one invocation, in one relation as invocations.csv has it; what has no samples is
 * ignored. -ENOMEM. */
struct distribution_source {
	size_t cell;
	unsigned metric;
	const char *relation;
	const struct reduction *reduction;
};
int distribution_add(struct distribution *d, const struct distribution_source *from);

/* What a JOURNAL_LADDER notes; of none that this plan has -EINVAL. */
int distribution_restore(struct distribution *d, const struct journal_record *r, struct why *w);

/* Make DIR/distribution.csv of what was added so far. */
int distribution_write(const struct distribution *d, const char *dir, const char *run_id,
		       struct why *w);

#endif
