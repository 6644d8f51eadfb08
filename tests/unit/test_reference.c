/* SPDX-License-Identifier: MIT */
/* The cache of readings, what is derived from it, and rows and summary of gated invocations. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
/* cmocka has a macro named fail: what declares the function comes first. */
#include "record/recorder.h"
#include "record/reference.h"
#include "record/run_json.h"
#include "record/standing.h"
#include "record/summary.h"
#include <cmocka.h>
#include "sample_plan.h"
#include "scratch.h"

enum { READINGS = 300, NOW = 1000000 };

static void add_readings(struct history *h, int roles, double adds, double line, int64_t taken)
{
	struct canary_reading r[READINGS];
	struct batch b = {
		.kind = { .roles = roles }, .taken = taken, .reading = r, .n = READINGS
	};

	for (int i = 0; i < READINGS; i++)
		r[i] = (struct canary_reading){ adds * (1 + .00001 * (i % 7)),
						4.2,
						line,
						roles == 1 ? 50000 : NAN,
						roles == 1 ? NAN : canary_pair(0, 1),
						roles == 1 ? 0 : i % 2 };
	assert_int_equal(history_add(h, &b), 0);
}

static void open_history(struct history *h, const char *dir, int64_t now, const char *warning)
{
	struct why said = { "" };

	assert_int_equal(history_open(h, dir, "a CPU", now, &said), 0);
	if (!*warning)
		assert_string_equal(said.text, "");
	else if (!strstr(said.text, warning))
		fail_msg("'%s' does not say '%s'", said.text, warning);
}

static const struct canary_kind one_role = { .roles = 1 };

/* A run saw the kernel at this level. */
static void see(struct reference *r, double cycles)
{
	struct canary_reading *reading = calloc(READINGS, sizeof *reading);

	r->seen = calloc(1, sizeof *r->seen);
	assert_true(reading && r->seen);
	for (int i = 0; i < READINGS; i++)
		reading[i] = (struct canary_reading){ 4.8, 4.2, NAN, cycles, NAN, 0 };
	r->seen[r->kinds++] = (struct batch){ .kind = one_role, .reading = reading, .n = READINGS };
}

/* A run of one role at this level of the kernel, of readings that the cache in `dir` keeps. */
static struct reference run_at(const char *dir, double cycles)
{
	struct reference r = { .guest = true };

	open_history(&r.history, dir, (int64_t)time(NULL), "");
	if (!r.history.n) {
		add_readings(&r.history, 1, 4.8, NAN, (int64_t)time(NULL));
		r.fresh = true;
	}
	assert_int_equal(reference_derive(&r), 0);
	see(&r, cycles);
	return r;
}

static double level_after(const char *dir, double cycles)
{
	struct reference r = run_at(dir, cycles);
	struct why w = { "" };

	assert_int_equal(reference_save(&r, &w), 0);
	double kept = history_mapping(&r.history, &one_role);
	reference_close(&r);
	return kept;
}

static bool equal(double x, double y)
{
	return fabs(x / y - 1) < 1e-5;
}

/* All that is in the history becomes older. */
static void time_passes(const char *dir, int64_t seconds)
{
	struct history h;
	struct why w = { "" };

	open_history(&h, dir, (int64_t)time(NULL), "");
	for (size_t i = 0; i < h.n; i++)
		h.batch[i].taken -= seconds;
	assert_int_equal(history_save(&h, &w), 0);
	history_close(&h);
}

/* The first run has its level from a few seconds: what it saw itself is kept. Returns how many runs, so
 * many seconds apart, are at another level before that is followed. */
static int runs_until_followed(const char *dir, int64_t apart_s)
{
	int runs = 0;

	for (int before = 0; before < 600 / apart_s; before++) {
		assert_true(equal(level_after(dir, 50000), 50000));
		time_passes(dir, apart_s);
	}
	assert_true(equal(level_after(dir, 50000 * .985), 50000));
	do {
		time_passes(dir, apart_s);
		runs++;
	} while (equal(level_after(dir, 50000 * 1.1), 50000) && runs < 30);
	assert_true(equal(level_after(dir, 50000 * 1.1), 50000 * 1.1));
	return runs;
}

/* Until it is gone from most of the last runs and this one... */
static void a_level_is_kept_while_it_is_seen(void **state)
{
	assert_in_range(runs_until_followed(*state, 150), 4, 7);
}

/* ...and from most of ten minutes, however many runs these are. */
static void a_level_is_kept_for_minutes(void **state)
{
	assert_in_range(runs_until_followed(*state, 30), 12, 16);
}

static double level_after_runs(const char *dir, int runs, double cycles)
{
	double kept = 0;

	for (int run = 0; run < runs; run++) {
		kept = level_after(dir, cycles);
		time_passes(dir, 300);
	}
	return kept;
}

/* The first run's few readings were at the edge of what came after, within what is calm of it. */
static void a_level_in_reach_is_followed(void **state)
{
	assert_true(equal(level_after_runs(*state, 3, 50000), 50000));
	assert_true(equal(level_after_runs(*state, 6, 49000), 49000));
	assert_true(equal(level_after_runs(*state, 12, 49000 * 1.01), 49000));
}

