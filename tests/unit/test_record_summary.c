/* SPDX-License-Identifier: MIT */
/* summary.csv against values computed by hand, from an invocations.csv written by hand. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka has a macro named fail: what declares the function comes first. */
#include "record/cell.h"
#include "record/flags.h"
#include "record/run_json.h"
#include "record/summary.h"
#include <cmocka.h>
#include "sample_plan.h"
#include "scratch.h"

enum { BLOCKS = 8, RESOLUTION = 10, CLOCK_COST = 25, COUNTER_RESOLUTION = 4, COUNTER_COST = 7 };

/* A run directory in the making. */
struct bed {
	struct sample_plan sample;
	struct csv_writer out;
	const char *dir;
	struct why why;
};

/* With a counter, System V's cell is timed by it and the memfd's by the kernel's clock. */
static void bed_open_by(struct bed *b, const char *dir, const struct clock_calibration *counter,
			bool discard_flagged)
{
	struct run_directory d = { .id = "run" };
	struct run_json json;

	b->dir = dir;
	b->why = (struct why){ "" };
	snprintf(d.path, sizeof d.path, "%s", dir);
	sample_plan_make(&b->sample, &sample_part);
	for (size_t i = 0; counter && i < SAMPLE_CELLS; i++) {
		struct cell *c = &b->sample.cells[i].cell;

		c->has |= AXIS(CLOCK);
		c->clock = i == SAMPLE_SYSV ? counter->clock.source : CLOCK_SOURCE_MONOTONIC;
	}
	struct run_facts facts = {
		.directory = &d,
		.plan = &b->sample.plan,
		.discard_flagged = discard_flagged,
		.clock = { .name = "monotonic",
			   .resolution_ns = RESOLUTION,
			   .cost_ns = CLOCK_COST },
		.counter = counter,
		.counter_quality = { .name = "tsc",
				     .resolution_ns = COUNTER_RESOLUTION,
				     .cost_ns = COUNTER_COST },
	};
	assert_int_equal(run_json_begin(&json, &facts, &b->why), 0);
	struct run_end end = { .stop_reason = "fixed", .blocks = BLOCKS, .clock = facts.clock };
	assert_int_equal(run_json_end(&json, &end, &b->why), 0);
	run_json_close(&json);
	assert_int_equal(csv_writer_open(&b->out, dir, TABLE_INVOCATIONS, &b->why), 0);
}

static void bed_open(struct bed *b, const char *dir)
{
	bed_open_by(b, dir, NULL, false);
}

static void begin_row(struct bed *b, struct csv_row *row, size_t cell, unsigned metric)
{
	const struct planned *p = &b->sample.cells[cell];

	csv_row_begin(row, b->out.table, "run");
	cell_row(row, p, &p->cell.part->metrics[metric]);
}

static void put(struct bed *b, const struct csv_row *row)
{
	assert_int_equal(csv_writer_append(&b->out, row, &b->why), 0);
}

static void put_value(struct bed *b, size_t cell, unsigned metric, unsigned block, double value)
{
	struct csv_row row;

	begin_row(b, &row, cell, metric);
	csv_row_text(&row, INVOCATIONS_status, "ok");
	csv_row_integer(&row, INVOCATIONS_block, block);
	csv_row_integer(&row, INVOCATIONS_batch, metric == SAMPLE_RATE ? 10 : 1);
	csv_row_integer(&row, INVOCATIONS_samples, 20);
	csv_row_number(&row, INVOCATIONS_median, value);
	csv_row_number(&row, INVOCATIONS_median_all, value);
	csv_row_number(&row, INVOCATIONS_min, value / 2);
	csv_row_number(&row, INVOCATIONS_p90, value * 2);
	csv_row_number(&row, INVOCATIONS_max, value * 4);
	csv_row_number(&row, INVOCATIONS_mean, value);
	csv_row_number(&row, INVOCATIONS_variance, 1);
	csv_row_integer(&row, INVOCATIONS_outliers_mild, 2);
	csv_row_text(&row, INVOCATIONS_flags, block == 3 ? "switched;faults" : "");
	put(b, &row);
}

static void put_reason(struct bed *b, size_t cell, unsigned metric, const char *status,
		       const char *reason)
{
	struct csv_row row;

	begin_row(b, &row, cell, metric);
	csv_row_text(&row, INVOCATIONS_status, status);
	csv_row_text(&row, INVOCATIONS_reason, reason);
	put(b, &row);
}

