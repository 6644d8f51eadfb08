/* SPDX-License-Identifier: MIT */
#ifndef CONTRAST_STATE_H
#define CONTRAST_STATE_H
#include "record/contrast.h"

/* Was the machine, as far as rows of a kind depend on it, in one state in two runs? For contrast.c only. */

/* A bound that both runs have. */
struct bound {
	const char *name; /* as rows say it; NULL: there is none */
	const struct run_row *base, *new;
	double moved; /* log of new's median / base's */
};

/* What a row that was not calm may be compared relative to: the bound that moves as it does. A rate is not
 * compared so: it goes the other way. */
struct bound contrast_bound(const struct contrast *c, const struct run_row *row);

/* What may have moved this row by as much as it has moved itself, in time, but need not have: a bound,
 * or what a cache line took between its CPUs. */
struct bound contrast_explains(const struct contrast *c, const struct contrast_row *r);

/* Were calm windows of a row held to one clock and one level of the kernel in both runs, and was the bound that
 * moves as the row does equally fast? */
bool contrast_same_state(const struct contrast *c, const struct contrast_row *r);

/* Rates are summarised as times. values is sorted by this. In contrast.c. */
double contrast_median(double *values, size_t n, bool rate);

#endif
