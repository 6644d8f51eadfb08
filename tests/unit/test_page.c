/* SPDX-License-Identifier: MIT */
/*
 * Kinds of page. What this machine has no pool or permission for is skipped here and run in the
 * emulated machine (tests/vm).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "plan/registry.h"
#include "region/page.h"
/* After ours: cmocka has a macro called fail(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static char *map(size_t len)
{
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(p, MAP_FAILED);
	return p;
}

/* Base pages are base pages, and nothing else. */
static void what_was_not_got_is_told(void **state)
{
	const size_t len = 4 << 20;
	struct why w = { "" };
	size_t bytes;
	char *p = map(len);

	(void)state;
	assert_int_equal(page_decline(&w), 0);
	memset(p, 1, len);
	assert_int_equal(page_check(p, len, PAGE_BASE, &bytes, &w), 0);
	assert_int_equal(bytes, sysconf(_SC_PAGESIZE));
	for (enum page page = PAGE_THP; page <= PAGE_1G; page++) {
		w = (struct why){ "" };
		assert_int_equal(page_check(p, len, page, &bytes, &w), -EIO);
		assert_non_null(strstr(w.text, page_word(page)));
	}
	munmap(p, len);
}

static void untouched_pages_are_of_no_kind(void **state)
{
	struct why w = { "" };
	size_t bytes;
	char *p = map(1 << 20);

	(void)state;
	assert_int_equal(page_check(p, 1 << 20, PAGE_BASE, &bytes, &w), -ENODATA);
	munmap(p, 1 << 20);
	w = (struct why){ "" };
	assert_int_equal(page_check(p, 1 << 20, PAGE_BASE, &bytes, &w), -ENODATA);
}

/* The whole process tree of a worker: its roles are forked after. */
static void declined_pages_are_declined_for_children_too(void **state)
{
	int status;

	(void)state;
	if (prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) < 0)
		skip(); /* a kernel without huge pages, or an emulator that knows of none */
	pid_t child = fork();
	if (child == 0) {
		struct why w = { "" };

		if (page_decline(&w))
			_exit(2);
		pid_t grandchild = fork();
		if (grandchild == 0)
			_exit(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 1 ? 0 : 1);
		_exit(waitpid(grandchild, &status, 0) == grandchild ? WEXITSTATUS(status) : 3);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* A node that is not there has an empty pool; no pool is asked for other pages. */
static void nodes_have_pools_of_their_own(void **state)
{
	struct why w = { "" };
	struct region r;

	(void)state;
	region_init(&r, regions[0], 2 << 20, &w);
	assert_int_equal(page_fits_nodes(&r, r.len, 1ul << 63), 0);
	r.page = PAGE_2M;
	assert_int_equal(page_fits_nodes(&r, r.len, 0), 0);
	assert_int_equal(page_fits_nodes(&r, r.len, 1ul << 63), CANNOT);
	assert_non_null(strstr(w.text, "node 63"));
}

/* More pages than any pool has: found beforehand, and the sentence has the command. */
static void no_pool_has_so_many(void **state)
{
	(void)state;
	for (size_t i = 0; regions[i]; i++) {
		struct why w = { "" };
		struct region r;

		region_init(&r, regions[i], (size_t)1 << 46, &w);
		r.page = PAGE_2M;
		r.directory = regions[i]->in_directory ? "/dev/shm" : NULL;
		if (!(regions[i]->pages & 1u << PAGE_2M))
			continue;
		assert_int_equal(region_fits(&r, r.len), CANNOT);
		if (access("/sys/kernel/mm/hugepages/hugepages-2048kB", F_OK) == 0)
			assert_non_null(strstr(w.text, r.directory ? "mount" : "nr_hugepages"));
	}
}

static int touched_is(struct region *r)
{
	size_t bytes;
	int err = region_populate(r);

	return err ? err : page_check(r->addr, r->len, r->page, &bytes, r->why);
}

/* Of two processes: what one made, the other attaches as pages of the same kind. */
static int second_process(struct region *r)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		int err = r->ops->inherited ? 0 : r->ops->attach(r);

		_exit(err || touched_is(r) || *(char *)r->addr != 7);
	}
	return waitpid(child, &status, 0) == child ? status : -1;
}

/* Where a file of this kind of page may live: what the environment names. */
static const char *directory_of(enum page page)
{
	const char *named = getenv(page == PAGE_2M ? "TEST_HUGETLBFS" : "TEST_TMPFS");

	return named ? named : "/dev/shm";
}

static bool made(const struct region_ops *ops, enum page page)
{
	static unsigned serial;
	struct why w = { "" };
	struct region r;

	region_init(&r, ops, page_bytes(page), &w);
	r.page = page;
	r.directory = ops->in_directory ? directory_of(page) : NULL;
	if (!(ops->pages & 1u << page) || region_fits(&r, r.len)) {
		print_message("%s of %s: not here: %s\n", ops->name, page_word(page), w.text);
		return false;
	}
	if (region_create(&r, serial++) || r.ops->attach(&r) || touched_is(&r))
		fail_msg("%s of %s: %s", ops->name, page_word(page), w.text);
	*(char *)r.addr = 7;
	assert_int_equal(second_process(&r), 0);
	if (r.ops->detach(&r) || r.ops->remove(&r))
		fail_msg("%s of %s: %s", ops->name, page_word(page), w.text);
	print_message("%s of %s: made\n", ops->name, page_word(page));
	return true;
}

/* Every region that says it can give this kind of page gives it. */
static void each_region_gives(enum page page)
{
	int n = 0;

	for (size_t i = 0; regions[i]; i++)
		n += made(regions[i], page);
	if (!n)
		skip();
}

static void regions_give_base_pages(void **state)
{
	(void)state;
	each_region_gives(PAGE_BASE);
}

static void regions_give_thp_pages(void **state)
{
	(void)state;
	each_region_gives(PAGE_THP);
}

static void regions_give_2m_pages(void **state)
{
	(void)state;
	each_region_gives(PAGE_2M);
}

static void regions_give_1g_pages(void **state)
{
	(void)state;
	each_region_gives(PAGE_1G);
}

int main(void)
{
	/* Last what declines: it holds for the rest of the process. */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(regions_give_thp_pages),
		cmocka_unit_test(regions_give_2m_pages),
		cmocka_unit_test(regions_give_1g_pages),
		cmocka_unit_test(untouched_pages_are_of_no_kind),
		cmocka_unit_test(declined_pages_are_declined_for_children_too),
		cmocka_unit_test(nodes_have_pools_of_their_own),
		cmocka_unit_test(no_pool_has_so_many),
		cmocka_unit_test(what_was_not_got_is_told),
		cmocka_unit_test(regions_give_base_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
