/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "record/history.h"

static const char schema[] = "shmbench.canaries.v6";

int canary_kind_same(const struct canary_kind *a, const struct canary_kind *b)
{
	return a->core == b->core && a->roles == b->roles && !strcmp(a->relation, b->relation);
}

static void drop(struct history *h, size_t at)
{
	free(h->batch[at].reading);
	memmove(&h->batch[at], &h->batch[at + 1], (--h->n - at) * sizeof *h->batch);
}

void history_forget(struct history *h, const struct canary_kind *k)
{
	for (size_t i = h->n; i-- > 0;) {
		if (!canary_kind_same(&h->batch[i].kind, k))
			continue;
		history_forget_clocks(h, &h->batch[i]);
		drop(h, i);
	}
}

/* Beyond HISTORY_BATCHES of a kind the oldest goes. */
static void make_room(struct history *h, const struct canary_kind *k)
{
	size_t same = 0;

	for (size_t i = h->n; i-- > 0;)
		if (canary_kind_same(&h->batch[i].kind, k) && ++same >= HISTORY_BATCHES)
			drop(h, i);
}

int history_add(struct history *h, const struct batch *b)
{
	size_t n = b->n < HISTORY_BATCH ? b->n : HISTORY_BATCH;
	struct canary_reading *copy = malloc((n + 1) * sizeof *copy);
	struct batch *grown = realloc(h->batch, (h->n + 1) * sizeof *grown);

	if (grown)
		h->batch = grown;
	if (!copy || !grown) {
		free(copy);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++)
		copy[i] = b->reading[i * b->n / n];
	make_room(h, &b->kind);
	h->batch[h->n] = *b;
	h->batch[h->n].reading = copy;
	h->batch[h->n++].n = n;
	return 0;
}

/* One value of every reading: a row each is three times the bytes. */
static const struct {
	const char *name;
	size_t at;
	int roles; /* only readings of so many have it; 0: all */
	bool whole;
} fields[] = {
	{ "adds_per_cycle", offsetof(struct canary_reading, adds_per_cycle), 0, false },
	{ "chain_ghz", offsetof(struct canary_reading, chain_ghz), 0, false },
	{ "line_ns", offsetof(struct canary_reading, line_ns), 2, false },
	{ "pair", offsetof(struct canary_reading, pair), 2, true },
	{ "mapping_cycles", offsetof(struct canary_reading, mapping_cycles), 1, false },
	{ "cpu", offsetof(struct canary_reading, cpu), 0, true },
};
enum { FIELDS = sizeof fields / sizeof *fields };

static double *field(struct canary_reading *r, int which)
{
	return (double *)((char *)r + fields[which].at);
}

static bool has_field(const struct batch *b, int which)
{
	return !fields[which].roles || fields[which].roles == b->kind.roles;
}

/* False: the arrays are not what they should be. */
static bool read_fields(const json_t *from, struct batch *b)
{
	for (int f = 0; f < FIELDS; f++) {
		const json_t *values = json_object_get(from, fields[f].name);

		if (!has_field(b, f))
			continue;

		if (json_array_size(values) != b->n)
			return false;
		for (size_t i = 0; i < b->n; i++) {
			const json_t *value = json_array_get(values, i);

			double number = json_number_value(value);

			if (!json_is_number(value) ||
			    !(number > 0 || (fields[f].whole && number == 0)))
				return false;
			*field(&b->reading[i], f) = number;
		}
	}
	return true;
}

/* -EINVAL for what is no batch. Old ones, and ones from the future, are passed over. */
static int read_batch(struct history *h, json_t *from, int64_t now)
{
	struct batch b = { 0 };
	const char *relation;
	json_int_t taken;

	if (json_unpack(from, "{s:i, s:i, s:s, s:I}", "core", &b.kind.core, "roles", &b.kind.roles,
			"relation", &relation, "taken", &taken) ||
	    b.kind.roles < 1 || b.kind.roles > 2 || strlen(relation) >= sizeof b.kind.relation)
		return -EINVAL;
	strcpy(b.kind.relation, relation);
	b.mapping_level = json_number_value(json_object_get(from, "level_cycles"));
	b.taken = taken;
	b.n = json_array_size(json_object_get(from, fields[0].name));
	if (b.taken > now || now - b.taken > HISTORY_AGE_S)
		return 0;
	b.reading = malloc((b.n + 1) * sizeof *b.reading);
	if (!b.reading)
		return -ENOMEM;
	for (size_t i = 0; i < b.n; i++)
		b.reading[i].line_ns = b.reading[i].pair = b.reading[i].mapping_cycles = NAN;
	int err = !b.n || !read_fields(from, &b) ? -EINVAL : history_add(h, &b);
	free(b.reading);
	return err;
}

/* -EINVAL for what is no level. */
static int read_line(struct history *h, const json_t *from)
{
	double pair = json_number_value(json_object_get(from, "pair"));
	double ns = json_number_value(json_object_get(from, "ns"));

	if (!(pair > 0) || !(ns > 0))
		return -EINVAL;
	history_settle_line(h, pair, ns, ns, ns);
	return 0;
}

