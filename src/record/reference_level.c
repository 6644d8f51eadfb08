/* SPDX-License-Identifier: MIT */
/* The levels that move by themselves, of the clock, of the kernel and of a cache line: which of them is
 * calm in this run. */
#include <math.h>
#include <stdlib.h>
#include "record/gathering.h"

/* The level that the history has settled on; else the one that it shows most. */
static double derive_level(const struct reference *r, struct gathering *g, double settled,
			   double tolerance)
{
	gathering_all(g, &r->history);
	return settled > 0 ? settled : gate_mode(g->v, g->n, tolerance);
}

/* The newest batch of a kind; NULL: there is none. */
static const struct batch *newest_of(const struct batch *b, size_t n, const struct canary_kind *k)
{
	while (n-- > 0)
		if (canary_kind_same(&b[n].kind, k))
			return &b[n];
	return NULL;
}

/* What a mapping took in the first look of the run, while nobody disturbed. */
static int look_at_mapping(const struct reference *r, struct gathering *g,
			   struct canary_reference *e)
{
	const struct batch *now = newest_of(r->history.batch, r->history.n, &g->kind);
	int err = now ? gathering_batch(g, now) : 0;

	if (err || !now)
		return err;
	if (g->n)
		e->mapping_look = g->v[0];
	free(g->v);
	return 0;
}

/* Has the kernel left a level: is what was just seen, of CPUs that nobody disturbed, cheaper than it by as much as
 * relations are from each other? Levels that come and go are 10 % apart, and what disturbs makes a mapping dearer,
 * also where the two loops do not feel it: in a guest whose host keeps the page tables a life takes 70000 cycles,
 * and 200000 while a process runs on the other CPU. So a dearer level is followed only when it was seen most for
 * long, like any other; and one that was followed so is left at once when the machine is at rest. */
static void leave_level(struct canary_reference *e)
{
	if (!(e->mapping_look * GATE_GAP < e->mapping_cycles))
		return;
	e->mapping_was = e->mapping_cycles;
	e->mapping_cycles = NAN;
}

double reference_dearest(const struct canary_reference *e)
{
	return isnan(e->mapping_cycles) ? GATE_GAP * e->mapping_look : NAN;
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

int reference_level(const struct reference *r, struct canary_reference *e, double *room)
{
	struct gathering g = gathering_of(r, &e->kind, chain_of);
	struct gathering mappings = gathering_of(r, &e->kind, mapping_of);

	g.v = room;
	e->chain_ghz = derive_level(r, &g, 0, GATE_CLOCK);
	mappings.adds_per_cycle = e->adds_per_cycle;
	int err = e->kind.roles == 1 ? look_at_mapping(r, &mappings, e) : 0;
	/* A few seconds do not say at which level a machine is most: a first run whose windows were held
	 * to it had 9 % of them calm. */
	if (err || r->fresh)
		return err;
	if (e->kind.roles > 1) {
		line_levels(r, e, room);
		return 0;
	}
	mappings.v = room;
	e->mapping_cycles = derive_level(r, &mappings, history_mapping(&r->history, &mappings.kind),
					 GATE_MAPPING);
	leave_level(e);
	return 0;
}

void reference_tell_left(const struct reference *r, struct why *left)
{
	for (size_t i = 0; i < r->n && !left->text[0]; i++)
		if (r->entry[i].mapping_was > 0)
			fail(left, 0,
			     "a mapping takes %.0f cycles, and took %.0f in earlier runs: that "
			     "level counts no more, and this run finds out which one does",
			     r->entry[i].mapping_look, r->entry[i].mapping_was);
}

int reference_seen_json(const struct reference *r, json_t *entries)
{
	int err = 0;

	for (size_t i = 0; i < r->n && !err; i++) {
		const struct canary_reference *e = &r->entry[i];
		const struct batch *seen = newest_of(r->seen, r->kinds, &e->kind);
		struct gathering g = gathering_of(r, &e->kind, mapping_of);

		if (e->kind.roles > 1 || !seen)
			continue;
		g.adds_per_cycle = e->adds_per_cycle;
		g.dearest = reference_dearest(e);
		err = gathering_batch(&g, seen);
		double most = err ? NAN : gate_mode(g.v, g.n, GATE_MAPPING);
		if (most > 0)
			json_object_set_new(json_array_get(entries, i), "mapping_seen_cycles",
					    json_real(most));
		free(g.v);
	}
	return err;
}
