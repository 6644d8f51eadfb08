/* SPDX-License-Identifier: MIT */
/* Rows of several relations: which one a comparison is of, what it is called, and that no table
 * mixes two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "report/relations.h"
#include "report/rows.h"
#include "report/tables.h"
/* Last: it has a macro fail(). */
#include <cmocka.h>

/* A row of `throughput`, as summary.csv has it. */
struct said {
	const char *region, *place, *relation, *median, *invocations, *calm;
};

static void set(struct row *row, unsigned column, const char *text)
{
	row->text[column - SUMMARY_FIRST] = text;
}

static struct row make_row(const struct said *s)
{
	struct row row = { .blob = NULL };

	for (unsigned i = 0; i < TABLE_COLUMNS_MAX; i++)
		row.text[i] = "";
	set(&row, SUMMARY_CELL + CELL_BENCHMARK, "throughput");
	set(&row, SUMMARY_CELL + CELL_METRIC, "message");
	set(&row, SUMMARY_CELL + CELL_UNIT, "ns/message");
	set(&row, SUMMARY_CELL + CELL_KIND, "time");
	set(&row, SUMMARY_CELL + schema_axis(AXIS_CHANNEL), "ring");
	set(&row, SUMMARY_CELL + schema_axis(AXIS_REGION), s->region);
	set(&row, SUMMARY_CELL + schema_axis(AXIS_PLACE), s->place);
	set(&row, SUMMARY_relation, s->relation);
	set(&row, SUMMARY_status, "ok");
	set(&row, SUMMARY_median, s->median);
	set(&row, SUMMARY_median_all, "3");
	set(&row, SUMMARY_invocations, s->invocations);
	set(&row, SUMMARY_calm_invocations, s->calm);
	set(&row, SUMMARY_calm_share, "0.25");
	return row;
}

/* The rows that are chosen, as letters: 'a' is the first. */
static void assert_chosen(const struct said *said, size_t n, const char *wanted)
{
	struct row row[12];
	struct rows r = { .row = row, .n = n };
	char chosen[16] = "", *at = chosen;

	for (size_t i = 0; i < n; i++)
		row[i] = make_row(&said[i]);
	assert_int_equal(rows_link(&r, &(struct why){ "" }), 0);
	rows_choose(&r);
	for (size_t i = 0; i < n; i++)
		if (row[i].chosen)
			*at++ = (char)('a' + i);
	assert_string_equal(chosen, wanted);
}

static void most_calm_invocations_first(void **state)
{
	static const struct said more_calm[] = {
		{ "sysv", "l3", "all", "", "9", "" },
		{ "sysv", "l3", "r1", "3", "9", "2" },
		{ "sysv", "l3", "r2", "4", "7", "7" },
		{ "memfd", "l3", "r1", "3", "9", "3" },
	};
	static const struct said none_calm[] = {
		{ "sysv", "l3", "r1", "3", "2", "0" },
		{ "sysv", "l3", "new", "4", "7", "0" },
		{ "memfd", "l3", "r1", "3", "4", "0" },
	};
	static const struct said equal[] = {
		{ "sysv", "l3", "r2", "3", "7", "7" },
		{ "sysv", "l3", "r1", "4", "7", "7" },
	};

	(void)state;
	assert_chosen(more_calm, 4, "c");
	assert_chosen(none_calm, 3, "b");
	assert_chosen(equal, 2, "a");
}

/* One role has no relation, and what was never told apart is all there is. */
static void nothing_to_choose(void **state)
{
	static const struct said one_role[] = {
		{ "sysv", "", "", "3", "2", "0" },
		{ "sysv", "l3", "r1", "3", "9", "9" },
		{ "memfd", "", "", "3", "8", "8" },
	};
	static const struct said ungated[] = {
		{ "sysv", "l3", "all", "3", "8", "" },
		{ "memfd", "l3", "all", "3", "8", "" },
	};

	(void)state;
	assert_chosen(one_role, 3, "abc");
	assert_chosen(ungated, 2, "ab");
}

