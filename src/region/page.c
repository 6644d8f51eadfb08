/* SPDX-License-Identifier: MIT */
/* Asking for pages of a kind, and seeing beforehand whether they can be had. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "region/backing.h"
#include "region/page.h"

#define THP  "/sys/kernel/mm/transparent_hugepage/"
#define POOL "hugepages/hugepages-%zukB/"

static const struct kind {
	const char *word;
	size_t bytes; /* 0: the system's base page */
	int shift;    /* of hugetlb; 0: none */
} kinds[] = {
	[PAGE_BASE] = { "base", 0, 0 },
	[PAGE_THP] = { "thp", (size_t)2 << 20, 0 },
	[PAGE_2M] = { "2m", (size_t)2 << 20, 21 },
	[PAGE_1G] = { "1g", (size_t)1 << 30, 30 },
};

size_t page_bytes(enum page page)
{
	return kinds[page].bytes ? kinds[page].bytes : (size_t)sysconf(_SC_PAGESIZE);
}

const char *page_word(enum page page)
{
	return kinds[page].word;
}

bool page_is_pooled(enum page page)
{
	return kinds[page].shift;
}

int page_size_flag(enum page page)
{
	return kinds[page].shift << MAP_HUGE_SHIFT;
}

int page_advise_thp(const struct region *r)
{
	if (!madvise(r->addr, r->len, MADV_HUGEPAGE))
		return 0;
	return fail(r->why, errno, "madvise(MADV_HUGEPAGE) of %s", r->ops->name);
}

int page_decline(struct why *w)
{
	/* Without support for them in the kernel (EINVAL) there is nothing to decline. */
	if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) && errno != EINVAL)
		return fail(w, errno, "prctl(PR_SET_THP_DISABLE)");
	return 0;
}

/* The word in brackets of a file such as "always [madvise] never"; "" when there is no file. */
static void choice(const char *path, char *word, size_t len)
{
	FILE *f = fopen(path, "re");
	char line[160] = "";

	*word = '\0';
	if (f && fgets(line, sizeof line, f)) {
		char *open = strchr(line, '['), *close = open ? strchr(open, ']') : NULL;

		if (close)
			snprintf(word, len, "%.*s", (int)(close - open - 1), open + 1);
	}
	if (f)
		fclose(f);
}

/* The huge= of the tmpfs mounted on `device`: "" where it is none, "never" without the option. */
static void mount_option(dev_t device, char *word, size_t len)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[4096], id[40];

	*word = '\0';
	snprintf(id, sizeof id, " %u:%u ", major(device), minor(device));
	while (f && fgets(line, sizeof line, f)) {
		char *options = strstr(line, " - tmpfs ");

		if (!options || !strstr(line, id))
			continue;
		options = strstr(options, "huge=");
		size_t n = options ? strcspn(options + 5, ", \n") : 0;
		snprintf(word, len, "%.*s", options ? (int)n : 5, options ? options + 5 : "never");
		break;
	}
	if (f)
		fclose(f);
}

static bool gives(const char *word)
{
	return !strcmp(word, "always") || !strcmp(word, "within_size") || !strcmp(word, "advise") ||
	       !strcmp(word, "force");
}

/* A directory's tmpfs has its own option; `deny` and `force` of shmem_enabled override it. */
static int thp_mount_fits(const struct region *r, const char *directory, const char *global)
{
	char word[32];
	struct stat s;

	if (stat(directory, &s))
		return fail(r->why, errno, "stat of %s", directory);
	mount_option(s.st_dev, word, sizeof word);
	if (!*word)
		return cannot(r->why,
			      "thp of %s in %s: of file systems only tmpfs gives them: mount -t "
			      "tmpfs -o huge=advise none DIRECTORY",
			      r->ops->name, directory);
	if (!strcmp(global, "deny"))
		return cannot(r->why,
			      "thp of %s: %sshmem_enabled is deny; echo never > %sshmem_enabled "
			      "lets the mount decide",
			      r->ops->name, THP, THP);
	if (!strcmp(global, "force") || gives(word))
		return 0;
	return cannot(r->why,
		      "thp of %s: the tmpfs at %s is mounted with huge=%s; mount -o "
		      "remount,huge=advise %s changes it",
		      r->ops->name, directory, word, directory);
}

