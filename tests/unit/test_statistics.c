/* SPDX-License-Identifier: MIT */
/* Sorting, quantiles and spread: against R, and against what sorts and counts the slow way. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/quantile.h"
#include "analyse/spread.h"
#include "base/random.h"
#include "draw.h"
#include "vectors.h"
/* Last: it defines a macro fail(). */
#include <cmocka.h>

static int slow_order(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Times as they are, in ever more digits, so that each combination of skipped passes occurs. */
static void sorts_samples(void **state)
{
	static const uint32_t mask[] = { 0,        0xff,       0xff00,     0xffff,
					 0xff00ff, 0xffffffff, 0xff000000, 0xffffff };
	struct random r = { .state = 1 };
	uint32_t sample[777], expected[777], scratch[777];

	(void)state;
	for (size_t i = 0; i < 400; i++) {
		size_t n = i < 8 ? i : random_below(&r, 778);

		for (size_t j = 0; j < n; j++)
			sample[j] = (uint32_t)random_next(&r) & mask[i % 8];
		memcpy(expected, sample, n * sizeof *sample);
		qsort(expected, n, sizeof *expected, slow_order);
		quantile_sort_samples(sample, scratch, n);
		assert_memory_equal(sample, expected, n * sizeof *sample);
	}
}

static void sorts_values(void **state)
{
	double v[] = { 3, NAN, -INFINITY, 1e-300, 0, INFINITY, NAN, -2 };
	const double expected[] = { -INFINITY, -2, 0, 1e-300, 3, INFINITY };

	(void)state;
	quantile_sort(v, 8);
	assert_memory_equal(v, expected, sizeof expected);
	assert_true(isnan(v[6]) && isnan(v[7]));
	quantile_sort(v, 0);
}

static void ranks_are_exact(void **state)
{
	(void)state;
	/* 0.07 * 100 and 0.55 * 100 are above 7 and 55 in doubles. */
	assert_int_equal(quantile_rank(100, .07), 7);
	assert_int_equal(quantile_rank(100, .55), 55);
	assert_int_equal(quantile_rank(1000, .999), 999);
	assert_int_equal(quantile_rank(10, .9), 9);
	assert_int_equal(quantile_rank(1, .999), 1);
	assert_int_equal(quantile_rank(7, 0), 1);
	/* Just over a third is not the first of three, though three times it is 1. */
	assert_int_equal(quantile_rank(3, nextafter(1. / 3, 1)), 2);
	assert_int_equal(quantile_rank(7, 1), 7);
	/* Every whole share, in whole numbers: the smallest r with 1000 r >= permille n. */
	for (size_t n = 1; n <= 300; n++)
		for (size_t permille = 1; permille <= 1000; permille++)
			assert_int_equal(quantile_rank(n, (double)permille / 1000),
					 (permille * n + 999) / 1000);
}

static void check_quantile(const struct vector *v)
{
	double sorted[VECTOR_VALUES];
	uint32_t sample[VECTOR_VALUES];

	memcpy(sorted, v->v[0], sizeof sorted);
	quantile_sort(sorted, v->n[0]);
	assert_near(quantile_of(sorted, v->n[0], v->v[1][0]), v->v[2][0], 0, v->name);
	/* As samples, in thousandths. */
	for (size_t i = 0; i < v->n[0]; i++)
		sample[i] = (uint32_t)lround(sorted[i] * 1000);
	assert_near(quantile_of_samples(sample, v->n[0], v->v[1][0]), v->v[2][0] * 1000, AGREE,
		    v->name);
}

static void quantiles_agree_with_r(void **state)
{
	(void)state;
	vectors_each("quantile", 3, 200, check_quantile);
	assert_true(isnan(quantile_of(NULL, 0, .5)));
	assert_true(isnan(quantile_of_samples(NULL, 0, .5)));
}

static void medians(void **state)
{
	const double v[] = { 1, 2, 4, 9 };
	const uint32_t s[] = { 1, 2, 4, UINT32_MAX, UINT32_MAX, UINT32_MAX };

	(void)state;
	assert_near(quantile_median(v, 4), 3, 0, "even");
	assert_near(quantile_median(v, 3), 2, 0, "odd");
	assert_near(quantile_median(v, 1), 1, 0, "one");
	assert_true(isnan(quantile_median(v, 0)));
	assert_near(quantile_median_of_samples(s, 4), 3, 0, "even");
	assert_near(quantile_median_of_samples(s, 5), 4, 0, "odd");
	assert_near(quantile_median_of_samples(s + 2, 4), UINT32_MAX, 0, "large");
	assert_true(isnan(quantile_median_of_samples(s, 0)));
}

static void tails_need_samples(void **state)
{
	static const struct {
		double q;
		size_t n;
	} first[] = { { .9, 36 }, { .95, 72 }, { .99, 368 }, { .999, 3688 }, { .9999, 36887 } };

	(void)state;
	for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
		assert_true(quantile_printable(first[i].n, first[i].q));
		assert_true(quantile_printable(10 * first[i].n, first[i].q));
		assert_false(quantile_printable(first[i].n - 1, first[i].q));
	}
	assert_true(quantile_printable(1, .75));
	assert_true(quantile_printable(1, 0));
	assert_false(quantile_printable(0, .5));
}

