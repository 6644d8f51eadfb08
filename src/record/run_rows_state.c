/* SPDX-License-Identifier: MIT */
/* What run.json says of the machine: what its rows' relations are, and what calm was. */
#include <stdio.h>
#include <string.h>
#include "record/run_rows.h"

bool run_rows_classed(const struct run_rows *r)
{
	return json_array_size(json_object_get(r->json, "relation_classes")) > 0;
}

bool run_rows_class(const struct run_rows *r, const char *relation, double *low, double *high)
{
	size_t i;
	const json_t *class;

	json_array_foreach(json_object_get(r->json, "relation_classes"), i, class)
	{
		const char *name = json_string_value(json_object_get(class, "name"));
		const json_t *from = json_object_get(class, "low_ns");
		const json_t *to = json_object_get(class, "high_ns");

		if (!name || strcmp(name, relation) || !json_is_number(from) || !json_is_number(to))
			continue;
		*low = json_number_value(from);
		*high = json_number_value(to);
		return true;
	}
	return false;
}

static const json_t *reference_of(const struct run_rows *r, int roles)
{
	const json_t *entries = json_object_get(r->json, "canary_references");

	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *entry = json_array_get(entries, i);

		if (json_integer_value(json_object_get(entry, "roles")) == roles)
			return entry;
	}
	return NULL;
}

double run_rows_mapping(const struct run_rows *r, int roles)
{
	const json_t *entry = reference_of(r, roles);
	double level = json_number_value(json_object_get(entry, "mapping_cycles"));

	return level > 0 ? level : json_number_value(json_object_get(entry, "mapping_seen_cycles"));
}

/* A CPU without a level of its own is held to what all showed; so is every one of an older program's run. */
double run_rows_clock(const struct run_rows *r, int roles, double cpu)
{
	const json_t *reference = reference_of(r, roles), *clock;
	size_t i;

	json_array_foreach(json_object_get(reference, "clocks"), i, clock)
	{
		if (json_number_value(json_object_get(clock, "cpu")) == cpu)
			return json_number_value(json_object_get(clock, "ghz"));
	}
	return json_number_value(json_object_get(reference, "chain_ghz"));
}

double run_rows_deviation(const struct run_rows *r, const char *benchmark, const char *metric)
{
	char name[128];
	const json_t *all = json_object_get(r->json, "run_to_run");

	snprintf(name, sizeof name, "%s/%s", benchmark, metric);
	double deviation = json_number_value(json_object_get(all, name));
	return deviation > 0 ? deviation : 0;
}
