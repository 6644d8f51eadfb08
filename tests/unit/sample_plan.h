/* SPDX-License-Identifier: MIT */
#ifndef SAMPLE_PLAN_H
#define SAMPLE_PLAN_H
#include "plan/plan.h"

/*
 * A plan small enough to compute by hand: one benchmark with a sampled time, a rate and a count,
 * in System V memory (the base) and in a memfd.
 */
enum { SAMPLE_TIME, SAMPLE_RATE, SAMPLE_COUNT };
enum { SAMPLE_SYSV, SAMPLE_MEMFD, SAMPLE_CELLS };

struct sample_plan {
	struct planned cells[SAMPLE_CELLS];
	size_t member[SAMPLE_CELLS], first[2];
	struct plan plan;
};

/* *s stays in place: the plan points into it. */
void sample_plan_make(struct sample_plan *s, const struct part *part);

/* With one role; with two. */
extern const struct part sample_part, sample_part_two;

#endif
