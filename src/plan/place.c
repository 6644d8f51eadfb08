/* SPDX-License-Identifier: MIT */
/*
 * Which pair of CPUs a place is.
 *
 * What two CPUs share is read off the objects above them, never off their numbers: siblings are
 * numbered next to each other on one machine and half the machine apart on the next. Which of
 * the possible pairs is taken depends on nothing but the topology: the lowest logical index for
 * role 0 that has a partner, then the lowest for role 1.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/units.h"
#include "plan/topology.h"

const char *const place_words[] = {
	[SAME] = "same",       [SMT] = "smt",         [L2] = "l2",        [L3] = "l3",
	[PACKAGE] = "package", [MACHINE] = "machine", [RELATIONS] = NULL,
};

static const char *const absent[] = {
	[SMT] = "no core has two threads",
	[L2] = "no two cores share a second-level cache",
	[L3] = "no two cores share a third-level cache without sharing a second-level one",
	[PACKAGE] = "no two cores of one package are without a common cache",
	[MACHINE] = "all CPUs are in one package",
};

static const hwloc_obj_type_t above[] = {
	[SMT] = HWLOC_OBJ_CORE,
	[L2] = HWLOC_OBJ_L2CACHE,
	[L3] = HWLOC_OBJ_L3CACHE,
	[PACKAGE] = HWLOC_OBJ_PACKAGE,
};

/* The object above `pu` whose CPUs are related to it by r or closer; NULL where there is none. A
 * topology that shows no packages (some guests and Arm boards) counts as one. */
static hwloc_obj_t common(const struct topology *t, hwloc_obj_t pu, enum relation r)
{
	bool no_packages = !hwloc_get_nbobjs_by_type(t->hwloc, HWLOC_OBJ_PACKAGE);

	if (r == SAME)
		return pu;
	if (r == MACHINE || (r == PACKAGE && no_packages))
		return hwloc_get_root_obj(t->hwloc);
	return hwloc_get_ancestor_obj_by_type(t->hwloc, above[r], pu);
}

enum relation place_relation(const struct topology *t, hwloc_obj_t a, hwloc_obj_t b)
{
	enum relation r = SAME;

	for (; r < MACHINE; r++) {
		hwloc_obj_t o = common(t, a, r);

		if (o && hwloc_bitmap_isset(o->cpuset, b->os_index))
			break;
	}
	return r;
}

/* *set = the CPUs that are related to `pu` by r and not closer. */
static void partners(const struct topology *t, hwloc_obj_t pu, enum relation r, hwloc_bitmap_t set)
{
	hwloc_obj_t o = common(t, pu, r);

	hwloc_bitmap_zero(set);
	if (o)
		hwloc_bitmap_copy(set, o->cpuset);
	for (enum relation closer = SAME; closer < r; closer++) {
		o = common(t, pu, closer);
		if (o)
			hwloc_bitmap_andnot(set, set, o->cpuset);
	}
}

/* The first pair related by r; false when there is none. Relations other than `smt` hold between
 * whole cores, whose threads have consecutive logical indexes: so both are the first of a core. */
static bool first_pair(const struct topology *t, enum relation r, hwloc_bitmap_t set,
		       hwloc_obj_t pair[2])
{
	int n = topology_pus(t);

	for (int i = 0; i < n; i++) {
		pair[0] = topology_pu(t, i);
		partners(t, pair[0], r, set);
		if (hwloc_bitmap_iszero(set))
			continue;
		for (int j = i + 1; j < n; j++) {
			pair[1] = topology_pu(t, j);
			if (hwloc_bitmap_isset(set, pair[1]->os_index))
				return true;
		}
	}
	return false;
}

/* Why there is no pair related by r. */
static int none(const struct topology *t, enum relation r, struct why *w)
{
	bool restricted = hwloc_bitmap_weight(t->existing) > topology_pus(t);

	if (topology_pus(t) > 1)
		return cannot(w, "%s%s", absent[r],
			      restricted ? " (of the CPUs that this process may use)" : "");
	return cannot(w, "two CPUs are needed and %s",
		      restricted ? "this process may use one: widen its affinity (taskset) or its "
				   "cpuset"
				 : "there is one");
}

static int find_relation(const struct topology *t, enum relation r, hwloc_obj_t pair[2],
			 struct why *w)
{
	if (r == SAME) {
		pair[0] = pair[1] = topology_pu(t, 0);
		return 0;
	}
	hwloc_bitmap_t set = hwloc_bitmap_alloc();
	if (!set)
		return fail(w, ENOMEM, "a CPU set");
	bool found = first_pair(t, r, set, pair);
	hwloc_bitmap_free(set);
	return found ? 0 : none(t, r, w);
}