/* What a run knows that has looked at the CPUs, before its first block. */
static struct reference first_look(const char *dir, double adds, double cycles)
{
	struct reference r = { .guest = true };
	struct canary_reading reading[40];
	struct batch look = {
		.kind = one_role, .taken = (int64_t)time(NULL), .reading = reading, .n = 40
	};

	for (size_t i = 0; i < look.n; i++)
		reading[i] = (struct canary_reading){ adds, 4.2, NAN, cycles, NAN, 0 };
	open_history(&r.history, dir, look.taken, "");
	assert_int_equal(history_add(&r.history, &look), 0);
	assert_int_equal(reference_derive(&r), 0);
	return r;
}

/* Far below all that a level may be, while nobody disturbs: no run waits for it to come back, and the next one
 * is held to what this one saw. What is far above may be somebody's doing that the adds do not feel. */
static void a_level_that_is_left_counts_no_more(void **state)
{
	static const struct {
		double adds, cycles;
		bool left;
	} cases[] = {
		{ 4.8, 70000, true },   { 4.8, 330000, false }, { 4.8, 199000, false },
		{ 4.8, 160000, false }, { 4.8, 250000, false }, { 2.6, 70000, false },
	};
	struct why w = { "" };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		json_t *entries = json_pack("[{}]");
		void *dir;

		assert_int_equal(scratch_make(&dir), 0);
		assert_true(equal(level_after_runs(dir, 3, 200000), 200000));
		struct reference r = first_look(dir, cases[i].adds, cases[i].cycles);
		assert_int_equal(r.n, 1);
		assert_int_equal(isnan(r.entry[0].mapping_cycles), cases[i].left);
		assert_true(r.entry[0].mapping_was == (cases[i].left ? 200000 : 0));
		if (cases[i].adds < 4)
			assert_true(isnan(r.entry[0].mapping_look));
		else
			assert_true(r.entry[0].mapping_look == cases[i].cycles);
		see(&r, cases[i].cycles * 1.01);
		assert_int_equal(reference_seen_json(&r, entries), 0);
		assert_true(equal(json_number_value(json_object_get(json_array_get(entries, 0),
								    "mapping_seen_cycles")),
				  cases[i].cycles * 1.01));
		assert_int_equal(reference_save(&r, &w), 0);
		assert_true(equal(history_mapping(&r.history, &one_role),
				  cases[i].left ? cases[i].cycles * 1.01 : 200000));
		json_decref(entries);
		reference_close(&r);
		assert_int_equal(scratch_remove(&dir), 0);
	}
}

/* Most of a run that is held to no level was while something ran on another CPU: its calm windows were not. */
static void what_is_far_dearer_is_no_level(void **state)
{
	struct reference r = first_look(*state, 4.8, 70000);
	json_t *entries = json_pack("[{}]");
	struct why w = { "" };

	r.entry[0].mapping_cycles = NAN;
	see(&r, 71000);
	for (int i = READINGS / 4; i < READINGS; i++)
		r.seen[0].reading[i].mapping_cycles = 200000;
	assert_int_equal(reference_seen_json(&r, entries), 0);
	assert_true(equal(json_number_value(json_object_get(json_array_get(entries, 0),
							    "mapping_seen_cycles")),
			  71000));
	assert_int_equal(reference_save(&r, &w), 0);
	assert_true(equal(history_mapping(&r.history, &one_role), 71000));
	json_decref(entries);
	reference_close(&r);
}

/* A busy sibling slows mappings: what it left is no level of the machine. */
static void a_level_is_of_undisturbed_readings(void **state)
{
	struct reference r = { .guest = true };
	struct canary_reading reading[3 * READINGS];
	struct batch b = { .kind = one_role, .taken = NOW, .reading = reading, .n = 450 };

	(void)state;
	for (size_t i = 0; i < b.n; i++) {
		bool busy = i % 3;

		reading[i] = (struct canary_reading){ busy ? 3.1 : 4.8,     4.2, NAN,
						      busy ? 58000 : 50000, NAN, 0 };
	}
	assert_int_equal(history_add(&r.history, &b), 0);
	assert_int_equal(reference_derive(&r), 0);
	assert_int_equal(r.n, 1);
	assert_true(equal(r.entry[0].adds_per_cycle, 4.8));
	assert_true(equal(r.entry[0].mapping_cycles, 50000));
	r.fresh = true; /* a few seconds say nothing of levels */
	assert_int_equal(reference_derive(&r), 0);
	assert_true(isnan(r.entry[0].mapping_cycles));
	reference_close(&r);
}

static void save(const char *dir)
{
	struct history h;
	struct why w = { "" };

	open_history(&h, dir, NOW, "");
	add_readings(&h, 1, 4.8, NAN, NOW);
	add_readings(&h, 2, 4.7, 50, NOW);
	assert_int_equal(history_save(&h, &w), 0);
	history_close(&h);
}

