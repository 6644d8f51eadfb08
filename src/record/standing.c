/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/grow.h"
#include "record/standing.h"

static const double second_ns = 1e9;

int standing_open(struct standing *s, const struct plan *p, struct why *w)
{
	*s = (struct standing){ .plan = p, .of = calloc(p->n + 1, sizeof *s->of) };
	if (!s->of)
		return fail(w, ENOMEM, "the values of %zu cells", p->n);
	for (size_t i = 0; i < p->n; i++)
		s->of[i] = STANDING_NONE;
	return 0;
}

void standing_close(struct standing *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->row[i].v);
	free(s->row);
	free(s->of);
	*s = (struct standing){ 0 };
}

static struct standing_row *row_of(struct standing *s, const struct standing_value *v)
{
	for (size_t i = s->of[v->cell]; i != STANDING_NONE; i = s->row[i].next)
		if (s->row[i].metric == v->metric && !strcmp(s->row[i].relation, v->relation))
			return &s->row[i];
	if (GROW(s->row, s->room, s->n + 1))
		return NULL;
	struct standing_row *r = &s->row[s->n];
	*r = (struct standing_row){
		.cell = v->cell, .metric = v->metric, .batch = UINT64_MAX, .next = s->of[v->cell]
	};
	snprintf(r->relation, sizeof r->relation, "%s", v->relation);
	s->of[v->cell] = s->n++;
	return r;
}

static int append(struct standing_row *r, double value)
{
	int err = GROW(r->v, r->room, r->n + 1);

	if (!err)
		r->v[r->n++] = value;
	return err;
}

/* A value in the journal. */
struct noted {
	uint64_t cell, batch;
	double value;
	uint32_t metric;
	char relation[sizeof((struct standing_row *)0)->relation];
	uint32_t zero; /* no byte is left to chance */
};

static int note(struct journal *j, const struct standing_value *v)
{
	struct noted n = { v->cell, v->batch, v->value, v->metric, "", 0 };
	struct journal_record r = { JOURNAL_VALUE, &n, NULL, sizeof n, 0 };

	snprintf(n.relation, sizeof n.relation, "%s", v->relation);
	return journal_add(j, &r);
}

int standing_restore(struct standing *s, const struct journal_record *r, struct why *w)
{
	const struct noted *n = r->head;
	bool known = r->head_len == sizeof *n && n->cell < s->plan->n && n->metric < METRICS_MAX;

	if (!known)
		return misused(w, JOURNAL_NAME " has values of another plan");
	struct standing_value v = { n->cell, n->metric, n->relation, n->value, n->batch };
	return standing_add(s, &v, w);
}

int standing_add(struct standing *s, const struct standing_value *v, struct why *w)
{
	const struct metric *m = &s->plan->cells[v->cell].cell.part->metrics[v->metric];
	bool rate = m->kind == KIND_RATE || m->kind == KIND_BOUND_RATE;

	if (!m->headline || m->kind == KIND_COUNT)
		return 0;
	struct standing_row *r = row_of(s, v);
	if (!r || note(s->journal, v))
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

	for (size_t i = s->of[r->cell]; i != STANDING_NONE; i = s->row[i].next) {
		const struct standing_row *o = &s->row[i];

		if (i != at && o->metric == r->metric && (o->n > r->n || (o->n == r->n && i < at)))
			return false;
	}
	return true;
}

static bool cell_short(const struct standing *s, size_t cell, unsigned wanted)
{
	for (size_t i = s->of[cell]; i != STANDING_NONE; i = s->row[i].next)
		if (s->row[i].n < wanted && most_seen(s, i))
			return true;
	return false;
}

bool standing_short(const struct standing *s, size_t group, unsigned wanted)
{
	const size_t *cells;
	size_t n = plan_members(s->plan, group, &cells);

	for (size_t i = 0; i < n; i++)
		if (cell_short(s, cells[i], wanted))
			return true;
	return false;
}

/* Rows of a cell stand newest first: of equal ones the oldest is taken. */
const struct standing_row *standing_of(const struct standing *s, size_t cell)
{
	const struct standing_row *best = NULL;

	for (size_t i = s->of[cell]; i != STANDING_NONE; i = s->row[i].next) {
		const struct standing_row *r = &s->row[i];

		if (!best || r->metric < best->metric ||
		    (r->metric == best->metric && r->n >= best->n))
			best = r;
	}
	return best;
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
	struct stop_rows all = { rows, n, calloc(longest, sizeof(double)) };
	int err = rows && all.scratch ? stop_settled(&all, &rule->stop, settled, w)
				      : fail(w, ENOMEM, "the stop rule");
	free(rows);
	free(all.scratch);
	return err;
}
