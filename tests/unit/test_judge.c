/* SPDX-License-Identifier: MIT */
/* A table of comparisons: every word and reason from values, Holm over the table, what is needed,
 * and that swapping the sides of random tables swaps every word. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "analyse/judge.h"
#include "draw.h"
/* Last: it defines a macro fail(). */
#include <cmocka.h>

enum { MANY = 40, VALUES = 24 };

static void judged(const struct contest *row, struct finding *found, size_t n)
{
	struct why w = { "" };

	assert_int_equal(judge_all(row, found, n, &w), 0);
}

/* factor x 1000, 1001, ... */
static void ladder(double factor, double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		v[i] = factor * (1000 + (double)i);
}

static struct finding alone(double factor, size_t n, struct contest c)
{
	double base[VALUES], new[VALUES];
	struct finding f;

	ladder(1, base, n);
	ladder(factor, new, n);
	c.base = (struct values){ base, n };
	c.new = (struct values){ new, n };
	if (c.delta == 0)
		c.delta = .03;
	judged(&c, &f, 1);
	return f;
}

static void is(struct finding f, enum verdict v, enum reason r)
{
	assert_int_equal(f.judgement.verdict, v);
	assert_int_equal(f.judgement.reason, r);
}

static void every_word(void **state)
{
	const struct contest plain = { .delta = .03 }, rate = { .more_is_better = true };

	(void)state;
	is(alone(1.10, 10, plain), VERDICT_SLOWER_BY_MORE, REASON_NONE);
	is(alone(1.032, 10, plain), VERDICT_SLOWER, REASON_NONE);
	is(alone(1 / 1.10, 10, plain), VERDICT_FASTER_BY_MORE, REASON_NONE);
	is(alone(1 / 1.032, 10, plain), VERDICT_FASTER, REASON_NONE);
	is(alone(1.01, 10, plain), VERDICT_SAME, REASON_NONE);
	is(alone(1.028, 10, plain), VERDICT_INCONCLUSIVE, REASON_SMALL_CHANGE);
	is(alone(1.10, 10, rate), VERDICT_FASTER_BY_MORE, REASON_NONE);
	is(alone(1.10, 3, plain), VERDICT_INCONCLUSIVE, REASON_TOO_FEW);
	/* A larger delta of the row's own. */
	is(alone(1.10, 10, (struct contest){ .delta = .2 }), VERDICT_SAME, REASON_NONE);
}

static void wide_is_inconclusive(void **state)
{
	double base[] = { 1000, 1100, 1200, 1300, 1400, 1500 };
	double new[] = { 1050, 1150, 1250, 1350, 1450, 1550 };
	struct contest c = { .base = { base, 6 }, .new = { new, 6 }, .delta = .03 };
	struct finding f;

	(void)state;
	judged(&c, &f, 1);
	is(f, VERDICT_INCONCLUSIVE, REASON_TOO_WIDE);
	/* D(6) and D(31) of the 36 differences: -.182 and .256, which is 14.8 times too wide. */
	assert_int_equal(f.needed, 1319);
}

static void says_what_is_needed(void **state)
{
	struct finding f = alone(1.10, 3, (struct contest){ .delta = .03 }), found[MANY];
	struct contest row[MANY];
	double base[5], new[5];

	(void)state;
	assert_int_equal(f.needed, 4);
	f = alone(1.10, 3, (struct contest){ .paired = true });
	is(f, VERDICT_INCONCLUSIVE, REASON_TOO_FEW);
	assert_int_equal(f.needed, 6);
	/* 5 against 5 has a p of .0079 at best: not for 40 rows. 6 against 6 has .0022, 7 .00058. */
	ladder(1, base, 5);
	ladder(1.2, new, 5);
	for (size_t i = 0; i < MANY; i++)
		row[i] = (struct contest){ .base = { base, 5 }, .new = { new, 5 }, .delta = .03 };
	judged(row, found, MANY);
	for (size_t i = 0; i < MANY; i++) {
		is(found[i], VERDICT_INCONCLUSIVE, REASON_TOO_FEW);
		assert_int_equal(found[i].needed, 7);
	}
	judged(row, found, 6);
	is(found[0], VERDICT_SLOWER_BY_MORE, REASON_NONE);
	assert_int_equal(judge_pairs_needed(1), 6);
	assert_int_equal(judge_pairs_needed(60), 12);
}

/* Rows that can be called nothing do not make it harder for the others. */
static void distrusted_rows_are_no_tests(void **state)
{
	struct contest row[MANY];
	struct finding found[MANY];
	double base[5], new[5];

	(void)state;
	ladder(1, base, 5);
	ladder(1.2, new, 5);
	for (size_t i = 0; i < MANY; i++)
		row[i] = (struct contest){ .base = { base, 5 },
					   .new = { new, 5 },
					   .delta = .03,
					   .trust = i ? TRUST_NONE : TRUST_FULL };
	judged(row, found, MANY);
	is(found[0], VERDICT_SLOWER_BY_MORE, REASON_NONE);
	assert_true(found[0].adjusted == found[0].p);
	is(found[1], VERDICT_INCONCLUSIVE, REASON_MACHINE_STATE);
	assert_true(isnan(found[1].adjusted));
	assert_true(!isnan(found[1].log.value));
	assert_int_equal(found[1].needed, 0);
}

