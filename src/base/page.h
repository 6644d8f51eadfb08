/* SPDX-License-Identifier: MIT */
#ifndef BASE_PAGE_H
#define BASE_PAGE_H
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

enum { SMALLEST_PAGE = 4096 };

/* Bytes of a base page: 4K on x86-64; 4K, 16K or 64K on aarch64, as the kernel was built. */
static inline size_t base_page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/*
 * Bytes of the tables that a process needs to map so many bytes, at any address, by pages of that
 * size, where base pages have `base` bytes: what is above the lowest tables is not counted.
 *
 * A table is a base page of entries of 8 bytes. An entry maps a base page, or as much as a whole
 * table does, and so on (4K, 2M, 1G; 64K, 512M). Pages of other sizes are several entries of the
 * next smaller kind: with base pages of 64K one of 2M is 32.
 */
static inline uint64_t page_tables_bytes(uint64_t len, uint64_t page, uint64_t base)
{
	const uint64_t entries = base / 8;
	uint64_t entry = base;

	while (entry * entries <= page)
		entry *= entries;
	uint64_t reach = entry * entries;

	/* One more where the mapping does not begin where a table does. */
	return ((len + reach - 1) / reach + 1) * base;
}

#endif
