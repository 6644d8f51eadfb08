/* SPDX-License-Identifier: MIT */
/* Mann-Kendall and the two-heaps rule. */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/permutation.h"
#include "analyse/quantile.h"
#include "analyse/trend.h"

struct order {
	uint64_t rises, falls; /* pairs of values that do, later against earlier */
};

static struct order count_order(const double *values, size_t n)
{
	struct order o = { 0 };

	for (size_t i = 0; i < n; i++) {
		for (size_t j = i + 1; j < n; j++) {
			o.rises += values[j] > values[i];
			o.falls += values[j] < values[i];
		}
	}
	return o;
}

/* The sizes of the runs of equal values among the sorted ones. */
struct ties {
	size_t *group, groups;
};

static struct ties tie_groups(const double *sorted, size_t n, size_t *group)
{
	struct ties t = { .group = group };

	for (size_t i = 0; i < n; i++) {
		if (i && sorted[i] == sorted[i - 1])
			group[t.groups - 1]++;
		else
			group[t.groups++] = 1;
	}
	return t;
}

/* Kendall, Rank Correlation Methods, 4th ed. (1970), section 4.9: the variance of S. */
static double normal_p(struct order o, size_t n, struct ties ties)
{
	double count = (double)n, s = fabs((double)o.rises - (double)o.falls);
	double variance = count * (count - 1) * (2 * count + 5);

	for (size_t i = 0; i < ties.groups; i++) {
		double t = (double)ties.group[i];

		variance -= t * (t - 1) * (2 * t + 5);
	}
	if (s < 1)
		return 1;
	return erfc((s - 1) / sqrt(variance / 18) / sqrt(2));
}

/* By the distribution of inversions among all orders of values tied like these. */
static int exact_p(struct order o, struct ties t, double *p, struct why *w)
{
	struct permutation inversions;
	int err = permutation_open_inversions(&inversions, t.group, t.groups, w);

	if (err)
		return err;
	*p = permutation_two_sided(&inversions, o.falls);
	permutation_close(&inversions);
	return 0;
}

int trend_p(const double *values, size_t n, double *p, struct why *w)
{
	*p = 1;
	if (n < 3)
		return 0;
	double *sorted = malloc(n * sizeof *sorted);
	size_t *group = malloc(n * sizeof *group);
	int err = sorted && group ? 0 : fail(w, ENOMEM, "a trend over %zu values", n);
	if (!err) {
		struct order o = count_order(values, n);

		memcpy(sorted, values, n * sizeof *sorted);
		quantile_sort(sorted, n);
		struct ties ties = tie_groups(sorted, n, group);
		*p = n > TREND_EXACT ? normal_p(o, n, ties) : 1;
		err = n > TREND_EXACT ? 0 : exact_p(o, ties, p, w);
	}
	free(group);
	free(sorted);
	return err;
}

bool trend_bimodal(const double *sorted, size_t n, double *scratch)
{
	size_t below = 0; /* the largest gap */

	if (n < 4)
		return false;
	for (size_t i = 0; i + 1 < n; i++) {
		scratch[i] = log(sorted[i + 1]) - log(sorted[i]);
		if (scratch[i] > scratch[below])
			below = i;
	}
	double largest = scratch[below];
	size_t left = below + 1, right = n - left;
	quantile_sort(scratch, n - 1);
	return largest > 5 * quantile_median(scratch, n - 1) && largest > log(1.1) &&
	       5 * left >= n && 5 * right >= n;
}
