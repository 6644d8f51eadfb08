/* SPDX-License-Identifier: MIT */
/* Paired ratios: against R, and what must hold when sides are swapped or times scaled. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include "analyse/ratio.h"
#include "draw.h"
#include "vectors.h"
/* Last: it defines a macro fail(). */
#include <cmocka.h>

static void check_paired(const struct vector *v)
{
	double scratch[VECTOR_VALUES];
	struct pairs p = { v->v[0], v->v[1], v->n[0] };
	struct ratio r = ratio_paired(&p, scratch);

	assert_near(r.log.value, v->v[2][0], AGREE, v->name);
	assert_near(r.lag1, v->v[2][1], AGREE, v->name);
	assert_near(r.p, v->v[2][2], AGREE, v->name);
	assert_int_equal(r.pairs, v->n[0]);
	assert_int_equal(r.tied, 0);
	assert_true(r.correlated == (r.lag1 > ratio_lag1_bound(r.pairs)));
	if (isnan(r.log.level))
		assert_true(r.pairs < (r.correlated ? 8 : 6));
	else
		assert_true(r.log.low <= r.log.value && r.log.value <= r.log.high);
	if (!r.correlated)
		assert_true((r.log.low > 0 || r.log.high < 0) == (r.p <= .05));
}

static void agrees_with_r(void **state)
{
	(void)state;
	vectors_each("paired", 3, 200, check_paired);
}

static void swapping_inverts(void **state)
{
	struct random random = { .state = 5 };
	double cell[40], base[40], scratch[40];

	(void)state;
	for (size_t n = 1; n <= 40; n++) {
		draw_times(&random, .1, cell, n);
		draw_times(&random, .1, base, n);
		struct pairs forth = { cell, base, n }, back = { base, cell, n };
		struct ratio a = ratio_paired(&forth, scratch), b = ratio_paired(&back, scratch);

		assert_near(a.log.value, -b.log.value, 0, "ratio");
		assert_near(a.log.low, -b.log.high, 0, "low");
		assert_near(a.log.high, -b.log.low, 0, "high");
		assert_near(a.p, b.p, 0, "p");
		assert_near(interval_exp(a.log).value * interval_exp(b.log).value, 1, 1e-15, "1");
	}
}

static void scaling_leaves_ratios(void **state)
{
	struct random random = { .state = 6 };
	double cell[20], base[20], scratch[20];
	struct pairs p = { cell, base, 20 };

	(void)state;
	draw_times(&random, .1, cell, 20);
	draw_times(&random, .1, base, 20);
	struct ratio before = ratio_paired(&p, scratch);
	for (int i = 0; i < 20; i++) {
		cell[i] *= 1.7;
		base[i] *= 1.7;
	}
	struct ratio after = ratio_paired(&p, scratch);
	assert_near(after.log.value, before.log.value, 1e-14, "ratio");
	assert_near(after.log.low, before.log.low, 1e-14, "low");
	assert_near(after.log.high, before.log.high, 1e-14, "high");
}

/* Half of the ratios 2 and half 8: their median is 4, which an arithmetic mean would miss. */
static void even_counts_meet_on_the_log_scale(void **state)
{
	const double cell[] = { 2, 8, 8, 2, 2, 8 }, base[] = { 1, 1, 1, 1, 1, 1 };
	double scratch[6];
	struct pairs p = { cell, base, 6 };
	struct ratio r = ratio_paired(&p, scratch);

	(void)state;
	assert_near(interval_exp(r.log).value, 4, 1e-15, "ratio");
	assert_near(interval_exp(r.log).low, 2, 1e-15, "low");
	assert_near(interval_exp(r.log).high, 8, 1e-15, "high");
	assert_near(r.log.level, .96875, AGREE, "level");
}

static void correlated_pairs_get_wider_ranks(void **state)
{
	double cell[20], base[20], scratch[20];
	struct pairs p = { cell, base, 20 };

	(void)state;
	for (int i = 0; i < 20; i++) {
		base[i] = 100;
		cell[i] = 100 + i;
	}
	struct ratio r = ratio_paired(&p, scratch);
	assert_true(r.correlated);
	assert_near(r.log.level, .98818, 6e-6, "level");
	assert_near(interval_exp(r.log).low, 1.04, 1e-14, "the 5th of 20");
	/* To and fro is the opposite of a memory. */
	for (int i = 0; i < 20; i++)
		cell[i] = i % 2 ? 101 + i / 10. : 99 - i / 10.;
	r = ratio_paired(&p, scratch);
	assert_false(r.correlated);
	assert_true(r.lag1 < 0);
	assert_near(r.log.level, .95861, 6e-6, "level");
	assert_near(ratio_lag1_bound(10), .42020, 1e-5, "bound at 10");
}

static void ties_and_what_has_no_ratio(void **state)
{
	const double cell[] = { 1, 1, 1, 2, 2, 2, 2, 2 }, base[] = { 1, 1, 1, 1, 1, 1, 1, 1 };
	const double zero[] = { 1, 0, 1 };
	double scratch[8];
	struct pairs p = { cell, base, 8 }, bad = { zero, base, 3 }, empty = { cell, base, 0 };
	struct ratio r = ratio_paired(&p, scratch);

	(void)state;
	assert_int_equal(r.tied, 3);
	assert_near(r.p, 2 * 93. / 256, AGREE, "three of eight count against it");
	r = ratio_paired(&bad, scratch);
	assert_true(isnan(r.log.value) && isnan(r.log.low) && isnan(r.p) && !r.correlated);
	bad = (struct pairs){ base, zero, 3 };
	assert_true(isnan(ratio_paired(&bad, scratch).log.value));
	assert_true(isnan(ratio_paired(&empty, scratch).log.value));
	p.cell = base;
	r = ratio_paired(&p, scratch);
	assert_near(r.log.value, 0, 0, "the same");
	assert_near(r.p, 1, 0, "the same");
	assert_int_equal(r.tied, 8);
	assert_true(isnan(r.lag1) && !r.correlated);
}

/* One-sided, nominal 5 %: 3 to 4 % of independent series are called correlated, and about 31 and
 * 73 % (10 and 20 pairs) of those in which each remembers .6 of its predecessor. */
static double called_correlated(size_t n, double memory, struct random *r)
{
	enum { CASES = 2000 };
	int called = 0;

	for (int i = 0; i < CASES; i++) {
		double v[20] = { draw_normal(r) };

		for (size_t j = 1; j < n; j++)
			v[j] = memory * v[j - 1] + sqrt(1 - memory * memory) * draw_normal(r);
		called += ratio_lag1(v, n) > ratio_lag1_bound(n);
	}
	return (double)called / CASES;
}

static void finds_memory(void **state)
{
	struct random r = { .state = 7 };

	(void)state;
	assert_near(called_correlated(10, 0, &r), .035, .015, "none, 10");
	assert_near(called_correlated(20, 0, &r), .035, .015, "none, 20");
	assert_near(called_correlated(10, .6, &r), .31, .04, ".6, 10");
	assert_near(called_correlated(20, .6, &r), .73, .04, ".6, 20");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_r),
		cmocka_unit_test(swapping_inverts),
		cmocka_unit_test(scaling_leaves_ratios),
		cmocka_unit_test(even_counts_meet_on_the_log_scale),
		cmocka_unit_test(correlated_pairs_get_wider_ranks),
		cmocka_unit_test(ties_and_what_has_no_ratio),
		cmocka_unit_test(finds_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
