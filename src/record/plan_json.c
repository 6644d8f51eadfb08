/* SPDX-License-Identifier: MIT */
/* Cells as whoever reads run.json knows them: by option and name, never by a number of ours. */
#include <stdlib.h>
#include "record/json_text.h"
#include "record/plan_json.h"
#include "record/schema.h"

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
			json_object_set_new(
				axes, axis_table[a].option,
				number ? json_integer((json_int_t)strtoull(text, NULL, 10))
				       : json_text_new(text));
	}
	return axes;
}

static json_t *metrics_json(const struct part *part)
{
	json_t *metrics = json_array();

	for (const struct metric *m = part->metrics; m->name; m++) {
		bool rate = m->kind == KIND_RATE || m->kind == KIND_BOUND_RATE;

		json_array_append_new(
			metrics, json_pack("{s:s, s:s, s:s, s:b, s:b, s:b, s:b}", "name", m->name,
					   "unit", m->unit, "kind", schema_kind(m->kind),
					   "headline", m->headline, "larger_is_better", rate,
					   "varies", m->varies, "of_events", m->of_events));
	}
	return metrics;
}

static json_t *place_json(const struct planned *c)
{
	const struct place *p = &c->place;

	if (!p->name[0])
		return json_null();
	return json_pack("{s:o, s:[i,i], s:[i,i], s:i}", "name", json_text_new(p->name), "os",
			 p->os[0], p->os[1], "logical", p->logical[0], p->logical[1], "node",
			 p->node);
}

/* Of threads or processes that have one each, in their order; null where there are none. */
static json_t *cpus_json(const struct planned *c)
{
	if (c->status || !c->cpus)
		return json_null();
	json_t *cpus = json_array();
	for (unsigned i = 0; i < c->cpus; i++)
		json_array_append_new(cpus, json_integer(c->member_cpu[i]));
	return cpus;
}

static json_t *cell_json(const struct plan *plan, const struct planned *c, json_t *metrics)
{
	char base[256] = "";
	/* A base is compared with nothing, itself least of all. */
	bool compared = c->base != NO_BASE && &plan->cells[c->base] != c;
	const char *status = !c->status ? "ok" : c->status == CANNOT ? "skip" : "fail";
	json_t *cell = json_pack("{s:s, s:s, s:i, s:s, s:o, s:O, s:o}", "benchmark",
				 c->cell.bench->name, "part", c->cell.part->name, "roles",
				 c->cell.part->roles, "status", status, "axes", axes_json(&c->cell),
				 "metrics", metrics, "place", place_json(c));

	json_object_set_new(cell, "filesystem", json_text_or_null(c->filesystem));
	json_object_set_new(cell, "reason", c->status ? json_text_new(c->why.text) : json_null());
	json_object_set_new(cell, "cpus", cpus_json(c));
	json_object_set_new(cell, "companion", json_boolean(c->companion));
	json_object_set_new(cell, "group", json_integer((json_int_t)c->group));
	json_object_set_new(cell, "expected_ns", json_integer((json_int_t)c->expected_ns));
	json_object_set_new(cell, "base",
			    compared ? json_integer((json_int_t)c->base) : json_null());
	if (compared)
		plan_base_name(plan, c, base, sizeof base);
	json_object_set_new(cell, "base_name", json_text_new(base));
	return cell;
}

json_t *plan_json(const struct plan *plan)
{
	json_t *cells = json_array(), *metrics = NULL;
	const struct part *part = NULL;

	/* One list for all neighbours of a part: of thousands of cells it would be most of the memory. */
	for (size_t i = 0; i < plan->n; i++) {
		if (plan->cells[i].cell.part != part) {
			part = plan->cells[i].cell.part;
			json_decref(metrics);
			metrics = metrics_json(part);
		}
		json_array_append_new(cells, cell_json(plan, &plan->cells[i], metrics));
	}
	json_decref(metrics);
	return json_pack("{s:o, s:I, s:I}", "cells", cells, "groups", (json_int_t)plan->groups,
			 "blocks", (json_int_t)plan->blocks);
}

json_t *plan_json_skipped(const struct plan *plan)
{
	json_t *skipped = json_array();

	for (size_t i = 0; i < plan->n; i++)
		if (plan->cells[i].status)
			json_array_append_new(
				skipped, json_pack("{s:I, s:o}", "cell", (json_int_t)i, "reason",
						   json_text_new(plan->cells[i].why.text)));
	return skipped;
}
