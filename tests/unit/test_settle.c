/* SPDX-License-Identifier: MIT */
/* A process that has settled: what is its own takes no fault any more. */
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/page.h"
#include "probe/counters.h"
#include "probe/emulation.h"
#include "probe/settle.h"
/* After ours: cmocka has a macro called fail(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { LEN = 1 << 20, STACK = 48 << 10, TRIALS = 5 };

static volatile char zeroes[LEN], ones[LEN] = { 1 };

static void write_pages(volatile char *p, size_t len)
{
	for (size_t at = 0; at < len; at += SMALLEST_PAGE)
		p[at] = 2;
}

static void write_stack(void)
{
	volatile char deep[STACK];

	write_pages(deep, sizeof deep);
}

/* Faults of writing to all that is this process's own. */
static uint64_t faults_of_writes(volatile char *heap)
{
	uint64_t before = counters_read().minor_faults;

	write_pages(zeroes, LEN);
	write_pages(ones, LEN);
	write_pages(heap, LEN);
	write_stack();
	return counters_read().minor_faults - before;
}

static void need_real_faults(void)
{
#ifdef __SANITIZE_ADDRESS__
	skip(); /* the shadow of what is touched takes faults too */
#endif
	if (emulation_here(NULL))
		skip();
}

/* A child counts its faults, after it has settled or not, while its parent holds on to the pages. */
static uint64_t faults_of_child(volatile char *heap, bool settled)
{
	struct why w = { 0 };
	uint64_t faults = 0;
	int status, to[2];

	assert_int_equal(pipe(to), 0);
	pid_t child = fork();
	if (child == 0) {
		if (settled && settle_process(&w))
			_exit(1);
		faults = faults_of_writes(heap);
		_exit(write(to[1], &faults, sizeof faults) != sizeof faults);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(read(to[0], &faults, sizeof faults), sizeof faults);
	close(to[0]);
	close(to[1]);
	return faults;
}

static volatile char *private_pages(void)
{
	void *p = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(p != MAP_FAILED);
	return p;
}

static uint64_t faults_when_settled(volatile char *heap)
{
	struct why w = { 0 };

	assert_int_equal(settle_process(&w), 0);
	return faults_of_writes(heap);
}

static uint64_t of_child(volatile char *heap)
{
	write_pages(heap, LEN);
	return faults_of_child(heap, true);
}

static uint64_t of_child_not_settled(volatile char *heap)
{
	write_pages(heap, LEN);
	return faults_of_child(heap, false);
}

static uint64_t of_parent_with_a_child(volatile char *heap)
{
	write_pages(heap, LEN);
	faults_of_child(heap, true);
	return faults_of_writes(heap);
}

static uint64_t of_parent_settled_again(volatile char *heap)
{
	write_pages(heap, LEN);
	faults_of_child(heap, true);
	return faults_when_settled(heap);
}

/* Of a few trials with new pages: one that the kernel moves just then takes a fault that is not ours. */
static uint64_t least_faults(uint64_t (*trial)(volatile char *heap))
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < TRIALS && least; i++) {
		volatile char *heap = private_pages();
		uint64_t faults = trial(heap);

		least = faults < least ? faults : least;
		munmap((void *)(uintptr_t)heap, LEN);
	}
	return least;
}

static void what_is_its_own_takes_no_fault(void **state)
{
	(void)state;
	need_real_faults();
	assert_true(least_faults(of_child_not_settled) > LEN / base_page_bytes());
	assert_int_equal(least_faults(of_child), 0);
}

/* The parent of children had none to begin with, and has again none. */
static void a_parent_settles_again(void **state)
{
	(void)state;
	need_real_faults();
	assert_int_equal(least_faults(faults_when_settled), 0);
	assert_true(least_faults(of_parent_with_a_child) > LEN / base_page_bytes());
	assert_int_equal(least_faults(of_parent_settled_again), 0);
}

/* Shared pages are what is measured: they come when they are touched. */
static void shared_memory_is_left_as_it_is(void **state)
{
	volatile char *shared =
		mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct why w = { 0 };

	(void)state;
	need_real_faults();
	assert_true(shared != MAP_FAILED);
	assert_int_equal(settle_process(&w), 0);
	uint64_t before = counters_read().minor_faults;
	write_pages(shared, LEN);
	assert_int_equal(counters_read().minor_faults - before, LEN / base_page_bytes());
	munmap((void *)(uintptr_t)shared, LEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_its_own_takes_no_fault),
		cmocka_unit_test(a_parent_settles_again),
		cmocka_unit_test(shared_memory_is_left_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