/* Finish the files, make the summary and read it up to the row of this cell and metric. */
static void summarise(struct bed *b)
{
	assert_int_equal(csv_writer_close(&b->out, &b->why), 0);
	int err = summary_write(b->dir, &b->why);
	assert_string_equal(b->why.text, "");
	assert_int_equal(err, 0);
}

static struct csv_reader find_row(struct bed *b, const char *region, const char *metric)
{
	struct csv_reader r;

	assert_int_equal(csv_reader_open(&r, b->dir, TABLE_SUMMARY, &b->why), 0);
	while (csv_reader_next(&r, &b->why) == 1)
		if (!strcmp(csv_reader_text(&r, SUMMARY_CELL + schema_axis(AXIS_REGION)), region) &&
		    !strcmp(csv_reader_text(&r, SUMMARY_CELL + CELL_METRIC), metric))
			return r;
	fail_msg("no row of %s, %s", region, metric);
	return r;
}

static void near(struct csv_reader *r, unsigned column, double expected)
{
	double value = csv_reader_number(r, column);

	if (!(fabs(value - expected) <= 1e-8 * fabs(expected)))
		fail_msg("%s is %.9g, not %.9g", schema_column(column).name, value, expected);
}

static void is_text(struct csv_reader *r, unsigned column, const char *expected)
{
	assert_string_equal(csv_reader_text(r, column), expected);
}

/* 100 ... 107 in an order without a trend: median 103.5, ranks 1 and 8 of 8, half a resolution. */
static const double base_times[BLOCKS] = { 103, 100, 106, 102, 107, 101, 105, 104 };

static void median_and_interval(void **state)
{
	struct bed b;

	bed_open(&b, *state);
	for (unsigned i = 0; i < BLOCKS; i++)
		put_value(&b, SAMPLE_SYSV, SAMPLE_TIME, i, base_times[i]);
	summarise(&b);
	struct csv_reader r = find_row(&b, "sysv", "time");
	is_text(&r, SUMMARY_status, "ok");
	is_text(&r, SUMMARY_reason, "");
	is_text(&r, SUMMARY_stop_reason, "fixed");
	is_text(&r, SUMMARY_invocations, "8");
	is_text(&r, SUMMARY_samples, "160");
	is_text(&r, SUMMARY_median, "103.5");
	is_text(&r, SUMMARY_median_all, "103.5");
	is_text(&r, SUMMARY_ci_low, "95");
	is_text(&r, SUMMARY_ci_high, "112");
	is_text(&r, SUMMARY_ci_level, "0.9921875");
	is_text(&r, SUMMARY_min, "50");
	is_text(&r, SUMMARY_max, "428");
	is_text(&r, SUMMARY_mean, "103.5");
	is_text(&r, SUMMARY_p10, "");
	is_text(&r, SUMMARY_p90, "207");
	is_text(&r, SUMMARY_p90_low, "195");
	is_text(&r, SUMMARY_p90_high, "219");
	is_text(&r, SUMMARY_outliers_mild, "16");
	is_text(&r, SUMMARY_flags, "switched;faults");
	is_text(&r, SUMMARY_calm_invocations, "");
	is_text(&r, SUMMARY_base, "");
	is_text(&r, SUMMARY_ratio, "");
	near(&r, SUMMARY_clock_share, CLOCK_COST / 103.5);
	/* S1^2 = 1, S2^2 = 6 (of 100 ... 107), r = 20: T2^2 = 6 - 1/20. */
	near(&r, SUMMARY_between_share, (6 - .05) / 6);
	csv_reader_close(&r);
}

