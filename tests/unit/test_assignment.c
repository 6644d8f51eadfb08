/* SPDX-License-Identifier: MIT */
/* What a parent tells its worker arrives as it was meant, and cannot be changed on the way. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "measure/assignment.h"
#include "plan/axis.h"
#include "plan/registry.h"
#include "plan/request.h"
/* After ours: cmocka has a macro called fail(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void every_cell_of_a_plan_reads_back(void **state)
{
	static const char *const directories[] = { "/tmp", NULL };
	static const char *const lines[] = {
		"attach --state fresh,resident,cold --region sysv,posix,memfd,file,anon",
		"first-touch --order random,reverse --access read",
		"throughput --message 8,100,64K --publish 1,32 --consume copy,checksum",
		"latency --place same,l3",
		"latency --rate 10%,100k",
		"bounds",
		"matrix --place ordered-pairs",
		"null",
	};
	struct topology *t;
	struct why w = { 0 };

	(void)state;
	assert_int_equal(topology_load(&t, NULL, "l3:1 core:2 pu:1", &w), 0);
	for (size_t l = 0; l < sizeof lines / sizeof *lines; l++) {
		struct request r;
		struct plan p;
		struct wish wish = { .request = &r,
				     .requests = 1,
				     .directories = directories,
				     .verify = l % 2,
				     .topology = t };

		assert_int_equal(request_parse(&r, lines[l], &w), 0);
		assert_int_equal(plan_make(&p, &wish, &w), 0);
		for (size_t i = 0; i < p.n; i++) {
			struct assignment a;
			char x[32], y[32];
			int fd = assignment_write(&p.cells[i], NULL, i % 2, &w);

			assert_true(fd >= 0);
			assert_int_equal(write(fd, "x", 1), -1); /* sealed */
			assert_int_equal(assignment_read(fd, &a, &w), 0);
			close(fd);
			assert_ptr_equal(a.cell.part, p.cells[i].cell.part);
			assert_int_equal(a.cell.has, p.cells[i].cell.has);
			assert_int_equal(a.cell.verify, p.cells[i].cell.verify);
			for (int k = 0; k < AXES; k++)
				assert_string_equal(
					axis_text(&a.cell, (enum axis)k, x, sizeof x),
					axis_text(&p.cells[i].cell, (enum axis)k, y, sizeof y));
			assert_string_equal(a.cpus[0], p.cells[i].place.cpus[0]);
			assert_int_equal(a.one_cpu,
					 p.cells[i].place.os[0] == p.cells[i].place.os[1]);
			assert_int_equal(a.counted, i % 2);
			assignment_free(&a);
		}
		plan_free(&p);
		request_free(&r);
	}
	topology_free(t);
}

/* What the parent calibrated is what the worker reads by; nobody reads a counter uncalibrated. */
static void a_counter_comes_with_its_rate(void **state)
{
	const struct clock counter = { CLOCK_SOURCE_TSC, 1654393654, 1ull << 62, 987654321 };
	struct planned p = { .cell = { .bench = registry_bench("null") } };
	struct assignment a;
	struct why w = { 0 };

	(void)state;
	p.cell.part = registry_part(p.cell.bench, "one");
	assert_int_equal(axis_set(&p.cell, AXIS_CLOCK, "tsc", &w), 0);
	assert_true(assignment_write(&p, NULL, false, &w) < 0);
	assert_non_null(strstr(w.text, "tsc"));
	int fd = assignment_write(&p, &counter, false, &w);
	assert_true(fd >= 0);
	assert_int_equal(assignment_read(fd, &a, &w), 0);
	assert_int_equal(a.clock.source, counter.source);
	assert_true(a.clock.multiplier == counter.multiplier);
	assert_true(a.clock.zero_ticks == counter.zero_ticks);
	assert_true(a.clock.zero_ns == counter.zero_ns);
	assignment_free(&a);
	close(fd);
	assert_int_equal(axis_set(&p.cell, AXIS_CLOCK, "monotonic", &w), 0);
	fd = assignment_write(&p, &counter, false, &w);
	assert_true(fd >= 0);
	assert_int_equal(assignment_read(fd, &a, &w), 0);
	assert_int_equal(a.clock.source, CLOCK_SOURCE_MONOTONIC);
	assignment_free(&a);
	close(fd);
}

static void what_is_no_assignment_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"{",
		"[]",
		"{\"benchmark\": 3}",
		"{\"benchmark\":\"none\",\"part\":\"x\",\"axes\":{},\"cpus\":[\"0\",\"0\"],"
		"\"nodes\":0,\"one_cpu\":false,\"verify\":false,\"clock\":[0,0,0]}",
		"{\"benchmark\":\"attach\",\"part\":\"life\",\"axes\":{\"region\":\"shm\"},"
		"\"cpus\":[\"0\",\"0\"],\"nodes\":0,\"one_cpu\":false,\"verify\":false,\"clock\":["
		"0,0,0]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct assignment a;
		struct why w = { 0 };
		int fd = memfd_create("test", MFD_CLOEXEC);

		assert_int_equal(write(fd, wrong[i], strlen(wrong[i])), (ssize_t)strlen(wrong[i]));
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		assert_true(assignment_read(fd, &a, &w) < 0);
		assert_true(strlen(w.text) > 0);
		assignment_free(&a);
		close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_of_a_plan_reads_back),
		cmocka_unit_test(a_counter_comes_with_its_rate),
		cmocka_unit_test(what_is_no_assignment_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
