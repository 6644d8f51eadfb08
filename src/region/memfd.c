/* SPDX-License-Identifier: MIT */
/* memfd_create(2): tmpfs memory that never had a name. remove closes the descriptor. */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>
#include "region/backing.h"
#include "region/page.h"

static int memfd_make(struct region *r)
{
	int pages = page_is_pooled(r->page) ? (int)MFD_HUGETLB | page_size_flag(r->page) : 0;

	r->id = memfd_create("shmbench", MFD_CLOEXEC | (unsigned)pages);
	if (r->id < 0)
		return fail(r->why, errno, "memfd_create");
	return backing_resize(r);
}

static int memfd_remove(struct region *r)
{
	return close(r->id) ? fail(r->why, errno, "close of a memfd") : 0;
}

static int memfd_fits(const struct region *r, size_t touched)
{
	return page_fits(r, touched, NULL);
}

const struct region_ops region_memfd = {
	.name = "memfd",
	.about = "nameless tmpfs memory: memfd_create, mmap",
	.pages = 1u << PAGE_BASE | 1u << PAGE_THP | 1u << PAGE_2M | 1u << PAGE_1G,
	.fault_around = true,
	.populates = true,
	.create = memfd_make,
	.attach = backing_map,
	.detach = backing_unmap,
	.remove = memfd_remove,
	.fits = memfd_fits,
};
