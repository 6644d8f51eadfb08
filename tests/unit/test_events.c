/* SPDX-License-Identifier: MIT */
/* What perf events count, where they can be opened; and what is made of their counts, anywhere. */
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "probe/emulation.h"
#include "probe/counters.h"
#include "probe/window.h"
#include "record/counted.h"
#include "sample_plan.h"
#include "scratch.h"
/* After ours: cmocka has a macro called fail(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#if defined __SANITIZE_ADDRESS__
enum { SANITIZED = 1 }; /* shadow memory takes faults of its own */
#else
enum { SANITIZED = 0 };
#endif

static void counts_are_scaled_by_the_time_they_ran(void **state)
{
	struct event_counts c = { .value = { [EVENT_CYCLES] = 900, [EVENT_PAGE_FAULTS] = 7 } };

	(void)state;
	assert_true(isnan(events_scaled(&c, EVENT_CYCLES)));
	assert_true(isnan(events_share(&c)));
	c.enabled_ns[EVENT_GROUP_HARDWARE] = 4000;
	assert_true(isnan(events_scaled(&c, EVENT_CYCLES))); /* never on the PMU: not 0 */
	assert_true(events_share(&c) == 0);
	c.running_ns[EVENT_GROUP_HARDWARE] = 1000;
	assert_true(events_scaled(&c, EVENT_CYCLES) == 3600);
	assert_true(events_share(&c) == .25);
	c.running_ns[EVENT_GROUP_HARDWARE] = 4000;
	assert_true(events_scaled(&c, EVENT_CYCLES) == 900);
	assert_true(events_scaled(&c, EVENT_INSTRUCTIONS) == 0);
	/* The groups have clocks of their own. */
	assert_true(isnan(events_scaled(&c, EVENT_PAGE_FAULTS)));
	c.enabled_ns[EVENT_GROUP_SOFTWARE] = c.running_ns[EVENT_GROUP_SOFTWARE] = 1;
	assert_true(events_scaled(&c, EVENT_PAGE_FAULTS) == 7);
}

static void differences_add_up(void **state)
{
	struct event_counts sum = { .value = { 0 } }, before = { .value = { 0 } },
			    now = { .value = { 0 } };

	(void)state;
	for (int i = 0; i < EVENTS; i++) {
		before.value[i] = UINT64_MAX - 1; /* counters may wrap */
		now.value[i] = (uint64_t)i;
	}
	before.enabled_ns[0] = 10;
	now.enabled_ns[0] = 25;
	now.running_ns[1] = 3;
	events_add(&sum, &before, &now);
	events_add(&sum, &before, &now);
	for (int i = 0; i < EVENTS; i++)
		assert_int_equal(sum.value[i], 2 * (i + 2));
	assert_int_equal(sum.enabled_ns[0], 30);
	assert_int_equal(sum.running_ns[1], 6);
	events_sum(&sum, &sum);
	assert_int_equal(sum.value[0], 8);
	assert_int_equal(sum.running_ns[1], 12);
}

/* Either an event is open, or there is an errno and a sentence; never neither. */
static void what_is_not_open_has_a_reason(void **state)
{
	struct events e;

	(void)state;
	for (int hardware_only = 0; hardware_only < 2; hardware_only++) {
		events_open(&e, hardware_only);
		for (int i = 0; i < (hardware_only ? EVENTS_HARDWARE : EVENTS); i++) {
			struct why w = { "" };

			assert_int_equal(events_have(&e, (enum event)i), !e.error[i]);
			if (!e.error[i])
				continue;
			events_why(e.error[i], &w);
			assert_non_null(strstr(w.text, strerror(e.error[i])));
		}
		for (int i = EVENTS_HARDWARE; hardware_only && i < EVENTS; i++)
			assert_false(events_have(&e, (enum event)i) || e.error[i]);
		events_close(&e);
		events_close(&e);
		assert_false(events_have(&e, EVENT_CYCLES));
	}
}

static void reasons_are_told_once(void **state)
{
	struct events e = { .error = { [EVENT_CYCLES] = ENOENT,
				       [EVENT_DTLB_MISSES] = EACCES,
				       [EVENT_CACHE_MISSES] = ENOENT } };
	struct counted_missing list[EVENTS + 1];

	(void)state;
	assert_int_equal(counted_missing(&e, list), 2);
	assert_string_equal(list[0].what, "cycles, cache_misses");
	assert_non_null(strstr(list[0].why.text, "PMU"));
	assert_string_equal(list[1].what, "dtlb_misses");
	assert_non_null(strstr(list[1].why.text, "perf_event_paranoid"));
	e = (struct events){ .user_only = true };
	assert_int_equal(counted_missing(&e, list), 1);
	assert_string_equal(list[0].what, "counts of kernel mode");
	for (int i = 0; i < EVENTS; i++)
		e.error[i] = ENOSYS;
	e.user_only = false;
	assert_int_equal(counted_missing(&e, list), 1);
	assert_true(strlen(list[0].what) > strlen("cycles, instructions, migrations"));
}

