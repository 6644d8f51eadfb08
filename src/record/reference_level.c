/* SPDX-License-Identifier: MIT */
/* The levels that move by themselves, of the clock, of the kernel and of a cache line: which of them is
 * calm in this run. */
#include <math.h>
#include "record/gathering.h"

/* The level that the history has settled on; else the one that it shows most. */
static double derive_level(const struct reference *r, struct gathering *g, double settled,
			   double tolerance)
{
	gathering_all(g, &r->history);
	return settled > 0 ? settled : gate_mode(g->v, g->n, tolerance);
}

static void line_levels(const struct reference *r, struct canary_reference *e, double *room)
{
	double pair[HISTORY_LINES];

	e->lines = gathering_distinct(gathering_of_pairs(r, e), &r->history, pair, HISTORY_LINES);
	for (size_t i = 0; i < e->lines; i++) {
		struct gathering g = gathering_of_line(r, e, pair[i]);
		double settled = history_line(&r->history, pair[i], g.within.low, g.within.high);

		g.v = room;
		double level = derive_level(r, &g, settled, GATE_LINE);
		bool known = settled > 0 || g.n >= GATE_READINGS;
		e->line[i] = (struct line_level){ pair[i], known ? level : NAN };
	}
}

double reference_line(const struct canary_reference *e, const struct planned *p)
{
	double pair = canary_pair(p->place.os[0], p->place.os[1]);

	for (size_t i = 0; i < e->lines; i++)
		if (e->line[i].pair == pair)
			return e->line[i].ns;
	return NAN;
}

void reference_clocks(struct reference *r)
{
	r->clocks = 0;
	for (size_t i = 0; i < r->history.clocks; i++)
		if (r->history.clock[i].kept)
			r->clock[r->clocks++] = r->history.clock[i];
}

double reference_clock(const struct reference *r, const struct canary_reference *e, int cpu)
{
	for (size_t i = 0; i < r->clocks; i++)
		if (r->clock[i].roles == e->kind.roles && r->clock[i].cpu == cpu)
			return r->clock[i].ghz;
	return e->chain_ghz;
}

void reference_level(const struct reference *r, struct canary_reference *e, double *room)
{
	struct gathering g = gathering_of(r, &e->kind, chain_of);

	g.v = room;
	e->chain_ghz = derive_level(r, &g, 0, GATE_CLOCK);
	/* A few seconds do not say at which level a machine is most: a first run whose windows were held
	 * to it had 9 % of them calm. */
	if (r->fresh)
		return;
	if (e->kind.roles > 1) {
		line_levels(r, e, room);
		return;
	}
	g.adds_per_cycle = e->adds_per_cycle;
	g.of = mapping_of;
	e->mapping_cycles =
		derive_level(r, &g, history_mapping(&r->history, &g.kind), GATE_MAPPING);
}
