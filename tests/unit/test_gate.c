/* SPDX-License-Identifier: MIT */
/* The gate and the stop rule on readings made up from known truths. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka has a macro named fail: what declares the function comes first. */
#include "analyse/gate.h"
#include "analyse/quantile.h"
#include "analyse/stop.h"
#include "base/random.h"
#include <cmocka.h>

enum { MANY = 4000 };

static double uniform(struct random *r, double low, double high)
{
	return low + (high - low) * (double)random_below(r, 1000000) / 1e6;
}

/* n readings: a share that is calm (1 within .4 %), one in a hundred far too fast, as when the
 * slower loop was interrupted, and the rest slowed down by anything up to half. */
static double reference_at(size_t n, double calm, uint64_t seed)
{
	static double v[MANY];
	struct random r = { .state = seed };

	for (size_t i = 0; i < n; i++) {
		double which = uniform(&r, 0, 1);

		v[i] = which < .01          ? uniform(&r, 1.02, 4)
		       : which < .01 + calm ? uniform(&r, .996, 1.004)
					    : uniform(&r, .5, .97);
	}
	quantile_sort(v, n);
	return gate_reference(v, n);
}

static void reference_is_the_calm_mode(void **state)
{
	static const double shares[] = { .95, .5, .2, .1 };

	(void)state;
	for (size_t s = 0; s < sizeof shares / sizeof *shares; s++)
		for (uint64_t seed = 1; seed <= 50; seed++) {
			double few = reference_at(GATE_READINGS, shares[s], seed);
			double many = reference_at(MANY, shares[s], seed);

			if (fabs(few - 1) > .006 || fabs(many - 1) > .003)
				fail_msg("calm %g, seed %ju: %g of 200, %g of 4000", shares[s],
					 (uintmax_t)seed, few, many);
		}
}

/* A minimum would: with twenty times the readings the best one is far better. */
static void reference_does_not_ratchet(void **state)
{
	(void)state;
	assert_true(fabs(reference_at(MANY, .9, 3) / reference_at(GATE_READINGS, .9, 4) - 1) <
		    .005);
}

static void few_readings_make_none(void **state)
{
	double v[GATE_CLUSTER_MIN];

	(void)state;
	for (size_t i = 0; i < GATE_CLUSTER_MIN; i++)
		v[i] = 4.8;
	assert_true(isnan(gate_reference(v, GATE_CLUSTER_MIN - 1)));
	assert_true(gate_reference(v, GATE_CLUSTER_MIN) == 4.8);
}

/* A clock that moves between two rates, 60 % of the time at the slower one, and one reading in ten
 * interrupted. */
static void clock_is_what_is_seen_most(void **state)
{
	static double v[MANY];

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct random r = { .state = seed };

		for (size_t i = 0; i < MANY; i++) {
			double which = uniform(&r, 0, 1);

			v[i] = which < .1   ? uniform(&r, 2, 4.2)
			       : which < .6 ? uniform(&r, 4.29, 4.33)
					    : uniform(&r, 4.40, 4.50);
		}
		quantile_sort(v, MANY);
		assert_true(fabs(gate_mode(v, MANY, .01) / 4.31 - 1) < .003);
	}
	assert_true(isnan(gate_mode(v, 0, .01)));
	assert_true(gate_mode(v, 1, .01) == v[0]);
}

/* Fewer readings that are closer together are the mode of a narrow width, and not of one that takes in
 * all of the others. */
static void the_mode_is_of_a_width(void **state)
{
	double v[100];

	(void)state;
	for (int i = 0; i < 100; i++)
		v[i] = i < 40 ? 45 + i * .001 : 48.8 + (i - 40) * .04;
	assert_true(fabs(gate_mode(v, 100, .01) - 45) < .1);
	assert_true(fabs(gate_mode(v, 100, .03) - 50) < .3);
}

static void agrees_on_both_sides(void **state)
{
	(void)state;
	assert_true(gate_agrees(4.8 * 1.0099, 4.8, GATE_ONE_ROLE));
	assert_true(gate_agrees(4.8 * .9901, 4.8, GATE_ONE_ROLE));
	assert_false(gate_agrees(4.8 * 1.0101, 4.8, GATE_ONE_ROLE));
	assert_false(gate_agrees(4.8 * .9899, 4.8, GATE_ONE_ROLE));
	assert_false(gate_agrees(NAN, 4.8, GATE_TWO_ROLES));
	assert_false(gate_agrees(4.8, NAN, GATE_TWO_ROLES));
}

