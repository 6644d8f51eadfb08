/* SPDX-License-Identifier: MIT */
/* What the CPUs give right now, by the canaries of the calm gate: the only check here whose answer
 * may be another one in a minute. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "analyse/gate.h"
#include "command/doctor.h"
#include "measure/measure.h"
#include "plan/registry.h"
#include "probe/clock.h"

enum { SPOTS = 3 }; /* either CPU alone, and both */
static const uint64_t look_ns = 1000000000, new_reference_ns = 1000000000;

/* Cells of `null`, of which only the CPUs count: no plan has the second CPU alone. */
static void make_cells(struct planned cell[SPOTS], const struct place *pair)
{
	const struct bench *null = registry_bench("null");
	struct place second = *pair;
	const struct place *const place[SPOTS] = { pair, &second, pair };

	second.os[0] = pair->os[1];
	second.kind[0] = pair->kind[1];
	memcpy(second.cpus[0], pair->cpus[1], sizeof second.cpus[0]);
	for (int i = 0; i < SPOTS; i++) {
		cell[i] = (struct planned){ .place = *place[i], .base = NO_BASE };
		cell[i].cell.bench = null;
		cell[i].cell.part = registry_part(null, i == SPOTS - 1 ? "two" : "one");
		cell[i].cell.has = cell[i].cell.part->axes;
		cell[i].cell.place = cell[i].place.name;
	}
}

static const char wait_for_it[] =
	"others use this CPU, its core or the host (top): wait for them; this does: shmbench run "
	"--require-calm --patience 5m";

static const char other_level[] =
	"nobody disturbs it, but the clock or the kernel is not at the reference's level: both "
	"move "
	"by themselves, and later runs settle on where they stay; a fixed clock: see governor and "
	"boost";

/* A level that is elsewhere makes rows that are not calm, and none that are wrong. */
static void grade_spot(struct finding *f, const struct calm_spot *s)
{
	double calm = calm_spot_share(s), alone = calm_spot_alone(s);

	if (isnan(calm))
		advise(f, GRADE_NOTE,
		       "what is calm is not known of this relation yet: it is after a run in it");
	else if (alone < GATE_THIN)
		advise(f, GRADE_UNFIT, "%s", wait_for_it);
	else if (alone < GATE_MOSTLY)
		advise(f, GRADE_NOTE, "%s", wait_for_it);
	else if (calm < GATE_MOSTLY)
		advise(f, GRADE_NOTE, "%s", other_level);
}

static json_t *number(double x)
{
	return isfinite(x) ? json_real(x) : json_null();
}

static json_t *spot_json(const struct calm_spot *s)
{
	json_t *cpus = json_array(), *adds = json_array(), *chain = json_array();
	json_t *reference = json_array();

	for (int role = 0; role < s->station.roles; role++) {
		const struct canary_reference *r = s->reference[role];

		json_array_append_new(cpus, json_integer(s->station.like->place.os[role]));
		json_array_append_new(adds, number(s->adds_per_cycle[role]));
		json_array_append_new(chain, number(s->chain_ghz[role]));
		json_array_append_new(reference, number(r ? r->adds_per_cycle : NAN));
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:o}", "cpus", cpus,
			 "adds_per_cycle", adds, "chain_ghz", chain, "mapping_cycles",
			 number(s->mapping_cycles), "reference", reference, "windows",
			 (json_int_t)s->windows, "judged", (json_int_t)s->judged, "calm_share",
			 number(calm_spot_share(s)), "undisturbed_share",
			 number(calm_spot_alone(s)));
}

/* "4.81 adds per cycle at 4.3 GHz (CPU 0)", for every CPU of a spot. */
static size_t put_reading(char *text, size_t len, const struct calm_spot *s, int role)
{
	const struct canary_reference *r = s->reference[role];
	int n = snprintf(text, len, "CPU %d: %.3f adds per cycle at %.2f GHz",
			 s->station.like->place.os[role], s->adds_per_cycle[role],
			 s->chain_ghz[role]);

	if (r)
		n += snprintf(text + n, len - (size_t)n, " (reference %.3f at %.2f)",
			      r->adds_per_cycle, s->clock_ghz[role]);
	if (s->station.roles == 1)
		n += snprintf(text + n, len - (size_t)n, ", a mapping in %.0f cycles",
			      s->mapping_cycles);
	if (s->station.roles == 1 && r && r->mapping_cycles > 0)
		n += snprintf(text + n, len - (size_t)n, " (reference %.0f)", r->mapping_cycles);
	if (s->station.roles == 1 && r && r->mapping_was > 0)
		n += snprintf(text + n, len - (size_t)n, " (%.0f in earlier runs)", r->mapping_was);
	return (size_t)n;
}

/* A history of seconds: whoever disturbs now has disturbed all of it. */
static bool just_taken(const struct calm_spot *s)
{
	return s->reference[0] && s->reference[0]->oldest_s < 60;
}

