/* SPDX-License-Identifier: MIT */
/* CPUs for many at once: threads, processes, and pairs of processes, each with one of its own. */
#include <errno.h>
#include <stdlib.h>
#include "plan/topology.h"

static bool taken(const int *cpu, unsigned n, int os)
{
	for (unsigned i = 0; i < n; i++)
		if (cpu[i] == os)
			return true;
	return false;
}

static bool first_of_core(const struct topology *t, hwloc_obj_t pu)
{
	hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(t->hwloc, HWLOC_OBJ_CORE, pu);

	return !core || hwloc_bitmap_first(core->cpuset) == (int)pu->os_index;
}

int place_cpus(const struct topology *t, const struct place *p, unsigned n, int *cpu, struct why *w)
{
	int pus = topology_pus(t);
	unsigned have = 1;

	if (n > (unsigned)pus)
		return cannot(w,
			      "%u at once, each on a CPU of its own: this process may use %d CPU%s",
			      n, pus, pus == 1 ? "" : "s");
	cpu[0] = p->os[0];
	for (int whole_cores = 1; whole_cores >= 0; whole_cores--)
		for (int i = 0; i < pus && have < n; i++) {
			hwloc_obj_t pu = topology_pu(t, i);

			if (taken(cpu, have, (int)pu->os_index) ||
			    (whole_cores && !first_of_core(t, pu)))
				continue;
			cpu[have++] = (int)pu->os_index;
		}
	return 0;
}

/* Who can still be paired with whom. */
struct matching {
	const struct topology *t;
	int pus;
	bool *related;      /* pus x pus: related as the place's CPUs are */
	bool *open;         /* may be taken now */
	unsigned *partners; /* how many open ones are related to it */
};

static bool related(const struct matching *m, int a, int b)
{
	return m->related[a * m->pus + b];
}

static void set_open(struct matching *m, int a, bool open)
{
	if (m->open[a] == open)
		return;
	m->open[a] = open;
	for (int b = 0; b < m->pus; b++)
		if (related(m, a, b))
			m->partners[b] += open ? 1 : -1u;
}

/* Of the open ones (those related to `to`; -1: any with a partner) the one with the fewest partners,
 * the lowest index among equals; -1: none. */
static int neediest(const struct matching *m, int to)
{
	int found = -1;

	for (int a = 0; a < m->pus; a++) {
		bool fits = to < 0 ? m->partners[a] > 0 : related(m, to, a);

		if (m->open[a] && fits && (found < 0 || m->partners[a] < m->partners[found]))
			found = a;
	}
	return found;
}

/* Pairs of open CPUs until there are n. Whoever has least choice is served first: the lowest index
 * first would leave two cores of one L2 over where an L3 has three such couples. */
static unsigned match(struct matching *m, unsigned have, unsigned n, int *cpu)
{
	for (int a; have < n && (a = neediest(m, -1)) >= 0; have++) {
		int b = neediest(m, a);

		cpu[2 * have] = (int)topology_pu(m->t, a < b ? a : b)->os_index;
		cpu[2 * have + 1] = (int)topology_pu(m->t, a < b ? b : a)->os_index;
		set_open(m, a, false);
		set_open(m, b, false);
	}
	return have;
}

static int matching_open(struct matching *m, const struct topology *t, const char *relation)
{
	size_t pus = (size_t)topology_pus(t);

	*m = (struct matching){ .t = t,
				.pus = (int)pus,
				.related = calloc(pus * pus, sizeof *m->related),
				.open = calloc(pus, sizeof *m->open),
				.partners = calloc(pus, sizeof *m->partners) };
	if (!m->related || !m->open || !m->partners)
		return -ENOMEM;
	for (int a = 0; a < m->pus; a++)
		for (int b = 0; b < m->pus; b++)
			m->related[a * m->pus + b] =
				a != b &&
				relation == place_words[place_relation(t, topology_pu(t, a),
								       topology_pu(t, b))];
	return 0;
}

static void matching_close(struct matching *m)
{
	free(m->related);
	free(m->open);
	free(m->partners);
}

/* The place's own pair, then one thread of every core, then all: threads of one core are two pairs
 * only where there is no other way, or where that is what the place is. */
static unsigned match_all(struct matching *m, const struct place *p, unsigned n, int *cpu)
{
	unsigned have = 1;

	for (int i = 0; i < 2; i++)
		cpu[i] = p->os[i];
	for (int whole_cores = 1; whole_cores >= 0; whole_cores--) {
		for (int a = 0; a < m->pus; a++) {
			hwloc_obj_t pu = topology_pu(m->t, a);

			if (!taken(cpu, 2 * have, (int)pu->os_index) &&
			    (!whole_cores || first_of_core(m->t, pu)))
				set_open(m, a, true);
		}
		have = match(m, have, n, cpu);
	}
	return have;
}

int place_pairs(const struct topology *t, const struct place *p, unsigned n, int *cpu,
		struct why *w)
{
	struct matching m;

	if (p->os[0] == p->os[1])
		return cannot(w, "a pair has two CPUs here: `same' is one");
	if (2 * n > (unsigned)topology_pus(t))
		return cannot(w,
			      "%u pairs at once, each on two CPUs of its own: this process may use "
			      "%d CPUs",
			      n, topology_pus(t));
	int err = matching_open(&m, t, p->relation);
	unsigned have = err ? 0 : match_all(&m, p, n, cpu);
	matching_close(&m);
	if (err)
		return fail(w, -err, "%u pairs of CPUs", n);
	return have == n ? 0
			 : cannot(w, "%u pairs of CPUs at once: there are %u that are `%s'", n,
				  have, p->relation);
}