static void half_trusted_rows_are_same_or_nothing(void **state)
{
	const struct contest c = { .trust = TRUST_SAME };

	(void)state;
	is(alone(1.2, 10, c), VERDICT_INCONCLUSIVE, REASON_MACHINE_STATE);
	is(alone(1 / 1.2, 10, c), VERDICT_INCONCLUSIVE, REASON_MACHINE_STATE);
	is(alone(1.001, 10, c), VERDICT_SAME, REASON_NONE);
}

static void zeroes_have_no_ratio(void **state)
{
	double none[6] = { 0 }, some[6] = { 0, 0, 1, 1, 1, 1 };
	struct contest row[] = {
		{ .base = { none, 6 }, .new = { none, 6 }, .delta = .03 },
		{ .base = { none, 6 }, .new = { some, 6 }, .delta = .03 },
		{ .base = { some, 6 }, .new = { some, 0 }, .delta = .03, .paired = true },
	};
	struct finding found[3];

	(void)state;
	judged(row, found, 3);
	is(found[0], VERDICT_SAME, REASON_NONE);
	is(found[1], VERDICT_NONE, REASON_NONE);
	is(found[2], VERDICT_INCONCLUSIVE, REASON_TOO_FEW);
}

/* Pairs whose sides move together by tens of per cent: only their ratios count. */
static void pairs_cancel_what_is_common(void **state)
{
	double base[12], new[12];
	struct contest c = { .base = { base, 12 }, .new = { new, 12 }, .delta = .03 };
	struct finding f;

	(void)state;
	for (int i = 0; i < 12; i++) {
		base[i] = 1000 * (1 + .5 * (i * 5 % 12));
		new[i] = base[i] * (1.05 + .001 * (i * 7 % 12));
	}
	judged(&c, &f, 1);
	is(f, VERDICT_INCONCLUSIVE, REASON_TOO_WIDE);
	c.paired = true;
	judged(&c, &f, 1);
	is(f, VERDICT_SLOWER_BY_MORE, REASON_NONE);
	assert_int_equal(f.method, METHOD_PAIRED);
	assert_string_equal(compare_method(f.method), "paired");
}

static enum verdict opposite(enum verdict v)
{
	return v == VERDICT_FASTER           ? VERDICT_SLOWER
	       : v == VERDICT_SLOWER         ? VERDICT_FASTER
	       : v == VERDICT_FASTER_BY_MORE ? VERDICT_SLOWER_BY_MORE
	       : v == VERDICT_SLOWER_BY_MORE ? VERDICT_FASTER_BY_MORE
					     : v;
}

struct table {
	double base[MANY][VALUES], new[MANY][VALUES];
	struct contest row[MANY], swapped[MANY];
};

static void draw_table(struct random *r, struct table *t)
{
	static const double effects[] = { 1, 1, 1.01, 1.05, 1 / 1.05, 1.3, .7 };
	static const double spreads[] = { .002, .01, .05, .3 };

	for (size_t i = 0; i < MANY; i++) {
		bool paired = random_below(r, 2);
		size_t n = 1 + random_below(r, VALUES);
		size_t m = paired ? n : 1 + random_below(r, VALUES);
		double effect = effects[random_below(r, 7)];

		draw_times(r, spreads[random_below(r, 4)], t->base[i], n);
		draw_times(r, spreads[random_below(r, 4)], t->new[i], m);
		for (size_t k = 0; k < m; k++)
			t->new[i][k] *= effect;
		t->row[i] = (struct contest){ .base = { t->base[i], n },
					      .new = { t->new[i], m },
					      .paired = paired,
					      .more_is_better = random_below(r, 2),
					      .delta = .03,
					      .trust = (enum trust)random_below(r, 3) };
		if (random_below(r, 2))
			t->row[i].trust = TRUST_FULL;
		t->swapped[i] = t->row[i];
		t->swapped[i].base = t->row[i].new;
		t->swapped[i].new = t->row[i].base;
	}
}

static void swapping_swaps_every_word(void **state)
{
	static struct table t;
	struct random r = { .state = 17 };
	struct finding found[MANY], swapped[MANY];
	unsigned seen[VERDICT_INCONCLUSIVE + 1] = { 0 };

	(void)state;
	for (int round = 0; round < 50; round++) {
		draw_table(&r, &t);
		judged(t.row, found, MANY);
		judged(t.swapped, swapped, MANY);
		for (size_t i = 0; i < MANY; i++) {
			enum verdict v = found[i].judgement.verdict;

			assert_int_equal(swapped[i].judgement.verdict, opposite(v));
			assert_int_equal(swapped[i].judgement.reason, found[i].judgement.reason);
			assert_true(swapped[i].log.value == -found[i].log.value);
			assert_int_equal(swapped[i].needed, found[i].needed);
			seen[v]++;
		}
	}
	/* ... and all words were among them. */
	for (int v = VERDICT_FASTER_BY_MORE; v <= VERDICT_INCONCLUSIVE; v++)
		assert_true(seen[v] > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word),
		cmocka_unit_test(wide_is_inconclusive),
		cmocka_unit_test(says_what_is_needed),
		cmocka_unit_test(distrusted_rows_are_no_tests),
		cmocka_unit_test(half_trusted_rows_are_same_or_nothing),
		cmocka_unit_test(zeroes_have_no_ratio),
		cmocka_unit_test(pairs_cancel_what_is_common),
		cmocka_unit_test(swapping_swaps_every_word),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
