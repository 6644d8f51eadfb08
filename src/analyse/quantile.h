/* SPDX-License-Identifier: MIT */
#ifndef QUANTILE_H
#define QUANTILE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Sorting, and quantiles of what is sorted.
 *
 * A quantile is the nearest rank, a value that was measured: never interpolated between two that
 * were. The one exception is the median of an even count, the mean of its two middle values; of
 * ratios give it logarithms, or swapping the two sides does not invert the result.
 *
 * "Values" are doubles, one per window or invocation; "samples" are uint32_t, one per timed event.
 * Everything here is a pure function of memory that the caller owns. Parent only.
 */

/* Ascending; NAN sorts last. */
void quantile_sort(double *values, size_t n);

/* Ascending, in time proportional to n; scratch has room for n samples too. */
void quantile_sort_samples(uint32_t *samples, uint32_t *scratch, size_t n);

/* The smallest rank r, counted from 1, with r/n >= q; 1 for q = 0. n >= 1, 0 <= q <= 1. */
size_t quantile_rank(size_t n, double q);

/* The value at that rank of ascending values or samples; NAN when n is 0. */
double quantile_of(const double *sorted, size_t n, double q);
double quantile_of_samples(const uint32_t *sorted, size_t n, double q);

/* The middle one, or the mean of the two middle ones; NAN when n is 0. */
double quantile_median(const double *sorted, size_t n);
double quantile_median_of_samples(const uint32_t *sorted, size_t n);

/* Could n samples bound this quantile? From p90 up it takes 36, 368 (p99), 3688 (p99.9): fewer lie
 * all below it more often than once in 40 times. Below p90 one sample is enough. */
bool quantile_printable(size_t n, double q);

#endif
