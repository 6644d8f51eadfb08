/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "command/run_resume.h"
#include "record/environment.h"
#include "record/json_text.h"
#include "record/machine_json.h"
#include "record/plan_json.h"
#include "record/run_json.h"

static bool complete(const json_t *root)
{
	static const char *const reasons[] = { "fixed", "precision", "max_invocations" };
	const char *reason = json_text_get(root, "stop_reason");

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (!strcmp(reasons[i], reason))
			return true;
	return false;
}

/* The summary is computed after run.json has got its end, and the journal goes last. */
static bool finished(const struct run_resume *r)
{
	char journal[PATH_MAX + sizeof JOURNAL_NAME + 1];

	snprintf(journal, sizeof journal, "%s/" JOURNAL_NAME, r->path);
	return complete(r->root) && access(journal, F_OK);
}

int run_resume_find(struct run_resume *r, const char *dir, struct why *w)
{
	*r = (struct run_resume){ .at.journal.fd = -1 };
	if (!realpath(dir, r->path))
		return misused(w, "--resume '%s': %s: give a run directory", dir, strerror(errno));
	int err = run_json_read(r->path, &r->root, w);
	if (!err && finished(r))
		return RUN_RESUME_COMPLETE;
	if (!err)
		err = standstill_find(&r->at, r->path, w);
	/* The lock is ours only now, and the run may have ended meanwhile. */
	if (!err) {
		json_decref(r->root);
		r->root = NULL;
		err = run_json_read(r->path, &r->root, w);
	}
	return !err && finished(r) ? RUN_RESUME_COMPLETE : err;
}

/* Copies: options point into them for the life of the program. */
struct words {
	char **word;
	int n;
};

static bool add_word(struct words *to, const char *word)
{
	char *copy = word ? strdup(word) : NULL;

	if (copy)
		to->word[to->n++] = copy;
	return copy;
}

/* After "--" no option could follow; names of benchmarks need none before them. */
static bool add_list(struct words *to, const json_t *list, size_t from)
{
	bool whole = true;

	for (size_t i = from; i < json_array_size(list) && whole; i++) {
		const char *word = json_string_value(json_array_get(list, i));

		whole = word && (!strcmp(word, "--") || add_word(to, word));
	}
	return whole;
}

static int all_words(const struct run_resume *r, const struct run_options *o, struct words *to,
		     struct why *w)
{
	const json_t *command = json_object_get(r->root, "command");
	const json_t *inherited = json_object_get(r->root, "options_from_environment");
	size_t n = json_array_size(command) + json_array_size(inherited) + (size_t)o->n_words;

	if (!json_is_array(inherited))
		return misused(w, "%s was made by a version that could not go on", r->path);
	*to = (struct words){ .word = calloc(n + 1, sizeof *to->word) };
	bool whole = to->word && add_word(to, o->words[0]) && add_list(to, inherited, 0) &&
		     add_list(to, command, 1);
	for (int i = o->inherited + 1; i < o->n_words && whole; i++)
		whole = add_word(to, o->words[i]);
	return whole ? 0 : fail(w, ENOMEM, "the command line of %s", r->path);
}

static int read_seed(const struct run_resume *r, uint64_t *seed, struct why *w)
{
	const char *text = json_text_get(r->root, "seed");
	char *end;

	errno = 0;
	*seed = strtoull(text, &end, 10);
	return *text && !*end && !errno ? 0 : misused(w, "%s/run.json has no seed", r->path);
}

int run_resume_options(const struct run_resume *r, struct run_options *o, struct why *w)
{
	const char *then = json_text_get(r->root, "working_directory");
	struct words words = { 0 };
	int err = all_words(r, o, &words, w);

	if (err)
		return err;
	if (*then && chdir(then))
		return misused(w,
			       "%s: %s: it is where the run was begun, and what its relative "
			       "paths mean",
			       then, strerror(errno));
	run_options_again(o, words.word);
	return read_seed(r, &o->seed, w);
}

static int foreign(const struct why *sentence, struct why *w)
{
	*w = *sentence;
	return -EXDEV;
}

