/* SPDX-License-Identifier: MIT */
/* Sentences made of rows: what they are made of, and that nothing is said of what is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "report/findings.h"
#include "report/tables_beside.h"
/* Last: it has a macro fail(). */
#include <cmocka.h>

static void set(struct row *row, unsigned column, const char *text)
{
	row->text[column - SUMMARY_FIRST] = text;
}

/* A cell of a matrix of nodes, of a ring in a System V segment, or of one of CPUs. */
struct said {
	const char *benchmark, *place, *node, *median;
};

static struct row make_row(const struct said *s)
{
	struct row row = { .chosen = true };

	for (unsigned i = 0; i < TABLE_COLUMNS_MAX; i++)
		row.text[i] = "";
	bool trip = !strcmp(s->benchmark, "latency"), pair = !strcmp(s->benchmark, "matrix");
	set(&row, SUMMARY_CELL + CELL_BENCHMARK, s->benchmark);
	set(&row, SUMMARY_CELL + CELL_METRIC, pair ? "cache-line" : trip ? "rtt" : "message");
	set(&row, SUMMARY_CELL + CELL_UNIT, trip ? "ns" : "ns/message");
	set(&row, SUMMARY_CELL + CELL_KIND, "time");
	set(&row, SUMMARY_CELL + schema_axis(AXIS_CHANNEL), "ring");
	set(&row, SUMMARY_CELL + schema_axis(AXIS_REGION), "sysv");
	set(&row, SUMMARY_CELL + schema_axis(AXIS_MESSAGE), trip ? "8" : "64");
	set(&row, SUMMARY_CELL + schema_axis(AXIS_PLACE), s->place);
	set(&row, SUMMARY_CELL + schema_axis(AXIS_NODE), s->node);
	set(&row, SUMMARY_status, "ok");
	set(&row, SUMMARY_median, s->median);
	return row;
}

typedef int findings_of(struct findings *f, const struct rows *r, struct why *w);

