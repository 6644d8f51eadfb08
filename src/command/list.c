/* SPDX-License-Identifier: MIT */
/* What there is: everything that can be named on the command line of `run`. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command/command.h"
#include "command/parse.h"
#include "plan/axis.h"
#include "plan/registry.h"
#include "plan/request.h"
#include "plan/suite.h"

struct list {
	const char *what; /* NULL: everything */
	bool json;
};

static const char *kind_name(enum kind k)
{
	return k == KIND_TIME    ? "time"
	       : k == KIND_RATE  ? "rate"
	       : k == KIND_COUNT ? "count"
				 : "bound";
}

static json_t *metrics_json(const struct bench *b)
{
	json_t *metrics = json_array();

	for (const struct part *p = b->parts; p->name; p++)
		for (const struct metric *m = p->metrics; m->name; m++)
			json_array_append_new(
				metrics, json_pack("{s:s, s:s, s:s, s:s, s:b}", "name", m->name,
						   "part", p->name, "unit", m->unit, "kind",
						   kind_name(m->kind), "headline", m->headline));
	return metrics;
}

static json_t *list_benchmarks(void)
{
	json_t *all = json_array();

	for (size_t i = 0; benches[i]; i++)
		json_array_append_new(all, json_pack("{s:s, s:s, s:o}", "name", benches[i]->name,
						     "about", benches[i]->about, "metrics",
						     metrics_json(benches[i])));
	return all;
}

static json_t *list_regions(void)
{
	json_t *all = json_array();

	for (size_t i = 0; regions[i]; i++)
		json_array_append_new(all, json_pack("{s:s, s:s}", "name", regions[i]->name,
						     "about", regions[i]->about));
	return all;
}

static json_t *list_channels(void)
{
	json_t *all = json_array();

	for (size_t i = 0; channels[i]; i++)
		json_array_append_new(all, json_pack("{s:s, s:s, s:s*}", "name", channels[i]->name,
						     "about", channels[i]->about, "absent",
						     channels[i]->absent));
	return all;
}

/* What the two CPUs of a place are here, or why there is none. */
static json_t *place_json(const struct topology *t, const char *word)
{
	struct place p;
	struct why w = { 0 };
	char about[200];

	if (place_find(t, word, &p, &w))
		return json_pack("{s:s, s:s, s:b}", "name", word, "about", w.text, "here", 0);
	snprintf(about, sizeof about, "CPUs %d and %d", p.os[0], p.os[1]);
	return json_pack("{s:s, s:s, s:b}", "name", word, "about", about, "here", 1);
}

static json_t *list_places(void)
{
	json_t *all = json_array();
	struct topology *t;
	struct why w = { 0 };

	if (topology_load(&t, NULL, NULL, &w)) {
		fprintf(stderr, "shmbench list: %s\n", w.text);
		return all;
	}
	for (size_t i = 0; place_words[i]; i++)
		json_array_append_new(all, place_json(t, place_words[i]));
	json_array_append_new(all, place_json(t, "auto"));
	topology_free(t);
	return all;
}

static json_t *axis_json(enum axis a)
{
	const struct axis_info *i = &axis_table[a];
	json_t *words = json_array();
	char option[32], about[300];
	size_t used = (size_t)snprintf(about, sizeof about, "%s", i->about);

	for (size_t k = 0; i->words && i->words[k]; k++) {
		json_array_append_new(words, json_string(i->words[k]));
		used += (size_t)snprintf(about + used, sizeof about - used, "%s%s", k ? " " : ": ",
					 i->words[k]);
	}
	if (i->standard)
		snprintf(about + used, sizeof about - used, " (default %s)", i->standard);
	snprintf(option, sizeof option, "--%s", i->option);
	return json_pack("{s:s, s:s, s:s, s:o, s:s?}", "name", option, "column", i->column, "about",
			 about, "words", words, "default", i->standard);
}

static json_t *list_axes(void)
{
	json_t *all = json_array();

	for (int a = 0; a < AXES; a++)
		json_array_append_new(all, axis_json((enum axis)a));
	return all;
}

