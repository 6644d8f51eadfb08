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

/* Do they agree in every axis that both have? */
static bool comparable(const struct cell *a, const struct cell *b)
{
	uint32_t free_axes = AXIS(REGION) | AXIS(CHANNEL) | AXIS(DIRECTORY);
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

static size_t find_group(const struct plan *p, size_t i)
{
	const struct planned *c = &p->cells[i];

	for (size_t j = 0; j < i; j++)
		if (!stands_alone(&c->cell) && comparable(&p->cells[j].cell, &c->cell))
			return p->cells[j].group;
	return p->groups;
}

int plan_group(struct plan *p, const char *base, struct why *w)
{
	struct base b;
	int err = base_parse(&b, base, w);

	for (size_t i = 0; i < p->n && !err; i++) {
		struct planned *c = &p->cells[i];

		c->group = find_group(p, i);
		if (c->group == p->groups)
			p->groups++;
		for (size_t j = 0; j < p->n && c->base == NO_BASE && !stands_alone(&c->cell); j++)
			if (is_base(&p->cells[j].cell, &b) &&
			    comparable(&p->cells[j].cell, &c->cell))
				c->base = j;
	}
	return err;
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
