/* SPDX-License-Identifier: MIT */
#ifndef MEMORY_H
#define MEMORY_H
#include <stdbool.h>
#include <stddef.h>
#include "base/fail.h"

/*
 * Which memory node pages come from, and where they came from. Masks have bit n for the node
 * with OS index n (place_nodes): one node binds, several interleave. Worker processes; no hwloc.
 *
 * CANNOT where the kernel has no NUMA support or a container's filter forbids the calls.
 */

/* Bind [addr, addr+len) before anyone touches it, and read the policy back. addr is the start of
 * a page. For a System V segment, POSIX shm and memfd this is the object's policy, for every
 * process, but of hugetlb pages it is this mapping's; for a mapping of a regular file it has no
 * effect: see memory_bind_task. nodes 0, for a machine with one node: nothing to do. */
int memory_bind(void *addr, size_t len, unsigned long nodes, struct why *w);

/* Has memory_bind been called for this, of an object that keeps its policy perhaps by another process? */
bool memory_is_bound(const void *addr, unsigned long nodes);

/* Bind what the calling process itself makes the kernel allocate from now on, which is what
 * counts for pages of regular files, and read it back. nodes 0: the default policy again. */
int memory_bind_task(unsigned long nodes, struct why *w);

/* *nodes = the nodes that the pages of [addr, addr+len) are on. Looks at up to 64 pages spread over the range that this process has touched; -ENODATA
 * when it finds none. */
int memory_nodes_of(const void *addr, size_t len, unsigned long *nodes, struct why *w);

#endif
