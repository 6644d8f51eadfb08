/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/grow.h"
#include "record/json_text.h"
#include "record/run_json.h"
#include "record/tally_rows.h"

/* Longer than the cell columns of any row: a path and some words. */
enum { KEY_MAX = 8192 };

void tally_cell_row(struct csv_row *row, const struct subject *s)
{
	unsigned first = row->table->cell;
	const json_t *axes = json_object_get(s->cell, "axes");

	csv_row_text(row, first + CELL_BENCHMARK, json_text_get(s->cell, "benchmark"));
	for (unsigned a = 0; a < AXES; a++) {
		const json_t *value = json_object_get(axes, axis_table[a].option);

		if (json_is_integer(value))
			csv_row_integer(row, first + schema_axis(a),
					(uint64_t)json_integer_value(value));
		else
			csv_row_text(row, first + schema_axis(a), json_string_value(value));
	}
	csv_row_text(row, first + CELL_FILESYSTEM, json_text_get(s->cell, "filesystem"));
	csv_row_text(row, first + CELL_METRIC, json_text_get(s->metric, "name"));
	csv_row_text(row, first + CELL_UNIT, json_text_get(s->metric, "unit"));
	csv_row_text(row, first + CELL_KIND, json_text_get(s->metric, "kind"));
}

/* Fields up to the metric, each ended by a byte that no field has. A path that is not UTF-8 has
 * other bytes in JSON than in CSV: here all such bytes are alike. */
static bool append_key(char *key, size_t *used, const char *text)
{
	for (; text && *text; text++) {
		if (*used + 2 >= KEY_MAX)
			return false;
		key[(*used)++] = (unsigned char)*text < 0x80 ? *text : '?';
	}
	key[(*used)++] = '\1';
	key[*used] = '\0';
	return *used + 2 < KEY_MAX;
}

static char *key_of_subject(const struct subject *s)
{
	struct csv_row row;
	char key[KEY_MAX];
	size_t used = 0;

	csv_row_begin(&row, schema_table(TABLE_SUMMARY), "");
	tally_cell_row(&row, s);
	for (unsigned i = 0; i <= CELL_METRIC; i++)
		if (!append_key(key, &used, row.text[SUMMARY_CELL - SUMMARY_FIRST + i]))
			return NULL;
	return strdup(key);
}

static bool key_of_row(const struct csv_reader *c, char *key)
{
	size_t used = 0;

	for (unsigned i = 0; i <= CELL_METRIC; i++)
		if (!append_key(key, &used, csv_reader_text(c, INVOCATIONS_CELL + i)))
			return false;
	return true;
}

/* Equal keys stay in plan order. */
static int compare_keys(const void *a, const void *b)
{
	const struct subject *const *x = a, *const *y = b;
	int order = strcmp((*x)->key, (*y)->key);

	return order ? order : (*x > *y) - (*x < *y);
}

static int sort_keys(struct tally *t, struct why *w)
{
	t->by_key = calloc(t->n + 1, sizeof *t->by_key);
	if (!t->by_key)
		return fail(w, ENOMEM, "the plan in run.json");
	for (size_t i = 0; i < t->n; i++)
		t->by_key[i] = &t->subjects[i];
	qsort(t->by_key, t->n, sizeof *t->by_key, compare_keys);
	for (size_t i = 1; i < t->n; i++)
		t->by_key[i]->repeated = !strcmp(t->by_key[i]->key, t->by_key[i - 1]->key);
	return 0;
}

/* The first of its key; NULL when the plan has none. */
static struct subject *find(const struct tally *t, const char *key)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(t->by_key[middle]->key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < t->n && !strcmp(t->by_key[low]->key, key) ? t->by_key[low] : NULL;
}

struct subject *tally_subject(const struct tally *t, const struct csv_reader *row)
{
	char key[KEY_MAX];

	return key_of_row(row, key) ? find(t, key) : NULL;
}

