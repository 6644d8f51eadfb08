/* SPDX-License-Identifier: MIT */
/* What sits inside a measurement: the clock, canaries, the meeting of two roles, windows. Nothing
 * here asserts how long anything takes. */
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "probe/clock.h"
#include "probe/emulation.h"
#include "probe/window.h"
/* After ours: cmocka has a macro called fail(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = true };
#else
enum { SANITIZED = false };
#endif

/* Peers keep ns since the epoch in a double, where two reads 1 ns apart are equal. */
static void the_clock_is_an_integer_that_never_goes_back(void **state)
{
	uint64_t last = clock_ns();

	(void)state;
	assert_int_equal((uint64_t)1795535681123456789u + 1 - (uint64_t)1795535681123456789u, 1);
	assert_true(__builtin_types_compatible_p(__typeof__(clock_ns()), uint64_t));
	for (int i = 0; i < 100000; i++) {
		uint64_t now = clock_ns();

		assert_true(now >= last);
		last = now;
	}
}

static void the_clock_is_examined(void **state)
{
	struct clock_quality q = clock_examine(&(struct clock){ 0 });

	(void)state;
	assert_string_equal(q.name, "monotonic");
	assert_true(q.resolution_ns >= 1);
	assert_true(q.cost_ns > 0);
	assert_true(q.max_ns >= q.p999_ns);
	assert_true(q.p999_ns >= q.resolution_ns);
}

/* CPU time is of this process and in ns: a busy loop cannot use more of it than wall time passes. */
static void cpu_time_is_in_nanoseconds(void **state)
{
	uint64_t wall = clock_ns(), cpu = clock_cpu_ns();

	(void)state;
	while (clock_cpu_ns() - cpu < 5000000)
		;
	assert_true(clock_ns() - wall >= 5000000 / 2);
	uint64_t before = clock_cpu_ns();
	usleep(20000);
	assert_true(clock_cpu_ns() - before < 20000000);
}

/* A whole machine that is emulated (tests/vm): its CPUs stop in the middle of anything. */
static bool whole_machine_emulated(void)
{
	return getenv("TEST_EMULATED");
}

static void canaries_count_adds_per_cycle(void **state)
{
	struct canary c = canary_read();

	(void)state;
	if (canary_unavailable()) {
		assert_true(isnan(c.adds_per_cycle));
		skip();
	}
	if (whole_machine_emulated())
		skip();
	/* No core issues more than some ten adds a cycle; one that shares its units still does some. */
	assert_true(c.adds_per_cycle > .05 && c.adds_per_cycle < 16);
	assert_true(c.chain_ghz > .05 && c.chain_ghz < 12);
}

