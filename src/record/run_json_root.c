/* SPDX-License-Identifier: MIT */
/* What run.json says, as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "version.h"
#include "record/digest.h"
#include "record/flags.h"
#include "record/json_text.h"
#include "record/machine.h"
#include "record/plan_json.h"
#include "record/raw.h"
#include "record/run_json_root.h"

static json_t *integer(uint64_t value)
{
	return json_integer((json_int_t)value);
}

json_t *run_json_clock(const struct clock_quality *c)
{
	return json_pack("{s:s, s:I, s:f, s:I, s:I}", "name", c->name, "resolution_ns",
			 (json_int_t)c->resolution_ns, "cost_ns", c->cost_ns, "p999_ns",
			 (json_int_t)c->p999_ns, "max_ns", (json_int_t)c->max_ns);
}

/* What was read now and, at the end, will be; the counter only where cells are timed by it. */
static json_t *clocks_json(const struct run_facts *f)
{
	const struct clock_calibration *c = f->counter;
	json_t *clocks = json_pack("{s:o, s:n}", "start", run_json_clock(&f->clock), "end");

	if (c)
		json_object_set_new(clocks, "counter",
				    json_pack("{s:s, s:f, s:I, s:f, s:o, s:n}", "name",
					      clock_names[c->clock.source], "ghz", c->ghz,
					      "over_ns", (json_int_t)c->over_ns, "error_ppm",
					      c->error_ppm, "start",
					      run_json_clock(&f->counter_quality), "end"));
	return clocks;
}

json_t *run_json_words(char *const *word, int n)
{
	json_t *words = json_array();

	for (int i = 0; i < n; i++)
		json_array_append_new(words, json_text_new(word[i]));
	return words;
}

/* What relative paths of the command line are relative to. */
static json_t *here_json(void)
{
	char path[PATH_MAX];

	return getcwd(path, sizeof path) ? json_text_new(path) : json_null();
}

json_t *run_json_boot(void)
{
	struct reading boot = machine_file("/proc/sys/kernel/random/boot_id");

	return boot.known ? json_text_new(boot.text) : json_null();
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
	char digest[24];

	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", "shmbench", "version",
			 SHMBENCH_VERSION, "compiler", SHMBENCH_COMPILER, "build", SHMBENCH_BUILD,
			 "digest", digest_program(digest, sizeof digest));
}

/* What calm is; without a reference said to be absent. */
static void set_gate(json_t *root, const struct reference *r, const struct plan *p)
{
	json_object_set_new(root, "relation_classes", r ? reference_classes_json(r) : json_null());
	json_object_set_new(root, "canary_references",
			    r ? reference_entries_json(r, p) : json_null());
	json_object_set_new(root, "new_reference", r ? json_boolean(r->fresh) : json_null());
}

static json_t *stop_rule_json(const struct run_facts *f)
{
	if (!(f->precision > 0))
		return json_null();
	return json_pack("{s:f, s:i, s:i}", "precision", f->precision, "min_invocations",
			 (int)f->least, "max_invocations", (int)f->most);
}

static void set_null(json_t *object, const char *key)
{
	if (json_is_object(object))
		json_object_set_new(object, key, json_null());
}

/* What the end of the run brings: said to be absent instead of left out. */
void run_json_set_absent(json_t *root)
{
	static const char *const keys[] = { "stop_reason", "blocks", "patient_blocks", "ended" };

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		json_object_set_new(root, keys[i], json_null());
	set_null(json_object_get(root, "clock"), "end");
	set_null(json_object_get(json_object_get(root, "clock"), "counter"), "end");
	set_null(json_object_get(root, "stop_rule"), "look");
}

/* The flags themselves: a later version that knows more of them computes the same summary. */
static json_t *discard_json(const struct run_facts *f)
{
	json_t *list = f->discard_flagged ? json_array() : json_null();

	for (const char *const *name = flags_disturbed; f->discard_flagged && *name; name++)
		json_array_append_new(list, json_string(*name));
	return list;
}

json_t *run_json_root(const struct run_facts *f)
{
	char seed[24], now[32];
	json_t *root = json_object();

	snprintf(seed, sizeof seed, "%ju", (uintmax_t)f->seed);
	json_object_set_new(root, "schema", json_string(RUN_JSON_SCHEMA));
	json_object_set_new(root, "run_id", json_text_new(f->directory->id));
	json_object_set_new(root, "program", program_json());
	json_object_set_new(root, "command", run_json_words(f->argv, f->argc));
	json_object_set_new(root, "options_from_environment",
			    run_json_words(f->inherited, f->n_inherited));
	json_object_set_new(root, "working_directory", here_json());
	json_object_set_new(root, "boot", run_json_boot());
	json_object_set_new(root, "resumed", json_array());
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
	set_gate(root, f->reference, f->plan);
	run_json_set_absent(root);
	return root;
}

json_t *run_json_here(json_t *environment, const char *topology_xml)
{
	return json_pack("{s:o, s:O, s:s}", "program", program_json(), "environment", environment,
			 "topology_xml", topology_xml);
}
