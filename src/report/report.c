/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <sched.h>
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

/* Every script reads the whole file before it finds nothing: of thousands of rows some 10 s. */
static bool has_rows(const struct rows *r, const struct figure *f)
{
	for (size_t i = 0; f->benchmark && i < r->n; i++)
		if (!strcmp(row_benchmark(&r->row[i]), f->benchmark))
			return true;
	return !f->benchmark;
}

/* Figures that gnuplot is at, one a CPU, the oldest first. */
enum { AT_ONCE_MAX = 4 };

struct easel {
	struct figure_job job[AT_ONCE_MAX];
	size_t begun, ended, at_once;
	int first; /* what went wrong first, but for figures without rows; 0: nothing */
	struct why *why;
};

static size_t cpus_at_most(size_t most)
{
	cpu_set_t cpus;
	size_t n = sched_getaffinity(0, sizeof cpus, &cpus) ? 1 : (size_t)CPU_COUNT(&cpus);

	return n < most ? n : most;
}

static void keep_first(struct easel *e, int err, const struct why *why)
{
	if (!err || e->first || (err == CANNOT && strstr(why->text, "nothing drawn")))
		return;
	*e->why = *why;
	e->first = err;
}

static void end_oldest(struct easel *e)
{
	struct why why = { 0 };

	keep_first(e, figure_end(&e->job[e->ended++ % AT_ONCE_MAX], &why), &why);
}

static void begin(struct easel *e, const struct drawing *d, const char *path)
{
	struct why why = { 0 };

	if (e->begun - e->ended == e->at_once)
		end_oldest(e);
	int err = figure_start(d, path, &e->job[e->begun % AT_ONCE_MAX], &why);
	keep_first(e, err, &why);
	e->begun += !err;
}

/* A figure without rows is left out in silence. All others are tried; the first of the other reasons
 * is told, and returned. */
static int draw_all(const struct report_page *p, struct why *missing)
{
	char path[PATH_MAX + 64];
	struct easel e = { .at_once = cpus_at_most(AT_ONCE_MAX), .why = missing };

	for (const struct figure *g = figures; g->name; g++) {
		struct drawing d = { g, p->run->path, &terminals[0] };

		if (has_rows(p->rows, g) &&
		    snprintf(path, sizeof path, "%s/%s.svg", p->plots, g->name) < (int)sizeof path)
			begin(&e, &d, path);
	}
	while (e.ended < e.begun)
		end_oldest(&e);
	return e.first;
}

static void put_table(void *arg, const struct sheet *s)
{
	sheet_text(s, arg);
}

static int put_absent(const struct rows *r, const char *status, const struct sheet_style *style,
		      struct why *w)
{
	struct tables_absent absent;
	int err = tables_absent(r, status, &absent, w);

	if (!err && absent.rows)
		sheet_text(&absent.sheet, style);
	sheet_free(&absent.sheet);
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

/* More than two screens of a table nobody reads; the page has all lines. */
enum { LINES_MAX = 60 };

static int put_text(const struct report_page *p, const struct sheet_style *tables, struct why *w)
{
	struct sheet_style style = *tables;
	struct table_wish wish = { p->relations, true, put_table, &style };

	style.most = LINES_MAX;
	style.whole = "report.html";
	int err = tables_make(p->rows, &wish, w);
	if (!err)
		err = put_counts(p, &style, w);
	if (!err)
		err = put_absent(p->rows, "fail", &style, w);
	if (!err)
		err = put_absent(p->rows, "skip", &style, w);
	if (!err)
		err = put_state(p, &style, w);
	for (size_t i = 0; i < p->findings->n && !err; i++)
		sheet_sentence(&style, "- ", p->findings->sentence[i]);
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
	bool wanted = figures_wanted();
	int undrawn = wanted ? draw_all(p, &missing) : 0;

	p->no_plots = wanted ? missing.text : "None were wanted: SHMBENCH_PLOTS is /dev/null.";
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
