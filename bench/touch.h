/* SPDX-License-Identifier: MIT */
#ifndef TOUCH_H
#define TOUCH_H
#include "bench.h"

/*
 * What the benchmarks of first touches share: the object to touch, in any state, and the warm-up
 * on a dummy of the same kind. A chunk is 2 MiB, the reach of one page-table page on x86-64: a
 * sweep is timed by chunks, so that each pays for its table once.
 */
#define CHUNK ((size_t)2 << 20)

/* Bytes of a page of the cell, and of what is timed as one: a chunk, or a page where it is larger. */
size_t touch_page(const struct cell *c);
size_t touch_chunk_bytes(const struct cell *c);

/* Touch one byte of the page at p as the cell says. */
static inline void touch(const struct cell *c, char *p)
{
	if (c->access == ACCESS_WRITE)
		*(volatile char *)p = 1;
	else
		(void)*(volatile char *)p;
}

/* An object that nobody in this process has touched, attached: a fresh one, or the resident or
 * cold one that the harness made. touch_end detaches it (and removes a fresh one). */
int touch_begin(struct task *t, struct region *r);
int touch_end(struct task *t, struct region *r);

/* Run the path once on a dummy that is freed again. With `recycled` memory it is as large as the
 * real one: in a guest the first touch of never-used memory includes the host's faults. */
int touch_warm(struct task *t);

/* Can this cell be touched for the first time? For part->fits. */
int touch_fits(const struct cell *c, struct why *w);

/* What touching `pages` pages for the first time costs in faults, for the window that is open: one
 * each, but for reads of what exists where the mechanism maps pages around a fault, and for
 * files, which come in folios of the file system's choosing: there any number is due. */
void touch_faults_due(struct task *t, uint64_t pages);

/* Minor faults of this process so far, and bytes of its page tables (VmPTE). */
uint64_t touch_faults(void);
uint64_t touch_page_tables(void);

#endif
