/* SPDX-License-Identifier: MIT */
#ifndef SPREAD_H
#define SPREAD_H
#include <stddef.h>
#include <stdint.h>

/*
 * How values scatter: shown beside the medians, never used for a verdict.
 *
 * Everything here is a pure function; NAN is what cannot be said. Parent only.
 */

/* NAN when n is 0. */
double spread_mean(const double *values, size_t n);
double spread_mean_of_samples(const uint32_t *samples, size_t n);

/* Unbiased (divided by n - 1); NAN below two. */
double spread_variance(const double *values, size_t n);
double spread_variance_of_samples(const uint32_t *samples, size_t n);

/* Median distance from the median. sorted is ascending, scratch has room for n. NAN when n is 0. */
double spread_mad(const double *sorted, size_t n, double *scratch);

/* Tukey's outliers, counted and never dropped: further than 1.5 (far: 3) times p75 - p25 outside
 * of p25 and p75. One that is far is not also mild. */
struct outliers {
	size_t mild, far;
};
struct outliers spread_outliers(const double *sorted, size_t n);
struct outliers spread_outliers_of_samples(const uint32_t *sorted, size_t n);

/* One invocation, as the variance split needs it. */
struct within {
	double mean, variance; /* of its samples, unbiased */
	size_t samples;
};

/* Which share of the variance of an invocation's mean more samples in it would not remove (Kalibera
 * and Jones): T2^2 / (T2^2 + S1^2 / r). 0 when invocations add nothing; NAN with fewer than two
 * invocations, one of fewer than two samples, or no variance at all. It takes the samples of an
 * invocation as independent: correlated ones are counted as a difference between invocations. */
double spread_between_share(const struct within *invocations, size_t n);

#endif
