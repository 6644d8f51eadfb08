/* SPDX-License-Identifier: MIT */
/*
 * Memory nodes on this machine. Every expectation comes from sysfs; where the kernel has no NUMA
 * support or a container forbids the calls, the tests that need them are skipped.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "plan/memory.h" /* before cmocka.h, whose macro fail() would hide fail.h's function */
#include <cmocka.h>

#define PAGES 1000

/* Of one list such as "0-1": the lowest node that this process may use. */
static int lowest_node(void)
{
	char line[256];
	int node = -1;
	FILE *f = fopen("/proc/self/status", "r");

	assert_non_null(f);
	while (fgets(line, sizeof line, f))
		sscanf(line, "Mems_allowed_list: %d", &node);
	fclose(f);
	assert_in_range(node, 0, 62);
	return node;
}

static int nodes_online(void)
{
	int first = 0, last = 0;
	FILE *f = fopen("/sys/devices/system/node/online", "r");

	if (!f)
		return 1;
	int n = fscanf(f, "%d-%d", &first, &last);
	fclose(f);
	return n == 2 ? last - first + 1 : 1;
}

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* Shared and untouched. */
static char *map(size_t pages)
{
	char *at = mmap(NULL, pages * page_size(), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(at, MAP_FAILED);
	return at;
}

/* The one node; -1 for several or none. */
static int node_of(const void *at, size_t len, int *node, struct why *w)
{
	unsigned long nodes;
	int err = memory_nodes_of(at, len, &nodes, w);

	*node = err || nodes & (nodes - 1) ? -1 : __builtin_ctzl(nodes);
	return err;
}

static void unmap(char *at, size_t pages)
{
	assert_int_equal(munmap(at, pages * page_size()), 0);
}

static void skip_if_cannot(int err)
{
	if (err == CANNOT)
		skip();
}

static void test_bound_pages_are_there(void **state)
{
	int node = lowest_node(), found = -2;
	char *at = map(PAGES);
	struct why why = { "" };

	(void)state;
	int err = memory_bind(at, PAGES * page_size(), 1ul << node, &why);
	skip_if_cannot(err);
	if (err)
		fail_msg("%s", why.text);
	memset(at, 1, PAGES * page_size());
	assert_int_equal(node_of(at, PAGES * page_size(), &found, &why), 0);
	assert_int_equal(found, node);
	unmap(at, PAGES);
}

/* A node that no machine has; and one that it has beside one that it has not, of which the
 * kernel would keep the first and say nothing. */
static void test_nodes_that_are_not_there(void **state)
{
	unsigned long absent = 1ul << 63, mixed = absent | 1ul << lowest_node();
	char *at = map(1);
	struct why why = { "" }, why_mixed = { "" };

	(void)state;
	int err = memory_bind(at, page_size(), absent, &why);
	skip_if_cannot(err);
	assert_int_equal(err, -ENODEV);
	assert_non_null(strstr(why.text, "8000000000000000"));
	assert_int_equal(memory_bind(at, page_size(), mixed, &why_mixed), -ENODEV);
	assert_string_not_equal(why_mixed.text, "");
	unmap(at, 1);
}

static void test_no_nodes_is_nothing_to_do(void **state)
{
	char *at = map(1);
	struct why why = { "" };

	(void)state;
	assert_int_equal(memory_bind(at, page_size(), 0, &why), 0);
	assert_string_equal(why.text, "");
	unmap(at, 1);
}

static void test_task_policy_and_back(void **state)
{
	struct why why = { "" };
	int err = memory_bind_task(1ul << lowest_node(), &why);

	(void)state;
	skip_if_cannot(err);
	if (err)
		fail_msg("%s", why.text);
	assert_int_equal(memory_bind_task(1ul << 63, &why), -ENODEV);
	assert_int_equal(memory_bind_task(0, &why), 0);
}

/* With several nodes where the machine has them: half the pages on each of the first two. */
static void test_pages_on_several_nodes(void **state)
{
	int found = -2;
	char *at = map(PAGES);
	struct why why = { "" };

	(void)state;
	if (nodes_online() < 2)
		skip();
	int err = memory_bind(at, PAGES * page_size(), 3, &why);
	skip_if_cannot(err);
	if (err)
		fail_msg("%s", why.text);
	memset(at, 1, PAGES * page_size());
	assert_int_equal(node_of(at, PAGES * page_size(), &found, &why), 0);
	assert_int_equal(found, -1);
	unsigned long nodes;
	assert_int_equal(memory_nodes_of(at, PAGES * page_size(), &nodes, &why), 0);
	assert_int_equal(nodes, 3);
	unmap(at, PAGES);
}

static int node_after_touching(size_t first, size_t n, int *node)
{
	char *at = map(PAGES);
	struct why why = { "" };

	memset(at + first * page_size(), 1, n * page_size());
	int err = node_of(at, PAGES * page_size(), node, &why);
	unmap(at, PAGES);
	return err;
}

/* One page of a thousand is found wherever it is. */
static void test_few_pages_are_enough(void **state)
{
	static const size_t touched[] = { 0, 1, 17, 500, PAGES - 2, PAGES - 1 };

	(void)state;
	for (size_t i = 0; i < sizeof touched / sizeof *touched; i++) {
		int node = -2;
		int err = node_after_touching(touched[i], 1, &node);

		skip_if_cannot(err);
		assert_int_equal(err, 0);
		assert_in_range(node, 0, 1023);
	}
}

static void test_untouched_is_an_error(void **state)
{
	int node = -2;
	int err = node_after_touching(0, 0, &node);

	(void)state;
	skip_if_cannot(err);
	assert_int_equal(err, -ENODATA);
	assert_int_equal(node, -1);
}

/* From the middle of one page into the middle of the next: both belong to the range, the one
 * behind them does not. */
static void test_ends_of_a_range(void **state)
{
	char *at = map(3);
	size_t half = page_size() / 2;
	struct why why = { "" };
	int node = -2;

	(void)state;
	at[2 * page_size()] = 1;
	int err = node_of(at + half, page_size(), &node, &why);
	skip_if_cannot(err);
	assert_int_equal(err, -ENODATA);
	at[page_size()] = 1;
	assert_int_equal(node_of(at + half, page_size(), &node, &why), 0);
	assert_in_range(node, 0, 1023);
	unmap(at, 3);
}

/* As Docker does: the three calls fail with `error`. */
static int forbid(unsigned error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mbind, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_set_mempolicy, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_move_pages, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
	};
	struct sock_fprog program = { .len = sizeof code / sizeof *code, .filter = code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

enum { ALL_CANNOT, NO_FILTER, OTHER };

static int in_container(unsigned error, const char *says)
{
	char *at = map(1);
	int node;
	struct why why[3] = { 0 };

	*at = 1;
	if (forbid(error))
		return NO_FILTER;
	if (memory_bind(at, page_size(), 1, &why[0]) != CANNOT ||
	    memory_bind_task(1, &why[1]) != CANNOT ||
	    node_of(at, page_size(), &node, &why[2]) != CANNOT)
		return OTHER;
	for (int i = 0; i < 3; i++)
		if (!strstr(why[i].text, says))
			return OTHER;
	return ALL_CANNOT;
}

static void test_forbidden_is_cannot(void **state)
{
	static const struct {
		unsigned error;
		const char *says;
	} how[] = { { EPERM, "CAP_SYS_NICE" }, { ENOSYS, "CONFIG_NUMA" } };

	(void)state;
	for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
		int status;
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0)
			_exit(in_container(how[i].error, how[i].says));
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		if (WEXITSTATUS(status) == NO_FILTER)
			skip();
		assert_int_equal(WEXITSTATUS(status), ALL_CANNOT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bound_pages_are_there),
		cmocka_unit_test(test_nodes_that_are_not_there),
		cmocka_unit_test(test_no_nodes_is_nothing_to_do),
		cmocka_unit_test(test_task_policy_and_back),
		cmocka_unit_test(test_pages_on_several_nodes),
		cmocka_unit_test(test_few_pages_are_enough),
		cmocka_unit_test(test_untouched_is_an_error),
		cmocka_unit_test(test_ends_of_a_range),
		cmocka_unit_test(test_forbidden_is_cannot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
