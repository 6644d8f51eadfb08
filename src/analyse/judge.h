/* SPDX-License-Identifier: MIT */
#ifndef JUDGE_H
#define JUDGE_H
#include <stdbool.h>
#include <stddef.h>
#include "analyse/compare.h"
#include "analyse/verdict.h"

/*
 * A whole table of comparisons: every row's ratio, then Holm over those rows that may be called
 * something, then the words.
 *
 * Swapping the sides of every row inverts every ratio and swaps every word. That is why a row that
 * is not to be trusted may be called `same` and never faster nor slower: "slower, never faster"
 * would depend on which run was named first. Parent only.
 */
enum trust {
	TRUST_FULL,
	TRUST_SAME, /* the machine differed between the sides, and something stands in for it */
	TRUST_NONE, /* the machine differed: the ratio is shown, no word is given */
};

struct contest {
	struct values base, new; /* in run order, borrowed */
	bool paired;             /* value by value: as many on either side */
	bool more_is_better;     /* a rate */
	double delta;            /* smallest effect of interest of this row */
	double explained;        /* ln of what the machine alone may have made of the ratio: so much
				    of a change, the same way, is not the program's; 0: nothing */
	enum trust trust;
};

struct finding {
	enum method method;
	struct estimate log; /* ln(new / base); value NAN where there is no ratio */
	double p;            /* of this row alone; NAN without a ratio */
	double adjusted;     /* Holm's; NAN for a row that is not in its family */
	bool collapsed;      /* see bootstrap.h */
	bool correlated;     /* see ratio.h */
	size_t needed;       /* values a side: too_few: that could say more; too_wide: that would
				tell, spreading alike; else 0, also where that is not known */
	struct judgement judgement;
};

/* found[i] is about row[i]. A row with a value that is not above 0 has no ratio: VERDICT_NONE, or
 * `same` where both sides are nothing but 0. A side without values is too few. -ENOMEM. */
int judge_all(const struct contest *row, struct finding *found, size_t n, struct why *w);

/* The fewest pairs with which one row of so many can be significant after Holm. */
size_t judge_pairs_needed(size_t rows);

#endif
