/* SPDX-License-Identifier: MIT */
/* Two runs: the bootstrap against its exact distribution, which method is used, and what must hold
 * whatever the data. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "analyse/bootstrap.h"
#include "analyse/compare.h"
#include "analyse/quantile.h"
#include "analyse/ranksum.h"
#include "draw.h"
#include "vectors.h"
/* Last: it defines a macro fail(). */
#include <cmocka.h>

static struct comparison compared(const double *base, size_t n, const double *new, size_t m)
{
	struct values old = { base, n }, now = { new, m };
	struct comparison c;
	struct why w = { "" };

	assert_int_equal(compare_runs(&old, &now, &c, &w), 0);
	return c;
}

static void check_bootstrap(const struct vector *v)
{
	double base[VECTOR_VALUES], new[VECTOR_VALUES];
	struct side old = { base, v->n[0] }, now = { new, v->n[1] };
	struct bootstrap b;
	struct why w = { "" };

	for (size_t i = 0; i < old.n; i++)
		base[i] = log(v->v[0][i]);
	for (size_t i = 0; i < now.n; i++)
		new[i] = log(v->v[1][i]);
	quantile_sort(base, old.n);
	quantile_sort(new, now.n);
	assert_int_equal(bootstrap_medians(&old, &now, &b, &w), 0);
	if (b.difference.low < v->v[2][0] - AGREE || b.difference.low > v->v[2][1] + AGREE)
		fail_msg("%s: low end %.17g", v->name, b.difference.low);
	if (b.difference.high < v->v[2][2] - AGREE || b.difference.high > v->v[2][3] + AGREE)
		fail_msg("%s: high end %.17g", v->name, b.difference.high);
	assert_near(b.difference.value, quantile_median(new, now.n) - quantile_median(base, old.n),
		    AGREE, v->name);
	assert_false(b.collapsed);
}

static void resamples_as_the_exact_bootstrap(void **state)
{
	(void)state;
	vectors_each("bootstrap", 3, 200, check_bootstrap);
}

static void assert_inverse(const struct comparison *a, const struct comparison *b)
{
	assert_int_equal(a->method, b->method);
	assert_near(a->log.value, -b->log.value, 0, "value");
	assert_near(a->log.low, -b->log.high, 0, "low");
	assert_near(a->log.high, -b->log.low, 0, "high");
	assert_near(a->log.level, b->log.level, 0, "level");
	assert_near(a->p, b->p, 0, "p");
	assert_near(a->least_p, b->least_p, 1e-15, "least p");
	assert_true(a->collapsed == b->collapsed);
}

/* By either method, with ties and without, with sides of any size. */
static void swapping_inverts(void **state)
{
	struct random r = { .state = 9 };
	int bootstrapped = 0;

	(void)state;
	for (int i = 0; i < 60; i++) {
		double base[30], new[30];
		size_t n = 1 + random_below(&r, 30), m = 1 + random_below(&r, 30);

		draw_times(&r, .01, base, n);
		draw_times(&r, i % 2 ? .01 : .2, new, m);
		if (i % 3 == 0) {
			for (size_t j = 0; j < n; j++)
				base[j] = round(base[j] / 10);
			for (size_t j = 0; j < m; j++)
				new[j] = round(new[j] / 10);
		}
		struct comparison a = compared(base, n, new, m), b = compared(new, m, base, n);
		assert_inverse(&a, &b);
		bootstrapped += a.method == METHOD_MEDIANS;
	}
	assert_in_range(bootstrapped, 5, 55);
}

/* Equal sides are their own swap: the interval must be too, and it must not be empty. */
static void equal_sides_are_symmetric(void **state)
{
	double v[20];
	struct side s = { v, 20 };
	struct random r = { .state = 10 };
	struct bootstrap b;
	struct why w = { "" };

	(void)state;
	draw_times(&r, .05, v, 20);
	struct comparison c = compared(v, 20, v, 20);
	assert_near(c.log.value, 0, 0, "no shift");
	assert_near(c.log.low, -c.log.high, 0, "symmetric");
	assert_true(c.log.high > 0);
	assert_near(c.p, 1, 0, "p");
	quantile_sort(v, 20);
	assert_int_equal(bootstrap_medians(&s, &s, &b, &w), 0);
	assert_near(b.difference.value, 0, 0, "no difference");
	assert_near(b.difference.low, -b.difference.high, 0, "symmetric");
	assert_true(b.difference.high > 0);
	assert_near(b.p, 1, 0, "p");
}

