/* SPDX-License-Identifier: MIT */
/* The levels that move by themselves, of the clock and of the kernel: which of them is calm. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static double line_of(const struct canary_reading *x)
{
	return x->line_ns;
}

/* Readings of a kind that nobody disturbed, in v or only counted (v NULL). The kind's relation is
 * not looked at in a guest: one core's clock has nothing to do with the other's distance. */
struct gathering {
	struct canary_kind kind;
	double adds_per_cycle; /* NAN: disturbed or not */
	double (*of)(const struct canary_reading *x);
	double *v;
	size_t n;
	double pair;              /* 0: of all; else of these CPUs... */
	struct gate_class within; /* ...in this class */
};

static bool in_class(const struct canary_reading *x, const struct gate_class *c)
{
	return x->line_ns >= c->low && x->line_ns <= c->high;
}

static void gather(struct gathering *g, const struct batch *b)
{
	if (!canary_kind_same(&b->kind, &g->kind))
		return;
	for (size_t i = 0; i < b->n; i++) {
		const struct canary_reading *x = &b->reading[i];

		if (!isnan(g->adds_per_cycle) &&
		    !gate_agrees(x->adds_per_cycle, g->adds_per_cycle, GATE_ONE_ROLE))
			continue;
		if (g->pair > 0 && (x->pair != g->pair || !in_class(x, &g->within)))
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

/* The class that the relation of an entry is; all there is where it is none. */
static struct gate_class class_of(const struct reference *r, const struct canary_kind *k)
{
	char name[24];

	for (size_t i = 0; r->guest && i < r->classes; i++) {
		snprintf(name, sizeof name, "r%zu", i + 1);
		if (!strcmp(name, k->relation))
			return r->class[i];
	}
	return (struct gate_class){ 0, INFINITY };
}

/* Whose line it is that readings of an entry tell of, the newest first, without a level. */
static void find_pairs(const struct reference *r, struct canary_reference *e)
{
	struct canary_kind kind = kind_in_history(r, &e->kind);
	struct gate_class within = class_of(r, &e->kind);

	e->lines = 0;
	for (size_t i = r->history.n; i-- > 0;) {
		const struct batch *b = &r->history.batch[i];

		for (size_t k = 0; canary_kind_same(&b->kind, &kind) && k < b->n; k++) {
			size_t at = 0;

			while (at < e->lines && e->line[at].pair != b->reading[k].pair)
				at++;
			if (at == e->lines && at < HISTORY_LINES &&
			    in_class(&b->reading[k], &within))
				e->line[e->lines++] =
					(struct line_level){ b->reading[k].pair, NAN };
		}
	}
}

static struct gathering lines_of(const struct reference *r, const struct canary_reference *e,
				 double pair, double *room)
{
	return (struct gathering){ .kind = kind_in_history(r, &e->kind),
				   .adds_per_cycle = e->adds_per_cycle,
				   .of = line_of,
				   .v = room,
				   .pair = pair,
				   .within = class_of(r, &e->kind) };
}

static void line_levels(const struct reference *r, struct canary_reference *e, double *room)
{
	find_pairs(r, e);
	for (size_t i = 0; i < e->lines; i++) {
		struct line_level *l = &e->line[i];
		struct gathering g = lines_of(r, e, l->pair, room);
		double settled = history_line(&r->history, l->pair, g.within.low, g.within.high);
		double level = derive_level(r, &g, settled, GATE_LINE);

		if (settled > 0 || g.n >= GATE_READINGS)
			l->ns = level;
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

void reference_level(const struct reference *r, struct canary_reference *e, double *room)
{
	struct gathering g = { .kind = kind_in_history(r, &e->kind),
			       .adds_per_cycle = NAN,
			       .of = chain_of,
			       .v = room };
	struct levels settled = history_levels(&r->history, &g.kind);

	e->chain_ghz = derive_level(r, &g, settled.chain_ghz, GATE_CLOCK);
	/* A few seconds do not say at which level a machine is most: a first run whose windows were held
	 * to it had 9 % of them calm. */
	if (r->fresh)
		return;
	if (e->kind.roles > 1) {
		line_levels(r, e, room);
		return;
	}
	g = (struct gathering){
		.kind = g.kind, .adds_per_cycle = e->adds_per_cycle, .of = mapping_of, .v = room
	};
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

/* What gather_recent finds, ascending in g->v, which is the caller's to free. -ENOMEM. */
static int sort_recent(const struct reference *r, struct gathering *g)
{
	gather_recent(r, g);
	g->v = calloc(g->n + 1, sizeof *g->v);
	if (!g->v)
		return -ENOMEM;
	gather_recent(r, g);
	quantile_sort(g->v, g->n);
	return 0;
}

/* Is what is seen most so far from a level that a half of what is calm is beyond it? At its edge a level
 * would have readings within reach for ever, and another one would share them. */
static bool is_off(double most, double level, double tolerance)
{
	return !gate_agrees(most, level, tolerance / 2);
}

/* The level to keep: the one in use; where that is drifted away from, or far more is seen of another one,
 * what was seen most. -ENOMEM. */
static int settle_level(const struct reference *r, struct gathering *g, double tolerance,
			double *level)
{
	int err = sort_recent(r, g);

	if (err)
		return err;
	double most = gate_mode(g->v, g->n, tolerance);
	bool drifted = gate_agrees(most, *level, tolerance) && is_off(most, *level, tolerance);
	if (r->fresh || drifted ||
	    MANY_TIMES * at_level(g, *level, tolerance) < at_level(g, most, tolerance))
		*level = most;
	free(g->v);
	return 0;
}

/* A line has no levels apart: it only drifts. */
static int settle_lines(struct reference *r, const struct canary_reference *e)
{
	struct canary_reference now = *e;
	int err = 0;

	find_pairs(r, &now);
	for (size_t i = 0; i < now.lines && !err; i++) {
		double pair = now.line[i].pair, level = NAN;
		struct gathering g = lines_of(r, e, pair, NULL);

		for (size_t k = 0; k < e->lines; k++)
			if (e->line[k].pair == pair)
				level = e->line[k].ns;
		err = sort_recent(r, &g);
		double most = err ? NAN : gate_mode(g.v, g.n, GATE_LINE);
		if (is_off(most, level, GATE_LINE))
			level = most;
		if (!err && g.n >= GATE_READINGS)
			history_settle_line(&r->history, pair, g.within.low, g.within.high, level);
		free(g.v);
	}
	return err;
}

static int settle_levels(struct reference *r, const struct canary_reference *e)
{
	struct gathering g = { .kind = kind_in_history(r, &e->kind),
			       .adds_per_cycle = NAN,
			       .of = chain_of };
	struct levels levels = { e->chain_ghz, 0 };
	int err = settle_level(r, &g, GATE_CLOCK, &levels.chain_ghz);

	if (!err && e->kind.roles == 1) {
		levels.mapping_cycles = e->mapping_cycles;
		g = (struct gathering){ .kind = g.kind,
					.adds_per_cycle = e->adds_per_cycle,
					.of = mapping_of };
		err = settle_level(r, &g, GATE_MAPPING, &levels.mapping_cycles);
	}
	if (!err && e->kind.roles == 2)
		err = settle_lines(r, e);
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
