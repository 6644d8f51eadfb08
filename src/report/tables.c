/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/gate.h"
#include "plan/registry.h"
#include "report/raised.h"
#include "report/tables.h"
#include "report/tables_beside.h"

enum { CELL, RELATION, MEDIAN, ALL, CALM, RATIO, BUSY, SWITCHES, P90, P99, FAULTS, FLAGS };

static const char *const heads[SHEET_COLUMNS] = {
	[CELL] = "cell",    [RELATION] = "relation", [MEDIAN] = "median [interval]",
	[ALL] = "over all", [CALM] = "calm",         [RATIO] = "ratio [interval]",
	[P90] = "p90",      [P99] = "p99",           [FAULTS] = "faults",
	[FLAGS] = "flags",  [BUSY] = "CPU",          [SWITCHES] = "switches",
};

/* One benchmark's metric. */
struct group {
	const struct table_wish *wish;
	const struct rows *rows;
	const struct row *first;
	const struct raised *raised;
	bool several; /* relations in one table */
	bool headed;  /* the set of rows at hand has a heading that says what it has in common */
};

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

/* Without the axes where a heading above says them. */
static const char *cell_name(const struct group *g, const struct row *r, char *buf, size_t len)
{
	char axes[140], mechanism[160];

	row_mechanism(r, mechanism, sizeof mechanism);
	row_axes(r, r->varying, axes, sizeof axes);
	if (g->headed)
		snprintf(buf, len, "  %s", mechanism);
	else
		snprintf(buf, len, "%s%s%s", mechanism, *mechanism && *axes ? " " : "", axes);
	if (!*buf)
		snprintf(buf, len, *row_text(r, SUMMARY_relation) ? "two roles" : "one role");
	return buf;
}

/* "92 %", "contended, 3 %"; below six invocations of any kind "few, 92 %". */
static const char *calm_text(const struct row *r, char *buf, size_t len)
{
	bool few = row_number(r, SUMMARY_invocations) < GATE_CALM;

	*buf = '\0';
	if (*row_text(r, SUMMARY_calm_share))
		snprintf(buf, len, "%s%.0f %%",
			 !row_contended(r) ? ""
			 : few             ? "few, "
					   : "contended, ",
			 100 * row_number(r, SUMMARY_calm_share));
	return buf;
}

static const char *ratio_text(const struct row *r, char *buf, size_t len)
{
	return row_is_base(r) ? "base" : row_ratio(r, buf, len);
}

static int put_row(struct sheet *s, const struct group *g, const struct row *r, struct why *w)
{
	char text[SHEET_COLUMNS][320] = { "" };
	int err = sheet_line(s, w);

	cell_name(g, r, text[CELL], sizeof *text);
	if (g->several)
		snprintf(text[RELATION], sizeof *text, "%s", row_text(r, SUMMARY_relation));
	row_estimate(r, text[MEDIAN], sizeof *text);
	if (g->wish->brief)
		row_value(r, SUMMARY_median_all, text[ALL], sizeof *text);
	else
		row_estimate_all(r, text[ALL], sizeof *text);
	calm_text(r, text[CALM], sizeof *text);
	strcpy(text[RATIO], ratio_text(r, text[P99], sizeof *text));
	row_value(r, SUMMARY_p90, text[P90], sizeof *text);
	row_value(r, SUMMARY_p99, text[P99], sizeof *text);
	for (unsigned c = MEDIAN; c <= P99; c++)
		value_without_per(text[c], row_unit(r));
	beside_faults(r, text[FAULTS], sizeof *text);
	beside_busy(r, text[BUSY], sizeof *text);
	beside_switches(r, text[SWITCHES], sizeof *text);
	raised_text(g->raised, r, text[FLAGS], sizeof *text);
	for (unsigned c = 0; c < SHEET_COLUMNS && !err; c++)
		err = sheet_put(s, c, text[c], w);
	if (!err && row_contended(r)) {
		sheet_tint(s, MEDIAN, TINT_DOUBTFUL);
		sheet_tint(s, CALM, TINT_DOUBTFUL);
	}
	return err;
}

/* Is there a row of this cell in the relation that its comparison is of, or in any? */
static bool has_row(const struct row *r, bool chosen)
{
	for (const struct row *other = r->with[SHARED_CELL].first; other;
	     other = other->with[SHARED_CELL].next)
		if (!strcmp(row_metric(r), row_metric(other)) && row_has_value(other) &&
		    (other->chosen || !chosen))
			return true;
	return false;
}

/* Does a row of the group belong into the table of this relation? NULL is that of the relation that
 * was seen most. Of others there is what was seen often enough, and what was never seen in that one;
 * all windows together are for a cell whose relation never lasted. */
static bool in_table(const struct row *r, const char *relation)
{
	if (!relation)
		return r->chosen;
	if (r->chosen || strcmp(row_text(r, SUMMARY_relation), relation))
		return false;
	if (!row_has_value(r))
		return *row_text(r, SUMMARY_median_all) && !has_row(r, false);
	return row_number(r, SUMMARY_invocations) >= GATE_CALM || !has_row(r, true);
}

/* The rows of a table that may be compared with one another are a set. */
struct set {
	const char *relation; /* as in_table() has it */
	const struct row *first;
	bool *done; /* by index in the rows */
};