/* Two CPUs at two rates, each held to its own; one that nobody has seen goes by all. */
static void a_clock_is_of_its_cpu(void **state)
{
	const struct reference_wish wish = { .model = "a CPU" };
	struct reference r = { .guest = true }, again;
	struct canary_reading reading[READINGS];
	struct batch b = {
		.kind = { .roles = 2 }, .taken = NOW, .reading = reading, .n = READINGS
	};
	struct sample_plan two;
	struct why w = { "" };

	sample_plan_make(&two, &sample_part_two);
	for (size_t i = 0; i < READINGS; i++)
		reading[i] = (struct canary_reading){ 4.7, i % 2 ? 3.64 : 3.72, 50,
						      NAN, canary_pair(0, 1),   (double)(i % 2) };
	open_history(&r.history, *state, NOW, "");
	assert_int_equal(reference_see_clocks(&r.history, &b, 1), 0);
	assert_int_equal(history_add(&r.history, &b), 0);
	assert_int_equal(reference_derive(&r), 0);
	assert_int_equal(r.n, 1);
	assert_true(equal(reference_clock(&r, &r.entry[0], 0), 3.72));
	assert_true(equal(reference_clock(&r, &r.entry[0], 1), 3.64));
	assert_true(equal(reference_clock(&r, &r.entry[0], 2), r.entry[0].chain_ghz));

	/* A run that goes on is held to what run.json has. */
	json_t *run =
		json_pack("{s:o}", "canary_references", reference_entries_json(&r, &two.plan));
	assert_int_equal(reference_restore(&again, &wish, run, &w), 0);
	assert_int_equal(again.clocks, 2);
	assert_true(equal(reference_clock(&again, &again.entry[0], 1), 3.64));
	json_decref(run);
	reference_close(&again);

	/* They are kept; those of one role are others. */
	assert_int_equal(history_save(&r.history, &w), 0);
	reference_close(&r);
	open_history(&r.history, *state, NOW, "");
	assert_true(equal(history_clock(&r.history, 2, 0), 3.72));
	assert_true(equal(history_clock(&r.history, 2, 1), 3.64));
	assert_true(history_clock(&r.history, 1, 0) == 0);
	reference_close(&r);
	open_history(&r.history, *state, NOW - 1, ""); /* the clock on the wall was set back */
	assert_int_equal(r.history.clocks, 0);
	reference_close(&r);
}

static double saw(struct history *h, double ghz, double weight, int64_t at)
{
	const struct clock_level level = {
		.cpu = 0, .roles = 1, .ghz = ghz, .weight = weight, .seen = NOW + at
	};

	history_saw_clock(h, &level, GATE_CLOCK);
	return history_clock(h, 1, 0);
}

/* Where the readings of a kind are no longer valid, the rates of their CPUs are not either. */
static void a_clock_is_forgotten_with_its_readings(void **state)
{
	struct history h = { .n = 0 };
	const struct clock_level other = {
		.roles = 2, .cpu = 0, .ghz = 3.6, .weight = 1, .seen = NOW
	};
	const struct clock_level far = {
		.roles = 1, .cpu = 1, .ghz = 3.6, .weight = 1, .seen = NOW
	};

	(void)state;
	add_readings(&h, 1, 4.8, NAN, NOW); /* of CPU 0 */
	saw(&h, 3.72, 1, 0);
	history_saw_clock(&h, &other, GATE_CLOCK);
	history_saw_clock(&h, &far, GATE_CLOCK);
	history_forget(&h, &one_role);
	assert_int_equal(h.clocks, 2);
	assert_true(history_clock(&h, 1, 0) == 0);
	assert_true(equal(history_clock(&h, 2, 0), 3.6));
	assert_true(equal(history_clock(&h, 1, 1), 3.6));
	history_close(&h);
}

/* A CPU that is moved to and fro is held to one rate. */
static void a_clock_that_comes_back_is_kept(void **state)
{
	struct history h = { .n = 0 };

	(void)state;
	for (int minute = 0; minute < 120; minute++)
		assert_true(equal(saw(&h, minute % 13 < 7 ? 3.72 : 3.634, 1, 60 * minute), 3.72));
	assert_int_equal(h.clocks, 2);
}

/* One that is gone is followed: within half an hour of a run a minute, and at once after a pause. */
static void a_clock_that_is_gone_is_followed(void **state)
{
	struct history h = { .n = 0 };
	int minute = 0, runs = 0;

	(void)state;
	for (; minute < 60; minute++)
		saw(&h, 3.72, 1, 60 * minute);
	while (runs < 60 && equal(saw(&h, 3.634, 1, 60 * minute++), 3.72))
		runs++;
	assert_in_range(runs, 20, 27);
	assert_true(equal(saw(&h, 3.72, 1, 60 * (minute + 90)), 3.72));
}

/* It drifts, and is followed by as much as it weighs. */
static void a_clock_that_drifts_is_followed(void **state)
{
	struct history h = { .n = 0 };
	double kept = 0;

	(void)state;
	for (int minute = 0; minute < 60; minute++)
		kept = saw(&h, 3.72 * (1 + .0002 * minute), 1, 60 * minute);
	assert_int_equal(h.clocks, 1);
	assert_true(kept > 3.72 * 1.007 && kept < 3.72 * 1.0118);
}

