/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "version.h"
#include "record/flags.h"
#include "record/json_text.h"
#include "record/plan_json.h"
#include "record/raw.h"
#include "record/run_json.h"

static const char schema[] = "shmbench.run.v1";

static json_t *integer(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static json_t *clock_json(const struct clock_quality *c)
{
	return json_pack("{s:s, s:I, s:f, s:I, s:I}", "name", c->name, "resolution_ns",
			 (json_int_t)c->resolution_ns, "cost_ns", c->cost_ns, "p999_ns",
			 (json_int_t)c->p999_ns, "max_ns", (json_int_t)c->max_ns);
}

/* What was read now and, at the end, will be; the counter only where cells are timed by it. */
static json_t *clocks_json(const struct run_facts *f)
{
	const struct clock_calibration *c = f->counter;
	json_t *clocks = json_pack("{s:o, s:n}", "start", clock_json(&f->clock), "end");

	if (c)
		json_object_set_new(clocks, "counter",
				    json_pack("{s:s, s:f, s:I, s:f, s:o, s:n}", "name",
					      clock_names[c->clock.source], "ghz", c->ghz,
					      "over_ns", (json_int_t)c->over_ns, "error_ppm",
					      c->error_ppm, "start",
					      clock_json(&f->counter_quality), "end"));
	return clocks;
}

static json_t *command_json(const struct run_facts *f)
{
	json_t *command = json_array();

	for (int i = 0; i < f->argc; i++)
		json_array_append_new(command, json_text_new(f->argv[i]));
	return command;
}

static json_t *labels_json(const char *const *labels)
{
	json_t *object = json_object();

	for (; labels && *labels; labels++) {
		size_t len = strcspn(*labels, "=");
		char *key = strndup(*labels, len);

		if (key)
			json_object_set_new(object, key,
					    json_text_new(*labels + len + ((*labels)[len] == '=')));
		free(key);
	}
	return object;
}

static json_t *unavailable_json(const struct unavailable *u)
{
	json_t *list = json_array();

	for (; u && u->what; u++)
		json_array_append_new(list, json_pack("{s:o, s:o}", "what", json_text_new(u->what),
						      "why", json_text_new(u->why)));
	return list;
}

static json_t *program_json(void)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "name", "shmbench", "version", SHMBENCH_VERSION,
			 "compiler", SHMBENCH_COMPILER, "build", SHMBENCH_BUILD);
}

/* What calm is; without a reference said to be absent. */
static void set_gate(json_t *root, const struct reference *r)
{
	json_object_set_new(root, "relation_classes", r ? reference_classes_json(r) : json_null());
	json_object_set_new(root, "canary_references", r ? reference_entries_json(r) : json_null());
	json_object_set_new(root, "new_reference", r ? json_boolean(r->fresh) : json_null());
}

static json_t *stop_rule_json(const struct run_facts *f)
{
	if (!(f->precision > 0))
		return json_null();
	return json_pack("{s:f, s:i, s:i, s:n}", "precision", f->precision, "min_invocations",
			 (int)f->least, "max_invocations", (int)f->most, "look");
}

/* What the end of the run brings: said to be absent instead of left out. */
static void set_absent(json_t *root)
{
	static const char *const keys[] = { "stop_reason", "blocks", "patient_blocks", "ended" };

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		json_object_set_new(root, keys[i], json_null());
}

/* The flags themselves: a later version that knows more of them computes the same summary. */
static json_t *discard_json(const struct run_facts *f)
{
	json_t *list = f->discard_flagged ? json_array() : json_null();

	for (const char *const *name = flags_disturbed; f->discard_flagged && *name; name++)
		json_array_append_new(list, json_string(*name));
	return list;
}

static json_t *root_json(const struct run_facts *f)
{
	char seed[24], now[32];
	json_t *root = json_object();

	snprintf(seed, sizeof seed, "%ju", (uintmax_t)f->seed);
	json_object_set_new(root, "schema", json_string(schema));
	json_object_set_new(root, "run_id", json_text_new(f->directory->id));
	json_object_set_new(root, "program", program_json());
	json_object_set_new(root, "command", command_json(f));
	json_object_set_new(root, "seed", json_string(seed));
	json_object_set_new(root, "suite", json_text_or_null(f->suite));
	json_object_set_new(root, "plan", plan_json(f->plan));
	json_object_set_new(root, "skipped", plan_json_skipped(f->plan));
	json_object_set_new(root, "labels", labels_json(f->labels));
	json_object_set_new(root, "thresholds", json_pack("{s:f}", "threshold", f->threshold));
	json_object_set_new(root, "discard_flagged", discard_json(f));
	json_object_set_new(root, "time_budget_ns", integer(f->time_budget_ns));
	json_object_set_new(root, "clock", clocks_json(f));
	json_object_set(root, "environment", f->environment ? f->environment : json_null());
	json_object_set(root, "run_to_run", f->run_to_run ? f->run_to_run : json_null());
	json_object_set_new(root, "topology_xml", json_text_or_null(f->topology_xml));
	json_object_set_new(root, "samples", f->raw ? json_string(RAW_NAME) : json_null());
	json_object_set_new(root, "unavailable", unavailable_json(f->unavailable));
	json_object_set_new(root, "warnings", json_array());
	json_object_set_new(root, "started", json_string(run_directory_time(now, sizeof now)));
	json_object_set_new(root, "stop_rule", stop_rule_json(f));
	set_gate(root, f->reference);
	set_absent(root);
	return root;
}

