/* SPDX-License-Identifier: MIT */
/* What all regions have in common: set-up, population, and the question whether memory is there. */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "region/backing.h"
#include "region/page.h"
#ifdef SHMBENCH_PLANT
#include "region/plant.h"
#endif

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

void region_init(struct region *r, const struct region_ops *ops, size_t len, struct why *w)
{
#ifdef SHMBENCH_PLANT
	ops = plant(ops);
#endif
	*r = (struct region){ .ops = ops, .len = len, .id = -1, .why = w };
}

int region_attachable(const struct region_ops *ops, struct why *w)
{
	return ops->inherited ? cannot(w, "an anonymous mapping is inherited by fork: no second "
					  "process can attach it")
			      : 0;
}

int region_create(struct region *r, unsigned serial)
{
	int err = r->ops->identify ? r->ops->identify(r, serial) : 0;

	return err ? err : r->ops->create(r);
}

/* Bytes of one line of /proc/meminfo. */
static unsigned long long meminfo(const char *key)
{
	FILE *f = fopen("/proc/meminfo", "re");
	char line[128];
	unsigned long long kib = 0;
	size_t len = strlen(key);

	while (f && fgets(line, sizeof line, f))
		if (!strncmp(line, key, len) && line[len] == ':') {
			sscanf(line + len + 1, "%llu", &kib);
			break;
		}
	if (f)
		fclose(f);
	return kib * 1024;
}

/* The path of this process in one cgroup hierarchy: "memory" for v1, "" for v2. */
static int cgroup_path(const char *controller, char *path, size_t len)
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	char line[PATH_MAX];
	int found = 0;

	while (f && !found && fgets(line, sizeof line, f)) {
		char *first = strchr(line, ':'), *second = first ? strchr(first + 1, ':') : NULL;

		if (!second)
			continue;
		*second = '\0';
		if (strcmp(first + 1, controller))
			continue;
		second[1 + strcspn(second + 1, "\n")] = '\0';
		found = snprintf(path, len, "%s", second + 1) < (int)len;
	}
	if (f)
		fclose(f);
	return found;
}

/* What the cgroup at root/path, or one above it, leaves of its memory limit. A container often
 * shows its own cgroup at the root of the mount, whatever the path says; so both are tried. */
static unsigned long long cgroup_room(const char *root, char *path, const char *limit,
				      const char *usage)
{
	unsigned long long room = ULLONG_MAX;
	char file[PATH_MAX + 64];

	for (;;) {
		snprintf(file, sizeof file, "%s%s/%s", root, path, limit);
		unsigned long long max = backing_limit(file, ULLONG_MAX);
		snprintf(file, sizeof file, "%s%s/%s", root, path, usage);
		unsigned long long now = backing_limit(file, 0);
		unsigned long long left = max == ULLONG_MAX ? max : max > now ? max - now : 0;

		if (left < room)
			room = left;
		char *slash = strrchr(path, '/');
		if (!slash)
			return room;
		*slash = '\0';
	}
}

static unsigned long long memory_room(const char **whose)
{
	unsigned long long room = meminfo("MemAvailable"), v1 = ULLONG_MAX, v2 = ULLONG_MAX;
	char path[PATH_MAX];

	*whose = "MemAvailable";
	if (cgroup_path("memory", path, sizeof path))
		v1 = cgroup_room("/sys/fs/cgroup/memory", path, "memory.limit_in_bytes",
				 "memory.usage_in_bytes");
	if (cgroup_path("", path, sizeof path))
		v2 = cgroup_room("/sys/fs/cgroup", path, "memory.max", "memory.current");
	if (v1 < room || v2 < room) {
		*whose = "the cgroup's memory limit";
		room = v1 < v2 ? v1 : v2;
	}
	return room;
}

int region_fits(const struct region *r, size_t touched)
{
	/* Page tables of two processes (8 bytes a page each) and some air. */
	const unsigned long long air = 64ull << 20;
	bool pooled = page_is_pooled(r->page); /* the pool is no part of what is available */
	unsigned long long need = (pooled ? 0 : touched + touched / 256) + r->beside + air, room;
	const char *whose;
	int err = r->ops->fits ? r->ops->fits(r, touched) : 0;

	if (err || (pooled && !r->beside))
		return err;
	room = memory_room(&whose);
	if (need > room)
		return cannot(r->why,
			      "%s of %zu MiB: %llu MiB of memory are needed, %s leaves %llu MiB",
			      r->ops->name, r->len >> 20, need >> 20, whose, room >> 20);
	return 0;
}

static void touch_pages(char *addr, size_t len, bool write)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (size_t at = 0; at < len; at += page) {
		volatile char *p = addr + at;
		char was = *p;

		if (write)
			*p = was;
	}
}

bool region_advice_counts(void)
{
	const int no_advice = -1;
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char here;

	return madvise((void *)((uintptr_t)&here & ~(page - 1)), page, no_advice) != 0;
}

bool region_map_populates(void)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char there = 0;
	void *p = mmap(NULL, page, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (p == MAP_FAILED)
		return false;
	bool asked = !mincore(p, page, &there);
	munmap(p, page);
	return asked && (there & 1);
}

int region_touch(void *addr, size_t len)
{
	if (madvise(addr, len, MADV_POPULATE_WRITE)) {
		if (errno != EINVAL)
			return -errno;
		touch_pages(addr, len, true);
	} else if (!region_advice_counts()) {
		/* Reading makes the page too; a read and a write took back, once in twenty runs of
		 * the channels' test, what the other process had written meanwhile. */
		touch_pages(addr, len, false);
	}
	return 0;
}

int region_populate(struct region *r)
{
	int err = region_touch(r->addr, r->len);

	return err ? fail(r->why, -err, "populating %zu bytes of %s", r->len, r->ops->name) : 0;
}
