/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "report/rows.h"
#include "report/state.h"

static double number_in(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static const char *age_text(double s, char *buf, size_t len)
{
	if (isnan(s))
		*buf = '\0';
	else if (s < 60)
		snprintf(buf, len, "new");
	else if (s < 5400)
		snprintf(buf, len, "%.0f min", s / 60);
	else
		snprintf(buf, len, "%.0f h", s / 3600);
	return buf;
}

/* "one role", "two roles, r2" */
static void roles_text(const json_t *entry, char *buf, size_t len)
{
	const char *relation = json_string_value(json_object_get(entry, "relation"));

	snprintf(buf, len, "%s%s%s", number_in(entry, "roles") > 1 ? "two roles" : "one role",
		 relation && *relation ? ", " : "", relation ? relation : "");
}

static void number_text(double v, const char *format, char *buf, size_t len)
{
	*buf = '\0';
	if (!isnan(v))
		snprintf(buf, len, format, v);
}

/* Of every pair or CPU that has a level: one number, or the least and the greatest. */
static void levels_text(const json_t *levels, const char *key, const char *format, char *buf,
			size_t len)
{
	double low = INFINITY, high = 0;
	const json_t *level;
	char one[24], other[24];
	size_t i;

	json_array_foreach(levels, i, level)
	{
		double value = number_in(level, key);

		low = fmin(low, value);
		high = fmax(high, value);
	}
	number_text(low, format, one, sizeof one);
	number_text(high, format, other, sizeof other);
	*buf = '\0';
	if (low <= high)
		snprintf(buf, len, strcmp(one, other) ? "%s to %s" : "%s", one, other);
}

static int put_reference(const json_t *entry, struct sheet *s, struct why *w)
{
	char text[8][80];
	int err = sheet_line(s, w);

	number_text(number_in(entry, "core"), "%.0f", text[0], sizeof text[0]);
	roles_text(entry, text[1], sizeof text[1]);
	number_text(number_in(entry, "adds_per_cycle"), "%.3f", text[2], sizeof text[2]);
	levels_text(json_object_get(entry, "clocks"), "ghz", "%.2f", text[3], sizeof text[3]);
	if (!*text[3])
		number_text(number_in(entry, "chain_ghz"), "%.2f", text[3], sizeof text[3]);
	number_text(number_in(entry, "mapping_cycles"), "%.0f", text[4], sizeof text[4]);
	levels_text(json_object_get(entry, "lines"), "ns", "%.1f", text[5], sizeof text[5]);
	number_text(number_in(entry, "readings"), "%.0f", text[6], sizeof text[6]);
	if (json_is_true(json_object_get(entry, "given")))
		strcpy(text[7], "given");
	else
		age_text(number_in(entry, "age_s"), text[7], sizeof text[7]);
	for (unsigned i = 0; i < 8 && !err; i++)
		err = sheet_put(s, i, text[i], w);
	return err;
}

int state_references(const struct reader *run, struct sheet *s, struct why *w)
{
	const json_t *entry;
	size_t i;
	int err = 0;

	*s = (struct sheet){ .title = "Canaries: what a CPU does when nobody disturbs it",
			     .head = { "kind of core", "with", "adds/cycle", "GHz",
				       "cycles/mapping", "ns/cache line", "readings", "newest" },
			     .left = 1u << 1 };
	json_array_foreach(json_object_get(run->json, "canary_references"), i, entry) err =
		err ? err : put_reference(entry, s, w);
	return err;
}

/* Windows with two roles on two CPUs, those between two relations included. */
static size_t pair_windows(const struct relations *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		if (*r->seen[i].name && strcmp(r->seen[i].name, "same"))
			n += r->seen[i].windows;
	return n;
}

/* "between CPUs like two cores under one cache": what stands before the name. */
static const char *meaning(const struct relations *r, const struct relation *s, char *buf,
			   size_t len)
{
	if (!*s->name)
		return "one role";
	if (!strcmp(s->name, "mixed"))
		return "another one after the window than before";
	relations_text(r, s->name, buf, len);
	buf[strcspn(buf, ":")] = '\0';
	return buf;
}

static void range_text(double low, double high, char *buf, size_t len)
{
	char a[24], b[24];

	*buf = '\0';
	if (!isnan(low) && !isnan(high))
		snprintf(buf, len, "%s to %s", digits_text(low, a, sizeof a),
			 digits_text(high, b, sizeof b));
}

static int put_relation(const struct relations *r, const struct relation *s, struct sheet *to,
			struct why *w)
{
	char text[7][160] = { "" };
	bool pair = *s->name && strcmp(s->name, "same");
	int err = sheet_line(to, w);

	snprintf(text[0], sizeof *text, "%s", s->name);
	snprintf(text[1], sizeof *text, "%s", meaning(r, s, text[6], sizeof *text));
	range_text(s->class_low, s->class_high, text[2], sizeof *text);
	range_text(s->low, s->high, text[3], sizeof *text);
	snprintf(text[4], sizeof *text, "%zu", s->windows);
	if (pair && s->windows)
		snprintf(text[5], sizeof *text, "%.3g %%",
			 100 * (double)s->windows / (double)pair_windows(r));
	*text[6] = '\0';
	if (r->gated && s->windows)
		snprintf(text[6], sizeof *text, "%.3g %%",
			 100 * (double)s->calm / (double)s->windows);
	for (unsigned i = 0; i < 7 && !err; i++)
		err = sheet_put(to, i, text[i], w);
	return err;
}

int state_relations(const struct relations *r, struct sheet *s, struct why *w)
{
	int err = 0;

	*s = (struct sheet){ .title = "Windows, by what the CPUs were to each other",
			     .head = { "relation", "what", "class, ns a line", "middle half here",
				       "windows", "of pairs", "calm" },
			     .left = 3 };
	for (size_t i = 0; i < r->n && !err; i++)
		err = put_relation(r, &r->seen[i], s, w);
	return err;
}

static const char *judgement(double share)
{
	return share >= .9   ? "The machine was at rest nearly throughout."
	       : share >= .5 ? "The machine was at rest more often than not."
	       : share >= .1
		       ? "Most windows were not: something else ran on the same cores, or they "
			 "were not what the reference is of."
		       : "Hardly any was: nearly all that was measured is of a busy machine, "
			 "or of one that the reference is not of.";
}

/* Windows that no reference is there for, and which are therefore not calm. */
static size_t without_reference(const struct relations *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct relation *s = &r->seen[i];

		if (*s->name && strcmp(s->name, "same") && strcmp(s->name, "mixed") &&
		    isnan(s->adds))
			n += s->windows;
	}
	return n;
}

