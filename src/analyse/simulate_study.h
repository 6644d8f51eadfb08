/* SPDX-License-Identifier: MIT */
#ifndef SIMULATE_STUDY_H
#define SIMULATE_STUDY_H
#include "analyse/simulate.h"

/* What the studies share, and the studies themselves. For simulate*.c. */
enum { STUDY_VALUES_MAX = 64 }; /* a side */

/* Append a row. -ENOMEM. */
int simulate_add(struct simulation *s, const struct simulated *row, struct why *w);

/* The next study's own random numbers: they do not depend on how many another study has drawn. */
struct random simulate_stream(struct simulation *s);

/* A part of the repetitions, at least one. */
uint64_t simulate_trials(const struct simulation *s, unsigned part);

/* simulate_interval.c: order statistics, looks. simulate_pairs.c: paired ratios. simulate_flags.c:
 * drift and bimodal. simulate_compare.c: differences. simulate_verdict.c: verdicts, the run effect.
 * simulate_extended.c: pairs that are joined by more of them. */
int simulate_intervals(struct simulation *s, struct why *w);
int simulate_looks(struct simulation *s, struct why *w);
int simulate_pairs(struct simulation *s, struct why *w);
int simulate_flags(struct simulation *s, struct why *w);
int simulate_differences(struct simulation *s, struct why *w);
int simulate_verdicts(struct simulation *s, struct why *w);
int simulate_extended(struct simulation *s, struct why *w);

#endif
