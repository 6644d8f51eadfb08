/* SPDX-License-Identifier: MIT */
/*
 * A warm-up alone does not do it: it takes the paths that the machine's mood of the moment leads to.
 * The page of a ring's wait for room was first executed in a window, where nobody had waited before;
 * the stack grew over a page boundary there, wherever the random padding of the environment had put
 * it; and what a parent and its child both write, each copies when it next does.
 */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include "base/page.h"
#include "probe/clock.h"
#include "probe/settle.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23
#endif

enum {
	STACK_ROOM = 64 << 10, /* more than any window needs below its caller's frame */
	/* Larger ones without a name are buffers, which whoever made them fills, or the terabytes
	 * of a sanitizer. */
	NAMELESS_MAX = 4 << 20,
};

/* A mapping ends where the stack has been: this much more of it. */
static void stretch_stack(void)
{
	volatile char room[STACK_ROOM];

	for (size_t at = 0; at < sizeof room; at += SMALLEST_PAGE)
		room[at] = 0;
}

static void touch(char *from, char *to, bool write)
{
	for (volatile char *p = from; p < (volatile char *)to; p += base_page_bytes()) {
		char was = *p;

		if (write)
			*p = was;
	}
}

static void populate(char *from, char *to, bool write)
{
	int advice = write ? MADV_POPULATE_WRITE : MADV_POPULATE_READ;

	if (madvise(from, (size_t)(to - from), advice) && errno == EINVAL)
		touch(from, to, write); /* before Linux 5.14 */
}

/* The kernel's own: they have no pages to populate, and reading some is a SIGBUS. Who has read the
 * clock has mapped what it needs of them. */
static bool of_kernel(const char *name)
{
	return !strncmp(name, "[vvar", 5) || !strncmp(name, "[vsys", 5);
}

/* A line of proc_pid_maps(5): "FROM-TO rwxp OFFSET DEVICE INODE NAME". */
static void settle_mapping(const char *line)
{
	uintptr_t from, to;
	char mode[5], name[6] = "";

	if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %*s %5s", &from, &to, mode, name) <
		    3 ||
	    mode[0] != 'r' || mode[3] != 'p' || of_kernel(name))
		return;
	if (name[0] || to - from <= NAMELESS_MAX)
		populate((char *)from, (char *)to, mode[1] == 'w');
}

int settle_process(struct why *w)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	bool whole = true;

	if (!maps)
		return fail(w, errno, "/proc/self/maps: mount /proc");
	stretch_stack();
	(void)clock_ns();
	(void)sched_getcpu();
	while (fgets(line, sizeof line, maps)) {
		if (whole) /* else the rest of a line with a long name */
			settle_mapping(line);
		whole = strchr(line, '\n');
	}
	fclose(maps);
	return 0;
}