/* Two threads of one core, two cores, two dies; and a stray time between the last two. */
static size_t three_classes(struct gate_class c[GATE_CLASSES])
{
	double v[301];
	struct random r = { .state = 7 };

	for (size_t i = 0; i < 300; i++)
		v[i] = (i < 100 ? 13 : i < 200 ? 50 : 240) * uniform(&r, .95, 1.05);
	v[300] = 110;
	quantile_sort(v, 301);
	return gate_classes(v, 301, c);
}

static void classes_come_from_gaps(void **state)
{
	struct gate_class c[GATE_CLASSES];

	(void)state;
	assert_int_equal(three_classes(c), 3);
	assert_int_equal(gate_class(c, 3, 13), 0);
	assert_int_equal(gate_class(c, 3, 50), 1);
	assert_int_equal(gate_class(c, 3, 60), 1);
	assert_int_equal(gate_class(c, 3, 240), 2);
	assert_int_equal(gate_class(c, 3, 110), -1);
	assert_int_equal(gate_class(c, 3, 1000), -1);
	assert_int_equal(gate_class(c, 3, NAN), -1);
	for (size_t i = 0; i + 1 < 3; i++)
		assert_true(c[i].high <= c[i + 1].low);
}

static void what_spreads_without_a_gap_is_one_class(void **state)
{
	struct gate_class c[GATE_CLASSES];
	double v[400];

	(void)state;
	for (size_t i = 0; i < 400; i++)
		v[i] = 24 * pow(1.003, (double)i); /* 24 to 79 */
	assert_int_equal(gate_classes(v, 400, c), 1);
	assert_int_equal(gate_classes(v, 0, c), 0);
}

/* A guest whose CPUs lie at two distances in turns, over a day: in some readings both. */
static void a_long_history_has_readings_between_classes(void **state)
{
	enum { CORE = 300, NEAR = 9000, FAR = 6000, MIXED = 300, SLOW = 200 };
	enum { ALL = CORE + NEAR + FAR + MIXED + SLOW };
	static double v[ALL];
	struct gate_class c[GATE_CLASSES];
	struct random r = { .state = 11 };

	(void)state;
	for (size_t i = 0; i < ALL; i++)
		v[i] = i < CORE                        ? 60 * uniform(&r, .97, 1.03)
		       : i < CORE + NEAR               ? 133 * uniform(&r, .97, 1.03)
		       : i < CORE + NEAR + FAR         ? 230 * uniform(&r, .97, 1.03)
		       : i < CORE + NEAR + FAR + MIXED ? uniform(&r, 133, 230)
						       : uniform(&r, 280, 700);
	quantile_sort(v, ALL);
	assert_int_equal(gate_classes(v, ALL, c), 3);
	assert_int_equal(gate_class(c, 3, 60), 0);
	assert_int_equal(gate_class(c, 3, 70), 0);
	assert_int_equal(gate_class(c, 3, 120), 1);
	assert_int_equal(gate_class(c, 3, 133), 1);
	assert_int_equal(gate_class(c, 3, 155), 1);
	assert_int_equal(gate_class(c, 3, 205), 2);
	assert_int_equal(gate_class(c, 3, 230), 2);
	assert_int_equal(gate_class(c, 3, 500), -1);
	for (size_t i = 0; i + 1 < 3; i++)
		assert_true(c[i].high <= c[i + 1].low);
}

static void windows_needed(void **state)
{
	(void)state;
	assert_int_equal(gate_windows_needed(1), 1);
	assert_int_equal(gate_windows_needed(2), 2);
	assert_int_equal(gate_windows_needed(3), 3);
	assert_int_equal(gate_windows_needed(40), 3);
}

static void bias_needs_ten_points_and_more_than_chance(void **state)
{
	const struct gate_tally null = { 200, 180, 180, 176 };
	const struct gate_tally biased = { 200, 180, 155, 150 }, little = { 200, 180, 170, 164 };
	const struct gate_tally few = { 6, 5, 4, 4 }, none = { 200, 0, 0, 0 };

	(void)state;
	assert_true(fabs(gate_after_fails(&biased) - 1. / 6) < 1e-12);
	assert_true(isnan(gate_after_fails(&none)));
	assert_true(gate_biased(&biased, &null));
	assert_false(gate_biased(&little, &null)); /* 9 against 2 in a hundred */
	assert_false(gate_biased(&few, &null));    /* 20 in a hundred, of 5 */
	assert_false(gate_biased(&none, &null));
}

