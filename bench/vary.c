/* SPDX-License-Identifier: MIT */
/*
 * Two draws. One mapping more, of a random size: the kernel keeps mappings in a tree whose leaves
 * split at 15 (lib/maple_tree.c), and a process that has just so many pays 23 % more for every
 * attach and 28 % more for every detach; the distance to the next mapping decides whether a segment
 * alone in the reach of its page table makes and frees that table each time (25 % of a detach).
 *
 * And a random number of open files: an attach takes a file and a mapping from the kernel's slabs,
 * and gets back the very objects that the last detach gave, as long as nobody else asks. Which they
 * are decides about 4 to 10 % of either: measured in one process, attach stood at 9500, 10260 or
 * 8860 cycles for seconds at a time, the same in every other process on that CPU, until something
 * opened a file. The median over windows with draws between them held to 1 % over minutes in which
 * that without jumped.
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
