/* SPDX-License-Identifier: MIT */
#ifndef MAPPING_H
#define MAPPING_H
#include <stdbool.h>

/*
 * The least life of shared memory: 64 KiB mapped shared and anonymous, one page of them written,
 * unmapped. It asks of the kernel what every mechanism asks of it (an object of shared memory, a
 * mapping, a fault, a flush of the TLB) and nothing else.
 *
 * It is always at the same address, beside a page that stays, so that whatever else a process has
 * mapped the tables of its page exist: next to other mappings a life was 1 to 4 % shorter or longer
 * with what lay there, and with tables of its own it took 15 % more.
 */

/* Map the page that stays. Once or more often in a process, before its first life. */
void mapping_prepare(void);

/* A life. False: errno says why there is none. One minor fault. */
bool mapping_live(void);

#endif
