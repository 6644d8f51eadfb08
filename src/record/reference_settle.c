/* SPDX-License-Identifier: MIT */
/* After a run: which levels the next one begins with. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "analyse/quantile.h"
#include "record/gathering.h"

/* Is what is seen most so far from a level that a half of what is calm is beyond it? At its edge a level
 * would have readings within reach for ever, and another one would share them. */
static bool is_off(double most, double level, double tolerance)
{
	return !gate_agrees(most, level, tolerance / 2);
}

/* The level to keep: the one in use; where that is drifted away from, or far more is seen of another one,
 * what was seen most. Where none is in use (NAN), what was seen most in this run. -ENOMEM. */
static int settle_level(const struct reference *r, struct gathering *g, double tolerance,
			double *level)
{
	bool none = isnan(*level);
	int err = gathering_recent(g, &r->history, none);

	if (err)
		return err;
	double most = gate_mode(g->v, g->n, tolerance);
	bool drifted = gate_agrees(most, *level, tolerance) && is_off(most, *level, tolerance);
	if (none || drifted ||
	    HISTORY_MANY * gathering_at(g, *level, tolerance) < gathering_at(g, most, tolerance))
		*level = most;
	free(g->v);
	return 0;
}

/* A line has no levels apart: it only drifts. */
static int settle_lines(struct reference *r, const struct canary_reference *e)
{
	double pair[HISTORY_LINES];
	int err = 0;

	size_t n = gathering_distinct(gathering_of_pairs(r, e), &r->history, pair, HISTORY_LINES);
	for (size_t i = 0; i < n && !err; i++) {
		struct gathering g = gathering_of_line(r, e, pair[i]);
		double level = NAN;

		for (size_t k = 0; k < e->lines; k++)
			if (e->line[k].pair == pair[i])
				level = e->line[k].ns;
		err = gathering_recent(&g, &r->history, r->fresh);
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
	g.dearest = reference_dearest(e);
	int err = settle_level(r, &g, GATE_MAPPING, &level);
	if (!err && level > 0)
		history_settle_mapping(&r->history, &g.kind, level);
	return err;
}

int reference_settle(struct reference *r)
{
	int err = 0;

	for (size_t i = 0; i < r->n && !err; i++)
		err = r->entry[i].kind.roles == 1 ? settle_mapping(r, &r->entry[i])
						  : settle_lines(r, &r->entry[i]);
	return err;
}

static bool has(const double *v, size_t n, double value)
{
	size_t i = 0;

	while (i < n && v[i] != value)
		i++;
	return i < n;
}

int reference_see_clocks(struct history *h, const struct batch *b, double weight)
{
	double *v = calloc(b->n + 1, sizeof *v), cpu[HISTORY_CLOCKS];
	size_t cpus = 0;

	if (!v)
		return -ENOMEM;
	for (size_t i = 0; i < b->n && cpus < HISTORY_CLOCKS; i++) {
		size_t n = 0;

		if (has(cpu, cpus, b->reading[i].cpu))
			continue;
		cpu[cpus++] = b->reading[i].cpu;
		for (size_t k = i; k < b->n; k++)
			if (b->reading[k].cpu == b->reading[i].cpu)
				v[n++] = b->reading[k].chain_ghz;
		quantile_sort(v, n);
		struct clock_level seen = { .roles = b->kind.roles,
					    .cpu = (int)b->reading[i].cpu,
					    .ghz = gate_mode(v, n, GATE_CLOCK),
					    .weight = weight,
					    .seen = b->taken };
		if (n >= GATE_CLUSTER_MIN)
			history_saw_clock(h, &seen, GATE_CLOCK);
	}
	free(v);
	return 0;
}
