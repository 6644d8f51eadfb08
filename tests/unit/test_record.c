/* SPDX-License-Identifier: MIT */
/* From an outcome filled in by hand to the rows of a run directory. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka has a macro named fail: what declares the function comes first. */
#include "record/flags.h"
#include "record/recorder.h"
#include "record/steal.h"
#include <cmocka.h>
#include "sample_plan.h"
#include "scratch.h"

enum { WINDOWS_MADE = 4, SAMPLES_EACH = 10, BATCH = 2 };

/* Four windows. time: ten samples of a batch of 2 each, 200 + 2 i ns in window i's row, so that
 * window values are 100, 101, 102, 103. rate: 1000 messages in 1, 2, 4, 5 us. count: 1 a page. */
static struct outcome *outcome_make(int roles)
{
	static const uint64_t rate_ns[WINDOWS_MADE] = { 1000, 5000, 2000, 4000 };
	const uint64_t room[METRICS_MAX] = { [SAMPLE_TIME] = WINDOWS_MADE * SAMPLES_EACH };
	struct outcome *out = calloc(1, outcome_size(WINDOWS_MADE, room));

	assert_non_null(out);
	outcome_init(out, WINDOWS_MADE, room);
	out->windows = WINDOWS_MADE;
	out->clock_cost_ns = 4;
	for (uint64_t i = 0; i < WINDOWS_MADE; i++) {
		struct window *w = &out->window[i];
		struct series *s = &out->series[SAMPLE_TIME];

		for (int k = 0; k < SAMPLES_EACH; k++)
			series_add(s, 200 + 2 * i, BATCH);
		w->started_ns = 1000 + i;
		w->elapsed_ns = 9000;
		w->portion[SAMPLE_TIME] = (struct portion){ s->amount, s->operations,
							    i * SAMPLES_EACH, SAMPLES_EACH };
		s->amount = s->operations = 0;
		w->portion[SAMPLE_RATE] =
			(struct portion){ .amount = rate_ns[i], .operations = 1000 };
		w->portion[SAMPLE_COUNT] = (struct portion){ .amount = 512, .operations = 512 };
		for (int role = 0; role < roles; role++) {
			w->before[role] = (struct canary){ .adds_per_cycle = 2, .chain_ghz = 3 };
			w->after[role] = (struct canary){ .adds_per_cycle = 2.5, .chain_ghz = 3 };
		}
		w->line_before = roles > 1 ? 50 : NAN;
		w->line_after = roles > 1 ? 60 : NAN;
	}
	return out;
}

struct bed {
	struct sample_plan sample;
	struct recorder recorder;
	struct outcome *out;
	struct invocation invocation;
	struct why why;
};

static void bed_open(struct bed *b, const char *dir, const struct part *part)
{
	*b = (struct bed){ .out = outcome_make(part->roles) };
	sample_plan_make(&b->sample, part);
	b->invocation = (struct invocation){
		.planned = &b->sample.cells[SAMPLE_SYSV],
		.number = 7,
		.block = 3,
		.position = 1,
		.roles = part->roles,
		.cpu = { 0, 1 },
		.started_ns = 123,
		.out = b->out,
	};
	assert_int_equal(recorder_open(&b->recorder, &b->sample.plan, dir, "run", &b->why), 0);
}

static void bed_take(struct bed *b)
{
	assert_int_equal(recorder_take(&b->recorder, &b->invocation, &b->why), 0);
}

static void bed_close(struct bed *b)
{
	assert_int_equal(recorder_write(&b->recorder, &b->why), 0);
	assert_int_equal(recorder_close(&b->recorder, &b->why), 0);
	assert_int_equal(recorder_close(&b->recorder, &b->why), 0);
	free(b->out);
}

static void open_table(struct csv_reader *r, const char *dir, enum table_id id)
{
	struct why w = { "" };

	assert_int_equal(csv_reader_open(r, dir, id, &w), 0);
}

