/* SPDX-License-Identifier: MIT */
/* Larger pages than the base one, by size; and where freed pages go. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/units.h"
#include "record/machine.h"

#define THP "/sys/kernel/mm/transparent_hugepage/"

enum { SIZES = 24 };

/* A page size and what a file of its directory says. */
struct sized {
	unsigned long kb;
	char word[24];
};

struct reading machine_thp(void)
{
	return machine_choice(THP "enabled");
}

struct reading machine_shmem_thp(void)
{
	return machine_choice(THP "shmem_enabled");
}

static int by_size(const void *a, const void *b)
{
	const struct sized *x = a, *y = b;

	return (x->kb > y->kb) - (x->kb < y->kb);
}

/* The sizes that have this file, ascending. */
static size_t read_sizes(const char *file, struct sized sized[SIZES])
{
	char pattern[128];
	glob_t found;
	size_t n = 0;

	snprintf(pattern, sizeof pattern, THP "hugepages-*kB/%s", file);
	if (glob(pattern, 0, NULL, &found))
		return 0;
	for (size_t i = 0; i < found.gl_pathc && n < SIZES; i++) {
		struct reading r = machine_choice(found.gl_pathv[i]);
		const char *kb = found.gl_pathv[i] + strlen(THP "hugepages-");

		sized[n].kb = strtoul(kb, NULL, 10);
		snprintf(sized[n++].word, sizeof sized->word, "%.23s", r.known ? r.text : "?");
	}
	globfree(&found);
	qsort(sized, n, sizeof *sized, by_size);
	return n;
}

static bool said_before(const struct sized *sized, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (!strcmp(sized[i].word, sized[at].word))
			return true;
	return false;
}

/* "never 16K 32K 64K, inherit 2M". */
static struct reading by_word(const char *file)
{
	struct sized sized[SIZES];
	size_t n = read_sizes(file, sized), used = 0;
	struct reading r = { .known = true };
	char size[24];

	if (!n)
		return machine_unknown(
			"this kernel has no sizes of its own (" THP "hugepages-*kB/%s)", file);
	for (size_t i = 0; i < n; i++) {
		if (said_before(sized, i) || used + 64 > sizeof r.text)
			continue;
		used += (size_t)snprintf(r.text + used, sizeof r.text - used, "%s%s",
					 used ? ", " : "", sized[i].word);
		for (size_t k = i; k < n && used + 32 < sizeof r.text; k++)
			if (!strcmp(sized[k].word, sized[i].word))
				used += (size_t)snprintf(
					r.text + used, sizeof r.text - used, " %s",
					units_size_text(sized[k].kb << 10, size, sizeof size));
	}
	return r;
}

struct reading machine_thp_sizes(void)
{
	return by_word("enabled");
}

struct reading machine_shmem_thp_sizes(void)
{
	return by_word("shmem_enabled");
}

static size_t put_pool(char *text, size_t len, const char *directory)
{
	const char *kb = strstr(directory, "hugepages-") + strlen("hugepages-");
	char path[256], size[24];

	snprintf(path, sizeof path, "%s/nr_hugepages", directory);
	long long all = machine_number(path);
	snprintf(path, sizeof path, "%s/free_hugepages", directory);
	long long unused = machine_number(path);
	units_size_text(strtoull(kb, NULL, 10) << 10, size, sizeof size);
	int n = all > 0 ? snprintf(text, len, "%lld of %s (%lld free)", all, size, unused)
			: snprintf(text, len, "none of %s", size);

	return (size_t)n;
}

struct reading machine_hugepages(void)
{
	struct reading r = { .known = true };
	glob_t found;
	size_t used = 0;

	if (glob("/sys/kernel/mm/hugepages/hugepages-*kB", 0, NULL, &found))
		return machine_unknown("this kernel has no hugetlb pages");
	for (size_t i = 0; i < found.gl_pathc && used + 80 < sizeof r.text; i++) {
		if (used)
			used += (size_t)snprintf(r.text + used, sizeof r.text - used, ", ");
		used += put_pool(r.text + used, sizeof r.text - used, found.gl_pathv[i]);
	}
	globfree(&found);
	return r;
}

/* VIRTIO_ID_BALLOON and VIRTIO_BALLOON_F_REPORTING of the virtio specification, 5.5. */
static bool reports(const char *device)
{
	char path[200];
	enum { BALLOON = 5, REPORTING = 5 };

	snprintf(path, sizeof path, "%s/device", device);
	struct reading id = machine_file(path);
	snprintf(path, sizeof path, "%s/features", device);
	struct reading features = machine_file(path);
	return id.known && strtol(id.text, NULL, 16) == BALLOON && features.known &&
	       strlen(features.text) > REPORTING && features.text[REPORTING] == '1';
}

struct reading machine_page_reporting(void)
{
	struct reading order =
		machine_file("/sys/module/page_reporting/parameters/page_reporting_order");
	struct reading r = machine_text("off");
	glob_t found;

	if (glob("/sys/bus/virtio/devices/*", 0, NULL, &found))
		return r;
	for (size_t i = 0; i < found.gl_pathc; i++)
		if (reports(found.gl_pathv[i]))
			r = machine_text("by %.60s, blocks of 2^%.8s pages",
					 strrchr(found.gl_pathv[i], '/') + 1,
					 order.known ? order.text : "?");
	globfree(&found);
	return r;
}
