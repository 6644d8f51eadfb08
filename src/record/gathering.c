/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/quantile.h"
#include "record/gathering.h"

double chain_of(const struct canary_reading *x)
{
	return x->chain_ghz;
}

double mapping_of(const struct canary_reading *x)
{
	return x->mapping_cycles;
}

static double line_of(const struct canary_reading *x)
{
	return x->line_ns;
}

static double pair_of(const struct canary_reading *x)
{
	return x->pair;
}

struct gathering gathering_of(const struct reference *r, const struct canary_kind *k,
			      double (*of)(const struct canary_reading *x))
{
	struct gathering g = { .kind = *k,
			       .adds_per_cycle = NAN,
			       .pair = NAN,
			       .dearest = NAN,
			       .within = { 0, NAN },
			       .of = of };

	if (r->guest)
		g.kind.relation[0] = '\0';
	return g;
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

struct gathering gathering_of_pairs(const struct reference *r, const struct canary_reference *e)
{
	struct gathering g = gathering_of(r, &e->kind, pair_of);

	g.within = class_of(r, &e->kind);
	return g;
}

struct gathering gathering_of_line(const struct reference *r, const struct canary_reference *e,
				   double pair)
{
	struct gathering g = gathering_of_pairs(r, e);

	g.of = line_of;
	g.adds_per_cycle = e->adds_per_cycle;
	g.pair = pair;
	return g;
}

static bool belongs(const struct gathering *g, const struct canary_reading *x)
{
	return (isnan(g->adds_per_cycle) ||
		gate_agrees(x->adds_per_cycle, g->adds_per_cycle, GATE_ONE_ROLE)) &&
	       (isnan(g->pair) || x->pair == g->pair) && !(x->mapping_cycles >= g->dearest) &&
	       (isnan(g->within.high) ||
		(x->line_ns >= g->within.low && x->line_ns <= g->within.high));
}

static void gather(struct gathering *g, const struct batch *b)
{
	for (size_t i = 0; canary_kind_same(&b->kind, &g->kind) && i < b->n; i++) {
		if (!belongs(g, &b->reading[i]))
			continue;
		if (g->v)
			g->v[g->n] = g->of(&b->reading[i]);
		g->n++;
	}
}

void gathering_all(struct gathering *g, const struct history *h)
{
	g->n = 0;
	for (size_t i = 0; i < h->n; i++)
		gather(g, &h->batch[i]);
	quantile_sort(g->v, g->n);
}

/* Levels hold for minutes and come back, and a reference that followed each of them would make no
 * two runs alike: so the batches of the last ten minutes have a say, and some three runs of them whatever
 * their age. */
enum { RECENT = 7, RECENT_S = 600 };

static void gather_recent(struct gathering *g, const struct history *h, bool last)
{
	size_t recent = 0, enough = last ? 1 : RECENT;
	int64_t newest = h->n ? h->batch[h->n - 1].taken : 0;

	g->n = 0;
	for (size_t i = h->n; i-- > 0;) {
		const struct batch *b = &h->batch[i];
		bool young = !last && newest - b->taken < RECENT_S;

		if (recent >= enough && !young)
			break;
		gather(g, b);
		recent += (size_t)canary_kind_same(&b->kind, &g->kind);
	}
}

int gathering_batch(struct gathering *g, const struct batch *b)
{
	g->n = 0;
	g->v = calloc(b->n + 1, sizeof *g->v);
	if (!g->v)
		return -ENOMEM;
	gather(g, b);
	quantile_sort(g->v, g->n);
	return 0;
}

int gathering_recent(struct gathering *g, const struct history *h, bool last)
{
	gather_recent(g, h, last);
	g->v = calloc(g->n + 1, sizeof *g->v);
	if (!g->v)
		return -ENOMEM;
	gather_recent(g, h, last);
	quantile_sort(g->v, g->n);
	return 0;
}

size_t gathering_distinct(struct gathering g, const struct history *h, double *value, size_t most)
{
	size_t n = 0;

	for (size_t i = h->n; i-- > 0;) {
		const struct batch *b = &h->batch[i];

		for (size_t k = 0; canary_kind_same(&b->kind, &g.kind) && k < b->n; k++) {
			size_t at = 0;

			while (at < n && value[at] != g.of(&b->reading[k]))
				at++;
			if (at == n && n < most && belongs(&g, &b->reading[k]))
				value[n++] = g.of(&b->reading[k]);
		}
	}
	return n;
}

size_t gathering_at(const struct gathering *g, double level, double tolerance)
{
	size_t n = 0;

	for (size_t k = 0; k < g->n; k++)
		n += gate_agrees(g->v[k], level, tolerance);
	return n;
}
