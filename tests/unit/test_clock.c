/* SPDX-License-Identifier: MIT */
/* The counter as a clock: refused with a sentence or as good as the kernel's, and CPUs that do not
 * agree on it are found out. Nothing here asserts how long anything takes. */
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "probe/clock.h"
#include "probe/meeting.h"
/* After ours: cmocka has a macro called fail(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* The counter that this machine has; skips the test where it has none. */
static struct clock_calibration counter(void)
{
	struct clock_calibration c;
	struct why tsc = { 0 }, cntvct = { 0 };

	if (!clock_calibrate(CLOCK_SOURCE_TSC, &c, &tsc) ||
	    !clock_calibrate(CLOCK_SOURCE_CNTVCT, &c, &cntvct))
		return c;
	skip();
	return c;
}

static void what_is_not_here_says_so(void **state)
{
	static const enum clock_source counters[] = { CLOCK_SOURCE_TSC, CLOCK_SOURCE_CNTVCT };
	struct why none = { 0 };
	int refused = 0;

	(void)state;
	assert_int_equal(clock_available(CLOCK_SOURCE_MONOTONIC, &none), 0);
	for (int i = 0; i < 2; i++) {
		struct clock_calibration c;
		struct why w = { 0 }, again = { 0 };

		if (!clock_available(counters[i], &w))
			continue;
		refused++;
		assert_true(strlen(w.text) > 20);
		assert_int_equal(clock_calibrate(counters[i], &c, &again), CANNOT);
		assert_string_equal(again.text, w.text);
	}
	/* No CPU has both. */
	assert_true(refused >= 1);
}

static void a_counter_goes_as_the_kernel_does(void **state)
{
	struct clock_calibration c = counter();

	(void)state;
	assert_true(c.over_ns >= 100000000);
	assert_true(c.error_ppm >= 0 && c.error_ppm <= 100);
	assert_true(c.ghz > .001 && c.ghz < 20);
	assert_true(fabs((double)c.clock.multiplier * c.ghz / 4294967296. - 1) < 1e-6);
	/* A read lies between two of the kernel's, give or take what steering may have added since. */
	for (int i = 0; i < 1000; i++) {
		uint64_t before = clock_ns(), now = clock_now(&c.clock), after = clock_ns();
		uint64_t slack = (before - c.clock.zero_ns) / 1000 + 10000;

		assert_true(now + slack >= before);
		assert_true(now <= after + slack);
	}
}

static void a_counter_never_goes_back(void **state)
{
	struct clock_calibration c = counter();
	uint64_t last = clock_now(&c.clock);

	(void)state;
	for (int i = 0; i < 100000; i++) {
		uint64_t now = clock_now(&c.clock);

		assert_true(now >= last);
		last = now;
	}
}

/* Counters run for years: the product has more than 64 bits. */
static void a_long_time_does_not_overflow(void **state)
{
	struct clock_calibration c = counter();
	const uint64_t year_ns = 31557600000000000u;
	uint64_t year = (uint64_t)((double)year_ns * c.ghz);

	(void)state;
	if (c.clock.zero_ticks < year)
		c.clock.zero_ticks += UINT64_MAX - year + 1; /* modulo 2^64, as the difference is */
	else
		c.clock.zero_ticks -= year;
	double passed = (double)(clock_now(&c.clock) - c.clock.zero_ns);
	assert_true(fabs(passed / (double)year_ns - 1) < 1e-3);
}

/* The bounds between this process and another whose clock is ahead by so much. */
static void compare(const struct clock *c, uint64_t ahead, int64_t *low, int64_t *high)
{
	struct meeting *m =
		mmap(NULL, sizeof *m, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct clock other = *c;
	int status;

	assert_true(m != MAP_FAILED);
	other.zero_ns += ahead;
	alarm(60);
	pid_t child = fork();
	if (child == 0) {
		meeting_compared(m, &other);
		_exit(0);
	}
	meeting_compare(m, c, low, high);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	alarm(0);
	munmap(m, sizeof *m);
}

static void clocks_that_disagree_are_found_out(void **state)
{
	struct clock_calibration c = counter();
	const uint64_t second = 1000000000;
	int64_t low, high;

	(void)state;
	compare(&c.clock, 0, &low, &high);
	assert_true(low <= 0 && high >= 0);
	compare(&c.clock, 100 * second, &low, &high);
	assert_true(low > 0 && low <= 100 * (int64_t)second && high >= 100 * (int64_t)second);
	compare(&c.clock, UINT64_MAX - 100 * second + 1, &low, &high);
	assert_true(high < 0 && low <= -100 * (int64_t)second && high >= -100 * (int64_t)second);
}

/* The same for the clock that everything else uses. */
static void the_kernels_clock_agrees_with_itself(void **state)
{
	int64_t low, high;

	(void)state;
	compare(&(struct clock){ 0 }, 0, &low, &high);
	assert_true(low <= 0 && high >= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_here_says_so),
		cmocka_unit_test(a_counter_goes_as_the_kernel_does),
		cmocka_unit_test(a_counter_never_goes_back),
		cmocka_unit_test(a_long_time_does_not_overflow),
		cmocka_unit_test(clocks_that_disagree_are_found_out),
		cmocka_unit_test(the_kernels_clock_agrees_with_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
