/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/gate.h"
#include "base/units.h"
#include "plan/axis.h"
#include "record/csv.h"
#include "report/rows.h"

/* These name a mechanism; the other axes say under what conditions. */
static const uint32_t mechanism_axes = AXIS(REGION) | AXIS(CHANNEL) | AXIS(DIRECTORY);

/* All fields of the current row in one allocation. */
static int row_copy(struct row *row, const struct csv_reader *c, struct why *w)
{
	const struct table *t = c->table;
	size_t room = 0;

	for (unsigned i = 0; i < t->columns; i++)
		room += strlen(csv_reader_text(c, t->first + i)) + 1;
	row->blob = malloc(room);
	if (!row->blob)
		return fail(w, ENOMEM, "the rows of %s", c->path);
	char *at = row->blob;
	for (unsigned i = 0; i < t->columns; i++) {
		row->text[i] = strcpy(at, csv_reader_text(c, t->first + i));
		at += strlen(at) + 1;
	}
	return 0;
}

static int rows_append(struct rows *r, const struct csv_reader *c, struct why *w)
{
	if (!(r->n & (r->n - 1))) {
		size_t room = r->n ? 2 * r->n : 1;
		struct row *grown = realloc(r->row, room * sizeof *grown);

		if (!grown)
			return fail(w, ENOMEM, "the rows of %s", c->path);
		r->row = grown;
	}
	int err = row_copy(&r->row[r->n], c, w);
	r->n += !err;
	return err;
}

int rows_read(struct rows *r, const char *dir, struct why *w)
{
	struct csv_reader c;
	int err = csv_reader_open(&c, dir, TABLE_SUMMARY, w);

	*r = (struct rows){ .n = 0 };
	if (err)
		return err;
	while ((err = csv_reader_next(&c, w)) > 0)
		if ((err = rows_append(r, &c, w)))
			break;
	csv_reader_close(&c);
	if (err)
		rows_free(r);
	else
		rows_choose(r);
	return err;
}

void rows_free(struct rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->row[i].blob);
	free(r->row);
	*r = (struct rows){ .n = 0 };
}

const char *row_text(const struct row *r, unsigned column)
{
	return r->text[column - schema_table(TABLE_SUMMARY)->first];
}

double row_number(const struct row *r, unsigned column)
{
	const char *text = row_text(r, column);

	return *text ? strtod(text, NULL) : NAN;
}

const char *row_axis(const struct row *r, enum axis a)
{
	return row_text(r, SUMMARY_CELL + schema_axis(a));
}

const char *row_benchmark(const struct row *r)
{
	return row_text(r, SUMMARY_CELL + CELL_BENCHMARK);
}

const char *row_metric(const struct row *r)
{
	return row_text(r, SUMMARY_CELL + CELL_METRIC);
}

const char *row_unit(const struct row *r)
{
	return row_text(r, SUMMARY_CELL + CELL_UNIT);
}

bool row_has_value(const struct row *r)
{
	return !strcmp(row_text(r, SUMMARY_status), "ok") && *row_text(r, SUMMARY_median);
}

bool row_contended(const struct row *r)
{
	return !strcmp(row_text(r, SUMMARY_CELL + CELL_KIND), "count") ||
			       !*row_text(r, SUMMARY_calm_invocations)
		       ? false
		       : row_number(r, SUMMARY_calm_invocations) < GATE_CALM;
}

static bool agree(const char *a, const char *b)
{
	return !*a || !*b || !strcmp(a, b);
}

bool row_comparable(const struct row *a, const struct row *b)
{
	for (unsigned i = 0; i < AXES; i++)
		if (!(mechanism_axes & 1u << i) &&
		    !agree(row_axis(a, (enum axis)i), row_axis(b, (enum axis)i)))
			return false;
	return !strcmp(row_benchmark(a), row_benchmark(b)) &&
	       !strcmp(row_text(a, SUMMARY_relation), row_text(b, SUMMARY_relation));
}

bool row_same_axes(const struct row *a, const struct row *b)
{
	for (unsigned i = 0; i < AXES; i++)
		if (strcmp(row_axis(a, (enum axis)i), row_axis(b, (enum axis)i)))
			return false;
	return !strcmp(row_benchmark(a), row_benchmark(b)) &&
	       !*row_text(a, SUMMARY_relation) == !*row_text(b, SUMMARY_relation);
}

