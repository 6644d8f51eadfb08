/* SPDX-License-Identifier: MIT */
#ifndef PLANNING_H
#define PLANNING_H
#include "plan/request.h"

/*
 * Requests to plans, on synthetic topologies, so that the plan is the same on every machine. File
 * regions live in /tmp and /dev/shm.
 */
#define TWO_CORES "package:1 l3:1 core:2 pu:1"

/* base: as --base says it, or NULL. 0 or as plan_make. */
int plan_on(struct plan *p, const char *synthetic, const char *line, const char *base,
	    struct why *w);

/* On two cores; anything wrong fails the test. */
struct plan planned(const char *line);

/* Cells that were asked for, without the companions. */
size_t asked(const struct plan *p);

/* Of cell i, as text that the next call overwrites. */
const char *value(const struct plan *p, size_t i, enum axis a);

#endif
