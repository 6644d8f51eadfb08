/* SPDX-License-Identifier: MIT */
/* Making a plan: requests are expanded, the companions that every plan has are added, cells are
 * grouped. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/grow.h"
#include "plan/expand.h"
#include "region/page.h"

/* What every plan has beside what was asked for: the floor of the harness, and the bounds that
 * life-cycle and touch cells are held against. */
static int add_companion(struct plan *p, const struct wish *wish, const char *line, struct why *w)
{
	size_t before = p->n;
	struct request r;
	int err = request_parse(&r, line, w);

	/* The floor of a clock is found with it. */
	for (size_t i = 0; !err && i < wish->requests && !r.axis[AXIS_CLOCK]; i++)
		r.axis[AXIS_CLOCK] = wish->request[i].axis[AXIS_CLOCK];
	if (!err)
		err = plan_expand(p, wish, &r, w);
	request_free(&r);
	for (size_t i = before; i < p->n; i++)
		p->cells[i].companion = true;
	return err;
}

static int add_companions(struct plan *p, const struct wish *wish, struct why *w)
{
	bool pairs = false, regions_alone = false;
	int err = add_companion(p, wish, "null/one", w);

	for (size_t i = 0; i < p->n; i++) {
		pairs |= p->cells[i].cell.part->roles == 2;
		regions_alone |= p->cells[i].cell.part->region >= REGION_OWN;
	}
	if (!err && pairs)
		err = add_companion(p, wish, "null/two", w);
	if (!err && regions_alone)
		err = add_companion(p, wish, "bounds/processor", w);
	return err;
}

int plan_make(struct plan *p, const struct wish *wish, struct why *w)
{
	int err = 0;

	*p = (struct plan){ .blocks = wish->blocks };
	for (size_t i = 0; i < wish->requests && !err; i++)
		err = plan_expand(p, wish, &wish->request[i], w);
	if (!err)
		err = add_companions(p, wish, w);
	if (!err)
		err = plan_group(p, wish->base, w);
	if (err)
		plan_free(p);
	return err;
}

uint64_t plan_expected_ns(const struct plan *p)
{
	uint64_t ns = 0;

	for (size_t i = 0; i < p->n; i++)
		if (!p->cells[i].status)
			ns += p->blocks * p->cells[i].expected_ns;
	return ns;
}

char *plan_keep(struct plan *p, const char *text)
{
	char *copy = strdup(text);

	if (!copy || GROW(p->kept, p->kept_room, p->n_kept + 1)) {
		free(copy);
		return NULL;
	}
	return p->kept[p->n_kept++] = copy;
}

void plan_free(struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->cells[i].filesystem);
	for (size_t i = 0; i < p->n_kept; i++)
		free(p->kept[i]);
	free(p->cells);
	free(p->kept);
	free(p->member);
	free(p->first);
	lookup_free(&p->known);
	*p = (struct plan){ 0 };
}

void plan_channel(struct channel *channel, const struct cell *c, struct why *w)
{
	*channel = (struct channel){
		.ops = c->channel,
		.message = c->message,
		.depth = c->depth,
		.publish = (unsigned)c->publish,
		.wait = (enum wait)c->wait,
		.consume = (enum consume)c->consume,
		.verify = c->verify,
		.counts_full = c->has & AXIS(RATE),
		.why = w,
	};
}

uint64_t plan_region_bytes(const struct cell *c)
{
	struct why w = { 0 };
	struct channel channel;
	uint64_t bytes = c->size;

	if (c->channel && c->channel->room) {
		plan_channel(&channel, c, &w);
		bytes = c->channel->room(&channel);
	} else if (c->part->room) {
		bytes = c->part->room(c);
	}
	size_t page = page_bytes((enum page)c->page);
	return (bytes + page - 1) / page * page;
}
