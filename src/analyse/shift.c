/* SPDX-License-Identifier: MIT */
/* Hodges-Lehmann: the median of all differences, and the two of them that bound it. */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include "analyse/permutation.h"
#include "analyse/quantile.h"
#include "analyse/shift.h"

static struct ranks ranks_of(size_t k, size_t differences, double below)
{
	if (k == 0)
		return (struct ranks){ .level = NAN };
	return (struct ranks){ .low = k, .high = differences - k + 1, .level = 1 - 2 * below };
}

/* U is the rank sum less its least value. */
static int exact_ranks(const size_t n[2], double limit, struct ranks *r, struct why *w)
{
	uint32_t rank[2 * RANKSUM_EXACT];
	struct scores s = { .score = rank, .n = n[0] + n[1], .take = n[0] };
	struct permutation u;
	double below = 0;
	size_t k = 0;

	for (size_t i = 0; i < s.n; i++)
		rank[i] = (uint32_t)i;
	int err = permutation_open_sum(&u, &s, w);
	if (err)
		return err;
	while (below + u.share[k] <= limit)
		below += u.share[k++];
	permutation_close(&u);
	*r = ranks_of(k, n[0] * n[1], below);
	return 0;
}

static double normal_below(double z)
{
	return erfc(-z / sqrt(2)) / 2;
}

/* The largest k with P(U <= k - 1), continuity corrected, below the limit. */
static struct ranks normal_ranks(const size_t n[2], double limit)
{
	double a = (double)n[0], b = (double)n[1];
	double mean = a * b / 2, deviation = sqrt(a * b * (a + b + 1) / 12);
	size_t k = 0;

	while (normal_below(((double)k + .5 - mean) / deviation) <= limit)
		k++;
	return ranks_of(k, n[0] * n[1], normal_below(((double)k - .5 - mean) / deviation));
}

int shift_ranks(const size_t n[2], double confidence, struct ranks *r, struct why *w)
{
	double limit = (1 - confidence) / 2;

	if (n[0] <= RANKSUM_EXACT && n[1] <= RANKSUM_EXACT)
		return exact_ranks(n, limit, r, w);
	*r = normal_ranks(n, limit);
	return 0;
}

int shift_estimate(const struct side *base, const struct side *new, struct estimate *e,
		   struct why *w)
{
	const size_t n[2] = { base->n, new->n };
	size_t differences = n[0] * n[1], at = 0;
	struct ranks r;
	int err = shift_ranks(n, INTERVAL_CONFIDENCE, &r, w);

	if (err)
		return err;
	double *d = malloc(differences * sizeof *d);
	if (!d)
		return fail(w, ENOMEM, "%zu differences", differences);
	for (size_t i = 0; i < base->n; i++)
		for (size_t j = 0; j < new->n; j++)
			d[at++] = new->v[j] - base->v[i];
	quantile_sort(d, differences);
	*e = interval_median(d, differences, r);
	free(d);
	return 0;
}
