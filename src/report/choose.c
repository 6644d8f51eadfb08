/* SPDX-License-Identifier: MIT */
/* Which relation a comparison is of. Rows of one benchmark and place compete; a ratio or a series
 * of two relations would compare two machines. */
#include <math.h>
#include <string.h>
#include "report/rows.h"

/* How often a relation was seen. */
struct tally {
	double calm, all;
	size_t first; /* its first row, which decides between equals */
};

/* Rows of one role have no relation, and nothing to choose. */
static bool compete(const struct row *a, const struct row *b)
{
	const char *x = row_text(a, SUMMARY_relation), *y = row_text(b, SUMMARY_relation);

	return row_has_value(b) && !*x == !*y && !strcmp(row_benchmark(a), row_benchmark(b)) &&
	       !strcmp(row_axis(a, AXIS_PLACE), row_axis(b, AXIS_PLACE));
}

static struct tally count(const struct rows *r, const struct row *of)
{
	struct tally t = { .first = r->n };

	for (size_t i = 0; i < r->n; i++) {
		const struct row *row = &r->row[i];
		double calm = row_number(row, SUMMARY_calm_invocations);

		if (!compete(of, row) ||
		    strcmp(row_text(of, SUMMARY_relation), row_text(row, SUMMARY_relation)))
			continue;
		t.first = i < t.first ? i : t.first;
		t.calm += isnan(calm) ? 0 : calm;
		t.all += row_number(row, SUMMARY_invocations);
	}
	return t;
}

static bool more(const struct tally *a, const struct tally *b)
{
	if (a->calm != b->calm)
		return a->calm > b->calm;
	return a->all != b->all ? a->all > b->all : a->first < b->first;
}

/* The row's relation is that of the comparison unless another one's was seen more. */
static bool is_most_seen(const struct rows *r, const struct row *row)
{
	struct tally own = count(r, row);
	const char *seen = "";

	for (size_t i = 0; i < r->n; i++) {
		const struct row *other = &r->row[i];
		const char *relation = row_text(other, SUMMARY_relation);

		if (!compete(row, other) || !strcmp(relation, seen) ||
		    !strcmp(relation, row_text(row, SUMMARY_relation)))
			continue;
		struct tally t = count(r, other);
		if (more(&t, &own))
			return false;
		seen = relation;
	}
	return true;
}

/* An earlier row that stands or falls with this one. */
static const struct row *judged(const struct rows *r, size_t i)
{
	const struct row *row = &r->row[i];

	for (size_t j = 0; j < i; j++)
		if (row_has_value(&r->row[j]) && compete(row, &r->row[j]) &&
		    !strcmp(row_text(row, SUMMARY_relation),
			    row_text(&r->row[j], SUMMARY_relation)))
			return &r->row[j];
	return NULL;
}

void rows_choose(struct rows *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct row *row = &r->row[i];
		const struct row *like = judged(r, i);

		row->chosen = row_has_value(row) && (like ? like->chosen : is_most_seen(r, row));
	}
}
