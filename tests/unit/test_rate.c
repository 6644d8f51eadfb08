/* SPDX-License-Identifier: MIT */
/* Rates in plans: which part of a benchmark they ask for, what they are as text, and what is none. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "planning.h"
/* After ours: cmocka has a macro called fail(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* `latency` is one question without a rate and another with one. */
static void a_rate_opens_the_loop(void **state)
{
	struct plan closed = planned("latency --channel ring"),
		    open = planned("latency --channel ring --rate 10%..95%:+17%,1M,120%"),
		    named = planned("latency/open-loop --channel ring");
	static const char *const given[] = { "10%", "27%", "44%",     "61%",
					     "78%", "95%", "1000000", "120%" };

	(void)state;
	assert_int_equal(asked(&closed), 1);
	assert_string_equal(closed.cells[0].cell.part->name, "round-trip");
	assert_string_equal(value(&closed, 0, AXIS_RATE), "");
	assert_int_equal(asked(&open), 8);
	for (size_t i = 0; i < 8; i++) {
		assert_string_equal(open.cells[i].cell.part->name, "open-loop");
		assert_string_equal(value(&open, i, AXIS_RATE), given[i]);
		assert_int_equal(open.cells[i].status, 0);
	}
	assert_int_equal(asked(&named), 6);
	assert_string_equal(value(&named, 5, AXIS_RATE), "95%");
	plan_free(&closed);
	plan_free(&open);
	plan_free(&named);
}

/* The same share of each one's own peak is compared; 100 messages at a low rate take long. */
static void cells_of_one_rate_are_a_group(void **state)
{
	struct plan p = planned("latency --rate 50%,1k");

	(void)state;
	assert_int_equal(asked(&p), 4);
	for (size_t i = 0; i < 4; i++) {
		const struct planned *base = &p.cells[p.cells[i].base];

		assert_string_equal(base->cell.channel->name, "ring");
		assert_int_equal(base->cell.rate, p.cells[i].cell.rate);
		assert_int_equal(base->group, p.cells[i].group);
	}
	assert_true(p.cells[1].expected_ns > 20 * p.cells[0].expected_ns);
	plan_free(&p);
}

static void an_open_loop_needs_two_cpus(void **state)
{
	struct plan p = planned("latency --rate 50% --place same");

	(void)state;
	assert_int_equal(asked(&p), 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(p.cells[i].status, CANNOT);
		assert_non_null(strstr(p.cells[i].why.text, "two"));
	}
	plan_free(&p);
}

static void wrong_rates_are_refused(void **state)
{
	static const struct {
		const char *rate, *hint;
	} wrong[] = {
		{ "0", "1000" },         { "999", "1000" },     { "2G", "1000000000" },
		{ "fast", "250k" },      { "10%..1M", "'1M'" }, { "1000..95%", "'1000'" },
		{ "0%", "1%" },          { "1001%", "1000%" },  { "10%..95%:+17", "'17'" },
		{ "95%..10%", "empty" }, { "2.5%", "whole" },   { "50%,", "rate" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char line[80];
		struct plan p;
		struct why w = { 0 };

		snprintf(line, sizeof line, "latency --rate %s", wrong[i].rate);
		if (plan_on(&p, TWO_CORES, line, NULL, &w) != -EINVAL ||
		    !strstr(w.text, wrong[i].hint))
			fail_msg("%s: %s", wrong[i].rate, w.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rate_opens_the_loop),
		cmocka_unit_test(cells_of_one_rate_are_a_group),
		cmocka_unit_test(an_open_loop_needs_two_cpus),
		cmocka_unit_test(wrong_rates_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