/* What lasts longer meets more that comes by itself, and as much goes: nothing is left behind. */
static void no_bias_where_time_could_run_backwards(void **state)
{
	const struct gate_tally null = { 200, 180, 180, 176 };
	const struct gate_tally alike = { 200, 180, 185, 150 }, nearly = { 200, 180, 165, 150 };
	const struct gate_tally never = { 200, 180, 0, 0 }, unknown = { 200, 180, NAN, 150 };
	const struct gate_tally hardly = { 200, 60, 5, 0 }, swapped = { 200, 60, 58, 0 };

	(void)state;
	assert_false(gate_biased(&alike, &null));
	assert_false(gate_biased(&nearly, &null)); /* 17 in a hundred against 9 backwards */
	assert_true(gate_biased(&never, &null));
	assert_true(gate_biased(&unknown, &null));  /* of an older version: by null alone */
	assert_true(gate_biased(&hardly, &null));   /* 60 fail, and 5 come by themselves */
	assert_false(gate_biased(&swapped, &null)); /* as many come as go */
}

static void thin_is_below_a_tenth(void **state)
{
	(void)state;
	assert_true(
		gate_thin(&(struct gate_tally){ .windows = 100, .passed_before = 50, .calm = 9 }));
	assert_false(
		gate_thin(&(struct gate_tally){ .windows = 100, .passed_before = 50, .calm = 10 }));
}

static void looks_are_fixed(void **state)
{
	const struct looks standard = { 10, 30 }, late = { 12, 25 }, small = { 1, 8 };

	(void)state;
	assert_int_equal(stop_next(&standard, 0), 10);
	assert_int_equal(stop_next(&standard, 10), 15);
	assert_int_equal(stop_next(&standard, 20), 30);
	assert_int_equal(stop_next(&standard, 30), 0);
	assert_int_equal(stop_next(&late, 0), 15);
	assert_int_equal(stop_next(&late, 20), 0);
	assert_int_equal(stop_next(&small, 0), 0);
}

/* In an order without a trend. */
static const double quiet[12] = { 100.2, 99.8, 100.1, 99.9, 100, 100.3,
				  99.7,  100,  100.1, 99.9, 200, 50 };
static const double rising[10] = { 100,   100.1, 100.2, 100.3, 100.4,
				   100.5, 100.6, 100.7, 100.8, 100.9 };

static bool settled(const struct stop_row *rows, size_t n, size_t look)
{
	const struct stop_rule rule = { look, .02 };
	struct why w = { "" };
	double scratch[12];
	const struct stop_rows all = { rows, n, scratch };
	bool answer = false;

	assert_int_equal(stop_settled(&all, &rule, &answer, &w), 0);
	return answer;
}

static void a_look_uses_its_first_values_only(void **state)
{
	const struct stop_row rows[] = { { quiet, 12, 0 } };
	double scratch[12];

	(void)state;
	/* Ranks 1 and 10 of the first ten. */
	struct estimate e = stop_estimate(rows, 10, scratch);
	assert_true(e.low == 99.7 && e.high == 100.3);
	assert_true(settled(rows, 1, 10));
	assert_false(settled(rows, 1, 15)); /* twelve are not fifteen */
}

static void drift_keeps_a_run_going(void **state)
{
	const struct stop_row rows[] = { { rising, 10, 0 } };
	const struct stop_row both[] = { { rising, 10, 0 }, { quiet, 10, 0 } };

	(void)state;
	assert_false(settled(rows, 1, 10));
	assert_false(settled(both, 2, 10));
}

static void one_row_in_twenty_may_miss(void **state)
{
	const double wide[10] = { 100, 90, 110, 95, 105, 92, 108, 99, 101, 100 };
	struct stop_row rows[20];

	(void)state;
	for (size_t i = 0; i < 20; i++)
		rows[i] = (struct stop_row){ i ? quiet : wide, 10, 0 };
	assert_true(settled(rows, 20, 10));
	assert_false(settled(rows, 19, 10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reference_is_the_calm_mode),
		cmocka_unit_test(the_mode_is_of_a_width),
		cmocka_unit_test(reference_does_not_ratchet),
		cmocka_unit_test(few_readings_make_none),
		cmocka_unit_test(clock_is_what_is_seen_most),
		cmocka_unit_test(agrees_on_both_sides),
		cmocka_unit_test(classes_come_from_gaps),
		cmocka_unit_test(what_spreads_without_a_gap_is_one_class),
		cmocka_unit_test(a_long_history_has_readings_between_classes),
		cmocka_unit_test(windows_needed),
		cmocka_unit_test(bias_needs_ten_points_and_more_than_chance),
		cmocka_unit_test(no_bias_where_time_could_run_backwards),
		cmocka_unit_test(thin_is_below_a_tenth),
		cmocka_unit_test(looks_are_fixed),
		cmocka_unit_test(a_look_uses_its_first_values_only),
		cmocka_unit_test(drift_keeps_a_run_going),
		cmocka_unit_test(one_row_in_twenty_may_miss),
	};

	return cmocka_run_group_tests_name("the calm gate and the stop rule", tests, NULL, NULL);
}