static void describe_spot(struct finding *f, const struct calm_spot *s)
{
	double share = calm_spot_share(s);
	size_t n = 0;

	for (int role = 0; role < s->station.roles; role++) {
		n += put_reading(f->value + n, sizeof f->value - n, s, role);
		n += (size_t)snprintf(f->value + n, sizeof f->value - n, "; ");
	}
	if (s->station.roles == 2 && s->reference[0] &&
	    reference_line(s->reference[0], s->station.like) > 0)
		n += (size_t)snprintf(f->value + n, sizeof f->value - n,
				      "a cache line in %.1f ns (reference %.1f); ", s->line_ns,
				      reference_line(s->reference[0], s->station.like));
	if (isnan(share))
		snprintf(f->value + n, sizeof f->value - n, "no reference for relation %s",
			 s->relation);
	else
		snprintf(f->value + n, sizeof f->value - n,
			 "%.0f %% of %ju windows undisturbed, %.0f %% calm%s",
			 100 * calm_spot_alone(s), (uintmax_t)s->judged, 100 * share,
			 just_taken(s) ? ", by a reference of just now that knows no better hour"
				       : "");
	f->numbers = spot_json(s);
}

static void spot_row(struct doctor *d, const struct calm_spot *s)
{
	struct finding f = { 0 };
	char name[32];

	if (s->station.roles == 1)
		snprintf(name, sizeof name, "canary-cpu%d", s->station.like->place.os[0]);
	else
		snprintf(name, sizeof name, "canary-together");
	describe_spot(&f, s);
	grade_spot(&f, s);
	doctor_row(d, name, &f);
}

/* The bounds of the machine's classes: "r1 11 to 36 ns, r2 ...". */
static void put_classes(char *text, size_t len, const struct reference *r)
{
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < r->classes && n < len; i++)
		n += (size_t)snprintf(text + n, len - n, "%sr%zu %.0f to %.0f ns", i ? ", " : "",
				      i + 1, r->class[i].low, r->class[i].high);
}

static void relation_row(struct doctor *d, const struct calm_spot *s, const struct reference *r)
{
	struct finding f = { 0 };
	const struct place *p = &s->station.like->place;
	char classes[200];

	put_classes(classes, sizeof classes, r);
	snprintf(f.value, sizeof f.value,
		 "%s in %ju of %ju windows: %.1f ns one way between CPUs %d and %d (%s by the "
		 "topology%s%s)",
		 s->relation, (uintmax_t)s->same, (uintmax_t)s->windows, s->line_ns, p->os[0],
		 p->os[1], p->relation, classes[0] ? "; in this machine's history " : "", classes);
	if (s->same < s->windows)
		advise(&f, GRADE_NOTE,
		       "it changes while one looks: rows of two roles come by relation; more "
		       "invocations give each its own");
	f.numbers = json_pack("{s:s, s:f, s:I, s:I, s:o}", "relation", s->relation, "cache_line_ns",
			      s->line_ns, "windows", (json_int_t)s->windows, "of_this_relation",
			      (json_int_t)s->same, "classes", reference_classes_json(r));
	doctor_row(d, "relation", &f);
}

static void tell(struct doctor *d, const struct calm_look *look)
{
	for (size_t i = 0; i < look->spots; i++)
		spot_row(d, &look->spot[i]);
	if (look->spots == SPOTS)
		relation_row(d, &look->spot[SPOTS - 1], look->reference);
}

/* The reference may be as old as a day or as young as this second. */
static int look_at(struct doctor *d, struct planned cell[SPOTS], struct ledger *ledger,
		   struct why *w)
{
	bool one = cell[0].place.os[0] == cell[0].place.os[1];
	struct plan plan = { .cells = cell, .n = one ? 1 : SPOTS };
	struct measurement m = { .plan = &plan, .ledger = ledger, .signals = -1 };
	struct calm_spot spot[SPOTS] = { 0 };
	struct reference reference;
	struct reference_room room;
	struct reference_wish wish = { .plan = &plan,
				       .spread_ns = new_reference_ns,
				       .measurement = &m };
	struct why ignored = { 0 };

	for (size_t i = 0; i < plan.n; i++)
		spot[i].station = (struct station){ &cell[i], i == SPOTS - 1 ? 2 : 1 };
	reference_wish_here(&wish, &room);
	int err = reference_open(&reference, &wish, &ignored, w);
	struct calm_look look = { spot, plan.n, &reference, &m, look_ns };
	if (!err)
		err = calm_look(&look, w);
	if (!err) {
		tell(d, &look);
		/* A history is kept as it is: this second would crowd out a run's readings. */
		if (reference.fresh)
			reference_save(&reference, &ignored);
		if (!one)
			err = doctor_beside(d, &look, &cell[SPOTS - 1].place, w);
	}
	reference_close(&reference);
	return err;
}

static int find_cells(struct planned cell[SPOTS], struct why *w)
{
	struct topology *topology;
	struct place pair;
	int err = topology_load(&topology, NULL, NULL, w);

	if (err)
		return err;
	if (!topology_is_here(topology))
		err = cannot(w, "the topology is not this machine's (HWLOC_XMLFILE or "
				"HWLOC_SYNTHETIC is set)");
	if (!err)
		err = place_find(topology, "auto", &pair, w);
	if (!err)
		make_cells(cell, &pair);
	topology_free(topology);
	return err;
}

void doctor_canaries(struct doctor *d)
{
	const char *const nowhere[] = { NULL };
	struct planned cell[SPOTS];
	struct finding f = { .grade = GRADE_NOTE };
	struct ledger ledger;
	struct why w = { 0 };
	int err = canary_unavailable() ? cannot(&w, "%s", canary_unavailable())
				       : find_cells(cell, &w);

	if (!err)
		err = ledger_open(&ledger, nowhere, &w);
	if (!err) {
		err = look_at(d, cell, &ledger, &w);
		ledger_close(&ledger);
	}
	if (!err)
		return;
	snprintf(f.value, sizeof f.value, "unavailable: %.380s", w.text);
	doctor_row(d, "canary", &f);
}
