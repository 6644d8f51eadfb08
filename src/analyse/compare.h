/* SPDX-License-Identifier: MIT */
#ifndef COMPARE_H
#define COMPARE_H
#include <stdbool.h>
#include <stddef.h>
#include "analyse/interval.h"
#include "base/fail.h"

/*
 * One row of two separate runs: how much the new one takes, relative to the base, and how sure that
 * is. What to call it is verdict.h's, since that depends on all rows of the table.
 *
 * The values are those of invocations, calm with calm only. Nothing here sees what differs between
 * runs as a whole; the caller raises the verdict's delta for that. Parent only.
 */
enum method {
	METHOD_SHIFT,   /* rank sum test and Hodges-Lehmann ratio */
	METHOD_MEDIANS, /* the spreads differ clearly: bootstrap of the ratio of medians */
	METHOD_PAIRED,  /* sign test and median of the pairs' ratios: see ratio.h and judge.h */
};

struct comparison {
	enum method method;
	struct estimate log; /* ln(new / base); interval_exp() makes it a ratio */
	double p;            /* two-sided, of this row alone, by the same method */
	double least_p;      /* the smallest p that this number of values can give */
	bool collapsed;      /* see bootstrap.h */
};

/* Values in any order, above 0. */
struct values {
	const double *v;
	size_t n;
};

/* -EDOM when a side is empty or a value is not above 0, -ENOMEM. Swapping the sides negates log
 * exactly and leaves the rest. */
int compare_runs(const struct values *base, const struct values *new, struct comparison *c,
		 struct why *w);

/* From which ratio of the median deviations on the two spreads differ clearly: 3 at 10 values, 2
 * from 20, in proportion between; INFINITY below 10, where chance alone makes any ratio. */
double compare_spread_limit(size_t n, size_t m);

/* "hodges-lehmann", "bootstrap", "paired". */
const char *compare_method(enum method m);

#endif
