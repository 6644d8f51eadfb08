/* SPDX-License-Identifier: MIT */
#ifndef RATIO_H
#define RATIO_H
#include <stdbool.h>
#include <stddef.h>
#include "analyse/interval.h"

/*
 * The ratio of a cell to its base, from pairs that ran back to back in one block.
 *
 * Order statistics (the sign test's interval), not Wilcoxon's: that one assumes that differences
 * are symmetric, and on skewed ones its coverage falls as pairs are added. Pure. Parent only.
 */
struct ratio {
	struct estimate log; /* ln(cell / base); interval_exp() makes it a ratio */
	double p;            /* sign test, two-sided; tied pairs count for neither side */
	double lag1;         /* autocorrelation of neighbours in run order; NAN: none */
	size_t pairs, tied;  /* tied: exactly equal */
	bool correlated;     /* lag1 is over its bound: the log interval is the 98.75 % one */
};

/* One pair per index, in run order; each invocation in one pair at most. */
struct pairs {
	const double *cell, *base; /* above 0 */
	size_t n;
};

/* scratch has room for n. A value that is not above 0 has no ratio: log.value is then NAN. */
struct ratio ratio_paired(const struct pairs *p, double *scratch);

/* Correlation of each value with its successor; NAN below 3 values or when all are equal. */
double ratio_lag1(const double *values, size_t n);

/* The one-sided 5 % point of that for n independent values: 1.645 / sqrt(n) - 1 / n. */
double ratio_lag1_bound(size_t n);

#endif
