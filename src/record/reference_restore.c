/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "record/reference.h"

static double number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static void restore_line(struct line_level *l, const json_t *from)
{
	const json_t *cpus = json_object_get(from, "cpus");

	l->pair = canary_pair((int)json_integer_value(json_array_get(cpus, 0)),
			      (int)json_integer_value(json_array_get(cpus, 1)));
	l->ns = number(from, "ns");
}

static void restore_entry(struct canary_reference *e, const json_t *from)
{
	const char *relation = json_string_value(json_object_get(from, "relation"));

	*e = (struct canary_reference){
		.kind = { .core = (int)json_integer_value(json_object_get(from, "core")),
			  .roles = (int)json_integer_value(json_object_get(from, "roles")) },
		.adds_per_cycle = number(from, "adds_per_cycle"),
		.chain_ghz = number(from, "chain_ghz"),
		.mapping_cycles = number(from, "mapping_cycles"),
		.mapping_look = number(from, "mapping_look_cycles"),
		.readings = (size_t)json_integer_value(json_object_get(from, "readings")),
		.age_s = number(from, "age_s"),
	};
	const json_t *lines = json_object_get(from, "lines");

	for (size_t i = 0; i < json_array_size(lines) && i < HISTORY_LINES; i++)
		restore_line(&e->line[e->lines++], json_array_get(lines, i));
	snprintf(e->kind.relation, sizeof e->kind.relation, "%s", relation ? relation : "");
}

/* Every relation has the same of a CPU. */
static void restore_clock(struct reference *r, int roles, const json_t *from)
{
	struct clock_level level = { .roles = roles,
				     .cpu = (int)json_integer_value(json_object_get(from, "cpu")),
				     .ghz = number(from, "ghz") };

	for (size_t i = 0; i < r->clocks; i++)
		if (r->clock[i].roles == roles && r->clock[i].cpu == level.cpu)
			return;
	if (r->clocks < HISTORY_CLOCKS)
		r->clock[r->clocks++] = level;
}

static int restore_entries(struct reference *r, const json_t *entries)
{
	size_t n = json_array_size(entries);

	r->entry = calloc(n + 1, sizeof *r->entry);
	if (!r->entry)
		return -ENOMEM;
	for (; r->n < n; r->n++) {
		const json_t *from = json_array_get(entries, r->n), *clock;
		size_t i;

		restore_entry(&r->entry[r->n], from);
		json_array_foreach(json_object_get(from, "clocks"), i, clock)
			restore_clock(r, r->entry[r->n].kind.roles, clock);
	}
	return 0;
}

static void restore_classes(struct reference *r, const json_t *classes)
{
	for (; r->classes < json_array_size(classes) && r->classes < GATE_CLASSES; r->classes++) {
		const json_t *class = json_array_get(classes, r->classes);

		r->class[r->classes] = (struct gate_class){ .low = number(class, "low_ns"),
							    .high = number(class, "high_ns") };
	}
}

int reference_restore(struct reference *r, const struct reference_wish *wish, const json_t *run,
		      struct why *warning)
{
	int64_t now = (int64_t)time(NULL); /* an age, not a time */

	*r = (struct reference){ .guest = wish->guest,
				 .given = wish->given,
				 .fresh = json_is_true(json_object_get(run, "new_reference")) };
	restore_classes(r, json_object_get(run, "relation_classes"));
	if (history_open(&r->history, wish->cache, wish->model, now, warning))
		return -ENOMEM;
	return restore_entries(r, json_object_get(run, "canary_references"));
}
