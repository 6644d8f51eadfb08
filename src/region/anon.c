/* SPDX-License-Identifier: MIT */
/* mmap(MAP_SHARED | MAP_ANONYMOUS): tmpfs pages again, but nothing names them, so another process
 * can have them by fork only. There is no attach to measure, and munmap is the end of it. */
#include <errno.h>
#include <sys/mman.h>
#include "region/backing.h"
#include "region/page.h"

static int anon_create(struct region *r)
{
	int flags = MAP_SHARED | MAP_ANONYMOUS | (r->populated ? MAP_POPULATE : 0);

	if (page_is_pooled(r->page))
		flags |= MAP_HUGETLB | page_size_flag(r->page);
	void *p = mmap(NULL, r->len, PROT_READ | PROT_WRITE, flags, -1, 0);

	if (p == MAP_FAILED)
		return fail(r->why, errno, "mmap of %zu anonymous bytes", r->len);
	r->addr = p;
	int err = page_advise(r);
	if (err)
		munmap(p, r->len);
	return err;
}

static int anon_attach(struct region *r)
{
	return r->addr ? 0
		       : fail(r->why, EINVAL, "an anonymous mapping is inherited, not attached");
}

static int anon_remove(struct region *r)
{
	(void)r;
	return 0;
}

static int anon_fits(const struct region *r, size_t touched)
{
	int err = page_fits(r, touched, NULL);

	return err || page_is_pooled(r->page) ? err : backing_commit(r);
}

const struct region_ops region_anon = {
	.name = "anon",
	.about = "anonymous shared mapping, inherited by fork",
	.pages = 1u << PAGE_BASE | 1u << PAGE_THP | 1u << PAGE_2M | 1u << PAGE_1G,
	.fault_around = true,
	.populates = true,
	.inherited = true,
	.create = anon_create,
	.attach = anon_attach,
	.detach = backing_unmap,
	.remove = anon_remove,
	.fits = anon_fits,
};
