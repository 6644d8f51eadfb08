/* SPDX-License-Identifier: MIT */
/* POSIX: shm_open(3) is open(2) of a file in the tmpfs at /dev/shm; the rest is mmap. The pages
 * go with shm_unlink and the last descriptor and mapping: remove does both. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
#include "region/backing.h"
#include "region/page.h"

static int posix_identify(struct region *r, unsigned serial)
{
	snprintf(r->path, sizeof r->path, "/shmbench-%d-%u", (int)getpid(), serial);
	return 0;
}

static int posix_create(struct region *r)
{
	r->id = shm_open(r->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (r->id < 0)
		return fail(r->why, errno, "shm_open %s", r->path);
	int err = backing_resize(r);
	if (err)
		shm_unlink(r->path);
	return err;
}

static int posix_remove(struct region *r)
{
	if (shm_unlink(r->path))
		return fail(r->why, errno, "shm_unlink %s", r->path);
	return close(r->id) ? fail(r->why, errno, "close of %s", r->path) : 0;
}

static int posix_find(struct region *r)
{
	r->id = shm_open(r->path, O_RDWR | O_CLOEXEC, 0);
	return r->id < 0 ? fail(r->why, errno, "shm_open %s", r->path) : 0;
}

static int posix_fits(const struct region *r, size_t touched)
{
	int err = page_fits(r, touched, "/dev/shm");

	return err ? err : backing_space(r, "/dev/shm");
}

const struct region_ops region_posix = {
	.name = "posix",
	.about = "POSIX shared memory: shm_open, mmap",
	.pages = 1u << PAGE_BASE | 1u << PAGE_THP,
	.fault_around = true,
	.populates = true,
	.identify = posix_identify,
	.create = posix_create,
	.attach = backing_map,
	.detach = backing_unmap,
	.remove = posix_remove,
	.find = posix_find,
	.forget = backing_forget,
	.fits = posix_fits,
};
