/* SPDX-License-Identifier: MIT */
#ifndef SYNTHETIC_H
#define SYNTHETIC_H
#include <stddef.h>
#include "base/random.h"

/*
 * Data whose truth is known: what estimators are tried on.
 *
 * A series is what the invocations of one cell might give, in run order, around 1. Its truth is
 * the median of the distribution that every single value has; only a trend has another one at
 * every place, and its truth is the middle of the run. Pure.
 */
enum shape {
	SHAPE_LOGNORMAL,   /* exp(spread * normal) */
	SHAPE_EXPONENTIAL, /* 1 + spread * exponential: a floor and a tail */
	SHAPE_BIMODAL,     /* lognormal, and a share of the values is 1 + step times as large */
	SHAPE_ROUNDED,     /* lognormal around 23.4, in whole units: a clock of 1 ns */
	SHAPE_AR1,         /* lognormal; neighbours correlate with rho */
	SHAPE_TREND,       /* lognormal, and over the run ln grows by step in all */
};

struct synthetic {
	const char *name; /* for people: "lognormal 2 %" */
	enum shape shape;
	double spread;
	double step, share; /* share: of the upper mode */
	double rho, white;  /* white: share of the variance that does not correlate */
};

double synthetic_uniform(struct random *r);     /* (0, 1) */
double synthetic_normal(struct random *r);      /* mean 0, variance 1 */
double synthetic_exponential(struct random *r); /* mean 1 */

/* values[0..n) in run order. */
void synthetic_draw(const struct synthetic *s, struct random *r, double *values, size_t n);

/* The median that every value has; the middle one's, of a trend. */
double synthetic_truth(const struct synthetic *s);

#endif
