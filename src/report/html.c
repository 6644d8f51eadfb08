/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <string.h>
#include <unistd.h>
#include "report/counts.h"
#include "report/figures.h"
#include "report/html.h"
#include "report/sheet.h"
#include "report/state.h"
#include "report/tables.h"

static const char style[] =
	":root{color-scheme:light}"
	"body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:0 auto;padding:1rem;"
	"color:#222;background:#fff}"
	"h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.2rem;margin:2.2rem 0 .6rem;"
	"border-bottom:1px solid #ccc}"
	"figure{margin:1rem 0;break-inside:avoid;overflow-x:auto}"
	"figure svg{max-width:100%;min-width:42rem;height:auto}"
	"figcaption{color:#444;font-size:.9rem}"
	".wide{overflow-x:auto;margin:1rem 0}"
	"table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}"
	"caption{text-align:left;font-weight:600;padding:.2rem 0}"
	"th,td{padding:.15rem .6rem .15rem 0;text-align:left;vertical-align:top;"
	"border-bottom:1px solid #eee}"
	".note{font-weight:400;color:#444}"
	"th{border-bottom:1px solid #999;font-weight:600}.n{text-align:right;white-space:nowrap}"
	"li{margin:.4rem 0}"
	"code,pre{font-family:ui-monospace,monospace;font-size:.85rem;white-space:pre-wrap;"
	"overflow-wrap:anywhere}"
	"nav a{margin-right:1rem}"
	"@media print{body{max-width:none;padding:0}.wide,figure{overflow:visible}"
	"figure svg{min-width:0}nav{display:none}}";

static void put_head(const struct report_page *p, FILE *f)
{
	fputs("<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
	      "<meta name=viewport "
	      "content=\"width=device-width,initial-scale=1\">\n<title>shmbench ",
	      f);
	html_text(p->run->id, f);
	fprintf(f, "</title>\n<style>%s</style>\n</head>\n<body>\n<h1>shmbench ", style);
	html_text(p->run->id, f);
	fputs("</h1>\n<nav><a href=\"#findings\">Findings</a><a href=\"#figures\">Figures</a>"
	      "<a href=\"#machine\">Machine</a><a href=\"#tables\">Tables</a>"
	      "<a href=\"#absent\">Not measured</a>"
	      "<a href=\"#environment\">Environment</a><a href=\"#reading\">How to read "
	      "it</a></nav>\n",
	      f);
}

static void put_findings(const struct report_page *p, FILE *f)
{
	fputs("<h2 id=findings>What this run found</h2>\n<ul>\n", f);
	for (size_t i = 0; i < p->findings->n; i++) {
		fputs("<li>", f);
		html_text(p->findings->sentence[i], f);
		fputs("</li>\n", f);
	}
	if (!p->findings->n)
		fputs("<li>Nothing that can be put in a sentence: see the tables.</li>\n", f);
	fputs("</ul>\n", f);
}

static void put_figure(const struct report_page *p, const struct figure *g, FILE *f)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/%s.svg", p->plots, g->name) >= (int)sizeof path)
		return;
	if (access(path, R_OK))
		return;
	fputs("<figure>\n", f);
	html_svg(path, g->name, f);
	fputs("<figcaption><b>", f);
	html_text(g->title, f);
	fputs(".</b> ", f);
	html_text(g->look, f);
	fprintf(f, " (%s)</figcaption>\n</figure>\n", g->file);
}

static void put_figures(const struct report_page *p, FILE *f)
{
	fputs("<h2 id=figures>Figures</h2>\n", f);
	for (const struct figure *g = figures; g->name; g++)
		put_figure(p, g, f);
	if (*p->no_plots) {
		fputs("<p>", f);
		html_text(p->no_plots, f);
		fputs("</p>\n", f);
	}
}

static void put_table(void *arg, const struct sheet *s)
{
	sheet_html(s, arg);
}

static int put_sheet(struct sheet *s, int err, FILE *f)
{
	if (!err && s->lines)
		sheet_html(s, f);
	sheet_free(s);
	return err;
}

static int put_tables(const struct report_page *p, FILE *f, struct why *w)
{
	fputs("<h2 id=tables>Tables</h2>\n", f);
	struct table_wish wish = { p->relations, false, put_table, f };
	struct sheet s;
	int err = tables_make(p->rows, &wish, w);

	return err ? err : put_sheet(&s, counts_make(p->rows, p->run->path, &s, w), f);
}

static int put_machine(const struct report_page *p, FILE *f, struct why *w)
{
	char text[800];
	struct sheet s;

	fputs("<h2 id=machine>The machine during the run</h2>\n<p>", f);
	html_text(state_sentence(p->relations, text, sizeof text), f);
	fputs("</p>\n", f);
	int err = put_sheet(&s, state_relations(p->relations, &s, w), f);
	return err ? err : put_sheet(&s, state_references(p->run, &s, w), f);
}

static int put_absent(const struct report_page *p, FILE *f, struct why *w)
{
	static const char *const statuses[] = { "fail", "skip" };
	int err = 0;

	fputs("<h2 id=absent>Not measured</h2>\n", f);
	for (size_t i = 0; i < 2 && !err; i++) {
		struct tables_absent absent;

		err = tables_absent(p->rows, statuses[i], &absent, w);
		if (absent.rows)
			sheet_html(&absent.sheet, f);
		else
			fprintf(f, "<p>No row has status %s.</p>\n", statuses[i]);
		sheet_free(&absent.sheet);
	}
	return err;
}

