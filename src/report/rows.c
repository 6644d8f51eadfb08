/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/gate.h"
#include "base/grow.h"
#include "base/units.h"
#include "plan/axis.h"
#include "plan/pairs.h"
#include "record/csv.h"
#include "report/rows.h"

/* All fields of the current row in one allocation. */
static int row_copy(struct row *row, const struct csv_reader *c, struct why *w)
{
	const struct table *t = c->table;
	size_t room = 0;

	for (unsigned i = 0; i < t->columns; i++)
		room += strlen(csv_reader_text(c, t->first + i)) + 1;
	*row = (struct row){ .blob = malloc(room) };
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
	if (GROW(r->row, r->room, r->n + 1))
		return fail(w, ENOMEM, "the rows of %s", c->path);
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
	if (!err)
		err = rows_link(r, w);
	if (!err)
		rows_choose(r);
	if (err)
		rows_free(r);
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
		if (!(MECHANISM_AXES & 1u << i) &&
		    !agree(row_axis(a, (enum axis)i), row_axis(b, (enum axis)i)))
			return false;
	/* Of one benchmark either all have a place or, with one role, none has. */
	return !strcmp(row_benchmark(a), row_benchmark(b)) &&
	       !strcmp(row_axis(a, AXIS_PLACE), row_axis(b, AXIS_PLACE)) &&
	       !strcmp(row_text(a, SUMMARY_relation), row_text(b, SUMMARY_relation));
}

bool row_same_but(const struct row *a, const struct row *b, uint32_t free_axes)
{
	for (unsigned i = 0; i < AXES; i++)
		if (!(free_axes & 1u << i) &&
		    strcmp(row_axis(a, (enum axis)i), row_axis(b, (enum axis)i)))
			return false;
	return true;
}

const struct row *row_beside(const struct row *r, const char *metric)
{
	const char *relation = row_text(r, SUMMARY_relation);

	for (const struct row *other = r->with[SHARED_CELL].first; other;
	     other = other->with[SHARED_CELL].next)
		if (!strcmp(row_metric(other), metric) &&
		    !strcmp(row_text(other, SUMMARY_relation), relation))
			return other;
	return NULL;
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
bool row_is_base(const struct row *r)
{
	char own[200];

	own_name(r, own, sizeof own);
	if (!*own)
		return false; /* as is the base of all that have none */
	for (const struct row *other = r->with[SHARED_PLACE].first; other;
	     other = other->with[SHARED_PLACE].next)
		if (!strcmp(own, row_text(other, SUMMARY_base)) && row_comparable(r, other) &&
		    other->with[SHARED_CELL].first != r->with[SHARED_CELL].first)
			return true;
	return false;
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
	unsigned node[2];

	if (a == AXIS_MESSAGE) {
		uint64_t bytes = strtoull(text, NULL, 10);

		units_size_text(bytes, buf, len);
		strcat(buf, bytes % 1024 ? "B" : "iB");
		return buf;
	}
	if (axis_table[a].type == AXIS_BYTES)
		return units_size_text(strtoull(text, NULL, 10), buf, len);
	if (a == AXIS_PLACE && pairs_nodes(text, node))
		snprintf(buf, len, "node %u to node %u", node[0], node[1]);
	else if (a == AXIS_NODE && isdigit((unsigned char)*text))
		snprintf(buf, len, "memory on node %s", text);
	else if (axis_table[a].type == AXIS_NUMBER)
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
