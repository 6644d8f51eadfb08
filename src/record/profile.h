/* SPDX-License-Identifier: MIT */
#ifndef PROFILE_H
#define PROFILE_H
#include <stddef.h>
#include <stdint.h>
#include "measure/measure.h"
#include "record/journal.h"
#include "record/reduce.h"

/*
 * profile.csv: the cost of touching a page against where in the region it is, modulo 512 (a
 * page-table page maps so many) and modulo 64 (memory is charged in batches of that size).
 *
 * The touches of an index are pooled over invocations: a region of 16M has only 8 of them per
 * invocation, too few for a tail. Memory is bounded: after 1024 touches of every index, further
 * invocations of the cell are left out, and `samples` says how many touches a row is over.
 *
 * And what a message takes against the rate at which messages were offered: profile_load.h; and what
 * each of several processes takes that work at once: profile_worker.h.
 */
struct profile {
	const struct plan *plan;
	struct pool *of;         /* one per cell */
	struct load *loads;      /* METRICS_MAX per cell; NULL: no cell has a rate */
	struct workers *workers; /* likewise; NULL: no cell is of several processes */
	struct journal *journal; /* what is added is noted there, too; NULL: nowhere */
};

/* One metric of an invocation that ended well. */
struct profile_source {
	size_t cell; /* of the plan */
	unsigned metric;
	const struct outcome *out;
	const struct reduction *reduction; /* of all windows */
};

int profile_open(struct profile *p, const struct plan *plan, struct why *w);
void profile_close(struct profile *p);

/* The samples of touch-profile's `touch`, and of what several processes did at once, and the
 * quantiles of what has a rate; any other metric is ignored. Touches stand in page order from the region's first page; a run of fewer than 512 at the
 * end is left out, and all of them where some were lost. -ENOMEM. */
int profile_add(struct profile *p, const struct profile_source *from);

/* What a JOURNAL_TOUCHES, a JOURNAL_LOAD or a JOURNAL_WORKERS notes; of none that this plan has -EINVAL. */
int profile_restore(struct profile *p, const struct journal_record *r, struct why *w);

/* Make DIR/profile.csv of what was added so far. */
int profile_write(const struct profile *p, const char *dir, const char *run_id, struct why *w);

#endif