/* Each cell's clock has its own cost and resolution. */
static void rows_go_by_their_own_clock(void **state)
{
	const struct clock_calibration tsc = { .clock.source = CLOCK_SOURCE_TSC, .ghz = 2.5 };
	struct bed b;

	bed_open_by(&b, *state, &tsc, false);
	for (unsigned i = 0; i < BLOCKS; i++) {
		put_value(&b, SAMPLE_SYSV, SAMPLE_TIME, i, base_times[i]);
		put_value(&b, SAMPLE_MEMFD, SAMPLE_TIME, i, base_times[i]);
	}
	summarise(&b);
	struct csv_reader r = find_row(&b, "sysv", "time");
	is_text(&r, SUMMARY_CELL + schema_axis(AXIS_CLOCK), "tsc");
	near(&r, SUMMARY_clock_share, COUNTER_COST / 103.5);
	near(&r, SUMMARY_ci_low, 100 - COUNTER_RESOLUTION / 2.);
	csv_reader_close(&r);
	r = find_row(&b, "memfd", "time");
	is_text(&r, SUMMARY_CELL + schema_axis(AXIS_CLOCK), "monotonic");
	near(&r, SUMMARY_clock_share, CLOCK_COST / 103.5);
	near(&r, SUMMARY_ci_low, 100 - RESOLUTION / 2.);
	csv_reader_close(&r);
}

static void below_six_there_is_no_interval(void **state)
{
	struct bed b;

	bed_open(&b, *state);
	for (unsigned i = 0; i < 5; i++)
		put_value(&b, SAMPLE_SYSV, SAMPLE_TIME, i, base_times[i]);
	summarise(&b);
	struct csv_reader r = find_row(&b, "sysv", "time");
	is_text(&r, SUMMARY_median, "103");
	is_text(&r, SUMMARY_ci_low, "");
	is_text(&r, SUMMARY_ci_high, "");
	is_text(&r, SUMMARY_ci_level, "");
	csv_reader_close(&r);
}

/* Ratios 2, 4, 2, 1, 2, 2, 2, 2: median 2, interval [1, 4]. The cell runs before its base in some
 * blocks and after it in others, and both lack one. */
static void ratio_pairs_inside_blocks(void **state)
{
	static const double factor[BLOCKS] = { 2, 4, 2, 1, 2, 2, 2, 2 };
	struct bed b;

	bed_open(&b, *state);
	put_value(&b, SAMPLE_SYSV, SAMPLE_TIME, 20, 1);
	put_value(&b, SAMPLE_MEMFD, SAMPLE_TIME, 21, 1000);
	for (unsigned i = 0; i < BLOCKS; i++) {
		if (i % 2)
			put_value(&b, SAMPLE_SYSV, SAMPLE_TIME, 30 + i, base_times[i]);
		put_value(&b, SAMPLE_MEMFD, SAMPLE_TIME, 30 + i, factor[i] * base_times[i]);
		if (i % 2 == 0)
			put_value(&b, SAMPLE_SYSV, SAMPLE_TIME, 30 + i, base_times[i]);
	}
	summarise(&b);
	struct csv_reader r = find_row(&b, "memfd", "time");
	is_text(&r, SUMMARY_base, "region=sysv");
	is_text(&r, SUMMARY_pairs, "8");
	is_text(&r, SUMMARY_invocations, "9");
	near(&r, SUMMARY_ratio, 2);
	near(&r, SUMMARY_ratio_low, 1);
	near(&r, SUMMARY_ratio_high, 4);
	csv_reader_close(&r);
}

/* Log ratios 0, .01, ... .07: the lag-1 autocorrelation of a line of 8 is 26.25 / 42. */
static void neighbours_alike_are_flagged(void **state)
{
	struct bed b;

	bed_open(&b, *state);
	for (unsigned i = 0; i < BLOCKS; i++) {
		put_value(&b, SAMPLE_SYSV, SAMPLE_TIME, i, 1000);
		put_value(&b, SAMPLE_MEMFD, SAMPLE_TIME, i, 1000 * exp(.01 * i));
	}
	summarise(&b);
	struct csv_reader r = find_row(&b, "memfd", "time");
	/* The values in the file have nine digits. */
	assert_true(fabs(csv_reader_number(&r, SUMMARY_lag1) - .625) < 1e-6);
	is_text(&r, SUMMARY_flags, "switched;faults;correlated;drift");
	csv_reader_close(&r);
}

