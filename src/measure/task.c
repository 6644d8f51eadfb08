/* SPDX-License-Identifier: MIT */
/* A task in the making. Its memory hooks are told the node and read back what came of it. */
#include "measure/task.h"
#include "plan/memory.h"

/* Pages of a regular file follow the policy of the task that makes them, all others that of the
 * mapping (mbind(2)). */
static int place_memory(const struct task *t, void *addr, size_t len)
{
	if (!t->nodes)
		return 0;
	if (t->cell->region->in_directory)
		return memory_bind_task(t->nodes, t->why);
	return memory_bind(addr, len, t->nodes, t->why);
}

/* Where the pages are; not where they should be is a failure. */
static int check_memory(const struct task *t, const void *addr, size_t len)
{
	struct outcome *out = t->meter.out;
	int err = memory_node_of(addr, len, &out->memory_node, t->why);

	if (err == CANNOT && !t->nodes)
		return 0; /* one node, and a kernel or container that does not say */
	if (!err && t->nodes && (out->memory_node < 0 || !(t->nodes >> out->memory_node & 1)))
		err = fail(t->why, 0, "the memory is on node %d, not where it was bound to",
			   out->memory_node);
	return err;
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
		.check_memory = check_memory,
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