/* What a suite would take here; 0 when it cannot be planned. */
static double expected_seconds(const struct suite *s, const struct topology *t)
{
	static const char *const directories[] = { ".", "/dev/shm", NULL };
	struct why w = { 0 };
	struct plan p;
	double seconds = 0;

	if (suite_outline(&p, s, t, directories, &w))
		return 0;
	seconds = (double)plan_expected_ns(&p) / 1e9;
	plan_free(&p);
	return seconds;
}

static json_t *list_suites(void)
{
	json_t *all = json_array();
	struct topology *t;
	struct why w = { 0 };

	if (topology_load(&t, NULL, NULL, &w)) {
		fprintf(stderr, "shmbench list: %s\n", w.text);
		return all;
	}
	for (const struct suite *s = suites; s->name; s++) {
		json_t *requests = json_array();
		double seconds = expected_seconds(s, t), budget = (double)s->budget_ns / 1e9;
		char about[200];

		for (size_t i = 0; s->request[i]; i++)
			json_array_append_new(requests, json_string(s->request[i]));
		snprintf(about, sizeof about, "%s; about %.0f s here, at most %.0f s", s->about,
			 seconds < budget ? seconds : budget, budget);
		json_array_append_new(all, json_pack("{s:s, s:s, s:o}", "name", s->name, "about",
						     about, "requests", requests));
	}
	topology_free(t);
	return all;
}

static const struct {
	const char *name;
	json_t *(*make)(void);
} sections[] = {
	{ "benchmarks", list_benchmarks },
	{ "regions", list_regions },
	{ "channels", list_channels },
	{ "places", list_places },
	{ "axes", list_axes },
	{ "suites", list_suites },
};
enum { SECTIONS = sizeof sections / sizeof *sections };

static void print_metrics(json_t *metrics)
{
	size_t i;
	json_t *m;

	json_array_foreach(metrics, i, m)
		printf("%s%s%s", i ? " " : "                   ",
		       json_string_value(json_object_get(m, "name")),
		       json_is_true(json_object_get(m, "headline")) ? "*" : "");
	if (json_array_size(metrics))
		putchar('\n');
}

static void print_section(const char *name, json_t *all)
{
	size_t i, k;
	json_t *item, *line;

	printf("%s\n", name);
	json_array_foreach(all, i, item)
	{
		printf("  %-15s  %s\n", json_string_value(json_object_get(item, "name")),
		       json_string_value(json_object_get(item, "about")));
		if (json_object_get(item, "absent"))
			printf("%19snot here: %s\n", "",
			       json_string_value(json_object_get(item, "absent")));
		print_metrics(json_object_get(item, "metrics"));
		json_array_foreach(json_object_get(item, "requests"), k, line)
			printf("                   %s\n", json_string_value(line));
	}
}

static error_t option(int key, char *arg, struct argp_state *state)
{
	struct list *l = state->input;

	if (key == 'j') {
		l->json = true;
		return 0;
	}
	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	for (size_t i = 0; i < SECTIONS; i++)
		if (!strcmp(arg, sections[i].name))
			l->what = arg;
	if (state->arg_num > 0 || !l->what)
		argp_error(state,
			   "'%s': give one of benchmarks regions channels places axes suites", arg);
	return 0;
}

static int run(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "json", 'j', NULL, 0, "as JSON", 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = option,
		.args_doc = "[benchmarks|regions|channels|places|axes|suites]",
		.doc = "What can be named on the command line of run. Metrics with a * are "
		       "headlines: "
		       "ratios and verdicts use them.",
	};
	struct list l = { 0 };
	json_t *root = json_object();

	command_parse(&argp, argc, argv, &l);
	for (size_t i = 0; i < SECTIONS; i++) {
		if (l.what && strcmp(l.what, sections[i].name))
			continue;
		json_t *all = sections[i].make();

		if (!l.json)
			print_section(sections[i].name, all);
		json_object_set_new(root, sections[i].name, all);
	}
	if (l.json) {
		json_dumpf(root, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
		putchar('\n');
	}
	json_decref(root);
	return STATUS_OK;
}

const struct command command_list = {
	.name = "list",
	.about = "what can be measured, where, and by which axes",
	.run = run,
};
