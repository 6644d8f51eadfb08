/* SPDX-License-Identifier: MIT */
#ifndef CONTRAST_PAIRS_H
#define CONTRAST_PAIRS_H
#include "record/run_rows.h"

/*
 * Values of two rows that belong together: by block. Every value is in one pair at most, and
 * pairs are in block order. Pure.
 */
struct contrast_pairs {
	const struct run_row *one, *other;
	bool calm; /* pairs of calm values only */
};

/* one[i] and other[i] are a pair; both have room for the fewer values of the two. */
size_t contrast_pairs_make(const struct contrast_pairs *p, double *one, double *other);

#endif
