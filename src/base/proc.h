/* SPDX-License-Identifier: MIT */
#ifndef PROC_H
#define PROC_H

/* One number after `name` ("VmPTE:") in a file of /proc; -1 when it is not there. Allocates
 * nothing, so that it can stand between two readings of page tables. */
long proc_number(const char *path, const char *name);

#endif
