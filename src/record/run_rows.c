/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/grow.h"
#include "base/hash.h"
#include "record/run_rows.h"
#include "record/tally.h"

static int out_of_memory(const struct run_rows *r, struct why *w)
{
	return fail(w, ENOMEM, "the rows of %s", r->path);
}

static uint64_t hash_of(const char *key, const char *relation)
{
	return hash_text(hash_text(HASH_START, key), relation);
}

static struct run_row *find(const struct run_rows *r, const char *key, const char *relation)
{
	size_t i = lookup_first(&r->by_key, hash_of(key, relation));

	while (i != LOOKUP_NONE &&
	       (strcmp(r->row[i].key, key) || strcmp(r->row[i].relation, relation)))
		i = lookup_next(&r->by_key, i);
	return i == LOOKUP_NONE ? NULL : &r->row[i];
}

int run_rows_know(struct run_rows *r)
{
	const struct run_row *row = &r->row[r->by_key.n];

	return lookup_add(&r->by_key, hash_of(row->key, row->relation));
}

const struct run_row *run_rows_find(const struct run_rows *r, const char *key, const char *relation)
{
	return find(r, key, relation);
}

static void row_free(struct run_row *row)
{
	for (unsigned i = 0; i < CELL_COLUMNS; i++)
		free(row->cell[i]);
	free(row->key);
	free(row->relation);
	free(row->reason);
	free(row->value);
}

/* Unit and kind are cell columns too: a metric whose unit has changed is another one. */
static int describe(struct run_row *row, const struct subject *s, const char *relation)
{
	struct csv_row cell;
	bool whole = true;

	csv_row_begin(&cell, schema_table(TABLE_SUMMARY), "");
	tally_cell_row(&cell, s);
	for (unsigned i = 0; i < CELL_COLUMNS; i++) {
		const char *text = cell.text[SUMMARY_CELL - SUMMARY_FIRST + i];

		row->cell[i] = strdup(text ? text : "");
		whole = whole && row->cell[i];
	}
	row->relation = strdup(relation);
	row->headline = json_is_true(json_object_get(s->metric, "headline"));
	row->rate = json_is_true(json_object_get(s->metric, "larger_is_better"));
	row->of_events = json_is_true(json_object_get(s->metric, "of_events"));
	row->status = "skip";
	if (!whole || !row->relation ||
	    asprintf(&row->key, "%s%s\1%s", s->key, row->cell[CELL_UNIT], row->cell[CELL_KIND]) < 0)
		return -ENOMEM;
	return 0;
}

/* The row of this subject and relation: the one that there is, or a new one; NULL: no memory. */
static struct run_row *row_of(struct run_rows *r, const struct subject *s, const char *relation)
{
	struct run_row made = { 0 };
	struct run_row *there = NULL;

	if (describe(&made, s, relation) == 0)
		there = find(r, made.key, made.relation);
	else
		goto failed;
	if (there) {
		row_free(&made);
		return there;
	}
	if (GROW(r->row, r->room, r->n + 1))
		goto failed;
	r->row[r->n] = made;
	if (run_rows_know(r))
		goto failed;
	return &r->row[r->n++];
failed:
	row_free(&made);
	return NULL;
}

static int add_values(struct run_rows *r, struct run_row *row, const struct entry *e)
{
	struct run_value *grown = realloc(row->value, (row->n + e->n + 1) * sizeof *grown);

	if (!grown)
		return -ENOMEM;
	row->value = grown;
	for (size_t i = 0; i < e->n; i++) {
		const double *point = e->points[i];

		if (isnan(point[QUANTITY_MEDIAN_ALL]))
			continue;
		row->cpu[0] = point[QUANTITY_CPU];
		row->cpu[1] = point[QUANTITY_CPU_1];
		row->value[row->n++] = (struct run_value){
			.calm = point[QUANTITY_MEDIAN],
			.all = point[QUANTITY_MEDIAN_ALL],
			.block = (unsigned)r->blocks + (unsigned)point[QUANTITY_BLOCK],
			.line_ns = point[QUANTITY_LINE],
		};
		if (!isnan(point[QUANTITY_MEDIAN]))
			row->calm++;
		if (!isnan(point[QUANTITY_CALM]))
			r->gated = true;
	}
	return 0;
}

static int add_entry(struct run_rows *r, const struct subject *s, const struct entry *e)
{
	struct run_row *row = row_of(r, s, e->relation);
	int err = row ? add_values(r, row, e) : -ENOMEM;

	if (err)
		return err;
	if (e->failed)
		row->status = "fail";
	if (row->n)
		row->status = "ok";
	if (e->reason && !row->reason)
		row->reason = strdup(e->reason);
	return 0;
}

/* A file that ends at the end of some row looks whole by itself. */
static int check_whole(const struct tally *t, const char *dir, struct why *w)
{
	size_t blocks = t->blocks;
	json_int_t counted = json_integer_value(json_object_get(t->run, "blocks"));

	if (t->torn)
		return misused(w, "%s/invocations.csv, line %lu: the file is cut off inside a row",
			       dir, t->torn);
	if (blocks == 0)
		return misused(w, "%s/invocations.csv: there is no row with a value", dir);
	if (counted > 0 && blocks < (size_t)counted)
		return misused(w,
			       "%s/invocations.csv: the file ends in block %zu of the %lld that "
			       "run.json counts",
			       dir, blocks, (long long)counted);
	return 0;
}

static int add_tally(struct run_rows *r, const struct tally *t, struct why *w)
{
	int err = 0;

	for (size_t i = 0; i < t->n && !err; i++)
		for (const struct entry *e = t->subjects[i].entries; e && !err; e = e->next)
			err = add_entry(r, &t->subjects[i], e);
	if (err)
		return out_of_memory(r, w);
	r->blocks += t->blocks;
	return 0;
}

int run_rows_add(struct run_rows *r, const char *dir, struct why *w)
{
	struct tally t;
	int err = tally_open(&t, dir, w);

	if (err)
		return err;
	err = check_whole(&t, dir, w);
	if (!err)
		err = add_tally(r, &t, w);
	if (!err && !r->json) {
		r->json = json_incref(t.run);
		r->path = strdup(dir);
	}
	tally_close(&t);
	return err;
}

void run_rows_free(struct run_rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		row_free(&r->row[i]);
	free(r->row);
	lookup_free(&r->by_key);
	free(r->path);
	json_decref(r->json);
	*r = (struct run_rows){ 0 };
}

const char *run_row_benchmark(const struct run_row *r)
{
	return r->cell[CELL_BENCHMARK];
}

const char *run_row_metric(const struct run_row *r)
{
	return r->cell[CELL_METRIC];
}

size_t run_row_values(const struct run_row *r, bool calm, double *out)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		double x = calm ? r->value[i].calm : r->value[i].all;

		if (!isnan(x))
			out[n++] = x;
	}
	return n;
}