static void readings_come_back_for_a_day(void **state)
{
	struct history h;
	struct why said = { "" };

	save(*state);
	open_history(&h, *state, NOW + 100, "");
	assert_int_equal(h.n, 2);
	assert_int_equal(h.batch[1].n, READINGS);
	assert_true(fabs(h.batch[1].reading[0].adds_per_cycle - 4.7) < 1e-5);
	assert_true(h.batch[1].reading[0].line_ns == 50);
	assert_true(isnan(h.batch[0].reading[0].line_ns));
	history_close(&h);
	open_history(&h, *state, NOW + HISTORY_AGE_S + 1, "");
	assert_int_equal(h.n, 0);
	history_close(&h);
	open_history(&h, *state, NOW - 100, ""); /* from the future: the clock was set back */
	assert_int_equal(h.n, 0);
	history_close(&h);
	assert_int_equal(history_open(&h, *state, "another CPU", NOW, &said), 0);
	assert_int_equal(h.n, 0);
	history_close(&h);
}

static void damage_is_a_warning(void **state)
{
	static const char *const files[] = {
		"",
		"{",
		"[]",
		"{\"schema\": \"shmbench.canaries.v6\"}",
		"{\"schema\": \"shmbench.canaries.v6\", \"model\": \"a CPU\", \"batches\": [{}]}",
		"{\"schema\": \"shmbench.canaries.v6\", \"model\": \"a CPU\", \"batches\": [{"
		"\"core\": 0, \"roles\": 1, \"relation\": \"\", \"taken\": 1000000, "
		"\"adds_per_cycle\": [4.8], \"chain_ghz\": [\"x\"]}]}",
		"{\"schema\": \"shmbench.canaries.v6\", \"model\": \"a CPU\", \"batches\": [{"
		"\"core\": 0, \"roles\": 1, \"relation\": \"\", \"taken\": 1000000, "
		"\"adds_per_cycle\": [-1], \"chain_ghz\": [1]}]}",
	};

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct history h;

		scratch_write(*state, "canaries.json", files[i]);
		open_history(&h, *state, NOW, "canaries.json is damaged");
		assert_int_equal(h.n, 0);
		history_close(&h);
	}
}

static void newest_batches_are_kept(void **state)
{
	struct history h;
	const struct canary_kind one = { .roles = 1 };

	(void)state;
	open_history(&h, NULL, NOW, "");
	for (int i = 0; i < HISTORY_BATCHES + 3; i++)
		add_readings(&h, 1, 4.8, NAN, NOW + i);
	add_readings(&h, 2, 4.7, 50, NOW);
	assert_int_equal(h.n, HISTORY_BATCHES + 1);
	assert_int_equal(h.batch[0].taken, NOW + 3);
	history_forget(&h, &one);
	assert_int_equal(h.n, 1);
	history_close(&h);
}

/* A guest that was two threads of one core (2.4 adds a cycle each) and two cores (4.7). */
static void make_reference(struct reference *r)
{
	*r = (struct reference){ .guest = true };
	open_history(&r->history, NULL, NOW, "");
	add_readings(&r->history, 1, 4.8, NAN, NOW);
	add_readings(&r->history, 2, 2.4, 13, NOW);
	add_readings(&r->history, 2, 4.7, 50, NOW);
	assert_int_equal(reference_derive(r), 0);
}

static void is_relation(const struct reference *r, const struct planned *p, double before,
			double after, const char *expected)
{
	char buf[RELATION_MAX];
	const double line[2] = { before, after };

	assert_string_equal(reference_relation(r, p, line, buf), expected);
}

static void each_relation_has_its_reference(void **state)
{
	struct sample_plan two;
	struct reference r;

	(void)state;
	sample_plan_make(&two, &sample_part_two);
	make_reference(&r);
	const struct planned *p = &two.cells[0];
	assert_true(fabs(reference_find(&r, p, 0, "r1")->adds_per_cycle - 2.4) < .001);
	assert_true(fabs(reference_find(&r, p, 1, "r2")->adds_per_cycle - 4.7) < .001);
	assert_null(reference_find(&r, p, 0, "new"));
	is_relation(&r, p, 13, 13.5, "r1");
	is_relation(&r, p, 48, 52, "r2");
	is_relation(&r, p, 13, 50, "mixed");
	is_relation(&r, p, 240, 250, "new");
	two.cells[0].place.os[1] = two.cells[0].place.os[0];
	is_relation(&r, p, NAN, NAN, "same");
	assert_true(fabs(reference_find(&r, p, 1, "same")->adds_per_cycle - 4.8) < .001);
	r.guest = false;
	two.cells[0].place.os[1] = 1;
	two.cells[0].place.relation = "l3";
	is_relation(&r, p, 48, 52, "l3");
	is_relation(&r, p, 48, 90, "mixed");
	reference_close(&r);
}

/* Windows of one role whose values are 100, 101, ... ns; the canaries of the first `calm` agree. */
static struct outcome *make_windows(unsigned n, unsigned calm, double line)
{
	const uint64_t room[METRICS_MAX] = { [SAMPLE_TIME] = 32 };
	struct outcome *out = calloc(1, outcome_size(n, room));