/* Times 100 ... 107 ns as rates, 10 in a batch: 1e9 / median, and the ends change places. */
static void rates_are_inverted_times(void **state)
{
	struct bed b;

	bed_open(&b, *state);
	for (unsigned i = 0; i < BLOCKS; i++) {
		put_value(&b, SAMPLE_SYSV, SAMPLE_RATE, i, 1e9 / base_times[i]);
		put_value(&b, SAMPLE_MEMFD, SAMPLE_RATE, i, 2e9 / base_times[i]);
	}
	summarise(&b);
	struct csv_reader r = find_row(&b, "sysv", "rate");
	near(&r, SUMMARY_median, 1e9 / 103.5);
	near(&r, SUMMARY_ci_low, 1e9 / 107.5);
	near(&r, SUMMARY_ci_high, 1e9 / 99.5);
	near(&r, SUMMARY_min, 1e9 / 107 / 2);
	near(&r, SUMMARY_max, 1e9 / 100 * 4);
	near(&r, SUMMARY_mean, 1e9 / 103.5);
	near(&r, SUMMARY_clock_share, CLOCK_COST / 1035.);
	is_text(&r, SUMMARY_between_share, "");
	csv_reader_close(&r);
	r = find_row(&b, "memfd", "rate");
	near(&r, SUMMARY_ratio, 2);
	csv_reader_close(&r);
}

static void counts_are_one_value_or_flagged(void **state)
{
	struct bed b;

	bed_open(&b, *state);
	for (unsigned i = 0; i < BLOCKS; i++) {
		put_value(&b, SAMPLE_SYSV, SAMPLE_COUNT, i, 0);
		put_value(&b, SAMPLE_MEMFD, SAMPLE_COUNT, i, i == 5 ? 2 : 1);
	}
	summarise(&b);
	struct csv_reader r = find_row(&b, "sysv", "count");
	is_text(&r, SUMMARY_median, "0");
	is_text(&r, SUMMARY_ci_low, "0");
	is_text(&r, SUMMARY_ci_high, "0");
	is_text(&r, SUMMARY_flags, "switched;faults");
	is_text(&r, SUMMARY_clock_share, "");
	csv_reader_close(&r);
	r = find_row(&b, "memfd", "count");
	is_text(&r, SUMMARY_median, "1");
	is_text(&r, SUMMARY_ci_high, "2");
	is_text(&r, SUMMARY_flags, "switched;faults;not_deterministic");
	/* A base of 0 has no ratio. */
	is_text(&r, SUMMARY_pairs, "0");
	is_text(&r, SUMMARY_ratio, "");
	csv_reader_close(&r);
}

static void skips_and_failures_have_rows(void **state)
{
	struct bed b;

	bed_open(&b, *state);
	put_reason(&b, SAMPLE_SYSV, SAMPLE_TIME, "skip", "SHMMAX is 4096");
	put_reason(&b, SAMPLE_SYSV, SAMPLE_RATE, "skip", "not here");
	put_reason(&b, SAMPLE_SYSV, SAMPLE_RATE, "fail", "it \"died\", twice");
	put_value(&b, SAMPLE_MEMFD, SAMPLE_TIME, 0, 7);
	put_reason(&b, SAMPLE_MEMFD, SAMPLE_TIME, "fail", "it died");
	summarise(&b);
	struct csv_reader r = find_row(&b, "sysv", "time");
	is_text(&r, SUMMARY_status, "skip");
	is_text(&r, SUMMARY_reason, "SHMMAX is 4096");
	is_text(&r, SUMMARY_median, "");
	is_text(&r, SUMMARY_invocations, "");
	csv_reader_close(&r);
	r = find_row(&b, "sysv", "rate");
	is_text(&r, SUMMARY_status, "fail");
	is_text(&r, SUMMARY_reason, "it \"died\", twice");
	csv_reader_close(&r);
	r = find_row(&b, "sysv", "count");
	is_text(&r, SUMMARY_status, "skip");
	is_text(&r, SUMMARY_reason, "the run ended before this cell");
	csv_reader_close(&r);
	r = find_row(&b, "memfd", "time");
	is_text(&r, SUMMARY_status, "ok");
	is_text(&r, SUMMARY_median, "7");
	is_text(&r, SUMMARY_reason, "1 of 2 invocations gave no value: it died");
	csv_reader_close(&r);
}

