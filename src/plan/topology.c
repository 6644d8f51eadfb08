/* SPDX-License-Identifier: MIT */
/*
 * Loading a topology, and what is in it.
 *
 * hwloc restricts this machine to what the cgroup's cpuset allows, but not to the affinity that
 * taskset(1) or a batch system gave this process: that is done here, so that `auto` never leaves
 * the CPUs that the user gave. Logical indexes count what remains.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "plan/topology.h"

/* Larger than any machine; hwloc itself would try to build any number. */
#define SYNTHETIC_PUS_MAX 65536u

static int open_check(const char *path, struct why *w)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || fstat(fd, &st)) {
		int err = errno;

		if (fd >= 0)
			close(fd);
		return misused(w, "cannot read %s (%s): give a topology in hwloc's XML", path,
			       strerror(err));
	}
	close(fd);
	if (S_ISDIR(st.st_mode))
		return misused(w, "%s is a directory: give a file with a topology in hwloc's XML",
			       path);
	return 0;
}

/* hwloc does not say what it dislikes in a file, and some of it only when loading. */
static int xml_refused(const char *path, struct why *w)
{
	return misused(
		w,
		"%s is not a topology in hwloc's XML: give what `lstopo --of xml FILE` writes, "
		"or the topology of a run.json",
		path);
}

static int synthetic_refused(const char *text, struct why *w)
{
	return misused(w,
		       "'%s' is not a synthetic topology: give levels from the outside in and "
		       "pu last, such as 'package:2 l3:1 core:4 pu:2' (hwloc's manual)",
		       text);
}

/* The product of the levels' counts; attributes "(...)" and memory "[...]" are no levels. */
static bool synthetic_fits(const char *text)
{
	uint64_t pus = 1;
	int nested = 0;

	for (const char *at = text; *at; at++) {
		nested += (*at == '(' || *at == '[') - (*at == ')' || *at == ']');
		bool starts = at == text || at[-1] == ':' || isspace((unsigned char)at[-1]);
		if (nested || !starts || !isdigit((unsigned char)*at))
			continue;
		uint64_t count = strtoull(at, NULL, 10);
		if (count > SYNTHETIC_PUS_MAX || (pus *= count) > SYNTHETIC_PUS_MAX)
			return false;
	}
	return true;
}

static int set_source(hwloc_topology_t h, const char *xml, const char *synthetic, struct why *w)
{
	if (xml) {
		int err = strcmp(xml, "-") ? open_check(xml, w) : 0;

		if (err)
			return err;
		return hwloc_topology_set_xml(h, xml) ? xml_refused(xml, w) : 0;
	}
	if (!synthetic)
		return 0;
	if (!synthetic_fits(synthetic))
		return misused(w, "'%s' has more than %u PUs, the most that is accepted", synthetic,
			       SYNTHETIC_PUS_MAX);
	return hwloc_topology_set_synthetic(h, synthetic) ? synthetic_refused(synthetic, w) : 0;
}

/* No devices; and the parent is not sent round all CPUs to read what sysfs says already. */
static int set_options(hwloc_topology_t h, struct why *w)
{
	if (hwloc_topology_set_io_types_filter(h, HWLOC_TYPE_FILTER_KEEP_NONE) ||
	    hwloc_topology_set_type_filter(h, HWLOC_OBJ_MISC, HWLOC_TYPE_FILTER_KEEP_NONE) ||
	    hwloc_topology_set_icache_types_filter(h, HWLOC_TYPE_FILTER_KEEP_NONE) ||
	    hwloc_topology_set_flags(h, HWLOC_TOPOLOGY_FLAG_DONT_CHANGE_BINDING))
		return fail(w, errno, "hwloc does not take an option that 2.7 has");
	return 0;
}

static int restrict_to_affinity(hwloc_topology_t h, struct why *w)
{
	hwloc_bitmap_t may = hwloc_bitmap_alloc();
	int err = 0;

	if (!may)
		return fail(w, ENOMEM, "a CPU set");
	if (hwloc_get_cpubind(h, may, HWLOC_CPUBIND_PROCESS))
		err = fail(w, errno, "reading which CPUs this process may use");
	else if (hwloc_topology_restrict(h, may, 0))
		err = fail(w, errno, "restricting the topology to this process's CPUs");
	hwloc_bitmap_free(may);
	return err;
}

/* What is wrong with a topology that does not load or has no CPU. */
static int useless(const char *xml, const char *synthetic, struct why *w)
{
	if (xml)
		return xml_refused(xml, w);
	if (synthetic)
		return synthetic_refused(synthetic, w);
	return fail(w, errno, "hwloc finds no CPU on this machine that this process may use");
}

