/* SPDX-License-Identifier: MIT */
/* memfd_create(2): tmpfs memory that never had a name. remove closes the descriptor. */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>
#include "region/backing.h"

static int memfd_make(struct region *r)
{
	r->id = memfd_create("shmbench", MFD_CLOEXEC);
	if (r->id < 0)
		return fail(r->why, errno, "memfd_create");
	return backing_resize(r);
}

static int memfd_remove(struct region *r)
{
	return close(r->id) ? fail(r->why, errno, "close of a memfd") : 0;
}

const struct region_ops region_memfd = {
	.name = "memfd",
	.about = "nameless tmpfs memory: memfd_create, mmap",
	.pages = 1u << PAGE_BASE,
	.fault_around = true,
	.create = memfd_make,
	.attach = backing_map,
	.detach = backing_unmap,
	.remove = memfd_remove,
};