/* What was disturbed stays in invocations.csv and is left out of the rest. */
static void flagged_invocations_are_discarded(void **state)
{
	struct bed b;

	bed_open_by(&b, *state, NULL, true);
	for (unsigned i = 0; i < BLOCKS; i++) {
		put_value(&b, SAMPLE_SYSV, SAMPLE_TIME, i, i == 3 ? 1e6 : 100 + i);
		put_value(&b, SAMPLE_MEMFD, SAMPLE_TIME, i, i == 3 ? 1 : 200 + 2 * i);
	}
	put_value(&b, SAMPLE_MEMFD, SAMPLE_RATE, 3, 5);
	summarise(&b);
	struct csv_reader r = find_row(&b, "sysv", "time");
	is_text(&r, SUMMARY_invocations, "7");
	near(&r, SUMMARY_median, 104);
	near(&r, SUMMARY_max, 4 * 107);
	is_text(&r, SUMMARY_flags, "drift");
	is_text(&r, SUMMARY_reason,
		"1 of 8 invocations gave no value: discarded for its flag faults");
	csv_reader_close(&r);
	r = find_row(&b, "memfd", "time");
	is_text(&r, SUMMARY_pairs, "7");
	near(&r, SUMMARY_ratio, 2);
	csv_reader_close(&r);
	r = find_row(&b, "memfd", "rate");
	is_text(&r, SUMMARY_status, "skip");
	is_text(&r, SUMMARY_reason, "discarded for its flag faults");
	csv_reader_close(&r);
}

static void only_what_disturbs_is_discarded(void **state)
{
	(void)state;
	assert_null(flags_find_disturbed(""));
	assert_null(flags_find_disturbed(
		"switched;long_window;clock_bound;samples_lost;not_calm;drift"));
	assert_null(flags_find_disturbed("majority;nofaults"));
	assert_string_equal(flags_find_disturbed("clock_bound;major"), "major");
	assert_string_equal(flags_find_disturbed("faults;frequency"), "frequency");
}

static void repeats_byte_for_byte(void **state)
{
	struct bed b;

	bed_open(&b, *state);
	for (unsigned i = 0; i < BLOCKS; i++)
		for (unsigned m = 0; m <= SAMPLE_COUNT; m++) {
			put_value(&b, SAMPLE_MEMFD, m, i, base_times[i] / 3);
			put_value(&b, SAMPLE_SYSV, m, i, base_times[i] / 7);
		}
	summarise(&b);
	char *first = scratch_read(*state, "summary.csv");
	scratch_write(*state, "summary.csv", "what was here before");
	assert_int_equal(summary_write(*state, &b.why), 0);
	char *second = scratch_read(*state, "summary.csv");
	assert_string_equal(first, second);
	assert_null(scratch_read(*state, "summary.csv.new"));
	/* In the plan's order, whatever the order of the invocations. */
	assert_true(strstr(first, ",sysv,") < strstr(first, ",memfd,"));
	free(first);
	free(second);
}

static void foreign_inputs_are_named(void **state)
{
	struct bed b;

	bed_open(&b, *state);
	b.sample.cells[SAMPLE_SYSV].cell.size = 4096;
	put_value(&b, SAMPLE_SYSV, SAMPLE_TIME, 0, 1);
	assert_int_equal(csv_writer_close(&b.out, &b.why), 0);
	assert_int_equal(summary_write(*state, &b.why), -EINVAL);
	assert_non_null(strstr(b.why.text,
			       "invocations.csv, line 2: run.json plans no such cell of "
			       "sample with metric time"));
	assert_null(scratch_read(*state, "summary.csv"));

	bed_open(&b, *state);
	put_reason(&b, SAMPLE_SYSV, SAMPLE_TIME, "maybe", "");
	assert_int_equal(csv_writer_close(&b.out, &b.why), 0);
	assert_int_equal(summary_write(*state, &b.why), -EINVAL);
	assert_non_null(strstr(b.why.text,
			       "invocations.csv, line 2, column 35 (status): 'maybe' is "
			       "none of ok, skip, fail"));
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(rows_go_by_their_own_clock),
		EACH(median_and_interval),
		EACH(below_six_there_is_no_interval),
		EACH(ratio_pairs_inside_blocks),
		EACH(neighbours_alike_are_flagged),
		EACH(rates_are_inverted_times),
		EACH(counts_are_one_value_or_flagged),
		EACH(skips_and_failures_have_rows),
		EACH(repeats_byte_for_byte),
		EACH(foreign_inputs_are_named),
		EACH(flagged_invocations_are_discarded),
		cmocka_unit_test(only_what_disturbs_is_discarded),
	};

	return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
