/* SPDX-License-Identifier: MIT */
#ifndef INTERVAL_H
#define INTERVAL_H
#include <stddef.h>

/*
 * Intervals between two order statistics: exact for independent values of any distribution, and
 * wider than asked, since ranks are whole. What they really cover is in `level`.
 *
 * Below 6 values no 95 % interval of a median exists, and none is made up: both ends are NAN.
 * Everything here is a pure function. Parent only.
 */
#define INTERVAL_CONFIDENCE .95
#define INTERVAL_CAUTIOUS   .9875 /* where values of a row are not quite independent */

/* The interval is [x(low), x(high)] of ascending values, counted from 1. low == 0: there is none,
 * and level is NAN. */
struct ranks {
	size_t low, high;
	double level; /* the coverage achieved, at least what was asked */
};

/* Of a median: the largest k with P(Bin(n, 1/2) <= k - 1) <= (1 - confidence) / 2. */
struct ranks interval_ranks(size_t n, double confidence);

/* Of the quantile 0 < q < 1, equal tails, the same rule with Bin(n, q) at either end. */
struct ranks interval_quantile_ranks(size_t n, double q, double confidence);

/* Of a median under the stop rule. At the looks, 10, 15, 20 and 30 values, the ranks are 1, 3, 5
 * and 10, which cover with .9503 together whatever made the run stop; else the 95 % ranks. */
struct ranks interval_look_ranks(size_t n);

/* P(Bin(n, q) <= x). */
double interval_binomial(size_t n, double q, size_t x);

/* A value and what is known about it. On the log scale where a function says so. */
struct estimate {
	double value;     /* NAN: no values */
	double low, high; /* NAN: no interval */
	double level;     /* NAN: no interval */
};

/* The median of ascending values, between these ranks. */
struct estimate interval_median(const double *sorted, size_t n, struct ranks r);

/* The nearest rank of q, between these ranks. */
struct estimate interval_quantile(const double *sorted, size_t n, double q, struct ranks r);

/* What was read from a clock of this resolution (or timed in batches with a value of this
 * granularity) is known to half of it only: without this, whole ns give intervals of no width. */
struct estimate interval_widen(struct estimate e, double resolution);

/* From the log scale to ratios. */
struct estimate interval_exp(struct estimate logs);

/* scale / e: times become rates, and the ends change places. (A median of rates is this one of
 * their times; a mean of rates is not.) */
struct estimate interval_inverse(struct estimate e, double scale);

#endif