enum { PAGES = 300, SLEEPS = 40 };

/* What both sources say of a process that touches PAGES and sleeps SLEEPS times. */
struct two_sources {
	bool opened;
	struct event_counts perf;
	struct counters kernel;
};

static void touch_and_sleep(struct two_sources *s)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	volatile char *p =
		mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct event_counts before, after;
	struct counters from, to;
	struct events e;

	events_open(&e, false);
	s->opened = events_have(&e, EVENT_PAGE_FAULTS) && events_have(&e, EVENT_CONTEXT_SWITCHES);
	for (int warm = 0; warm < 2; warm++) {
		size_t pages = warm ? PAGES : 1;

		s->perf = (struct event_counts){ .value = { 0 } };
		s->kernel = (struct counters){ 0 };
		events_read(&e, &before);
		from = counters_read();
		for (size_t i = warm ? 1 : 0; i < pages; i++)
			p[i * page] = 1;
		for (int i = 0; i < (warm ? SLEEPS : 1); i++)
			usleep(1);
		to = counters_read();
		events_read(&e, &after);
		counters_add(&s->kernel, &from, &to);
		events_add(&s->perf, &before, &after);
	}
	events_close(&e);
}

/* In a process of its own. perf is read around getrusage, so it may have what falls between the
 * two, a switch or a page of code, and never less. */
