/* SPDX-License-Identifier: MIT */
/*
 * A regular file: open, ftruncate, mmap. What it costs is the file system's business, so each
 * directory is a cell of its own. Sparse like every other region: a write fault then allocates
 * the block as well (page_mkwrite), and dirty pages may meet writeback.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>
#include "region/backing.h"
#include "region/page.h"

static int file_identify(struct region *r, unsigned serial)
{
	int n = snprintf(r->path, sizeof r->path, "%s/shmbench-%d-%u", r->directory, (int)getpid(),
			 serial);

	if (n >= (int)sizeof r->path)
		return fail(r->why, ENAMETOOLONG, "a file in %s", r->directory);
	return 0;
}

static int file_create(struct region *r)
{
	r->id = open(r->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (r->id < 0)
		return fail(r->why, errno, "open of %s", r->path);
	int err = backing_resize(r);
	if (err)
		unlink(r->path);
	return err;
}

static int file_remove(struct region *r)
{
	if (unlink(r->path))
		return fail(r->why, errno, "unlink of %s", r->path);
	return close(r->id) ? fail(r->why, errno, "close of %s", r->path) : 0;
}

static int file_find(struct region *r)
{
	r->id = open(r->path, O_RDWR | O_CLOEXEC);
	return r->id < 0 ? fail(r->why, errno, "open of %s", r->path) : 0;
}

/* A hugetlbfs has pages of one size, and no other file system has any of that kind. */
static int file_pages_fit(const struct region *r, size_t touched)
{
	size_t bytes = page_bytes(r->page);
	struct statfs fs;

	if (statfs(r->directory, &fs))
		return fail(r->why, errno, "statfs of %s", r->directory);
	bool hugetlbfs = fs.f_type == HUGETLBFS_MAGIC;
	if (hugetlbfs && (!page_is_pooled(r->page) || (size_t)fs.f_bsize != bytes))
		return cannot(r->why, "%s pages in %s: it is a hugetlbfs of pages of %ld KiB",
			      page_word(r->page), r->directory, (long)fs.f_bsize >> 10);
	if (!hugetlbfs && page_is_pooled(r->page))
		return cannot(r->why,
			      "%s pages of a file in %s: it is no hugetlbfs; mount -t hugetlbfs -o "
			      "pagesize=%zuM none DIRECTORY and give that as --directory",
			      page_word(r->page), r->directory, bytes >> 20);
	return page_fits(r, touched, r->directory);
}

static int file_fits(const struct region *r, size_t touched)
{
	int err = file_pages_fit(r, touched);

	return err ? err : backing_space(r, r->directory);
}

static int file_sync(struct region *r)
{
	return fsync(r->id) ? fail(r->why, errno, "fsync of a file in %s", r->directory) : 0;
}

/* Pages of the file that the page cache holds, by mincore(2) of a mapping that nobody touches. A
 * piece at a time: this runs in open windows, where nothing is allocated. */
static int file_cached(struct region *r, size_t *cached)
{
	unsigned char in[4096];
	size_t page = (size_t)sysconf(_SC_PAGESIZE), piece = sizeof in * page;
	char *p = mmap(NULL, r->len, PROT_READ, MAP_SHARED, r->id, 0);
	int err = p == MAP_FAILED ? errno : 0;

	*cached = 0;
	for (size_t at = 0; !err && at < r->len; at += piece) {
		size_t len = r->len - at < piece ? r->len - at : piece;

		err = mincore(p + at, len, in) ? errno : 0;
		for (size_t i = 0; !err && i < (len + page - 1) / page; i++)
			*cached += in[i] & 1;
	}
	if (p != MAP_FAILED)
		munmap(p, r->len);
	return err ? fail(r->why, err, "mincore of a file in %s", r->directory) : 0;
}

/* Once, and how many pages that left. */
static int drop(struct region *r, size_t *cached)
{
	int err = posix_fadvise(r->id, 0, 0, POSIX_FADV_DONTNEED); /* no errno */

	if (err)
		return fail(r->why, err, "posix_fadvise of a file in %s", r->directory);
	return file_cached(r, cached);
}

/* POSIX_FADV_DONTNEED passes over pages that are locked (mm/filemap.c, find_lock_entries()), and
 * a page that is being read is: a touch waits for its own page only, while the 15 neighbours that
 * were read ahead with it may need microseconds more. Seen once in 20000 drops right after a
 * touch, gone at the second try; a slow disk gets the time of some tries more. */
static int drop_all(struct region *r, size_t *cached)
{
	const struct timespec moment = { .tv_nsec = 100000 };
	int err = drop(r, cached);

	for (int tries = 1; !err && *cached && tries < 200; tries++) {
		nanosleep(&moment, NULL);
		err = drop(r, cached);
	}
	return err;
}

static int file_evict(struct region *r)
{
	struct statfs fs;
	size_t cached;

	if (fstatfs(r->id, &fs))
		return fail(r->why, errno, "fstatfs of a file in %s", r->directory);
	if (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC || fs.f_type == HUGETLBFS_MAGIC)
		return cannot(r->why, "no cold state in %s: its file system has no disk",
			      r->directory);
	int err = drop_all(r, &cached);
	if (!err && cached)
		return cannot(r->why, "no cold state in %s: %zu pages stay in the page cache",
			      r->directory, cached);
	return err;
}

const struct region_ops region_file = {
	.name = "file",
	.about = "regular file: open, mmap",
	.pages = 1u << PAGE_BASE | 1u << PAGE_THP | 1u << PAGE_2M | 1u << PAGE_1G,
	.fault_around = true,
	.populates = true,
	.in_directory = true,
	.identify = file_identify,
	.create = file_create,
	.attach = backing_map,
	.detach = backing_unmap,
	.remove = file_remove,
	.find = file_find,
	.forget = backing_forget,
	.fits = file_fits,
	.sync = file_sync,
	.evict = file_evict,
};
