/* SPDX-License-Identifier: MIT */
/*
 * Groups: a base cell and the cells compared with it. They agree in every axis that both have,
 * region, channel and directory apart, and are run back to back, so that the machine's slow
 * drifts hit them alike.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "plan/axis.h"
#include "plan/registry.h"
#include "plan/request.h"

/* What --base says: a region, a channel, or a channel in a region. */
struct base {
	const struct region_ops *region;   /* of region cells */
	const struct channel_ops *channel; /* of channel cells... */
	const struct region_ops *inside;   /* ...in this region, where it has one */
};

static int base_parse(struct base *b, const char *text, struct why *w)
{
	size_t len = text ? strcspn(text, "/") : 0;
	char name[64];

	*b = (struct base){ .region = registry_region("sysv"),
			    .channel = registry_channel("ring"),
			    .inside = registry_region("sysv") };
	if (!text)
		return 0;
	snprintf(name, sizeof name, "%.*s", (int)len, text);
	const struct region_ops *region = registry_region(name), *inside = NULL;
	const struct channel_ops *channel = registry_channel(name);
	if (text[len])
		inside = registry_region(text + len + 1);
	if ((!region && !channel) || (text[len] && (!inside || !channel)))
		return misused(w,
			       "--base '%s': give a region, a channel, or CHANNEL/REGION "
			       "(shmbench list names them)",
			       text);
	if (region)
		b->region = b->inside = region;
	if (channel)
		b->channel = channel;
	if (inside)
		b->inside = inside;
	return 0;
}

static bool is_base(const struct cell *c, const struct base *b)
{
	if (c->has & AXIS(CHANNEL))
		return c->channel == b->channel && (!c->region || c->region == b->inside);
	return c->region && c->region == b->region;
}

static const uint32_t free_axes = AXIS(REGION) | AXIS(CHANNEL) | AXIS(DIRECTORY);

/* Do they agree in every axis that both have? */
static bool comparable(const struct cell *a, const struct cell *b)
{
	char x[32], y[32];

	if (a->part != b->part)
		return false;
	for (int i = 0; i < AXES; i++) {
		if ((free_axes | ~(a->has & b->has)) & 1u << i)
			continue;
		if (strcmp(axis_text(a, (enum axis)i, x, sizeof x),
			   axis_text(b, (enum axis)i, y, sizeof y)))
			return false;
	}
	return true;
}

/* Cells without a comparison (bounds, null) stand alone; where the base was not asked for, the
 * others are still run back to back, but have no ratio. */
static bool stands_alone(const struct cell *c)
{
	return !(c->has & (AXIS(REGION) | AXIS(CHANNEL))) || c->part->metrics[0].kind >= KIND_BOUND;
}

/* Cells that may be comparable: those alike in what every cell of the part has. */
struct kin {
	const struct plan *plan;
	struct lookup alike;
};

/* The axes that all cells of a part have: a channel adds some, and takes some away. */
static uint32_t common_axes(const struct plan *p, const struct part *part)
{
	uint32_t axes = part->axes & ~free_axes;

	for (size_t i = 0; i < p->n; i++)
		if (p->cells[i].cell.part == part)
			axes &= p->cells[i].cell.has;
	return axes;
}

/* Cells of a part follow each other, all but some. */
static int kin_find(struct kin *k, struct why *w)
{
	const struct part *part = NULL;
	uint32_t axes = 0;

	for (size_t i = 0; i < k->plan->n; i++) {
		const struct cell *c = &k->plan->cells[i].cell;

		if (c->part != part)
			axes = common_axes(k->plan, part = c->part);
		if (lookup_add(&k->alike, axis_key(c, axes)))
			return fail(w, ENOMEM, "the groups of %zu cells", k->plan->n);
	}
	return 0;
}

/* The first cell before `end` that this one is comparable with, and that is the base where one is
 * given; NO_BASE: none. */
static size_t find_comparable(const struct kin *k, size_t i, size_t end, const struct base *b)
{
	const struct planned *cells = k->plan->cells;
	size_t found = NO_BASE;

	if (stands_alone(&cells[i].cell))
		return found;
	for (size_t j = lookup_first(&k->alike, k->alike.key[i]); j != LOOKUP_NONE;
	     j = lookup_next(&k->alike, j))
		if (j < end && j < found && (!b || is_base(&cells[j].cell, b)) &&
		    comparable(&cells[j].cell, &cells[i].cell))
			found = j;
	return found;
}

/* Counted, then put where the groups before end. */
static int list_members(struct plan *p, struct why *w)
{
	p->member = calloc(p->n + 1, sizeof *p->member);
	p->first = calloc(p->groups + 2, sizeof *p->first);
	if (!p->member || !p->first)
		return fail(w, ENOMEM, "the groups of %zu cells", p->n);
	for (size_t i = 0; i < p->n; i++)
		p->first[p->cells[i].group + 2]++;
	for (size_t g = 2; g < p->groups + 2; g++)
		p->first[g] += p->first[g - 1];
	for (size_t i = 0; i < p->n; i++)
		p->member[p->first[p->cells[i].group + 1]++] = i;
	return 0;
}

static void group_cells(struct plan *p, const struct kin *k, const struct base *b)
{
	for (size_t i = 0; i < p->n; i++) {
		struct planned *c = &p->cells[i];
		size_t kin = find_comparable(k, i, i, NULL);

		c->group = kin == NO_BASE ? p->groups++ : p->cells[kin].group;
		c->base = find_comparable(k, i, p->n, b);
	}
}

int plan_group(struct plan *p, const char *base, struct why *w)
{
	struct base b;
	struct kin k = { .plan = p };
	int err = base_parse(&b, base, w);

	if (!err)
		err = kin_find(&k, w);
	if (!err) {
		group_cells(p, &k, &b);
		err = list_members(p, w);
	}
	lookup_free(&k.alike);
	return err;
}

size_t plan_members(const struct plan *p, size_t group, const size_t **cells)
{
	*cells = p->member + p->first[group];
	return p->first[group + 1] - p->first[group];
}

const char *plan_base_name(const struct plan *p, const struct planned *c, char *buf, size_t len)
{
	*buf = '\0';
	if (c->base == NO_BASE)
		return buf;
	const struct cell *b = &p->cells[c->base].cell;
	if (b->channel && b->region)
		snprintf(buf, len, "channel=%s/region=%s", b->channel->name, b->region->name);
	else if (b->channel)
		snprintf(buf, len, "channel=%s", b->channel->name);
	else
		snprintf(buf, len, "region=%s", b->region->name);
	return buf;
}