static void check_spread(const struct vector *v)
{
	double sorted[VECTOR_VALUES], scratch[VECTOR_VALUES];
	uint32_t sample[VECTOR_VALUES];
	size_t n = v->n[0];

	assert_near(spread_mean(v->v[0], n), v->v[1][0], AGREE, v->name);
	assert_near(spread_variance(v->v[0], n), v->v[1][1], AGREE, v->name);
	memcpy(sorted, v->v[0], sizeof sorted);
	quantile_sort(sorted, n);
	assert_near(quantile_median(sorted, n), v->v[1][2], AGREE, v->name);
	assert_near(spread_mad(sorted, n, scratch), v->v[1][3], AGREE, v->name);
	for (size_t i = 0; i < n; i++)
		sample[i] = (uint32_t)lround(sorted[i] * 1000);
	assert_near(spread_mean_of_samples(sample, n), v->v[1][0] * 1e3, AGREE, v->name);
	assert_near(spread_variance_of_samples(sample, n), v->v[1][1] * 1e6, AGREE, v->name);
}

static void spread_agrees_with_r(void **state)
{
	const double v[] = { 1e9, 1e9 + 1, 1e9 + 2 };

	(void)state;
	vectors_each("spread", 2, 200, check_spread);
	assert_near(spread_variance(v, 3), 1, 0, "small beside the mean");
	assert_true(isnan(spread_variance(v, 1)));
	assert_true(isnan(spread_mean(v, 0)));
	assert_true(isnan(spread_mean_of_samples(NULL, 0)));
}

static void counts_outliers(void **state)
{
	/* p25 = 20, p75 = 60: mild beyond -40 and 120, far beyond -100 and 180. */
	const double v[] = { -101, 10, 20, 30, 40, 50, 60, 70, 120 };
	const double more[] = { -100, 10, 20, 30, 40, 50, 60, 120.5, 180.5 };
	const uint32_t sample[] = { 1000, 1010, 1020, 1030, 1040, 1050, 1060, 1121, 1181 };
	struct outliers o = spread_outliers(v, 9);

	(void)state;
	assert_int_equal(o.mild, 0);
	assert_int_equal(o.far, 1);
	o = spread_outliers(more, 9);
	assert_int_equal(o.mild, 2);
	assert_int_equal(o.far, 1);
	o = spread_outliers_of_samples(sample, 9);
	assert_int_equal(o.mild, 1);
	assert_int_equal(o.far, 1);
	o = spread_outliers(v, 0);
	assert_int_equal(o.mild + o.far, 0);
}

static void splits_variance(void **state)
{
	/* S1^2 = 4, r = 4, so S1^2 / r = 1; S2^2 of 8, 10, 12 is 4; T2^2 = 3. */
	const struct within apart[] = { { 8, 2, 4 }, { 10, 4, 4 }, { 12, 6, 4 } };
	/* S2^2 = 1/4 is less than that. */
	const struct within alike[] = { { 9.5, 4, 4 }, { 10, 4, 4 }, { 10.5, 4, 4 } };
	/* The harmonic mean of 2 and 6 is 3: S1^2 / r = 2; S2^2 = 8, T2^2 = 6. */
	const struct within uneven[] = { { 8, 6, 2 }, { 12, 6, 6 } };
	const struct within single[] = { { 8, NAN, 1 }, { 12, 6, 6 } };
	const struct within constant[] = { { 8, 0, 5 }, { 8, 0, 5 } };

	(void)state;
	assert_near(spread_between_share(apart, 3), .75, AGREE, "apart");
	assert_near(spread_between_share(alike, 3), 0, 0, "alike");
	assert_near(spread_between_share(uneven, 2), .75, AGREE, "uneven");
	assert_true(isnan(spread_between_share(apart, 1)));
	assert_true(isnan(spread_between_share(single, 2)));
	assert_true(isnan(spread_between_share(constant, 2)));
}

/* Where nothing differs between invocations S2^2 is below S1^2 / r in 53 to 56 % of cases. Divided
 * by r twice, as a misprint of the source has it, it would be in almost none. */
static void finds_no_difference_where_there_is_none(void **state)
{
	enum { CASES = 3000, INVOCATIONS = 10, SAMPLES = 10 };
	struct random r = { .state = 3 };
	int zero = 0;

	(void)state;
	for (int i = 0; i < CASES; i++) {
		struct within w[INVOCATIONS];

		for (int j = 0; j < INVOCATIONS; j++) {
			double v[SAMPLES];

			for (int k = 0; k < SAMPLES; k++)
				v[k] = draw_normal(&r);
			w[j] = (struct within){ spread_mean(v, SAMPLES),
						spread_variance(v, SAMPLES), SAMPLES };
		}
		zero += spread_between_share(w, INVOCATIONS) == 0;
	}
	assert_in_range(zero, CASES * 50 / 100, CASES * 60 / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts_samples),
		cmocka_unit_test(sorts_values),
		cmocka_unit_test(ranks_are_exact),
		cmocka_unit_test(quantiles_agree_with_r),
		cmocka_unit_test(medians),
		cmocka_unit_test(tails_need_samples),
		cmocka_unit_test(spread_agrees_with_r),
		cmocka_unit_test(counts_outliers),
		cmocka_unit_test(splits_variance),
		cmocka_unit_test(finds_no_difference_where_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
