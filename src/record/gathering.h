/* SPDX-License-Identifier: MIT */
#ifndef GATHERING_H
#define GATHERING_H
#include "record/reference.h"

/*
 * One quantity of the history's readings, of those that something holds for: what a level is made from.
 * For reference_level.c and reference_settle.c only.
 */
struct gathering {
	struct canary_kind kind;
	double adds_per_cycle;    /* as these; NAN: disturbed or not */
	double pair;              /* of this one; NAN: of all */
	double dearest;           /* of mappings below this; NAN: of all */
	struct gate_class within; /* of these times between two CPUs; high NAN: of all */
	double (*of)(const struct canary_reading *x);
	double *v; /* NULL: only counted */
	size_t n;
};

/* All readings of a kind. In a guest the relation is of a reading, not of a kind, and is not looked at. */
struct gathering gathering_of(const struct reference *r, const struct canary_kind *k,
			      double (*of)(const struct canary_reading *x));

/* Of the whole history, ascending, into g->v, which has room for every reading. */
void gathering_all(struct gathering *g, const struct history *h);

/* Of the last runs, or of the very last alone; of one batch. Ascending; g->v is the caller's to free.
 * -ENOMEM. */
int gathering_recent(struct gathering *g, const struct history *h, bool last);
int gathering_batch(struct gathering *g, const struct batch *b);

/* Which values there are, the newest first, at most so many. Returns how many. */
size_t gathering_distinct(struct gathering g, const struct history *h, double *value, size_t most);

/* How many are within a share of a level. */
size_t gathering_at(const struct gathering *g, double level, double tolerance);

double chain_of(const struct canary_reading *x);
double mapping_of(const struct canary_reading *x);

/* What a line takes between a pair, in what the relation of an entry is; and which pairs were in it. */
struct gathering gathering_of_line(const struct reference *r, const struct canary_reference *e,
				   double pair);
struct gathering gathering_of_pairs(const struct reference *r, const struct canary_reference *e);

#endif
