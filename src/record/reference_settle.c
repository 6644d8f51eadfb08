/* SPDX-License-Identifier: MIT */
/* After a run: which levels the next one begins with. */
#include <math.h>
#include <stdlib.h>
#include "record/gathering.h"

/* A level stays until another one has this many times its readings. */
enum { MANY_TIMES = 2 };

/* Is what is seen most so far from a level that a half of what is calm is beyond it? At its edge a level
 * would have readings within reach for ever, and another one would share them. */
static bool is_off(double most, double level, double tolerance)
{
	return !gate_agrees(most, level, tolerance / 2);
}

/* The level to keep: the one in use; where that is drifted away from, or far more is seen of another one,
 * what was seen most. NAN: none is in use. -ENOMEM. */
static int settle_level(const struct reference *r, struct gathering *g, double tolerance,
			double *level)
{
	int err = gathering_recent(g, r);

	if (err)
		return err;
	double most = gate_mode(g->v, g->n, tolerance);
	bool drifted = gate_agrees(most, *level, tolerance) && is_off(most, *level, tolerance);
	if (r->fresh || drifted ||
	    MANY_TIMES * gathering_at(g, *level, tolerance) < gathering_at(g, most, tolerance))
		*level = most;
	free(g->v);
	return 0;
}

static int settle_clocks(struct reference *r, int roles)
{
	struct gathering cpus = gathering_of_clock(r, roles, NAN);
	struct canary_reference none = { .kind = { .roles = roles }, .chain_ghz = NAN };
	double cpu[HISTORY_CLOCKS];
	int err = 0;

	cpus.of = cpu_of;
	size_t n = gathering_distinct(cpus, &r->history, cpu, HISTORY_CLOCKS);
	for (size_t i = 0; i < n && !err; i++) {
		struct gathering g = gathering_of_clock(r, roles, cpu[i]);
		struct clock_level level = { roles, (int)cpu[i],
					     reference_clock(r, &none, (int)cpu[i]) };

		err = settle_level(r, &g, GATE_CLOCK, &level.ghz);
		if (!err && level.ghz > 0)
			history_settle_clock(&r->history, level);
	}
	return err;
}

/* A line has no levels apart: it only drifts. */
static int settle_lines(struct reference *r, const struct canary_reference *e)
{
	struct gathering pairs = gathering_of_line(r, e, NAN);
	double pair[HISTORY_LINES];
	int err = 0;

	pairs.adds_per_cycle = NAN;
	pairs.of = pair_of;
	size_t n = gathering_distinct(pairs, &r->history, pair, HISTORY_LINES);
	for (size_t i = 0; i < n && !err; i++) {
		struct gathering g = gathering_of_line(r, e, pair[i]);
		double level = NAN;

		for (size_t k = 0; k < e->lines; k++)
			if (e->line[k].pair == pair[i])
				level = e->line[k].ns;
		err = gathering_recent(&g, r);
		double most = err ? NAN : gate_mode(g.v, g.n, GATE_LINE);
		if (is_off(most, level, GATE_LINE))
			level = most;
		if (!err && g.n >= GATE_READINGS)
			history_settle_line(&r->history, pair[i], g.within.low, g.within.high,
					    level);
		free(g.v);
	}
	return err;
}

static int settle_mapping(struct reference *r, const struct canary_reference *e)
{
	struct gathering g = gathering_of(r, &e->kind, mapping_of);
	double level = e->mapping_cycles;

	g.adds_per_cycle = e->adds_per_cycle;
	int err = settle_level(r, &g, GATE_MAPPING, &level);
	if (!err && level > 0)
		history_settle_mapping(&r->history, &g.kind, level);
	return err;
}

int reference_settle(struct reference *r)
{
	int err = 0;

	for (int roles = 1; roles <= ROLES_MAX && !err; roles++)
		err = settle_clocks(r, roles);
	for (size_t i = 0; i < r->n && !err; i++)
		err = r->entry[i].kind.roles == 1 ? settle_mapping(r, &r->entry[i])
						  : settle_lines(r, &r->entry[i]);
	return err;
}