	assert_non_null(out);
	outcome_init(out, n, room);
	out->windows = n;
	out->clock_cost_ns = 1;
	out->mapping_cycles = isnan(line) ? 50000 : NAN;
	for (unsigned i = 0; i < n; i++) {
		struct window *w = &out->window[i];
		struct canary good = { isnan(line) ? 4.8 : 4.7, 4.2 }, bad = { 3, 4.2 };

		w->elapsed_ns = 1000;
		w->line_before = w->line_after = line;
		w->portion[SAMPLE_TIME].amount = 1000 * (100 + i);
		w->portion[SAMPLE_TIME].operations = 1000;
		for (int role = 0; role < 2; role++) {
			w->before[role] = i <= calm ? good : bad;
			w->after[role] = i < calm ? good : bad;
		}
	}
	return out;
}

struct bed {
	struct sample_plan sample;
	struct reference reference;
	struct recorder recorder;
	struct why why;
	const char *dir;
};

static void bed_open(struct bed *b, const char *dir, const struct part *part)
{
	*b = (struct bed){ .dir = dir };
	sample_plan_make(&b->sample, part);
	make_reference(&b->reference);
	assert_int_equal(recorder_open(&b->recorder, &b->sample.plan, dir, "run", &b->why), 0);
	b->recorder.reference = &b->reference;
}

static void bed_take(struct bed *b, size_t cell, unsigned block, struct outcome *out)
{
	struct invocation i = { .planned = &b->sample.cells[cell],
				.number = 2 * block + (unsigned)cell,
				.block = block,
				.roles = b->sample.cells[cell].cell.part->roles,
				.cpu = { 0, 1 },
				.out = out };

	assert_int_equal(recorder_take(&b->recorder, &i, &b->why), 0);
	free(out);
}

static void bed_close(struct bed *b)
{
	struct run_directory d = { .id = "run" };
	struct run_json json;
	struct run_facts facts = { .directory = &d,
				   .plan = &b->sample.plan,
				   .reference = &b->reference,
				   .clock = { .name = "monotonic" } };
	struct run_end end = { .stop_reason = "fixed", .blocks = 8, .clock = facts.clock };

	snprintf(d.path, sizeof d.path, "%s", b->dir);
	assert_int_equal(recorder_close(&b->recorder, &b->why), 0);
	assert_int_equal(run_json_begin(&json, &facts, &b->why), 0);
	assert_int_equal(run_json_end(&json, &end, &b->why), 0);
	run_json_close(&json);
	assert_int_equal(summary_write(b->dir, &b->why), 0);
	reference_close(&b->reference);
}

/* The next row of this metric. */
static void find(struct csv_reader *r, unsigned cell_columns, const char *metric)
{
	struct why w = { "" };

	do
		assert_int_equal(csv_reader_next(r, &w), 1);
	while (strcmp(csv_reader_text(r, cell_columns + CELL_METRIC), metric));
}

static void is(struct csv_reader *r, unsigned column, const char *expected)
{
	const char *text = csv_reader_text(r, column);

	if (strcmp(text, expected))
		fail_msg("%s is '%s', not '%s'", schema_column(column).name, text, expected);
}

/* Undisturbed windows, in an invocation at a level of the kernel that is not the reference's. */
static void a_kernel_at_another_level_is_not_calm(void **state)
{
	struct outcome *out = make_windows(9, 9, NAN);
	struct csv_reader r;
	struct bed b;

	out->mapping_cycles = 50000 * 1.04;
	bed_open(&b, *state, &sample_part);
	bed_take(&b, 0, 0, out);
	bed_take(&b, 0, 1, make_windows(9, 9, NAN));
	bed_close(&b);
	assert_int_equal(csv_reader_open(&r, *state, TABLE_INVOCATIONS, &b.why), 0);
	find(&r, INVOCATIONS_CELL, "time");
	is(&r, INVOCATIONS_calm_windows, "0");
	is(&r, INVOCATIONS_windows_before_calm, "0");
	is(&r, INVOCATIONS_windows_after_calm, "0");
	find(&r, INVOCATIONS_CELL, "time");
	is(&r, INVOCATIONS_calm_windows, "9");
	is(&r, INVOCATIONS_windows_before_calm, "9");
	is(&r, INVOCATIONS_windows_after_calm, "9");
	csv_reader_close(&r);
}

/* And where no level is known, in one in which a mapping is far dearer than it was before the run. */
static void without_a_level_far_dearer_is_not_calm(void **state)
{
	struct outcome *dearer = make_windows(9, 9, NAN), *far = make_windows(9, 9, NAN);
	struct csv_reader r;
	struct bed b;

	dearer->mapping_cycles = 50000 * 1.5;
	far->mapping_cycles = 50000 * 1.7;
	bed_open(&b, *state, &sample_part);
	for (size_t i = 0; i < b.reference.n; i++)
		b.reference.entry[i].mapping_cycles = NAN;
	bed_take(&b, 0, 0, dearer);
	bed_take(&b, 0, 1, far);
	bed_close(&b);
	assert_int_equal(csv_reader_open(&r, *state, TABLE_INVOCATIONS, &b.why), 0);
	find(&r, INVOCATIONS_CELL, "time");
	is(&r, INVOCATIONS_calm_windows, "9");
	find(&r, INVOCATIONS_CELL, "time");
	is(&r, INVOCATIONS_calm_windows, "0");
	csv_reader_close(&r);
}