static void next(struct csv_reader *r, int expected)
{
	struct why w = { "" };

	assert_int_equal(csv_reader_next(r, &w), expected);
	assert_string_equal(w.text, "");
}

static void is_text(struct csv_reader *r, unsigned column, const char *expected)
{
	const char *text = csv_reader_text(r, column);

	if (strcmp(text, expected))
		fail_msg("%s is '%s', not '%s'", schema_column(column).name, text, expected);
}

static void time_row(struct csv_reader *r)
{
	next(r, 1);
	is_text(r, INVOCATIONS_invocation, "7");
	is_text(r, INVOCATIONS_block, "3");
	is_text(r, INVOCATIONS_position, "1");
	is_text(r, INVOCATIONS_CELL + CELL_METRIC, "time");
	is_text(r, INVOCATIONS_CELL + schema_axis(AXIS_SIZE), "65536");
	is_text(r, INVOCATIONS_status, "ok");
	is_text(r, INVOCATIONS_samples, "40");
	is_text(r, INVOCATIONS_batch, "2");
	is_text(r, INVOCATIONS_operations, "80");
	is_text(r, INVOCATIONS_elapsed_ns, "8120");
	is_text(r, INVOCATIONS_windows, "4");
	is_text(r, INVOCATIONS_calm_windows, "");
	is_text(r, INVOCATIONS_median, "101.5");
	is_text(r, INVOCATIONS_median_all, "101.5");
	is_text(r, INVOCATIONS_rate_all, "9852216.75"); /* 80 / 8120 ns */
	is_text(r, INVOCATIONS_min, "100");
	is_text(r, INVOCATIONS_p25, "100");
	is_text(r, INVOCATIONS_p75, "102");
	is_text(r, INVOCATIONS_p90, "103"); /* 40 samples bound p90, not p99 */
	is_text(r, INVOCATIONS_p99, "");
	is_text(r, INVOCATIONS_max, "103");
	is_text(r, INVOCATIONS_mean, "101.5");
	is_text(r, INVOCATIONS_variance, "1.28205128"); /* 40 * 1.25 / 39 */
	is_text(r, INVOCATIONS_outliers_mild, "0");
	is_text(r, INVOCATIONS_canary_ratio, "");
	is_text(r, INVOCATIONS_chain_ghz, "3");
	is_text(r, INVOCATIONS_started_ns, "123");
	is_text(r, INVOCATIONS_flags, "");
}

/* Times 1, 2, 4, 5 ns: median 3, so 333 M/s, where the median of the rates is 375 M/s. */
static void rate_row(struct csv_reader *r)
{
	next(r, 1);
	is_text(r, INVOCATIONS_CELL + CELL_METRIC, "rate");
	is_text(r, INVOCATIONS_samples, "4");
	is_text(r, INVOCATIONS_batch, "1000");
	is_text(r, INVOCATIONS_median, "333333333");
	is_text(r, INVOCATIONS_rate_all, "333333333");
	is_text(r, INVOCATIONS_mean, "333333333");
	is_text(r, INVOCATIONS_min, "200000000");
	is_text(r, INVOCATIONS_p25, "200000000");
	is_text(r, INVOCATIONS_p75, "500000000");
	is_text(r, INVOCATIONS_p90, "");
	is_text(r, INVOCATIONS_max, "1e+09");
	is_text(r, INVOCATIONS_variance, "");
}

static void count_row(struct csv_reader *r)
{
	next(r, 1);
	is_text(r, INVOCATIONS_CELL + CELL_METRIC, "count");
	is_text(r, INVOCATIONS_CELL + CELL_KIND, "count");
	is_text(r, INVOCATIONS_median, "1");
	is_text(r, INVOCATIONS_rate_all, "");
	is_text(r, INVOCATIONS_elapsed_ns, "36000");
}