static void scaling_leaves_ratios(void **state)
{
	struct random r = { .state = 11 };
	double base[20], new[20];

	(void)state;
	for (int i = 0; i < 10; i++) {
		draw_times(&r, .01, base, 20);
		draw_times(&r, i % 2 ? .01 : .1, new, 20);
		struct comparison before = compared(base, 20, new, 20);
		for (int j = 0; j < 20; j++) {
			base[j] *= 3.7;
			new[j] *= 3.7;
		}
		struct comparison after = compared(base, 20, new, 20);
		assert_int_equal(before.method, i % 2 ? METHOD_SHIFT : METHOD_MEDIANS);
		assert_int_equal(before.method, after.method);
		assert_near(after.log.value, before.log.value, 1e-13, "value");
		assert_near(after.log.low, before.log.low, 1e-13, "low");
		assert_near(after.log.high, before.log.high, 1e-13, "high");
		assert_near(after.p, before.p, 0, "p");
	}
}

static void method_by_spread(void **state)
{
	double flat[12], wide[12];
	struct comparison c;

	(void)state;
	assert_near(compare_spread_limit(10, 30), 3, 0, "10");
	assert_near(compare_spread_limit(15, 30), 2.5, AGREE, "15");
	assert_near(compare_spread_limit(20, 20), 2, 0, "20");
	assert_near(compare_spread_limit(100, 50), 2, 0, "50");
	assert_true(isinf(compare_spread_limit(9, 30)));
	for (int i = 0; i < 12; i++) {
		flat[i] = 1000 * exp(.001 * i);
		wide[i] = 1000 * exp(.004 * i);
	}
	c = compared(flat, 12, wide, 12);
	assert_int_equal(c.method, METHOD_MEDIANS);
	assert_near(c.log.value, .003 * 5.5, 1e-12, "ratio of medians");
	assert_near(c.least_p, 2. / 10001, AGREE, "least p");
	assert_string_equal(compare_method(c.method), "bootstrap");
	c = compared(flat, 9, wide, 12);
	assert_int_equal(c.method, METHOD_SHIFT);
	assert_string_equal(compare_method(c.method), "hodges-lehmann");
	/* Seven of twelve the same: there is nothing to resample. */
	for (int i = 0; i < 7; i++)
		flat[i] = 1000;
	c = compared(flat, 12, wide, 12);
	assert_int_equal(c.method, METHOD_MEDIANS);
	assert_true(c.collapsed);
	/* Both sides without any spread: no clear difference of spreads, but of medians. */
	for (int i = 0; i < 12; i++) {
		flat[i] = 1000;
		wide[i] = 1100;
	}
	c = compared(flat, 12, wide, 12);
	assert_int_equal(c.method, METHOD_SHIFT);
	assert_near(interval_exp(c.log).low, 1.1, 1e-12, "low");
	assert_near(interval_exp(c.log).high, 1.1, 1e-12, "high");
}

static void refuses_what_has_no_ratio(void **state)
{
	const double good[] = { 1, 2, 3 }, zero[] = { 1, 0, 3 }, missing[] = { NAN, 2, 3 };
	struct values a = { good, 3 }, b = { zero, 3 }, c = { missing, 3 }, none = { good, 0 };
	struct comparison out;
	struct why w = { "" };

	(void)state;
	assert_int_equal(compare_runs(&a, &b, &out, &w), -EDOM);
	assert_non_null(strstr(w.text, "a ratio with the value 0"));
	assert_int_equal(compare_runs(&c, &a, &out, &w), -EDOM);
	assert_int_equal(compare_runs(&none, &a, &out, &w), -EDOM);
	assert_int_equal(compare_runs(&a, &none, &out, &w), -EDOM);
	/* Three against three: an estimate, but no interval. */
	out = compared(good, 3, good, 3);
	assert_near(out.log.value, 0, 0, "estimate");
	assert_true(isnan(out.log.low) && isnan(out.log.high) && isnan(out.log.level));
	assert_near(out.least_p, .1, AGREE, "least p");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resamples_as_the_exact_bootstrap),
		cmocka_unit_test(swapping_inverts),
		cmocka_unit_test(equal_sides_are_symmetric),
		cmocka_unit_test(scaling_leaves_ratios),
		cmocka_unit_test(method_by_spread),
		cmocka_unit_test(refuses_what_has_no_ratio),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
