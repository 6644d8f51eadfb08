/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "record/json_text.h"
#include "record/run_json.h"
#include "record/run_json_root.h"

/* What summary_write() and the reports could not do without: checked in what is read, and
 * in what is written, where memory may have run out. */
static int check(const json_t *root, const char *path, struct why *w)
{
	const json_t *cells = json_object_get(json_object_get(root, "plan"), "cells");
	const json_t *clock = json_object_get(json_object_get(root, "clock"), "start");
	const char *is = json_string_value(json_object_get(root, "schema"));

	if (!is)
		return misused(w, "%s: there is no schema: not a run.json of shmbench", path);
	if (strcmp(is, RUN_JSON_SCHEMA))
		return misused(w, "%s: '%.60s' is not %s, which this version reads", path, is,
			       RUN_JSON_SCHEMA);
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
	j->root = run_json_root(f);
	if (snprintf(j->path, sizeof j->path, "%s/run.json", f->directory->path) >=
	    (int)sizeof j->path)
		return misused(w, "the path '%.80s...' is too long", f->directory->path);
	int err = check(j->root, j->path, w);
	return err ? err : write_file(j, w);
}

static json_t *resumed_json(const struct run_json *j, const struct run_resumed *r)
{
	char now[32];
	json_t *was = json_object_get(j->root, "stop_reason");

	return json_pack(
		"{s:s, s:I, s:I, s:O, s:b, s:I, s:o}", "at", run_directory_time(now, sizeof now),
		"block", (json_int_t)r->block, "invocation", (json_int_t)r->number, "stop_reason",
		was ? was : json_null(), "rebooted", r->rebooted, "time_budget_ns",
		(json_int_t)r->time_budget_ns, "command", run_json_words(r->argv, r->argc));
}

void run_json_take_back(struct run_resumed *r, const char *sentence)
{
	json_t *warnings = json_object_get(r->root, "warnings");
	size_t i = 0;

	while (i < json_array_size(warnings)) {
		const char *is = json_string_value(json_array_get(warnings, i));

		if (is && !strcmp(is, sentence))
			json_array_remove(warnings, i);
		else
			i++;
	}
}

int run_json_resume(struct run_json *j, struct run_resumed *r, struct why *w)
{
	j->root = r->root;
	r->root = NULL;
	if (snprintf(j->path, sizeof j->path, "%s/run.json", r->dir) >= (int)sizeof j->path)
		return misused(w, "the path '%.80s...' is too long", r->dir);
	if (json_array_append_new(json_object_get(j->root, "resumed"), resumed_json(j, r)))
		return fail(w, ENOMEM, "%s", j->path);
	run_json_set_absent(j->root);
	return write_file(j, w);
}

bool run_json_rebooted(const json_t *root)
{
	const json_t *then = json_object_get(root, "boot");
	json_t *now = run_json_boot();
	bool other = json_is_string(then) && json_is_string(now) && !json_equal(then, now);

	json_decref(now);
	return other;
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

	json_object_set_new(clock, "end", run_json_clock(&e->clock));
	if (e->counter_quality.name)
		json_object_set_new(json_object_get(clock, "counter"), "end",
				    run_json_clock(&e->counter_quality));
	json_object_set_new(j->root, "stop_reason", json_text_new(e->stop_reason));
	json_object_set_new(j->root, "blocks", json_integer((json_int_t)e->blocks));
	json_object_set_new(j->root, "patient_blocks", json_integer((json_int_t)e->patient));
	json_object_set_new(json_object_get(j->root, "stop_rule"), "look",
			    e->look ? json_integer((json_int_t)e->look) : json_null());
	json_object_set_new(j->root, "ended", json_string(run_directory_time(now, sizeof now)));
	if (e->reference &&
	    reference_seen_json(e->reference, json_object_get(j->root, "canary_references")))
		return fail(w, ENOMEM, "the canaries in %s", j->path);
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