static int thp_fits(const struct region *r, const char *directory)
{
	size_t bytes = backing_limit(THP "hpage_pmd_size", 0);
	char global[32];

	choice(THP "shmem_enabled", global, sizeof global);
	if (prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 1)
		return cannot(r->why, "thp: whoever started this program has called "
				      "prctl(PR_SET_THP_DISABLE); start it from another shell");
	if (!*global)
		return cannot(r->why, "thp: this kernel has none for shared memory "
				      "(CONFIG_TRANSPARENT_HUGEPAGE)");
	if (bytes != page_bytes(PAGE_THP))
		return cannot(r->why, "thp: this machine's are of %zu KiB, not 2 MiB", bytes >> 10);
	if (directory)
		return thp_mount_fits(r, directory, global);
	if (gives(global))
		return 0;
	return cannot(r->why,
		      "thp of %s: %sshmem_enabled is %s; echo advise > %sshmem_enabled changes it",
		      r->ops->name, THP, global, THP);
}

/* A number of the pool under `root`. */
static unsigned long long pool(const char *root, size_t bytes, const char *file)
{
	char path[160];

	snprintf(path, sizeof path, "%s" POOL "%s", root, bytes >> 10, file);
	return backing_limit(path, 0);
}

/* Unused and promised to nobody, and what the pool may grow by. */
static unsigned long long pool_room(size_t bytes)
{
	static const char root[] = "/sys/kernel/mm/";
	unsigned long long idle = pool(root, bytes, "free_hugepages");
	unsigned long long promised = pool(root, bytes, "resv_hugepages");
	unsigned long long more = pool(root, bytes, "nr_overcommit_hugepages");
	unsigned long long grown = pool(root, bytes, "surplus_hugepages");

	return (idle > promised ? idle - promised : 0) + (more > grown ? more - grown : 0);
}

/* How many are needed: a pool promises the whole of an object, touched or not. */
static size_t pages_of(const struct region *r, size_t touched)
{
	size_t bytes = page_bytes(r->page), need = touched > r->len ? touched : r->len;

	return (need + bytes - 1) / bytes;
}

static int pool_fits(const struct region *r, size_t touched)
{
	size_t bytes = page_bytes(r->page), pages = pages_of(r, touched);
	char path[160];

	snprintf(path, sizeof path, "/sys/kernel/mm/" POOL "nr_hugepages", bytes >> 10);
	if (access(path, F_OK))
		return cannot(r->why, "this machine or kernel has no hugetlb pages of %s",
			      page_word(r->page));
	unsigned long long all = backing_limit(path, 0), room = pool_room(bytes);
	if (pages <= room)
		return 0;
	return cannot(
		r->why,
		"%s of %zu MiB in %s pages: the pool has %llu, %llu of them to be had, and %zu "
		"are needed; echo %llu > %s makes it so",
		r->ops->name, r->len >> 20, page_word(r->page), all, room, pages,
		all + pages - room, path);
}

int page_fits(const struct region *r, size_t touched, const char *directory)
{
	if (r->page == PAGE_THP)
		return thp_fits(r, directory);
	return page_is_pooled(r->page) ? pool_fits(r, touched) : 0;
}

/* Interleaved pages need their share on every node; of one node's pool they need all. */
int page_fits_nodes(const struct region *r, size_t touched, unsigned long nodes)
{
	size_t bytes = page_bytes(r->page), pages = pages_of(r, touched);
	size_t share = (size_t)__builtin_popcountl(nodes);

	if (!page_is_pooled(r->page))
		return 0;
	for (int node = 0; nodes >> node && node < 64; node++) {
		char root[80];

		if (!(nodes >> node & 1))
			continue;
		snprintf(root, sizeof root, "/sys/devices/system/node/node%d/", node);
		unsigned long long idle = pool(root, bytes, "free_hugepages");
		if ((pages + share - 1) / share > idle)
			return cannot(r->why,
				      "%s of %zu MiB in %s pages: node %d has %llu of them free; "
				      "echo N > %s" POOL "nr_hugepages makes more",
				      r->ops->name, r->len >> 20, page_word(r->page), node, idle,
				      root, bytes >> 10);
	}
	return 0;
}