/* Undisturbed windows of an invocation in which a cache line takes longer, as a rule, than it does between
 * these CPUs; a single one in which it does is nothing. */
static void a_line_at_another_level_is_not_calm(void **state)
{
	struct outcome *out = make_windows(9, 9, 50 * 1.03), *few = make_windows(9, 9, 50);
	struct csv_reader r;
	struct bed b;

	for (int i = 0; i < 4; i++)
		few->window[i].line_before = few->window[i].line_after = 50 * 1.2;
	bed_open(&b, *state, &sample_part_two);
	const struct planned *p = &b.sample.cells[0];
	assert_true(equal(reference_line(reference_find(&b.reference, p, 0, "r2"), p), 50));
	bed_take(&b, 0, 0, out);
	bed_take(&b, 0, 1, few);
	bed_close(&b);
	assert_int_equal(csv_reader_open(&r, *state, TABLE_INVOCATIONS, &b.why), 0);
	for (int i = 0; i < 2; i++) {
		do
			find(&r, INVOCATIONS_CELL, "time");
		while (strcmp(csv_reader_text(&r, INVOCATIONS_relation), "r2"));
		is(&r, INVOCATIONS_windows, "9");
		is(&r, INVOCATIONS_calm_windows, i ? "9" : "0");
		is(&r, INVOCATIONS_windows_before_calm, i ? "9" : "0");
		is(&r, INVOCATIONS_windows_after_calm, i ? "9" : "0");
	}
	csv_reader_close(&r);
}

/* A run that reads the line between CPUs 0 and cpu1. Returns the level of CPUs 0 and 1 before it. */
static double line_after(const char *dir, int cpu1, double line, bool fresh)
{
	struct sample_plan two;
	struct reference r = { .guest = true, .fresh = fresh };
	struct canary_reading *reading = calloc(READINGS, sizeof *reading);
	struct why w = { "" };

	sample_plan_make(&two, &sample_part_two);
	open_history(&r.history, dir, (int64_t)time(NULL), "");
	if (fresh)
		add_readings(&r.history, 2, 4.7, line, (int64_t)time(NULL));
	assert_int_equal(reference_derive(&r), 0);
	const struct canary_reference *e = reference_find(&r, &two.cells[0], 0, "r1");
	double level = e ? reference_line(e, &two.cells[0]) : NAN;
	r.seen = calloc(1, sizeof *r.seen);
	assert_true(reading && r.seen);
	for (int i = 0; i < READINGS; i++)
		reading[i] =
			(struct canary_reading){ 4.7, 4.2, line, NAN, canary_pair(0, cpu1), 0 };
	r.seen[r.kinds++] =
		(struct batch){ .kind = { .roles = 2 }, .reading = reading, .n = READINGS };
	assert_int_equal(reference_save(&r, &w), 0);
	reference_close(&r);
	return level;
}

/* It is kept from run to run while it is about what is seen; other CPUs have their own. */
static void a_lines_level_is_of_its_cpus(void **state)
{
	struct history h;
	int cpu[2], runs = 0;

	canary_pair_cpus(canary_pair(191, 7), cpu);
	assert_int_equal(cpu[0], 191);
	assert_int_equal(cpu[1], 7);
	assert_true(isnan(line_after(*state, 1, 50, true))); /* seconds say nothing of levels */
	for (int i = 0; i < 5; i++)
		assert_true(equal(line_after(*state, 3, 58, false), 50));
	open_history(&h, *state, (int64_t)time(NULL), "");
	assert_int_equal(h.lines, 2);
	assert_true(equal(history_line(&h, canary_pair(0, 3), 0, INFINITY), 58));
	assert_true(history_line(&h, canary_pair(0, 2), 0, INFINITY) == 0);
	assert_true(history_line(&h, canary_pair(0, 3), 0, 57) == 0); /* of another class */
	history_close(&h);
	while (equal(line_after(*state, 1, 54, false), 50) && runs < 30)
		runs++;
	assert_in_range(runs, 2, 16);
	assert_true(equal(line_after(*state, 1, 54, false), 54));
	/* It drifts: nearer than half of what is calm is the same, farther is not. */
	for (int i = 0; i < 16; i++)
		assert_true(equal(line_after(*state, 1, 54 * 1.008, false), 54));
	for (int i = 0; i < HISTORY_BATCHES; i++)
		line_after(*state, 1, 54 * 1.015, false);
	double level = line_after(*state, 1, 54 * 1.015, false);
	assert_true(!equal(level, 54) && gate_agrees(level, 54 * 1.015, GATE_LINE / 2));
}

/* A run of one invocation. */
static void record_one(struct bed *b, const char *dir, const struct part *part, struct outcome *out)
{
	bed_open(b, dir, part);
	bed_take(b, 0, 0, out);
	bed_close(b);
}