bool row_same_cell(const struct row *a, const struct row *b)
{
	return row_same_axes(a, b) &&
	       !strcmp(row_text(a, SUMMARY_relation), row_text(b, SUMMARY_relation));
}

/* "channel=ring/region=sysv": as the other rows name it. */
static const char *own_name(const struct row *r, char *buf, size_t len)
{
	const char *region = row_axis(r, AXIS_REGION), *channel = row_axis(r, AXIS_CHANNEL);

	snprintf(buf, len, "%s%s%s%s%s", *channel ? "channel=" : "", channel,
		 *channel && *region ? "/" : "", *region ? "region=" : "", region);
	return buf;
}

/* A base does not say that it is one: other rows do. */
bool rows_is_base(const struct rows *all, const struct row *r)
{
	char own[200];

	own_name(r, own, sizeof own);
	for (size_t i = 0; i < all->n; i++) {
		const struct row *other = &all->row[i];

		if (!strcmp(own, row_text(other, SUMMARY_base)) &&
		    !strcmp(row_metric(r), row_metric(other)) && row_comparable(r, other) &&
		    !row_same_cell(r, other))
			return true;
	}
	return false;
}

static const struct row *base_of(const struct rows *all, const struct row *r)
{
	char name[200];

	for (size_t i = 0; i < all->n; i++) {
		const struct row *other = &all->row[i];

		if (!strcmp(row_metric(r), row_metric(other)) && row_comparable(r, other) &&
		    !strcmp(own_name(other, name, sizeof name), row_text(r, SUMMARY_base)))
			return other;
	}
	return NULL;
}

/* A row over all windows counts every invocation of its relation: more pairs are not its own. */
bool rows_own_ratio(const struct rows *all, const struct row *r)
{
	const struct row *base = base_of(all, r);
	double pairs = row_number(r, SUMMARY_pairs);

	if (!*row_text(r, SUMMARY_relation) || !row_contended(r))
		return true;
	return base && pairs <= row_number(r, SUMMARY_invocations) &&
	       (!row_contended(base) || pairs <= row_number(base, SUMMARY_invocations));
}

uint32_t rows_varying(const struct rows *r, const struct row *with)
{
	const char *first[AXES] = { NULL };
	uint32_t varying = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct row *row = &r->row[i];

		if (strcmp(row_benchmark(row), row_benchmark(with)) ||
		    strcmp(row_metric(row), row_metric(with)))
			continue;
		for (unsigned a = 0; a < AXES; a++) {
			const char *text = row_axis(row, (enum axis)a);

			if (!first[a] || !*first[a])
				first[a] = text;
			else if (*text && strcmp(first[a], text))
				varying |= 1u << a;
		}
	}
	return varying & ~mechanism_axes;
}

const char *row_mechanism(const struct row *r, char *buf, size_t len)
{
	const char *region = row_axis(r, AXIS_REGION), *channel = row_axis(r, AXIS_CHANNEL);
	const char *directory = row_axis(r, AXIS_DIRECTORY);

	snprintf(buf, len, "%s%s%s%s%s%s%s", channel, *channel && *region ? "/" : "", region,
		 *directory ? " " : "", row_text(r, SUMMARY_CELL + CELL_FILESYSTEM),
		 *directory ? " " : "", directory);
	return buf;
}

static const char *axis_value(enum axis a, const char *text, char *buf, size_t len)
{
	if (a == AXIS_MESSAGE) {
		uint64_t bytes = strtoull(text, NULL, 10);

		units_size_text(bytes, buf, len);
		strcat(buf, bytes % 1024 ? "B" : "iB");
		return buf;
	}
	if (axis_table[a].type == AXIS_BYTES)
		return units_size_text(strtoull(text, NULL, 10), buf, len);
	if (axis_table[a].type == AXIS_NUMBER)
		snprintf(buf, len, "%s %s", axis_table[a].option, text);
	else
		snprintf(buf, len, "%s", text);
	return buf;
}

const char *row_axes(const struct row *r, uint32_t which, char *buf, size_t len)
{
	size_t used = 0;
	char value[160];

	*buf = '\0';
	for (unsigned a = 0; a < AXES && used < len; a++) {
		const char *text = row_axis(r, (enum axis)a);

		if (!(which & 1u << a) || !*text)
			continue;
		used += (size_t)snprintf(buf + used, len - used, "%s%s", used ? " " : "",
					 axis_value((enum axis)a, text, value, sizeof value));
	}
	return buf;
}
