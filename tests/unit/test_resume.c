/* SPDX-License-Identifier: MIT */
/* A recorder that ends anywhere and one that goes on where it did: the files are those of one that
 * nobody ended. And the journal that this hangs on, whole and damaged. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "record/recorder.h"
#include <cmocka.h>
#include "sample_plan.h"
#include "scratch.h"

enum { INVOCATIONS = 8, MADE = 4 };

/* One that differs from every other by its number. */
static struct outcome *outcome_of(unsigned number)
{
	const uint64_t room[METRICS_MAX] = { [SAMPLE_TIME] = MADE };
	struct outcome *out = calloc(1, outcome_size(MADE, room));

	assert_non_null(out);
	outcome_init(out, MADE, room);
	out->windows = MADE;
	for (uint64_t i = 0; i < MADE; i++) {
		struct window *w = &out->window[i];

		series_add(&out->series[SAMPLE_TIME], 1000 + 7 * number + i, 3);
		w->portion[SAMPLE_TIME] = (struct portion){ 1000 + number, 3, i, 1 };
		w->portion[SAMPLE_RATE] = (struct portion){ .amount = 500, .operations = 1000 };
		w->portion[SAMPLE_COUNT] = (struct portion){ .amount = 1, .operations = 1 };
		w->before[0] = w->after[0] = (struct canary){ .adds_per_cycle = 2, .chain_ghz = 3 };
		w->line_before = w->line_after = NAN;
	}
	return out;
}

static void take(struct recorder *r, const struct sample_plan *s, unsigned number)
{
	struct why w = { "" };
	struct outcome *out = outcome_of(number);
	struct invocation i = { .planned = &s->cells[number % 2],
				.number = number,
				.block = number / 2,
				.position = number % 2,
				.roles = 1,
				.out = out };

	assert_int_equal(recorder_take(r, &i, &w), 0);
	free(out);
}

/* Two invocations are a group, and a block. */
static void take_up_to(struct recorder *r, const struct sample_plan *s, unsigned from, unsigned to)
{
	struct why w = { "" };

	for (unsigned n = from; n < to; n++) {
		struct milestone m = { .number = n + 1, .block = n / 2, .pass = PASS_PLANNED };

		take(r, s, n);
		if (n % 2)
			assert_int_equal(recorder_milestone(r, &m, 0, &w), 0);
	}
}

static void finish(struct recorder *r)
{
	struct why w = { "" };

	assert_int_equal(recorder_write(r, &w), 0);
	recorder_forget(r);
	assert_int_equal(recorder_close(r, &w), 0);
}

static void interrupted(const struct sample_plan *s, const char *dir, unsigned at)
{
	struct recorder r;
	struct why w = { "" };

	assert_int_equal(recorder_open(&r, &s->plan, dir, "run", &w), 0);
	take_up_to(&r, s, 0, at);
	recorder_close(&r, &w);
}

/* Where it goes on. */
static unsigned gone_on(const struct sample_plan *s, const char *dir)
{
	struct recorder r;
	struct standstill at;
	struct why w = { "" };
	struct recorder_left left = { &s->plan, dir, "run", &at };

	assert_int_equal(standstill_find(&at, dir, &w), 0);
	unsigned number = at.point.at.number;
	assert_int_equal(recorder_resume(&r, &left, &w), 0);
	take_up_to(&r, s, number, INVOCATIONS);
	finish(&r);
	return number;
}

static void append(const char *dir, const char *name, const char *text)
{
	char path[600];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "a");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

struct files {
	char *invocations, *windows, *distribution;
};

static struct files files_of(const char *dir)
{
	return (struct files){ scratch_read(dir, "invocations.csv"),
			       scratch_read(dir, "windows.csv"),
			       scratch_read(dir, "distribution.csv") };
}

static void files_free(struct files *f)
{
	free(f->invocations);
	free(f->windows);
	free(f->distribution);
}

static void same_files(const char *dir, const struct files *whole)
{
	struct files f = files_of(dir);

	assert_string_equal(f.invocations, whole->invocations);
	assert_string_equal(f.windows, whole->windows);
	assert_string_equal(f.distribution, whole->distribution);
	files_free(&f);
	assert_null(scratch_read(dir, JOURNAL_NAME));
}

static struct files whole_run(const struct sample_plan *s, const char *dir)
{
	struct recorder r;
	struct why w = { "" };