/* Elapsed: 1000 ns. One role may be stopped for 10 of them, one of two for 30. */
static void a_window_that_was_stopped_is_not_calm(void **state)
{
	struct outcome *one = make_windows(9, 9, NAN), *two = make_windows(9, 9, 50);
	struct csv_reader r;
	struct bed b;

	one->worked_ns[0] = two->worked_ns[0] = two->worked_ns[1] = 1;
	one->window[0].stopped_ns[0] = 10;
	one->window[1].stopped_ns[0] = 11;
	two->window[0].stopped_ns[1] = 30;
	two->window[1].stopped_ns[1] = 31;
	record_one(&b, *state, &sample_part, one);
	assert_int_equal(csv_reader_open(&r, *state, TABLE_INVOCATIONS, &b.why), 0);
	find(&r, INVOCATIONS_CELL, "time");
	is(&r, INVOCATIONS_calm_windows, "8");
	is(&r, INVOCATIONS_windows_before_calm, "8");
	csv_reader_close(&r);
	assert_int_equal(csv_reader_open(&r, *state, TABLE_WINDOWS, &b.why), 0);
	assert_int_equal(csv_reader_next(&r, &b.why), 1);
	assert_int_equal(csv_reader_next(&r, &b.why), 1);
	is(&r, WINDOWS_role0_stopped_ns, "11");
	is(&r, WINDOWS_role1_stopped_ns, "");
	is(&r, WINDOWS_calm, "0");
	csv_reader_close(&r);
	record_one(&b, *state, &sample_part_two, two);
	assert_int_equal(csv_reader_open(&r, *state, TABLE_INVOCATIONS, &b.why), 0);
	find(&r, INVOCATIONS_CELL, "time");
	find(&r, INVOCATIONS_CELL, "time");
	is(&r, INVOCATIONS_relation, "r2");
	is(&r, INVOCATIONS_calm_windows, "8");
	csv_reader_close(&r);
}

static void median_is_over_calm_windows(void **state)
{
	struct csv_reader r;
	struct bed b;

	bed_open(&b, *state, &sample_part);
	bed_take(&b, 0, 0, make_windows(10, 5, NAN));
	bed_take(&b, 0, 1, make_windows(10, 2, NAN)); /* two are too few of ten */
	bed_take(&b, 0, 2, make_windows(2, 2, NAN));  /* and enough of two */
	bed_close(&b);
	assert_int_equal(csv_reader_open(&r, *state, TABLE_INVOCATIONS, &b.why), 0);
	find(&r, INVOCATIONS_CELL, "time");
	is(&r, INVOCATIONS_relation, "");
	is(&r, INVOCATIONS_calm_windows, "5");
	is(&r, INVOCATIONS_windows_before_calm, "6");
	is(&r, INVOCATIONS_windows_after_calm, "5");
	is(&r, INVOCATIONS_median, "102");
	is(&r, INVOCATIONS_median_all, "104.5");
	is(&r, INVOCATIONS_flags, "");
	find(&r, INVOCATIONS_CELL, "time");
	is(&r, INVOCATIONS_calm_windows, "2");
	is(&r, INVOCATIONS_median, "");
	find(&r, INVOCATIONS_CELL, "time");
	is(&r, INVOCATIONS_median, "100.5");
	csv_reader_close(&r);
}

static void two_roles_have_a_row_per_relation(void **state)
{
	struct csv_reader r;
	struct bed b;

	bed_open(&b, *state, &sample_part_two);
	struct outcome *out = make_windows(8, 8, 50);
	for (int i = 0; i < 2; i++) /* two windows elsewhere: too few for a row */
		out->window[i].line_before = out->window[i].line_after = 13;
	out->window[2].line_after = 13;
	bed_take(&b, 0, 0, out);
	bed_close(&b);
	assert_int_equal(csv_reader_open(&r, *state, TABLE_INVOCATIONS, &b.why), 0);
	find(&r, INVOCATIONS_CELL, "time");
	is(&r, INVOCATIONS_relation, "all");
	is(&r, INVOCATIONS_windows, "8");
	is(&r, INVOCATIONS_median, "");
	is(&r, INVOCATIONS_median_all, "103.5");
	find(&r, INVOCATIONS_CELL, "time");
	is(&r, INVOCATIONS_relation, "r2");
	is(&r, INVOCATIONS_windows, "5");
	is(&r, INVOCATIONS_calm_windows, "5");
	is(&r, INVOCATIONS_median, "105");
	while (csv_reader_next(&r, &b.why) == 1)
		assert_string_not_equal(csv_reader_text(&r, INVOCATIONS_CELL + CELL_METRIC),
					"time");
	csv_reader_close(&r);
}

