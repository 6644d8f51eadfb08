/* SPDX-License-Identifier: MIT */
/* Over which values a row's estimate and its ratio are. Contended invocations are left out where
 * six calm ones remain; below that the estimate is over all, and the row says so. */
#include <math.h>
#include <string.h>
#include "analyse/ratio.h"
#include "record/summary_row.h"

static bool is_null(const struct subject *s)
{
	const char *name = json_string_value(json_object_get(s->cell, "benchmark"));

	return name && !strcmp(name, "null");
}

/* Does a list of rows, ascending by block, have this one? *at only moves on. */
static bool has_block(const struct entry *e, size_t *at, double block)
{
	while (*at < e->n && e->points[*at][QUANTITY_BLOCK] < block)
		++*at;
	return *at < e->n && e->points[*at][QUANTITY_BLOCK] == block;
}

/* Windows of one side, of blocks that the other has too (NULL: of all). */
static struct gate_tally tally_windows(const struct entry *e, const struct entry *with)
{
	struct gate_tally t = { 0 };
	size_t at = 0;

	for (size_t i = 0; i < e->n; i++) {
		const double *point = e->points[i];

		if (isnan(point[QUANTITY_CALM]) ||
		    (with && !has_block(with, &at, point[QUANTITY_BLOCK])))
			continue;
		t.windows += point[QUANTITY_WINDOWS];
		t.passed_before += point[QUANTITY_BEFORE];
		t.calm += point[QUANTITY_CALM];
	}
	return t;
}

static bool is_biased(const struct summary *s)
{
	const struct entry *null = tally_null(s->tally, s->subject, s->entry->relation);

	if (!null || s->count || is_null(s->subject))
		return false;
	struct gate_tally cell = tally_windows(s->entry, null);
	struct gate_tally other = tally_windows(null, s->entry);
	return gate_biased(&cell, &other);
}

static void put_gate(struct summary *s)
{
	struct gate_tally t = tally_windows(s->entry, NULL);

	csv_row_number(s->row, SUMMARY_gate_after_fails, gate_after_fails(&t));
	if (t.windows > 0)
		csv_row_number(s->row, SUMMARY_calm_share, t.calm / t.windows);
	if (!s->whole)
		csv_row_integer(s->row, SUMMARY_calm_invocations, s->calm);
	/* A count is the same on a busy machine. */
	if (s->count || s->whole)
		return;
	if (s->calm < GATE_CALM)
		flags_raise(&s->flags, "not_calm");
	if (s->biased)
		flags_raise(&s->flags, "gate_biased");
	if (gate_thin(&t))
		flags_raise(&s->flags, "gate_thin");
}

void summary_gate(struct summary *s)
{
	const struct entry *e = s->entry;

	s->gated = false;
	for (size_t i = 0; i < e->n; i++)
		s->gated |= !isnan(e->points[i][QUANTITY_CALM]);
	s->calm = summary_gather(s, QUANTITY_MEDIAN, s->value);
	s->whole = s->gated && !strcmp(e->relation, "all");
	s->biased = s->gated && !s->whole && is_biased(s);
	s->over = QUANTITY_MEDIAN;
	if (s->gated && (s->count || s->whole || s->biased || s->calm < GATE_CALM))
		s->over = QUANTITY_MEDIAN_ALL;
	if (s->gated)
		put_gate(s);
}

/* Both in the same block, each invocation in one pair at most: blocks ascend in either list. */
static size_t gather_pairs(const struct summary *s, const struct entry *cell,
			   const struct entry *base, enum quantity q)
{
	size_t n = 0, at = 0;

	for (size_t i = 0; cell && base && i < cell->n && n < s->room; i++) {
		const double *mine = cell->points[i];

		if (!has_block(base, &at, mine[QUANTITY_BLOCK]))
			continue;
		const double *pair = base->points[at++];
		/* What is 0, as a count may be, has no ratio; what was not calm is NAN. */
		if (!(mine[q] > 0 && pair[q] > 0))
			continue;
		s->value[n] = mine[q];
		s->other[n++] = pair[q];
	}
	return n;
}

/* The pairs of the ratio: calm ones; with fewer than six, all of the relation; with fewer than six
 * of those, whatever the relation. */
static size_t find_pairs(const struct summary *s, const struct entry *base, enum quantity *q,
			 bool *fallen)
{
	const char *relation = s->entry->relation;
	size_t n = 0;

	*q = s->gated && (s->count || s->whole || s->biased) ? QUANTITY_MEDIAN_ALL
							     : QUANTITY_MEDIAN;
	n = gather_pairs(s, s->entry, base, *q);
	*fallen = false;
	if (!s->gated || n >= GATE_CALM)
		return n;
	*fallen = *q == QUANTITY_MEDIAN;
	*q = QUANTITY_MEDIAN_ALL;
	n = gather_pairs(s, s->entry, base, *q);
	if (n >= GATE_CALM || !*relation || !strcmp(relation, "same") || s->whole)
		return n;
	const struct entry *all = tally_entry(s->subject, "all");
	const struct entry *all_base = tally_base(s->tally, s->subject, "all");
	size_t more = gather_pairs(s, all, all_base, *q);
	if (more < GATE_CALM)
		return gather_pairs(s, s->entry, base, *q);
	*fallen = true;
	return more;
}

void summary_ratio(struct summary *s)
{
	const struct entry *base = tally_base(s->tally, s->subject, s->entry->relation);
	enum quantity q;
	bool fallen;
	size_t n = find_pairs(s, base, &q, &fallen);

	if (!n && !base)
		return;
	struct pairs pairs = { .cell = s->value, .base = s->other, .n = n };
	struct ratio r = ratio_paired(&pairs, s->scratch);
	struct estimate e = interval_exp(r.log);
	csv_row_integer(s->row, SUMMARY_pairs, r.pairs);
	csv_row_number(s->row, SUMMARY_ratio, e.value);
	csv_row_number(s->row, SUMMARY_ratio_low, e.low);
	csv_row_number(s->row, SUMMARY_ratio_high, e.high);
	csv_row_number(s->row, SUMMARY_lag1, r.lag1);
	if (r.correlated)
		flags_raise(&s->flags, "correlated");
	if (fallen && n && !s->count)
		flags_raise(&s->flags, "not_calm");
}