static int add_subjects(struct tally *t, const json_t *cell, struct why *w)
{
	const json_t *metrics = json_object_get(cell, "metrics");
	size_t more = json_array_size(metrics);

	if (GROW(t->subjects, t->room, t->n + more))
		return fail(w, ENOMEM, "the plan in run.json");
	for (size_t i = 0; i < more; i++) {
		struct subject *s = &t->subjects[t->n];

		*s = (struct subject){ .cell = cell, .metric = json_array_get(metrics, i) };
		s->key = key_of_subject(s);
		if (!s->key)
			return misused(w, "run.json: the columns of a cell of '%s' are too long",
				       json_text_get(cell, "benchmark"));
		t->n++;
	}
	return 0;
}

static int list_nulls(struct tally *t, struct why *w)
{
	t->nulls = calloc(t->n + 1, sizeof *t->nulls);
	if (!t->nulls)
		return fail(w, ENOMEM, "the plan in run.json");
	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(json_text_get(t->subjects[i].cell, "benchmark"), "null"))
			t->nulls[t->n_nulls++] = &t->subjects[i];
	return 0;
}

static int read_plan(struct tally *t, struct why *w)
{
	const json_t *cells = json_object_get(json_object_get(t->run, "plan"), "cells");
	size_t n = json_array_size(cells);
	int err = 0;

	t->first = calloc(n + 1, sizeof *t->first);
	if (!t->first)
		return fail(w, ENOMEM, "the plan in run.json");
	for (size_t i = 0; i < n && !err; i++) {
		err = add_subjects(t, json_array_get(cells, i), w);
		t->first[i + 1] = t->n;
	}
	if (!err)
		err = list_nulls(t, w);
	return err ? err : sort_keys(t, w);
}

int tally_open(struct tally *t, const char *dir, struct why *w)
{
	*t = (struct tally){ 0 };
	int err = run_json_read(dir, &t->run, w);

	if (!err)
		err = read_plan(t, w);
	if (!err)
		err = tally_read_rows(t, dir, w);
	if (err)
		tally_close(t);
	return err;
}

void tally_close(struct tally *t)
{
	for (size_t i = 0; i < t->n; i++) {
		for (struct entry *e = t->subjects[i].entries, *next; e; e = next) {
			next = e->next;
			free(e->relation);
			free(e->points);
			free(e->reason);
			free(e);
		}
		free(t->subjects[i].key);
	}
	free(t->subjects);
	free(t->by_key);
	free(t->nulls);
	free(t->first);
	json_decref(t->run);
	*t = (struct tally){ 0 };
}

/* A base that the plan has twice was measured under its first name. */
static const struct subject *measured(const struct tally *t, const struct subject *s)
{
	return s->repeated ? find(t, s->key) : s;
}

const struct entry *tally_entry(const struct subject *s, const char *relation)
{
	const struct entry *e = s->entries;

	while (e && strcmp(e->relation, relation))
		e = e->next;
	return e;
}

const struct entry *tally_base(const struct tally *t, const struct subject *s, const char *relation)
{
	const json_t *base = json_object_get(s->cell, "base");
	const json_t *cells = json_object_get(json_object_get(t->run, "plan"), "cells");
	json_int_t cell = json_integer_value(base);

	if (!json_is_integer(base) || cell < 0 || (size_t)cell >= json_array_size(cells))
		return NULL;
	for (size_t i = t->first[cell]; i < t->first[cell + 1]; i++) {
		const struct subject *b = &t->subjects[i];

		if (!strcmp(json_text_get(b->metric, "name"), json_text_get(s->metric, "name")))
			return tally_entry(measured(t, b), relation);
	}
	return NULL;
}

static const char *place_of(const struct subject *s)
{
	return json_text_get(json_object_get(s->cell, "axes"), "place");
}

const struct entry *tally_null(const struct tally *t, const struct subject *s, const char *relation)
{
	json_int_t roles = json_integer_value(json_object_get(s->cell, "roles"));

	for (size_t i = 0; i < t->n_nulls; i++) {
		const struct subject *n = t->nulls[i];

		if (json_integer_value(json_object_get(n->cell, "roles")) != roles ||
		    strcmp(place_of(n), place_of(s)))
			continue;
		const struct entry *e = tally_entry(measured(t, n), relation);
		return e ? e : tally_entry(measured(t, n), "all");
	}
	return NULL;
}
