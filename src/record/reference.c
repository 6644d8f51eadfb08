/* SPDX-License-Identifier: MIT */
/* From readings to references, and back from a window to its reference. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/quantile.h"
#include "record/reference.h"

int reference_active(const struct planned *p)
{
	return p->cell.part->roles == 2 && p->place.os[0] != p->place.os[1] ? 2 : 1;
}

/* The relation of single readings: for a guest's pair the class of their time. */
static void relation_of(const struct reference *r, const struct canary_kind *k, double line_ns,
			char buf[RELATION_MAX])
{
	int class = gate_class(r->class, r->classes, line_ns);

	if (k->roles == 1 || !r->guest)
		snprintf(buf, RELATION_MAX, "%s", k->relation);
	else if (class < 0)
		snprintf(buf, RELATION_MAX, "new");
	else
		snprintf(buf, RELATION_MAX, "r%d", class + 1);
}

/* Room for every reading there is. */
static double *history_room(const struct history *h)
{
	size_t n = 1;

	for (size_t i = 0; i < h->n; i++)
		n += h->batch[i].n;
	return calloc(n, sizeof(double));
}

static void derive_classes(struct reference *r, double *lines)
{
	size_t n = 0;

	r->classes = 0;
	if (!r->guest)
		return;
	for (size_t i = 0; i < r->history.n; i++)
		for (size_t k = 0; k < r->history.batch[i].n; k++)
			if (r->history.batch[i].kind.roles == 2)
				lines[n++] = r->history.batch[i].reading[k].line_ns;
	quantile_sort(lines, n);
	r->classes = gate_classes(lines, n, r->class);
}

static struct canary_reference *entry_of(struct reference *r, const struct canary_kind *k)
{
	for (size_t i = 0; i < r->n; i++)
		if (canary_kind_same(&r->entry[i].kind, k))
			return &r->entry[i];
	struct canary_reference *grown = realloc(r->entry, (r->n + 1) * sizeof *grown);
	if (!grown)
		return NULL;
	r->entry = grown;
	r->entry[r->n] = (struct canary_reference){ .kind = *k,
						    .adds_per_cycle = NAN,
						    .chain_ghz = NAN,
						    .mapping_cycles = NAN,
						    .mapping_look = NAN,
						    .age_s = INFINITY };
	return &r->entry[r->n++];
}

/* Which entries there are, and how old. */
static int derive_kinds(struct reference *r, int64_t now)
{
	for (size_t i = 0; i < r->history.n; i++) {
		const struct batch *b = &r->history.batch[i];

		for (size_t k = 0; k < b->n; k++) {
			struct canary_kind kind = b->kind;

			relation_of(r, &b->kind, b->reading[k].line_ns, kind.relation);
			if (!strcmp(kind.relation, "new"))
				continue;
			struct canary_reference *e = entry_of(r, &kind);
			if (!e)
				return -ENOMEM;
			e->age_s = fmin(e->age_s, (double)(now - b->taken));
			e->oldest_s = fmax(e->oldest_s, (double)(now - b->taken));
		}
	}
	return 0;
}

static void derive_adds(const struct reference *r, struct canary_reference *e, double *adds)
{
	size_t n = 0;

	for (size_t i = 0; i < r->history.n; i++) {
		const struct batch *b = &r->history.batch[i];

		for (size_t k = 0; k < b->n; k++) {
			struct canary_kind kind = b->kind;

			relation_of(r, &b->kind, b->reading[k].line_ns, kind.relation);
			if (canary_kind_same(&kind, &e->kind))
				adds[n++] = b->reading[k].adds_per_cycle;
		}
	}
	quantile_sort(adds, n);
	e->adds_per_cycle = gate_reference(adds, n);
	e->readings = n;
}

int reference_derive(struct reference *r)
{
	double *room = history_room(&r->history);

	free(r->entry);
	r->entry = NULL;
	r->n = 0;
	if (!room)
		return -ENOMEM;
	derive_classes(r, room);
	reference_clocks(r);
	int err = derive_kinds(r, (int64_t)time(NULL)); /* an age, not a time */
	for (size_t i = 0; i < r->n && !err; i++) {
		derive_adds(r, &r->entry[i], room);
		if (r->given > 0)
			r->entry[i].adds_per_cycle = r->given;
		err = reference_level(r, &r->entry[i], room);
	}
	free(room);
	return err;
}

