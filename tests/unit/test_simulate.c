/* SPDX-License-Identifier: MIT */
/* The simulation itself: its data have the medians and quantiles they are said to have, what is
 * right is found right, and what is broken is noticed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "analyse/quantile.h"
#include "analyse/ratio.h"
#include "analyse/shift.h"
#include "analyse/simulate.h"
#include "analyse/spread.h"
#include <cmocka.h>

enum { DRAWS = 40000, SERIES = 20 };

/* Share of values at or below x. */
static double below(const double *values, size_t n, double x)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += values[i] <= x ? 1 : 0;
	return (double)count / (double)n;
}

static void draw_many(const struct synthetic *s, double *values)
{
	struct random random = { .state = 99 };

	for (size_t i = 0; i < DRAWS; i += SERIES)
		synthetic_draw(s, &random, values + i, SERIES);
}

static void half_of_all_values_are_below_the_truth(void **state)
{
	static const struct synthetic data[] = {
		{ "lognormal", SHAPE_LOGNORMAL, .spread = .3 },
		{ "exponential", SHAPE_EXPONENTIAL, .spread = 1 },
		{ "bimodal", SHAPE_BIMODAL, .spread = .02, .step = .1, .share = .45 },
		{ "ar1", SHAPE_AR1, .spread = .02, .rho = .3 },
		{ "ar1, half white", SHAPE_AR1, .spread = .02, .rho = .3, .white = .5 },
		{ "trend", SHAPE_TREND, .spread = .02, .step = .06 },
	};
	static double values[DRAWS];

	(void)state;
	for (size_t i = 0; i < sizeof data / sizeof *data; i++) {
		draw_many(&data[i], values);
		double share = below(values, DRAWS, synthetic_truth(&data[i]));

		/* 4 standard errors, and twice that where neighbours are alike. */
		assert_true(fabs(share - .5) < (data[i].rho > 0 ? .02 : .01));
	}
}

static void quantiles_are_those_of_the_distribution(void **state)
{
	static double values[DRAWS];

	(void)state;
	draw_many(&(struct synthetic){ "", SHAPE_LOGNORMAL, .spread = .1 }, values);
	/* The normal's quantiles: p84.13 is one deviation, p97.72 two. */
	assert_true(fabs(below(values, DRAWS, exp(.1)) - .8413) < .0075);
	assert_true(fabs(below(values, DRAWS, exp(.2)) - .9772) < .003);
	assert_true(fabs(below(values, DRAWS, exp(-.2)) - .0228) < .003);
	draw_many(&(struct synthetic){ "", SHAPE_EXPONENTIAL, .spread = 2 }, values);
	assert_true(fabs(below(values, DRAWS, 1 + 2) - (1 - exp(-1))) < .01);
	assert_true(fabs(below(values, DRAWS, 1 + 6) - (1 - exp(-3))) < .0045);
	assert_true(below(values, DRAWS, 1) == 0);
	draw_many(&(struct synthetic){ "", SHAPE_BIMODAL, .spread = .01, .step = .5, .share = .2 },
		  values);
	assert_true(fabs(below(values, DRAWS, 1.25) - .8) < .008);
}

static void rounded_values_are_whole(void **state)
{
	struct synthetic s = { "", SHAPE_ROUNDED, .spread = .0128 };
	static double values[DRAWS];

	(void)state;
	draw_many(&s, values);
	for (size_t i = 0; i < DRAWS; i++)
		assert_true(values[i] == floor(values[i]));
	/* 24 and more is what was over 23.5: a third of a deviation above the median. */
	double up = erfc(log(23.5 / synthetic_truth(&s)) / s.spread / M_SQRT2) / 2;
	assert_true(fabs(1 - below(values, DRAWS, 23) - up) < .01);
}

/* Mean lag-1 product over many long series: rho, and half of it when half is white. */
static double correlation(double rho, double white)
{
	enum { LONG = 4000, TIMES = 10 };
	struct synthetic s = { "", SHAPE_AR1, .spread = .01, .rho = rho, .white = white };
	struct random random = { .state = 5 };
	static double values[LONG];
	double sum = 0;

	for (int t = 0; t < TIMES; t++) {
		synthetic_draw(&s, &random, values, LONG);
		for (size_t i = 0; i < LONG; i++)
			values[i] = log(values[i]);
		assert_true(fabs(sqrt(spread_variance(values, LONG)) / .01 - 1) < .2);
		sum += ratio_lag1(values, LONG);
	}
	return sum / TIMES;
}

static void neighbours_correlate_as_said(void **state)
{
	(void)state;
	assert_true(fabs(correlation(0, 0)) < .02);
	assert_true(fabs(correlation(.6, 0) - .6) < .02);
	assert_true(fabs(correlation(.9, 0) - .9) < .02);
	assert_true(fabs(correlation(.6, .5) - .3) < .02);
}

