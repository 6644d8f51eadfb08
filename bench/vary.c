/* SPDX-License-Identifier: MIT */
/*
 * Two draws. One mapping more, of a random size: the kernel keeps mappings in a tree whose leaves
 * split at 15 (lib/maple_tree.c), and a process that has just so many pays 23 % more for every
 * attach and 28 % more for every detach; the distance to the next mapping decides whether a segment
 * alone in the reach of its page table makes and frees that table each time (25 % of a detach).
 *
 * And a random number of open files, each an object that the kernel charges to a memory cgroup. In
 * one process that did nothing but attach and detach, an attach stood at 9500 or at 10260 cycles for
 * seconds at a time; with files opened in between, the median over windows was 9500 over a minute.
 * In the root cgroup, which charges nothing, the steps were gone. Probably the stock of charged bytes
 * that a CPU keeps (mm/memcontrol.c) ran out and overflowed in every pass. Other steps, that all
 * processes see at once, this does not touch (bounds.c, mapping).
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "vary.h"

enum { PAGES_MAX = 512 };

void vary_open(struct vary *v)
{
	*v = (struct vary){ .random = { .state = clock_ns() } };
}

static int one_mapping_more(struct vary *v, struct why *w)
{
	size_t pages = 1 + random_below(&v->random, PAGES_MAX);
	int protection = v->draws++ % 2 ? PROT_READ : PROT_NONE; /* or neighbours would merge */

	if (mmap(NULL, pages * (size_t)sysconf(_SC_PAGESIZE), protection,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED)
		return fail(w, errno, "mmap of a mapping more");
	return 0;
}

static int other_files(struct vary *v, struct why *w)
{
	unsigned files = (unsigned)random_below(&v->random, VARY_FILES);

	vary_close(v);
	while (v->files < files) {
		int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			return fail(w, errno, "open of /dev/null");
		v->file[v->files++] = fd;
	}
	return 0;
}

int vary_draw(struct vary *v, struct why *w)
{
	int err = one_mapping_more(v, w);

	return err ? err : other_files(v, w);
}

void vary_close(struct vary *v)
{
	while (v->files)
		close(v->file[--v->files]);
}
