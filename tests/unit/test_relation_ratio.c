/* SPDX-License-Identifier: MIT */
/*
 * The ratio of a row is over pairs of its own relation, however few there are. An
 * invocations.csv written by hand: memfd takes twice as long as System V in r1, four times as long
 * in r2, and what `all` mixes of them lies between.
 */
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
#include "record/run_json.h"
#include "record/summary.h"
#include <cmocka.h>
#include "sample_plan.h"
#include "scratch.h"

enum { BLOCKS = 8 };

struct bed {
	struct sample_plan sample;
	struct csv_writer out;
	const char *dir;
	struct why why;
};

static void bed_open(struct bed *b, const char *dir)
{
	struct run_directory d = { .id = "run" };
	struct run_json json;

	*b = (struct bed){ .dir = dir };
	snprintf(d.path, sizeof d.path, "%s", dir);
	sample_plan_make(&b->sample, &sample_part_two);
	struct run_facts facts = { .directory = &d,
				   .plan = &b->sample.plan,
				   .clock = { .name = "monotonic" } };
	struct run_end end = { .stop_reason = "fixed", .blocks = BLOCKS, .clock = facts.clock };
	assert_int_equal(run_json_begin(&json, &facts, &b->why), 0);
	assert_int_equal(run_json_end(&json, &end, &b->why), 0);
	run_json_close(&json);
	assert_int_equal(csv_writer_open(&b->out, dir, TABLE_INVOCATIONS, &b->why), 0);
}

/* One row of invocations.csv. */
struct value {
	size_t cell;
	unsigned metric, block;
	const char *relation;
	double median;
	bool calm;
};

static void put(struct bed *b, const struct value *v)
{
	const struct planned *p = &b->sample.cells[v->cell];
	struct csv_row row;

	csv_row_begin(&row, b->out.table, "run");
	cell_row(&row, p, &p->cell.part->metrics[v->metric]);
	csv_row_text(&row, INVOCATIONS_relation, v->relation);
	csv_row_text(&row, INVOCATIONS_status, "ok");
	csv_row_integer(&row, INVOCATIONS_block, v->block);
	csv_row_integer(&row, INVOCATIONS_windows, 10);
	csv_row_integer(&row, INVOCATIONS_calm_windows, v->calm ? 10 : 0);
	csv_row_integer(&row, INVOCATIONS_windows_before_calm, v->calm ? 10 : 0);
	if (v->calm && strcmp(v->relation, "all") != 0)
		csv_row_number(&row, INVOCATIONS_median, v->median);
	csv_row_number(&row, INVOCATIONS_median_all, v->median);
	assert_int_equal(csv_writer_append(&b->out, &row, &b->why), 0);
}

/* One invocation, all of whose windows were of one relation. */
static void put_invocation(struct bed *b, struct value v)
{
	const char *relation = v.relation;

	v.relation = "all";
	put(b, &v);
	v.relation = relation;
	put(b, &v);
}

/* In each block cell and base were in one relation each: memfd's[i], System V's[i]. */
static void put_blocks(struct bed *b, const char *const memfd[], const char *const sysv[],
		       bool calm)
{
	for (unsigned i = 0; i < BLOCKS; i++) {
		double base = !strcmp(sysv[i], "r1") ? 100 : 1000;
		double own = !strcmp(memfd[i], "r1") ? 200 : 4000;

		put_invocation(b, (struct value){ .cell = SAMPLE_SYSV,
						  .block = i,
						  .relation = sysv[i],
						  .median = base + i % 3,
						  .calm = calm });
		put_invocation(b, (struct value){ .cell = SAMPLE_MEMFD,
						  .block = i,
						  .relation = memfd[i],
						  .median = own + own * (i % 3) / 100,
						  .calm = calm });
	}
}

static void summarise(struct bed *b)
{
	assert_int_equal(csv_writer_close(&b->out, &b->why), 0);
	assert_int_equal(summary_write(b->dir, &b->why), 0);
}

static struct csv_reader find_row(struct bed *b, const char *region, const char *metric,
				  const char *relation)
{
	struct csv_reader r;

	assert_int_equal(csv_reader_open(&r, b->dir, TABLE_SUMMARY, &b->why), 0);
	while (csv_reader_next(&r, &b->why) == 1)
		if (!strcmp(csv_reader_text(&r, SUMMARY_CELL + schema_axis(AXIS_REGION)), region) &&
		    !strcmp(csv_reader_text(&r, SUMMARY_CELL + CELL_METRIC), metric) &&
		    !strcmp(csv_reader_text(&r, SUMMARY_relation), relation))
			return r;
	fail_msg("no row of %s, %s, %s", region, metric, relation);
	return r;
}

/* What the row of memfd says of its ratio; NULL: there must be one, whatever it is. */
struct said {
	const char *relation, *pairs, *ratio, *flags;
};