/* One line per scalar; what is nested is named by its path. */
static void put_json(const char *name, const json_t *value, FILE *f)
{
	char path[200];
	const char *key;
	json_t *inner;
	size_t i;

	if (json_is_object(value)) {
		json_object_foreach((json_t *)value, key, inner)
		{
			snprintf(path, sizeof path, "%s%s%s", name, *name ? "." : "", key);
			put_json(path, inner, f);
		}
		return;
	}
	if (json_is_array(value)) {
		json_array_foreach(value, i, inner) put_json(name, inner, f);
		return;
	}
	fputs("<tr><td>", f);
	html_text(name, f);
	fputs("</td><td>", f);
	if (json_is_string(value))
		html_text(json_string_value(value), f);
	else if (json_is_number(value))
		fprintf(f, "%.9g", json_number_value(value));
	else
		fputs(json_is_true(value) ? "yes" : json_is_false(value) ? "no" : "unknown", f);
	fputs("</td></tr>\n", f);
}

static void put_environment(const struct report_page *p, FILE *f)
{
	static const char *const keys[] = { "started",     "ended",       "stop_reason", "resumed",
					    "suite",       "program",     "clock",       "labels",
					    "environment", "unavailable", "warnings" };

	fputs("<h2 id=environment>Environment</h2>\n<div class=wide><table><tbody>\n", f);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const json_t *value = json_object_get(p->run->json, keys[i]);

		if (value && (strcmp(keys[i], "resumed") || json_array_size(value)))
			put_json(strcmp(keys[i], "environment") ? keys[i] : "", value, f);
	}
	fputs("</tbody></table></div>\n", f);
}

static void put_command(const struct report_page *p, FILE *f)
{
	const json_t *command = json_object_get(p->run->json, "command"), *word;
	size_t i;

	fputs("<h2 id=again>To repeat it</h2>\n<pre>", f);
	json_array_foreach((json_t *)command, i, word)
	{
		fputs(i ? " " : "", f);
		html_text(json_is_string(word) ? json_string_value(word) : "", f);
	}
	if (!strstr(reader_text(p->run, "seed"), " ")) {
		fputs(" --seed ", f);
		html_text(reader_text(p->run, "seed"), f);
	}
	fputs("</pre>\n<p>The seed fixes the order in which cells ran, not what they cost. Of an "
	      "option "
	      "given twice the last counts.</p>\n",
	      f);
}

static void put_reading(FILE *f)
{
	fputs("<h2 id=reading>How to read a row</h2>\n<ul>\n"
	      "<li><b>median</b>: of the invocations. An invocation is one cell, once, in a fresh "
	      "process; its value is the median of its calm windows of about a "
	      "millisecond.</li>\n"
	      "<li><b>calm</b>: the share of windows before and after which the CPU did as much as "
	      "it does when nobody disturbs it. With fewer than 6 calm invocations the row is "
	      "<b>contended</b>: its median is over all windows, busy ones too, and is what this "
	      "machine gave, not what it could. <b>over all</b> is that value for every row.</li>\n"
	      "<li><b>relation</b>: what the two CPUs were to each other, by the time of a cache "
	      "line between them. On a virtual machine this changes under way; a table is of one "
	      "relation, the one seen most comes first, and no ratio mixes two.</li>\n"
	      "<li><b>[interval]</b>: holds the true median with at least 95 % (order statistics "
	      "of the "
	      "invocations, no assumption about their shape). Below 6 invocations there is "
	      "none.</li>\n"
	      "<li><b>ratio</b> to the base: pairs of the two cells from the same block, so that "
	      "what "
	      "changes slowly cancels. Above 1: more of the metric than the base. An interval that "
	      "contains 1 shows no difference; it does not show that there is none.</li>\n"
	      "<li><b>p90, p99</b>: of single events or windows inside an invocation, "
	      "interruptions "
	      "included; empty where there are too few samples to bound them.</li>\n"
	      "<li><b>faults</b>: minor page faults per page. Compare times only together with "
	      "them.</li>\n"
	      "<li><b>CPU</b> and <b>switches</b>: CPU time and context switches that a message or "
	      "a "
	      "round trip takes from the producer and from the consumer. Who spins is busy all the "
	      "time; ~0 is less than one in a thousand.</li>\n"
	      "<li><b>flags</b>: reasons to distrust the row. Nothing is dropped because of "
	      "one.</li>\n"
	      "<li>Times hold for this machine, this kernel and this hour. All columns are in "
	      "summary.csv, every invocation in invocations.csv.</li>\n</ul>\n",
	      f);
}

static int put_page(const struct report_page *p, FILE *f, struct why *w)
{
	put_head(p, f);
	put_findings(p, f);
	put_figures(p, f);
	int err = put_machine(p, f, w);
	if (!err)
		err = put_tables(p, f, w);
	if (!err)
		err = put_absent(p, f, w);
	put_environment(p, f);
	put_command(p, f);
	put_reading(f);
	fputs("</body>\n</html>\n", f);
	return err;
}

int html_write(const struct report_page *p, const char *path, struct why *w)
{
	char made[PATH_MAX + 8];

	snprintf(made, sizeof made, "%s.new", path);
	FILE *f = fopen(made, "we");
	if (!f)
		return fail(w, errno, "making %s", made);
	int err = put_page(p, f, w);
	if (fflush(f) || ferror(f))
		err = err ? err : fail(w, errno, "writing %s", made);
	if (fclose(f) && !err)
		err = fail(w, errno, "writing %s", made);
	if (!err && rename(made, path))
		err = fail(w, errno, "renaming %s to %s", made, path);
	if (err)
		unlink(made);
	return err;
}
