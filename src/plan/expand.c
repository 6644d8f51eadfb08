/* SPDX-License-Identifier: MIT */
/*
 * From a request to cells: the product of the axis values that each part has, with the defaults
 * that depend on other values, each cell asked whether it can run here.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/units.h"
#include "plan/axis.h"
#include "plan/expand.h"
#include "plan/filesystem.h"

/* Channel and region first, for they decide which axes there are; last those whose defaults
 * depend on others. */
static const enum axis expansion[] = {
	AXIS_CHANNEL, AXIS_REGION,    AXIS_DIRECTORY, AXIS_SIZE,     AXIS_MESSAGE, AXIS_PAGE,
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

static const char *values_of(const struct expansion *x, const struct cell *c, enum axis a,
			     char *buf, size_t len)
{
	const struct part *p = c->part;

	if (x->request->axis[a])
		return x->request->axis[a];
	if (p->standard && p->standard[a])
		return p->standard[a];
	if (axis_table[a].standard)
		return axis_table[a].standard;
	return dependent_default(x, c, a, buf, len);
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
	char x[32], y[32];

	if (a->part != b->part || a->has != b->has)
		return false;
	for (int i = 0; i < AXES; i++)
		if (strcmp(axis_text(a, (enum axis)i, x, sizeof x),
			   axis_text(b, (enum axis)i, y, sizeof y)))
			return false;
	return true;
}

/* Rough, and checked against real runs: exec and set-up, then windows, then what is populated
 * untimed. */
static uint64_t expect(const struct cell *c)
{
	const uint64_t exec_ns = 6000000, page_ns = 800, canaries_ns = 200000;
	uint64_t window_ns = c->part->lasts_ns ? c->part->lasts_ns(c) : WINDOW_NS;
	uint64_t ns = exec_ns + c->part->windows(c) * (window_ns + canaries_ns);

	if (c->channel && !c->region)
		ns *= 3; /* filling a pipe before each window */
	if (c->part->region == REGION_OWN && !(c->part->sparse && c->state == STATE_FRESH))
		ns += c->size / 4096 * page_ns;
	return ns;
}

/* Where its memory goes. On a machine with one node there is nothing to bind. */
static int place_cell(struct expansion *x, struct planned *p)
{
	const struct topology *t = x->wish->topology;
	char buf[32];

	if (!(p->cell.has & AXIS(NODE)) || p->status)
		return 0;
	/* `local` is what a machine without a choice gives anyway. */
	if (topology_nodes(t) < 2 && !strcmp(p->cell.node, "local"))
		return 0;
	int err = place_nodes(t, &p->place, axis_text(&p->cell, AXIS_NODE, buf, sizeof buf),
			      &p->nodes, &p->why);
	if (topology_nodes(t) < 2)
		p->nodes = 0;
	if (err == CANNOT)
		p->status = CANNOT;
	else if (err)
		*x->why = p->why;
	return err == CANNOT ? 0 : err;
}

/* Directory, limits, memory: what is known of a cell before it runs. The directory comes first,
 * before anything asks how much space is there. */
static int settle(struct expansion *x, struct planned *p)
{
	struct why why = { 0 };
	int err = 0;

	if (x->wish->outline)
		return place_cell(x, p);
	if (p->cell.directory)
		err = filesystem_of(p->cell.directory, &p->filesystem, x->why);
	if (err)
		return err;
	p->status = plan_fits(p, &why);
	if (p->status && why.text[0])
		p->why = why;
	if (p->status && p->status != CANNOT) {
		*x->why = p->why;
		return p->status;
	}
	return place_cell(x, p);
}

static int add_cell(struct expansion *x, const struct cell *c)
{
	struct plan *p = x->plan;
	struct planned new = { .cell = *c,
			       .place = x->place,
			       .status = x->place_status,
			       .why = x->place_why,
			       .base = NO_BASE };

	if ((c->has & AXIS(STATE)) && !(c->part->states & 1u << c->state))
		return 0;
	for (size_t i = 0; i < p->n; i++)
		if (same_cell(&p->cells[i].cell, c))
			return 0;
	new.cell.verify = x->wish->verify;
	int err = settle(x, &new);
	if (err) {
		free(new.filesystem);
		return err;
	}
	new.expected_ns = expect(c);
	struct planned *grown = realloc(p->cells, (p->n + 1) * sizeof *grown);
	if (!grown) {
		free(new.filesystem);
		return fail(x->why, ENOMEM, "a plan of %zu cells", p->n + 1);
	}
	p->cells = grown;
	p->cells[p->n++] = new;
	return 0;
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
		err = a == AXIS_PLACE                   ? with_place(x, *c, depth, word)
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
	char buf[32];

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
