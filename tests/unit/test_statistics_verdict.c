/* SPDX-License-Identifier: MIT */
/* Words for ratios: the rule's edges, Holm against R, and the error rates that are published for
 * the whole chain from invocations to a verdict. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "analyse/compare.h"
#include "analyse/ranksum.h"
#include "analyse/verdict.h"
#include "draw.h"
#include "vectors.h"
/* Last: it defines a macro fail(). */
#include <cmocka.h>

#define DELTA .03

/* A ratio with its interval, as people write it. */
static struct verdict_input about(double low, double value, double high)
{
	return (struct verdict_input){
		.log = { .value = log(value), .low = log(low), .high = log(high), .level = .95 },
		.p = low > 1 || high < 1 ? .001 : .5,
		.least_p = .0001,
		.delta = DELTA,
	};
}

static enum verdict opposite(enum verdict v)
{
	static const enum verdict other[] = {
		[VERDICT_NONE] = VERDICT_NONE,
		[VERDICT_FASTER_BY_MORE] = VERDICT_SLOWER_BY_MORE,
		[VERDICT_FASTER] = VERDICT_SLOWER,
		[VERDICT_SAME] = VERDICT_SAME,
		[VERDICT_SLOWER] = VERDICT_FASTER,
		[VERDICT_SLOWER_BY_MORE] = VERDICT_FASTER_BY_MORE,
		[VERDICT_INCONCLUSIVE] = VERDICT_INCONCLUSIVE,
	};

	return other[v];
}

/* Also with the sides swapped, and as a rate. */
static void check_verdict(struct verdict_input in, enum verdict v, enum reason why)
{
	struct verdict_input swapped = in, rate = in;
	struct judgement j = verdict_of(&in);

	assert_int_equal(j.verdict, v);
	assert_int_equal(j.reason, why);
	swapped.log = (struct estimate){ -in.log.value, -in.log.high, -in.log.low, in.log.level };
	j = verdict_of(&swapped);
	assert_int_equal(j.verdict, opposite(v));
	assert_int_equal(j.reason, why);
	rate.more_is_better = true;
	j = verdict_of(&rate);
	assert_int_equal(j.verdict, opposite(v));
	assert_int_equal(j.reason, why);
}

static void words(void **state)
{
	(void)state;
	check_verdict(about(1.01, 1.05, 1.09), VERDICT_SLOWER, REASON_NONE);
	check_verdict(about(1.04, 1.06, 1.08), VERDICT_SLOWER_BY_MORE, REASON_NONE);
	check_verdict(about(.92, .95, .98), VERDICT_FASTER, REASON_NONE);
	check_verdict(about(.90, .92, .94), VERDICT_FASTER_BY_MORE, REASON_NONE);
	check_verdict(about(.99, 1, 1.01), VERDICT_SAME, REASON_NONE);
	check_verdict(about(1.005, 1.01, 1.02), VERDICT_SAME, REASON_NONE);
	check_verdict(about(1.01, 1.025, 1.05), VERDICT_INCONCLUSIVE, REASON_SMALL_CHANGE);
	check_verdict(about(.98, 1.01, 1.05), VERDICT_INCONCLUSIVE, REASON_TOO_WIDE);
	check_verdict(about(.9, 1, 1.1), VERDICT_INCONCLUSIVE, REASON_TOO_WIDE);
	check_verdict(about(NAN, 1.1, NAN), VERDICT_INCONCLUSIVE, REASON_TOO_FEW);
	check_verdict(about(NAN, NAN, NAN), VERDICT_NONE, REASON_NONE);
}

/* 1/(1+delta) is as far as 1+delta, and 1-delta is further. */
static void same_ends_at_delta(void **state)
{
	struct verdict_input in = about(1, 1, 1);

	(void)state;
	in.log.low = -log1p(DELTA);
	in.log.high = log1p(DELTA);
	check_verdict(in, VERDICT_SAME, REASON_NONE);
	check_verdict(about(.9709, 1, 1.02), VERDICT_SAME, REASON_NONE);
	check_verdict(about(.9708, 1, 1.02), VERDICT_INCONCLUSIVE, REASON_TOO_WIDE);
}

static void a_word_needs_a_significant_p(void **state)
{
	struct verdict_input in = about(1.04, 1.06, 1.08);

	(void)state;
	in.p = .05;
	check_verdict(in, VERDICT_INCONCLUSIVE, REASON_TOO_WIDE);
	in.p = .0499;
	check_verdict(in, VERDICT_SLOWER_BY_MORE, REASON_NONE);
	in.p = NAN;
	check_verdict(in, VERDICT_INCONCLUSIVE, REASON_TOO_WIDE);
	in.p = in.least_p = .06;
	check_verdict(in, VERDICT_INCONCLUSIVE, REASON_TOO_FEW);
	/* Being the same needs none. */
	in = about(.99, 1, 1.01);
	in.least_p = 1;
	check_verdict(in, VERDICT_SAME, REASON_NONE);
}

static void texts(void **state)
{
	(void)state;
	assert_string_equal(verdict_word(VERDICT_SLOWER_BY_MORE), "slower by more than delta");
	assert_string_equal(verdict_column(VERDICT_SLOWER_BY_MORE), "slower");
	assert_string_equal(verdict_column(VERDICT_FASTER_BY_MORE), "faster");
	assert_string_equal(verdict_column(VERDICT_SAME), "same");
	assert_string_equal(verdict_column(VERDICT_NONE), "");
	assert_string_equal(verdict_reason(REASON_MACHINE_STATE), "machine_state");
	assert_string_equal(verdict_reason(REASON_ENVIRONMENT), "env");
	assert_string_equal(verdict_reason(REASON_NONE), "");
}