static int load(struct topology *t, const char *xml, const char *synthetic, struct why *w)
{
	int err = set_options(t->hwloc, w);

	if (!err)
		err = set_source(t->hwloc, xml, synthetic, w);
	if (err)
		return err;
	if (hwloc_topology_load(t->hwloc) || topology_pus(t) < 1)
		return useless(xml, synthetic, w);
	t->existing = hwloc_bitmap_dup(hwloc_topology_get_complete_cpuset(t->hwloc));
	if (!t->existing)
		return fail(w, ENOMEM, "a CPU set");
	return topology_is_here(t) ? restrict_to_affinity(t->hwloc, w) : 0;
}

/* hwloc reads these variables too, but falls back to this machine without a word when what they
 * name is broken. */
static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

int topology_load(struct topology **out, const char *xml, const char *synthetic, struct why *w)
{
	*out = NULL;
	if (xml && synthetic)
		return misused(w, "an XML file and a synthetic topology: give one of them");
	if (!xml && !synthetic)
		xml = environment("HWLOC_XMLFILE");
	if (!xml && !synthetic)
		synthetic = environment("HWLOC_SYNTHETIC");

	struct topology *t = calloc(1, sizeof *t);
	if (!t)
		return fail(w, ENOMEM, "a topology");
	if (hwloc_topology_init(&t->hwloc)) {
		free(t);
		return fail(w, errno, "hwloc cannot start");
	}
	int err = load(t, xml, synthetic, w);
	if (err) {
		topology_free(t);
		return err;
	}
	*out = t;
	return 0;
}

void topology_free(struct topology *t)
{
	if (!t)
		return;
	hwloc_bitmap_free(t->existing);
	hwloc_topology_destroy(t->hwloc);
	free(t);
}

bool topology_is_here(const struct topology *t)
{
	return hwloc_topology_is_thissystem(t->hwloc);
}

int topology_pus(const struct topology *t)
{
	return hwloc_get_nbobjs_by_type(t->hwloc, HWLOC_OBJ_PU);
}

int topology_nodes(const struct topology *t)
{
	return hwloc_get_nbobjs_by_type(t->hwloc, HWLOC_OBJ_NUMANODE);
}

hwloc_obj_t topology_pu(const struct topology *t, int logical)
{
	return hwloc_get_obj_by_type(t->hwloc, HWLOC_OBJ_PU, (unsigned)logical);
}

bool topology_has_memory(const struct topology *t, hwloc_obj_t node)
{
	return node->attr->numanode.local_memory || !hwloc_get_root_obj(t->hwloc)->total_memory;
}

const char *topology_allowed_text(const struct topology *t, char *buf, size_t len)
{
	hwloc_const_bitmap_t allowed = hwloc_topology_get_topology_cpuset(t->hwloc);
	int n = hwloc_bitmap_list_snprintf(buf, len, allowed);

	if (n >= (int)len && len > 3)
		strcpy(buf + len - 4, "...");
	return buf;
}

static struct machine_cache caches(hwloc_topology_t h, hwloc_obj_type_t type)
{
	struct machine_cache c = {0};

	for (hwloc_obj_t o = NULL; (o = hwloc_get_next_obj_by_type(h, type, o)); c.count++) {
		uint64_t size = o->attr->cache.size;

		if (!c.count || size < c.smallest)
			c.smallest = size;
		if (size > c.largest)
			c.largest = size;
	}
	return c;
}

struct machine topology_machine(const struct topology *t)
{
	static const hwloc_obj_type_t level[CACHE_LEVELS] = {
		HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE,
		HWLOC_OBJ_L4CACHE, HWLOC_OBJ_L5CACHE,
	};
	struct machine m = {
		.packages = hwloc_get_nbobjs_by_type(t->hwloc, HWLOC_OBJ_PACKAGE),
		.cores = hwloc_get_nbobjs_by_type(t->hwloc, HWLOC_OBJ_CORE),
		.pus = topology_pus(t),
		.nodes = topology_nodes(t),
		.existing = hwloc_bitmap_weight(t->existing),
	};

	for (int i = 0; i < CACHE_LEVELS; i++)
		m.cache[i] = caches(t->hwloc, level[i]);
	return m;
}

char *topology_xml(const struct topology *t, struct why *w)
{
	char *text, *copy;
	int len;

	if (hwloc_topology_export_xmlbuffer(t->hwloc, &text, &len, 0)) {
		fail(w, errno, "writing the topology as XML");
		return NULL;
	}
	copy = strdup(text); /* hwloc frees its buffers itself */
	hwloc_free_xmlbuffer(t->hwloc, text);
	if (!copy)
		fail(w, ENOMEM, "the topology as XML, %d bytes", len);
	return copy;
}
