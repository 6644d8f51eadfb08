/* SPDX-License-Identifier: MIT */
/* What selftest concludes from turns, on windows made up here: nothing is measured. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* cmocka has a macro named fail: what declares the function comes first. */
#include "command/gate_turns.h"
#include <cmocka.h>

enum { WINDOWS = 20 };

static void see(struct trial_seen *seen, double value)
{
	seen->value = calloc(WINDOWS, sizeof *seen->value);
	assert_non_null(seen->value);
	seen->n = seen->room = WINDOWS;
	seen->tally = (struct gate_tally){ .windows = 40, .passed_before = 30, .calm = WINDOWS };
	for (int i = 0; i < WINDOWS; i++)
		seen->value[i] = value * (1 + .001 * (i % 5 - 2));
}

/* Rounds of a clock that drifts by 5 % a round; attach is 2 % slower under load in each. */
static void only_neighbours_are_compared(void **state)
{
	struct turns sum = { .rounds = 0 };
	char text[200];

	(void)state;
	for (int round = 0; round < TURNS_ROUNDS; round++) {
		struct turns now = { .rounds = 0 };
		double clock = 1 + .05 * round;

		see(&now.seen[IDLE][TRIAL_ATTACH], 1000 * clock);
		see(&now.seen[LOADED][TRIAL_ATTACH], 1020 * clock);
		assert_int_equal(turns_add(&sum, &now), 0);
		turns_forget(&now);
	}
	struct off attach = turns_off(&sum, TRIAL_ATTACH), touch = turns_off(&sum, TRIAL_TOUCH);
	assert_true(fabs(attach.median - .02) < 1e-9);
	assert_true(fabs(attach.most - attach.least) < 1e-9);
	assert_true(isnan(touch.median));
	assert_int_equal(sum.rounds, TURNS_ROUNDS);
	assert_int_equal(sum.seen[LOADED][TRIAL_ATTACH].n, TURNS_ROUNDS * WINDOWS);
	assert_true(trial_accepted(&sum.seen[IDLE][TRIAL_ATTACH]) == .5);
	assert_non_null(
		strstr(turns_text(&sum, text, sizeof text), "attach +2.0 % (+2.0 to +2.0)"));
	assert_non_null(strstr(text, "first touch too few"));
	turns_forget(&sum);
	assert_int_equal(sum.seen[LOADED][TRIAL_ATTACH].n, 0);
}

/* A round in which too little was accepted says nothing, however far off it is. */
static void few_windows_say_nothing(void **state)
{
	struct turns sum = { .rounds = 0 }, now = { .rounds = 0 };

	(void)state;
	see(&now.seen[IDLE][TRIAL_ATTACH], 1000);
	see(&now.seen[LOADED][TRIAL_ATTACH], 9000);
	now.seen[LOADED][TRIAL_ATTACH].n = 2;
	assert_int_equal(turns_add(&sum, &now), 0);
	assert_true(isnan(turns_off(&sum, TRIAL_ATTACH).median));
	turns_forget(&now);
	turns_forget(&sum);
}

/* 1 - pbinom(k - 1, 240, .02) is .0239 at k = 10, .0097 at 11, .0036 at 12. */
static void two_per_cent_may_be_exceeded_by_chance(void **state)
{
	struct gate_tally t = { .windows = 240 };

	(void)state;
	assert_false(turns_pass_too_often(&t));
	t.calm = 4; /* 1.7 % */
	assert_false(turns_pass_too_often(&t));
	t.calm = 10; /* 4.2 % */
	assert_false(turns_pass_too_often(&t));
	t.calm = 12;
	assert_true(turns_pass_too_often(&t));
	t.calm = 240;
	assert_true(turns_pass_too_often(&t));
	t = (struct gate_tally){ .windows = 10, .calm = 1 }; /* .18 by chance */
	assert_false(turns_pass_too_often(&t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_neighbours_are_compared),
		cmocka_unit_test(few_windows_say_nothing),
		cmocka_unit_test(two_per_cent_may_be_exceeded_by_chance),
	};

	return cmocka_run_group_tests_name("gate_turns", tests, NULL, NULL);
}