static void check_holm(const struct vector *v)
{
	double adjusted[VECTOR_VALUES];
	struct why w = { "" };

	assert_int_equal(verdict_holm(v->v[0], adjusted, v->n[0], &w), 0);
	for (size_t i = 0; i < v->n[0]; i++)
		assert_near(adjusted[i], v->v[1][i], AGREE, v->name);
}

static void holm(void **state)
{
	double p[] = { .04, NAN, .01, .03, NAN };
	struct why w = { "" };

	(void)state;
	vectors_each("holm", 2, 200, check_holm);
	assert_int_equal(verdict_holm(p, p, 5, &w), 0);
	assert_near(p[0], .06, AGREE, "not below the surer row");
	assert_near(p[2], .03, AGREE, "surest");
	assert_near(p[3], .06, AGREE, "middle");
	assert_true(isnan(p[1]) && isnan(p[4]));
	assert_int_equal(verdict_holm(p, p, 0, &w), 0);
}

static void rows_that_holm_allows(void **state)
{
	static const struct {
		size_t n, rows;
	} known[] = { { 4, 1 }, { 5, 6 }, { 6, 23 }, { 7, 85 }, { 8, 321 }, { 10, 4618 } };

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		size_t n = known[i].n, rows = known[i].rows;

		assert_int_equal((size_t)(.05 / ranksum_least_p(n, n)), rows);
		assert_int_equal(verdict_values_needed(rows), n);
		assert_true(verdict_values_needed(rows + 1) > n);
	}
	assert_int_equal(verdict_values_needed(0), 1);
}

/* Twice as wide as wanted: four times as many, wherever it lies. */
static void a_wide_interval_takes_more(void **state)
{
	double half = log1p(DELTA) / 2;
	struct estimate wide = { .low = .01 - 2 * half, .high = .01 + 2 * half },
			told = { .low = -.9 * half, .high = .9 * half },
			none = { .low = NAN, .high = NAN };

	(void)state;
	assert_in_range(verdict_values_to_tell(wide, 10, DELTA), 40, 41);
	assert_int_equal(verdict_values_to_tell(told, 10, DELTA), 10);
	assert_int_equal(verdict_values_to_tell(none, 5, DELTA), 5);
}

struct rates {
	double slower, by_more, same, faster;
};

/* How often 10 invocations on each side with this spread, the new ones longer by `ratio`, are
 * called what; p as in a table of this one row. */
static struct rates simulate(double spread, double ratio, struct random *r)
{
	enum { CASES = 2000, N = 10 };
	struct rates out = { 0 };

	for (int i = 0; i < CASES; i++) {
		double base[N], new[N];
		struct values old = { base, N }, now = { new, N };
		struct comparison c;
		struct why w = { "" };

		draw_times(r, spread, base, N);
		draw_times(r, spread, new, N);
		for (int j = 0; j < N; j++)
			new[j] *= ratio;
		assert_int_equal(compare_runs(&old, &now, &c, &w), 0);
		struct verdict_input in = { c.log, c.p, c.least_p, DELTA, false };
		enum verdict v = verdict_of(&in).verdict;

		out.slower += (v == VERDICT_SLOWER || v == VERDICT_SLOWER_BY_MORE) / (double)CASES;
		out.by_more += (v == VERDICT_SLOWER_BY_MORE) / (double)CASES;
		out.same += (v == VERDICT_SAME) / (double)CASES;
		out.faster += (v == VERDICT_FASTER || v == VERDICT_FASTER_BY_MORE) / (double)CASES;
	}
	return out;
}

/* At a true change of exactly delta it is a coin toss, as the manual says; see there. */
static void error_rates(void **state)
{
	struct random r = { .state = 12 };
	struct rates one = simulate(.01, 1, &r), small = simulate(.01, 1.01, &r),
		     toss = simulate(.01, 1.03, &r), large = simulate(.01, 1.05, &r),
		     noisy = simulate(.03, 1.05, &r);

	(void)state;
	assert_near(one.slower + one.faster, 0, .005, "1 %, no change");
	assert_near(one.same, 1, .01, "1 %, no change: same");
	assert_near(small.slower, 0, .005, "1 %, changed by 1 %");
	assert_near(toss.slower, .5, .05, "1 %, changed by delta");
	assert_near(toss.by_more, .02, .015, "1 %, changed by delta: by more");
	assert_near(large.slower, 1, .005, "1 %, changed by 5 %");
	assert_near(large.by_more, .971, .03, "1 %, changed by 5 %: by more");
	assert_near(noisy.slower, .877, .03, "3 %, changed by 5 %");
	assert_near(noisy.by_more, .247, .06, "3 %, changed by 5 %: by more");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(same_ends_at_delta),
		cmocka_unit_test(a_word_needs_a_significant_p),
		cmocka_unit_test(texts),
		cmocka_unit_test(holm),
		cmocka_unit_test(rows_that_holm_allows),
		cmocka_unit_test(a_wide_interval_takes_more),
		cmocka_unit_test(error_rates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