static void one_role_becomes_rows(void **state)
{
	struct csv_reader r;
	struct bed b;

	bed_open(&b, *state, &sample_part);
	bed_take(&b);
	bed_close(&b);
	open_table(&r, *state, TABLE_INVOCATIONS);
	time_row(&r);
	is_text(&r, INVOCATIONS_relation, "");
	is_text(&r, INVOCATIONS_role0_minor_faults, "0");
	is_text(&r, INVOCATIONS_role1_minor_faults, "");
	is_text(&r, INVOCATIONS_role1_cpu, "");
	is_text(&r, INVOCATIONS_cache_line_ns, "");
	is_text(&r, INVOCATIONS_memory_node, "");
	rate_row(&r);
	count_row(&r);
	next(&r, 0);
	csv_reader_close(&r);
}

static void two_roles_have_a_relation(void **state)
{
	struct csv_reader r;
	struct bed b;

	bed_open(&b, *state, &sample_part_two);
	b.out->memory_node = 1;
	b.out->counters[1].minor_faults = 5;
	b.out->counters[1].involuntary_switches = 6;
	bed_take(&b);
	/* The second cell's place has one CPU. */
	b.sample.cells[SAMPLE_MEMFD].place.os[1] = 0;
	b.invocation.planned = &b.sample.cells[SAMPLE_MEMFD];
	bed_take(&b);
	bed_close(&b);
	open_table(&r, *state, TABLE_INVOCATIONS);
	next(&r, 1);
	is_text(&r, INVOCATIONS_relation, "all");
	is_text(&r, INVOCATIONS_role1_cpu, "1");
	is_text(&r, INVOCATIONS_memory_node, "1");
	is_text(&r, INVOCATIONS_role0_minor_faults, "0");
	is_text(&r, INVOCATIONS_role1_minor_faults, "5");
	is_text(&r, INVOCATIONS_role1_involuntary_switches, "6");
	is_text(&r, INVOCATIONS_cache_line_ns, "55");
	is_text(&r, INVOCATIONS_flags, "faults;switched");
	for (int i = 0; i < 3; i++)
		next(&r, 1);
	is_text(&r, INVOCATIONS_relation, "same");
	csv_reader_close(&r);
}

static void windows_have_rows(void **state)
{
	struct csv_reader r;
	struct bed b;

	bed_open(&b, *state, &sample_part_two);
	b.out->window[1].portion[SAMPLE_RATE].operations = 0; /* measured nothing of it */
	bed_take(&b);
	bed_close(&b);
	open_table(&r, *state, TABLE_WINDOWS);
	for (int i = 0; i < WINDOWS_MADE; i++)
		next(&r, 1);
	is_text(&r, WINDOWS_window, "3");
	is_text(&r, WINDOWS_invocation, "7");
	is_text(&r, WINDOWS_started_ns, "1003");
	is_text(&r, WINDOWS_elapsed_ns, "9000");
	is_text(&r, WINDOWS_operations, "20");
	is_text(&r, WINDOWS_samples, "10");
	is_text(&r, WINDOWS_median_ns, "103");
	is_text(&r, WINDOWS_role0_canary_before, "2");
	is_text(&r, WINDOWS_role1_canary_after, "2.5");
	is_text(&r, WINDOWS_cache_line_ns_after, "60");
	is_text(&r, WINDOWS_relation, "all");
	is_text(&r, WINDOWS_calm, "");
	next(&r, 1);
	is_text(&r, WINDOWS_CELL + CELL_METRIC, "rate");
	is_text(&r, WINDOWS_samples, "0");
	is_text(&r, WINDOWS_median_ns, "1");
	next(&r, 1);
	is_text(&r, WINDOWS_window, "2");
	next(&r, 1);
	next(&r, 1);
	is_text(&r, WINDOWS_CELL + CELL_METRIC, "count");
	is_text(&r, WINDOWS_median_ns, "");
	csv_reader_close(&r);
}

