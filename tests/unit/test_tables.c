/* SPDX-License-Identifier: MIT */
/* How much the page tables of a crowd are expected to take, by the kind of page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include "base/page.h"
#include "plan/registry.h"
/* Last: it has a macro fail(). */
#include <cmocka.h>

#define K (UINT64_C(1) << 10)
#define M (UINT64_C(1) << 20)
#define G (UINT64_C(1) << 30)

/* One table more than fit exactly: a mapping may begin anywhere. */
static void tables_are_of_entries_of_the_kind_of_page(void **state)
{
	static const struct {
		uint64_t len, page, base, tables;
	} cases[] = {
		{ 4 * K, 4 * K, 4 * K, 2 },
		{ 2 * M, 4 * K, 4 * K, 2 },
		{ 2 * M + 4 * K, 4 * K, 4 * K, 3 },
		{ G, 4 * K, 4 * K, 513 },
		/* A table of pages of 2M reaches 1G, one of pages of 1G 512G. */
		{ 2 * M, 2 * M, 4 * K, 2 },
		{ G, 2 * M, 4 * K, 2 },
		{ 3 * G, 2 * M, 4 * K, 4 },
		{ 64 * G, G, 4 * K, 2 },
		/* Base pages of 16K and 64K, whose tables reach 32M and 512M. */
		{ 64 * M, 16 * K, 16 * K, 3 },
		{ G, 64 * K, 64 * K, 3 },
		/* There 2M is many entries of a base page, and with 16K 1G is 32 of 32M. */
		{ 64 * M, 2 * M, 16 * K, 3 },
		{ G, 2 * M, 64 * K, 3 },
		{ 64 * G, G, 16 * K, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(page_tables_bytes(cases[i].len, cases[i].page, cases[i].base),
				 cases[i].tables * cases[i].base);
}

static struct cell crowd(uint64_t page, uint64_t processes)
{
	return (struct cell){ .size = G, .page = page, .processes = processes };
}

/* A GiB in base pages is 2 MiB of tables a process, in pages of 2 MiB hardly any. */
static void a_crowd_is_expected_by_its_kind_of_page(void **state)
{
	const struct part *part = registry_bench("attachers")->parts;
	struct cell base = crowd(PAGE_BASE, 100), large = crowd(PAGE_2M, 100),
		    one = crowd(PAGE_2M, 1);
	uint64_t least = 100 * (G / base_page_bytes() * 8);

	(void)state;
	assert_in_range(part->beside(&base), least, least + 100 * M);
	assert_in_range(part->beside(&large), 100 * 64 * K, 100 * M);
	assert_in_range(part->beside(&one), 64 * K, M);
	assert_true(part->lasts_ns(&large) < part->lasts_ns(&base));
	assert_true(part->lasts_ns(&one) < part->lasts_ns(&large));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_of_entries_of_the_kind_of_page),
		cmocka_unit_test(a_crowd_is_expected_by_its_kind_of_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