/* Of the relation that was seen most. */
static void add_relation(const struct relations *r, char *buf, size_t len)
{
	const struct relation *most = NULL;
	size_t pairs = pair_windows(r), used = strlen(buf);
	char text[160];

	for (size_t i = 0; i < r->n; i++)
		if (*r->seen[i].name && strcmp(r->seen[i].name, "same") &&
		    strcmp(r->seen[i].name, "mixed") &&
		    (!most || r->seen[i].windows > most->windows))
			most = &r->seen[i];
	if (most && most->windows && used < len)
		snprintf(buf + used, len - used, " With two roles %.0f %% of them were %s%s.",
			 100 * (double)most->windows / (double)pairs,
			 relations_text(r, most->name, text, sizeof text),
			 pairs - most->windows > pairs / 100 ? "; others stand in rows of their own"
							     : "");
}

static void add_without(const struct relations *r, char *buf, size_t len)
{
	size_t n = without_reference(r), used = strlen(buf);

	if (n * 100 > r->windows && used < len)
		snprintf(buf + used, len - used,
			 " %.0f %% count as not calm because the machine has no reference yet for "
			 "what the CPUs were to each other.",
			 100 * (double)n / (double)r->windows);
}

/* Whoever disturbed the reference is in it. */
static void add_fresh(const struct relations *r, char *buf, size_t len)
{
	size_t used = strlen(buf);

	if (r->fresh && used < len)
		snprintf(
			buf + used, len - used,
			" What CPUs do undisturbed was found out in the seconds before this run, "
			"for "
			"want of earlier ones: if the machine was busy then and all along, that is "
			"what counts as calm here. A later run knows better.");
}

const char *state_sentence(const struct relations *r, char *buf, size_t len)
{
	double share = (double)r->calm / (double)r->windows;

	*buf = '\0';
	if (!r->windows)
		return buf;
	if (!r->gated) {
		snprintf(buf, len,
			 "Nothing told calm windows from others: values are over all of them, "
			 "whatever else the machine did.");
	} else {
		snprintf(buf, len,
			 "Of %zu windows %.0f %% were calm: canaries before and after them ran as "
			 "fast as they do on this machine when nobody disturbs it. %s",
			 r->windows, 100 * share, judgement(share));
		add_without(r, buf, len);
		add_fresh(r, buf, len);
	}
	add_relation(r, buf, len);
	return buf;
}
