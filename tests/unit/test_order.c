/* SPDX-License-Identifier: MIT */
/* What runs after what: a permutation in every block, known without those before it. And lookups,
 * which plans of thousands of cells are made with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "base/lookup.h"
#include "measure/order.h"
#include "planning.h"
#include <cmocka.h>

enum { BLOCKS = 8 };

/* How often each cell had its turn, and where in a block the first group was. */
struct seen {
	const struct plan *plan;
	unsigned *turns;
	unsigned block, position, groups;
	size_t group;
	unsigned first[BLOCKS];
};

static int see(void *arg, const struct turn *t, struct why *w)
{
	struct seen *s = arg;
	bool new_group = t->position == 0;

	(void)w;
	if (t->block != s->block)
		s->groups = 0;
	/* Back to back: a group that was left does not come again. */
	assert_int_equal(t->position, new_group ? 0 : s->position + 1);
	if (!new_group)
		assert_int_equal(t->group, s->group);
	if (!s->groups)
		s->first[t->block] = t->group;
	s->groups += new_group;
	s->block = t->block;
	s->group = t->group;
	s->position = t->position;
	s->turns[t->planned - s->plan->cells]++;
	return 0;
}

static void every_cell_has_one_turn_in_a_block(void **state)
{
	struct plan p = planned("attach/life --region sysv,memfd,posix --size 4K,64K,1M");
	struct seen s = { .plan = &p, .turns = calloc(p.n, sizeof *s.turns), .block = BLOCKS };
	struct why w = { "" };
	bool alike = true;

	(void)state;
	assert_int_equal(run_order(&p, 7, see, &s, &w), 0);
	for (size_t i = 0; i < p.n; i++)
		assert_int_equal(s.turns[i], BLOCKS);
	for (unsigned b = 1; b < BLOCKS; b++)
		alike &= s.first[b] == s.first[0];
	assert_false(alike);
	free(s.turns);
	plan_free(&p);
}

static void a_block_is_known_without_others(void **state)
{
	struct plan p = planned("attach/life --region sysv,memfd --size 4K..64K:+4K");
	uint32_t *a = calloc(p.groups, sizeof *a), *b = calloc(p.groups, sizeof *b);

	(void)state;
	order_groups(&p, 7, 5, a);
	order_groups(&p, 7, 4, b);
	assert_memory_not_equal(a, b, p.groups * sizeof *a);
	order_groups(&p, 8, 5, b);
	assert_memory_not_equal(a, b, p.groups * sizeof *a);
	order_groups(&p, 7, 5, b);
	assert_memory_equal(a, b, p.groups * sizeof *a);
	free(a);
	free(b);
	plan_free(&p);
}

static void members_are_the_groups(void **state)
{
	struct plan p = planned("throughput --region sysv,memfd --message 8,64,4K --publish 1,32");
	size_t n = 0;

	(void)state;
	for (size_t g = 0; g < p.groups; g++) {
		const size_t *cells;
		size_t of = plan_members(&p, g, &cells);

		assert_true(of > 0);
		for (size_t i = 0; i < of; i++) {
			assert_int_equal(p.cells[cells[i]].group, g);
			assert_true(i == 0 || cells[i] > cells[i - 1]);
		}
		n += of;
	}
	assert_int_equal(n, p.n);
	plan_free(&p);
}

static void lookup_finds_all_of_a_key_newest_first(void **state)
{
	struct lookup l = { 0 };

	(void)state;
	assert_true(lookup_first(&l, 5) == LOOKUP_NONE);
	for (uint64_t i = 0; i < 1000; i++)
		assert_int_equal(lookup_add(&l, i % 100 << 20), 0);
	for (uint64_t key = 0; key < 100; key++) {
		size_t at = lookup_first(&l, key << 20);

		for (size_t n = 10; n-- > 0; at = lookup_next(&l, at))
			assert_int_equal(at, n * 100 + key);
		assert_true(at == LOOKUP_NONE);
	}
	assert_true(lookup_first(&l, 7) == LOOKUP_NONE);
	lookup_free(&l);
}

/* The published values of FNV-1a, and that texts do not run together. */
static void hash_is_fnv_1a(void **state)
{
	(void)state;
	assert_true(hash_bytes(HASH_START, "", 0) == UINT64_C(0xcbf29ce484222325));
	assert_true(hash_bytes(HASH_START, "a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
	assert_true(hash_bytes(HASH_START, "foobar", 6) == UINT64_C(0x85944171f73967e8));
	assert_true(hash_text(hash_text(HASH_START, "a"), "bc") !=
		    hash_text(hash_text(HASH_START, "ab"), "c"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_has_one_turn_in_a_block),
		cmocka_unit_test(a_block_is_known_without_others),
		cmocka_unit_test(members_are_the_groups),
		cmocka_unit_test(lookup_finds_all_of_a_key_newest_first),
		cmocka_unit_test(hash_is_fnv_1a),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
