/* SPDX-License-Identifier: MIT */
/* The seeded generator: the published numbers, and fairness. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include "base/random.h"
#include <cmocka.h>

/* The published sequence of splitmix64 for this seed. */
static void random_is_splitmix64(void **state)
{
	static const uint64_t known[] = { UINT64_C(6457827717110365317),
					  UINT64_C(3203168211198807973),
					  UINT64_C(9817491932198370423),
					  UINT64_C(4593380528125082431),
					  UINT64_C(16408922859458223821) };
	struct random r = { .state = 1234567 };

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		assert_true(random_next(&r) == known[i]);
}

static void random_below_is_fair(void **state)
{
	enum { DRAWS = 60000 };
	struct random r = { .state = 13 };
	unsigned count[6] = { 0 }, high = 0;

	(void)state;
	for (int i = 0; i < DRAWS; i++)
		count[random_below(&r, 6)]++;
	for (int i = 0; i < 6; i++)
		assert_in_range(count[i], DRAWS / 6 - 400, DRAWS / 6 + 400);
	/* Modulo 3 * 2^62 alone would put half of the draws into the lowest third. */
	for (int i = 0; i < DRAWS; i++)
		high += random_below(&r, UINT64_C(3) << 62) >= UINT64_C(1) << 62;
	assert_in_range(high, DRAWS * 2 / 3 - 500, DRAWS * 2 / 3 + 500);
	assert_int_equal(random_below(&r, 1), 0);
}

/* All 24 orders of 4, about equally often. */
static void random_order_is_fair(void **state)
{
	enum { DRAWS = 24000 };
	struct random r = { .state = 14 };
	unsigned count[256] = { 0 }, orders = 0;

	(void)state;
	for (int i = 0; i < DRAWS; i++) {
		uint32_t order[4];

		random_order(&r, order, 4);
		count[order[0] << 6 | order[1] << 4 | order[2] << 2 | order[3]]++;
	}
	for (int i = 0; i < 256; i++) {
		unsigned seen =
			1u << (i >> 6) | 1u << (i >> 4 & 3) | 1u << (i >> 2 & 3) | 1u << (i & 3);

		if (count[i] == 0)
			continue;
		assert_int_equal(seen, 15);
		assert_in_range(count[i], DRAWS / 24 - 160, DRAWS / 24 + 160);
		orders++;
	}
	assert_int_equal(orders, 24);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_is_splitmix64),
		cmocka_unit_test(random_below_is_fair),
		cmocka_unit_test(random_order_is_fair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