static bool in_set(const struct group *g, const struct set *s, const struct row *r)
{
	return !s->done[r - g->rows->row] && row_comparable(s->first, r) &&
	       in_table(r, s->relation);
}

/* "64M fresh" above the mechanisms, where there are several of either. */
static int put_heading(struct sheet *s, struct group *g, const struct set *set, struct why *w)
{
	char axes[200];
	size_t n = 0;

	for (const struct row *r = set->first; r; r = r->with[SHARED_PLACE].next)
		n += in_set(g, set, r);
	row_axes(set->first, set->first->varying, axes, sizeof axes);
	g->headed = n > 1 && *axes;
	int err = g->headed ? sheet_line(s, w) : 0;
	return err || !g->headed ? err : sheet_put(s, CELL, axes, w);
}

static int put_set(struct sheet *s, struct group *g, const struct set *set, struct why *w)
{
	int err = put_heading(s, g, set, w);

	for (const struct row *r = set->first; r && !err; r = r->with[SHARED_PLACE].next) {
		if (!in_set(g, set, r))
			continue;
		set->done[r - g->rows->row] = true;
		err = put_row(s, g, r, w);
	}
	return err;
}

/* Each set stands where its first row stands in the plan. */
static int put_rows(struct sheet *s, struct group *g, const char *relation, struct why *w)
{
	struct set set = { .relation = relation, .done = calloc(g->rows->n + 1, sizeof(bool)) };
	int err = set.done ? 0 : fail(w, ENOMEM, "a table of %zu rows", g->rows->n);

	for (const struct row *r = g->first; r && !err; r = r->with[SHARED_METRIC].next) {
		set.first = r;
		if (!set.done[r - g->rows->row] && in_table(r, relation))
			err = put_set(s, g, &set, w);
	}
	free(set.done);
	return err;
}

/* What all cells have in common, but for what nobody asked about. */
static void put_title(struct sheet *s, const struct group *g)
{
	uint32_t told = AXIS(SIZE) | AXIS(MESSAGE) | AXIS(ACCESS) | AXIS(ORDER) | AXIS(STATE) |
			AXIS(WAIT) | AXIS(PLACE);
	char axes[120];

	row_axes(g->first, told & ~g->first->varying, axes, sizeof axes);
	snprintf(s->title, sizeof s->title, "%s: %s, %s%s%s%s", row_benchmark(g->first),
		 row_metric(g->first), row_unit(g->first), *axes ? " (" : "", axes,
		 *axes ? ")" : "");
}

/* The relations of a table in words, each once. */
static void put_note(struct sheet *s, struct group *g, const char *relation)
{
	const char *last = NULL;

	g->several = false;
	for (const struct row *r = g->first; r; r = r->with[SHARED_METRIC].next) {
		const char *own = row_text(r, SUMMARY_relation);
		size_t used = strlen(s->note);

		if (!in_table(r, relation) || (last && !strcmp(last, own)))
			continue;
		g->several |= last != NULL;
		last = own;
		char text[160];
		relations_text(g->wish->relations, own, text, sizeof text);
		if (*text && !strstr(s->note, text) && used < sizeof s->note)
			snprintf(s->note + used, sizeof s->note - used, "%s%s", used ? "; " : "",
				 text);
	}
}

/* What the columns of two numbers are, where there are any. */
static void note_sides(struct sheet *s)
{
	size_t used = strlen(s->note);

	for (size_t i = 0; i < s->lines; i++)
		if (s->line[i][BUSY].text || s->line[i][SWITCHES].text) {
			snprintf(s->note + used, sizeof s->note - used,
				 "%sCPU time and context switches: producer + consumer",
				 used ? "; " : "");
			return;
		}
}

/* The table of one relation; none where it has no row. */
static int make_table(struct group *g, const char *relation, struct why *w)
{
	struct sheet s = { .left = 1u << CELL | 1u << RELATION | 1u << FLAGS,
			   .spare = 1u << P90 | 1u << P99 };

	memcpy(s.head, heads, sizeof heads);
	put_title(&s, g);
	put_note(&s, g, relation);
	int err = put_rows(&s, g, relation, w);
	note_sides(&s);
	if (!err && s.lines)
		g->wish->sink(g->wish->arg, &s);
	sheet_free(&s);
	return err;
}

/* Windows of all relations together come last: they are what is left. */
static int make_group(struct group *g, struct why *w)
{
	int err = make_table(g, NULL, w);

	for (const struct row *r = g->first; r && !err; r = r->with[SHARED_METRIC].next) {
		const char *relation = row_text(r, SUMMARY_relation);

		if (r->with[SHARED_RELATION].first == r && strcmp(relation, "all") != 0)
			err = make_table(g, relation, w);
	}
	return err ? err : make_table(g, "all", w);
}

int tables_make(const struct rows *r, const struct table_wish *wish, struct why *w)
{
	struct raised raised;
	int err = 0;

	raised_count(&raised, r);
	for (size_t i = 0; i < r->n && !err; i++) {
		struct group g = {
			.wish = wish, .rows = r, .first = &r->row[i], .raised = &raised
		};

		if (g.first->with[SHARED_METRIC].first == g.first &&
		    (!wish->brief || is_brief(g.first)))
			err = make_group(&g, w);
	}
	return err;
}