	assert_int_equal(recorder_open(&r, &s->plan, dir, "run", &w), 0);
	take_up_to(&r, s, 0, INVOCATIONS);
	finish(&r);
	return files_of(dir);
}

static void wherever_it_ended(void **state)
{
	struct sample_plan s;

	sample_plan_make(&s, &sample_part);
	struct files whole = whole_run(&s, *state);
	for (unsigned at = 0; at <= INVOCATIONS; at++) {
		interrupted(&s, *state, at);
		if (at % 3 == 0) {
			append(*state, "invocations.csv", "shmbench.invocations.v1,half a r");
			append(*state, "windows.csv", "\"");
			append(*state, JOURNAL_NAME, "less than a record");
		}
		/* A group that was not over begins anew. */
		assert_int_equal(gone_on(&s, *state), at / 2 * 2);
		same_files(*state, &whole);
	}
	files_free(&whole);
}

/* Of rows that the disk never got the journal speaks in vain. */
static void rows_that_are_missing_are_owed(void **state)
{
	struct sample_plan s;
	char path[600];

	sample_plan_make(&s, &sample_part);
	struct files whole = whole_run(&s, *state);
	interrupted(&s, *state, 6);
	snprintf(path, sizeof path, "%s/windows.csv", (const char *)*state);
	assert_int_equal(truncate(path, (off_t)strlen(whole.windows) / 2), 0);
	assert_int_equal(gone_on(&s, *state), 2);
	same_files(*state, &whole);
	files_free(&whole);
}

static void a_damaged_record_ends_the_journal(void **state)
{
	struct sample_plan s;
	struct standstill at;
	struct why w = { "" };
	char path[600];

	sample_plan_make(&s, &sample_part);
	interrupted(&s, *state, 4);
	assert_int_equal(standstill_find(&at, *state, &w), 0);
	assert_int_equal(at.point.at.number, 4);
	off_t last = (off_t)at.whole - 1;
	standstill_close(&at);
	snprintf(path, sizeof path, "%s/" JOURNAL_NAME, (const char *)*state);
	FILE *f = fopen(path, "r+");
	assert_non_null(f);
	fseek(f, last, SEEK_SET);
	fputc(0x55, f);
	fclose(f);
	assert_int_equal(standstill_find(&at, *state, &w), 0);
	assert_int_equal(at.point.at.number, 2);
	standstill_close(&at);
}

/* Groups of the block that was begun, and no other. */
static void groups_of_the_block_begun(void **state)
{
	struct sample_plan s;
	struct recorder r;
	struct standstill at;
	struct why w = { "" };
	bool over[4] = { false };
	struct milestone m = { .block = 0, .pass = PASS_PLANNED };

	sample_plan_make(&s, &sample_part);
	assert_int_equal(recorder_open(&r, &s.plan, *state, "run", &w), 0);
	recorder_milestone(&r, &m, 1, &w);
	m.block = 1;
	m.pass = PASS_NONE;
	recorder_milestone(&r, &m, NO_GROUP, &w);
	m.pass = PASS_PATIENT;
	recorder_milestone(&r, &m, 3, &w);
	recorder_milestone(&r, &m, 0, &w);
	recorder_close(&r, &w);
	assert_int_equal(standstill_find(&at, *state, &w), 0);
	assert_int_equal(standstill_over(&at, 4, over, &w), 0);
	assert_true(over[0] && !over[1] && !over[2] && over[3]);
	standstill_close(&at);
}

static void one_run_at_a_time(void **state)
{
	struct sample_plan s;
	struct recorder r;
	struct standstill at;
	struct why w = { "" };

	sample_plan_make(&s, &sample_part);
	assert_int_equal(standstill_find(&at, *state, &w), -EINVAL); /* there is none */
	w = (struct why){ "" };
	assert_int_equal(recorder_open(&r, &s.plan, *state, "run", &w), 0);
	assert_int_equal(standstill_find(&at, *state, &w), -EINVAL);
	assert_non_null(strstr(w.text, "still going on"));
	recorder_close(&r, &w);
	w = (struct why){ "" };
	scratch_write(*state, JOURNAL_NAME, "something else altogether, of some length");
	assert_int_equal(standstill_find(&at, *state, &w), -EINVAL);
	assert_non_null(strstr(w.text, "not of this version"));
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(wherever_it_ended),
		EACH(rows_that_are_missing_are_owed),
		EACH(a_damaged_record_ends_the_journal),
		EACH(groups_of_the_block_begun),
		EACH(one_run_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
