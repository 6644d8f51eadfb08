/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "plan/pairs.h"
#include "plan/topology.h"

#define NODE_PAIRS "node-pairs"

const char *const pairs_words[] = { "all-pairs", "ordered-pairs", "representatives", NODE_PAIRS,
				    NULL };

struct visit {
	const struct topology *t;
	pairs_each *each;
	void *arg;
	bool ordered, representatives;
	enum relation furthest; /* within a domain */
	int *domain;            /* of each CPU: the first CPU of its domain */
	unsigned *seen;         /* of each domain: relations of which there was a pair, as bits */
};

bool pairs_word(const char *word)
{
	for (size_t i = 0; pairs_words[i]; i++)
		if (!strcmp(word, pairs_words[i]))
			return true;
	return false;
}

static enum relation between(const struct visit *v, int a, int b)
{
	return place_relation(v->t, topology_pu(v->t, a), topology_pu(v->t, b));
}

/* A CPU is compared with the first of every domain only: what shares a cache shares it all. */
static void find_domains(const struct visit *v, int n)
{
	for (int a = 0; a < n; a++) {
		int first = 0;

		while (first < a &&
		       (v->domain[first] != first || between(v, first, a) > v->furthest))
			first++;
		v->domain[a] = first;
	}
}

/* Of its domain the first pair that is related so, for pairs come in order; or the first CPUs of two
 * domains. */
static bool represents(const struct visit *v, int a, int b)
{
	int domain = v->domain[a];

	if (domain != v->domain[b])
		return domain == a && v->domain[b] == b;
	unsigned bit = 1u << between(v, a, b);
	bool first = !(v->seen[domain] & bit);
	v->seen[domain] |= bit;
	return first;
}

static int visit_pair(const struct visit *v, int a, int b)
{
	char place[PLACE_NAME_MAX];

	snprintf(place, sizeof place, "pu:os:%u+pu:os:%u", topology_pu(v->t, a)->os_index,
		 topology_pu(v->t, b)->os_index);
	return v->each(v->arg, place);
}

/* A machine whose caches are not known has no two CPUs that share one. */
static enum relation domain_relation(const struct topology *t)
{
	struct machine m = topology_machine(t);

	return m.cache[2].count || m.cache[1].count ? L3 : PACKAGE;
}

static int visit_pairs(const struct visit *v, int n)
{
	int err = 0;

	for (int a = 0; a < n && !err; a++)
		for (int b = a + 1; b < n && !err; b++) {
			if (v->representatives && !represents(v, a, b))
				continue;
			err = visit_pair(v, a, b);
			if (!err && v->ordered)
				err = visit_pair(v, b, a);
		}
	return err;
}

static int visit_cpus(struct visit *v, struct why *w)
{
	int n = topology_pus(v->t), err = 0;

	v->domain = calloc((size_t)n, sizeof *v->domain);
	v->seen = calloc((size_t)n, sizeof *v->seen);
	if (!v->domain || !v->seen)
		err = fail(w, ENOMEM, "the pairs of %d CPUs", n);
	if (!err && v->representatives)
		find_domains(v, n);
	if (!err)
		err = visit_pairs(v, n);
	free(v->domain);
	free(v->seen);
	return err;
}

/* Is no other node closer around its first CPU? Of several around the same ones (fast and ordinary
 * memory) the first has them. */
static bool has_cpus(const struct topology *t, hwloc_obj_t node)
{
	hwloc_obj_t first =
		hwloc_get_obj_inside_cpuset_by_type(t->hwloc, node->cpuset, HWLOC_OBJ_PU, 0);
	int own = hwloc_bitmap_weight(node->cpuset);

	for (hwloc_obj_t o = NULL;
	     first && (o = hwloc_get_next_obj_by_type(t->hwloc, HWLOC_OBJ_NUMANODE, o));) {
		int weight = hwloc_bitmap_weight(o->cpuset);

		if (hwloc_bitmap_isset(o->cpuset, first->os_index) &&
		    (weight < own || (weight == own && o->logical_index < node->logical_index)))
			return false;
	}
	return first;
}

/* The next node that a role can run on; NULL: none. */
static hwloc_obj_t next_home(const struct topology *t, hwloc_obj_t after)
{
	do
		after = hwloc_get_next_obj_by_type(t->hwloc, HWLOC_OBJ_NUMANODE, after);
	while (after && !has_cpus(t, after));
	return after;
}

/* Its first CPU, or the second, on another core where it has one. Some guests have no cores. */
static void name_cpu(const struct topology *t, hwloc_obj_t node, int k, char *buf, size_t len)
{
	int cores = hwloc_get_nbobjs_inside_cpuset_by_type(t->hwloc, node->cpuset, HWLOC_OBJ_CORE);

	if (cores < 1)
		snprintf(buf, len, "node:os:%u.pu:%d", node->os_index, k);
	else
		snprintf(buf, len, "node:os:%u.core:%d.pu:%d", node->os_index, k < cores ? k : 0,
			 k < cores ? 0 : k);
}

static int visit_homes(const struct visit *v, hwloc_obj_t a, hwloc_obj_t b)
{
	char of_a[PLACE_NAME_MAX / 2], of_b[PLACE_NAME_MAX / 2], place[PLACE_NAME_MAX];

	if (a == b && hwloc_bitmap_weight(a->cpuset) < 2)
		return 0;
	name_cpu(v->t, a, 0, of_a, sizeof of_a);
	name_cpu(v->t, b, a == b, of_b, sizeof of_b);
	snprintf(place, sizeof place, "%s+%s", of_a, of_b);
	return v->each(v->arg, place);
}

static int visit_nodes(const struct visit *v, struct why *w)
{
	int err = 0;

	if (topology_nodes(v->t) < 2)
		return cannot(w,
			      "all memory is on one node: there is no second to compare it with");
	for (hwloc_obj_t a = NULL; !err && (a = next_home(v->t, a));)
		for (hwloc_obj_t b = NULL; !err && (b = next_home(v->t, b));)
			err = visit_homes(v, a, b);
	return err;
}

int pairs_visit(const struct topology *t, const char *word, pairs_each *each, void *arg,
		struct why *w)
{
	struct visit v = {
		.t = t,
		.each = each,
		.arg = arg,
		.ordered = !strcmp(word, "ordered-pairs"),
		.representatives = !strcmp(word, "representatives"),
		.furthest = domain_relation(t),
	};

	if (topology_pus(t) < 2)
		return cannot(w, "a pair is of two CPUs, and this process may use one");
	return strcmp(word, NODE_PAIRS) ? visit_cpus(&v, w) : visit_nodes(&v, w);
}

/* ".core:0.pu:0" behind the node. */
static bool is_made_here(const char *rest)
{
	static const char *const made[] = { ".core:0.pu:0", ".core:1.pu:0", ".core:0.pu:1", ".pu:0",
					    ".pu:1" };

	for (size_t i = 0; i < sizeof made / sizeof *made; i++)
		if (!strcmp(rest, made[i]))
			return true;
	return false;
}

bool pairs_nodes(const char *place, unsigned node[2])
{
	char rest[2][16];

	return sscanf(place, "node:os:%u%15[^+]+node:os:%u%15s", &node[0], rest[0], &node[1],
		      rest[1]) == 4 &&
	       is_made_here(rest[0]) && is_made_here(rest[1]);
}
