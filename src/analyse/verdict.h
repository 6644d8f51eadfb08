/* SPDX-License-Identifier: MIT */
#ifndef VERDICT_H
#define VERDICT_H
#include <stdbool.h>
#include <stddef.h>
#include "analyse/interval.h"
#include "base/fail.h"

/*
 * What to call a ratio, from the user's side: of a time more is slower, of a rate it is faster.
 *
 * The words are not symmetric. `same` is shown: the whole interval is within delta. `slower` says
 * that something changed and that the best estimate is beyond delta, so a true change of exactly
 * delta is called slower in half of all comparisons. `slower by more than delta` is shown again.
 * Swapping the sides of a ratio swaps the words, always. Pure, but for verdict_holm(). Parent only.
 */
enum verdict {
	VERDICT_NONE, /* nothing was compared */
	VERDICT_FASTER_BY_MORE,
	VERDICT_FASTER,
	VERDICT_SAME,
	VERDICT_SLOWER,
	VERDICT_SLOWER_BY_MORE,
	VERDICT_INCONCLUSIVE,
};

enum reason {
	REASON_NONE,
	REASON_SMALL_CHANGE,  /* there is one, but its size is not beyond delta for sure */
	REASON_TOO_WIDE,      /* the interval holds both no change and one beyond delta */
	REASON_TOO_FEW,       /* so few values that no difference could be found */
	REASON_MACHINE_STATE, /* for callers: no calm estimate on one side */
	REASON_ENVIRONMENT,   /* for callers: the environments differ */
};

struct verdict_input {
	struct estimate log; /* ln of the ratio */
	double p;            /* Holm's adjusted p */
	double least_p;      /* the smallest that it could have been, adjusted likewise */
	double delta;        /* smallest effect of interest: .03 is 3 % */
	bool more_is_better; /* a rate */
};

struct judgement {
	enum verdict verdict;
	enum reason reason;
};

#define VERDICT_ALPHA .05

struct judgement verdict_of(const struct verdict_input *in);

/* "slower", "slower by more than delta", ... ; "" for none. */
const char *verdict_word(enum verdict v);

/* The one of the summary's column: faster, slower, same, inconclusive, or "". */
const char *verdict_column(enum verdict v);

/* "small_change", ... ; "" for none. */
const char *verdict_reason(enum reason r);

/* Holm's step-down adjustment over the n rows of a table; rows without a test have p = NAN, are not
 * counted and stay NAN. p and adjusted may be the same array. -ENOMEM. */
int verdict_holm(const double *p, double *adjusted, size_t n, struct why *w);

/* The fewest values a side with which one row of so many can be significant after Holm. */
size_t verdict_values_needed(size_t rows);

/* How many values (a side), or pairs, would tell a change of delta from none: their interval would reach no
 * further than half of delta, ln, to either side. Its width falls with the root of their number. Never fewer
 * than there are; as many where they have no interval. The number follows from how they spread and not
 * from where they lie, so that the interval of those and of as many more as it takes covers nearly as
 * often as it says (Stein's second sample, Ann. Math. Statist. 16, 1945; tried in simulate_extended.c). */
size_t verdict_values_to_tell(struct estimate log, size_t values, double delta);

#endif
