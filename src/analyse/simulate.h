/* SPDX-License-Identifier: MIT */
#ifndef SIMULATE_H
#define SIMULATE_H
#include <stdbool.h>
#include <stdint.h>
#include "analyse/interval.h"
#include "analyse/ranksum.h"
#include "analyse/synthetic.h"
#include "base/fail.h"

/*
 * Every estimator and every rule that the program uses, tried on data whose truth is known: how
 * often an interval covers it, how often a word or a flag is given that should not be.
 *
 * It calls the very functions that measurements go through, with nothing in between. The same seed
 * and repetitions give the same table. Pure, but for memory. Parent only.
 */
struct simulated {
	const char *study; /* "order statistics" */
	const char *what;  /* what was counted: "covers", "slower" */
	const char *data;  /* "lognormal 2 %" */
	size_t n;          /* values, pairs, or values a side */
	uint64_t trials, hits;
	double known;     /* what an independent simulation or exact arithmetic gave; NAN: none */
	double low, high; /* the share must be within, give or take 3 standard errors; NAN: any */
};

double simulated_share(const struct simulated *r);

/* Its standard error. Never 0: one more hit and one more miss are thought of. */
double simulated_error(const struct simulated *r);

/* Is anything demanded of it, and is that so? The standard errors are those at the bound: an
 * estimator that is right is found wrong in one of 370 rows by chance. */
bool simulated_checked(const struct simulated *r);
bool simulated_holds(const struct simulated *r);

/* The caller sets seed and repetitions and frees it; the rest begins as 0. */
struct simulation {
	uint64_t seed;
	uint64_t repetitions; /* of what costs little; what costs more has a part of it */
	struct simulated *row;
	size_t n, room;
	uint64_t streams; /* of random numbers that were begun: one a study */
};
#define SIMULATION_SEED        20250101
#define SIMULATION_REPETITIONS 20000

/* All studies. -ENOMEM. */
int simulate_all(struct simulation *s, struct why *w);
void simulation_free(struct simulation *s);

/* One study of an interval of a median: does it cover as often as it says? */
struct median_study {
	const char *name;
	struct synthetic data;
	size_t n;
	double resolution; /* 0, or that of the clock: covers then at least as often as it says */
	struct estimate (*estimate)(const double *sorted, size_t n);
};
int simulate_median(struct simulation *s, const struct median_study *m, struct why *w);

/* One study of an interval of a difference: sides are ascending logarithms. */
struct difference_study {
	const char *name, *data;
	struct synthetic base, new;
	size_t n;      /* a side */
	unsigned part; /* so many times fewer repetitions */
	double known;  /* see struct simulated */
	double low, high;
	int (*estimate)(const struct side *base, const struct side *new, struct estimate *e,
			struct why *w);
};
int simulate_difference(struct simulation *s, const struct difference_study *d, struct why *w);

#endif
