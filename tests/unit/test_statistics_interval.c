/* SPDX-License-Identifier: MIT */
/* Order-statistic intervals: against published ranks, R, and the coverage that they promise. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "analyse/interval.h"
#include "analyse/quantile.h"
#include "draw.h"
#include "vectors.h"
/* Last: it defines a macro fail(). */
#include <cmocka.h>

struct known {
	size_t n, rank;
	double level, next; /* next: what the rank above it would cover; 0: not known */
};

static void check_known(const struct known *k, size_t n, double confidence)
{
	for (size_t i = 0; i < n; i++) {
		struct ranks r = interval_ranks(k[i].n, confidence);

		assert_int_equal(r.low, k[i].rank);
		if (r.low == 0) {
			assert_true(isnan(r.level));
			continue;
		}
		assert_int_equal(r.high, k[i].n - k[i].rank + 1);
		assert_near(r.level, k[i].level, 6e-6, "coverage");
		if (k[i].next > 0)
			assert_near(1 - 2 * interval_binomial(k[i].n, .5, r.low), k[i].next, 6e-4,
				    "coverage of the next rank");
	}
}

static void ranks_of_a_median(void **state)
{
	static const struct known plain[] = {
		{ 5, 0, 0, 0 },           { 6, 1, .96875, .781 },  { 7, 1, .984375, .875 },
		{ 8, 1, .9921875, .930 }, { 9, 2, .96094, .820 },  { 10, 2, .97852, .891 },
		{ 11, 2, .98828, .935 },  { 12, 3, .96143, .854 }, { 15, 4, .96484, .882 },
		{ 20, 6, .95861, .885 },  { 25, 8, .95671, .892 }, { 30, 10, .95723, .901 },
		{ 50, 18, .96716, .935 },
	};
	static const struct known cautious[] = {
		{ 5, 0, 0, 0 },       { 6, 0, 0, 0 },       { 7, 0, 0, 0 },
		{ 8, 1, .99219, 0 },  { 9, 1, .99609, 0 },  { 10, 1, .99805, 0 },
		{ 11, 2, .98828, 0 }, { 12, 2, .99365, 0 }, { 15, 3, .99261, 0 },
		{ 20, 5, .98818, 0 }, { 25, 6, .99592, 0 }, { 30, 8, .99478, 0 },
	};

	(void)state;
	check_known(plain, sizeof plain / sizeof *plain, INTERVAL_CONFIDENCE);
	check_known(cautious, sizeof cautious / sizeof *cautious, INTERVAL_CAUTIOUS);
	for (size_t n = 0; n < 6; n++)
		assert_int_equal(interval_ranks(n, INTERVAL_CONFIDENCE).low, 0);
}

static void ranks_of_a_quantile(void **state)
{
	static const struct {
		double q;
		struct ranks r;
		size_t n;
	} known[] = {
		{ .9, { 29, 36, .9540 }, 36 },         { .99, { 360, 368, .9624 }, 368 },
		{ .999, { 3680, 3688, .9616 }, 3688 }, { .9, { 84, 96, .9557 }, 100 },
		{ .99, { 983, 997, .9761 }, 1000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		struct ranks r = interval_quantile_ranks(known[i].n, known[i].q, .95);

		assert_int_equal(r.low, known[i].r.low);
		assert_int_equal(r.high, known[i].r.high);
		assert_near(r.level, known[i].r.level, 6e-5, "coverage");
	}
	/* One sample fewer than bounds a tail. */
	assert_int_equal(interval_quantile_ranks(35, .9, .95).low, 0);
	assert_int_equal(interval_quantile_ranks(367, .99, .95).low, 0);
	assert_int_equal(interval_quantile_ranks(3687, .999, .95).low, 0);
}

static void check_ranks(const struct vector *v)
{
	struct ranks r = interval_quantile_ranks((size_t)v->v[0][0], v->v[1][0], v->v[2][0]);

	assert_near((double)r.low, v->v[3][0], 0, v->name);
	assert_near((double)r.high, v->v[3][1], 0, v->name);
	assert_near(r.level, v->v[3][0] > 0 ? v->v[3][2] : NAN, AGREE, v->name);
}

static void check_binomial(const struct vector *v)
{
	assert_near(interval_binomial((size_t)v->v[0][0], v->v[1][0], (size_t)v->v[2][0]),
		    v->v[3][0], AGREE, v->name);
}

static void check_median(const struct vector *v)
{
	double sorted[VECTOR_VALUES];
	size_t n = v->n[0];

	memcpy(sorted, v->v[0], sizeof sorted);
	quantile_sort(sorted, n);
	struct estimate e = interval_median(sorted, n, interval_ranks(n, v->v[1][0]));
	assert_near(e.value, v->v[2][0], AGREE, v->name);
	assert_near(e.low, v->v[2][1], 0, v->name);
	assert_near(e.high, v->v[2][2], 0, v->name);
	assert_true(e.low <= e.value && e.value <= e.high);
	assert_true(e.level >= v->v[1][0]);
}

static void agrees_with_r(void **state)
{
	(void)state;
	vectors_each("ranks", 4, 400, check_ranks);
	vectors_each("binomial", 4, 200, check_binomial);
	vectors_each("median", 3, 200, check_median);
	assert_near(interval_binomial(10, .5, 10), 1, 0, "all");
	assert_near(interval_binomial(0, .5, 0), 1, 0, "none");
	assert_near(interval_binomial(4000000000, .5, 2000000000), .5, 1e-5, "many");
}

/* The probability that the number of values below the median stays between the ranks at each of
 * the looks: exactly, by the distribution of that number among the paths that still do. */
static double simultaneous(struct ranks (*ranks)(size_t n))
{
	double share[32] = { 1 };

	for (size_t n = 1; n <= 30; n++) {
		for (size_t below = n; below > 0; below--)
			share[below] = (share[below] + share[below - 1]) / 2;
		share[0] /= 2;
		if (n != 10 && n != 15 && n != 20 && n != 30)
			continue;
		struct ranks r = ranks(n);

		for (size_t below = 0; below <= n; below++)
			if (below < r.low || below >= r.high)
				share[below] = 0;
	}
	double sum = 0;
	for (size_t below = 0; below <= 30; below++)
		sum += share[below];
	return sum;
}

static struct ranks plain_ranks(size_t n)
{
	return interval_ranks(n, INTERVAL_CONFIDENCE);
}

static struct ranks cautious_ranks(size_t n)
{
	return interval_ranks(n, INTERVAL_CAUTIOUS);
}

static void looks_cover_together(void **state)
{
	static const size_t look[][2] = { { 10, 1 }, { 15, 3 }, { 20, 5 }, { 30, 10 } };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		size_t n = look[i][0], k = look[i][1];
		struct ranks r = interval_look_ranks(n);

		assert_int_equal(r.low, k);
		assert_int_equal(r.high, n - k + 1);
		assert_near(r.level, 1 - 2 * interval_binomial(n, .5, k - 1), AGREE, "level");
	}
	assert_int_equal(interval_look_ranks(12).low, interval_ranks(12, .95).low);
	assert_int_equal(interval_look_ranks(5).low, 0);
	assert_near(simultaneous(interval_look_ranks), .95027, 6e-6, "the looks");
	assert_near(simultaneous(plain_ranks), .9135, 6e-5, "95 % ranks at the looks");
	assert_near(simultaneous(cautious_ranks), .9815, 6e-5, "98.75 % ranks at the looks");
}

