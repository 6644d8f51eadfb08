/* SPDX-License-Identifier: MIT */
#ifndef COUNTED_H
#define COUNTED_H
#include "measure/measure.h"
#include "record/csv.h"

/*
 * counters.csv: what perf events counted in the invocations that are for nothing else. Nothing in
 * it is a time, and nothing of it enters an estimate.
 */

/* What was counted in the windows that measured one metric of an invocation that ended well. */
struct counted {
	uint64_t windows, operations;
	struct event_counts of[ROLES_MAX];
};
struct counted counted_sum(const struct outcome *out, const struct part *part, unsigned metric);

/* A row for every metric of a counted invocation. */
struct counted_sink {
	struct csv_writer *out;
	const char *run_id;
	const char *reason; /* why the invocation has no outcome; NULL: it ended well */
};
int counted_rows(const struct counted_sink *to, const struct invocation *i, struct why *w);

/* What could not be opened here, in sentences for run.json: events that have one reason stand
 * together. */
struct counted_missing {
	char what[EVENTS * 20];
	struct why why;
};
/* At most EVENTS + 1, into list; returns how many. */
size_t counted_missing(const struct events *e, struct counted_missing *list);

#endif
