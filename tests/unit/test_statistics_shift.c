/* SPDX-License-Identifier: MIT */
/* The rank sum test and the shift that belongs to it: against R and published tables. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "analyse/permutation.h"
#include "analyse/quantile.h"
#include "analyse/ranksum.h"
#include "analyse/shift.h"
#include "vectors.h"
/* Last: it defines a macro fail(). */
#include <cmocka.h>

struct known_shift {
	size_t n[2], k;
	double level, next;
};

static void check_shift_ranks(const struct known_shift *known)
{
	uint32_t score[60];
	struct scores s = { score, known->n[0] + known->n[1], known->n[0] };
	struct permutation u;
	struct ranks r;
	struct why w = { "" };
	size_t differences = known->n[0] * known->n[1];

	assert_int_equal(shift_ranks(known->n, .95, &r, &w), 0);
	assert_int_equal(r.low, known->k);
	if (known->k == 0) {
		assert_true(isnan(r.level));
		return;
	}
	assert_int_equal(r.high, differences - known->k + 1);
	assert_near(r.level, known->level, 6e-6, "coverage");
	for (size_t i = 0; i < s.n; i++)
		score[i] = (uint32_t)i;
	assert_int_equal(permutation_open_sum(&u, &s, &w), 0);
	assert_int_equal(u.len, differences + 1);
	if (known->next > 0)
		assert_near(1 - 2 * permutation_at_most(&u, u.least + known->k), known->next, 1e-4,
			    "coverage of the next rank");
	permutation_close(&u);
}

static void ranks_of_differences(void **state)
{
	static const struct known_shift known[] = {
		{ { 3, 3 }, 0, 0, 0 },
		{ { 4, 4 }, 1, .97143, .9429 },
		{ { 5, 5 }, 3, .96825, .9444 },
		{ { 6, 6 }, 6, .95887, .9351 },
		{ { 7, 7 }, 9, .96212, .9469 },
		{ { 8, 8 }, 14, .95012, .9350 },
		{ { 9, 9 }, 18, .96002, .9497 },
		{ { 10, 10 }, 24, .95674, .9476 },
		{ { 12, 12 }, 38, .95510, .9481 },
		{ { 15, 15 }, 65, .95467, .9498 },
		{ { 20, 20 }, 128, .95091, .9476 },
		{ { 25, 25 }, 212, .95057, .9482 },
		{ { 30, 30 }, 318, .95038, .9486 },
		{ { 3, 5 }, 1, .96429, 0 },
		{ { 5, 6 }, 4, .96970, 0 },
		{ { 5, 10 }, 9, .96004, 0 },
		{ { 6, 8 }, 9, .95738, 0 },
		{ { 6, 10 }, 12, .95804, 0 },
		{ { 8, 10 }, 18, .95658, 0 },
		{ { 10, 15 }, 40, .95248, 0 },
		{ { 10, 20 }, 56, .95097, 0 },
		{ { 10, 30 }, 88, .95018, 0 },
		{ { 15, 30 }, 144, .95107, 0 },
		{ { 20, 30 }, 201, .95187, 0 },
		/* The smallest second side with an interval, and one below it. */
		{ { 2, 8 }, 1, 1 - 2. / 45, 0 },
		{ { 2, 7 }, 0, 0, 0 },
		{ { 3, 4 }, 0, 0, 0 },
		{ { 4, 3 }, 0, 0, 0 },
		{ { 5, 3 }, 1, .96429, 0 },
		{ { 5, 2 }, 0, 0, 0 },
		{ { 1, 30 }, 0, 0, 0 },
	};
	static const size_t ninety[][2] = { { 5, 5 },   { 6, 8 },    { 8, 16 },  { 10, 28 },
					    { 15, 73 }, { 20, 139 }, { 30, 339 } };

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		check_shift_ranks(&known[i]);
	for (size_t i = 0; i < sizeof ninety / sizeof *ninety; i++) {
		const size_t n[2] = { ninety[i][0], ninety[i][0] };
		struct ranks r;
		struct why w = { "" };

		assert_int_equal(shift_ranks(n, .9, &r, &w), 0);
		assert_int_equal(r.low, ninety[i][1]);
	}
}

/* Normal, within 1 of what qwilcox(.025, n, m) of R finds exactly. */
static void ranks_of_many_differences(void **state)
{
	static const struct {
		size_t n[2], k;
	} known[] = { { { 51, 51 }, 1008 }, { { 60, 60 }, 1427 }, { { 20, 60 }, 424 } };
	struct ranks r;
	struct why w = { "" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(shift_ranks(known[i].n, .95, &r, &w), 0);
		assert_in_range(r.low, known[i].k - 1, known[i].k + 1);
		assert_true(r.level >= .95 && r.level < .953);
	}
}