static void summarised(const char *dir, unsigned calm, const char *median, const char *flags)
{
	struct csv_reader r;
	struct bed b;
	char text[12];

	bed_open(&b, dir, &sample_part);
	for (unsigned block = 0; block < 8; block++)
		for (size_t cell = 0; cell < 2; cell++)
			bed_take(&b, cell, block, make_windows(10, block < calm ? 5 : 0, NAN));
	bed_close(&b);
	assert_int_equal(csv_reader_open(&r, dir, TABLE_SUMMARY, &b.why), 0);
	snprintf(text, sizeof text, "%u", calm);
	for (int cell = 0; cell < 2; cell++) {
		find(&r, SUMMARY_CELL, "time");
		is(&r, SUMMARY_calm_invocations, text);
		is(&r, SUMMARY_median, median);
		is(&r, SUMMARY_median_all, "104.5");
		is(&r, SUMMARY_flags, flags);
	}
	snprintf(text, sizeof text, "%u", calm < 6 ? 8 : calm);
	is(&r, SUMMARY_pairs, text);
	is(&r, SUMMARY_invocations, text);
	is(&r, SUMMARY_ratio, "1");
	csv_reader_close(&r);
}

static void six_calm_invocations_make_an_estimate(void **state)
{
	summarised(*state, 6, "102", "");
}

static void five_do_not(void **state)
{
	summarised(*state, 5, "104.5", "not_calm");
}

static void patience_waits_for_the_relation_most_seen(void **state)
{
	struct sample_plan two;
	struct standing s;
	struct why w = { "" };
	struct standing_value v = { .metric = SAMPLE_TIME, .value = 100, .batch = 1 };

	(void)state;
	sample_plan_make(&two, &sample_part_two);
	assert_int_equal(standing_open(&s, &two.plan, &w), 0);
	assert_false(standing_short(&s, 0, 2)); /* nothing gave a value */
	v.relation = "all";
	v.value = NAN;
	assert_int_equal(standing_add(&s, &v, &w), 0);
	assert_true(standing_short(&s, 0, 2));
	v.value = 100;
	v.relation = "r1";
	assert_int_equal(standing_add(&s, &v, &w), 0);
	v.relation = "r2";
	assert_int_equal(standing_add(&s, &v, &w), 0);
	assert_true(standing_short(&s, 0, 2));
	assert_int_equal(standing_add(&s, &v, &w), 0);
	assert_false(standing_short(&s, 0, 2));
	assert_true(standing_short(&s, 0, 3));
	standing_close(&s);
}

/* Canaries are read once for each kind of core, number of active roles and, off guests, relation. */
static void stations_are_kinds_and_not_cells(void **state)
{
	struct reference guest = { .guest = true }, bare = { .guest = false };
	struct station station[REFERENCE_STATIONS];
	struct sample_plan one, two;
	struct planned cell[4];
	struct plan p = { .cells = cell, .n = 4 };

	(void)state;
	sample_plan_make(&one, &sample_part);
	sample_plan_make(&two, &sample_part_two);
	cell[0] = cell[1] = one.cells[0];
	cell[2] = cell[3] = two.cells[0];
	cell[1].place.os[0] = 5; /* another CPU of the same kind */
	cell[2].place = (struct place){ .relation = "l3", .os = { 0, 1 } };
	cell[3].place = (struct place){ .relation = "smt", .os = { 0, 2 } };
	assert_int_equal(reference_stations(&guest, &p, station), 2);
	assert_ptr_equal(station[0].like, &cell[0]);
	assert_int_equal(station[0].roles, 1);
	assert_ptr_equal(station[1].like, &cell[2]);
	assert_int_equal(station[1].roles, 2);
	assert_int_equal(reference_stations(&bare, &p, station), 3);
	cell[1].place.kind[0] = 1;
	assert_int_equal(reference_stations(&bare, &p, station), 4);
	cell[1].status = CANNOT; /* nobody will be there */
	assert_int_equal(reference_stations(&bare, &p, station), 3);
	cell[3].place.os[1] = 0; /* two roles take turns: one is active */
	assert_int_equal(reference_stations(&bare, &p, station), 2);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(readings_come_back_for_a_day),
		EACH(damage_is_a_warning),
		EACH(newest_batches_are_kept),
		EACH(a_level_is_kept_while_it_is_seen),
		EACH(a_level_is_kept_for_minutes),
		EACH(a_level_in_reach_is_followed),
		EACH(a_clock_is_of_its_cpu),
		cmocka_unit_test(a_clock_is_forgotten_with_its_readings),
		cmocka_unit_test(a_clock_that_comes_back_is_kept),
		cmocka_unit_test(a_clock_that_is_gone_is_followed),
		cmocka_unit_test(a_clock_that_drifts_is_followed),
		cmocka_unit_test(a_level_is_of_undisturbed_readings),
		cmocka_unit_test(a_level_that_is_left_counts_no_more),
		EACH(what_is_far_dearer_is_no_level),
		EACH(a_kernel_at_another_level_is_not_calm),
		EACH(without_a_level_far_dearer_is_not_calm),
		EACH(a_line_at_another_level_is_not_calm),
		EACH(a_lines_level_is_of_its_cpus),
		EACH(a_window_that_was_stopped_is_not_calm),
		EACH(each_relation_has_its_reference),
		EACH(median_is_over_calm_windows),
		EACH(two_roles_have_a_row_per_relation),
		EACH(six_calm_invocations_make_an_estimate),
		EACH(five_do_not),
		EACH(patience_waits_for_the_relation_most_seen),
		cmocka_unit_test(stations_are_kinds_and_not_cells),
	};

	return cmocka_run_group_tests_name("references", tests, NULL, NULL);
}
