/* SPDX-License-Identifier: MIT */
/* Order matters at the end: rows first, then what is computed from them, so that nothing that was
 * measured can be lost to a later step. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "command/run_calm.h"
#include "command/run_record.h"
#include "command/run_show.h"
#include "record/deviation.h"
#include "record/machine.h"
#include "record/machine_json.h"
#include "record/summary.h"

/* The canaries' reference, read or taken. A machine without canaries has none and measures all the
 * same; nothing is then calm or not calm. */
static int open_reference(struct run_record *r, struct measurement *m, struct why *warning,
			  struct why *w)
{
	bool smoke = r->options->suite && !strcmp(r->options->suite->name, "smoke");
	struct reference_room room;
	struct reference_wish wish = {
		.plan = r->plan,
		.given = r->options->canary_reference,
		.spread_ns = smoke ? 1000000000 : 3000000000u,
		.measurement = m,
	};

	if (canary_unavailable())
		return 0;
	r->gated = true;
	reference_wish_here(&wish, &room);
	return reference_open(&r->reference, &wish, warning, w);
}

/* --require-calm. The time it takes is the run's: the budget promises an end. */
static int wait_for_calm(struct run_record *r, struct measurement *m, struct why *w)
{
	struct calm_wait wait = {
		.plan = r->plan,
		.reference = &r->reference,
		.measurement = m,
		.patience_ns = m->patience_ns,
		.quiet = r->options->quiet,
	};

	if (!r->options->require_calm)
		return 0;
	if (!r->gated) {
		fail(w, 0, "--require-calm: %s", canary_unavailable());
		return -EAGAIN;
	}
	return run_wait_for_calm(&wait, w);
}

static const char not_counted[] =
	"counters.csv is missing or not whole: the run ended before every "
	"cell had its counted invocation";

static int warn(struct run_record *r, const struct why *warning, struct why *w)
{
	if (!warning->text[0])
		return 0;
	run_complain(warning, 0);
	return run_json_warn(&r->json, warning->text, w);
}

/* Nobody has to do anything: it is for who reads the run. */
static int note_left(struct run_record *r, struct why *w)
{
	struct why left = { 0 };

	if (r->gated)
		reference_tell_left(&r->reference, &left);
	return left.text[0] ? run_json_warn(&r->json, left.text, w) : 0;
}

static void set_recorder(struct run_record *r)
{
	r->recorder.raw = r->options->raw;
	r->recorder.discard_flagged = r->options->discard_flagged;
	r->recorder.reference = r->gated ? &r->reference : NULL;
	r->recorder.steal = &r->steal;
}

static int open_files(struct run_record *r, struct run_facts *facts, const struct why *warning,
		      struct why *w)
{
	int err = run_json_begin(&r->json, facts, w);

	if (!err)
		err = warn(r, warning, w);
	if (!err)
		err = note_left(r, w);
	if (!err)
		err = recorder_open(&r->recorder, r->plan, r->directory.path, r->directory.id, w);
	set_recorder(r);
	return err;
}

/* As far as the options and the clocks say. */
static struct run_facts facts_of(const struct run_record *r)
{
	const struct run_options *o = r->options;

	return (struct run_facts){
		.directory = &r->directory,
		.plan = r->plan,
		.suite = o->suite ? o->suite->name : NULL,
		.argc = r->argc,
		.argv = r->argv,
		.inherited = o->words + 1,
		.n_inherited = o->inherited,
		.seed = o->seed,
		.labels = o->label,
		.raw = o->raw,
		.discard_flagged = o->discard_flagged,
		.threshold = o->threshold,
		.time_budget_ns = o->budget_ns,
		.precision = o->stop_rule ? o->precision : 0,
		.least = (unsigned)o->least,
		.most = (unsigned)o->most,
		.clock = clock_examine(&(struct clock){ 0 }),
		.counter = r->clock.counted ? &r->clock.counter : NULL,
		.counter_quality = run_clock_examine(&r->clock),
	};
}

/* The yardstick is that of the run: two halves that were held to two of them would not be one. */
static int restore_reference(struct run_record *r, struct why *warning, struct why *w)
{
	const json_t *root = r->resume->root;
	struct reference_room room;
	struct reference_wish wish = { .given = r->options->canary_reference };

	if (!json_is_array(json_object_get(root, "canary_references")) || canary_unavailable())
		return 0;
	r->gated = true;
	reference_wish_here(&wish, &room);
	return reference_restore(&r->reference, &wish, root, warning)
		       ? fail(w, ENOMEM, "the canaries' reference")
		       : 0;
}

static double resolution_then(const json_t *root)
{
	const json_t *clock = json_object_get(root, "clock");
	double plain = json_number_value(
		json_object_get(json_object_get(clock, "start"), "resolution_ns"));
	double counter = json_number_value(json_object_get(
		json_object_get(json_object_get(clock, "counter"), "start"), "resolution_ns"));

	return counter > plain ? counter : plain;
}

