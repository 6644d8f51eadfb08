/* SPDX-License-Identifier: MIT */
#ifndef OUTLINE_H
#define OUTLINE_H

/*
 * What two machines must share for their numbers to be comparable, from hwloc's XML: the tree of
 * objects with their indexes, cpusets and cache sizes. Never memory amounts, which grow as memory
 * comes on line, nor names and versions, which are compared by themselves, nor devices. Pure.
 */

/* One line per object: "  L3Cache 0 0x00000003, 33554432 bytes". free() it; NULL: no memory. A
 * text that is no topology has an empty outline. */
char *outline_make(const char *xml);

/* The first line in which two outlines differ, without indentation, in either buffer of len
 * bytes; "nothing" where one of them has ended. */
void outline_difference(const char *base, const char *new, char *in_base, char *in_new,
			unsigned long len);

#endif
