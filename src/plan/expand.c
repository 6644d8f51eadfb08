/* SPDX-License-Identifier: MIT */
/*
 * From a request to cells: the product of the axis values that each part has, with the defaults
 * that depend on other values. What becomes of each is add.c's.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/units.h"
#include "plan/axis.h"
#include "plan/expand.h"
#include "plan/pairs.h"
#include "region/page.h"

/* Channel and region first, for they decide which axes there are; last those whose defaults
 * depend on others. */
static const enum axis expansion[] = {
	AXIS_CHANNEL, AXIS_REGION,    AXIS_DIRECTORY, AXIS_PAGE,     AXIS_SIZE,    AXIS_MESSAGE,
	AXIS_ACCESS,  AXIS_ORDER,     AXIS_STATE,     AXIS_POPULATE, AXIS_MEMORY,  AXIS_PLACE,
	AXIS_NODE,    AXIS_PROCESSES, AXIS_THREADS,   AXIS_SEGMENTS, AXIS_CONSUME, AXIS_DEPTH,
	AXIS_PUBLISH, AXIS_WAIT,      AXIS_RATE,      AXIS_CLOCK,
};

/* One request being expanded. */
struct expansion {
	struct plan *plan;
	const struct wish *wish;
	const struct request *request;
	struct place place; /* of the cell that is being made */
	int place_status;
	struct why place_why;
	struct why *why;
};

/* The axes that a cell has, given the channel and region it has so far. */
static uint32_t axes_of(const struct cell *c)
{
	uint32_t axes = c->part->axes;

	if (c->channel) {
		if (c->channel->axes & CHANNEL_REGION)
			axes |= AXIS(REGION) | AXIS(PAGE) | AXIS(NODE) | AXIS(DIRECTORY);
		if (c->channel->axes & CHANNEL_DEPTH)
			axes |= AXIS(DEPTH);
		if (c->channel->axes & CHANNEL_PUBLISH)
			axes |= AXIS(PUBLISH);
		if (c->channel->axes & CHANNEL_WAIT)
			axes |= AXIS(WAIT);
		if (c->channel->axes & CHANNEL_IN_PLACE)
			axes &= ~AXIS(CONSUME);
	}
	if (c->region && !c->region->in_directory)
		axes &= ~AXIS(DIRECTORY);
	return axes;
}

/* Defaults that depend on the rest of the cell (contract.md, section 2). */
static const char *dependent_default(const struct expansion *x, const struct cell *c, enum axis a,
				     char *buf, size_t len)
{
	uint64_t depth = 256 << 10;

	switch (a) {
	case AXIS_WAIT:
		return !strcmp(x->place.name, "same") ? "futex" : "spin";
	case AXIS_DEPTH:
		if (c->message > depth / 8)
			depth = (c->message + 63) / 64 * 64 * 8;
		snprintf(buf, len, "%" PRIu64, depth);
		return buf;
	case AXIS_REGION:
		return "sysv,posix,memfd,file,anon";
	case AXIS_PUBLISH:
		return "1";
	default:
		return "";
	}
}

/* The standard size, or one page where pages are larger. */
static const char *size_default(const struct cell *c, const char *standard, char *buf, size_t len)
{
	struct why ignored = { "" };
	uint64_t size = 0;

	if (!units_size(standard, &size, &ignored) && size >= page_bytes((enum page)c->page))
		return standard;
	snprintf(buf, len, "%zu", page_bytes((enum page)c->page));
	return buf;
}

/* 1, 2, 4 and so on, and as many as have a CPU of their own. */
static const char *crowds_default(const struct expansion *x, unsigned each, char *buf, size_t len)
{
	unsigned pus = (unsigned)topology_pus(x->wish->topology);
	unsigned most = (pus < CPUS_MAX ? pus : CPUS_MAX) / each;
	size_t at = (size_t)snprintf(buf, len, "1");

	for (unsigned n = 2; n < 2 * most && at < len; n *= 2)
		at += (size_t)snprintf(buf + at, len - at, ",%u", n < most ? n : most);
	return buf;
}

