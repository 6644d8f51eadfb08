/* SPDX-License-Identifier: MIT */
#ifndef TOPOLOGY_H
#define TOPOLOGY_H
#include <hwloc.h>
#include <stdbool.h>
#include "plan/place.h"

/*
 * What a topology is inside: for topology.c, location.c, place.c, pairs.c, many.c and node.c, which
 * are the only files that see hwloc. Everyone else includes place.h.
 */
struct topology {
	hwloc_topology_t hwloc;
	hwloc_bitmap_t existing; /* OS indexes of all PUs, offline and forbidden ones too */
};

/* The PU with this logical index, in [0, topology_pus()). */
hwloc_obj_t topology_pu(const struct topology *t, int logical);

/* OS indexes of the PUs that this process may use, for sentences: "0-3,8"; cut short with "..."
 * where buf is. Returns buf. */
const char *topology_allowed_text(const struct topology *t, char *buf, size_t len);

/* The same of memory nodes: "0-1,4". */
const char *node_numbers(const struct topology *t, char *buf, size_t len);

/* Can pages be on this node? Topologies that tell no memory sizes at all: yes. */
bool topology_has_memory(const struct topology *t, hwloc_obj_t node);

/* What two CPUs are to each other: the words of place_words. */
enum relation { SAME, SMT, L2, L3, PACKAGE, MACHINE, RELATIONS };
enum relation place_relation(const struct topology *t, hwloc_obj_t a, hwloc_obj_t b);

/* Two locations joined by '+', shorter than PLACE_NAME_MAX -> their PUs. -EINVAL (misused) with a
 * sentence that names the accepted forms, or the CPUs that there are. */
int location_pair(const struct topology *t, const char *text, hwloc_obj_t pair[2], struct why *w);

#endif
