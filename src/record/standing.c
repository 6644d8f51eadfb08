/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "record/standing.h"

static const double second_ns = 1e9;

void standing_open(struct standing *s, const struct plan *p)
{
	*s = (struct standing){ .plan = p };
}

void standing_close(struct standing *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->row[i].v);
	free(s->row);
	*s = (struct standing){ 0 };
}

static struct standing_row *row_of(struct standing *s, const struct standing_value *v)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->row[i].cell == v->cell && s->row[i].metric == v->metric &&
		    !strcmp(s->row[i].relation, v->relation))
			return &s->row[i];
	struct standing_row *grown = realloc(s->row, (s->n + 1) * sizeof *grown);
	if (!grown)
		return NULL;
	s->row = grown;
	s->row[s->n] =
		(struct standing_row){ .cell = v->cell, .metric = v->metric, .batch = UINT64_MAX };
	snprintf(s->row[s->n].relation, sizeof s->row->relation, "%s", v->relation);
	return &s->row[s->n++];
}

static int append(struct standing_row *r, double value)
{
	if (r->n == r->room) {
		size_t room = r->room ? 2 * r->room : 8;
		double *grown = realloc(r->v, room * sizeof *grown);

		if (!grown)
			return -ENOMEM;
		r->v = grown;
		r->room = room;
	}
	r->v[r->n++] = value;
	return 0;
}

int standing_add(struct standing *s, const struct standing_value *v, struct why *w)
{
	const struct metric *m = &s->plan->cells[v->cell].cell.part->metrics[v->metric];
	bool rate = m->kind == KIND_RATE || m->kind == KIND_BOUND_RATE;

	if (!m->headline || m->kind == KIND_COUNT)
		return 0;
	struct standing_row *r = row_of(s, v);
	if (!r)
		return fail(w, ENOMEM, "the values of %s", m->name);
	if (v->batch < r->batch)
		r->batch = v->batch;
	if (isnan(v->value))
		return 0;
	return append(r, rate ? second_ns / v->value : v->value)
		       ? fail(w, ENOMEM, "the values of %s", m->name)
		       : 0;
}

/* Is it the relation of its cell and metric that has most values? Of equal ones the first. */
static bool most_seen(const struct standing *s, size_t at)
{
	const struct standing_row *r = &s->row[at];

	for (size_t i = 0; i < s->n; i++) {
		const struct standing_row *o = &s->row[i];

		if (i != at && o->cell == r->cell && o->metric == r->metric &&
		    (o->n > r->n || (o->n == r->n && i < at)))
			return false;
	}
	return true;
}

bool standing_short(const struct standing *s, size_t group, unsigned wanted)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->plan->cells[s->row[i].cell].group == group && s->row[i].n < wanted &&
		    most_seen(s, i))
			return true;
	return false;
}

int standing_settled(const struct standing *s, const struct standing_rule *rule, bool *settled,
		     struct why *w)
{
	struct stop_row *rows = calloc(s->n + 1, sizeof *rows);
	size_t n = 0, longest = 1;

	for (size_t i = 0; rows && i < s->n; i++) {
		const struct standing_row *r = &s->row[i];

		if (!most_seen(s, i))
			continue;
		rows[n++] = (struct stop_row){ r->v, r->n, rule->resolution_ns / (double)r->batch };
		longest = r->n > longest ? r->n : longest;
	}
	double *scratch = calloc(longest, sizeof *scratch);
	int err = rows && scratch ? stop_settled(rows, n, &rule->stop, scratch, settled, w)
				  : fail(w, ENOMEM, "the stop rule");
	free(rows);
	free(scratch);
	return err;
}