/* Places are named by what they share: each has a relation of its own. */
static void places_do_not_compete(void **state)
{
	static const struct said said[] = {
		{ "sysv", "smt", "smt", "3", "8", "8" },
		{ "sysv", "l3", "l3", "4", "9", "9" },
		{ "sysv", "same", "same", "5", "8", "0" },
	};

	(void)state;
	assert_chosen(said, 3, "abc");
}

static void few_calm_are_contended(void **state)
{
	struct row row = make_row(&(struct said){ "sysv", "l3", "r1", "3", "8", "5" });

	(void)state;
	assert_true(row_contended(&row));
	set(&row, SUMMARY_calm_invocations, "6");
	assert_false(row_contended(&row));
	set(&row, SUMMARY_calm_invocations, "");
	assert_false(row_contended(&row));
	set(&row, SUMMARY_calm_invocations, "0");
	set(&row, SUMMARY_CELL + CELL_KIND, "count");
	assert_false(row_contended(&row));
}

static const struct relations seen = {
	.seen = { { .name = "r1", .low = 20, .high = 25, .adds = 2.4 },
		  { .name = "r2", .low = 48.6, .high = 53.2, .adds = 4.8 },
		  { .name = "r3", .low = 236, .high = 240, .adds = NAN },
		  { .name = "l3", .low = 4.2, .high = 4.6, .adds = NAN },
		  { .name = "r4", .low = NAN, .high = NAN, .class_low = 20, .class_high = 80 } },
	.n = 5,
	.alone = 4.8,
};

static void relations_have_words(void **state)
{
	static const struct {
		const char *name, *text;
	} cases[] = {
		{ "", "" },
		{ "r1", "between CPUs like two threads of one core: r1, 20 to 25 ns a cache line" },
		{ "r2",
		  "between CPUs like two cores under one cache: r2, 49 to 53 ns a cache line" },
		{ "r3", "between CPUs like two cores that share no cache: r3, 236 to 240 ns a "
			"cache line" },
		{ "l3", "between two cores under one third-level cache: l3, 4.2 to 4.6 ns a "
			"cache line" },
		{ "same", "on one CPU: same" },
	};
	char buf[200];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(relations_text(&seen, cases[i].name, buf, sizeof buf),
				    cases[i].text);
}

static void print_table(void *arg, const struct sheet *s)
{
	struct sheet_style style = { .file = arg, .width = 100 };

	sheet_text(s, &style);
}

/* All tables of these rows, to be freed. */
static char *tables_of(const struct said *said, size_t n)
{
	struct row row[12];
	struct rows r = { .row = row, .n = n };
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct table_wish wish = { &seen, true, print_table, f };
	struct why w = { 0 };

	for (size_t i = 0; i < n; i++)
		row[i] = make_row(&said[i]);
	assert_int_equal(rows_link(&r, &(struct why){ "" }), 0);
	rows_choose(&r);
	assert_int_equal(tables_make(&r, &wish, &w), 0);
	fclose(f);
	return text;
}

static void other_relations_have_tables_of_their_own(void **state)
{
	static const struct said said[] = {
		{ "sysv", "l3", "all", "", "9", "" },   { "sysv", "l3", "r1", "3", "9", "9" },
		{ "sysv", "l3", "r2", "40", "6", "2" }, { "memfd", "l3", "all", "", "9", "" },
		{ "memfd", "l3", "r1", "3", "9", "9" }, { "memfd", "l3", "r2", "41", "5", "2" },
		{ "posix", "l3", "all", "", "9", "" },  { "posix", "l3", "r2", "42", "1", "1" },
		{ "anon", "l3", "all", "", "8", "" },
	};
	char *text = tables_of(said, 9);

	(void)state;
	assert_string_equal(
		text,
		"throughput: message, ns/message (l3)\n"
		"  between CPUs like two threads of one core: r1, 20 to 25 ns a cache line\n"
		"  cell        median [interval]  over all  calm\n"
		"  ring/sysv             3.00 ns   3.00 ns  25 %\n"
		"  ring/memfd            3.00 ns   3.00 ns  25 %\n"
		"\n"
		/* memfd has a better row and too few invocations here; posix has none. */
		"throughput: message, ns/message (l3)\n"
		"  between CPUs like two cores under one cache: r2, 49 to 53 ns a cache line\n"
		"  cell        median [interval]  over all             calm\n"
		"  ring/sysv             40.0 ns   3.00 ns  contended, 25 %\n"
		"  ring/posix            42.0 ns   3.00 ns        few, 25 %\n"
		"\n"
		/* What never held long enough for a relation has a value over all only. */
		"throughput: message, ns/message (l3)\n"
		"  between two CPUs, whatever they were to each other: all\n"
		"  cell       over all  calm\n"
		"  ring/anon   3.00 ns  25 %\n"
		"\n");
	free(text);
}