/* What summary_write() and the reports could not do without: checked in what is read, and
 * in what is written, where memory may have run out. */
static int check(const json_t *root, const char *path, struct why *w)
{
	const json_t *cells = json_object_get(json_object_get(root, "plan"), "cells");
	const json_t *clock = json_object_get(json_object_get(root, "clock"), "start");
	const char *is = json_string_value(json_object_get(root, "schema"));

	if (!is)
		return misused(w, "%s: there is no schema: not a run.json of shmbench", path);
	if (strcmp(is, schema))
		return misused(w, "%s: '%.60s' is not %s, which this version reads", path, is,
			       schema);
	if (!json_is_string(json_object_get(root, "run_id")))
		return misused(w, "%s: run_id is missing", path);
	if (!json_is_array(cells))
		return misused(w, "%s: plan.cells is missing", path);
	if (!json_is_number(json_object_get(clock, "resolution_ns")) ||
	    !json_is_number(json_object_get(clock, "cost_ns")))
		return misused(w, "%s: clock.start has no resolution_ns or cost_ns", path);
	return 0;
}

static int dump(const json_t *root, FILE *file)
{
	/* 9 digits, as in the CSV files. */
	size_t flags = JSON_SORT_KEYS | JSON_INDENT(1) | JSON_REAL_PRECISION(9);

	/* A rename may reach the disk before the bytes do: fsync(2). */
	if (json_dumpf(root, file, flags) || fputc('\n', file) == EOF || fflush(file) ||
	    fsync(fileno(file)))
		return -1;
	return 0;
}

static int write_file(const struct run_json *j, struct why *w)
{
	char made[PATH_MAX + 8];

	snprintf(made, sizeof made, "%s.new", j->path);
	FILE *file = fopen(made, "we");
	if (!file)
		return fail(w, errno, "making %s", made);
	int err = dump(j->root, file) ? fail(w, errno, "writing %s", made) : 0;
	if (fclose(file) && !err)
		err = fail(w, errno, "writing %s", made);
	if (!err && rename(made, j->path))
		err = fail(w, errno, "renaming %s to %s", made, j->path);
	if (err)
		unlink(made);
	return err;
}

int run_json_begin(struct run_json *j, const struct run_facts *f, struct why *w)
{
	j->root = root_json(f);
	if (snprintf(j->path, sizeof j->path, "%s/run.json", f->directory->path) >=
	    (int)sizeof j->path)
		return misused(w, "the path '%.80s...' is too long", f->directory->path);
	int err = check(j->root, j->path, w);
	return err ? err : write_file(j, w);
}

int run_json_warn(struct run_json *j, const char *sentence, struct why *w)
{
	if (json_array_append_new(json_object_get(j->root, "warnings"), json_text_new(sentence)))
		return fail(w, ENOMEM, "a warning in %s", j->path);
	return 0;
}

int run_json_end(struct run_json *j, const struct run_end *e, struct why *w)
{
	json_t *clock = json_object_get(j->root, "clock");
	char now[32];

	json_object_set_new(clock, "end", clock_json(&e->clock));
	if (e->counter_quality.name)
		json_object_set_new(json_object_get(clock, "counter"), "end",
				    clock_json(&e->counter_quality));
	json_object_set_new(j->root, "stop_reason", json_text_new(e->stop_reason));
	json_object_set_new(j->root, "blocks", integer(e->blocks));
	json_object_set_new(j->root, "patient_blocks", integer(e->patient));
	json_object_set_new(json_object_get(j->root, "stop_rule"), "look",
			    e->look ? integer(e->look) : json_null());
	json_object_set_new(j->root, "ended", json_string(run_directory_time(now, sizeof now)));
	return write_file(j, w);
}

void run_json_close(struct run_json *j)
{
	json_decref(j->root);
	j->root = NULL;
}

int run_json_read(const char *dir, json_t **root, struct why *w)
{
	char path[PATH_MAX];
	json_error_t e;

	if (snprintf(path, sizeof path, "%s/run.json", dir) >= (int)sizeof path)
		return misused(w, "the path of the run directory '%.80s...' is too long", dir);
	FILE *file = fopen(path, "re");
	if (!file)
		return misused(w, "%s cannot be read: %s", path, strerror(errno));
	*root = json_loadf(file, JSON_REJECT_DUPLICATES, &e);
	fclose(file);
	if (!*root)
		return misused(w, "%s, line %d, column %d: %.150s", path, e.line, e.column, e.text);
	int err = check(*root, path, w);
	if (err) {
		json_decref(*root);
		*root = NULL;
	}
	return err;
}