/* Rows that are cut off first, then run.json: where that cannot be written, nothing is lost. */
static int resume_files(struct run_record *r, const struct why *warning, struct why *w)
{
	struct run_resume *s = r->resume;
	const struct milestone *from = &s->from.from;
	struct recorder_left left = { r->plan, r->directory.path, r->directory.id, &s->at };
	struct run_resumed resumed = { r->directory.path, s->root,     from->block,
				       from->number,      s->rebooted, r->options->budget_ns,
				       r->argv,           r->argc };
	int err = recorder_resume(&r->recorder, &left, w);

	if (err)
		return err;
	s->root = NULL;
	run_json_take_back(&resumed, not_counted);
	err = run_json_resume(&r->json, &resumed, w);
	if (!err)
		err = warn(r, warning, w);
	set_recorder(r);
	return err;
}

static int resume(struct run_record *r, struct measurement *m, struct why *w)
{
	const json_t *root = r->resume->root;
	struct why warning = { 0 };

	snprintf(r->directory.path, sizeof r->directory.path, "%s", r->resume->path);
	snprintf(r->directory.id, sizeof r->directory.id, "%s",
		 json_string_value(json_object_get(root, "run_id")));
	r->resolution_ns = resolution_then(root);
	int err = restore_reference(r, &warning, w);
	if (!err)
		err = wait_for_calm(r, m, w);
	steal_open(&r->steal, "/proc/stat", clock_ns());
	run_unavailable_find(&r->unavailable, r->options->counters, &r->steal);
	return err ? err : resume_files(r, &warning, w);
}

static int begin(struct run_record *r, struct measurement *m, struct why *w)
{
	char *xml = topology_xml(r->topology, w);
	struct run_facts facts = facts_of(r);
	struct why warning = { 0 };
	int err = xml ? run_directory_create(&r->directory, r->options->out, w) : -ENOMEM;

	if (!err)
		err = open_reference(r, m, &warning, w);
	if (!err)
		err = wait_for_calm(r, m, w);
	r->resolution_ns = (double)facts.clock.resolution_ns;
	if ((double)facts.counter_quality.resolution_ns > r->resolution_ns)
		r->resolution_ns = (double)facts.counter_quality.resolution_ns;
	steal_open(&r->steal, "/proc/stat", clock_ns());
	run_unavailable_find(&r->unavailable, r->options->counters, &r->steal);
	facts.reference = r->gated ? &r->reference : NULL;
	facts.environment = machine_json();
	facts.run_to_run = deviation_read();
	facts.topology_xml = xml;
	facts.unavailable = r->unavailable.list;
	if (!err)
		err = open_files(r, &facts, &warning, w);
	json_decref(facts.environment);
	json_decref(facts.run_to_run);
	free(xml);
	return err;
}

int run_record_open(struct run_record *r, struct measurement *m, struct why *w)
{
	return r->resume ? resume(r, m, w) : begin(r, m, w);
}

/* The cache is no result: a run that cannot write it is as good as any. */
static void close_reference(struct run_record *r)
{
	struct why w = { 0 };

	if (r->gated && reference_save(&r->reference, &w))
		run_complain(&w, 0);
	reference_close(&r->reference);
}

static const char *stop_name(enum stop stop)
{
	static const char *const name[] = { "fixed",     "time_budget",     "user",
					    "precision", "max_invocations", "error" };

	return name[stop];
}

/* Is something left for another run to do? */
static bool owes(enum stop stop)
{
	return stop == STOP_TIME_BUDGET || stop == STOP_USER || stop == STOP_ERROR;
}

int run_record_close(struct run_record *r, const struct measurement *m, struct why *w)
{
	struct run_end end = {
		.stop_reason = stop_name(m->stop),
		.blocks = m->blocks,
		.patient = m->patient,
		.look = m->looked,
		.reference = r->gated ? &r->reference : NULL,
		.clock = clock_examine(&(struct clock){ 0 }),
		.counter_quality = run_clock_examine(&r->clock),
	};
	int err = recorder_write(&r->recorder, w);
	int closed = recorder_close_tables(&r->recorder, w);

	if (!err)
		err = closed;
	if (!err && m->counting && !m->counted)
		err = run_json_warn(&r->json, not_counted, w);
	if (!err)
		err = run_json_end(&r->json, &end, w);
	run_json_close(&r->json);
	if (!err)
		err = summary_write(r->directory.path, w);
	if (!err && !owes(m->stop))
		recorder_forget(&r->recorder);
	recorder_close(&r->recorder, w);
	close_reference(r);
	return err;
}

void run_record_abandon(struct run_record *r, bool looked)
{
	if (looked)
		close_reference(r);
	else
		reference_close(&r->reference);
	if (!r->options->out && !r->resume)
		rmdir(r->directory.path);
}
