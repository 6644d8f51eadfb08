/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/grow.h"
#include "base/hash.h"
#include "base/write.h"
#include "record/journal.h"

/* A later program that has other records has another number here. */
static const char magic[16] = "shmbench-resume1";

/* Before each record. */
struct frame {
	uint32_t kind, head_len;
	uint64_t body_len;
	uint64_t check; /* of what stands before, and of both pieces */
};

static size_t rounded(size_t len)
{
	return (len + 7) & ~(size_t)7;
}

static uint64_t check_of(const struct frame *f, const void *head, const void *body)
{
	uint64_t hash = hash_bytes(HASH_START, f, offsetof(struct frame, check));

	hash = hash_bytes(hash, head, f->head_len);
	return hash_bytes(hash, body, f->body_len);
}

static int path_of(struct journal *j, const char *dir, struct why *w)
{
	*j = (struct journal){ .fd = -1 };
	if (snprintf(j->path, sizeof j->path, "%s/" JOURNAL_NAME, dir) >= (int)sizeof j->path)
		return misused(w, "the path of the run directory '%.80s...' is too long", dir);
	return 0;
}

/* A file system without locks has none that could be held by another run. */
static int lock(struct journal *j, struct why *w)
{
	if (!flock(j->fd, LOCK_EX | LOCK_NB) || errno != EWOULDBLOCK)
		return 0;
	return misused(w, "%s is locked: the run is still going on; wait for it, or end it first",
		       j->path);
}

int journal_create(struct journal *j, const char *dir, struct why *w)
{
	int err = path_of(j, dir, w);

	if (err)
		return err;
	j->fd = open(j->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (j->fd < 0)
		return fail(w, errno, "making %s", j->path);
	err = lock(j, w);
	if (!err) {
		err = write_whole(j->fd, magic, sizeof magic);
		if (err)
			fail(w, -err, "writing %s", j->path);
	}
	j->whole = sizeof magic;
	if (err)
		journal_close(j, false);
	return err;
}

int journal_open(struct journal *j, const char *dir, struct why *w)
{
	char begins[sizeof magic];
	int err = path_of(j, dir, w);

	if (err)
		return err;
	j->fd = open(j->path, O_RDWR | O_CLOEXEC);
	if (j->fd < 0)
		return misused(w,
			       "%s cannot be opened: %s: without it a run cannot go on, but has to "
			       "be begun anew",
			       j->path, strerror(errno));
	err = lock(j, w);
	if (!err && (pread(j->fd, begins, sizeof begins, 0) != sizeof begins ||
		     memcmp(begins, magic, sizeof magic)))
		err = misused(w, "%s is not of this version: the run has to be begun anew",
			      j->path);
	if (err)
		journal_close(j, false);
	return err;
}

static int reserve(struct journal *j, size_t more)
{
	return GROW(j->group, j->cap, j->used + more);
}

static void put(struct journal *j, const void *bytes, size_t len)
{
	size_t whole = rounded(len);

	if (len)
		memcpy(j->group + j->used, bytes, len);
	memset(j->group + j->used + len, 0, whole - len);
	j->used += whole;
}

int journal_add(struct journal *j, const struct journal_record *r)
{
	struct frame f = { r->kind, (uint32_t)r->head_len, r->body_len, 0 };

	if (!j)
		return 0;
	if (reserve(j, sizeof f + rounded(r->head_len) + rounded(r->body_len)))
		return -ENOMEM;
	f.check = check_of(&f, r->head, r->body);
	put(j, &f, sizeof f);
	put(j, r->head, r->head_len);
	put(j, r->body, r->body_len);
	return 0;
}

int journal_cut(struct journal *j, uint64_t whole, struct why *w)
{
	if (ftruncate(j->fd, (off_t)whole) || lseek(j->fd, (off_t)whole, SEEK_SET) < 0)
		return fail(w, errno, "cutting %s to %ju bytes", j->path, (uintmax_t)whole);
	j->whole = whole;
	return 0;
}

int journal_flush(struct journal *j, struct why *w)
{
	struct why ignored = { 0 };
	size_t len = j->used;
	int err = write_whole(j->fd, j->group, len);

	j->used = 0;
	if (!err) {
		j->whole += len;
		return 0;
	}
	journal_cut(j, j->whole, &ignored);
	return fail(w, -err, "writing %s", j->path);
}

void journal_close(struct journal *j, bool remove)
{
	if (j->fd < 0)
		return;
	if (remove)
		unlink(j->path);
	close(j->fd);
	j->fd = -1;
	free(j->group);
	j->group = NULL;
}

int journal_read(const struct journal *j, struct journal_reader *r, struct why *w)
{
	struct stat st;

	*r = (struct journal_reader){ .at = sizeof magic };
	if (fstat(j->fd, &st))
		return fail(w, errno, "reading %s", j->path);
	r->len = (size_t)st.st_size;
	void *map = mmap(NULL, r->len, PROT_READ, MAP_PRIVATE, j->fd, 0);
	if (map == MAP_FAILED)
		return fail(w, errno, "reading %s", j->path);
	r->map = map;
	return 0;
}

bool journal_next(struct journal_reader *r, struct journal_record *record)
{
	size_t left = r->len - r->at;
	struct frame f;

	if (left < sizeof f)
		return false;
	memcpy(&f, r->map + r->at, sizeof f);
	left -= sizeof f;
	if (f.body_len > left || rounded(f.head_len) > left - f.body_len ||
	    rounded(f.body_len) > left - rounded(f.head_len))
		return false;
	const char *head = r->map + r->at + sizeof f;
	const char *body = head + rounded(f.head_len);
	if (check_of(&f, head, body) != f.check)
		return false;
	*record = (struct journal_record){ f.kind, head, body, f.head_len, f.body_len };
	r->at += sizeof f + rounded(f.head_len) + rounded(f.body_len);
	return true;
}

void journal_read_end(struct journal_reader *r)
{
	if (r->map)
		munmap((void *)(uintptr_t)r->map, r->len);
	r->map = NULL;
}
