/* SPDX-License-Identifier: MIT */
/*
 * What a mapping is mapped by: /proc/PID/smaps (proc_pid_smaps(5)). KernelPageSize is that of the
 * mapping, and tells hugetlb; a transparent huge page shows in ShmemPmdMapped only, as the bytes
 * that one entry of the second-level table maps.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "region/page.h"

/* Of the mappings that overlap a range. */
struct mapped {
	size_t page;        /* the smallest KernelPageSize; 0: none seen */
	size_t whole, huge; /* bytes mapped, and by huge entries */
};

static size_t kib(const char *line, const char *key)
{
	size_t len = strlen(key), value = 0;

	if (!strncmp(line, key, len) && line[len] == ':')
		sscanf(line + len + 1, "%zu", &value);
	return value << 10;
}

static void add_line(struct mapped *m, const char *line)
{
	size_t page = kib(line, "KernelPageSize");

	if (page && (!m->page || page < m->page))
		m->page = page;
	/* Pages of hugetlb do not count as resident. */
	m->whole += kib(line, "Rss") + kib(line, "Shared_Hugetlb") + kib(line, "Private_Hugetlb");
	m->huge += kib(line, "ShmemPmdMapped") + kib(line, "FilePmdMapped");
}

static int look(uintptr_t first, uintptr_t end, struct mapped *m, struct why *w)
{
	FILE *f = fopen("/proc/self/smaps", "re");
	char line[1024];
	bool inside = false;

	if (!f)
		return fail(w, errno, "open of /proc/self/smaps");
	while (fgets(line, sizeof line, f)) {
		uintptr_t from, to;

		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &from, &to) == 2)
			inside = from < end && first < to;
		else if (inside)
			add_line(m, line);
	}
	fclose(f);
	return 0;
}

/* The size of all pages that were mapped; 0 where it is not one size. */
static size_t size_of(const struct mapped *m)
{
	if (!m->huge)
		return m->page;
	return m->huge == m->whole ? page_bytes(PAGE_THP) : 0;
}

int page_check(const void *addr, size_t len, enum page page, size_t *bytes, struct why *w)
{
	struct mapped m = { 0 };
	uintptr_t first = (uintptr_t)addr;
	int err = look(first, first + len, &m, w);

	*bytes = size_of(&m);
	if (err)
		return err;
	if (!m.page || !m.whole)
		return fail(w, ENODATA,
			    "no page of %zu bytes at %p has been touched by this process", len,
			    addr);
	if (*bytes == page_bytes(page) && (page != PAGE_THP || m.huge))
		return 0;
	return fail(
		w, 0,
		"asked for %s pages: %zu KiB are mapped by pages of %zu KiB, %zu KiB of them as "
		"huge pages",
		page_word(page), m.whole >> 10, m.page >> 10, m.huge >> 10);
}
