/* SPDX-License-Identifier: MIT */
/* Drift and two heaps: against R, against every order of small sets, and the rule's edges. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include "analyse/permutation.h"
#include "analyse/quantile.h"
#include "analyse/trend.h"
#include "draw.h"
#include "vectors.h"
/* Last: it defines a macro fail(). */
#include <cmocka.h>

static double p_of(const double *v, size_t n)
{
	struct why w = { "" };
	double p = NAN;

	assert_int_equal(trend_p(v, n, &p, &w), 0);
	return p;
}

static void check_trend(const struct vector *v)
{
	double reversed[VECTOR_VALUES];
	size_t n = v->n[0];

	assert_near(p_of(v->v[0], n), v->v[1][0], AGREE, v->name);
	for (size_t i = 0; i < n; i++)
		reversed[i] = v->v[0][n - 1 - i];
	assert_near(p_of(reversed, n), v->v[1][0], AGREE, v->name);
}

static void agrees_with_r(void **state)
{
	(void)state;
	vectors_each("trend", 2, 200, check_trend);
	vectors_each("trend_ties", 2, 200, check_trend);
	vectors_each("trend_normal", 2, 60, check_trend);
}

static void nothing_to_find(void **state)
{
	const double equal[] = { 7, 7, 7, 7, 7, 7, 7, 7 }, rising[] = { 1, 2 };
	double many[60];

	(void)state;
	assert_near(p_of(NULL, 0), 1, 0, "no values");
	assert_near(p_of(rising, 2), 1, 0, "two");
	assert_near(p_of(equal, 8), 1, 1e-15, "equal");
	for (int i = 0; i < 60; i++)
		many[i] = 7;
	assert_near(p_of(many, 60), 1, 0, "many equal");
}

/* The smallest p of n values, all rising, and the level that p < .01 really has. */
static void levels(void **state)
{
	static const struct {
		size_t n;
		double least, level;
	} known[] = { { 5, .0167, 0 },
		      { 6, 2. / 720, .0028 },
		      { 8, 2. / 40320, .0055 },
		      { 10, 2. / 3628800, .0091 } };
	const size_t single[10] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	const double rising[10] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		size_t n = known[i].n;
		struct permutation d;
		struct why w = { "" };
		double level = 0;

		assert_near(p_of(rising, n), known[i].least, 4e-5, "smallest p");
		assert_int_equal(permutation_open_inversions(&d, single, n, &w), 0);
		assert_int_equal(d.len, n * (n - 1) / 2 + 1);
		for (size_t x = 0; x < d.len; x++)
			if (permutation_two_sided(&d, x) < .01)
				level += d.share[x];
		assert_near(level, known[i].level, 6e-5, "level");
		permutation_close(&d);
	}
}

/* One value more than the exact distribution is for, as many above it as below, leaves S as it is:
 * the normal p must be about the exact one. */
static void exact_and_normal_meet(void **state)
{
	double v[TREND_EXACT + 1] = { [TREND_EXACT] = 25.5 };
	int compared = 0;

	(void)state;
	/* Falling down to the turn, then rising. */
	for (size_t turn = 26; turn < TREND_EXACT; turn++) {
		for (size_t i = 0; i < TREND_EXACT; i++)
			v[i] = (double)(i < turn ? turn - i : i);
		double exact = p_of(v, TREND_EXACT), normal = p_of(v, TREND_EXACT + 1);
		if (exact < .02)
			continue;
		assert_near(normal / exact, 1, .2, "normal against exact");
		compared++;
	}
	assert_in_range(compared, 4, 20);
}

static bool bimodal(const double *v, size_t n)
{
	double scratch[32];

	return trend_bimodal(v, n, scratch);
}

static void two_heaps(void **state)
{
	const double heaps[] = { 100, 101, 102, 103, 104, 150, 151, 152, 153, 154 };
	const double outlier[] = { 100, 101, 102, 103, 104, 105, 106, 107, 108, 154 };
	const double low[] = { 70, 101, 102, 103, 104, 105, 106, 107, 108, 109 };
	const double near[] = { 100, 101, 102, 103, 104, 113, 114, 115, 116, 117 };
	const double spread[] = { 100, 110, 120, 130, 140, 180, 190, 200, 210, 220 };
	const double fifth[] = { 100, 101, 102, 103, 104, 105, 106, 107, 150, 151 };
	const double tied[] = { 100, 100, 100, 100, 120, 120, 120, 120 };
	const double three[] = { 100, 100, 200 };

	(void)state;
	assert_true(bimodal(heaps, 10));
	assert_false(bimodal(outlier, 10)); /* one of ten is not a heap */
	assert_false(bimodal(low, 10));
	assert_false(bimodal(near, 10));   /* 8.7 % apart */
	assert_false(bimodal(spread, 10)); /* a gap like the others */
	assert_true(bimodal(fifth, 10));
	assert_true(bimodal(tied, 8));
	assert_false(bimodal(three, 3));
	assert_false(bimodal(heaps, 0));
	assert_false(bimodal(heaps, 5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_r), cmocka_unit_test(nothing_to_find),
		cmocka_unit_test(levels),        cmocka_unit_test(exact_and_normal_meet),
		cmocka_unit_test(two_heaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
