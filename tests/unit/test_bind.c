/* SPDX-License-Identifier: MIT */
/* Binding on this machine, whichever CPUs it gives to the test; each case in a child, so that
 * none changes the next one's affinity. */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "plan/bind.h" /* before cmocka.h, whose macro fail() would hide fail.h's function */
#include <cmocka.h>

/* What bind_cpu() did in a process of its own. */
struct bound {
	int err, cpu, alone; /* alone: the affinity is that one CPU */
	struct why why;
};

static struct bound bind_in_child(const char *cpulist)
{
	struct bound b = { 0 };
	int pipes[2];

	assert_int_equal(pipe(pipes), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		cpu_set_t now;

		b.err = bind_cpu(cpulist, &b.cpu, &b.why);
		if (!b.err && !sched_getaffinity(0, sizeof now, &now))
			b.alone = CPU_COUNT(&now) == 1 && CPU_ISSET((size_t)b.cpu, &now);
		_exit(write(pipes[1], &b, sizeof b) != sizeof b);
	}
	close(pipes[1]);
	assert_int_equal(read(pipes[0], &b, sizeof b), sizeof b);
	close(pipes[0]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	return b;
}

static void test_every_allowed_cpu(void **state)
{
	cpu_set_t may;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof may, &may), 0);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		char list[16];

		if (!CPU_ISSET((size_t)cpu, &may))
			continue;
		snprintf(list, sizeof list, "%d", cpu);
		struct bound b = bind_in_child(list);
		if (b.err)
			fail_msg("%s", b.why.text);
		assert_int_equal(b.cpu, cpu);
		assert_true(b.alone);
	}
}

/* All allowed CPUs as a list with commas, and then with one that is not there. */
static void test_several_cpus(void **state)
{
	char list[8192] = "";
	size_t len = 0;
	cpu_set_t may;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof may, &may), 0);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET((size_t)cpu, &may))
			len += (size_t)snprintf(list + len, sizeof list - len, "%s%d",
						len ? "," : "", cpu);
	struct bound b = bind_in_child(list);
	assert_int_equal(b.err, 0);
	assert_true(CPU_ISSET((size_t)b.cpu, &may));

	/* The kernel would bind to the rest and say nothing. */
	strcpy(list + len, ",100000-100001");
	b = bind_in_child(list);
	assert_int_equal(b.err, -ENODEV);
	assert_non_null(strstr(b.why.text, "off line or not allowed"));
}

/* No kernel has been built for so many. */
static void test_a_cpu_that_is_not_there(void **state)
{
	struct bound b = bind_in_child("100000");

	(void)state;
	assert_int_equal(b.err, -ENODEV);
	assert_non_null(strstr(b.why.text, "100000"));
	assert_int_equal(b.cpu, -1);
}

static void test_what_is_no_list(void **state)
{
	static const char *const wrong[] = { "",
					     ",",
					     "x",
					     "-1",
					     "0-",
					     "3-1",
					     "0,",
					     ",0",
					     "0,,1",
					     "0 ",
					     " 0",
					     "0x0",
					     "+0",
					     "0--",
					     "0-1-",
					     "0;1",
					     "131072",
					     "0-131072",
					     "0.0",
					     "1e1",
					     "all",
					     "0\n",
					     "9999999999999999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct bound b = bind_in_child(wrong[i]);

		if (b.err != -EINVAL)
			fail_msg("'%s' is accepted", wrong[i]);
		assert_non_null(strstr(b.why.text, "5 or 0-3,8"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_allowed_cpu),
		cmocka_unit_test(test_several_cpus),
		cmocka_unit_test(test_a_cpu_that_is_not_there),
		cmocka_unit_test(test_what_is_no_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
