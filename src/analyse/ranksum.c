/* SPDX-License-Identifier: MIT */
/* Mann-Whitney with mid-ranks. Ranks are doubled, so that the mean of two of them is whole. */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include "analyse/permutation.h"
#include "analyse/ranksum.h"

struct pooled {
	uint32_t *rank;    /* doubled mid-ranks of all values, ascending */
	uint64_t base_sum; /* of those of the base */
	double ties;       /* sum of t^3 - t over groups of t equal values */
};

/* How many values from v[at] on are equal to x. */
static size_t equal_run(const struct side *s, size_t at, double x)
{
	size_t run = 0;

	while (at + run < s->n && s->v[at + run] == x)
		run++;
	return run;
}

static double next_value(const struct side *base, size_t i, const struct side *new, size_t j)
{
	if (i == base->n)
		return new->v[j];
	if (j == new->n)
		return base->v[i];
	return fmin(base->v[i], new->v[j]);
}

static void pool(struct pooled *all, const struct side *base, const struct side *new)
{
	size_t i = 0, j = 0;

	while (i < base->n || j < new->n) {
		double x = next_value(base, i, new, j);
		size_t mine = equal_run(base, i, x), theirs = equal_run(new, j, x);
		size_t before = i + j, equal = mine + theirs;
		double t = (double)equal;

		for (size_t k = 0; k < equal; k++)
			all->rank[before + k] = (uint32_t)(2 * before + equal + 1);
		all->base_sum += mine * (2 * before + equal + 1);
		all->ties += t * t * t - t;
		i += mine;
		j += theirs;
	}
}

static double normal_p(const struct pooled *all, double n, double m)
{
	double mean = n * (n + m + 1) / 2, off = fabs((double)all->base_sum / 2 - mean);
	double variance = n * m / 12 * (n + m + 1 - all->ties / ((n + m) * (n + m - 1)));

	if (off < .5)
		return 1;
	return erfc((off - .5) / sqrt(variance) / sqrt(2));
}

int ranksum_p(const struct side *base, const struct side *new, double *p, struct why *w)
{
	size_t n = base->n + new->n;
	struct pooled all = { .rank = malloc(n * sizeof *all.rank) };
	struct permutation d;
	int err = 0;

	if (!all.rank)
		return fail(w, ENOMEM, "ranks of %zu values", n);
	pool(&all, base, new);
	if (base->n > RANKSUM_EXACT || new->n > RANKSUM_EXACT) {
		*p = normal_p(&all, (double)base->n, (double)new->n);
	} else {
		struct scores s = { .score = all.rank, .n = n, .take = base->n };

		err = permutation_open_sum(&d, &s, w);
		if (!err) {
			*p = permutation_two_sided(&d, all.base_sum);
			permutation_close(&d);
		}
	}
	free(all.rank);
	return err;
}

double ranksum_least_p(size_t n, size_t m)
{
	double choices = 1;

	for (size_t i = 1; i <= n; i++)
		choices *= (double)(m + i) / (double)i;
	return fmin(1, 2 / choices);
}
