/* SPDX-License-Identifier: MIT */
/* A report of very many rows: it says the right thing, and takes as many times as long as there are
 * times as many rows. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "probe/emulation.h"
#include "record/csv.h"
#include "report/report.h"
#include "scratch.h"
/* Last: it has a macro fail(). */
#include <cmocka.h>

static const char run_json[] =
	"{\"schema\": \"shmbench.run.v1\", \"run_id\": \"many\", \"plan\": {\"cells\": []},"
	"\"clock\": {\"start\": {\"resolution_ns\": 1, \"cost_ns\": 20}}}";

/* A summary.csv on its way. */
struct made {
	struct csv_writer out;
	struct csv_row row;
	char place[40];
	int pair;
};

static void begin(struct made *m, const char *benchmark, const char *metric)
{
	csv_row_begin(&m->row, m->out.table, "many");
	csv_row_text(&m->row, SUMMARY_CELL + CELL_BENCHMARK, benchmark);
	csv_row_text(&m->row, SUMMARY_CELL + CELL_METRIC, metric);
	csv_row_text(&m->row, SUMMARY_CELL + CELL_UNIT, "ns");
	csv_row_text(&m->row, SUMMARY_CELL + CELL_KIND, "time");
	csv_row_text(&m->row, SUMMARY_CELL + schema_axis(AXIS_PLACE), m->place);
	csv_row_text(&m->row, SUMMARY_relation, "r1");
	csv_row_text(&m->row, SUMMARY_status, "ok");
	csv_row_integer(&m->row, SUMMARY_invocations, 8);
	csv_row_number(&m->row, SUMMARY_median, 100 + m->pair);
	csv_row_number(&m->row, SUMMARY_median_all, 100 + m->pair);
}

static void append(struct made *m)
{
	assert_int_equal(csv_writer_append(&m->out, &m->row, &(struct why){ "" }), 0);
}

static void message(struct made *m, const char *channel, const char *region)
{
	begin(m, "throughput", "message");
	csv_row_text(&m->row, SUMMARY_CELL + schema_axis(AXIS_CHANNEL), channel);
	csv_row_text(&m->row, SUMMARY_CELL + schema_axis(AXIS_REGION), region);
	csv_row_text(&m->row, SUMMARY_base, "channel=ring/region=sysv");
	if (!*region)
		csv_row_number(&m->row, SUMMARY_ratio, 5);
	append(m);
}

/* Of a pair of CPUs a row of the matrix, a base, what is compared with it, and one that failed. */
enum { ROWS_EACH = 4 };

static void write_summary(const char *dir, int rows)
{
	struct made m = { .pair = 0 };

	assert_int_equal(csv_writer_open(&m.out, dir, TABLE_SUMMARY, &(struct why){ "" }), 0);
	for (; m.pair < rows / ROWS_EACH; m.pair++) {
		snprintf(m.place, sizeof m.place, "pu:os:%d+pu:os:%d", m.pair / 100, m.pair);
		begin(&m, "matrix", "cache-line");
		append(&m);
		message(&m, "ring", "sysv");
		message(&m, "pipe", "");
		begin(&m, "latency", "rtt");
		csv_row_text(&m.row, SUMMARY_status, "fail");
		csv_row_text(&m.row, SUMMARY_median, "");
		csv_row_text(&m.row, SUMMARY_median_all, "");
		csv_row_text(&m.row, SUMMARY_reason, m.place);
		append(&m);
	}
	assert_int_equal(csv_writer_close(&m.out, &(struct why){ "" }), 0);
}

/* Of so many rows, without gnuplot: what standard output gets, to be freed. */
static char *report_of(const char *dir, int rows, double *took_s)
{
	struct timespec from, to;
	struct csv_writer windows;
	struct why w = { "" };
	char plots[600], *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct sheet_style style = { .file = f, .width = 100 };

	scratch_write(dir, "run.json", run_json);
	assert_int_equal(csv_writer_open(&windows, dir, TABLE_WINDOWS, &w), 0);
	assert_int_equal(csv_writer_close(&windows, &w), 0);
	write_summary(dir, rows);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	assert_int_equal(report_run(dir, NULL, &style, &w), CANNOT);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	*took_s = (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
	fclose(f);
	snprintf(plots, sizeof plots, "%s/plots", dir);
	assert_int_equal(rmdir(plots), 0);
	return text;
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in the report", part);
}

static void what_matters_is_said_and_the_page_has_all(void **state)
{
	double took;
	char *text = report_of(*state, 20000, &took);
	char *page = scratch_read(*state, "report.html");
	size_t lines = 0;

	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	assert_in_range(lines, 3 * 60, 3 * 60 + 30);
	assert_has(text, "  pu:os:0+pu:os:59 ");
	assert_null(strstr(text, "  pu:os:0+pu:os:60 "));
	assert_has(text, "  and 4940 more: all are in report.html\n");
	/* Sets of three lines: a heading and two mechanisms. */
	assert_has(text, "  and 9960 more: all are in report.html\n");
	assert_has(text, "5000 rows with status fail");
	assert_has(text, "Of 5000 pairs of CPUs the nearest is pu:os:0+pu:os:0,");
	assert_has(page, "<td>pu:os:49+pu:os:4999</td>");
	assert_has(page, "<th colspan=4>pu:os:49+pu:os:4999</th>");
	free(text);
	free(page);
}

static double less(double least, const char *dir, int rows)
{
	double took;

	free(report_of(dir, rows, &took));
	return fmin(least, took);
}

/* Four times as many rows take 4 to 6 times as long, the more the less of them a cache holds, and
 * 16 times where every row is compared with every other. CPU time, the best of five, in turns. */
static void time_grows_with_the_rows(void **state)
{
	double few = INFINITY, many = INFINITY;

	if (emulation_here(NULL))
		skip();
	for (int i = 0; i < 5; i++) {
		few = less(few, *state, 4000);
		many = less(many, *state, 16000);
	}
	if (many > 10 * few)
		fail_msg("%.3f s and %.3f s", few, many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_matters_is_said_and_the_page_has_all,
						scratch_make, scratch_remove),
		cmocka_unit_test_setup_teardown(time_grows_with_the_rows, scratch_make,
						scratch_remove),
	};

	setenv("PATH", "/nonexistent", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
