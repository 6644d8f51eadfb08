/* SPDX-License-Identifier: MIT */
#ifndef BACKING_H
#define BACKING_H
#include "region/region.h"

/*
 * What the regions that are made of a descriptor share, and the limits that several mechanisms
 * meet. For the files of this folder only.
 */

/* attach and detach of what r->id describes: mmap(MAP_SHARED), munmap. */
int backing_map(struct region *r);
int backing_unmap(struct region *r);

/* What find opened: the object stays. */
int backing_forget(struct region *r);

/* ftruncate r->id to r->len; closes it when that fails. */
int backing_resize(struct region *r);

/* Free bytes of the file system at `directory` against r->len: CANNOT names it. */
int backing_space(const struct region *r, const char *directory);

/* Mechanisms whose size the kernel accounts for at creation, touched or not (vm/overcommit-
 * accounting in the kernel's documentation). */
int backing_commit(const struct region *r);

/* A number at the start of a /proc or /sys file; fallback when it cannot be read. Values beyond
 * 2^64 read as 2^64-1. */
unsigned long long backing_limit(const char *file, unsigned long long fallback);

#endif
