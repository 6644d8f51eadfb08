/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include "record/reader.h"
#include "report/counts.h"
#include "report/figures.h"
#include "report/findings.h"
#include "report/html.h"
#include "report/report.h"
#include "report/rows.h"
#include "report/state.h"
#include "report/tables.h"

static int make_directory(const char *path, struct why *w)
{
	if (mkdir(path, 0777) && errno != EEXIST)
		return fail(w, errno, "making the directory %s", path);
	return 0;
}

/* A figure without rows is left out in silence. All are tried; the first of the other reasons is
 * told, and returned. */
static int draw_all(const char *dir, const char *plots, struct why *missing)
{
	char path[PATH_MAX + 64];
	int first = 0;

	for (const struct figure *g = figures; g->name; g++) {
		struct why why = { 0 };

		if (snprintf(path, sizeof path, "%s/%s.svg", plots, g->name) >= (int)sizeof path)
			continue;
		int err = figure_draw(g, dir, &terminals[0], path, &why);
		if (!err || first || (err == CANNOT && strstr(why.text, "nothing drawn")))
			continue;
		*missing = why;
		first = err;
	}
	return first;
}

static void put_table(void *arg, const struct sheet *s)
{
	sheet_text(s, arg);
}

static int put_absent(const struct rows *r, const char *status, const struct sheet_style *style,
		      struct why *w)
{
	struct sheet s;
	size_t rows;
	int err = tables_absent(r, status, &s, &rows, w);

	if (!err && rows)
		sheet_text(&s, style);
	sheet_free(&s);
	return err;
}

static int put_counts(const struct report_page *p, const struct sheet_style *style, struct why *w)
{
	struct sheet s;
	int err = counts_make(p->rows, p->run->path, &s, w);

	if (!err && s.lines)
		sheet_text(&s, style);
	sheet_free(&s);
	return err;
}

static int put_state(const struct report_page *p, const struct sheet_style *style, struct why *w)
{
	char text[800];
	struct sheet s;
	int err = state_relations(p->relations, &s, w);

	if (!err && p->relations->gated)
		sheet_text(&s, style);
	sheet_free(&s);
	if (*state_sentence(p->relations, text, sizeof text))
		sheet_sentence(style, "- ", text);
	return err;
}

static int put_text(const struct report_page *p, const struct sheet_style *style, struct why *w)
{
	struct table_wish wish = { p->relations, true, put_table, (void *)style };
	int err = tables_make(p->rows, &wish, w);

	if (!err)
		err = put_counts(p, style, w);
	if (!err)
		err = put_absent(p->rows, "fail", style, w);
	if (!err)
		err = put_absent(p->rows, "skip", style, w);
	if (!err)
		err = put_state(p, style, w);
	for (size_t i = 0; i < p->findings->n && !err; i++)
		sheet_sentence(style, "- ", p->findings->sentence[i]);
	return err;
}

static int make_page(struct report_page *p, const char *to, const struct sheet_style *tables,
		     struct why *w)
{
	struct findings_source source = { p->rows, p->relations };
	struct findings findings;
	char path[PATH_MAX];
	int err = findings_make(&findings, &source, w);

	if (err)
		return err;
	p->findings = &findings;
	snprintf(path, sizeof path, "%s/report.html", to);
	err = findings_clock(&findings, p->run, w);
	if (!err)
		err = html_write(p, path, w);
	if (!err && tables)
		err = put_text(p, tables, w);
	if (!err && tables)
		fprintf(tables->file, "\n%s\n", path);
	findings_free(&findings);
	return err;
}

/* Both directories, and the path of the second in buf. */
static int make_directories(const char *to, char *plots, size_t len, struct why *w)
{
	if (snprintf(plots, len, "%s/plots", to) > (int)len - 64)
		return misused(w, "the path of the directory '%.80s...' is too long", to);
	int err = make_directory(to, w);
	return err ? err : make_directory(plots, w);
}

/* Everything is read: what is still missing are the figures. */
static int make_all(struct report_page *p, const char *to, const struct sheet_style *tables,
		    struct why *w)
{
	struct why missing = { 0 };
	int undrawn = draw_all(p->run->path, p->plots, &missing);

	p->no_plots = missing.text;
	int err = make_page(p, to, tables, w);
	if (err || !undrawn)
		return err;
	*w = missing;
	return undrawn;
}

int report_run(const char *dir, const char *out, const struct sheet_style *tables, struct why *w)
{
	const char *to = out ? out : dir;
	char plots[PATH_MAX];
	struct reader run;
	struct rows rows = { .n = 0 };
	struct relations relations;
	struct report_page page = {
		.run = &run, .rows = &rows, .relations = &relations, .plots = plots
	};
	int err = reader_open(&run, dir, w);

	if (err)
		return err;
	err = make_directories(to, plots, sizeof plots, w);
	if (!err)
		err = rows_read(&rows, dir, w);
	if (!err)
		err = relations_read(&relations, &run, w);
	if (!err)
		err = make_all(&page, to, tables, w);
	rows_free(&rows);
	reader_close(&run);
	return err;
}
