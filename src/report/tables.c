/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "plan/registry.h"
#include "report/raised.h"
#include "report/tables.h"

enum { CELL, MEDIAN, RATIO, P90, P99, FAULTS, FLAGS, COUNT };

static const char *const heads[SHEET_COLUMNS] = {
	[CELL] = "cell",
	[MEDIAN] = "median [interval]",
	[RATIO] = "ratio to base [interval]",
	[P90] = "p90",
	[P99] = "p99",
	[FAULTS] = "faults/page",
	[FLAGS] = "flags",
	[COUNT] = "invocations",
};

/* One benchmark's metric. */
struct group {
	const struct rows *rows;
	const struct row *first;
	uint32_t varying;
	const struct raised *raised;
};

static bool in_group(const struct group *g, const struct row *r)
{
	return !strcmp(row_benchmark(r), row_benchmark(g->first)) &&
	       !strcmp(row_metric(r), row_metric(g->first));
}

bool tables_headline(const struct row *r)
{
	const struct bench *b = registry_bench(row_benchmark(r));

	for (const struct part *p = b ? b->parts : NULL; p && p->name; p++)
		for (const struct metric *m = p->metrics; m->name; m++)
			if (m->headline && !strcmp(m->name, row_metric(r)))
				return true;
	return false;
}

/* Beside the headlines: what a person would ask for next. */
static bool is_brief(const struct row *r)
{
	static const char *const also[] = { "bandwidth", "response", "service", "offered",
					    "achieved" };

	for (size_t i = 0; i < sizeof also / sizeof *also; i++)
		if (!strcmp(row_metric(r), also[i]))
			return true;
	return tables_headline(r) || !strcmp(row_benchmark(r), "bounds");
}

/* The other metric that explains a sweep. */
static const char *faults_of(const struct group *g, const struct row *r, char *buf, size_t len)
{
	*buf = '\0';
	if (strcmp(row_metric(r), "sweep"))
		return buf;
	for (size_t i = 0; i < g->rows->n; i++) {
		const struct row *other = &g->rows->row[i];

		if (!strcmp(row_metric(other), "faults") && row_same_cell(r, other))
			return row_value(other, SUMMARY_median, buf, len);
	}
	return buf;
}

static const char *cell_name(const struct group *g, const struct row *r, char *buf, size_t len)
{
	char axes[200];

	row_mechanism(r, buf, len);
	row_axes(r, g->varying, axes, sizeof axes);
	size_t used = strlen(buf);
	snprintf(buf + used, len - used, "%s%s", used && *axes ? " " : "", axes);
	if (!*buf)
		snprintf(buf, len, *row_text(r, SUMMARY_relation) ? "two roles" : "one role");
	return buf;
}

static int put_row(struct sheet *s, const struct group *g, const struct row *r, struct why *w)
{
	char buf[320];
	int err = sheet_line(s, w);

	if (!err)
		err = sheet_put(s, CELL, cell_name(g, r, buf, sizeof buf), w);
	if (!err)
		err = sheet_put(s, MEDIAN, row_estimate(r, buf, sizeof buf), w);
	if (!err)
		err = sheet_put(s, RATIO,
				rows_is_base(g->rows, r) ? "base" : row_ratio(r, buf, sizeof buf),
				w);
	if (!err)
		err = sheet_put(s, P90, row_value(r, SUMMARY_p90, buf, sizeof buf), w);
	if (!err)
		err = sheet_put(s, P99, row_value(r, SUMMARY_p99, buf, sizeof buf), w);
	if (!err)
		err = sheet_put(s, FAULTS, faults_of(g, r, buf, sizeof buf), w);
	if (!err)
		err = sheet_put(s, FLAGS, raised_text(g->raised, r, buf, sizeof buf), w);
	if (!err)
		err = sheet_put(s, COUNT, row_text(r, SUMMARY_invocations), w);
	return err;
}

