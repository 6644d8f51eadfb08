/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyse/quantile.h"
#include "base/grow.h"
#include "record/json_text.h"
#include "report/relations.h"

/* The cache-line times of one relation, while windows are read. */
struct times {
	double *v;
	size_t n, room;
};

struct reading_of {
	struct relations *relations;
	struct times times[RELATIONS_MAX];
	uint64_t latest_ns; /* where the last window began */
};

static struct relation *relation_of(struct relations *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (!strcmp(r->seen[i].name, name))
			return &r->seen[i];
	if (r->n == RELATIONS_MAX)
		return NULL;
	struct relation *new = &r->seen[r->n++];
	*new = (struct relation){ .class_low = NAN, .class_high = NAN, .low = NAN, .high = NAN };
	new->adds = NAN;
	snprintf(new->name, sizeof new->name, "%s", name);
	return new;
}

static int keep(struct times *t, double v)
{
	int err = GROW(t->v, t->room, t->n + 1);

	if (!err)
		t->v[t->n++] = v;
	return err;
}

/* A window has a row for each metric that it measured: the first one counts. */
static int take_window(struct reading_of *o, struct csv_reader *c)
{
	const char *calm = csv_reader_text(c, WINDOWS_calm);
	const char *began = csv_reader_text(c, WINDOWS_started_ns);
	struct relation *at = relation_of(o->relations, csv_reader_text(c, WINDOWS_relation));
	double line = csv_reader_number(c, WINDOWS_cache_line_ns_before);
	uint64_t started = strtoull(began, NULL, 10);

	if (!at || started <= o->latest_ns)
		return 0;
	o->latest_ns = started;
	at->windows++;
	at->calm += *calm == '1';
	o->relations->windows++;
	o->relations->calm += *calm == '1';
	o->relations->gated |= *calm != '\0';
	return isnan(line) ? 0 : keep(&o->times[at - o->relations->seen], line);
}

static void settle_times(struct reading_of *o)
{
	for (size_t i = 0; i < o->relations->n; i++) {
		struct times *t = &o->times[i];

		quantile_sort(t->v, t->n);
		o->relations->seen[i].low = quantile_of(t->v, t->n, .25);
		o->relations->seen[i].high = quantile_of(t->v, t->n, .75);
		free(t->v);
	}
}

static int read_windows(struct relations *r, const char *dir, struct why *w)
{
	struct reading_of o = { .relations = r };
	struct csv_reader c;
	int err = csv_reader_open(&c, dir, TABLE_WINDOWS, w);

	if (err)
		return err;
	while ((err = csv_reader_next(&c, w)) > 0)
		if ((err = take_window(&o, &c))) {
			fail(w, ENOMEM, "the windows of %s", dir);
			break;
		}
	csv_reader_close(&c);
	settle_times(&o);
	return err;
}

static double number_in(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static void read_classes(struct relations *r, const json_t *run)
{
	const json_t *class;
	size_t i;

	json_array_foreach(json_object_get(run, "relation_classes"), i, class)
	{
		struct relation *at = relation_of(r, json_text_get(class, "name"));

		if (!at)
			continue;
		at->class_low = number_in(class, "low_ns");
		at->class_high = number_in(class, "high_ns");
	}
}

/* Of several kinds of core the first one's: they stand side by side in the report. */
static void read_references(struct relations *r, const json_t *run)
{
	const json_t *entry;
	size_t i;

	r->alone = NAN;
	json_array_foreach(json_object_get(run, "canary_references"), i, entry)
	{
		double adds = number_in(entry, "adds_per_cycle");

		if (number_in(entry, "roles") == 1) {
			r->alone = isnan(r->alone) ? adds : r->alone;
			continue;
		}
		struct relation *at = relation_of(r, json_text_get(entry, "relation"));
		if (at && isnan(at->adds))
			at->adds = adds;
	}
}

int relations_read(struct relations *r, const struct reader *run, struct why *w)
{
	*r = (struct relations){ .n = 0 };
	read_classes(r, run->json);
	read_references(r, run->json);
	r->fresh = json_is_true(json_object_get(run->json, "new_reference"));
	return read_windows(r, run->path, w);
}

const struct relation *relations_find(const struct relations *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (!strcmp(r->seen[i].name, name))
			return &r->seen[i];
	return NULL;
}

/* Two threads of a core slow each other's canaries even where nobody else is; that tells them from
 * two cores more surely than the time does, which differs from processor to processor. */
static const char *like_what(const struct relations *r, const struct relation *s)
{
	double line = isnan(s->low) ? sqrt(s->class_low * s->class_high) : (s->low + s->high) / 2;

	if (s->adds < .75 * r->alone)
		return "between CPUs like two threads of one core";
	if (isnan(line))
		return "between two CPUs";
	return line < 120 ? "between CPUs like two cores under one cache"
			  : "between CPUs like two cores that share no cache";
}

static const char *words(const struct relations *r, const struct relation *s, const char *name)
{
	static const char *const known[][2] = {
		{ "smt", "between two threads of one core" },
		{ "l2", "between two cores under one second-level cache" },
		{ "l3", "between two cores under one third-level cache" },
		{ "package", "between two cores of one package" },
		{ "machine", "between two packages" },
		{ "same", "on one CPU" },
		{ "all", "between two CPUs, whatever they were to each other" },
		{ "new", "between two CPUs in a relation new to this machine" },
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!strcmp(known[i][0], name))
			return known[i][1];
	return s ? like_what(r, s) : "between two CPUs";
}

const char *relations_text(const struct relations *r, const char *name, char *buf, size_t len)
{
	const struct relation *s = relations_find(r, name);
	const char *what = words(r, s, name);

	if (!*name)
		snprintf(buf, len, "%s", "");
	else if (!s || isnan(s->low))
		snprintf(buf, len, "%s: %s", what, name);
	else if (s->high >= 9.5 && lrint(s->low) == lrint(s->high))
		snprintf(buf, len, "%s: %s, %.0f ns a cache line", what, name, s->low);
	else
		snprintf(buf, len, "%s: %s, %.*f to %.*f ns a cache line", what, name,
			 s->high < 9.5, s->low, s->high < 9.5, s->high);
	return buf;
}
