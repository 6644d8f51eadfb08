/* SPDX-License-Identifier: MIT */
#ifndef TREND_H
#define TREND_H
#include <stdbool.h>
#include <stddef.h>
#include "base/fail.h"

/*
 * What a median would hide: values that drift over the run, or that stand in two heaps.
 *
 * Parent only.
 */

/* Up to so many values the Mann-Kendall null distribution is exact, ties included; above it is
 * normal, with the variance of ties and a continuity correction. */
#define TREND_EXACT 50

/* Two-sided p of Mann and Kendall's test for a trend over values in run order. 1 below 3 values.
 * It takes 6 values to go below .01. -ENOMEM. */
int trend_p(const double *values, size_t n, double *p, struct why *w);

/* Two heaps: the largest gap between neighbours on the log scale is over 5 times the median gap and
 * over 10 %, and at least 20 % of the values are on each side of it. sorted is ascending and above
 * 0, scratch has room for n. False below 4 values: three have no gap that stands out. */
bool trend_bimodal(const double *sorted, size_t n, double *scratch);

#endif
