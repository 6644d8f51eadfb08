/* SPDX-License-Identifier: MIT */
/* Sorting and nearest ranks. What goes wrong elsewhere is q * n in floating point: see
 * quantile_rank(). */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/quantile.h"

static int ascending(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	/* NAN compares false with everything; without this the order would not be one. */
	if (isnan(a) || isnan(b))
		return !!isnan(a) - !!isnan(b);
	return (a > b) - (a < b);
}

void quantile_sort(double *values, size_t n)
{
	if (n)
		qsort(values, n, sizeof *values, ascending);
}

enum { DIGITS = 4, DIGIT_VALUES = 256 };

static unsigned digit_of(uint32_t sample, unsigned digit)
{
	return sample >> 8 * digit & (DIGIT_VALUES - 1);
}

/* One stable pass of the radix sort. False when all samples agree in this digit, which the upper
 * two digits of times below 65 us do: then there is nothing to move. */
static bool sort_digit(const uint32_t *from, uint32_t *to, size_t n, unsigned digit)
{
	size_t start[DIGIT_VALUES] = { 0 }, before = 0;

	for (size_t i = 0; i < n; i++)
		start[digit_of(from[i], digit)]++;
	if (start[digit_of(from[0], digit)] == n)
		return false;
	for (size_t d = 0; d < DIGIT_VALUES; d++) {
		size_t count = start[d];

		start[d] = before;
		before += count;
	}
	for (size_t i = 0; i < n; i++)
		to[start[digit_of(from[i], digit)]++] = from[i];
	return true;
}

void quantile_sort_samples(uint32_t *samples, uint32_t *scratch, size_t n)
{
	uint32_t *from = samples, *to = scratch;

	if (n < 2)
		return;
	for (unsigned digit = 0; digit < DIGITS; digit++) {
		if (!sort_digit(from, to, n, digit))
			continue;
		uint32_t *sorted = to;

		to = from;
		from = sorted;
	}
	if (from != samples)
		memcpy(samples, from, n * sizeof *samples);
}

size_t quantile_rank(size_t n, double q)
{
	double count = (double)n;
	double rank = ceil(q * count);

	/* 0.07 * 100 is above 7. A division is correctly rounded, so 7 / 100 is the very double
	 * that "0.07" is, and decides. */
	if ((rank - 1) / count >= q)
		rank--;
	else if (rank / count < q)
		rank++;
	return rank < 1 ? 1 : rank > count ? n : (size_t)rank;
}

double quantile_of(const double *sorted, size_t n, double q)
{
	return n ? sorted[quantile_rank(n, q) - 1] : NAN;
}

double quantile_of_samples(const uint32_t *sorted, size_t n, double q)
{
	return n ? (double)sorted[quantile_rank(n, q) - 1] : NAN;
}

/* Not low + (high - low) / 2, which does not change its sign exactly when both do: swapping the
 * sides of a ratio negates logarithms. */
static double middle(double low, double high)
{
	return (low + high) / 2;
}

double quantile_median(const double *sorted, size_t n)
{
	return n ? middle(sorted[(n - 1) / 2], sorted[n / 2]) : NAN;
}

double quantile_median_of_samples(const uint32_t *sorted, size_t n)
{
	return n ? middle(sorted[(n - 1) / 2], sorted[n / 2]) : NAN;
}

bool quantile_printable(size_t n, double q)
{
	return q < .9 ? n >= 1 : pow(q, (double)n) <= .025;
}