static const char *values_of(const struct expansion *x, const struct cell *c, enum axis a,
			     char *buf, size_t len)
{
	const struct part *p = c->part;
	const char *standard =
		p->standard && p->standard[a] ? p->standard[a] : axis_table[a].standard;

	if (x->request->axis[a])
		return x->request->axis[a];
	if (a == AXIS_PROCESSES && p->cpus_each)
		return crowds_default(x, p->cpus_each, buf, len);
	if (a == AXIS_SIZE)
		return size_default(c, standard, buf, len);
	return standard ? standard : dependent_default(x, c, a, buf, len);
}

static int add_cell(struct expansion *x, const struct cell *c)
{
	struct planned new = { .cell = *c,
			       .place = x->place,
			       .status = x->place_status,
			       .why = x->place_why,
			       .base = NO_BASE };

	return plan_add(x->plan, x->wish, &new, x->why);
}

static int expand(struct expansion *x, const struct cell *c, size_t depth);

/* Set one axis and go on; each value is a cell of its own. */
static int with_value(struct expansion *x, struct cell c, size_t depth, const char *text)
{
	int err = axis_set(&c, expansion[depth], text, x->why);

	return err ? err : expand(x, &c, depth + 1);
}

/* Texts of a cell outlive the list that they were typed in. */
static int with_text(struct expansion *x, struct cell c, size_t depth, const char *text)
{
	char *kept = plan_keep(x->plan, text);

	return kept ? with_value(x, c, depth, kept) : fail(x->why, ENOMEM, "'%s'", text);
}

/* Places are resolved here: a word that this machine lacks makes cells that say so. */
static int with_place(struct expansion *x, struct cell c, size_t depth, const char *text)
{
	x->place_why = (struct why){ 0 };
	x->place_status = place_find(x->wish->topology, text, &x->place, &x->place_why);
	if (x->place_status && x->place_status != CANNOT) {
		*x->why = x->place_why;
		return x->place_status;
	}
	if (x->place_status)
		snprintf(x->place.name, sizeof x->place.name, "%s", text);
	return with_text(x, c, depth, x->place.name);
}

/* A word that is many places. */
struct many {
	struct expansion *x;
	const struct cell *c;
	size_t depth;
};

static int with_pair(void *arg, const char *place)
{
	struct many *m = arg;

	return with_place(m->x, *m->c, m->depth, place);
}

static int with_places(struct expansion *x, const struct cell *c, size_t depth, const char *text)
{
	struct many m = { x, c, depth };
	struct why none = { 0 };

	if (!pairs_word(text))
		return with_place(x, *c, depth, text);
	int err = pairs_visit(x->wish->topology, text, with_pair, &m, &none);
	if (none.text[0] && err != CANNOT)
		*x->why = none;
	if (err != CANNOT)
		return err;
	/* A cell that says so. */
	x->place_status = err;
	x->place_why = none;
	snprintf(x->place.name, sizeof x->place.name, "%s", text);
	return with_text(x, *c, depth, text);
}

/* `each` is the numbers of all nodes with memory; where one cannot be named, a cell that says so. */
static int with_nodes(struct expansion *x, const struct cell *c, size_t depth, const char *text)
{
	struct why ignored = { "" };
	unsigned long nodes;
	char number[8];
	int err = 0;

	if (strcmp(text, "each"))
		return with_text(x, *c, depth, text);
	if (place_nodes(x->wish->topology, &x->place, "interleave", &nodes, &ignored))
		return with_text(x, *c, depth, "interleave");
	for (unsigned n = 0; n < sizeof nodes * CHAR_BIT && !err; n++) {
		snprintf(number, sizeof number, "%u", n);
		if (nodes >> n & 1)
			err = with_text(x, *c, depth, number);
	}
	return err;
}

static int with_numbers(struct expansion *x, const struct cell *c, size_t depth, const char *list)
{
	uint64_t *values;
	size_t n;
	char text[32];
	bool bytes = axis_table[expansion[depth]].type == AXIS_BYTES;
	int err = units_list(list, bytes ? units_size : units_count, &values, &n, x->why);

	for (size_t i = 0; i < n && !err; i++) {
		snprintf(text, sizeof text, "%" PRIu64, values[i]);
		err = with_value(x, *c, depth, text);
	}
	free(values);
	return err;
}

