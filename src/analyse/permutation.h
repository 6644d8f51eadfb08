/* SPDX-License-Identifier: MIT */
#ifndef PERMUTATION_H
#define PERMUTATION_H
#include <stddef.h>
#include <stdint.h>
#include "base/fail.h"

/*
 * The exact distribution of a rank statistic when nothing but chance is at work: every choice, or
 * every order, is equally likely. Ties need no approximation, they only change the scores.
 *
 * The caller owns a struct permutation from open to close. Parent only.
 */
struct permutation {
	double *share; /* share[i] = P(statistic = least + i) */
	size_t len;
	uint64_t least;
};

/* `take` of n whole scores, ascending. Counts are kept in doubles: n of a few hundred at most. */
struct scores {
	const uint32_t *score;
	size_t n, take;
};

/* The sum of the scores taken. -ENOMEM. */
int permutation_open_sum(struct permutation *d, const struct scores *s, struct why *w);

/* The number of pairs in the wrong order, when values that fall into groups of equal ones, group[i]
 * of them in the i-th, stand in random order. -ENOMEM. */
int permutation_open_inversions(struct permutation *d, const size_t *group, size_t groups,
				struct why *w);

void permutation_close(struct permutation *d);

/* P(statistic <= x). */
double permutation_at_most(const struct permutation *d, uint64_t x);

/* Twice the smaller tail that x is in, at most 1. */
double permutation_two_sided(const struct permutation *d, uint64_t x);

#endif
