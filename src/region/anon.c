/* SPDX-License-Identifier: MIT */
/* mmap(MAP_SHARED | MAP_ANONYMOUS): tmpfs pages again, but nothing names them, so another process
 * can have them by fork only. There is no attach to measure, and munmap is the end of it. */
#include <errno.h>
#include <sys/mman.h>
#include "region/backing.h"

static int anon_create(struct region *r)
{
	void *p = mmap(NULL, r->len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return fail(r->why, errno, "mmap of %zu anonymous bytes", r->len);
	r->addr = p;
	return 0;
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
	(void)touched;
	return backing_commit(r);
}

const struct region_ops region_anon = {
	.name = "anon",
	.about = "anonymous shared mapping, inherited by fork",
	.pages = 1u << PAGE_BASE,
	.fault_around = true,
	.inherited = true,
	.create = anon_create,
	.attach = anon_attach,
	.detach = backing_unmap,
	.remove = anon_remove,
	.fits = anon_fits,
};