static struct estimate right(const double *sorted, size_t n)
{
	return interval_median(sorted, n, interval_ranks(n, INTERVAL_CONFIDENCE));
}

/* One rank too far inside, with the level of the right one: what an off-by-one would do. */
static struct estimate too_narrow(const double *sorted, size_t n)
{
	struct ranks r = interval_ranks(n, INTERVAL_CONFIDENCE);

	r.low++;
	r.high--;
	return interval_median(sorted, n, r);
}

/* The ends of somebody else's: too wide is as wrong as too narrow. */
static struct estimate too_wide(const double *sorted, size_t n)
{
	struct estimate e = right(sorted, n);

	e.low = sorted[0];
	e.high = sorted[n - 1];
	return e;
}

static bool found_right(struct estimate (*estimate)(const double *, size_t), size_t n)
{
	struct simulation s = { .seed = 1, .repetitions = 4000 };
	struct why w = { 0 };
	struct median_study m = { .name = "",
				  .data = { "", SHAPE_EXPONENTIAL, .spread = .1 },
				  .n = n,
				  .estimate = estimate };

	assert_int_equal(simulate_median(&s, &m, &w), 0);
	assert_int_equal(s.n, 1);
	assert_true(simulated_checked(&s.row[0]));
	bool holds = simulated_holds(&s.row[0]);
	simulation_free(&s);
	return holds;
}

static void broken_intervals_of_medians_are_noticed(void **state)
{
	(void)state;
	for (size_t n = 10; n <= 30; n += 10) {
		assert_true(found_right(right, n));
		assert_false(found_right(too_narrow, n));
		assert_false(found_right(too_wide, n));
	}
}

/* Half as wide as it should be. */
static int half_a_shift(const struct side *base, const struct side *new, struct estimate *e,
			struct why *w)
{
	int err = shift_estimate(base, new, e, w);

	e->low = (e->low + e->value) / 2;
	e->high = (e->high + e->value) / 2;
	return err;
}

static bool difference_holds(int (*estimate)(const struct side *, const struct side *,
					     struct estimate *, struct why *))
{
	struct simulation s = { .seed = 2, .repetitions = 1000 };
	struct why w = { 0 };
	struct difference_study d = { .name = "",
				      .data = "",
				      .base = { "", SHAPE_LOGNORMAL, .spread = .02 },
				      .new = { "", SHAPE_LOGNORMAL, .spread = .02 },
				      .n = 8,
				      .part = 1,
				      .low = .94,
				      .high = .99,
				      .estimate = estimate };

	assert_int_equal(simulate_difference(&s, &d, &w), 0);
	bool holds = simulated_holds(&s.row[0]);
	simulation_free(&s);
	return holds;
}

static void a_broken_shift_is_noticed(void **state)
{
	(void)state;
	assert_true(difference_holds(shift_estimate));
	assert_false(difference_holds(half_a_shift));
}

static void the_error_is_the_binomial_one(void **state)
{
	struct simulated r = { .trials = 10000, .hits = 5000, .low = .5149, .high = .5149 };

	(void)state;
	assert_true(fabs(simulated_error(&r) - .005) < 1e-6);
	assert_true(simulated_share(&r) == .5);
	assert_true(!simulated_holds(
		&(struct simulated){ .trials = 10000, .hits = 5000, .low = .5151, .high = .5151 }));
	assert_true(simulated_holds(&r));
	assert_false(simulated_checked(&(struct simulated){ .trials = 1, .low = NAN }));
	assert_true(simulated_error(&(struct simulated){ .trials = 100, .hits = 100 }) > 0);
}

static void the_same_seed_gives_the_same_table(void **state)
{
	struct simulation a = { .seed = 7, .repetitions = 40 }, b = a, c = a;
	struct why w = { 0 };
	size_t differ = 0;

	(void)state;
	c.seed = 8;
	assert_int_equal(simulate_all(&a, &w), 0);
	assert_int_equal(simulate_all(&b, &w), 0);
	assert_int_equal(simulate_all(&c, &w), 0);
	assert_int_equal(a.n, b.n);
	for (size_t i = 0; i < a.n; i++) {
		assert_int_equal(a.row[i].hits, b.row[i].hits);
		assert_true(a.row[i].hits <= a.row[i].trials && a.row[i].trials > 0);
		differ += i < c.n && a.row[i].hits != c.row[i].hits ? 1 : 0;
	}
	assert_true(differ > 0);
	simulation_free(&a);
	simulation_free(&b);
	simulation_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_of_all_values_are_below_the_truth),
		cmocka_unit_test(quantiles_are_those_of_the_distribution),
		cmocka_unit_test(rounded_values_are_whole),
		cmocka_unit_test(neighbours_correlate_as_said),
		cmocka_unit_test(broken_intervals_of_medians_are_noticed),
		cmocka_unit_test(a_broken_shift_is_noticed),
		cmocka_unit_test(the_error_is_the_binomial_one),
		cmocka_unit_test(the_same_seed_gives_the_same_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
