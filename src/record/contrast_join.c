/* SPDX-License-Identifier: MIT */
/*
 * Rows join on the cell columns and the relation. Classes of relations are numbered by each run
 * for itself, so they join where their bounds overlap, whatever their numbers: the pair that
 * overlaps most first, so that either order of the runs joins the same.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "record/contrast_join.h"

enum { CLASSES_MAX = 16 };

struct class
{
	const char *name;
	double low, high;
	const char *partner; /* its name in the other run */
};

struct classes {
	struct class class[CLASSES_MAX];
	size_t n;
};

/* Bounded classes that rows of this run are of. */
static void collect(const struct run_rows *r, struct classes *out)
{
	out->n = 0;
	for (size_t i = 0; i < r->n && out->n < CLASSES_MAX; i++) {
		struct class c = { .name = r->row[i].relation };
		bool seen = !run_rows_class(r, c.name, &c.low, &c.high);

		for (size_t k = 0; k < out->n && !seen; k++)
			seen = !strcmp(out->class[k].name, c.name);
		if (!seen)
			out->class[out->n++] = c;
	}
}

static double overlap(const struct class *a, const struct class *b)
{
	return fmin(a->high, b->high) - fmax(a->low, b->low);
}

static void pair_classes(struct classes *base, struct classes *new)
{
	for (;;) {
		struct class *old = NULL, *now = NULL;

		for (size_t i = 0; i < base->n; i++)
			for (size_t k = 0; k < new->n; k++) {
				struct class *a = &base->class[i], *b = &new->class[k];

				if (a->partner || b->partner || overlap(a, b) < 0)
					continue;
				if (old && overlap(a, b) <= overlap(old, now))
					continue;
				old = a;
				now = b;
			}
		if (!old)
			return;
		old->partner = now->name;
		now->partner = old->name;
	}
}

/* What a relation of one run is called in the other; NULL: it has no such class. */
static const char *translate(const struct classes *from, const char *relation)
{
	for (size_t i = 0; i < from->n; i++)
		if (!strcmp(from->class[i].name, relation))
			return from->class[i].partner;
	return relation;
}

struct joining {
	struct contrast *c;
	struct classes base, new;
};

/* "rate" or "throughput/rate". */
static bool is_metric(const struct run_row *r, const char *wanted)
{
	const char *slash = strchr(wanted, '/');
	size_t len = slash ? (size_t)(slash - wanted) : 0;
	const char *benchmark = run_row_benchmark(r);

	if (slash && (strlen(benchmark) != len || strncmp(benchmark, wanted, len)))
		return false;
	return !strcmp(run_row_metric(r), slash ? slash + 1 : wanted);
}

/* A run with a gate has rows for each relation, and `all` is a mixture of them. */
static bool tells_relations(const struct run_rows *r)
{
	return r->gated || run_rows_classed(r);
}

/* Where both runs tell relations apart, the mixture is compared row by row anyway. */
static bool is_asked_for(const struct contrast *c, const struct run_row *r)
{
	bool mixture =
		!strcmp(r->relation, "all") && tells_relations(c->base) && tells_relations(c->new);

	if (c->wish.metric)
		return is_metric(r, c->wish.metric) && !mixture;
	return r->headline && !mixture;
}

static const struct run_row *counterpart(const struct run_rows *r, const struct classes *names,
					 const struct run_row *row)
{
	const char *relation = translate(names, row->relation);

	return relation ? run_rows_find(r, row->key, relation) : NULL;
}

static void add_only(struct joining *j, const struct run_row *row, const struct run_row *other,
		     bool in_new)
{
	j->c->only[j->c->onlies++] =
		(struct contrast_only){ .row = row, .other = other, .in_new = in_new };
}

/* A row of the base, with what the new run has of it. */
static void join_row(struct joining *j, const struct run_row *row)
{
	struct contrast *c = j->c;
	const struct run_row *new = counterpart(c->new, &j->base, row);

	if (!new || (row->n && (!new->n || row->of_events != new->of_events)))
		add_only(j, row, new, false);
	else if (!row->n && new->n)
		add_only(j, new, row, true);
	else if (!row->n)
		c->absent++;
	else
		c->row[c->n++] = (struct contrast_row){ .base = row, .new = new };
}

static void join_all(struct joining *j)
{
	struct contrast *c = j->c;

	for (size_t i = 0; i < c->base->n; i++)
		if (is_asked_for(c, &c->base->row[i]))
			join_row(j, &c->base->row[i]);
	for (size_t i = 0; i < c->new->n; i++) {
		const struct run_row *row = &c->new->row[i];

		if (is_asked_for(c, row) && !counterpart(c->base, &j->new, row))
			add_only(j, row, NULL, true);
	}
}

static void add_name(char *names, size_t len, const struct run_row *r)
{
	char name[128];
	size_t used = strlen(names);

	snprintf(name, sizeof name, " %s/%s", run_row_benchmark(r), run_row_metric(r));
	char *at = strstr(names, name);
	if (at && (at[strlen(name)] == ' ' || !at[strlen(name)]))
		return;
	if (used + strlen(name) < len)
		strcpy(names + used, name);
}

static int no_such_metric(const struct contrast *c, struct why *w)
{
	char names[300] = "";

	for (size_t i = 0; i < c->base->n; i++)
		add_name(names, sizeof names, &c->base->row[i]);
	return misused(w, "--metric '%.40s': neither run has it; there are:%s", c->wish.metric,
		       names);
}

int contrast_join(struct contrast *c, struct why *w)
{
	struct joining j = { .c = c };

	c->row = calloc(c->base->n + 1, sizeof *c->row);
	c->only = calloc(c->base->n + c->new->n + 1, sizeof *c->only);
	if (!c->row || !c->only)
		return fail(w, ENOMEM, "joining two runs");
	collect(c->base, &j.base);
	collect(c->new, &j.new);
	pair_classes(&j.base, &j.new);
	join_all(&j);
	if (c->wish.metric && !c->n && !c->onlies && !c->absent)
		return no_such_metric(c, w);
	return 0;
}
