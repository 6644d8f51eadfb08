/* SPDX-License-Identifier: MIT */
#ifndef CALM_NOW_H
#define CALM_NOW_H
#include "record/reference.h"

/*
 * How calm the CPUs are now: what the gate would say of windows in which nothing is measured, taken
 * and judged by the code that takes and judges those of a run. Parent only.
 */

/* The CPU, or the pair of CPUs, that readings are taken of. */
struct calm_spot {
	struct station station;

	/* Results of the last look. */
	uint64_t windows;
	uint64_t judged;                  /* there was a reference for their relation */
	uint64_t calm;                    /* of those judged */
	uint64_t alone;                   /* of those judged, but for the clock rate */
	uint64_t same;                    /* in the relation most seen */
	char relation[RELATION_MAX];      /* the one most seen; "" with one role */
	double adds_per_cycle[ROLES_MAX]; /* medians */
	double chain_ghz[ROLES_MAX];
	double mapping_cycles;                               /* NAN with two roles */
	double line_ns;                                      /* one way; NAN with one role */
	const struct canary_reference *reference[ROLES_MAX]; /* of that relation; NULL: none */
	double clock_ghz[ROLES_MAX];                         /* by it */
};

struct calm_look {
	struct calm_spot *spot;
	size_t spots;
	struct reference *reference;     /* its readings grow */
	struct measurement *measurement; /* for calibrate() */
	uint64_t ns;                     /* at least this, and once at every spot */
};

/* -EINTR: a signal; -ENOMEM, -EIO with a sentence. */
int calm_look(const struct calm_look *l, struct why *w);

/* Share of calm windows; NAN where none could be judged. */
double calm_spot_share(const struct calm_spot *s);

/* The same whatever the clock rate was: nobody disturbed them. */
double calm_spot_alone(const struct calm_spot *s);

/* "CPU 0" or "CPUs 0 and 1". Returns buf. */
const char *calm_spot_name(const struct calm_spot *s, char *buf, size_t len);

#endif
