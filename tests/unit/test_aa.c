/* SPDX-License-Identifier: MIT */
/* The program against itself, on made-up runs: what differs between them is found, what does not
 * is not. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include "command/aa.h"
#include "draw.h"
#include <cmocka.h>

enum { RUNS = 40, ROWS = 3 };

/* Rows around 1000 with 1 % of spread; whole runs are off by `effect` times a normal number, and
 * the second half of every row is its own base's neighbour. */
static void make_runs(struct aa *a, double effect)
{
	struct random random = { .state = 11 };

	aa_open(a, RUNS);
	a->rows = ROWS;
	a->row = calloc(ROWS, sizeof *a->row);
	assert_non_null(a->row);
	for (size_t i = 0; i < ROWS; i++) {
		struct aa_row *row = &a->row[i];

		*row = (struct aa_row){ .cell = i, .base = i ? 0 : AA_NO_BASE };
		snprintf(row->name, sizeof row->name, i == 2 ? "touch/sweep" : "attach/attach");
		row->value = malloc(RUNS * AA_BLOCKS * sizeof *row->value);
		assert_non_null(row->value);
		for (size_t run = 0; run < RUNS; run++) {
			double *v = aa_values(a, i, run), off = exp(effect * draw_normal(&random));

			draw_times(&random, .01, v, AA_BLOCKS);
			for (size_t b = 0; b < AA_BLOCKS; b++)
				v[b] *= off;
		}
	}
}

static struct aa_result compare(double effect, double *deviation)
{
	struct aa a;
	struct aa_result r;
	struct why w = { 0 };

	make_runs(&a, effect);
	assert_int_equal(aa_compare(&a, &r, &w), 0);
	*deviation = aa_deviation(&a, "attach/attach");
	assert_true(isnan(aa_deviation(&a, "attach/other")));
	aa_close(&a);
	return r;
}

static void runs_that_are_alike_are_the_same(void **state)
{
	double deviation;
	struct aa_result r = compare(0, &deviation);

	(void)state;
	assert_int_equal(r.unpaired.different + r.unpaired.same + r.unpaired.undecided,
			 (RUNS - 1) * ROWS);
	assert_int_equal(r.unpaired.different, 0);
	assert_true(r.unpaired.same > (RUNS - 1) * ROWS * 9 / 10);
	assert_int_equal(r.paired.different, 0);
	assert_int_equal(r.median.intervals, RUNS * ROWS);
	assert_int_equal(r.ratio.intervals, RUNS * (ROWS - 1));
	assert_true(r.median.covered > RUNS * ROWS * 9 / 10);
	assert_true(r.ratio.covered > RUNS * (ROWS - 1) * 9 / 10);
	/* The median of 16 values of 1 % is known to about .31 %. */
	assert_true(deviation > .0022 && deviation < .0042);
}

static void what_differs_between_runs_is_found(void **state)
{
	double deviation;
	struct aa_result r = compare(.05, &deviation);

	(void)state;
	assert_true(deviation > .035 && deviation < .065);
	assert_true(r.unpaired.different > (RUNS - 1) * ROWS / 3);
	/* Raised by what was found, delta keeps nearly all of that silent. */
	assert_true(r.raised.different <= (RUNS - 1) * ROWS / 10);
	/* Blocks of one run share what moved it. */
	assert_int_equal(r.paired.different, 0);
	assert_true(r.median.covered < RUNS * ROWS / 2);
	assert_true(r.median.widened > RUNS * ROWS * 85 / 100);
}

static void gaps_are_no_values(void **state)
{
	struct aa a;
	struct aa_result r;
	struct why w = { 0 };

	(void)state;
	make_runs(&a, 0);
	for (size_t run = 0; run < RUNS; run++)
		for (size_t b = 0; b < AA_BLOCKS; b++)
			aa_values(&a, 0, run)[b] = NAN;
	assert_int_equal(aa_compare(&a, &r, &w), 0);
	assert_int_equal(r.unpaired.different + r.unpaired.same + r.unpaired.undecided,
			 (RUNS - 1) * (ROWS - 1));
	assert_int_equal(r.ratio.intervals, 0);
	aa_close(&a);
}

/* Runs that were not calm are off by a tenth: enough calm ones, and they have no say. */
static void runs_that_were_not_calm_are_left_out(void **state)
{
	struct why w = { 0 };
	struct aa_result r;
	struct aa a;

	(void)state;
	make_runs(&a, 0);
	for (size_t i = 0; i < ROWS; i++) {
		struct aa_row *row = &a.row[i];
		size_t n = RUNS * AA_BLOCKS, calm = i == 2 ? AA_CALM_RUNS - 1 : RUNS / 2;

		row->all = malloc(n * sizeof *row->all);
		assert_non_null(row->all);
		for (size_t k = 0; k < n; k++) {
			bool disturbed = k / AA_BLOCKS % (RUNS / calm) != 0 ||
					 k / AA_BLOCKS / (RUNS / calm) >= calm;

			row->all[k] = row->value[k] * (disturbed ? 1.1 : 1);
			if (disturbed)
				row->value[k] = NAN;
		}
	}
	assert_int_equal(aa_settle(&a), 2);
	assert_int_equal(aa_fewest_runs(&a), RUNS / 2);
	assert_int_equal(aa_compare(&a, &r, &w), 0);
	assert_true(aa_deviation(&a, "attach/attach") < .0042);
	assert_true(aa_deviation(&a, "touch/sweep") > .02);
	/* 19 pairs of calm runs in two rows; all of the third, where few are. */
	assert_int_equal(r.unpaired.different + r.unpaired.same + r.unpaired.undecided,
			 2 * (RUNS / 2 - 1) + RUNS - 1);
	aa_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_that_are_alike_are_the_same),
		cmocka_unit_test(what_differs_between_runs_is_found),
		cmocka_unit_test(gaps_are_no_values),
		cmocka_unit_test(runs_that_were_not_calm_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