/* Rates and shares do not mix in one range: the parser of one takes none of the other. */
static int with_load(struct expansion *x, const struct cell *c, size_t depth, const char *item)
{
	bool share = strchr(item, '%') != NULL;
	uint64_t *values;
	size_t n;
	char text[32];
	int err = units_list(item, share ? units_whole_percent : units_rate, &values, &n, x->why);

	for (size_t i = 0; i < n && !err; i++) {
		snprintf(text, sizeof text, "%" PRIu64 "%s", values[i], share ? "%" : "");
		err = with_value(x, *c, depth, text);
	}
	free(values);
	return err;
}

static int with_words(struct expansion *x, const struct cell *c, size_t depth, const char *list)
{
	enum axis a = expansion[depth];
	char *copy = strdup(list), *rest = copy, *word;
	int err = copy ? 0 : fail(x->why, ENOMEM, "the list '%s'", list);

	while (!err && (word = strsep(&rest, ",")))
		err = a == AXIS_PLACE                   ? with_places(x, c, depth, word)
		      : a == AXIS_NODE                  ? with_nodes(x, c, depth, word)
		      : axis_table[a].type == AXIS_LOAD ? with_load(x, c, depth, word)
		      : axis_table[a].type == AXIS_TEXT ? with_text(x, *c, depth, word)
							: with_value(x, *c, depth, word);
	free(copy);
	return err;
}

static int with_directories(struct expansion *x, const struct cell *c, size_t depth)
{
	int err = 0;

	for (size_t i = 0; x->wish->directories[i] && !err; i++)
		err = with_value(x, *c, depth, x->wish->directories[i]);
	return err;
}

static int expand(struct expansion *x, const struct cell *c, size_t depth)
{
	if (depth == sizeof expansion / sizeof *expansion)
		return add_cell(x, c);
	enum axis a = expansion[depth];
	char buf[64];

	if (!(axes_of(c) & 1u << a))
		return expand(x, c, depth + 1);
	if (a == AXIS_DIRECTORY)
		return with_directories(x, c, depth);
	const char *list = values_of(x, c, a, buf, sizeof buf);
	if (axis_table[a].type == AXIS_BYTES || axis_table[a].type == AXIS_NUMBER)
		return with_numbers(x, c, depth, list);
	return with_words(x, c, depth, list);
}

/* One-role cells run on the first CPU that may be used. */
static int expand_part(struct expansion *x, const struct part *part)
{
	struct cell c = { .bench = x->request->bench, .part = part };

	x->place_status = place_find(x->wish->topology, "same", &x->place, x->why);
	return x->place_status ? x->place_status : expand(x, &c, 0);
}

/* Open loop or not is one question or the other: a rate picks the parts of a benchmark that have
 * one, where it has such parts; no rate the others. */
static bool is_asked_for(const struct request *r, const struct part *part)
{
	bool any = false;

	for (const struct part *p = r->bench->parts; p->name; p++)
		any = any || p->axes & AXIS(RATE);
	return !any || !(part->axes & AXIS(RATE)) == !r->axis[AXIS_RATE];
}

static int expand_parts(struct expansion *x)
{
	size_t before = x->plan->n;
	int err = 0;

	if (x->request->part)
		return expand_part(x, x->request->part);
	for (const struct part *p = x->request->bench->parts; p->name && !err; p++)
		err = is_asked_for(x->request, p) ? expand_part(x, p) : 0;
	if (!err && x->plan->n == before && x->request->axis[AXIS_STATE])
		return misused(x->why, "%s has no state '%s'", x->request->bench->name,
			       x->request->axis[AXIS_STATE]);
	return err;
}

int plan_expand(struct plan *p, const struct wish *wish, const struct request *r, struct why *w)
{
	struct expansion x = { .plan = p, .wish = wish, .request = r, .why = w };

	return expand_parts(&x);
}