/* The sentences of so many cells, one a line. */
static void assert_says(findings_of *say, const struct said *said, size_t n, const char *wanted)
{
	struct row row[16];
	struct rows r = { .row = row, .n = n };
	struct findings f = { 0 };
	struct why w = { "" };
	char text[1300] = "";

	for (size_t i = 0; i < n; i++)
		row[i] = make_row(&said[i]);
	assert_int_equal(rows_link(&r, &w), 0);
	assert_int_equal(say(&f, &r, &w), 0);
	for (size_t i = 0; i < f.n; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s\n", f.sentence[i]);
	assert_string_equal(text, wanted);
	findings_free(&f);
}

#define PAIR(a, b) "node:os:" #a ".core:0.pu:0+node:os:" #b ".core:0.pu:0"
#define BOTH(a)    "node:os:" #a ".core:0.pu:0+node:os:" #a ".core:1.pu:0"

static void the_matrix_of_nodes_is_told_by_where_the_memory_is(void **state)
{
	static const struct said cells[] = {
		{ "throughput", BOTH(0), "0", "5" },     { "throughput", BOTH(0), "1", "6" },
		{ "throughput", PAIR(0, 1), "0", "10" }, { "throughput", PAIR(0, 1), "1", "20" },
		{ "throughput", PAIR(1, 0), "0", "22" }, { "throughput", PAIR(1, 0), "1", "14" },
		{ "throughput", BOTH(1), "0", "8" },     { "throughput", BOTH(1), "1", "5" },
		{ "throughput", PAIR(0, 1), "2", "25" }, { "latency", BOTH(0), "0", "100" },
		{ "latency", PAIR(0, 1), "0", "250" },
	};

	(void)state;
	assert_says(findings_nodes, cells, 11,
		    "A message of 64 bytes over ring/sysv, both CPUs and the memory on one node: "
		    "5.00 ns; "
		    "on one node with the memory on another 6.00 ns to 8.00 ns, 1.40 times as "
		    "long; on two "
		    "with the memory on the producer's 10.0 ns to 14.0 ns, 2.40 times as long; on "
		    "two with "
		    "the memory on the consumer's 20.0 ns to 22.0 ns, 4.20 times as long; on two "
		    "with the "
		    "memory on a third 25.0 ns, 5.00 times as long.\n"
		    "A round trip of 8 bytes over ring/sysv, both CPUs and the memory on one node: "
		    "100 ns; "
		    "on two with the memory on the producer's 250 ns, 2.50 times as long.\n");
}

/* Other places, memory by a word, and a matrix without its near or its far squares. */
static void of_no_matrix_nothing_is_said(void **state)
{
	static const struct said others[] = {
		{ "throughput", "l3", "0", "5" },
		{ "throughput", "machine", "1", "9" },
		{ "throughput", PAIR(0, 1), "local", "5" },
		{ "throughput", BOTH(0), "local", "5" },
	};
	static const struct said near[] = { { "throughput", BOTH(0), "0", "5" } };
	static const struct said far[] = { { "throughput", PAIR(0, 1), "0", "5" } };

	(void)state;
	assert_says(findings_nodes, others, 4, "");
	assert_says(findings_nodes, near, 1, "");
	assert_says(findings_nodes, far, 1, "");
}

/* A metric of the cell of a round trip. */
static struct row of_trip(const char *metric, const char *unit, const char *median)
{
	const struct said trip = { "latency", "l3", "local", median };
	struct row row = make_row(&trip);

	set(&row, SUMMARY_CELL + CELL_METRIC, metric);
	set(&row, SUMMARY_CELL + CELL_UNIT, unit);
	return row;
}

static void both_sides_costs_stand_beside_the_headline(void **state)
{
	struct row row[] = {
		of_trip("rtt", "ns", "950"),
		of_trip("rtt-each", "ns", "940"),
		of_trip("producer-busy", "ns/trip", "949"),
		of_trip("consumer-busy", "ns/trip", "1020"),
		of_trip("producer-switches", "switches/trip", "0.0004"),
		of_trip("consumer-switches", "switches/trip", ""),
	};
	struct rows r = { .row = row, .n = sizeof row / sizeof *row };
	char buf[100];

	(void)state;
	assert_int_equal(rows_link(&r, &(struct why){ "" }), 0);
	set(&row[5], SUMMARY_median_all, "1.25"); /* never calm */
	assert_string_equal(beside_busy(&row[0], buf, sizeof buf), "949 ns+1.02 us");
	assert_string_equal(beside_switches(&row[0], buf, sizeof buf), "~0+1.25");
	assert_string_equal(beside_busy(&row[1], buf, sizeof buf), "");
	set(&row[3], SUMMARY_median, "951");
	assert_string_equal(beside_busy(&row[0], buf, sizeof buf), "949+951 ns");
	r.n = 3;
	assert_int_equal(rows_link(&r, &(struct why){ "" }), 0);
	assert_string_equal(beside_busy(&row[0], buf, sizeof buf), "");
	assert_string_equal(beside_switches(&row[0], buf, sizeof buf), "");
}

static void the_ends_of_the_matrix_of_cpus_are_told(void **state)
{
	static const struct said cells[] = {
		{ "matrix", "pu:os:0+pu:os:1", "", "120" },
		{ "matrix", "pu:os:0+pu:os:2", "", "300" },
		{ "matrix", "pu:os:1+pu:os:2", "", "60" },
	};

	(void)state;
	assert_says(findings_matrix, cells, 3,
		    "Of 3 pairs of CPUs the nearest is pu:os:1+pu:os:2, a cache line one way in "
		    "60.0 ns, and the furthest pu:os:0+pu:os:2, in 300 ns, 5.00 times as long; "
		    "half of them take 120 ns or less.\n");
	assert_says(findings_matrix, cells, 1, "");
}

/* Of bounds/syscall alone: a row of a ring is as slow and says nothing. */
static void a_host_that_takes_part_in_system_calls_is_told(void **state)
{
	struct said call = { "bounds", "", "", "1320" };
	struct row row[2] = { make_row(&call), make_row(&call) };
	struct rows r = { .row = row, .n = 2 };
	struct findings f = { 0 };
	struct why w = { "" };

	(void)state;
	set(&row[1], SUMMARY_CELL + CELL_METRIC, "syscall");
	set(&row[1], SUMMARY_CELL + CELL_UNIT, "ns");
	assert_int_equal(rows_link(&r, &w), 0);
	assert_int_equal(findings_host(&f, &r, &w), 0);
	assert_int_equal(f.n, 1);
	assert_non_null(strstr(f.sentence[0], "A system call takes 1.32 us here, "));
	findings_free(&f);
	set(&row[1], SUMMARY_median, "104");
	assert_int_equal(findings_host(&f, &r, &w), 0);
	assert_int_equal(f.n, 0);
	findings_free(&f);
}

static void what_a_process_on_the_other_cpu_makes_of_a_mapping_is_told(void **state)
{
	struct said bound = { "bounds", "", "", "18800" };
	struct row row[2] = { make_row(&bound), make_row(&bound) };
	struct rows r = { .row = row, .n = 2 };
	struct findings f = { 0 };
	struct why w = { "" };

	(void)state;
	set(&row[0], SUMMARY_CELL + CELL_METRIC, "mapping");
	set(&row[1], SUMMARY_CELL + CELL_METRIC, "mapping-beside");
	for (int i = 0; i < 2; i++)
		set(&row[i], SUMMARY_CELL + CELL_UNIT, "ns");
	set(&row[1], SUMMARY_median, "54520");
	assert_int_equal(rows_link(&r, &w), 0);
	assert_int_equal(findings_host(&f, &r, &w), 0);
	assert_int_equal(f.n, 1);
	assert_non_null(strstr(f.sentence[0], "takes 18.8 us, and 54.5 us while a process runs on "
					      "the other CPU: 2.90 times as long."));
	findings_free(&f);
	/* No more than levels that come and go; and nothing to hold it against. */
	set(&row[1], SUMMARY_median, "20700");
	assert_int_equal(findings_host(&f, &r, &w), 0);
	assert_int_equal(f.n, 0);
	set(&row[0], SUMMARY_status, "skip");
	set(&row[0], SUMMARY_median, "");
	assert_int_equal(findings_host(&f, &r, &w), 0);
	assert_int_equal(f.n, 0);
	findings_free(&f);
}

/* The sentence, if any, about the round trip through a pipe that these rows tell of. */
static void assert_says_of_sleep(struct row *row, size_t n, const char *wanted)
{
	struct rows r = { .row = row, .n = n };
	struct relations relations = { 0 };
	struct findings_source from = { &r, &relations };
	struct findings f = { 0 };
	struct why w = { "" };

	for (size_t i = 0; i < n; i++) {
		set(&row[i], SUMMARY_CELL + schema_axis(AXIS_CHANNEL), "pipe");
		set(&row[i], SUMMARY_CELL + schema_axis(AXIS_REGION), "");
	}
	assert_int_equal(rows_link(&r, &w), 0);
	assert_int_equal(findings_messages(&f, &from, &w), 0);
	assert_int_equal(f.n, wanted ? 1 : 0);
	if (wanted)
		assert_string_equal(f.sentence[0], wanted);
	findings_free(&f);
}

static void what_passes_while_neither_of_two_runs_is_told(void **state)
{
	struct row row[] = {
		of_trip("rtt", "ns", "52400"),
		of_trip("producer-busy", "ns/trip", "4100"),
		of_trip("consumer-busy", "ns/trip", "4000"),
	};

	(void)state;
	assert_says_of_sleep(
		row, 3,
		"Of a round trip of 8 bytes through a pipe, 52.4 us, the two processes run for "
		"8.10 us, "
		"and for 44.3 us neither does: each sleeps until the other has written, and its "
		"CPU "
		"goes idle. `--cpu-latency 0us` keeps CPUs awake: what it saves is what waking one "
		"costs, both processes.");
	assert_says_of_sleep(row, 2, NULL);
	set(&row[2], SUMMARY_median, "");
	assert_says_of_sleep(row, 3, NULL);
	set(&row[2], SUMMARY_median, "48000"); /* they overlap by next to nothing */
	assert_says_of_sleep(row, 3, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_matrix_of_nodes_is_told_by_where_the_memory_is),
		cmocka_unit_test(of_no_matrix_nothing_is_said),
		cmocka_unit_test(the_ends_of_the_matrix_of_cpus_are_told),
		cmocka_unit_test(both_sides_costs_stand_beside_the_headline),
		cmocka_unit_test(a_host_that_takes_part_in_system_calls_is_told),
		cmocka_unit_test(what_a_process_on_the_other_cpu_makes_of_a_mapping_is_told),
		cmocka_unit_test(what_passes_while_neither_of_two_runs_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