/* The closest two cores; where there is one core only, its threads; else one CPU. */
static int find_auto(const struct topology *t, hwloc_obj_t pair[2], struct why *w)
{
	static const enum relation preferred[] = { L2, L3, PACKAGE, MACHINE, SMT, SAME };

	for (size_t i = 0; i < sizeof preferred / sizeof *preferred; i++) {
		struct why missing = { "" };
		int err = find_relation(t, preferred[i], pair, &missing);

		if (err != CANNOT)
			return err ? fail(w, -err, "%s", missing.text) : 0;
	}
	return fail(w, 0, "the topology has no CPU that this process may use");
}

/* The smallest node around the CPU: where there are several (fast and ordinary memory on one
 * package) the first, which is the one the kernel calls the CPU's own. */
static int local_node(const struct topology *t, hwloc_obj_t pu)
{
	hwloc_obj_t best = NULL, node = NULL;

	while ((node = hwloc_get_next_obj_by_type(t->hwloc, HWLOC_OBJ_NUMANODE, node))) {
		if (!topology_has_memory(t, node) ||
		    !hwloc_bitmap_isset(node->cpuset, pu->os_index))
			continue;
		if (!best || hwloc_bitmap_weight(node->cpuset) < hwloc_bitmap_weight(best->cpuset))
			best = node;
	}
	return best ? (int)best->os_index : -1;
}

static void describe(const struct topology *t, hwloc_obj_t pu, enum relation r, struct place *p)
{
	static const char *const kind[] = {
		[SMT] = "core",
		[L2] = "L2",
		[L3] = "L3",
		[PACKAGE] = "package",
	};
	hwloc_obj_t o = common(t, pu, r);
	bool cache = r == L2 || r == L3;
	char size[32], brackets[40] = "";

	if (cache && o->attr->cache.size)
		snprintf(brackets, sizeof brackets, " (%s)",
			 units_size_text(o->attr->cache.size, size, sizeof size));
	if (r == SAME || o->type == HWLOC_OBJ_MACHINE)
		strcpy(p->shares, r == SAME ? "one thread" : "the machine");
	else
		snprintf(p->shares, sizeof p->shares, "%s %u%s", kind[r], o->logical_index,
			 brackets);
}

/* Cores that differ (hwloc_cpukinds(3)) give different canaries; -1, unknown, is a kind as well as
 * any when all are. */
static int kind_of(const struct topology *t, hwloc_obj_t pu)
{
	int kind = hwloc_cpukinds_get_by_cpuset(t->hwloc, pu->cpuset, 0);

	return kind < 0 ? 0 : kind;
}

static void fill(const struct topology *t, hwloc_obj_t pair[2], struct place *p)
{
	enum relation r = place_relation(t, pair[0], pair[1]);

	*p = (struct place){ .relation = place_words[r], .node = local_node(t, pair[0]) };
	for (int i = 0; i < 2; i++) {
		p->logical[i] = (int)pair[i]->logical_index;
		p->os[i] = (int)pair[i]->os_index;
		p->kind[i] = kind_of(t, pair[i]);
		hwloc_bitmap_list_snprintf(p->cpus[i], sizeof p->cpus[i], pair[i]->cpuset);
	}
	describe(t, pair[0], r, p);
}

static int find(const struct topology *t, const char *word, hwloc_obj_t pair[2], struct why *w)
{
	if (strlen(word) >= PLACE_NAME_MAX)
		return misused(w, "a place of %zu characters: at most %d are accepted",
			       strlen(word), PLACE_NAME_MAX - 1);
	if (!strcmp(word, "auto"))
		return find_auto(t, pair, w);
	for (enum relation r = SAME; r < RELATIONS; r++)
		if (!strcmp(word, place_words[r]))
			return find_relation(t, r, pair, w);
	if (!strpbrk(word, ":+"))
		return misused(
			w,
			"'%s' is no place: give same, smt, l2, l3, package, machine, auto or "
			"two locations such as core:0.pu:0+core:1.pu:0",
			word);
	return location_pair(t, word, pair, w);
}

int place_find(const struct topology *t, const char *word, struct place *p, struct why *w)
{
	hwloc_obj_t pair[2];
	int err = find(t, word, pair, w);

	if (err)
		return err;
	fill(t, pair, p);
	snprintf(p->name, sizeof p->name, "%s", strpbrk(word, ":") ? word : p->relation);
	return 0;
}
