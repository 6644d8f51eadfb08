/* SPDX-License-Identifier: MIT */
/* Stolen time by block, from a /proc/stat of our own; and the time that a process waited. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "probe/clock.h"
#include "probe/waited.h"
#include "record/steal.h"
#include "scratch.h"
/* After ours: cmocka has a macro called fail(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const uint64_t ms = 1000000;

struct host {
	char path[256];
	struct steal steal;
	struct invocation i; /* two roles, CPUs 0 and 1 */
};

static void write_stat(const char *path, unsigned cpu0, unsigned cpu1)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fprintf(f, "cpu  1 2 3 4 5 6 7 %u 9 10\n", cpu0 + cpu1);
	fprintf(f, "cpu0 1 2 3 4 5 6 7 %u 9 10\n", cpu0);
	fprintf(f, "cpu1 1 2 3 4 5 6 7 %u 9 10\nintr 99 1 2\ncpu2 1 1 1 1 1 1 1 777\n", cpu1);
	assert_int_equal(fclose(f), 0);
}

static void host_open(struct host *m, const char *dir)
{
	*m = (struct host){ .i = { .roles = 2, .cpu = { 0, 1 } } };
	snprintf(m->path, sizeof m->path, "%s/stat", dir);
	write_stat(m->path, 1000, 2000);
	steal_open(&m->steal, m->path, 1000 * ms);
	assert_string_equal(m->steal.unavailable.text, "");
}

/* The invocation ends at this time, when so much has been stolen in all. */
static bool take(struct host *m, unsigned block, uint64_t at_ms, unsigned cpu1)
{
	write_stat(m->path, 1000, 2000 + cpu1);
	m->i.block = block;
	m->i.ended_ns = at_ms * ms;
	return steal_take(&m->steal, &m->i);
}

/* 2 % of 1000 ms are two ticks, and one may have been nearly full before. */
static void two_per_cent_of_the_block_so_far(void **state)
{
	struct host m;

	host_open(&m, *state);
	assert_false(take(&m, 0, 2000, 3));
	assert_true(take(&m, 0, 2000, 4));
	assert_true(take(&m, 0, 2499, 4)); /* 30 ms of 1499 */
	assert_false(take(&m, 0, 2501, 4));
}

static void a_tick_alone_proves_nothing(void **state)
{
	struct host m;

	host_open(&m, *state);
	assert_false(take(&m, 0, 1020, 1));
	assert_true(take(&m, 0, 1020, 2));
}

static void a_block_begins_anew(void **state)
{
	struct host m;

	host_open(&m, *state);
	assert_true(take(&m, 0, 2000, 50));
	assert_false(take(&m, 1, 2200, 50));
	assert_true(take(&m, 1, 2400, 60));
	/* Within its first 100 ms the block before counts too: 90 ms of 490. */
	assert_true(take(&m, 2, 2490, 60));
	assert_false(take(&m, 2, 2501, 60));
}

static void other_cpus_do_not_count(void **state)
{
	struct host m;

	host_open(&m, *state);
	m.i.roles = 1;
	assert_false(take(&m, 0, 2000, 90));
	m.i.cpu[0] = 1;
	assert_true(take(&m, 0, 2000, 90));
	m.i.cpu[0] = -1;
	assert_false(take(&m, 0, 2000, 90));
	m.i.cpu[0] = STEAL_CPUS;
	assert_false(take(&m, 0, 2000, 90));
}

static void what_is_not_there_is_unavailable(void **state)
{
	struct host m;
	FILE *f;

	host_open(&m, *state);
	f = fopen(m.path, "we");
	assert_non_null(f);
	fputs("cpu  1 2 3 4\ncpu0 1 2 3 4\n", f);
	fclose(f);
	steal_open(&m.steal, m.path, 0);
	assert_non_null(strstr(m.steal.unavailable.text, "no column of stolen time"));
	m.i.ended_ns = 1000 * ms;
	assert_false(steal_take(&m.steal, &m.i));
	unlink(m.path);
	steal_open(&m.steal, m.path, 0);
	assert_non_null(strstr(m.steal.unavailable.text, strerror(ENOENT)));
	assert_false(steal_take(&m.steal, &m.i));
}

static void this_machine_has_a_stat(void **state)
{
	struct steal s;

	(void)state;
	steal_open(&s, "/proc/stat", clock_ns());
	assert_string_equal(s.unavailable.text, "");
}

static void waiting_is_read(void **state)
{
	char path[256];
	uint64_t ns = 0;
	struct why w = { "" };

	snprintf(path, sizeof path, "%s/schedstat", (const char *)*state);
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	fputs("3034 5000000001 67\n", f);
	fclose(f);
	assert_int_equal(waited_read(path, &ns, &w), 0);
	assert_true(ns == 5000000001);
	assert_int_equal(truncate(path, 4), 0);
	assert_int_equal(waited_read(path, &ns, &w), -EIO);
	assert_non_null(strstr(w.text, "no time of waiting"));
	w.text[0] = '\0';
	unlink(path);
	assert_int_equal(waited_read(path, &ns, &w), -ENOENT);
	assert_non_null(strstr(w.text, strerror(ENOENT)));
}

static void spin(uint64_t ns)
{
	for (uint64_t end = clock_ns() + ns; clock_ns() < end;)
		;
}

/* Two that want one CPU: between them they wait for at least half of the time that both are there,
 * whoever else is. */
static void two_on_one_cpu_wait(void **state)
{
	uint64_t before, after;
	struct why w = { "" };
	cpu_set_t all, one;

	(void)state;
	if (waited_read(WAITED_PATH, &before, &w))
		skip();
	assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
	CPU_ZERO(&one);
	for (size_t cpu = 0; cpu < CPU_SETSIZE && !CPU_COUNT(&one); cpu++)
		if (CPU_ISSET(cpu, &all))
			CPU_SET(cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
	pid_t child = fork();
	if (child == 0) {
		spin(400 * ms);
		_exit(0);
	}
	spin(300 * ms);
	assert_int_equal(waited_read(WAITED_PATH, &after, &w), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	sched_setaffinity(0, sizeof all, &all);
	assert_true(after - before > 30 * ms);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(two_per_cent_of_the_block_so_far),
		EACH(a_tick_alone_proves_nothing),
		EACH(a_block_begins_anew),
		EACH(other_cpus_do_not_count),
		EACH(what_is_not_there_is_unavailable),
		EACH(this_machine_has_a_stat),
		EACH(waiting_is_read),
		EACH(two_on_one_cpu_wait),
	};

	return cmocka_run_group_tests_name("steal", tests, NULL, NULL);
}
