/* SPDX-License-Identifier: MIT */
/* distribution.csv: medians of quantiles over invocations, of one relation each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* cmocka has a macro named fail: what declares the function comes first. */
#include "record/csv.h"
#include "record/distribution.h"
#include <cmocka.h>
#include "sample_plan.h"
#include "scratch.h"

/* An invocation of five samples: n ... n + 4. */
static void add(struct distribution *d, unsigned metric, const char *relation, double n)
{
	const double sorted[] = { n, n + 1, n + 2, n + 3, n + 4 };
	struct reduction r = { .sorted = sorted, .n = 5, .sampled = true };
	struct distribution_source from = { SAMPLE_MEMFD, metric, relation, &r };

	assert_int_equal(distribution_add(d, &from), 0);
}

/* Of the rows of one relation the median, and how many rows there are. */
static double median_in(const char *dir, const char *relation, const char *samples, size_t *rungs)
{
	struct why w = { "" };
	struct csv_reader r;
	double median = -1;

	*rungs = 0;
	assert_int_equal(csv_reader_open(&r, dir, TABLE_DISTRIBUTION, &w), 0);
	while (csv_reader_next(&r, &w) == 1) {
		if (strcmp(csv_reader_text(&r, DISTRIBUTION_relation), relation))
			continue;
		assert_string_equal(csv_reader_text(&r, DISTRIBUTION_samples), samples);
		++*rungs;
		if (csv_reader_number(&r, DISTRIBUTION_quantile) == .5)
			median = csv_reader_number(&r, DISTRIBUTION_value);
	}
	csv_reader_close(&r);
	return median;
}

/* What was added to one relation is in no other. */
static void relations_are_apart(void **state)
{
	struct sample_plan sample;
	struct distribution d;
	struct why w = { "" };
	size_t all, first, second, none;

	sample_plan_make(&sample, &sample_part_two);
	assert_int_equal(distribution_open(&d, &sample.plan, &w), 0);
	add(&d, SAMPLE_TIME, "all", 500);
	add(&d, SAMPLE_TIME, "r1", 100);
	add(&d, SAMPLE_TIME, "all", 900);
	add(&d, SAMPLE_TIME, "r2", 1000);
	add(&d, SAMPLE_TIME, "r1", 200);
	assert_int_equal(distribution_write(&d, *state, "run", &w), 0);
	distribution_close(&d);
	assert_true(median_in(*state, "all", "10", &all) == 702);
	assert_true(median_in(*state, "r1", "10", &first) == 152);
	assert_true(median_in(*state, "r2", "5", &second) == 1002);
	median_in(*state, "", "", &none);
	assert_int_equal(none, 0);
	assert_true(all > 50);
	assert_int_equal(first, all);
	assert_int_equal(second, all);
}

static void what_has_no_samples_has_no_rows(void **state)
{
	const double sorted[] = { 1 };
	struct reduction windows = { .sorted = sorted, .n = 1, .sampled = false };
	struct distribution_source from = { SAMPLE_SYSV, SAMPLE_RATE, "", &windows };
	struct sample_plan sample;
	struct distribution d;
	struct why w = { "" };
	size_t n;

	sample_plan_make(&sample, &sample_part);
	assert_int_equal(distribution_open(&d, &sample.plan, &w), 0);
	assert_int_equal(distribution_add(&d, &from), 0);
	add(&d, SAMPLE_TIME, "r1", 100);
	assert_int_equal(distribution_write(&d, *state, "run", &w), 0);
	distribution_close(&d);
	median_in(*state, "", "", &n);
	assert_int_equal(n, 0);
	assert_true(median_in(*state, "r1", "5", &n) == 102);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(relations_are_apart),
		EACH(what_has_no_samples_has_no_rows),
	};

	return cmocka_run_group_tests_name("distribution", tests, NULL, NULL);
}
