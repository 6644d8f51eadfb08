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
		t.passed_after += point[QUANTITY_AFTER];
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

/* How many blocks both sides have a value in, and how many of these pairs have a ratio. */
struct met {
	size_t blocks, n;
};

/* Both in the same block, each invocation in one pair at most: blocks ascend in either list. */
static struct met gather_pairs(const struct summary *s, const struct entry *base, enum quantity q)
{
	struct met met = { 0 };
	size_t at = 0;

	for (size_t i = 0; base && i < s->entry->n; i++) {
		const double *mine = s->entry->points[i];

		if (!has_block(base, &at, mine[QUANTITY_BLOCK]))
			continue;
		const double *pair = base->points[at++];
		/* What was not calm is NAN; what is 0, as a count may be, has no ratio. */
		if (isnan(mine[q]) || isnan(pair[q]))
			continue;
		met.blocks++;
		if (!(mine[q] > 0 && pair[q] > 0))
			continue;
		s->value[met.n] = mine[q];
		s->other[met.n++] = pair[q];
	}
	return met;
}

/* The pairs of the ratio: calm ones; with fewer than six, all of the relation, and of no other: two
 * CPUs that are something else to each other are another machine. */
static struct met find_pairs(const struct summary *s, const struct entry *base, bool *fallen)
{
	bool over_all = s->gated && (s->count || s->whole || s->biased);
	struct met met = gather_pairs(s, base, over_all ? QUANTITY_MEDIAN_ALL : QUANTITY_MEDIAN);

	*fallen = s->gated && !over_all && met.blocks < GATE_CALM;
	return *fallen ? gather_pairs(s, base, QUANTITY_MEDIAN_ALL) : met;
}

/* Did the base give a value at all, in this relation or in another? */
static bool base_measured(const struct summary *s, const struct entry *base)
{
	const struct entry *all = tally_base(s->tally, s->subject, "all");

	return (base && base->n) || (all && all->n);
}

void summary_ratio(struct summary *s)
{
	const struct entry *base = tally_base(s->tally, s->subject, s->entry->relation);
	size_t invocations = summary_gather(s, s->over, s->value);
	bool fallen;

	if (!base_measured(s, base))
		return;
	struct met met = find_pairs(s, base, &fallen);
	csv_row_integer(s->row, SUMMARY_pairs, met.n);
	if (met.blocks < GATE_CALM && invocations >= GATE_CALM) {
		flags_raise(&s->flags, "few_pairs");
		return;
	}
	struct pairs pairs = { .cell = s->value, .base = s->other, .n = met.n };
	struct ratio r = ratio_paired(&pairs, s->scratch);
	struct estimate e = interval_exp(r.log);
	csv_row_number(s->row, SUMMARY_ratio, e.value);
	csv_row_number(s->row, SUMMARY_ratio_low, e.low);
	csv_row_number(s->row, SUMMARY_ratio_high, e.high);
	csv_row_number(s->row, SUMMARY_lag1, r.lag1);
	if (r.correlated)
		flags_raise(&s->flags, "correlated");
	if (fallen && met.n && !s->count)
		flags_raise(&s->flags, "not_calm");
}
