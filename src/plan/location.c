/* SPDX-License-Identifier: MIT */
/*
 * Locations as hwloc-calc(1) takes them: TYPE:INDEX steps from the outside in, joined by dots,
 * each index logical and counted inside the step before it. Memory nodes can be named by the number
 * that --node takes too, "node:os:1": on machines that leave numbers out it is another one.
 *
 * hwloc-calc also takes ranges and whole objects, and means sets of CPUs by them; a role runs on
 * one CPU, so a location that leaves a choice is refused here.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "base/units.h"
#include "plan/topology.h"

#define FORMS                                                                                      \
	"core:0.pu:0+core:1.pu:0, pu:3+pu:5, package:1.core:0.pu:0+..., numanode:0.core:0+... "    \
	"or, by OS index, pu:os:3+pu:os:5, node:os:0.core:0.pu:0+node:os:1.core:0.pu:0"

static int malformed(const char *text, struct why *w)
{
	return misused(w, "'%s' is not a location: a place by locations is " FORMS, text);
}

static int index_parse(const char *text, unsigned *index)
{
	struct why ignored = { "" };
	uint64_t n;

	if (units_count(text, &n, &ignored) || n > INT_MAX)
		return -1;
	*index = (unsigned)n;
	return 0;
}

/* "pu:os:N": the one form in which a CPU can exist and yet be out of bounds. */
static int by_os_index(const struct topology *t, const char *text, hwloc_obj_t *pu, struct why *w)
{
	char allowed[160];
	unsigned os;

	if (index_parse(text, &os))
		return misused(w, "'%s' is not an OS index: a place by locations is " FORMS, text);
	*pu = hwloc_get_pu_obj_by_os_index(t->hwloc, os);
	if (*pu)
		return 0;
	topology_allowed_text(t, allowed, sizeof allowed);
	if (hwloc_bitmap_isset(t->existing, os))
		return misused(w,
			       "CPU %u is offline or not allowed for this process: it may use %s "
			       "(OS indexes)",
			       os, allowed);
	return misused(w, "there is no CPU %u: this process may use %s (OS indexes)", os, allowed);
}

/* Depth of a type in this topology; refuses what cannot contain a CPU. */
static int type_depth(const struct topology *t, const char *type, int *depth, struct why *w)
{
	hwloc_obj_type_t ignored;

	if (hwloc_type_sscanf_as_depth(type, &ignored, t->hwloc, depth))
		return misused(w, "'%s' is not a kind of object: a place by locations is " FORMS,
			       type);
	if (*depth == HWLOC_TYPE_DEPTH_UNKNOWN)
		return misused(w, "this topology has no %s: a place by locations is " FORMS, type);
	if (*depth == HWLOC_TYPE_DEPTH_MULTIPLE)
		return misused(w,
			       "%s is at several levels of this topology: name another kind of "
			       "object, as in " FORMS,
			       type);
	if (*depth < 0 && *depth != HWLOC_TYPE_DEPTH_NUMANODE)
		return misused(w, "'%s' contains no CPUs: a place by locations is " FORMS, type);
	return 0;
}

/* The object of that index in `at`, counted as hwloc-calc does: at the top nodes without CPUs
 * have an index too. */
static hwloc_obj_t inside(const struct topology *t, hwloc_obj_t at, int depth, unsigned index)
{
	if (at == hwloc_get_root_obj(t->hwloc))
		return hwloc_get_obj_by_depth(t->hwloc, depth, index);
	return hwloc_get_obj_inside_cpuset_by_depth(t->hwloc, at->cpuset, depth, index);
}

/* "os:1" behind "node:": the number that --node takes. */
static int node_by_os_index(const struct topology *t, const char *text, hwloc_obj_t *at,
			    struct why *w)
{
	char nodes[160];
	unsigned os;

	if (index_parse(text, &os))
		return misused(w, "'%s' is not an OS index: a place by locations is " FORMS, text);
	*at = hwloc_get_numanode_obj_by_os_index(t->hwloc, os);
	return *at ? 0
		   : misused(w, "there is no node %u that this process may use: give one of %s", os,
			     node_numbers(t, nodes, sizeof nodes));
}

/* One step "core:1" into *at, which becomes that object. */
static int step(const struct topology *t, char *text, hwloc_obj_t *at, struct why *w)
{
	char *colon = strchr(text, ':'), allowed[160];
	bool by_os = colon && !strncasecmp(colon + 1, "os:", 3);
	unsigned index = 0;
	int depth;

	if (!colon || (!by_os && index_parse(colon + 1, &index)))
		return malformed(text, w);
	*colon = '\0';
	int err = type_depth(t, text, &depth, w);
	if (err)
		return err;
	if (by_os && (depth != HWLOC_TYPE_DEPTH_NUMANODE || *at != hwloc_get_root_obj(t->hwloc)))
		return misused(w,
			       "%s:%s: only CPUs and nodes have OS indexes, and only outside of "
			       "others: a place by locations is " FORMS,
			       text, colon + 1);
	if (by_os)
		return node_by_os_index(t, colon + 4, at, w);
	unsigned n = 0;
	while (inside(t, *at, depth, n) && n <= index)
		n++;
	if (n <= index)
		return misused(w,
			       "there is no %s:%u there: %u can be named, counted from 0; this "
			       "process may use the CPUs %s (OS indexes)",
			       text, index, n, topology_allowed_text(t, allowed, sizeof allowed));
	*at = inside(t, *at, depth, index);
	return 0;
}

static int locate(const struct topology *t, const char *text, hwloc_obj_t *pu, struct why *w)
{
	char copy[PLACE_NAME_MAX], *rest = copy, *part;
	hwloc_obj_t at = hwloc_get_root_obj(t->hwloc);

	if (!strncasecmp(text, "pu:os:", 6))
		return by_os_index(t, text + 6, pu, w);
	strcpy(copy, text);
	while ((part = strsep(&rest, "."))) {
		int err = step(t, part, &at, w);

		if (err)
			return err;
	}
	int cpus = hwloc_get_nbobjs_inside_cpuset_by_type(t->hwloc, at->cpuset, HWLOC_OBJ_PU);
	if (cpus > 1)
		return misused(w, "%s is %d CPUs and a role runs on one: add .pu:0", text, cpus);
	if (cpus < 1)
		return misused(w, "%s has no CPU: a place by locations is " FORMS, text);
	*pu = hwloc_get_obj_inside_cpuset_by_type(t->hwloc, at->cpuset, HWLOC_OBJ_PU, 0);
	return 0;
}

int location_pair(const struct topology *t, const char *text, hwloc_obj_t pair[2], struct why *w)
{
	char first[PLACE_NAME_MAX];
	const char *plus = strchr(text, '+');

	if (!plus)
		return misused(w, "'%s' is one location and a place is two: " FORMS, text);
	if (strchr(plus + 1, '+'))
		return misused(w, "'%s' is more than two locations: a place is two, " FORMS, text);
	memcpy(first, text, (size_t)(plus - text));
	first[plus - text] = '\0';
	int err = locate(t, first, &pair[0], w);
	return err ? err : locate(t, plus + 1, &pair[1], w);
}
