/* SPDX-License-Identifier: MIT */
#ifndef RANKSUM_H
#define RANKSUM_H
#include <stddef.h>
#include "base/fail.h"

/*
 * Do two runs differ at all? Wilcoxon's rank sum test, which is Mann and Whitney's.
 *
 * Times in whole ns tie all the time; equal values get the mean of their ranks, and the p is still
 * exact. Parent only.
 */

/* Up to so many values on both sides the null distribution is exact; above it is normal, with the
 * variance of ties and a continuity correction. */
#define RANKSUM_EXACT 50

/* One side of a comparison: ascending. */
struct side {
	const double *v;
	size_t n;
};

/* Two-sided: twice the smaller tail, at most 1. Both sides have values. -ENOMEM. */
int ranksum_p(const struct side *base, const struct side *new, double *p, struct why *w);

/* The smallest p that n and m values can give, however they differ: 2 / C(n + m, n). */
double ranksum_least_p(size_t n, size_t m);

#endif
