/* SPDX-License-Identifier: MIT */
#include "command/run_clock.h"

/* Cells that are timed by a counter that this machine lacks have been skipped. */
static enum clock_source wanted(const struct plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct cell *c = &p->cells[i].cell;

		if (!p->cells[i].status && (c->has & AXIS(CLOCK)) && c->clock)
			return (enum clock_source)c->clock;
	}
	return CLOCK_SOURCE_MONOTONIC;
}

int run_clock_open(struct run_clock *c, const struct plan *p, struct why *w)
{
	enum clock_source source = wanted(p);

	*c = (struct run_clock){ .counted = source != CLOCK_SOURCE_MONOTONIC };
	return c->counted ? clock_calibrate(source, &c->counter, w) : 0;
}

const struct clock *run_clock_counter(const struct run_clock *c)
{
	return c->counted ? &c->counter.clock : NULL;
}

struct clock_quality run_clock_examine(const struct run_clock *c)
{
	return c->counted ? clock_examine(&c->counter.clock) : (struct clock_quality){ 0 };
}
