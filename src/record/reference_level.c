/* SPDX-License-Identifier: MIT */
/* The levels that move by themselves, of the clock and of the kernel: which of them is calm. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "analyse/quantile.h"
#include "record/reference.h"

/* Whose readings an entry was made from: in a guest the relation is of a reading, not of a kind. */
static struct canary_kind kind_in_history(const struct reference *r, const struct canary_kind *k)
{
	struct canary_kind kind = *k;

	if (r->guest)
		kind.relation[0] = '\0';
	return kind;
}

/* What moves by itself, of a reading. */
static double chain_of(const struct canary_reading *x)
{
	return x->chain_ghz;
}

static double mapping_of(const struct canary_reading *x)
{
	return x->mapping_cycles;
}

/* Readings of a kind that nobody disturbed, in v or only counted (v NULL). The kind's relation is
 * not looked at in a guest: one core's clock has nothing to do with the other's distance. */
struct gathering {
	struct canary_kind kind;
	double adds_per_cycle; /* NAN: disturbed or not */
	double (*of)(const struct canary_reading *x);
	double *v;
	size_t n;
};

static void gather(struct gathering *g, const struct batch *b)
{
	if (!canary_kind_same(&b->kind, &g->kind))
		return;
	for (size_t i = 0; i < b->n; i++) {
		const struct canary_reading *x = &b->reading[i];

		if (!isnan(g->adds_per_cycle) &&
		    !gate_agrees(x->adds_per_cycle, g->adds_per_cycle, GATE_ONE_ROLE))
			continue;
		if (g->v)
			g->v[g->n] = g->of(x);
		g->n++;
	}
}

/* The level that the history has settled on; else the one that it shows most. */
static double derive_level(const struct reference *r, struct gathering *g, double settled,
			   double tolerance)
{
	for (size_t i = 0; i < r->history.n; i++)
		gather(g, &r->history.batch[i]);
	quantile_sort(g->v, g->n);
	return settled > 0 ? settled : gate_mode(g->v, g->n, tolerance);
}

void reference_level(const struct reference *r, struct canary_reference *e, double *room)
{
	struct gathering g = { kind_in_history(r, &e->kind), NAN, chain_of, room, 0 };
	struct levels settled = history_levels(&r->history, &g.kind);

	e->chain_ghz = derive_level(r, &g, settled.chain_ghz, GATE_CLOCK);
	/* A few seconds do not say at which level a machine is most: a first run whose windows were held
	 * to it had 9 % of them calm. */
	if (e->kind.roles > 1 || r->fresh)
		return;
	g = (struct gathering){ g.kind, e->adds_per_cycle, mapping_of, room, 0 };
	e->mapping_cycles = derive_level(r, &g, settled.mapping_cycles, GATE_MAPPING);
}

/* Levels hold for minutes and come back, and a reference that followed each of them would make no
 * two runs alike: so the batches of a kind of the last ten minutes have a say, and some three runs of
 * them whatever their age, and a level stays until another one has this many times its readings. (A clock
 * that ran at 3.73, 3.66 and 3.45 GHz, the last for three minutes now and then, was followed by a say of
 * three runs: over 27 minutes calm medians of a detach spread by 2.7 %, and by 1.2 at one level.) */
enum { RECENT = 7, RECENT_S = 600, MANY_TIMES = 2 };

static void gather_recent(const struct reference *r, struct gathering *g)
{
	size_t recent = 0, enough = r->fresh ? 1 : RECENT;
	int64_t newest = r->history.n ? r->history.batch[r->history.n - 1].taken : 0;

	g->n = 0;
	for (size_t i = r->history.n; i-- > 0;) {
		const struct batch *b = &r->history.batch[i];
		bool young = !r->fresh && newest - b->taken < RECENT_S;

		if (recent >= enough && !young)
			break;
		gather(g, b);
		recent += (size_t)canary_kind_same(&b->kind, &g->kind);
	}
}

static size_t at_level(const struct gathering *g, double level, double tolerance)
{
	size_t n = 0;

	for (size_t k = 0; k < g->n; k++)
		n += gate_agrees(g->v[k], level, tolerance);
	return n;
}

/* The level to keep: the one in use, or the one that was seen most. -ENOMEM. */
static int settle_level(const struct reference *r, struct gathering *g, double tolerance,
			double *level)
{
	gather_recent(r, g);
	g->v = calloc(g->n + 1, sizeof *g->v);
	if (!g->v)
		return -ENOMEM;
	gather_recent(r, g);
	quantile_sort(g->v, g->n);
	double most = gate_mode(g->v, g->n, tolerance);
	if (r->fresh || MANY_TIMES * at_level(g, *level, tolerance) < at_level(g, most, tolerance))
		*level = most;
	free(g->v);
	return 0;
}

static int settle_levels(struct reference *r, const struct canary_reference *e)
{
	struct gathering g = { kind_in_history(r, &e->kind), NAN, chain_of, NULL, 0 };
	struct levels levels = { e->chain_ghz, 0 };
	int err = settle_level(r, &g, GATE_CLOCK, &levels.chain_ghz);

	if (!err && e->kind.roles == 1) {
		levels.mapping_cycles = e->mapping_cycles;
		g = (struct gathering){ g.kind, e->adds_per_cycle, mapping_of, NULL, 0 };
		err = settle_level(r, &g, GATE_MAPPING, &levels.mapping_cycles);
	}
	if (!err && levels.chain_ghz > 0)
		history_settle(&r->history, &g.kind, levels);
	return err;
}

int reference_settle(struct reference *r)
{
	int err = 0;

	for (size_t i = 0; i < r->n && !err; i++)
		err = settle_levels(r, &r->entry[i]);
	return err;
}