const char *reference_relation(const struct reference *r, const struct planned *p,
			       const double line_ns[2], char buf[RELATION_MAX])
{
	struct canary_kind kind = { .roles = 2 };
	char after[RELATION_MAX];

	if (p->cell.part->roles < 2)
		return "";
	if (reference_active(p) < 2)
		return "same";
	if (!r->guest) {
		double jump = line_ns[0] / line_ns[1];

		snprintf(buf, RELATION_MAX, "%s", p->place.relation);
		return jump >= GATE_GAP || jump <= 1 / GATE_GAP ? "mixed" : buf;
	}
	relation_of(r, &kind, line_ns[0], buf);
	relation_of(r, &kind, line_ns[1], after);
	return strcmp(buf, after) ? "mixed" : buf;
}

const struct canary_reference *reference_find(const struct reference *r, const struct planned *p,
					      int role, const char *relation)
{
	struct canary_kind kind = { .core = p->place.kind[role], .roles = reference_active(p) };

	if (kind.roles == 2)
		snprintf(kind.relation, sizeof kind.relation, "%s", relation);
	for (size_t i = 0; i < r->n; i++)
		if (canary_kind_same(&r->entry[i].kind, &kind))
			return isnan(r->entry[i].adds_per_cycle) ? NULL : &r->entry[i];
	return NULL;
}

json_t *reference_classes_json(const struct reference *r)
{
	json_t *classes = json_array();
	char name[24];

	for (size_t i = 0; i < r->classes; i++) {
		snprintf(name, sizeof name, "r%zu", i + 1);
		json_array_append_new(classes,
				      json_pack("{s:s, s:f, s:f}", "name", name, "low_ns",
						r->class[i].low, "high_ns", r->class[i].high));
	}
	return classes;
}

static json_t *number_or_null(double x)
{
	return isfinite(x) ? json_real(x) : json_null();
}

static json_t *lines_json(const struct canary_reference *e)
{
	json_t *lines = json_array();

	for (size_t i = 0; i < e->lines; i++) {
		int cpu[2];

		canary_pair_cpus(e->line[i].pair, cpu);
		json_array_append_new(lines, json_pack("{s:[i, i], s:o}", "cpus", cpu[0], cpu[1],
						       "ns", number_or_null(e->line[i].ns)));
	}
	return lines;
}

static bool uses(const struct plan *p, int cpu)
{
	for (size_t i = 0; i < p->n; i++)
		for (int role = 0; role < p->cells[i].cell.part->roles; role++)
			if (!p->cells[i].status && p->cells[i].place.os[role] == cpu)
				return true;
	return false;
}

static json_t *clocks_json(const struct reference *r, const struct canary_reference *e,
			   const struct plan *p)
{
	json_t *clocks = json_array();

	for (size_t i = 0; i < r->clocks; i++)
		if (r->clock[i].roles == e->kind.roles && uses(p, r->clock[i].cpu))
			json_array_append_new(clocks,
					      json_pack("{s:i, s:f}", "cpu", r->clock[i].cpu, "ghz",
							r->clock[i].ghz));
	return clocks;
}

json_t *reference_entries_json(const struct reference *r, const struct plan *p)
{
	json_t *entries = json_array();

	for (size_t i = 0; i < r->n; i++) {
		const struct canary_reference *e = &r->entry[i];

		json_array_append_new(
			entries,
			json_pack("{s:i, s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:b}",
				  "core", e->kind.core, "roles", e->kind.roles, "relation",
				  e->kind.relation, "adds_per_cycle",
				  number_or_null(e->adds_per_cycle), "chain_ghz",
				  number_or_null(e->chain_ghz), "clocks", clocks_json(r, e, p),
				  "mapping_cycles", number_or_null(e->mapping_cycles),
				  "mapping_look_cycles", number_or_null(e->mapping_look), "lines",
				  lines_json(e), "readings", (json_int_t)e->readings, "age_s",
				  number_or_null(e->age_s), "given", r->given > 0));
	}
	return entries;
}
