/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "version.h"
#include "record/cell.h"
#include "record/flags.h"
#include "record/raw.h"
#include "record/run_json.h"

static const char schema[] = "shmbench.run.v1";

/* Paths and arguments are bytes and JSON is UTF-8: what is not becomes '?', byte by byte. */
static json_t *text_json(const char *text)
{
	json_t *whole = json_string(text);
	char *copy = whole ? NULL : strdup(text);

	if (!copy)
		return whole;
	for (char *p = copy; *p; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	whole = json_string(copy);
	free(copy);
	return whole;
}

static json_t *text_or_null(const char *text)
{
	return text ? text_json(text) : json_null();
}

static json_t *integer(uint64_t value)
{
	return json_integer((json_int_t)value);
}

/* {"region": "sysv", "size": 65536, ...}: by option, with numbers as numbers. */
static json_t *axes_json(const struct cell *c)
{
	json_t *axes = json_object();
	char buf[32];

	for (unsigned a = 0; a < AXES; a++) {
		enum axis_type type = axis_table[a].type;
		const char *text = axis_text(c, a, buf, sizeof buf);
		bool number = type == AXIS_BYTES || type == AXIS_NUMBER;

		if (c->has & 1u << a)
			json_object_set_new(axes, axis_table[a].option,
					    number ? integer(strtoull(text, NULL, 10))
						   : text_json(text));
	}
	return axes;
}

static json_t *metrics_json(const struct part *part)
{
	json_t *metrics = json_array();

	for (const struct metric *m = part->metrics; m->name; m++) {
		bool rate = m->kind == KIND_RATE || m->kind == KIND_BOUND_RATE;

		json_array_append_new(metrics,
				      json_pack("{s:s, s:s, s:s, s:b, s:b, s:b}", "name", m->name,
						"unit", m->unit, "kind", schema_kind(m->kind),
						"headline", m->headline, "larger_is_better", rate,
						"varies", m->varies));
	}
	return metrics;
}

static json_t *place_json(const struct planned *c)
{
	const struct place *p = &c->place;

	if (!p->name[0])
		return json_null();
	return json_pack("{s:o, s:[i,i], s:[i,i], s:i}", "name", text_json(p->name), "os", p->os[0],
			 p->os[1], "logical", p->logical[0], p->logical[1], "node", p->node);
}

static json_t *cell_json(const struct plan *plan, const struct planned *c)
{
	char base[256] = "";
	/* A base is compared with nothing, itself least of all. */
	bool compared = c->base != NO_BASE && &plan->cells[c->base] != c;
	const char *status = !c->status ? "ok" : c->status == CANNOT ? "skip" : "fail";
	json_t *cell = json_pack("{s:s, s:s, s:i, s:s, s:o, s:o, s:o}", "benchmark",
				 c->cell.bench->name, "part", c->cell.part->name, "roles",
				 c->cell.part->roles, "status", status, "axes", axes_json(&c->cell),
				 "metrics", metrics_json(c->cell.part), "place", place_json(c));

	json_object_set_new(cell, "filesystem", text_or_null(c->filesystem));
	json_object_set_new(cell, "reason", c->status ? text_json(c->why.text) : json_null());
	json_object_set_new(cell, "companion", json_boolean(c->companion));
	json_object_set_new(cell, "group", integer(c->group));
	json_object_set_new(cell, "expected_ns", integer(c->expected_ns));
	json_object_set_new(cell, "base", compared ? integer(c->base) : json_null());
	if (compared)
		plan_base_name(plan, c, base, sizeof base);
	json_object_set_new(cell, "base_name", text_json(base));
	return cell;
}

static json_t *plan_json(const struct plan *plan)
{
	json_t *cells = json_array();

	for (size_t i = 0; i < plan->n; i++)
		json_array_append_new(cells, cell_json(plan, &plan->cells[i]));
	return json_pack("{s:o, s:I, s:I}", "cells", cells, "groups", (json_int_t)plan->groups,
			 "blocks", (json_int_t)plan->blocks);
}

/* Beside the cells' own status: what was left out, in one place. */
static json_t *skipped_json(const struct plan *plan)
{
	json_t *skipped = json_array();

	for (size_t i = 0; i < plan->n; i++)
		if (plan->cells[i].status)
			json_array_append_new(
				skipped, json_pack("{s:I, s:o}", "cell", (json_int_t)i, "reason",
						   text_json(plan->cells[i].why.text)));
	return skipped;
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
		json_array_append_new(command, text_json(f->argv[i]));
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
					    text_json(*labels + len + ((*labels)[len] == '=')));
		free(key);
	}
	return object;
}

static json_t *unavailable_json(const struct unavailable *u)
{
	json_t *list = json_array();

	for (; u && u->what; u++)
		json_array_append_new(list, json_pack("{s:o, s:o}", "what", text_json(u->what),
						      "why", text_json(u->why)));
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
	json_object_set_new(root, "run_id", text_json(f->directory->id));
	json_object_set_new(root, "program", program_json());
	json_object_set_new(root, "command", command_json(f));
	json_object_set_new(root, "seed", json_string(seed));
	json_object_set_new(root, "suite", text_or_null(f->suite));
	json_object_set_new(root, "plan", plan_json(f->plan));
	json_object_set_new(root, "skipped", skipped_json(f->plan));
	json_object_set_new(root, "labels", labels_json(f->labels));
	json_object_set_new(root, "thresholds", json_pack("{s:f}", "threshold", f->threshold));
	json_object_set_new(root, "discard_flagged", discard_json(f));
	json_object_set_new(root, "time_budget_ns", integer(f->time_budget_ns));
	json_object_set_new(root, "clock", clocks_json(f));
	json_object_set(root, "environment", f->environment ? f->environment : json_null());
	json_object_set(root, "run_to_run", f->run_to_run ? f->run_to_run : json_null());
	json_object_set_new(root, "topology_xml", text_or_null(f->topology_xml));
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
	if (json_array_append_new(json_object_get(j->root, "warnings"), text_json(sentence)))
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
	json_object_set_new(j->root, "stop_reason", text_json(e->stop_reason));
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
