/* SPDX-License-Identifier: MIT */
#ifndef PICK_H
#define PICK_H
#include "report/rows.h"

/*
 * Which rows a sentence is about: those that have a value and these words and numbers, and are of
 * the relation that was seen most.
 */
struct pick {
	/* NULL: any */
	const char *benchmark, *metric, *region, *channel, *state, *access, *order;
	uint64_t size, message; /* 0: any */
};

bool row_picked(const struct row *r, const struct pick *p);

/* The first in file order; NULL when there is none. */
const struct row *pick_first(const struct rows *r, const struct pick *p);

/* The one of those comparable to `like` whose median is smallest; NULL unless there are two. */
const struct row *pick_smallest(const struct rows *r, const struct pick *p, const struct row *like);

/* The largest size or message among them, or the smallest; 0 when none has one. */
uint64_t pick_extreme(const struct rows *r, const struct pick *p, enum axis a, bool largest);

/* *p with its size set to the largest that there is. */
struct pick pick_largest(const struct rows *r, const struct pick *p);

/* 0 where the row does not have the axis. */
uint64_t row_axis_number(const struct row *r, enum axis a);

#endif