static void interrupt(int signal)
{
	(void)signal;
	for (uint64_t end = clock_ns() + 2000; clock_ns() < end;)
		;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

enum { CANARIES = 2000, TRIALS = 10 };

static void read_canaries(double v[CANARIES])
{
	for (int i = 0; i < CANARIES; i++)
		v[i] = canary_read().adds_per_cycle;
	qsort(v, CANARIES, sizeof *v, ascending);
}

/* How many of them are within these shares of x. */
static unsigned between(const double v[CANARIES], double x, double from, double to)
{
	unsigned n = 0;

	for (int i = 0; i < CANARIES; i++)
		n += v[i] > from * x && v[i] < to * x;
	return n;
}

/* What this core gives now; 0 where others have it so much that one cannot say. */
static double at_rest(double v[CANARIES])
{
	read_canaries(v);
	double fast = v[CANARIES * 9 / 10];
	return between(v, fast, .99, 1.01) > CANARIES / 3 ? fast : 0;
}

/* An interrupt in one chain of six, of a tenth of its length: taken whole, as many readings would be too
 * fast by that. */
static void an_interrupted_chain_is_not_a_fast_core(void **state)
{
	const struct itimerspec often = { { 0, 150000 }, { 0, 150000 } }, never = { { 0 }, { 0 } };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct sigaction act = { .sa_handler = interrupt, .sa_flags = SA_RESTART };
	static double v[CANARIES];
	unsigned least = CANARIES, looked = 0;
	timer_t timer;

	(void)state;
	if (canary_unavailable() || emulation_here(NULL) || whole_machine_emulated())
		skip();
	assert_int_equal(sigaction(SIGUSR1, &act, NULL), 0);
	assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
	for (int trial = 0; trial < TRIALS && least > CANARIES / 30; trial++) {
		double fast = at_rest(v);

		if (fast == 0)
			continue;
		looked++;
		timer_settime(timer, 0, &often, NULL);
		read_canaries(v);
		timer_settime(timer, 0, &never, NULL);
		unsigned fast_ones = between(v, fast, 1.05, INFINITY);
		least = fast_ones < least ? fast_ones : least;
	}
	timer_delete(timer);
	if (!looked)
		skip();
	if (least > CANARIES / 30)
		fail_msg("at least %u of %d readings were too fast", least, CANARIES);
}

#ifdef __x86_64__

/* The canary's code, all of it within a page of its entry, leaves the caches. */
static void flush_canary(void)
{
	const char *entry = (const char *)(uintptr_t)canary_read;

	for (int at = -4096; at < 4096; at += 64)
		__asm__ volatile("clflush (%0)" ::"r"(entry + at) : "memory");
	__asm__ volatile("mfence" ::: "memory");
}

static double median_clock(double *v, size_t n)
{
	qsort(v, n, sizeof *v, ascending);
	return v[n / 2];
}

/* After work that fills the caches a reading must be of the CPU, not of how long its code takes to come: 1 % of
 * the clock, if that was timed with it. In turns, and again where others came in between. */
static void a_canary_that_left_the_caches_reads_the_same(void **state)
{
	enum { PAIRS = 200 };
	double warm[PAIRS], flushed[PAIRS];
	double off = INFINITY;

	(void)state;
	if (emulation_here(NULL) || whole_machine_emulated())
		skip();
	for (int trial = 0; trial < TRIALS && off > .003; trial++) {
		for (int i = 0; i < PAIRS; i++) {
			warm[i] = canary_read().chain_ghz;
			flush_canary();
			flushed[i] = canary_read().chain_ghz;
		}
		off = fmin(off, fabs(median_clock(flushed, PAIRS) / median_clock(warm, PAIRS) - 1));
	}
	if (off > .003)
		fail_msg("flushed it was at least %.2f %% off", 100 * off);
}

#endif

/* It is a fault and two system calls at least, which no machine does in 50 ns; and read again it is
 * about the same, some time: others may have the core now. */
static void a_mapping_has_a_life(void **state)
{
	bool alike = false;

	(void)state;
	for (int trial = 0; trial < 10 && !alike; trial++) {
		double least[2] = { INFINITY, INFINITY };

		for (int i = 0; i < 20; i++)
			least[i % 2] = fmin(least[i % 2], canary_mapping_ns());
		assert_true(least[0] > 50);
		alike = least[1] > .6 * least[0] && least[1] < 1.7 * least[0];
	}
	assert_true(alike);
}

static struct meeting *shared_meeting(bool sleeping)
{
	struct meeting *m =
		mmap(NULL, sizeof *m, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(m != MAP_FAILED);
	m->sleeping = sleeping;
	return m;
}

/* Each tells the other a number before they meet, and must find the other's after. */
static int meet_often(struct meeting *m, int role)
{
	for (uint64_t i = 1; i <= 2000; i++) {
		meeting_tell(m, role, i);
		meeting_meet(m);
		if (meeting_told(m, !role) != i)
			return 1;
		meeting_meet(m);
	}
	return 0;
}

static void two_roles_meet_spinning_and_sleeping(void **state)
{
	(void)state;
	for (int sleeping = 0; sleeping < 2; sleeping++) {
		struct meeting *m = shared_meeting(sleeping);
		int status;
		pid_t child = fork();

		alarm(60);
		if (child == 0)
			_exit(meet_often(m, 1));
		assert_int_equal(meet_often(m, 0), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		alarm(0);
		munmap(m, sizeof *m);
	}
}

static void cache_lines_go_there_and_back(void **state)
{
	struct meeting *m = shared_meeting(false);
	pid_t child = fork();
	int status;

	(void)state;
	alarm(60);
	if (child == 0) {
		meeting_pong(m);
		meeting_return(m, 777);
		_exit(0);
	}
	assert_true(meeting_ping(m) > 0);
	assert_true(meeting_volley(m, 777) > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	/* The ping: twice over every line. */
	for (int role = 0; role < 2; role++)
		assert_int_equal(m->made[role].trips, 2 * MEETING_LINES + 777);
	for (uint64_t trip = MEETING_LINES + 777; trip < 2 * MEETING_LINES + 777; trip++)
		assert_int_equal(atomic_load(&m->line[trip % MEETING_LINES].turn), 2 * trip + 2);
	alarm(0);
	munmap(m, sizeof *m);
}

static struct outcome *make_outcome(uint64_t windows, uint64_t samples_each)
{
	uint64_t samples[METRICS_MAX];

	for (int i = 0; i < METRICS_MAX; i++)
		samples[i] = samples_each * (uint64_t)(i + 1);
	struct outcome *out = calloc(1, outcome_size(windows, samples));
	assert_non_null(out);
	outcome_init(out, windows, samples);
	return out;
}

static void samples_of_metrics_do_not_overlap(void **state)
{
	struct outcome *out = make_outcome(3, 10);

	(void)state;
	for (unsigned m = 0; m < METRICS_MAX; m++)
		while (out->series[m].len < out->series[m].cap)
			series_add(&out->series[m], m + 1, 1);
	for (unsigned m = 0; m < METRICS_MAX; m++)
		for (uint64_t i = 0; i < out->series[m].len; i++)
			assert_int_equal(outcome_samples(out, m)[i], m + 1);
	free(out);
}

static void samples_past_the_room_are_counted(void **state)
{
	struct outcome *out = make_outcome(1, 2);
	struct series *s = &out->series[0];

	(void)state;
	series_add(s, 5, 1);
	series_add(s, (uint64_t)UINT32_MAX + 1, 1); /* too long for a sample */
	series_add(s, 6, 1);
	series_add(s, 7, 1); /* no room */
	assert_int_equal(s->len, 2);
	assert_int_equal(s->lost, 2);
	assert_true(s->amount == 5 + 6 + 7 + (uint64_t)UINT32_MAX + 1);
	assert_int_equal(s->operations, 4);
	free(out);
}

static void windows_take_what_was_recorded_in_them(void **state)
{
	struct outcome *out = make_outcome(2, 100);
	struct meter m = { .out = out };

	(void)state;
	for (uint64_t w = 0; w < 2; w++) {
		assert_int_equal(window_open(&m), 0);
		for (uint64_t i = 0; i <= w; i++)
			series_add(&out->series[0], 10 + w, 2);
		series_total(&out->series[1], 1000, 4);
		assert_int_equal(window_close(&m), 0);
	}
	assert_int_equal(out->windows, 2);
	assert_int_equal(out->window[0].portion[0].amount, 10);
	assert_int_equal(out->window[1].portion[0].amount, 22);
	assert_int_equal(out->window[1].portion[0].operations, 4);
	assert_int_equal(out->window[1].portion[0].first, 1);
	assert_int_equal(out->window[1].portion[0].samples, 2);
	assert_int_equal(out->window[1].portion[1].amount, 1000);
	assert_int_equal(out->window[1].portion[1].samples, 0);
	assert_true(out->window[1].started_ns >= out->window[0].started_ns);
	assert_true(isnan(out->window[0].line_before));
	assert_int_equal(window_open(&m), -ENOSPC);
	assert_true(strlen(out->why[0].text) > 0);
	free(out);
}

/* A page touched inside a window is counted there; one touched between windows is not. */
static void faults_are_counted_inside_windows_only(void **state)
{
	if (SANITIZED) /* its shadow memory takes faults of its own */
		skip();
	struct outcome *out = make_outcome(4, 10);
	struct meter m = { .out = out };
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	volatile char *p =
		mmap(NULL, 64 * page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	(void)state;
	if (emulation_here(NULL))
		skip(); /* the emulator takes some of its own */
	assert_true(p != MAP_FAILED);
	assert_int_equal(window_open(&m), 0); /* whatever the first one touches of its own */
	assert_int_equal(window_close(&m), 0);
	uint64_t before = out->counters[0].minor_faults;
	for (size_t i = 0; i < 16; i++)
		p[i * page] = 1;
	assert_int_equal(window_open(&m), 0);
	for (size_t i = 16; i < 23; i++)
		p[i * page] = 1;
	window_faults_due(&m, 7);
	assert_int_equal(window_close(&m), 0);
	assert_int_equal(out->counters[0].minor_faults - before, 7);
	assert_int_equal(out->faults_due[0], 7);
	assert_int_equal(window_open(&m), 0);
	for (size_t i = 23; i < 26; i++)
		p[i * page] = 1;
	window_faults_any(&m);
	assert_int_equal(window_close(&m), 0);
	assert_int_equal(out->counters[0].minor_faults - before, 10);
	assert_int_equal(out->faults_due[0], 10);
	munmap((void *)p, 64 * page);
	free(out);
}

static void spin(uint64_t ns)
{
	for (uint64_t end = clock_ns() + ns; clock_ns() < end;)
		;
}

/* Somebody who wants the first CPU of this process's for as long as it lives. */
static pid_t rival(cpu_set_t *all)
{
	cpu_set_t one;

	assert_int_equal(sched_getaffinity(0, sizeof *all, all), 0);
	CPU_ZERO(&one);
	for (size_t cpu = 0; cpu < CPU_SETSIZE && !CPU_COUNT(&one); cpu++)
		if (CPU_ISSET(cpu, all))
			CPU_SET(cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
	pid_t child = fork();
	alarm(60);
	while (child == 0)
		spin(1000000);
	return child;
}

/* Two that want one CPU have half of it each; one that sleeps does not want it. */
static void whoever_has_the_cpu_stops_a_window(void **state)
{
	const uint64_t long_ns = 100000000;
	struct outcome *out = make_outcome(2, 1);
	struct why w = { "" };
	struct waited waited;
	cpu_set_t all;

	(void)state;
	if (waited_open(&waited, WAITED_PATH, &w)) {
		free(out);
		skip();
	}
	struct meter m = { .out = out, .waited = &waited };
	pid_t child = rival(&all);
	spin(long_ns);
	uint64_t start = clock_ns();
	assert_int_equal(window_open(&m), 0);
	spin(long_ns);
	assert_int_equal(window_close(&m), 0);
	uint64_t whole_ns = clock_ns() - start; /* with its canaries, where it may be stopped too */
	assert_int_equal(window_open(&m), 0);
	usleep(1000);
	spin(long_ns);
	assert_int_equal(window_close(&m), 0);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	sched_setaffinity(0, sizeof all, &all);
	alarm(0);
	assert_true(out->window[0].stopped_ns[0] > out->window[0].elapsed_ns / 10);
	assert_true(out->window[0].stopped_ns[0] < whole_ns);
	assert_int_equal(out->window[1].stopped_ns[0], 0);
	waited_close(&waited);
	free(out);
}

/* The one of them that was stopped for longest; of that window only. */
static void others_stop_a_window_too(void **state)
{
	struct outcome *out = make_outcome(2, 1);
	struct meter m = { .out = out };

	(void)state;
	assert_int_equal(window_open(&m), 0);
	window_other_stopped(&m, 500);
	window_other_stopped(&m, 7000);
	window_other_stopped(&m, 0);
	assert_int_equal(window_close(&m), 0);
	assert_int_equal(window_open(&m), 0);
	assert_int_equal(window_close(&m), 0);
	assert_int_equal(out->window[0].stopped_ns[0], 7000);
	assert_int_equal(out->window[1].stopped_ns[0], 0);
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_clock_is_an_integer_that_never_goes_back),
		cmocka_unit_test(the_clock_is_examined),
		cmocka_unit_test(cpu_time_is_in_nanoseconds),
		cmocka_unit_test(canaries_count_adds_per_cycle),
		cmocka_unit_test(an_interrupted_chain_is_not_a_fast_core),
#ifdef __x86_64__
		cmocka_unit_test(a_canary_that_left_the_caches_reads_the_same),
#endif
		cmocka_unit_test(a_mapping_has_a_life),
		cmocka_unit_test(two_roles_meet_spinning_and_sleeping),
		cmocka_unit_test(cache_lines_go_there_and_back),
		cmocka_unit_test(samples_of_metrics_do_not_overlap),
		cmocka_unit_test(samples_past_the_room_are_counted),
		cmocka_unit_test(windows_take_what_was_recorded_in_them),
		cmocka_unit_test(faults_are_counted_inside_windows_only),
		cmocka_unit_test(whoever_has_the_cpu_stops_a_window),
		cmocka_unit_test(others_stop_a_window_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