static void ratio_is(struct bed *b, struct said said)
{
	struct csv_reader r = find_row(b, "memfd", "time", said.relation);
	const char *has = csv_reader_text(&r, SUMMARY_ratio);

	assert_string_equal(csv_reader_text(&r, SUMMARY_base), "region=sysv");
	assert_string_equal(csv_reader_text(&r, SUMMARY_pairs), said.pairs);
	assert_string_equal(csv_reader_text(&r, SUMMARY_flags), said.flags);
	if (said.ratio)
		assert_string_equal(has, said.ratio);
	else
		assert_true(*has);
	csv_reader_close(&r);
}

static double number_of(struct bed *b, const char *relation, unsigned column)
{
	struct csv_reader r = find_row(b, "memfd", "time", relation);
	double value = csv_reader_number(&r, column);

	csv_reader_close(&r);
	return value;
}

#define SIX(x) x, x, x, x, x, x

/* Eight pairs of `all`, five of r1: not one of the other three goes into the ratio of r1. */
static void no_pair_of_another_relation(void **state)
{
	static const char *const memfd[BLOCKS] = { SIX("r1"), "r1", "r1" };
	static const char *const sysv[BLOCKS] = { "r1", "r1", "r1", "r1", "r1", "r2", "r2", "r2" };
	struct bed b;

	bed_open(&b, *state);
	put_blocks(&b, memfd, sysv, true);
	summarise(&b);
	ratio_is(&b, (struct said){ "r1", "5", "", "few_pairs" });
	assert_true(isnan(number_of(&b, "r1", SUMMARY_ratio_low)));
	assert_true(isnan(number_of(&b, "r1", SUMMARY_lag1)));
	assert_int_equal(number_of(&b, "r1", SUMMARY_invocations), 8);
	ratio_is(&b, (struct said){ "all", "8", NULL, "correlated" });
}

/* The base was never in the relation. */
static void no_pair_at_all(void **state)
{
	static const char *const memfd[BLOCKS] = { SIX("r1"), "r1", "r1" };
	static const char *const sysv[BLOCKS] = { SIX("r2"), "r2", "r2" };
	struct bed b;

	bed_open(&b, *state);
	put_blocks(&b, memfd, sysv, true);
	summarise(&b);
	ratio_is(&b, (struct said){ "r1", "0", "", "few_pairs" });
}

static void six_pairs_make_a_ratio(void **state)
{
	static const char *const memfd[BLOCKS] = { SIX("r1"), "r2", "r2" };
	static const char *const sysv[BLOCKS] = { SIX("r1"), "r2", "r2" };
	struct bed b;

	bed_open(&b, *state);
	put_blocks(&b, memfd, sysv, true);
	summarise(&b);
	ratio_is(&b, (struct said){ "r1", "6", NULL, "" });
	assert_in_range(1000 * number_of(&b, "r1", SUMMARY_ratio), 1990, 2010);
	assert_in_range(1000 * number_of(&b, "r1", SUMMARY_ratio_high), 1990, 2010);
	/* Two invocations have neither an interval of the median nor of the ratio: both say so by
	 * themselves. */
	ratio_is(&b, (struct said){ "r2", "2", NULL, "not_calm" });
	assert_in_range(1000 * number_of(&b, "r2", SUMMARY_ratio), 3990, 4090);
	assert_true(isnan(number_of(&b, "r2", SUMMARY_ratio_low)));
	assert_true(isnan(number_of(&b, "r2", SUMMARY_ci_low)));
}

/* Contended pairs of the same relation are used, and that is said. */
static void contended_pairs_of_the_relation(void **state)
{
	static const char *const memfd[BLOCKS] = { SIX("r1"), "r1", "r2" };
	static const char *const sysv[BLOCKS] = { SIX("r1"), "r1", "r1" };
	struct bed b;

	bed_open(&b, *state);
	put_blocks(&b, memfd, sysv, false);
	summarise(&b);
	ratio_is(&b, (struct said){ "r1", "7", NULL, "not_calm;gate_thin" });
	assert_in_range(1000 * number_of(&b, "r1", SUMMARY_ratio), 1990, 2010);
}

/* A base of 0 has no ratio in any number of pairs: not one of them is missing. */
static void a_count_of_none_is_not_too_few(void **state)
{
	struct bed b;

	bed_open(&b, *state);
	for (unsigned i = 0; i < BLOCKS; i++)
		for (size_t cell = 0; cell < SAMPLE_CELLS; cell++)
			put_invocation(&b, (struct value){ .cell = cell,
							   .metric = SAMPLE_COUNT,
							   .block = i,
							   .relation = "r1",
							   .median = cell == SAMPLE_MEMFD,
							   .calm = true });
	summarise(&b);
	struct csv_reader r = find_row(&b, "memfd", "count", "r1");
	assert_string_equal(csv_reader_text(&r, SUMMARY_pairs), "0");
	assert_string_equal(csv_reader_text(&r, SUMMARY_ratio), "");
	assert_string_equal(csv_reader_text(&r, SUMMARY_flags), "");
	csv_reader_close(&r);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(no_pair_of_another_relation),    EACH(no_pair_at_all),
		EACH(six_pairs_make_a_ratio),         EACH(contended_pairs_of_the_relation),
		EACH(a_count_of_none_is_not_too_few),
	};

	return cmocka_run_group_tests_name("ratios of relations", tests, NULL, NULL);
}
