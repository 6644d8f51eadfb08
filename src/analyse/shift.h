/* SPDX-License-Identifier: MIT */
#ifndef SHIFT_H
#define SHIFT_H
#include "analyse/interval.h"
#include "analyse/ranksum.h"

/*
 * By how much do two runs differ? Hodges and Lehmann's estimate: the median of all n * m
 * differences, with the interval that belongs to the rank sum test.
 *
 * It assumes that both sides have the same shape; where their spreads differ, see bootstrap.h.
 * Give it logarithms, and interval_exp() of what comes back is a ratio. Parent only.
 */

/* The interval is [D(low), D(high)] of the ascending differences, low the largest k with
 * P(U <= k - 1) <= (1 - confidence) / 2. None (low == 0) when there is no such k, as at 3 against
 * 3 values. Above RANKSUM_EXACT values the distribution of U is taken as normal. -ENOMEM. */
int shift_ranks(const size_t n[2], double confidence, struct ranks *r, struct why *w);

/* new - base at 95 %. Swapping the sides negates it exactly. -ENOMEM. */
int shift_estimate(const struct side *base, const struct side *new, struct estimate *e,
		   struct why *w);

#endif
