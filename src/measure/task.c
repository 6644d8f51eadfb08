/* SPDX-License-Identifier: MIT */
/* A task in the making. Its memory hooks are told the node and read back what came of it. */
#include <stdio.h>
#include "measure/task.h"
#include "plan/bind.h"
#include "plan/memory.h"
#include "region/page.h"

/* Pages of a regular file follow the policy of the task that makes them, all others that of the
 * mapping (mbind(2)). A mapping of hugetlb pages does not hand its own on to the object, so what the
 * next attach populates by itself has only the task's. */
static int place_memory(const struct task *t, void *addr, size_t len)
{
	bool named = t->cell->region->in_directory,
	     pooled = page_is_pooled((enum page)t->cell->page);
	int err = 0;

	if (!t->nodes)
		return 0;
	if (named || pooled)
		err = memory_bind_task(t->nodes, t->why);
	return err || (named && !pooled) ? err : memory_bind(addr, len, t->nodes, t->why);
}

/* While a policy is replaced, those who touch the object in other processes find none
 * (mpol_shared_policy_lookup() in mm/mempolicy.c): so where the object has it, it stays. */
static int keep_memory(const struct task *t, void *addr, size_t len)
{
	return t->nodes && memory_is_bound(addr, t->nodes) ? 0 : place_memory(t, addr, len);
}

/* What the pages are. Base pages are looked at once: small regions are made again and again in open
 * windows. The page cache of a file system has pages of its own choosing. */
static int check_pages(const struct task *t, const void *addr, size_t len)
{
	struct outcome *out = t->meter.out;
	enum page page = (enum page)t->cell->page;

	if (page == PAGE_BASE && (out->page_bytes || t->cell->region->in_directory))
		return 0;
	return page_check(addr, len, page, &out->page_bytes, t->why);
}

/* Where the pages are, and of what kind; not as they should be is a failure. */
static int check_memory(const struct task *t, const void *addr, size_t len)
{
	struct outcome *out = t->meter.out;
	unsigned long nodes;
	/* Of its own: what is passed over must not be the sentence of what fails later. */
	struct why unknown = { 0 };
	int err = check_pages(t, addr, len);

	if (err)
		return err;
	err = memory_nodes_of(addr, len, &nodes, &unknown);
	if (err == CANNOT && !t->nodes)
		return 0; /* one node, and a kernel or container that does not say */
	if (err) {
		*t->why = unknown;
		return err;
	}
	out->memory_node = nodes & (nodes - 1) ? -1 : __builtin_ctzl(nodes);
	/* Few pages need not be on all of the nodes that they are interleaved over. */
	if (t->nodes && nodes & ~t->nodes)
		return fail(t->why, 0, "the memory is on nodes %#lx, bound to %#lx", nodes,
			    t->nodes);
	return 0;
}

static int bind_member(const struct task *t, unsigned index, struct why *w)
{
	char cpus[16];
	int cpu;

	snprintf(cpus, sizeof cpus, "%d", t->member_cpu[index]);
	return bind_cpu(cpus, &cpu, w);
}

struct task task_make(const struct assignment *a, struct outcome *out, struct why *why)
{
	const struct cell *c = &a->cell;
	struct task t = {
		.cell = c,
		.meter = { .out = out, .clock = a->clock },
		.why = why,
		.nodes = a->nodes,
		.place_memory = place_memory,
		.keep_memory = keep_memory,
		.check_memory = check_memory,
		.bind_member = bind_member,
		.member_cpu = a->member_cpu,
	};

	if (c->region) {
		region_init(&t.region, c->region, plan_region_bytes(c), why);
		t.region.page = (enum page)c->page;
		t.region.directory = c->directory;
	}
	if (c->channel)
		plan_channel(&t.channel, c, why);
	return t;
}
