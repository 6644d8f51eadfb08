/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include "base/grow.h"
/* After ours: cmocka has a macro called fail(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* One by one: all are kept, and they move seldom. */
static void what_is_there_stays(void **state)
{
	enum { N = 100000 };
	unsigned *v = NULL, moves = 0;
	size_t room = 0;

	(void)state;
	for (unsigned i = 0; i < N; i++) {
		size_t before = room;

		assert_int_equal(GROW(v, room, i + 1), 0);
		assert_true(room > i);
		moves += room != before;
		v[i] = i;
	}
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(v[i], i);
	assert_true(moves < 20);
	free(v);
}

static void many_at_once(void **state)
{
	double(*pairs)[2] = NULL;
	size_t room = 0;

	(void)state;
	assert_int_equal(GROW(pairs, room, 1000), 0);
	assert_true(room >= 1000);
	pairs[999][1] = 1;
	assert_int_equal(GROW(pairs, room, 10), 0);
	assert_true(room >= 1000);
	assert_true(pairs[999][1] == 1);
	free(pairs);
}

static void what_cannot_be_had_changes_nothing(void **state)
{
	uint64_t *v = NULL;
	size_t room = 0;

	(void)state;
	assert_int_equal(GROW(v, room, 3), 0);
	size_t was = room;
	uint64_t *at = v;
	v[2] = 7;
#ifndef __SANITIZE_ADDRESS__ /* which ends a program that asks for so much */
	assert_int_equal(GROW(v, room, SIZE_MAX / sizeof *v), -ENOMEM);
#endif
	assert_int_equal(GROW(v, room, SIZE_MAX / sizeof *v + 2), -ENOMEM); /* bytes overflow */
	assert_int_equal(room, was);
	assert_ptr_equal(v, at);
	assert_int_equal(v[2], 7);
	free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_stays),
		cmocka_unit_test(many_at_once),
		cmocka_unit_test(what_cannot_be_had_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
