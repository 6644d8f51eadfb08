/* SPDX-License-Identifier: MIT */
/* Null distributions by counting. All recursions add and never subtract, so that tails keep their
 * relative precision even where the counts have left the whole numbers of a double. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/permutation.h"

static void add(double *to, const double *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] += from[i];
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Number of ways to take `take` scores, by their sum above the least one. Row j counts for j
 * scores taken. A score at place i that is taken as the j-th adds score[i] - score[j] to what the
 * least sum has in that place: never negative, since scores ascend. */
static void count_sums(double *ways, size_t len, const struct scores *s)
{
	ways[0] = 1;
	for (size_t i = 0; i < s->n; i++) {
		size_t left = s->n - i;
		size_t first = s->take > left ? s->take - left : 0;

		for (size_t j = smaller(i, s->take - 1) + 1; j-- > first;) {
			size_t more = s->score[i] - s->score[j];
			double *to = ways + (j + 1) * len;

			if (more < len)
				add(to + more, ways + j * len, len - more);
		}
	}
}

static void to_shares(struct permutation *d)
{
	double total = 0;

	for (size_t i = 0; i < d->len; i++)
		total += d->share[i];
	for (size_t i = 0; i < d->len; i++)
		d->share[i] /= total;
}

int permutation_open_sum(struct permutation *d, const struct scores *s, struct why *w)
{
	uint64_t least = 0, most = 0;

	for (size_t j = 0; j < s->take; j++) {
		least += s->score[j];
		most += s->score[s->n - 1 - j];
	}
	*d = (struct permutation){ .least = least, .len = most - least + 1 };
	double *ways = calloc((s->take + 1) * d->len, sizeof *ways);
	d->share = malloc(d->len * sizeof *d->share);
	if (ways && d->share) {
		if (s->take)
			count_sums(ways, d->len, s);
		else
			ways[0] = 1;
		memcpy(d->share, ways + s->take * d->len, d->len * sizeof *ways);
		to_shares(d);
	}
	free(ways);
	if (ways && d->share)
		return 0;
	permutation_close(d);
	return fail(w, ENOMEM, "the distribution of %zu of %zu ranks", s->take, s->n);
}

/* d becomes the distribution of the sum of d and other. */
static int convolve(struct permutation *d, const struct permutation *other, struct why *w)
{
	size_t len = d->len + other->len - 1;
	double *share = calloc(len, sizeof *share);

	if (!share)
		return fail(w, ENOMEM, "a distribution over %zu values", len);
	for (size_t i = 0; i < d->len; i++)
		for (size_t j = 0; j < other->len; j++)
			share[i + j] += d->share[i] * other->share[j];
	free(d->share);
	d->share = share;
	d->len = len;
	d->least += other->least;
	return 0;
}

/* `added` equal values come among `present` smaller ones, anywhere: the inversions they make are
 * the sum of their places less the least such sum. */
static int open_insertions(struct permutation *d, size_t present, size_t added, struct why *w)
{
	size_t n = present + added;
	uint32_t *place = malloc(n * sizeof *place);

	*d = (struct permutation){ 0 };
	if (!place)
		return fail(w, ENOMEM, "places for %zu values", n);
	for (size_t i = 0; i < n; i++)
		place[i] = (uint32_t)i;
	struct scores s = { .score = place, .n = n, .take = added };
	int err = permutation_open_sum(d, &s, w);
	free(place);
	d->least = 0;
	return err;
}

int permutation_open_inversions(struct permutation *d, const size_t *group, size_t groups,
				struct why *w)
{
	size_t present = 0;
	int err = permutation_open_sum(d, &(struct scores){ 0 }, w);

	for (size_t i = 0; !err && i < groups; i++) {
		struct permutation insertions;

		err = open_insertions(&insertions, present, group[i], w);
		if (!err)
			err = convolve(d, &insertions, w);
		permutation_close(&insertions);
		present += group[i];
	}
	if (err)
		permutation_close(d);
	return err;
}

void permutation_close(struct permutation *d)
{
	free(d->share);
	*d = (struct permutation){ 0 };
}

double permutation_at_most(const struct permutation *d, uint64_t x)
{
	double sum = 0;

	for (size_t i = 0; i < d->len && d->least + i <= x; i++)
		sum += d->share[i];
	return sum;
}

static double at_least(const struct permutation *d, uint64_t x)
{
	double sum = 0;

	/* From the far end, the smallest terms first. */
	for (size_t i = d->len; i-- > 0 && d->least + i >= x;)
		sum += d->share[i];
	return sum;
}

double permutation_two_sided(const struct permutation *d, uint64_t x)
{
	return fmin(1, 2 * fmin(permutation_at_most(d, x), at_least(d, x)));
}