static void check_shift(const struct vector *v)
{
	double base[VECTOR_VALUES], new[VECTOR_VALUES], p;
	struct side old = { base, v->n[0] }, now = { new, v->n[1] };
	struct estimate e;
	struct why w = { "" };

	for (size_t i = 0; i < old.n; i++)
		base[i] = log(v->v[0][i]);
	for (size_t i = 0; i < now.n; i++)
		new[i] = log(v->v[1][i]);
	quantile_sort(base, old.n);
	quantile_sort(new, now.n);
	assert_int_equal(shift_estimate(&old, &now, &e, &w), 0);
	assert_int_equal(ranksum_p(&old, &now, &p, &w), 0);
	assert_near(e.value, v->v[2][0], AGREE, v->name);
	assert_near(e.low, v->v[2][1], AGREE, v->name);
	assert_near(e.high, v->v[2][2], AGREE, v->name);
	assert_near(p, v->v[2][3], AGREE, v->name);
	assert_true(e.low <= e.value && e.value <= e.high);
	/* Without ties the interval leaves out no change exactly when p says so. */
	assert_true((e.low > 0 || e.high < 0) == (p <= .05));
}

static void check_ranksum(const struct vector *v)
{
	double base[VECTOR_VALUES], new[VECTOR_VALUES], p;
	struct side old = { base, v->n[0] }, now = { new, v->n[1] };
	struct why w = { "" };

	memcpy(base, v->v[0], sizeof base);
	memcpy(new, v->v[1], sizeof new);
	quantile_sort(base, old.n);
	quantile_sort(new, now.n);
	assert_int_equal(ranksum_p(&old, &now, &p, &w), 0);
	assert_near(p, v->v[2][0], AGREE, v->name);
	assert_int_equal(ranksum_p(&now, &old, &p, &w), 0);
	assert_near(p, v->v[2][0], AGREE, v->name);
}

static void agrees_with_r(void **state)
{
	(void)state;
	vectors_each("shift", 3, 200, check_shift);
	vectors_each("ranksum_ties", 3, 200, check_ranksum);
	vectors_each("ranksum_normal", 3, 60, check_ranksum);
}

static void smallest_p(void **state)
{
	static const struct {
		size_t n;
		double choices;
	} known[] = { { 3, 20 },   { 4, 70 },    { 5, 252 },    { 6, 924 },
		      { 7, 3432 }, { 8, 12870 }, { 10, 184756 } };
	const double low[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
	const double high[] = { 21, 22, 23, 24, 25, 26, 27, 28, 29, 30 };

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		struct side base = { low, known[i].n }, new = { high, known[i].n };
		struct why w = { "" };
		double p;

		assert_int_equal(ranksum_p(&base, &new, &p, &w), 0);
		assert_near(p, 2 / known[i].choices, 1e-12, "p");
		assert_near(ranksum_least_p(base.n, new.n), 2 / known[i].choices, 1e-12, "least");
	}
	assert_near(ranksum_least_p(1, 1), 1, 0, "one against one");
	assert_near(ranksum_least_p(50, 50), 2 / 1.0089134454556e29, 1e-12, "fifty");
}

/* As many values as the exact distribution is for, in its most expensive form. */
static void fifty_against_fifty(void **state)
{
	double base[50], new[50], p, level;
	struct side old = { base, 50 }, now = { new, 50 };
	struct why w = { "" };

	(void)state;
	for (int i = 0; i < 50; i++) {
		base[i] = i / 2;
		new[i] = 5 + i / 2;
	}
	assert_int_equal(ranksum_p(&old, &now, &p, &w), 0);
	/* z of the normal approximation with ties and continuity is 3.1007. */
	level = erfc(3.1007 / sqrt(2));
	assert_near(p / level, 1, .25, "exact against normal");
	for (int i = 0; i < 50; i++)
		base[i] = new[i] = 7;
	assert_int_equal(ranksum_p(&old, &now, &p, &w), 0);
	assert_near(p, 1, 0, "all equal");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranks_of_differences), cmocka_unit_test(ranks_of_many_differences),
		cmocka_unit_test(agrees_with_r),        cmocka_unit_test(smallest_p),
		cmocka_unit_test(fifty_against_fifty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
