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

static hwloc_obj_t next_node(const struct topology *t, hwloc_obj_t after)
{
	return hwloc_get_next_obj_by_type(t->hwloc, HWLOC_OBJ_NUMANODE, after);
}

static int remote(const struct topology *t, const struct place *p, unsigned long *nodes,
		  struct why *w)
{
	for (hwloc_obj_t o = NULL; (o = next_node(t, o));)
		if (!hwloc_bitmap_isset(o->cpuset, (unsigned)p->os[0]))
			return add(o->os_index, nodes, w);
	return cannot(w, "node remote: there is no memory node that is not local to CPU %d",
		      p->os[0]);
}

static int interleave(const struct topology *t, unsigned long *nodes, struct why *w)
{
	int err = 0;

	for (hwloc_obj_t o = NULL; !err && (o = next_node(t, o));)
		err = add(o->os_index, nodes, w);
	return err;
}

static int by_number(const struct topology *t, const char *word, unsigned long *nodes,
		     struct why *w)
{
	hwloc_const_bitmap_t all = hwloc_topology_get_topology_nodeset(t->hwloc);
	struct why ignored = {""};
	char there[120];
	uint64_t os;

	hwloc_bitmap_list_snprintf(there, sizeof there, all);
	if (units_count(word, &os, &ignored))
		return misused(w, "'%s' is no node: give local, remote, interleave or one of %s",
			       word, there);
	if (os > INT_MAX || !hwloc_bitmap_isset(all, (unsigned)os))
		return misused(
			w, "there is no memory node %s that this process may use: give one of %s",
			word, there);
	return add((unsigned)os, nodes, w);
}

int place_nodes(const struct topology *t, const struct place *p, const char *word,
		unsigned long *nodes, struct why *w)
{
	*nodes = 0;
	if (!strcmp(word, "remote"))
		return remote(t, p, nodes, w);
	if (!strcmp(word, "interleave"))
		return interleave(t, nodes, w);
	if (strcmp(word, "local"))
		return by_number(t, word, nodes, w);
	if (p->node < 0)
		return cannot(
			w,
			"node local: no memory node that this process may use is local to CPU %d",
			p->os[0]);
	return add((unsigned)p->node, nodes, w);
}