static void perf_and_getrusage_agree(void **state)
{
	struct two_sources *s =
		mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;

	(void)state;
	assert_true(s != MAP_FAILED);
	pid_t child = fork();
	if (child == 0) {
		touch_and_sleep(s);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	uint64_t switches = s->kernel.voluntary_switches + s->kernel.involuntary_switches;
	if (!SANITIZED && !emulation_here(NULL))
		assert_in_range(s->kernel.minor_faults, PAGES - 1, PAGES + 3);
	/* Who is preempted on the way to sleep has not gone voluntarily, and who finds its time over
	 * before it waits does not go at all (do_nanosleep). */
	assert_in_range(switches, SLEEPS / 2, UINT32_MAX);
	if (!s->opened)
		skip();
	uint64_t faults = s->kernel.minor_faults + s->kernel.major_faults;
	assert_in_range(s->perf.value[EVENT_PAGE_FAULTS], faults, faults + 4);
	assert_in_range(s->perf.value[EVENT_CONTEXT_SWITCHES], switches, switches + 4);
	assert_int_equal(s->perf.enabled_ns[EVENT_GROUP_SOFTWARE],
			 s->perf.running_ns[EVENT_GROUP_SOFTWARE]);
	munmap(s, sizeof *s);
}

/* A busy loop has finished instructions in cycles, where there is a PMU. */
static void cycles_are_counted_where_there_is_a_pmu(void **state)
{
	struct event_counts before, after, sum = { .value = { 0 } };
	volatile unsigned long n = 0;
	struct events e;

	(void)state;
	events_open(&e, true);
	if (!events_have(&e, EVENT_CYCLES) || !events_have(&e, EVENT_INSTRUCTIONS)) {
		events_close(&e);
		skip();
	}
	events_read(&e, &before);
	while (n < 1000000)
		n++;
	events_read(&e, &after);
	events_close(&e);
	events_add(&sum, &before, &after);
	if (events_share(&sum) > 0)
		assert_true(events_scaled(&sum, EVENT_INSTRUCTIONS) >= 1000000);
}

static struct outcome *outcome_of(uint64_t windows)
{
	const uint64_t none[METRICS_MAX] = { 0 };
	struct outcome *out = calloc(1, outcome_size(windows, none));

	assert_non_null(out);
	outcome_init(out, windows, none);
	return out;
}

/* Touched inside a window: counted in that window; the reads themselves raise no fault that
 * getrusage would see. */
static void windows_count_what_happens_in_them(void **state)
{
	struct outcome *out = outcome_of(3);
	struct events e;
	struct meter m = { .out = out, .events = &e };
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	volatile char *p =
		mmap(NULL, 64 * page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_true(p != MAP_FAILED);
	events_open(&e, false);
	if (SANITIZED || !events_have(&e, EVENT_PAGE_FAULTS)) {
		events_close(&e);
		free(out);
		skip();
		return;
	}
	for (size_t w = 0; w < 3; w++) {
		uint64_t faults = out->counters[0].minor_faults;

		p[w * 16 * page] = 1;
		assert_int_equal(window_open(&m), 0);
		for (size_t i = 1; i <= 5 * w; i++)
			p[(w * 16 + i) * page] = 1;
		assert_int_equal(window_close(&m), 0);
		if (!w) /* the first one touches stack and code of its own */
			continue;
		assert_int_equal(out->window[w].counted[0].value[EVENT_PAGE_FAULTS], 5 * w);
		assert_int_equal(out->counters[0].minor_faults - faults, 5 * w);
	}
	events_close(&e);
	munmap((void *)p, 64 * page);
	free(out);
}

/* An outcome of two roles: four windows of which three measured the rate. */
static void fill(struct outcome *out)
{
	out->windows = 4;
	out->have[0] = 1u << EVENT_CYCLES | 1u << EVENT_PAGE_FAULTS;
	out->have[1] = 1u << EVENT_PAGE_FAULTS;
	for (uint64_t i = 0; i < 4; i++) {
		struct window *w = &out->window[i];

		w->portion[SAMPLE_RATE].amount = 10;
		w->portion[SAMPLE_RATE].operations = i == 2 ? 0 : 100;
		for (int role = 0; role < 2; role++) {
			w->counted[role].value[EVENT_CYCLES] = 1000;
			w->counted[role].value[EVENT_PAGE_FAULTS] = (uint64_t)role + 1;
			w->counted[role].enabled_ns[EVENT_GROUP_SOFTWARE] = 500;
			w->counted[role].running_ns[EVENT_GROUP_SOFTWARE] = 500;
		}
		w->counted[0].enabled_ns[EVENT_GROUP_HARDWARE] = 500;
		w->counted[0].running_ns[EVENT_GROUP_HARDWARE] = i ? 250 : 0;
	}
}

static void is(const struct csv_reader *r, unsigned column, const char *expected)
{
	const char *text = csv_reader_text(r, column);

	if (strcmp(text, expected))
		fail_msg("%s is '%s', not '%s'", schema_column(column).name, text, expected);
}

static void rate_row(const struct csv_reader *r)
{
	is(r, COUNTERS_CELL + CELL_METRIC, "rate");
	is(r, COUNTERS_status, "ok");
	is(r, COUNTERS_windows, "3");
	is(r, COUNTERS_operations, "300");
	is(r, COUNTERS_counted_share, "0.333333333"); /* 500 of 1500 ns */
	is(r, COUNTERS_mode, "user and kernel");
	is(r, COUNTERS_role0_cycles, "9000");
	is(r, COUNTERS_role1_cycles, "");
	is(r, COUNTERS_role0_instructions, "");
	is(r, COUNTERS_role0_page_faults, "3");
	is(r, COUNTERS_role1_page_faults, "6");
	is(r, COUNTERS_role0_migrations, "");
}

static void counted_invocations_have_rows(void **state)
{
	struct outcome *out = outcome_of(4);
	struct sample_plan sample;
	struct invocation i = { .planned = sample.cells, .number = 9, .roles = 2, .out = out };
	struct csv_writer file;
	struct csv_reader r;
	struct counted_sink to = { &file, "run", NULL };
	struct why w = { "" };

	sample_plan_make(&sample, &sample_part_two);
	fill(out);
	snprintf(out->metric_why[SAMPLE_COUNT].text, 100, "not here");
	assert_int_equal(csv_writer_open(&file, *state, TABLE_COUNTERS, &w), 0);
	assert_int_equal(counted_rows(&to, &i, &w), 0);
	i.status = -EIO;
	to.reason = "it died";
	assert_int_equal(counted_rows(&to, &i, &w), 0);
	assert_int_equal(csv_writer_close(&file, &w), 0);
	assert_int_equal(csv_reader_open(&r, *state, TABLE_COUNTERS, &w), 0);
	static const struct {
		const char *status, *reason;
	} rows[] = { { "fail", "no window measured this metric" },
		     { "ok", "" },
		     { "skip", "not here" },
		     { "fail", "it died" } };
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		assert_int_equal(csv_reader_next(&r, &w), 1);
		is(&r, COUNTERS_invocation, "9");
		is(&r, COUNTERS_status, rows[k].status);
		is(&r, COUNTERS_reason, rows[k].reason);
		if (k == 1)
			rate_row(&r);
		else
			is(&r, COUNTERS_role0_cycles, "");
	}
	csv_reader_close(&r);
	free(out);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_scaled_by_the_time_they_ran),
		cmocka_unit_test(differences_add_up),
		cmocka_unit_test(what_is_not_open_has_a_reason),
		cmocka_unit_test(reasons_are_told_once),
		cmocka_unit_test(perf_and_getrusage_agree),
		cmocka_unit_test(cycles_are_counted_where_there_is_a_pmu),
		cmocka_unit_test(windows_count_what_happens_in_them),
		EACH(counted_invocations_have_rows),
	};

	return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