/* Cells that may be compared stand together, each set where its first one stands in the plan. */
static int put_rows(struct sheet *s, const struct group *g, bool *done, struct why *w)
{
	for (size_t i = 0; i < g->rows->n; i++) {
		const struct row *r = &g->rows->row[i];

		if (done[i] || !in_group(g, r))
			continue;
		for (size_t j = i; j < g->rows->n; j++) {
			const struct row *other = &g->rows->row[j];

			if (done[j] || !in_group(g, other) || !row_comparable(r, other))
				continue;
			done[j] = true;
			int err = row_has_value(other) ? put_row(s, g, other, w) : 0;
			if (err)
				return err;
		}
	}
	return 0;
}

/* What all cells have in common, but for what nobody asked about. */
static void put_title(struct sheet *s, const struct group *g)
{
	uint32_t told = AXIS(SIZE) | AXIS(MESSAGE) | AXIS(ACCESS) | AXIS(ORDER) | AXIS(STATE) |
			AXIS(WAIT) | AXIS(PLACE);
	char axes[120];

	row_axes(g->first, told & ~g->varying, axes, sizeof axes);
	snprintf(s->title, sizeof s->title, "%s: %s, %s%s%s%s", row_benchmark(g->first),
		 row_metric(g->first), row_unit(g->first), *axes ? " (" : "", axes,
		 *axes ? ")" : "");
}

int tables_make(const struct rows *r, bool brief, table_sink *sink, void *arg, struct why *w)
{
	bool *done = calloc(r->n + 1, sizeof *done);
	struct raised raised;
	int err = done ? 0 : fail(w, ENOMEM, "tables of %zu rows", r->n);

	raised_count(&raised, r);
	for (size_t i = 0; i < r->n && !err; i++) {
		struct group g = { .rows = r, .first = &r->row[i], .raised = &raised };
		struct sheet s = { .left = 1u << CELL | 1u << FLAGS };

		if (done[i] || (brief && !is_brief(g.first)))
			continue;
		memcpy(s.head, heads, sizeof heads);
		g.varying = rows_varying(r, g.first);
		put_title(&s, &g);
		err = put_rows(&s, &g, done, w);
		if (!err && s.lines)
			sink(arg, &s);
		sheet_free(&s);
	}
	free(done);
	return err;
}

/* Reasons repeat: a mechanism that cannot attach says so once per size and metric. */
static bool seen_before(const struct rows *r, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (!strcmp(row_text(&r->row[j], SUMMARY_status),
			    row_text(&r->row[i], SUMMARY_status)) &&
		    !strcmp(row_text(&r->row[j], SUMMARY_reason),
			    row_text(&r->row[i], SUMMARY_reason)) &&
		    !strcmp(row_benchmark(&r->row[j]), row_benchmark(&r->row[i])) &&
		    !strcmp(row_axis(&r->row[j], AXIS_REGION), row_axis(&r->row[i], AXIS_REGION)))
			return true;
	return false;
}

int tables_absent(const struct rows *r, const char *status, struct sheet *s, size_t *rows,
		  struct why *w)
{
	char buf[200];
	int err = 0;

	*s = (struct sheet){ .head = { "benchmark", "mechanism", "reason" }, .left = 7 };
	*rows = 0;
	for (size_t i = 0; i < r->n && !err; i++) {
		const struct row *row = &r->row[i];

		if (strcmp(row_text(row, SUMMARY_status), status))
			continue;
		++*rows;
		if (seen_before(r, i))
			continue;
		err = sheet_line(s, w);
		if (!err)
			err = sheet_put(s, 0, row_benchmark(row), w);
		if (!err)
			err = sheet_put(s, 1, row_mechanism(row, buf, sizeof buf), w);
		if (!err)
			err = sheet_put(s, 2, row_text(row, SUMMARY_reason), w);
	}
	snprintf(s->title, sizeof s->title, "%zu rows with status %s", *rows, status);
	return err;
}
