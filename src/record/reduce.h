/* SPDX-License-Identifier: MIT */
#ifndef REDUCE_H
#define REDUCE_H
#include <stdbool.h>
#include "bench.h"

/*
 * From the windows and samples of one metric of one invocation to the numbers of its row: of all
 * windows, or of a selection such as those of one relation.
 *
 * The invocation's value is the median over windows of amount / operations, or of the median of
 * their samples where the metric is of_events. Quantiles are over single samples, or over the
 * window values of a metric without samples. Rates are reduced as times and then inverted: an
 * average of rates weighs the slow part too little.
 */
struct selection {
	const bool *in; /* by window; NULL: all */
};

struct reduction {
	uint64_t windows;                /* that measured this metric */
	uint64_t operations, elapsed_ns; /* elapsed_ns: of the windows for counts */
	uint64_t batch;                  /* operations between two clock reads */
	uint64_t lost;                   /* samples for which there was no room */
	uint64_t longest_event_ns;       /* of windows that hold a single event; else 0 */
	double median;                   /* NAN: no window measured it */
	double rate;                     /* sum of work / sum of time, per s; NAN for counts */
	double mean, variance;           /* variance: NAN for rates */
	size_t mild, far;                /* Tukey's outliers */
	const double *sorted; /* what the quantiles are over, ascending; the workspace's */
	size_t n;
	bool sampled; /* single samples, not window values */
};

/* Scratch memory that grows to the largest invocation and is then kept; zeroed by the owner. */
struct workspace {
	uint32_t *samples, *spare;
	double *values;
	size_t cap;
};

void workspace_close(struct workspace *s);

/* metric is an index into the part's metrics; out is an invocation that ended well. `r->sorted`
 * is valid until the workspace is used again. -ENOMEM. */
struct reduce_source {
	const struct outcome *out;
	const struct part *part;
	unsigned metric;
	struct selection of;
};
int reduce_metric(const struct reduce_source *from, struct workspace *s, struct reduction *r);

/* Did this window measure the metric? */
bool reduce_measured(const struct outcome *out, const struct part *part, unsigned metric,
		     uint64_t window);

/* Of a metric that no window measured: its status, and why. `skip` where windows took their time but
 * had nothing to divide it by, as ns/fault has where nothing faults; else `fail`. */
const char *reduce_absent(const struct outcome *out, const struct part *part, unsigned metric,
			  struct why *w);

/* The median that reduce_metric() gives, by itself; NAN: no such window. Leaves alone what
 * r->sorted of another reduction points to. -ENOMEM. */
int reduce_median(const struct reduce_source *from, double *median);

/* Median of the samples of one window in ns per operation, or its time / operations for a metric
 * without samples. NAN for counts. s has been used for the metric. */
double reduce_window(const struct reduce_source *from, const struct window *win, uint64_t batch,
		     struct workspace *s);

/* The value of a window that measured the metric, as time per operation for rates. s as above. */
double reduce_value(const struct reduce_source *from, const struct window *win, uint64_t batch,
		    struct workspace *s);

/* Median of what a canary chain and the cache line took in the windows selected; NAN where nothing
 * was read. */
double reduce_chain_ghz(const struct outcome *out, int roles, struct selection of,
			struct workspace *s);
double reduce_cache_line(const struct outcome *out, struct selection of, struct workspace *s);

#endif