/* One slow event in each window moves time / work, and not what an event takes. */
static void events_have_the_median_of_a_window(void **state)
{
	static const char *const value[] = { "579", "101.5" }, *const window[] = { "580.5", "103" };
	struct metric metrics[SAMPLE_COUNT + 2] = { { .name = NULL } };
	struct part part = sample_part;

	memcpy(metrics, sample_part.metrics, sizeof metrics);
	part.metrics = metrics;
	for (int of_events = 0; of_events < 2; of_events++) {
		struct csv_reader r;
		struct bed b;

		metrics[SAMPLE_TIME].of_events = of_events;
		bed_open(&b, *state, &part);
		for (int i = 0; i < WINDOWS_MADE; i++) {
			uint32_t *slow = &b.out->series[SAMPLE_TIME].v[i * SAMPLES_EACH];

			b.out->window[i].portion[SAMPLE_TIME].amount += 9550;
			*slow += 9550;
		}
		bed_take(&b);
		bed_close(&b);
		open_table(&r, *state, TABLE_INVOCATIONS);
		next(&r, 1);
		is_text(&r, INVOCATIONS_median, value[of_events]);
		is_text(&r, INVOCATIONS_median_all, value[of_events]);
		is_text(&r, INVOCATIONS_mean, "579");
		csv_reader_close(&r);
		open_table(&r, *state, TABLE_WINDOWS);
		for (int i = 0; i < WINDOWS_MADE; i++)
			next(&r, 1);
		is_text(&r, WINDOWS_median_ns, "103");
		is_text(&r, WINDOWS_value, window[of_events]);
		csv_reader_close(&r);
	}
}