/* "kernel: '6.1' there, '6.18' here; ..." */
static int refuse(const struct run_resume *r, const struct environment *e, struct why *w)
{
	struct why all = { 0 };
	size_t used = (size_t)snprintf(all.text, sizeof all.text,
				       "%s goes on only where it was begun: ", r->path);
	const char *between = "";

	for (unsigned i = 0; i < e->n && used < sizeof all.text; i++) {
		const struct environment_difference *d = &e->difference[i];

		if (d->accepted)
			continue;
		used += (size_t)snprintf(all.text + used, sizeof all.text - used,
					 "%s%s: '%s' there, '%s' here", between, d->what,
					 d->in_base, d->in_new);
		between = "; ";
	}
	return foreign(&all, w);
}

static int check_program(const struct run_resume *r, const json_t *here, struct why *w)
{
	const char *then = json_text_get(json_object_get(r->root, "program"), "digest");
	const char *now = json_text_get(json_object_get(here, "program"), "digest");
	struct why why = { 0 };

	if (!strcmp(then, now))
		return 0;
	fail(&why, 0, "%s was begun by another build of shmbench: only that one can go on with it",
	     r->path);
	return foreign(&why, w);
}

static int check_machine(const struct run_resume *r, const struct topology *t, struct why *w)
{
	char *xml = topology_xml(t, w);
	json_t *environment = machine_json();
	json_t *here = xml && environment ? run_json_here(environment, xml) : NULL;
	struct environment_pair pair = { .base = r->root, .new = here };
	struct environment e = { .n = 0 };
	int err = here ? environment_compare(&e, &pair, w) : fail(w, ENOMEM, "the environment");

	if (!err && e.refused)
		err = refuse(r, &e, w);
	if (!err)
		err = check_program(r, here, w);
	json_decref(here);
	json_decref(environment);
	free(xml);
	return err;
}

/* The first thing in which two cells of a plan differ; NULL: none that makes another cell. */
static const char *difference(const json_t *then, const json_t *now)
{
	static const char *const keys[] = { "benchmark", "part", "axes",       "place",
					    "group",     "base", "filesystem", NULL };
	const char *const *key = keys;

	while (*key && json_equal(json_object_get(then, *key), json_object_get(now, *key)))
		key++;
	return *key;
}

/* What could not run then is in the files as a skip, and stays one. */
static int check_cell(struct planned *c, const json_t *then, struct why *why)
{
	bool ran = !strcmp(json_text_get(then, "status"), "ok");

	if (ran && c->status)
		return fail(why, 0, "%s/%s could run then and cannot now: %.200s",
			    c->cell.bench->name, c->cell.part->name, c->why.text);
	if (!ran && !c->status) {
		c->status = CANNOT;
		snprintf(c->why.text, sizeof c->why.text, "%s", json_text_get(then, "reason"));
	}
	return 0;
}

static int check_cells(struct plan *plan, const json_t *then, const json_t *now, struct why *why)
{
	int err = 0;

	if (json_array_size(then) != plan->n)
		return fail(why, 0, "its plan has %zu cells, and would have %zu now",
			    json_array_size(then), plan->n);
	for (size_t i = 0; i < plan->n && !err; i++) {
		const json_t *was = json_array_get(then, i);
		const char *what = difference(was, json_array_get(now, i));

		if (what)
			err = fail(why, 0, "cell %zu of its plan, of %s, has another %s now", i,
				   json_text_get(was, "benchmark"), what);
		else
			err = check_cell(&plan->cells[i], was, why);
	}
	return err;
}

static int check_plan(const struct run_resume *r, struct plan *plan, struct why *w)
{
	const json_t *then = json_object_get(r->root, "plan");
	json_t *now = plan_json(plan);
	struct why why = { 0 };
	int err = check_cells(plan, json_object_get(then, "cells"), json_object_get(now, "cells"),
			      &why);

	json_decref(now);
	if (!err)
		return 0;
	fail(w, 0, "%s cannot go on here: %.250s", r->path, why.text);
	return -EXDEV;
}

int run_resume_check(struct run_resume *r, struct plan *plan, const struct topology *t,
		     struct why *w)
{
	int err = check_machine(r, t, w);

	if (!err)
		err = check_plan(r, plan, w);
	if (err)
		return err;
	r->rebooted = run_json_rebooted(r->root);
	r->from.from = r->at.point.at;
	r->from.over = r->over = calloc(plan->groups + 1, sizeof *r->over);
	if (!r->over)
		return fail(w, ENOMEM, "the groups of %zu cells", plan->n);
	return standstill_over(&r->at, plan->groups, r->over, w);
}

void run_resume_close(struct run_resume *r)
{
	standstill_close(&r->at);
	json_decref(r->root);
	r->root = NULL;
	free(r->over);
	r->over = NULL;
}
