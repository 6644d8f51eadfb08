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
#include "report/tables.h"

enum { LINE = 96 };

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

/* Broken between words, continued under the text and not under the dash. */
static void put_sentence(const char *text, FILE *f)
{
	int column = 2;

	fputs("- ", f);
	while (*text) {
		int n = (int)strcspn(text, " ");

		if (column > 2 && column + 1 + n > LINE)
			column = fprintf(f, "\n  ") - 1;
		else if (column > 2)
			column += fprintf(f, " ");
		column += fprintf(f, "%.*s", n, text);
		text += n;
		text += strspn(text, " ");
	}
	fputc('\n', f);
}

static void put_table(void *arg, const struct sheet *s)
{
	sheet_text(s, arg);
}

static int put_absent(const struct rows *r, const char *status, FILE *f, struct why *w)
{
	struct sheet s;
	size_t rows;
	int err = tables_absent(r, status, &s, &rows, w);

	if (!err && rows)
		sheet_text(&s, f);
	sheet_free(&s);
	return err;
}

static int put_counts(const struct report_page *p, FILE *f, struct why *w)
{
	struct sheet s;
	int err = counts_make(p->rows, p->dir, &s, w);

	if (!err && s.lines)
		sheet_text(&s, f);
	sheet_free(&s);
	return err;
}

static int put_text(const struct report_page *p, FILE *f, struct why *w)
{
	int err = tables_make(p->rows, true, put_table, f, w);

	if (!err)
		err = put_counts(p, f, w);
	if (!err)
		err = put_absent(p->rows, "fail", f, w);
	if (!err)
		err = put_absent(p->rows, "skip", f, w);
	for (size_t i = 0; i < p->findings->n && !err; i++)
		put_sentence(p->findings->sentence[i], f);
	return err;
}

static int make_page(struct report_page *p, const char *to, FILE *tables, struct why *w)
{
	struct findings findings;
	char path[PATH_MAX];
	int err = findings_make(&findings, p->rows, w);

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
		fprintf(tables, "\n%s\n", path);
	findings_free(&findings);
	return err;
}

int report_run(const char *dir, const char *out, FILE *tables, struct why *w)
{
	const char *to = out ? out : dir;
	char plots[PATH_MAX];
	struct reader run;
	struct rows rows;
	struct why missing = { 0 };
	int undrawn = 0, err = reader_open(&run, dir, w);

	if (err)
		return err;
	if (snprintf(plots, sizeof plots, "%s/plots", to) > (int)sizeof plots - 64)
		err = misused(w, "the path of the directory '%.80s...' is too long", to);
	if (!err)
		err = make_directory(to, w);
	if (!err)
		err = make_directory(plots, w);
	if (!err)
		err = rows_read(&rows, dir, w);
	if (!err) {
		struct report_page page = {
			.run = &run, .dir = dir, .rows = &rows, .plots = plots
		};

		undrawn = draw_all(dir, plots, &missing);
		page.no_plots = missing.text;
		err = make_page(&page, to, tables, w);
		rows_free(&rows);
	}
	reader_close(&run);
	if (err || !undrawn)
		return err;
	*w = missing;
	return undrawn;
}
