/* SPDX-License-Identifier: MIT */
#ifndef PLACE_H
#define PLACE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/fail.h"

/*
 * A place is a pair of CPUs named by what they share:
 *
 *	same	one hardware thread (the two roles take turns)
 *	smt	two threads of one core
 *	l2	two cores under one second-level cache
 *	l3	two cores under one third-level cache, not one L2
 *	package	two cores of one package that share neither
 *	machine	two packages
 *
 * Every two CPUs are exactly one of these: the first that fits. Names, not numbers, go into the
 * results, so that rows of two machines can be joined. hwloc stays behind this header
 * (topology.h has it for the files of this folder); its load is paid once, by
 * the parent.
 */
struct topology; /* a loaded topology, restricted to the CPUs this process may use */

#define PLACE_NAME_MAX 128

struct place {
	char name[PLACE_NAME_MAX]; /* one of the words above (`auto`: the one taken), or the two
				 * locations as given */
	const char *relation;  /* which of the words the two CPUs amount to: equals name for one */
	char shares[64];       /* what they have in common, for people: "L3 0 (32M)" */
	int logical[2], os[2]; /* PU indexes per role */
	char cpus[2][16];      /* each role's CPU as hwloc's list text, for sched_setaffinity */
	int node;              /* OS index of the NUMA node local to role 0; -1 if none */
	int kind[2];           /* hwloc's kind of core per role: 0 where all are alike */
};

/* This machine (xml and synthetic NULL), an XML file ("-": standard input), or a synthetic
 * description; without either hwloc's HWLOC_XMLFILE and HWLOC_SYNTHETIC count. -EINVAL (misused)
 * for a file or a description that is not one. Parent. */
int topology_load(struct topology **t, const char *xml, const char *synthetic, struct why *w);
void topology_free(struct topology *t);

/* False for XML files and synthetic descriptions: measuring there is refused. */
bool topology_is_here(const struct topology *t);

/* How many PUs this process may use, and how many NUMA nodes there are. */
int topology_pus(const struct topology *t);
int topology_nodes(const struct topology *t);

/* What there is of everything, counting what this process may use. */
#define CACHE_LEVELS 5
struct machine {
	int packages, cores, pus, nodes;
	int existing; /* PUs of the whole machine, offline and forbidden ones too */
	struct machine_cache {
		int count;
		uint64_t smallest, largest; /* bytes; 0 unknown */
	} cache[CACHE_LEVELS];              /* data or unified, by level: [0] is L1 */
};
struct machine topology_machine(const struct topology *t);

/* The topology as hwloc XML (malloc'ed), for run.json. */
char *topology_xml(const struct topology *t, struct why *w);

/* The words, in order of distance, NULL-ended: same smt l2 l3 package machine. */
extern const char *const place_words[];

/* Find a place: a word, "auto", or two hwloc-calc locations joined by '+'. `auto` is the closest
 * pair that is not the same core, or the best there is. CANNOT where this machine has no such
 * pair; -EINVAL (misused) for what is no place at all or a CPU that is not allowed. */
int place_find(const struct topology *t, const char *word, struct place *p, struct why *w);

/* The OS indexes of n CPUs for n threads or processes: first is the place's first CPU, then one of
 * every core, then the other threads of cores. CANNOT where this process may use fewer. */
int place_cpus(const struct topology *t, const struct place *p, unsigned n, int *cpu,
	       struct why *w);

/* And of n pairs of CPUs, none of them in two pairs and each pair related as the place's are, which
 * is the first: cpu[2 * i] and cpu[2 * i + 1]. CANNOT where there are fewer. */
int place_pairs(const struct topology *t, const struct place *p, unsigned n, int *cpu,
		struct why *w);

/* What --node means for a place, as a mask of OS indexes: `local`, `remote` (the first node with
 * memory that is not local to role 0), `interleave` (all nodes) or the number of a node. CANNOT
 * where there is no such node; -EINVAL (misused) for a word or number that is none. */
int place_nodes(const struct topology *t, const struct place *p, const char *word,
		unsigned long *nodes, struct why *w);

#endif