/* The same, and none of the future. */
static int read_clock(struct history *h, json_t *from, int64_t now)
{
	struct clock_level level = { .kept = false };
	json_int_t seen;
	int kept;

	if (json_unpack(from, "{s:i, s:i, s:F, s:F, s:I, s:b}", "roles", &level.roles, "cpu",
			&level.cpu, "ghz", &level.ghz, "weight", &level.weight, "seen", &seen,
			"kept", &kept) ||
	    !(level.ghz > 0) || !(level.weight >= 0))
		return -EINVAL;
	level.seen = seen;
	level.kept = kept;
	if (seen <= now && h->clocks < HISTORY_CLOCKS)
		h->clock[h->clocks++] = level;
	return 0;
}

static int read_batches(struct history *h, const json_t *root, int64_t now)
{
	const json_t *batches = json_object_get(root, "batches");
	const json_t *lines = json_object_get(root, "lines");
	const json_t *clocks = json_object_get(root, "clocks");
	const char *is = json_string_value(json_object_get(root, "schema"));
	const char *model = json_string_value(json_object_get(root, "model"));
	int err = 0;

	if (!is || strncmp(is, schema, strlen(schema) - 1) || !model || !json_is_array(batches))
		return -EINVAL;
	/* Of another CPU, or of a shmbench with other canaries. */
	if (strcmp(model, h->model) || strcmp(is, schema))
		return 0;
	for (size_t i = 0; i < json_array_size(batches) && !err; i++)
		err = read_batch(h, json_array_get(batches, i), now);
	for (size_t i = 0; i < json_array_size(lines) && !err; i++)
		err = read_line(h, json_array_get(lines, i));
	for (size_t i = 0; i < json_array_size(clocks) && !err; i++)
		err = read_clock(h, json_array_get(clocks, i), now);
	return err;
}

int history_open(struct history *h, const char *dir, const char *model, int64_t now,
		 struct why *warning)
{
	*h = (struct history){ .n = 0 };
	snprintf(h->model, sizeof h->model, "%s", model);
	if (!dir)
		return 0;
	if (snprintf(h->path, sizeof h->path, "%s/canaries.json", dir) >= (int)sizeof h->path)
		h->path[0] = '\0';
	FILE *file = fopen(h->path, "re");
	if (!file)
		return 0;
	json_t *root = json_loadf(file, JSON_REJECT_DUPLICATES, NULL);
	fclose(file);
	int err = root ? read_batches(h, root, now) : -EINVAL;
	json_decref(root);
	if (err != -EINVAL)
		return err;
	while (h->n)
		drop(h, h->n - 1);
	h->lines = h->clocks = 0;
	fail(warning, 0, "%s is damaged: the canaries' reference is made anew", h->path);
	return 0;
}

void history_close(struct history *h)
{
	while (h->n)
		drop(h, h->n - 1);
	free(h->batch);
	*h = (struct history){ .n = 0 };
}

static json_t *value_json(double v, bool whole)
{
	return whole ? json_integer((json_int_t)v) : json_real(v);
}

static json_t *batch_json(const struct batch *b)
{
	json_t *to = json_pack("{s:i, s:i, s:s, s:I, s:f}", "core", b->kind.core, "roles",
			       b->kind.roles, "relation", b->kind.relation, "taken",
			       (json_int_t)b->taken, "level_cycles", b->mapping_level);

	for (int f = 0; f < FIELDS; f++) {
		json_t *values;

		if (!has_field(b, f))
			continue;
		values = json_array();

		for (size_t i = 0; i < b->n; i++)
			json_array_append_new(
				values, value_json(*field(&b->reading[i], f), fields[f].whole));
		json_object_set_new(to, fields[f].name, values);
	}
	return to;
}

static json_t *clock_json(const struct clock_level *c)
{
	return json_pack("{s:i, s:i, s:f, s:f, s:I, s:b}", "roles", c->roles, "cpu", c->cpu, "ghz",
			 c->ghz, "weight", c->weight, "seen", (json_int_t)c->seen, "kept", c->kept);
}

static json_t *history_json(const struct history *h)
{
	json_t *batches = json_array(), *lines = json_array(), *clocks = json_array();

	for (size_t i = 0; i < h->n; i++)
		json_array_append_new(batches, batch_json(&h->batch[i]));
	for (size_t i = 0; i < h->lines; i++)
		json_array_append_new(lines,
				      json_pack("{s:I, s:f}", "pair", (json_int_t)h->line[i].pair,
						"ns", h->line[i].ns));
	for (size_t i = 0; i < h->clocks; i++)
		json_array_append_new(clocks, clock_json(&h->clock[i]));
	return json_pack("{s:s, s:s, s:o, s:o, s:o}", "schema", schema, "model", h->model,
			 "batches", batches, "lines", lines, "clocks", clocks);
}

/* By rename: another run may be reading it. Of two that write at once the later one counts. */
int history_save(const struct history *h, struct why *w)
{
	char made[PATH_MAX + 16];
	int err = 0;

	if (!h->path[0])
		return 0;
	json_t *root = history_json(h);
	snprintf(made, sizeof made, "%s.%d", h->path, getpid());
	if (!root || json_dump_file(root, made, JSON_COMPACT | JSON_REAL_PRECISION(6)) ||
	    rename(made, h->path)) {
		err = fail(w, errno, "writing %s", h->path);
		unlink(made);
	}
	json_decref(root);
	return err;
}
