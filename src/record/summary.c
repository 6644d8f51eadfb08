/* SPDX-License-Identifier: MIT */
/* Which rows summary.csv has, and what is said of those without an estimate. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "record/summary.h"
#include "record/summary_row.h"

/* Why there is no value, or not one of every invocation. In buf or the entry's. */
static const char *reason_of(const struct summary *s, char *buf, size_t len)
{
	const struct entry *e = s->entry;

	if (!e->n)
		return e->reason;
	if (!e->failed && !e->skipped)
		return NULL;
	snprintf(buf, len, "%zu of %zu invocations gave no value: %s", e->failed + e->skipped,
		 e->n + e->failed + e->skipped, e->reason);
	return buf;
}

static int make_room(struct summary *s)
{
	size_t room = s->entry->n + 1;

	s->value = calloc(3 * room, sizeof *s->value);
	s->other = s->value + room;
	s->scratch = s->other + room;
	return s->value ? 0 : -ENOMEM;
}

static int write_entry(struct summary *s, struct csv_writer *out, struct why *w)
{
	const struct entry *e = s->entry;
	char reason[sizeof(struct why) + 64];
	int err = make_room(s) ? fail(w, ENOMEM, "a row of %s", out->path) : 0;

	tally_cell_row(s->row, s->subject);
	csv_row_text(s->row, SUMMARY_relation, e->relation);
	csv_row_text(s->row, SUMMARY_status, e->n ? "ok" : e->failed ? "fail" : "skip");
	csv_row_text(s->row, SUMMARY_reason, reason_of(s, reason, sizeof reason));
	csv_row_text(s->row, SUMMARY_base,
		     json_string_value(json_object_get(s->subject->cell, "base_name")));
	if (!err && e->n)
		err = summary_estimates(s, w);
	if (!err)
		err = csv_writer_append(out, s->row, w);
	free(s->value);
	return err;
}

/* The run ended before this cell's first invocation. */
static int write_missing(const struct summary *s, struct csv_writer *out, struct why *w)
{
	tally_cell_row(s->row, s->subject);
	csv_row_text(s->row, SUMMARY_status, "skip");
	csv_row_text(s->row, SUMMARY_reason, "the run ended before this cell");
	return csv_writer_append(out, s->row, w);
}

static void begin(struct summary *s, const struct csv_writer *out)
{
	const json_t *run = s->tally->run;
	const char *kind = json_string_value(json_object_get(s->subject->metric, "kind"));

	csv_row_begin(s->row, out->table, json_string_value(json_object_get(run, "run_id")));
	csv_row_text(s->row, SUMMARY_stop_reason,
		     json_string_value(json_object_get(run, "stop_reason")));
	s->rate = json_is_true(json_object_get(s->subject->metric, "larger_is_better"));
	s->count = kind && !strcmp(kind, "count");
	s->varies = json_is_true(json_object_get(s->subject->metric, "varies"));
}

static int write_subject(struct summary *s, struct csv_writer *out, struct why *w)
{
	int err = 0;

	begin(s, out);
	if (!s->subject->entries && !s->subject->repeated)
		err = write_missing(s, out, w);
	for (s->entry = s->subject->entries; s->entry && !err; s->entry = s->entry->next) {
		begin(s, out);
		err = write_entry(s, out, w);
	}
	return err;
}

static void read_rule(struct summary *s, const json_t *run)
{
	const json_t *rule = json_object_get(run, "stop_rule");
	const char *reason = json_string_value(json_object_get(run, "stop_reason"));

	s->precision = json_number_value(json_object_get(rule, "precision"));
	s->look = (size_t)json_integer_value(json_object_get(rule, "look"));
	s->precise = s->look && reason && !strcmp(reason, "precision");
}

/* The clock of this subject's cell, as it was found at the start. */
static void read_clock(struct summary *s, const json_t *run)
{
	const json_t *clocks = json_object_get(run, "clock");
	const json_t *counter = json_object_get(clocks, "counter");
	const char *name = json_string_value(
		json_object_get(json_object_get(s->subject->cell, "axes"), "clock"));
	const char *counted = json_string_value(json_object_get(counter, "name"));
	bool by_it = name && counted && !strcmp(name, counted);
	const json_t *clock = json_object_get(by_it ? counter : clocks, "start");

	s->resolution = json_number_value(json_object_get(clock, "resolution_ns"));
	s->clock_cost = json_number_value(json_object_get(clock, "cost_ns"));
}

static int write_rows(const struct tally *t, const char *dir, struct why *w)
{
	struct csv_writer out;
	struct csv_row row;
	struct summary s = {
		.tally = t,
		.row = &row,
	};
	int err = csv_writer_open(&out, dir, TABLE_SUMMARY, w);

	if (err)
		return err;
	read_rule(&s, t->run);
	for (size_t i = 0; i < t->n && !err; i++) {
		s.subject = &t->subjects[i];
		read_clock(&s, t->run);
		err = write_subject(&s, &out, w);
	}
	if (!err)
		return csv_writer_close(&out, w);
	csv_writer_abandon(&out);
	return err;
}

int summary_write(const char *dir, struct why *w)
{
	struct tally t;
	int err = tally_open(&t, dir, w);

	if (err)
		return err;
	err = write_rows(&t, dir, w);
	tally_close(&t);
	return err;
}
