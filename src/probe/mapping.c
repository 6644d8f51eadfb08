/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include "probe/mapping.h"

/* Far below where the kernel puts mappings and where programs are; with an address sanitizer above
 * its shadow, on aarch64 within 39 bits. One table of pages, of 2 MiB at the least, has both. */
#if defined(__x86_64__)
#define BASE (UINT64_C(1) << 45)
#else
#define BASE (UINT64_C(1) << 36)
#endif
#define STAYS ((void *)BASE)
#define LIVES ((void *)(BASE + (1 << 20)))

enum { MAPPED = 64 << 10, READ_WRITE = PROT_READ | PROT_WRITE };

/* EEXIST: it was prepared before. */
void mapping_prepare(void)
{
	char *page = mmap(STAYS, 1, READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
			  -1, 0);

	if (page != MAP_FAILED)
		*(volatile char *)page = 1;
}

static char *map(void *where, int fixed)
{
	return mmap(where, MAPPED, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS | fixed, -1, 0);
}

/* Somebody else is there: then anywhere. */
bool mapping_live(void)
{
	char *p = map(LIVES, MAP_FIXED_NOREPLACE);

	if (p == MAP_FAILED && errno == EEXIST)
		p = map(NULL, 0);
	if (p == MAP_FAILED)
		return false;
	*(volatile char *)p = 1;
	return !munmap(p, MAPPED);
}
