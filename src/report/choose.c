/* SPDX-License-Identifier: MIT */
/* Which relation a comparison is of. Rows of one benchmark and place compete; a ratio or a series
 * of two relations would compare two machines. */
#include <math.h>
#include <string.h>
#include "report/rows.h"

/* How often a relation was seen. */
struct tally {
	double calm, all;
	const struct row *first; /* with a value, which decides between equals; NULL: none */
};

static struct tally count(const struct row *of)
{
	struct tally t = { .first = NULL };

	for (const struct row *row = of->with[SHARED_RIVAL].first; row;
	     row = row->with[SHARED_RIVAL].next) {
		double calm = row_number(row, SUMMARY_calm_invocations);

		if (!row_has_value(row))
			continue;
		t.first = t.first ? t.first : row;
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
static bool is_most_seen(const struct row *row)
{
	struct tally own = count(row);

	for (const struct row *other = row->with[SHARED_ROLES].first; other;
	     other = other->with[SHARED_ROLES].next) {
		if (other->with[SHARED_RIVAL].first != other)
			continue;
		struct tally t = count(other);
		if (more(&t, &own))
			return false;
	}
	return true;
}

/* Rows of one relation stand or fall together: the first of them that has a value decides. */
static const struct row *deciding(const struct row *row)
{
	const struct row *first = row->with[SHARED_RIVAL].first;

	while (!row_has_value(first))
		first = first->with[SHARED_RIVAL].next;
	return first;
}

void rows_choose(struct rows *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct row *row = &r->row[i];

		if (!row_has_value(row))
			continue;
		const struct row *first = deciding(row);
		row->chosen = first == row ? is_most_seen(row) : first->chosen;
	}
}