static void what_has_no_value_has_a_reason(void **state)
{
	struct csv_reader r;
	struct bed b;

	bed_open(&b, *state, &sample_part);
	snprintf(b.out->metric_why[SAMPLE_TIME].text, 100, "nothing to attach");
	for (int i = 0; i < WINDOWS_MADE; i++)
		b.out->window[i].portion[SAMPLE_RATE] = (struct portion){ 0 };
	bed_take(&b);
	b.invocation.status = CANNOT;
	snprintf(b.invocation.why.text, 100, "SHMMAX is 4096");
	bed_take(&b);
	b.invocation.status = -EIO;
	b.invocation.why.text[0] = '\0';
	snprintf(b.out->why[1].text, 100, "role 1 died");
	bed_take(&b);
	b.invocation.out = NULL;
	bed_take(&b);
	bed_close(&b);
	open_table(&r, *state, TABLE_INVOCATIONS);
	static const struct {
		const char *status, *reason;
	} rows[] = {
		{ "skip", "nothing to attach" },
		{ "fail", "no window measured this metric" },
		{ "ok", "" },
		{ "skip", "SHMMAX is 4096" },
		{ "skip", "SHMMAX is 4096" },
		{ "skip", "SHMMAX is 4096" },
		{ "fail", "role 1 died" },
		{ "fail", "role 1 died" },
		{ "fail", "role 1 died" },
		{ "fail", "the worker gave no reason" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		next(&r, 1);
		is_text(&r, INVOCATIONS_status, rows[i].status);
		is_text(&r, INVOCATIONS_reason, rows[i].reason);
		is_text(&r, INVOCATIONS_median, i == 2 ? "1" : "");
	}
	csv_reader_close(&r);
}

/* Time was spent and counted, and what it is divided by never happened: that is no failure. */
static void nothing_to_divide_by_is_a_skip(void **state)
{
	struct csv_reader r;
	struct bed b;

	bed_open(&b, *state, &sample_part);
	for (int i = 0; i < WINDOWS_MADE; i++)
		b.out->window[i].portion[SAMPLE_RATE].operations =
			b.out->window[i].portion[SAMPLE_COUNT].operations = 0;
	bed_take(&b);
	/* Where one window had something, the metric is of that one. */
	b.out->window[2].portion[SAMPLE_COUNT].operations = 512;
	bed_take(&b);
	bed_close(&b);
	open_table(&r, *state, TABLE_INVOCATIONS);
	time_row(&r);
	next(&r, 1);
	is_text(&r, INVOCATIONS_CELL + CELL_METRIC, "rate");
	is_text(&r, INVOCATIONS_status, "skip");
	is_text(&r, INVOCATIONS_reason,
		"no operation in any of 4 windows: there is nothing to divide what they took by");
	is_text(&r, INVOCATIONS_median, "");
	next(&r, 1);
	is_text(&r, INVOCATIONS_CELL + CELL_METRIC, "count");
	is_text(&r, INVOCATIONS_status, "skip");
	is_text(&r, INVOCATIONS_reason,
		"no page in any of 4 windows: there is nothing to divide what they took by");
	time_row(&r);
	next(&r, 1);
	is_text(&r, INVOCATIONS_status, "skip");
	next(&r, 1);
	is_text(&r, INVOCATIONS_CELL + CELL_METRIC, "count");
	is_text(&r, INVOCATIONS_status, "ok");
	is_text(&r, INVOCATIONS_windows, "1");
	csv_reader_close(&r);
}

/* Cells that the plan could not do are in the file before the first invocation, once. */
static void impossible_cells_have_rows(void **state)
{
	struct csv_reader r;
	struct bed b = { .out = NULL };

	sample_plan_make(&b.sample, &sample_part);
	b.sample.cells[SAMPLE_MEMFD].status = CANNOT;
	snprintf(b.sample.cells[SAMPLE_MEMFD].why.text, 100, "no room, \"at all\"");
	assert_int_equal(recorder_open(&b.recorder, &b.sample.plan, *state, "run", &b.why), 0);
	b.invocation =
		(struct invocation){ .planned = &b.sample.cells[SAMPLE_MEMFD], .status = CANNOT };
	bed_take(&b);
	open_table(&r, *state, TABLE_INVOCATIONS);
	for (int i = 0; i < 3; i++) {
		next(&r, 1);
		is_text(&r, INVOCATIONS_status, "skip");
		is_text(&r, INVOCATIONS_reason, "no room, \"at all\"");
		is_text(&r, INVOCATIONS_block, "");
	}
	next(&r, 0);
	csv_reader_close(&r);
	bed_close(&b);
}

/* Median over invocations of exact quantiles: 100 ... 103 in one, 200 ... 206 in the other. */
static void distribution_is_of_invocations(void **state)
{
	struct csv_reader r;
	struct bed b;
	size_t rungs = 0;

	bed_open(&b, *state, &sample_part);
	bed_take(&b);
	uint32_t *samples = b.out->series[SAMPLE_TIME].v;
	for (int i = 0; i < WINDOWS_MADE * SAMPLES_EACH; i++)
		samples[i] *= 2;
	bed_take(&b);
	bed_close(&b);
	open_table(&r, *state, TABLE_DISTRIBUTION);
	struct why w = { "" };
	while (csv_reader_next(&r, &w) == 1) {
		double q = csv_reader_number(&r, DISTRIBUTION_quantile);
		double rank = ceil(q * 40) < 1 ? 1 : ceil(q * 40);
		double expected = 1.5 * (100 + floor((rank - 1) / SAMPLES_EACH));

		is_text(&r, DISTRIBUTION_CELL + CELL_METRIC, "time");
		is_text(&r, DISTRIBUTION_samples, "80");
		assert_true(fabs(csv_reader_number(&r, DISTRIBUTION_value) - expected) < 1e-9);
		rungs++;
	}
	assert_in_range(rungs, 50, 70);
	csv_reader_close(&r);
}

static void flags_name_what_happened(void **state)
{
	struct sample_plan sample;
	struct outcome *out = outcome_make(1);
	struct invocation i = { .planned = sample.cells, .roles = 1, .out = out };
	struct reduction r = { .median = 100, .batch = 1 };

	(void)state;
	sample_plan_make(&sample, &sample_part);
	assert_string_equal(flags_of_invocation(&i, SAMPLE_TIME, &r).text, "");
	out->clock_cost_ns = 6;
	assert_string_equal(flags_of_invocation(&i, SAMPLE_TIME, &r).text, "clock_bound");
	r.batch = 2;
	assert_string_equal(flags_of_invocation(&i, SAMPLE_TIME, &r).text, "");
	out->faults_due[0] = 1000;
	out->counters[0].minor_faults = 1018; /* 1 % and 8 */
	assert_string_equal(flags_of_invocation(&i, SAMPLE_TIME, &r).text, "");
	out->counters[0].minor_faults = 1019;
	out->counters[0].major_faults = 1;
	out->counters[0].migrations = 1;
	r.longest_event_ns = 2000001;
	r.lost = 1;
	out->saturated = true;
	assert_string_equal(flags_of_invocation(&i, SAMPLE_TIME, &r).text,
			    "faults;major;migrated;long_window;saturated;samples_lost");
	free(out);
}

/* More than 2 % of its work and more than one turn of somebody else. */
static void waiting_for_a_cpu_is_pressure(void **state)
{
	struct sample_plan sample;
	struct outcome *out = outcome_make(2);
	struct invocation i = { .planned = sample.cells, .roles = 2, .cpu = { 0, 1 }, .out = out };
	struct reduction r = { .median = 1000, .batch = 1 };

	(void)state;
	sample_plan_make(&sample, &sample_part_two);
	out->worked_ns[1] = 300000000;
	out->waited_ns[1] = 6000000;
	assert_string_equal(flags_of_invocation(&i, SAMPLE_TIME, &r).text, "");
	out->waited_ns[1]++;
	assert_string_equal(flags_of_invocation(&i, SAMPLE_TIME, &r).text, "pressure");
	i.cpu[1] = 0;
	assert_string_equal(flags_of_invocation(&i, SAMPLE_TIME, &r).text, "");
	i.cpu[1] = 1;
	out->worked_ns[1] = 20000000;
	out->waited_ns[1] = 4000000;
	assert_string_equal(flags_of_invocation(&i, SAMPLE_TIME, &r).text, "");
	out->waited_ns[1]++;
	assert_string_equal(flags_of_invocation(&i, SAMPLE_TIME, &r).text, "pressure");
	free(out);
}

/* A block from which much is stolen flags the rows that come after. */
static void stolen_time_reaches_the_rows(void **state)
{
	static struct steal steal;
	struct csv_reader r;
	struct bed b;
	char path[256];

	snprintf(path, sizeof path, "%s/stat", (const char *)*state);
	bed_open(&b, *state, &sample_part);
	b.recorder.steal = &steal;
	for (unsigned ticks = 0; ticks < 4; ticks += 2) {
		FILE *f = fopen(path, "we");

		assert_non_null(f);
		fprintf(f, "cpu 0 0 0 0 0 0 0 %u\ncpu0 0 0 0 0 0 0 0 %u\n", ticks, ticks);
		fclose(f);
		if (!ticks)
			steal_open(&steal, path, 0);
		b.invocation.ended_ns = 200000000;
		bed_take(&b);
	}
	bed_close(&b);
	open_table(&r, *state, TABLE_INVOCATIONS);
	for (int i = 0; i < 6; i++) {
		next(&r, 1);
		is_text(&r, INVOCATIONS_flags, i < 3 ? "" : "steal");
	}
	next(&r, 0);
	csv_reader_close(&r);
}

static void lists_of_flags_merge(void **state)
{
	struct flags f = { "" };

	(void)state;
	flags_merge(&f, "major;faults");
	flags_merge(&f, "fault;faults;major;");
	flags_merge(&f, "");
	assert_string_equal(f.text, "major;faults;fault");
}

/* Touch i of an invocation of 1100 touches costs its index modulo 512 and, in every second run, 1
 * more. The last 76 are no whole round. */
static void profile_folds_touches(void **state)
{
	enum { TOUCHES = 1100 };
	static const struct metric metrics[] = {
		{ .name = "touch", .unit = "ns", .kind = KIND_TIME, .samples = TOUCHES },
		{ .name = NULL },
	};
	static const struct part part = { .name = "touch",
					  .axes = AXIS(REGION),
					  .metrics = metrics };
	static const struct bench bench = { .name = "touch-profile" };
	const uint64_t room[METRICS_MAX] = { TOUCHES };
	struct outcome *out = calloc(1, outcome_size(1, room));
	struct sample_plan sample;
	struct profile profile;
	struct profile_source touched = { .cell = SAMPLE_SYSV, .out = out };
	struct profile_source ignored = { .cell = SAMPLE_MEMFD, .out = out };
	struct csv_reader r;
	struct why w = { "" };

	sample_plan_make(&sample, &part);
	sample.cells[SAMPLE_SYSV].cell.bench = &bench;
	assert_int_equal(profile_open(&profile, &sample.plan, &w), 0);
	for (uint64_t run = 0; run < 20; run++) {
		outcome_init(out, 1, room);
		out->series[0].len = 0;
		for (uint64_t i = 0; i < TOUCHES; i++)
			series_add(&out->series[0], i % 512 + run % 2, 1);
		assert_int_equal(profile_add(&profile, &touched), 0);
		assert_int_equal(profile_add(&profile, &ignored), 0);
	}
	assert_int_equal(profile_write(&profile, *state, "run", &w), 0);
	profile_close(&profile);
	free(out);
	open_table(&r, *state, TABLE_PROFILE);
	for (unsigned i = 0; i < 512 + 64; i++) {
		unsigned index = i < 512 ? i : i - 512;

		next(&r, 1);
		is_text(&r, PROFILE_index_kind, i < 512 ? "page_mod_512" : "page_mod_64");
		is_text(&r, PROFILE_samples, i < 512 ? "40" : "320");
		assert_true(csv_reader_number(&r, PROFILE_index) == index);
		/* 64 apart, eight values: the middle ones are 192 and 256 above the first. */
		assert_true(csv_reader_number(&r, PROFILE_median) ==
			    (i < 512 ? index + .5 : index + (193 + 256) / 2.));
		assert_true(csv_reader_number(&r, PROFILE_p90) ==
			    (i < 512 ? index + 1 : index + 448));
	}
	next(&r, 0);
	csv_reader_close(&r);
}

/* Windows of two workers: a batch of 4 takes worker 0 window + 100 ns, and worker 1 ten times that. An
 * invocation that has lost a sample says nothing of whose the others are. */
static void profile_knows_the_worker(void **state)
{
	enum { SAMPLED = 40 };
	static const struct metric metrics[] = {
		{ .name = "attach-one", .unit = "ns", .kind = KIND_TIME, .samples = 2 },
		{ .name = NULL },
	};
	static const struct part part = { .name = "one",
					  .axes = AXIS(REGION) | AXIS(PROCESSES),
					  .cpus_each = 1,
					  .metrics = metrics };
	const uint64_t room[METRICS_MAX] = { 2 * SAMPLED };
	struct outcome *out = calloc(1, outcome_size(SAMPLED, room));
	struct reduction reduction = { .batch = 4 };
	struct profile_source from = { .cell = SAMPLE_SYSV, .out = out, .reduction = &reduction };
	struct sample_plan sample;
	struct profile profile;
	struct csv_reader r;
	struct why w = { "" };

	sample_plan_make(&sample, &part);
	sample.cells[SAMPLE_SYSV].cell.processes = 2;
	assert_int_equal(profile_open(&profile, &sample.plan, &w), 0);
	for (int lost = 0; lost < 2; lost++) {
		outcome_init(out, SAMPLED, room);
		out->series[0].len = 0;
		for (uint64_t i = 0; i < SAMPLED; i++) {
			series_add(&out->series[0], i + 100, 4);
			series_add(&out->series[0], 10 * (i + 100), 4);
		}
		out->series[0].lost = (uint64_t)lost;
		assert_int_equal(profile_add(&profile, &from), 0);
	}
	assert_int_equal(profile_write(&profile, *state, "run", &w), 0);
	profile_close(&profile);
	free(out);
	open_table(&r, *state, TABLE_PROFILE);
	for (int worker = 0; worker < 2; worker++) {
		next(&r, 1);
		is_text(&r, PROFILE_index_kind, "worker");
		is_text(&r, PROFILE_samples, "40");
		assert_true(csv_reader_number(&r, PROFILE_index) == worker);
		assert_true(csv_reader_number(&r, PROFILE_median) == 119.5 / 4 * (worker ? 10 : 1));
		assert_true(csv_reader_number(&r, PROFILE_p90) > 130 / 4. * (worker ? 10 : 1));
	}
	next(&r, 0);
	csv_reader_close(&r);
}

/* Two invocations that could offer 1000 and 3000 messages/s, of 500 messages each. */
static void profile_knows_the_rate(void **state)
{
	enum { RESPONSE, OFFERED, MESSAGES = 500 };
	static const struct metric metrics[] = {
		[RESPONSE] = { .name = "response", .unit = "ns", .samples = MESSAGES },
		[OFFERED] = { .name = "offered", .unit = "messages/s", .kind = KIND_RATE },
		{ .name = NULL },
	};
	static const struct part part = { .name = "open",
					  .axes = AXIS(REGION) | AXIS(RATE),
					  .metrics = metrics };
	double times[MESSAGES], rate;
	struct reduction samples = { .sorted = times, .n = MESSAGES, .sampled = true };
	struct reduction offered = { .sorted = &rate, .n = 1 };
	struct profile_source of_time = { SAMPLE_MEMFD, RESPONSE, NULL, &samples };
	struct profile_source of_rate = { SAMPLE_MEMFD, OFFERED, NULL, &offered };
	struct sample_plan sample;
	struct profile profile;
	struct csv_reader r;
	struct why w = { "" };

	sample_plan_make(&sample, &part);
	sample.cells[SAMPLE_MEMFD].cell.rate = RATE_PERCENT | 50;
	assert_int_equal(profile_open(&profile, &sample.plan, &w), 0);
	for (int run = 0; run < 2; run++) {
		for (int i = 0; i < MESSAGES; i++)
			times[i] = (run + 1) * (i + 1);
		rate = offered.median = 1000 + 2000 * run;
		assert_int_equal(profile_add(&profile, &of_time), 0);
		assert_int_equal(profile_add(&profile, &of_rate), 0);
	}
	assert_int_equal(profile_write(&profile, *state, "run", &w), 0);
	profile_close(&profile);
	open_table(&r, *state, TABLE_PROFILE);
	next(&r, 1);
	is_text(&r, PROFILE_CELL + CELL_METRIC, "response");
	is_text(&r, PROFILE_CELL + schema_axis(AXIS_RATE), "50%");
	is_text(&r, PROFILE_index_kind, "offered_rate");
	is_text(&r, PROFILE_index, "2000");
	is_text(&r, PROFILE_samples, "1000");
	/* Nearest rank in each, then the middle of the two. */
	is_text(&r, PROFILE_median, "375");
	is_text(&r, PROFILE_p90, "675");
	is_text(&r, PROFILE_p99, "742.5");
	is_text(&r, PROFILE_p999, "");
	next(&r, 0);
	csv_reader_close(&r);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(one_role_becomes_rows),
		EACH(two_roles_have_a_relation),
		EACH(windows_have_rows),
		EACH(events_have_the_median_of_a_window),
		EACH(what_has_no_value_has_a_reason),
		EACH(impossible_cells_have_rows),
		EACH(nothing_to_divide_by_is_a_skip),
		EACH(distribution_is_of_invocations),
		EACH(profile_folds_touches),
		EACH(profile_knows_the_worker),
		EACH(profile_knows_the_rate),
		EACH(flags_name_what_happened),
		EACH(lists_of_flags_merge),
		EACH(waiting_for_a_cpu_is_pressure),
		EACH(stolen_time_reaches_the_rows),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
