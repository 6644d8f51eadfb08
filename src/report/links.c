/* SPDX-License-Identifier: MIT */
/* What belongs to a row, found once: rows with something in common are linked in the order of the
 * file. */
#include <errno.h>
#include <string.h>
#include "base/hash.h"
#include "base/lookup.h"
#include "report/rows.h"

#define METRIC (SUMMARY_CELL + CELL_METRIC)

/* What rows of a kind have in common beside the benchmark. */
static const struct common {
	unsigned column[2]; /* 0: none */
	uint32_t axes;      /* AXIS_... bits */
	bool roles;         /* one or two: without a relation or with one */
} in_common[SHARED_KINDS] = {
	[SHARED_METRIC] = { .column = { METRIC } },
	[SHARED_RELATION] = { .column = { METRIC, SUMMARY_relation } },
	[SHARED_PLACE] = { .column = { METRIC }, .axes = AXIS(PLACE) },
	[SHARED_CELL] = { .axes = (1u << AXES) - 1, .roles = true },
	[SHARED_ROLES] = { .axes = AXIS(PLACE), .roles = true },
	[SHARED_RIVAL] = { .column = { SUMMARY_relation }, .axes = AXIS(PLACE) },
	[SHARED_ABSENCE] = { .column = { SUMMARY_status, SUMMARY_reason }, .axes = AXIS(REGION) },
};
_Static_assert(SUMMARY_FIRST > 0, "no column of the summary is number 0");

static uint64_t key_of(const struct common *k, const struct row *r)
{
	uint64_t key = hash_text(HASH_START, row_benchmark(r));

	for (int i = 0; i < 2 && k->column[i]; i++)
		key = hash_text(key, row_text(r, k->column[i]));
	for (unsigned a = 0; a < AXES; a++)
		if (k->axes & 1u << a)
			key = hash_text(key, row_axis(r, (enum axis)a));
	return k->roles ? hash_text(key, *row_text(r, SUMMARY_relation) ? "two" : "one") : key;
}

static bool share(const struct common *k, const struct row *a, const struct row *b)
{
	for (int i = 0; i < 2 && k->column[i]; i++)
		if (strcmp(row_text(a, k->column[i]), row_text(b, k->column[i])))
			return false;
	return !strcmp(row_benchmark(a), row_benchmark(b)) && row_same_but(a, b, ~k->axes) &&
	       (!k->roles || !*row_text(a, SUMMARY_relation) == !*row_text(b, SUMMARY_relation));
}

/* A lookup finds the newest first: the row before this one of those that share. */
static int link_kind(struct rows *r, enum shared s)
{
	const struct common *k = &in_common[s];
	struct lookup by_key = { .n = 0 };
	int err = 0;

	for (size_t i = 0; i < r->n && !err; i++) {
		struct row *row = &r->row[i];
		uint64_t key = key_of(k, row);
		size_t before = lookup_first(&by_key, key);

		while (before != LOOKUP_NONE && !share(k, &r->row[before], row))
			before = lookup_next(&by_key, before);
		row->with[s] = (struct row_link){ .first = row };
		if (before != LOOKUP_NONE) {
			row->with[s].first = r->row[before].with[s].first;
			r->row[before].with[s].next = row;
		}
		err = lookup_add(&by_key, key);
	}
	lookup_free(&by_key);
	return err;
}

/* Of the rows that share the metric with this one, which is their first. */
static uint32_t varying(const struct row *first)
{
	const char *value[AXES] = { NULL };
	uint32_t bits = 0;

	for (const struct row *row = first; row; row = row->with[SHARED_METRIC].next)
		for (unsigned a = 0; a < AXES; a++) {
			const char *text = row_axis(row, (enum axis)a);

			if (!value[a] || !*value[a])
				value[a] = text;
			else if (*text && strcmp(value[a], text))
				bits |= 1u << a;
		}
	return bits & ~MECHANISM_AXES;
}

int rows_link(struct rows *r, struct why *w)
{
	for (int s = 0; s < SHARED_KINDS; s++)
		if (link_kind(r, (enum shared)s))
			return fail(w, ENOMEM, "the links of %zu rows", r->n);
	for (size_t i = 0; i < r->n; i++) {
		const struct row *first = r->row[i].with[SHARED_METRIC].first;

		r->row[i].varying = first == &r->row[i] ? varying(first) : first->varying;
	}
	return 0;
}
