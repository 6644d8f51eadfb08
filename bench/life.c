/* SPDX-License-Identifier: MIT */
/* Passes through the life of regions: the steps in their order, with and without clocks. */
#include "life.h"

void life_access(const struct task *t, struct region *r)
{
	volatile char *p = r->addr;

	if (t->cell->access == ACCESS_WRITE)
		*p = 1;
	else
		(void)*p;
}

void life_begin(const struct task *t, struct pass *p)
{
	*p = (struct pass){ .n = 1 };
	for (unsigned i = 0; i < BATCH_MAX; i++)
		p->r[i] = t->region;
}

int life_prepare(struct task *t, struct pass *p)
{
	bool named = t->cell->state == STATE_FRESH && t->region.ops->identify;
	int err = 0;

	for (unsigned i = 0; named && i < p->n && !err; i++)
		err = t->region.ops->identify(&p->r[i], t->serial++);
	if (!err && t->cell->state == STATE_COLD)
		err = t->region.ops->evict(&p->r[0]);
	return err;
}

static int each(struct pass *p, int (*step)(struct region *))
{
	int err = 0;

	for (unsigned i = 0; i < p->n && !err; i++)
		err = step(&p->r[i]);
	return err;
}

/* Where the memory must be on a node, it is told so between attach and touch, untimed. */
static int place(struct task *t, struct pass *p)
{
	int err = 0;

	for (unsigned i = 0; t->nodes && i < p->n && !err; i++)
		err = t->place_memory(t, p->r[i].addr, p->r[i].len);
	return err;
}

/* Of 2 KiB at most, the other one of 1, and aligned to that, so that each lies on one page: see CMakeLists.txt. */
__attribute__((aligned(2048))) int life_timed(struct task *t, struct pass *p)
{
	const struct region_ops *ops = t->region.ops;
	bool fresh = t->cell->state == STATE_FRESH;
	int err = life_prepare(t, p);
	uint64_t start = task_now(t), created, attached, placed, accessed, detached;

	if (!err && fresh)
		err = each(p, ops->create);
	created = task_now(t);
	if (!err)
		err = each(p, ops->attach);
	attached = placed = task_now(t);
	if (!err && t->nodes) {
		err = place(t, p);
		placed = task_now(t);
	}
	for (unsigned i = 0; i < p->n && !err; i++)
		life_access(t, &p->r[i]);
	accessed = task_now(t);
	if (!err)
		err = each(p, ops->detach);
	detached = task_now(t);
	if (!err && fresh)
		err = each(p, ops->remove);
	p->took[p->taken] = (struct steps){
		.ns = {
			[CREATE] = created - start,
			[ATTACH] = attached - created,
			[FIRST_ACCESS] = accessed - placed,
			[DETACH] = detached - accessed,
			[REMOVE] = task_now(t) - detached,
		},
	};
	return err;
}

void life_record(struct task *t, struct pass *p)
{
	static const unsigned metric[] = { CREATE, ATTACH, FIRST_ACCESS, DETACH, REMOVE };
	bool fresh = t->cell->state == STATE_FRESH;

	for (unsigned i = 0; i < sizeof metric / sizeof *metric; i++) {
		if (!life_has_step(t->region.ops, metric[i]) ||
		    (!fresh && (metric[i] == CREATE || metric[i] == REMOVE)))
			continue;
		for (unsigned k = 0; k < p->taken; k++)
			series_add(task_series(t, metric[i]), p->took[k].ns[metric[i]], p->n);
	}
	p->taken = 0;
}

void life_keep(struct task *t, struct pass *p)
{
	if (++p->taken == TAKEN_MAX)
		life_record(t, p);
}

__attribute__((aligned(1024))) int life_untimed(struct task *t, struct pass *p)
{
	const struct region_ops *ops = t->region.ops;
	bool fresh = t->cell->state == STATE_FRESH;
	int err = fresh ? each(p, ops->create) : 0;

	if (!err)
		err = each(p, ops->attach);
	if (!err)
		err = place(t, p);
	for (unsigned i = 0; i < p->n && !err; i++)
		life_access(t, &p->r[i]);
	if (!err)
		err = each(p, ops->detach);
	if (!err && fresh)
		err = each(p, ops->remove);
	return err;
}

bool life_has_step(const struct region_ops *ops, unsigned metric)
{
	return !ops->inherited || (metric != ATTACH && metric != FIRST_ATTACH && metric != REMOVE);
}
