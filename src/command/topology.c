/* SPDX-License-Identifier: MIT */
/*
 * `shmbench topology`: the machine in one line, and which two CPUs each place is.
 *
 * It also reads other machines' topologies, to see there what a plan would choose; a place that
 * is missing is a row with the reason, since what cannot be measured is as much an answer.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include "base/units.h"
#include "command/command.h"
#include "command/parse.h"
#include "plan/place.h"

struct options {
	const char *xml, *synthetic;
	bool json;
};

/* One row: the place, or why there is none. */
struct row {
	const char *word;
	int status;
	struct place place;
	struct why why;
};

#define ROWS_MAX 8

struct listing {
	const struct options *options;
	const struct topology *topology;
	struct machine machine;
	struct place chosen; /* by `auto` */
	struct row row[ROWS_MAX];
	size_t rows;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'x':
		o->xml = arg;
		break;
	case 's':
		o->synthetic = arg;
		break;
	case 'j':
		o->json = true;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected '%s': topology takes options only", arg);
		break;
	case ARGP_KEY_END:
		if (o->xml && o->synthetic)
			argp_error(state, "--xml and --synthetic exclude each other: give one");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static int look(struct listing *l, struct why *w)
{
	l->machine = topology_machine(l->topology);
	int err = place_find(l->topology, "auto", &l->chosen, w);

	for (size_t i = 0; !err && place_words[i] && i < ROWS_MAX; i++) {
		struct row *r = &l->row[l->rows++];

		r->word = place_words[i];
		r->status = place_find(l->topology, r->word, &r->place, &r->why);
		if (r->status && r->status != CANNOT)
			err = fail(w, -r->status, "place %s: %s", r->word, r->why.text);
	}
	return err;
}

/* "this_machine", or where else the topology comes from. */
static const char *source(const struct listing *l)
{
	if (topology_is_here(l->topology))
		return "this_machine";
	if (l->options->xml)
		return "xml";
	return l->options->synthetic ? "synthetic" : "environment";
}

static void print_count(int n, const char *one, const char *many)
{
	printf("%d %s, ", n, n == 1 ? one : many);
}

static void print_cache(int level, const struct machine_cache *c)
{
	char smallest[32], largest[32];

	units_size_text(c->smallest, smallest, sizeof smallest);
	units_size_text(c->largest, largest, sizeof largest);
	if (!c->largest)
		printf("%d L%d, ", c->count, level);
	else if (c->smallest == c->largest)
		printf("%d L%d of %s, ", c->count, level, largest);
	else
		printf("%d L%d of %s to %s, ", c->count, level, smallest, largest);
}

static void print_machine(const struct listing *l)
{
	const struct machine *m = &l->machine;

	if (topology_is_here(l->topology))
		printf("this machine: ");
	else
		printf("not this machine (%s): ", source(l));
	print_count(m->packages, "package", "packages");
	print_count(m->cores, "core", "cores");
	if (m->existing > m->pus)
		printf("%d of %d PUs (the others are offline or not allowed), ", m->pus,
		       m->existing);
	else
		print_count(m->pus, "PU", "PUs");
	for (int i = 0; i < CACHE_LEVELS; i++)
		if (m->cache[i].count)
			print_cache(i + 1, &m->cache[i]);
	printf("%d NUMA %s\n\n", m->nodes, m->nodes == 1 ? "node" : "nodes");
}

static void print_row(const struct row *r)
{
	char logical[32], os[32], node[16] = "-";

	if (r->status) {
		printf("%-8s %-10s %-10s %-5s %s\n", r->word, "-", "-", "-", r->why.text);
		return;
	}
	snprintf(logical, sizeof logical, "%d,%d", r->place.logical[0], r->place.logical[1]);
	snprintf(os, sizeof os, "%d,%d", r->place.os[0], r->place.os[1]);
	if (r->place.node >= 0)
		snprintf(node, sizeof node, "%d", r->place.node);
	printf("%-8s %-10s %-10s %-5s %s\n", r->word, logical, os, node, r->place.shares);
}

static int print_table(const struct listing *l)
{
	print_machine(l);
	printf("%-8s %-10s %-10s %-5s %s\n", "place", "logical", "OS", "node", "shares");
	for (size_t i = 0; i < l->rows; i++)
		print_row(&l->row[i]);
	printf("\nauto is %s. Indexes are those of role 0 and role 1; node is role 0's.\n",
	       l->chosen.name);
	return STATUS_OK;
}

static json_t *json_machine(const struct machine *m)
{
	json_t *caches = json_array();

	for (int i = 0; i < CACHE_LEVELS; i++) {
		const struct machine_cache *c = &m->cache[i];

		if (c->count)
			json_array_append_new(caches,
					      json_pack("{s:i, s:i, s:I, s:I}", "level", i + 1,
							"count", c->count, "smallest_bytes",
							(json_int_t)c->smallest, "largest_bytes",
							(json_int_t)c->largest));
	}
	return json_pack("{s:i, s:i, s:i, s:i, s:i, s:o}", "packages", m->packages, "cores",
			 m->cores, "pus", m->pus, "existing_pus", m->existing, "nodes", m->nodes,
			 "caches", caches);
}

static json_t *json_row(const struct row *r)
{
	const struct place *p = &r->place;

	if (r->status)
		return json_pack("{s:s, s:s, s:s}", "place", r->word, "status", "skip", "reason",
				 r->why.text);
	return json_pack("{s:s, s:s, s:[i,i], s:[i,i], s:o, s:s}", "place", r->word, "status", "ok",
			 "logical", p->logical[0], p->logical[1], "os", p->os[0], p->os[1], "node",
			 p->node < 0 ? json_null() : json_integer(p->node), "shares", p->shares);
}

static int print_json(const struct listing *l)
{
	json_t *places = json_array();

	for (size_t i = 0; i < l->rows; i++)
		json_array_append_new(places, json_row(&l->row[i]));
	json_t *all = json_pack("{s:s, s:s, s:b, s:o, s:s, s:o}", "schema", "shmbench.topology.v1",
				"source", source(l), "measurable", topology_is_here(l->topology),
				"machine", json_machine(&l->machine), "auto", l->chosen.name,
				"places", places);
	int err = !all || json_dumpf(all, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);

	json_decref(all);
	if (err) {
		fprintf(stderr, "shmbench topology: the JSON could not be made or written\n");
		return STATUS_FAILED;
	}
	putchar('\n');
	return STATUS_OK;
}

static int show(const struct options *o, const struct topology *t)
{
	struct listing l = { .options = o, .topology = t };
	struct why why = { "" };

	if (look(&l, &why)) {
		fprintf(stderr, "shmbench topology: %s\n", why.text);
		return STATUS_FAILED;
	}
	return o->json ? print_json(&l) : print_table(&l);
}

static int run(int argc, char **argv)
{
	static const struct argp_option option[] = {
		{ "xml", 'x', "FILE", 0, "Read the topology from hwloc's XML; - is standard input",
		  0 },
		{ "synthetic", 's', "TEXT", 0,
		  "Make one up, from the outside in: 'package:2 l3:1 core:4 pu:2'", 0 },
		{ "json", 'j', NULL, 0, "Print JSON", 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = option,
		.parser = parse,
		.doc = "Show the machine and which two CPUs each place is.",
	};
	struct options o = { 0 };
	struct topology *t;
	struct why why = { "" };

	command_parse(&argp, argc, argv, &o);
	int err = topology_load(&t, o.xml, o.synthetic, &why);
	if (err) {
		fprintf(stderr, "shmbench topology: %s\n", why.text);
		return err == -EINVAL ? STATUS_USAGE : STATUS_FAILED;
	}
	int status = show(&o, t);
	topology_free(t);
	return status;
}

const struct command command_topology = {
	.name = "topology",
	.about = "show the machine and which two CPUs each place is",
	.run = run,
};