/* Intervals, a ratio, several relations in one table and every flag: within a line all the same. */
static void the_widest_rows_stay_within_a_line(void **state)
{
	static const char *const flags[] = { "switched", "frequency", "pressure",     "steal",
					     "migrated", "bimodal",   "clock_bound",  "gate_biased",
					     "drift",    "few_pairs", "samples_lost", NULL };
	struct row row[] = {
		make_row(&(struct said){ "file", "l3", "r1", "123.456", "8", "2" }),
		make_row(&(struct said){ "sysv", "smt", "r2", "123.456", "8", "2" }),
	};
	struct rows r = { .row = row, .n = 2 };
	char *text, all[200] = "";
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct table_wish wish = { &seen, true, print_table, f };
	struct why w = { 0 };

	(void)state;
	for (const char *const *flag = flags; *flag; flag++)
		strcat(strcat(all, *all ? ";" : ""), *flag);
	for (size_t i = 0; i < r.n; i++) {
		set(&row[i], SUMMARY_CELL + schema_axis(AXIS_DIRECTORY),
		    "/a/directory/of/some/length");
		set(&row[i], SUMMARY_CELL + CELL_FILESYSTEM, "tmpfs");
		set(&row[i], SUMMARY_ci_low, "100.456");
		set(&row[i], SUMMARY_ci_high, "155.789");
		set(&row[i], SUMMARY_ratio, "0.00832");
		set(&row[i], SUMMARY_ratio_low, "0.00779");
		set(&row[i], SUMMARY_ratio_high, "0.0161");
		set(&row[i], SUMMARY_flags, all);
	}
	assert_int_equal(rows_link(&r, &(struct why){ "" }), 0);
	rows_choose(&r);
	assert_int_equal(tables_make(&r, &wish, &w), 0);
	fclose(f);
	for (const char *line = text, *end; (end = strchr(line, '\n')); line = end + 1)
		if (end - line > 100)
			fail_msg("%.*s", (int)(end - line), line);
	for (const char *const *flag = flags; *flag; flag++)
		assert_non_null(strstr(text, *flag));
	free(text);
}

static void a_narrow_line_does_without_spare_columns(void **state)
{
	struct sheet s = { .title = "t", .head = { "a", "b", "c" }, .left = 1, .spare = 2 };
	struct why w = { 0 };
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct sheet_style style = { .file = f, .width = 12 };

	(void)state;
	assert_int_equal(sheet_line(&s, &w), 0);
	for (unsigned c = 0; c < 3; c++)
		assert_int_equal(sheet_put(&s, c, "1234", &w), 0);
	sheet_tint(&s, 2, TINT_BAD);
	sheet_text(&s, &style);
	style.colour = true;
	sheet_text(&s, &style);
	fclose(f);
	assert_string_equal(text, "t\n  a        c\n  1234  1234\n\n"
				  "\033[1mt\033[0m\n  \033[2ma\033[0m        \033[2mc\033[0m\n"
				  "  1234  \033[31m1234\033[0m\n\n");
	free(text);
	sheet_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(most_calm_invocations_first),
		cmocka_unit_test(nothing_to_choose),
		cmocka_unit_test(places_do_not_compete),
		cmocka_unit_test(few_calm_are_contended),
		cmocka_unit_test(relations_have_words),
		cmocka_unit_test(other_relations_have_tables_of_their_own),
		cmocka_unit_test(the_widest_rows_stay_within_a_line),
		cmocka_unit_test(a_narrow_line_does_without_spare_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
