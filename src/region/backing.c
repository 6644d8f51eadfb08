/* SPDX-License-Identifier: MIT */
/* mmap of a descriptor, and limits that are found before the kernel finds them for us. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <unistd.h>
#include "region/backing.h"
#include "region/page.h"

int backing_map(struct region *r)
{
	void *p = mmap(NULL, r->len, r->read_only ? PROT_READ : PROT_READ | PROT_WRITE,
		       r->populated ? MAP_SHARED | MAP_POPULATE : MAP_SHARED, r->id, 0);

	if (p == MAP_FAILED)
		return fail(r->why, errno, "mmap of %zu bytes of %s", r->len, r->ops->name);
	r->addr = p;
	return page_advise(r);
}

int backing_unmap(struct region *r)
{
	if (munmap(r->addr, r->len))
		return fail(r->why, errno, "munmap of %s", r->ops->name);
	r->addr = NULL;
	return 0;
}

int backing_forget(struct region *r)
{
	return close(r->id) ? fail(r->why, errno, "close of %s", r->ops->name) : 0;
}

int backing_resize(struct region *r)
{
	if (!ftruncate(r->id, (off_t)r->len))
		return 0;
	int err = errno;

	close(r->id);
	r->id = -1;
	return fail(r->why, err, "ftruncate of %s to %zu bytes", r->ops->name, r->len);
}

int backing_space(const struct region *r, const char *directory)
{
	struct statvfs s;

	if (statvfs(directory, &s))
		return fail(r->why, errno, "statvfs of %s", directory);
	unsigned long long room = (unsigned long long)s.f_bavail * s.f_frsize;
	size_t files = 1 + r->more + r->others, bytes = r->len * (1 + r->more);
	if (s.f_files && files > s.f_favail)
		return cannot(r->why, "%zu files more: the file system at %s has %llu inodes free",
			      files, directory, (unsigned long long)s.f_favail);
	/* A tmpfs mounted with size=0 has no limit of its own and reports no blocks. */
	if (s.f_blocks && bytes > room)
		return cannot(r->why, "%s of %zu MiB: the file system at %s has %llu MiB free",
			      r->ops->name, bytes >> 20, directory, room >> 20);
	return 0;
}

int backing_commit(const struct region *r)
{
	unsigned long long mode = backing_limit("/proc/sys/vm/overcommit_memory", 0);
	struct sysinfo s;

	if (mode != 0 || sysinfo(&s))
		return 0;
	unsigned long long total = (s.totalram + s.totalswap) * (unsigned long long)s.mem_unit;
	if (r->len > total)
		return cannot(r->why,
			      "%s of %zu MiB: vm.overcommit_memory=0 refuses more than memory and "
			      "swap together (%llu MiB)",
			      r->ops->name, r->len >> 20, total >> 20);
	return 0;
}

unsigned long long backing_limit(const char *file, unsigned long long fallback)
{
	FILE *f = fopen(file, "re");
	unsigned long long value = fallback;
	char text[64];

	if (f && fgets(text, sizeof text, f) && text[0] >= '0' && text[0] <= '9')
		value = strtoull(text, NULL, 10);
	if (f)
		fclose(f);
	return value;
}