/* Skewed, heaped or not: it covers what it says. */
static void covers_what_it_says(void **state)
{
	enum { CASES = 20000, VALUES = 10 };
	struct random r = { .state = 4 };
	int covered[2] = { 0 };
	struct ranks ranks = interval_ranks(VALUES, INTERVAL_CONFIDENCE);
	double standard_error = sqrt(ranks.level * (1 - ranks.level) / CASES);

	(void)state;
	for (int i = 0; i < CASES; i++) {
		double skewed[VALUES], heaped[VALUES];

		for (int j = 0; j < VALUES; j++) {
			skewed[j] = -log1p(-draw_uniform(&r));
			heaped[j] = draw_normal(&r) / 50 + (draw_uniform(&r) < .25);
		}
		quantile_sort(skewed, VALUES);
		quantile_sort(heaped, VALUES);
		struct estimate e = interval_median(skewed, VALUES, ranks);
		covered[0] += e.low <= log(2) && log(2) <= e.high;
		e = interval_median(heaped, VALUES, ranks);
		/* Three quarters are in the lower heap: its upper third is cut off. */
		covered[1] += e.low <= .43073 / 50 && .43073 / 50 <= e.high;
	}
	for (int i = 0; i < 2; i++)
		assert_near((double)covered[i] / CASES, ranks.level, 4 * standard_error,
			    "coverage");
}

static void widens_and_inverts(void **state)
{
	const struct estimate e = { .value = 4, .low = 2, .high = 5, .level = .96 };
	const struct estimate none = { 4, NAN, NAN, NAN };
	struct estimate wide = interval_widen(e, 1), rate = interval_inverse(e, 1e9);

	(void)state;
	assert_near(wide.low, 1.5, 0, "low");
	assert_near(wide.high, 5.5, 0, "high");
	assert_near(wide.value, 4, 0, "value");
	assert_near(rate.value, 2.5e8, 0, "rate");
	assert_near(rate.low, 2e8, 0, "low rate");
	assert_near(rate.high, 5e8, 0, "high rate");
	assert_near(rate.level, .96, 0, "level");
	assert_near(interval_exp(e).high, exp(5), 0, "ratio");
	wide = interval_widen(none, 1);
	assert_true(isnan(wide.low) && isnan(wide.high) && isnan(wide.level));
	rate = interval_inverse(none, 1);
	assert_true(isnan(rate.low) && isnan(rate.high) && rate.value == .25);
}

static void quantile_within_samples(void **state)
{
	double v[100];

	(void)state;
	for (int i = 0; i < 100; i++)
		v[i] = i + 1;
	struct estimate e = interval_quantile(v, 100, .9, interval_quantile_ranks(100, .9, .95));
	assert_near(e.value, 90, 0, "p90");
	assert_near(e.low, 84, 0, "low");
	assert_near(e.high, 96, 0, "high");
	e = interval_median(v, 5, interval_ranks(5, .95));
	assert_near(e.value, 3, 0, "median without an interval");
	assert_true(isnan(e.low) && isnan(e.high) && isnan(e.level));
	assert_true(isnan(interval_median(v, 0, interval_ranks(0, .95)).value));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranks_of_a_median),       cmocka_unit_test(ranks_of_a_quantile),
		cmocka_unit_test(agrees_with_r),           cmocka_unit_test(looks_cover_together),
		cmocka_unit_test(covers_what_it_says),     cmocka_unit_test(widens_and_inverts),
		cmocka_unit_test(quantile_within_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
