/* SPDX-License-Identifier: MIT */
/* Which memory nodes a word of --node means. A mask of one word holds the nodes 0 to 63: what
 * lies above is refused, never dropped. */
#include <limits.h>
#include <string.h>
#include "base/units.h"
#include "plan/topology.h"

#define NODES_MAX (sizeof(unsigned long) * CHAR_BIT)

static int add(unsigned os, unsigned long *nodes, struct why *w)
{
	if (os >= NODES_MAX)
		return cannot(w, "memory node %u: the nodes 0 to %zu can be named", os,
			      NODES_MAX - 1);
	*nodes |= 1ul << os;
	return 0;
}

/* Of the nodes that have memory. */
static hwloc_obj_t next_node(const struct topology *t, hwloc_obj_t after)
{
	do
		after = hwloc_get_next_obj_by_type(t->hwloc, HWLOC_OBJ_NUMANODE, after);
	while (after && !topology_has_memory(t, after));
	return after;
}

static int remote(const struct topology *t, const struct place *p, unsigned long *nodes,
		  struct why *w)
{
	for (hwloc_obj_t o = NULL; (o = next_node(t, o));)
		if (!hwloc_bitmap_isset(o->cpuset, (unsigned)p->os[0]))
			return add(o->os_index, nodes, w);
	return cannot(w, "node remote: there is no memory that is not local to CPU %d", p->os[0]);
}

static int interleave(const struct topology *t, unsigned long *nodes, struct why *w)
{
	int err = 0;

	for (hwloc_obj_t o = NULL; !err && (o = next_node(t, o));)
		err = add(o->os_index, nodes, w);
	return err;
}

const char *node_numbers(const struct topology *t, char *buf, size_t len)
{
	hwloc_bitmap_list_snprintf(buf, len, hwloc_topology_get_topology_nodeset(t->hwloc));
	return buf;
}

static int by_number(const struct topology *t, const char *word, unsigned long *nodes,
		     struct why *w)
{
	struct why ignored = { "" };
	char there[120];
	uint64_t os;

	node_numbers(t, there, sizeof there);
	if (strlen(word) > 20 || units_count(word, &os, &ignored))
		return misused(w,
			       "'%.20s' is no node: give local, remote, interleave, each or one of "
			       "%s",
			       word, there);
	hwloc_obj_t node =
		os > INT_MAX ? NULL : hwloc_get_numanode_obj_by_os_index(t->hwloc, (unsigned)os);
	if (!node)
		return misused(w, "there is no node %s that this process may use: give one of %s",
			       word, there);
	if (!topology_has_memory(t, node))
		return cannot(w, "node %s has no memory: the nodes are %s", word, there);
	return add(node->os_index, nodes, w);
}

int place_nodes(const struct topology *t, const struct place *p, const char *word,
		unsigned long *nodes, struct why *w)
{
	char there[120];

	*nodes = 0;
	if (!strcmp(word, "remote"))
		return remote(t, p, nodes, w);
	if (!strcmp(word, "interleave"))
		return interleave(t, nodes, w);
	if (strcmp(word, "local"))
		return by_number(t, word, nodes, w);
	if (p->node < 0)
		return cannot(w, "node local: no memory is local to CPU %d: give one of %s",
			      p->os[0], node_numbers(t, there, sizeof there));
	return add((unsigned)p->node, nodes, w);
}
