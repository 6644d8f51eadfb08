/* SPDX-License-Identifier: MIT */
/* One cell more: is it there already, can it run here, on which CPUs and memory nodes, how long. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/grow.h"
#include "base/page.h"
#include "plan/axis.h"
#include "plan/expand.h"
#include "plan/filesystem.h"

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

static bool is_known(const struct plan *p, const struct cell *c, uint64_t key)
{
	size_t at = lookup_first(&p->known, key);

	while (at != LOOKUP_NONE && !same_cell(&p->cells[at].cell, c))
		at = lookup_next(&p->known, at);
	return at != LOOKUP_NONE;
}

/* Rough, and checked against real runs: exec and set-up, then windows, then what is populated
 * untimed. */
static uint64_t expect(const struct cell *c)
{
	const uint64_t exec_ns = 6000000, page_ns = 800, canaries_ns = 200000, segment_ns = 30000;
	uint64_t window_ns = c->part->lasts_ns ? c->part->lasts_ns(c) : WINDOW_NS;
	uint64_t ns = exec_ns + c->part->windows(c) * (window_ns + canaries_ns);

	if (c->channel && !c->region)
		ns *= 3; /* filling a pipe before each window */
	ns += c->segments * segment_ns;
	if (c->part->region == REGION_OWN && !(c->part->sparse && c->state == STATE_FRESH))
		ns += (c->part->regions ? c->part->regions(c) : 1) * (c->size / base_page_bytes()) *
		      page_ns;
	return ns;
}

/* Where its memory goes. On a machine with one node there is nothing to bind. */
static int place_cell(const struct wish *wish, struct planned *p, struct why *w)
{
	const struct topology *t = wish->topology;
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
	if (!err)
		err = plan_nodes_fit(p, &p->why);
	if (err == CANNOT)
		p->status = CANNOT;
	else if (err)
		*w = p->why;
	return err == CANNOT ? 0 : err;
}

/* Threads and processes get CPUs of their own; which, the parent decides, as for everything. */
static void place_members(const struct wish *wish, struct planned *p)
{
	const struct cell *c = &p->cell;
	bool threads = c->has & AXIS(THREADS);
	unsigned each = threads ? 1 : c->part->cpus_each;
	unsigned n = (unsigned)(threads ? c->threads : c->processes);

	if (p->status || !each)
		return;
	p->cpus = n * each;
	p->status = each == 2 ? place_pairs(wish->topology, &p->place, n, p->member_cpu, &p->why)
			      : place_cpus(wish->topology, &p->place, n, p->member_cpu, &p->why);
}

/* Directory, limits, memory: what is known of a cell before it runs. The directory comes first,
 * before anything asks how much space is there. */
static int settle(const struct wish *wish, struct planned *p, struct why *w)
{
	struct why why = { 0 };
	int err = 0;

	if (wish->outline)
		return place_cell(wish, p, w);
	if (p->cell.directory)
		err = filesystem_of(p->cell.directory, &p->filesystem, w);
	if (err)
		return err;
	p->status = plan_fits(p, &why);
	if (p->status && why.text[0])
		p->why = why;
	if (p->status && p->status != CANNOT) {
		*w = p->why;
		return p->status;
	}
	return place_cell(wish, p, w);
}

int plan_add(struct plan *p, const struct wish *wish, struct planned *new, struct why *w)
{
	const struct cell *c = &new->cell;
	uint64_t key = axis_key(c, UINT32_MAX);

	if ((c->has & AXIS(STATE)) && !(c->part->states & 1u << c->state))
		return 0;
	if (is_known(p, c, key))
		return 0;
	new->cell.verify = wish->verify;
	int err = settle(wish, new, w);
	if (!err)
		place_members(wish, new);
	if (!err && (GROW(p->cells, p->room, p->n + 1) || lookup_add(&p->known, key)))
		err = fail(w, ENOMEM, "a plan of %zu cells", p->n + 1);
	if (err) {
		free(new->filesystem);
		return err;
	}
	new->expected_ns = expect(c);
	p->cells[p->n++] = *new;
	return 0;
}
