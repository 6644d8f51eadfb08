/* SPDX-License-Identifier: MIT */
#ifndef PAGE_H
#define PAGE_H
#include "region/region.h"

/*
 * Kinds of page: how each is asked for, what must be there for it, and whether it came.
 *
 *	base	what every mapping has. Where the system gives shared memory huge pages unasked,
 *		the worker process declines them (page_decline).
 *	thp	a transparent huge page: shared memory of the kernel's own mount (sysv, memfd, anon)
 *		under shmem_enabled, a tmpfs under its mount option huge=. Asked for by madvise(2)
 *		as a part of attach, for that is what a user pays for it with each attach.
 *	2m, 1g	from a pool that the administrator has filled (hugetlb): reserved when the object
 *		is made or mapped, taken at first touch.
 */

/* Bytes of a page of this kind. */
size_t page_bytes(enum page page);

/* The word of --page. */
const char *page_word(enum page page);

/* Does it come from a hugetlb pool? */
bool page_is_pooled(enum page page);

/* What MFD_HUGETLB, MAP_HUGETLB and SHM_HUGETLB want beside them: log2 of the size in the upper
 * bits, the same for all three (asm-generic/hugetlb_encode.h). */
int page_size_flag(enum page page);

int page_advise_thp(const struct region *r);

/* Ask for thp on what was just mapped at r->addr; of other kinds nothing has to be asked. It comes
 * between the system call and the clock: a function elsewhere, which only looked and returned, was a
 * line of code on a page of its own, and cost an attach 5 % on a guest whose host keeps the page
 * tables (2.42 us for 2.28: results/stability.md). */
static inline int page_advise(const struct region *r)
{
	return r->page == PAGE_THP ? page_advise_thp(r) : 0;
}

/* In the calling process and its children from now on: no transparent huge pages. */
int page_decline(struct why *w);

/* Could pages of r's kind be had, `touched` bytes of them at a time: from the pool, by the switch,
 * by the mount option of the file system at `directory` (NULL: memory of the kernel's own mount)?
 * CANNOT says what would make it so. For the `fits` of a region. */
int page_fits(const struct region *r, size_t touched, const char *directory);

/* Are there enough pages in the pools of these memory nodes (bits by OS index; 0: any)? A mapping
 * bound to nodes whose pool is empty is no error for the kernel until a touch gets SIGBUS. */
int page_fits_nodes(const struct region *r, size_t touched, unsigned long nodes);

/* The pages that [addr, addr + len) is mapped by, all touched, are of this kind: -EIO says of what
 * kind they are. *bytes is their size, 0 unknown. Reads /proc/self/smaps: not in a window. */
int page_check(const void *addr, size_t len, enum page page, size_t *bytes, struct why *w);

#endif
