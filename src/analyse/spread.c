/* SPDX-License-Identifier: MIT */
/* Means, variances and outliers. Variances take two passes: the sum of squares minus the square of
 * the sum loses all digits where the spread is small beside the mean. */
#include <math.h>
#include "analyse/quantile.h"
#include "analyse/spread.h"

double spread_mean(const double *values, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += values[i];
	return n ? sum / (double)n : NAN;
}

double spread_mean_of_samples(const uint32_t *samples, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += samples[i];
	return n ? (double)sum / (double)n : NAN;
}

double spread_variance(const double *values, size_t n)
{
	double mean = spread_mean(values, n), squares = 0;

	for (size_t i = 0; i < n; i++)
		squares += (values[i] - mean) * (values[i] - mean);
	return n < 2 ? NAN : squares / (double)(n - 1);
}

double spread_variance_of_samples(const uint32_t *samples, size_t n)
{
	double mean = spread_mean_of_samples(samples, n), squares = 0;

	for (size_t i = 0; i < n; i++)
		squares += (samples[i] - mean) * (samples[i] - mean);
	return n < 2 ? NAN : squares / (double)(n - 1);
}

double spread_mad(const double *sorted, size_t n, double *scratch)
{
	double median = quantile_median(sorted, n);

	for (size_t i = 0; i < n; i++)
		scratch[i] = fabs(sorted[i] - median);
	quantile_sort(scratch, n);
	return quantile_median(scratch, n);
}

struct fences {
	double p25, p75, width;
};

static void count_outlier(struct outliers *o, const struct fences *f, double value)
{
	double outside = fmax(f->p25 - value, value - f->p75);

	if (outside > 3 * f->width)
		o->far++;
	else if (outside > 1.5 * f->width)
		o->mild++;
}

struct outliers spread_outliers(const double *sorted, size_t n)
{
	struct fences f = { quantile_of(sorted, n, .25), quantile_of(sorted, n, .75), 0 };
	struct outliers o = { 0 };

	f.width = f.p75 - f.p25;
	for (size_t i = 0; i < n; i++)
		count_outlier(&o, &f, sorted[i]);
	return o;
}

struct outliers spread_outliers_of_samples(const uint32_t *sorted, size_t n)
{
	struct fences f = { quantile_of_samples(sorted, n, .25),
			    quantile_of_samples(sorted, n, .75), 0 };
	struct outliers o = { 0 };

	f.width = f.p75 - f.p25;
	for (size_t i = 0; i < n; i++)
		count_outlier(&o, &f, sorted[i]);
	return o;
}

double spread_between_share(const struct within *invocations, size_t n)
{
	double mean = 0, within = 0, reciprocals = 0, squares = 0, count = (double)n;

	if (n < 2)
		return NAN;
	for (size_t i = 0; i < n; i++) {
		if (invocations[i].samples < 2)
			return NAN;
		mean += invocations[i].mean / count;
		within += invocations[i].variance / count;
		reciprocals += 1 / (double)invocations[i].samples;
	}
	for (size_t i = 0; i < n; i++)
		squares += (invocations[i].mean - mean) * (invocations[i].mean - mean);
	/* S1^2 / r with the harmonic mean r = count / reciprocals. S1^2 itself is not divided. */
	double left = within * reciprocals / count;
	double between = fmax(0, squares / (count - 1) - left);
	return between / (between + left);
}
