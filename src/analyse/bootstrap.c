/* SPDX-License-Identifier: MIT */
/* Percentile bootstrap of a difference of medians, independent of which side is named first. */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/bootstrap.h"
#include "analyse/quantile.h"
#include "base/random.h"

/* Which side comes first in the stream: by the data, since by the argument a swap would draw other
 * numbers. 0: both hold the same values. */
static int compare_sides(const struct side *a, const struct side *b)
{
	size_t n = a->n < b->n ? a->n : b->n;

	for (size_t i = 0; i < n; i++)
		if (a->v[i] != b->v[i])
			return a->v[i] < b->v[i] ? -1 : 1;
	return (a->n > b->n) - (a->n < b->n);
}

/* Hash of the order in which the values of the two sides interleave: that is what stays when all
 * times are scaled. */
static uint64_t seed_of(const struct side *first, const struct side *second)
{
	struct random hash = { .state = first->n << 32 ^ second->n };
	size_t i = 0, j = 0;

	while (i < first->n && j < second->n) {
		int order = (first->v[i] > second->v[j]) - (first->v[i] < second->v[j]);

		hash.state = random_next(&hash) ^ (uint64_t)(order + 2);
		i += order <= 0;
		j += order >= 0;
	}
	return random_next(&hash);
}

/* The value at a rank, from 0, of a resample that holds the i-th value count[i] times. */
static double counted(const struct side *s, const size_t *count, size_t rank)
{
	size_t i = 0;

	for (size_t before = count[0]; before <= rank; before += count[i])
		i++;
	return s->v[i];
}

static double resampled_median(const struct side *s, size_t *count, struct random *r)
{
	memset(count, 0, s->n * sizeof *count);
	for (size_t i = 0; i < s->n; i++)
		count[random_below(r, s->n)]++;
	return (counted(s, count, (s->n - 1) / 2) + counted(s, count, s->n / 2)) / 2;
}

/* The ascending differences of resampled medians, second less first. */
static int resample(const struct side *first, const struct side *second, double *difference,
		    struct why *w)
{
	struct random r = { .state = seed_of(first, second) };
	size_t n = first->n > second->n ? first->n : second->n;
	size_t *count = malloc(n * sizeof *count);

	if (!count)
		return fail(w, ENOMEM, "a resample of %zu values", n);
	for (size_t i = 0; i < BOOTSTRAP_RESAMPLES; i++) {
		double left = resampled_median(first, count, &r);

		difference[i] = resampled_median(second, count, &r) - left;
	}
	free(count);
	quantile_sort(difference, BOOTSTRAP_RESAMPLES);
	return 0;
}

/* Equal sides have no order that a swap would turn: what belongs to either is made to. */
static void make_symmetric(double *difference)
{
	for (size_t i = 0, j = BOOTSTRAP_RESAMPLES - 1; i < j; i++, j--) {
		double half = (difference[j] - difference[i]) / 2;

		difference[i] = -half;
		difference[j] = half;
	}
}

static void negate(double *difference)
{
	for (size_t i = 0, j = BOOTSTRAP_RESAMPLES - 1; i < j; i++, j--) {
		double low = difference[i];

		difference[i] = -difference[j];
		difference[j] = -low;
	}
}

/* One is added to either count: a p of 0 would claim more than was tried (Davison and Hinkley,
 * Bootstrap Methods and their Application, 1997, section 4.2). */
static double two_sided(const double *difference)
{
	size_t below = 0, above = 0;

	for (size_t i = 0; i < BOOTSTRAP_RESAMPLES; i++) {
		below += difference[i] <= 0;
		above += difference[i] >= 0;
	}
	return fmin(1,
		    2. * (double)(1 + (below < above ? below : above)) / (BOOTSTRAP_RESAMPLES + 1));
}

static bool mostly_one_value(const struct side *s)
{
	size_t run = 0;

	for (size_t i = 0; i < s->n; i++) {
		run = i && s->v[i] == s->v[i - 1] ? run + 1 : 1;
		if (2 * run > s->n)
			return s->n > 1;
	}
	return false;
}

int bootstrap_medians(const struct side *base, const struct side *new, struct bootstrap *b,
		      struct why *w)
{
	/* Equal counts left out at either end, as a swap needs. */
	const size_t out = (size_t)(BOOTSTRAP_RESAMPLES * (1 - INTERVAL_CONFIDENCE) / 2);
	const struct ranks r = { out + 1, BOOTSTRAP_RESAMPLES - out, INTERVAL_CONFIDENCE };
	int order = compare_sides(base, new);
	double *difference = malloc(BOOTSTRAP_RESAMPLES * sizeof *difference);

	if (!difference)
		return fail(w, ENOMEM, "%d resamples", BOOTSTRAP_RESAMPLES);
	int err =
		order > 0 ? resample(new, base, difference, w) : resample(base, new, difference, w);
	if (!err) {
		if (order > 0)
			negate(difference);
		if (order == 0)
			make_symmetric(difference);
		*b = (struct bootstrap){
			.difference = interval_median(difference, BOOTSTRAP_RESAMPLES, r),
			.p = two_sided(difference),
			.collapsed = mostly_one_value(base) || mostly_one_value(new),
		};
		b->difference.value =
			quantile_median(new->v, new->n) - quantile_median(base->v, base->n);
	}
	free(difference);
	return err;
}
