/* SPDX-License-Identifier: MIT */
/* Paired ratios, on the log scale throughout: swapping the sides negates, exactly. */
#include <math.h>
#include "analyse/quantile.h"
#include "analyse/ratio.h"
#include "analyse/spread.h"

double ratio_lag1(const double *values, size_t n)
{
	double mean = spread_mean(values, n), products = 0, squares = 0;

	if (n < 3)
		return NAN;
	for (size_t i = 0; i < n; i++) {
		squares += (values[i] - mean) * (values[i] - mean);
		if (i + 1 < n)
			products += (values[i] - mean) * (values[i + 1] - mean);
	}
	return squares > 0 ? products / squares : NAN;
}

double ratio_lag1_bound(size_t n)
{
	return 1.645 / sqrt((double)n) - 1 / (double)n;
}

/* A tied pair counts against either side, so that p is at most .05 exactly when the 95 % interval
 * leaves out a ratio of 1. */
static double sign_test(const double *logs, size_t n, size_t *tied)
{
	size_t above = 0, below = 0;

	for (size_t i = 0; i < n; i++) {
		above += logs[i] > 0;
		below += logs[i] < 0;
	}
	*tied = n - above - below;
	size_t more = above > below ? above : below;
	return fmin(1, 2 * interval_binomial(n, .5, n - more));
}

struct ratio ratio_paired(const struct pairs *p, double *scratch)
{
	struct ratio r = { .log = { NAN, NAN, NAN, NAN }, .p = NAN, .lag1 = NAN, .pairs = p->n };

	for (size_t i = 0; i < p->n; i++) {
		if (!(p->cell[i] > 0 && p->base[i] > 0))
			return r;
		/* Not log(cell / base): its rounding would differ when the sides are swapped. */
		scratch[i] = log(p->cell[i]) - log(p->base[i]);
	}
	if (p->n == 0)
		return r;
	r.lag1 = ratio_lag1(scratch, p->n);
	r.correlated = r.lag1 > ratio_lag1_bound(p->n);
	r.p = sign_test(scratch, p->n, &r.tied);
	quantile_sort(scratch, p->n);
	double confidence = r.correlated ? INTERVAL_CAUTIOUS : INTERVAL_CONFIDENCE;
	r.log = interval_median(scratch, p->n, interval_ranks(p->n, confidence));
	return r;
}
