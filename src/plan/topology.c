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
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "plan/topology.h"
#include "plan/xml.h"

/* Larger than any machine; hwloc itself would try to build any number. */
#define SYNTHETIC_PUS_MAX 65536u

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

/* Where a topology comes from: this machine with neither. */
struct source {
	struct xml xml;
	const char *synthetic;
};

/* What is wrong when hwloc does not take it: it says no more itself. */
static int refused(const struct source *s, struct why *w)
{
	if (s->xml.path)
		return xml_refused(&s->xml, w);
	if (s->synthetic)
		return synthetic_refused(s->synthetic, w);
	return fail(w, errno, "hwloc finds no CPU on this machine that this process may use");
}

static int build(hwloc_topology_t h, const struct source *s, struct why *w)
{
	int err = set_options(h, w);

	if (err)
		return err;
	if (s->xml.path)
		err = s->xml.len > INT_MAX ||
		      hwloc_topology_set_xmlbuffer(h, s->xml.text, (int)s->xml.len);
	else if (s->synthetic)
		err = hwloc_topology_set_synthetic(h, s->synthetic);
	if (err || hwloc_topology_load(h) || hwloc_get_nbobjs_by_type(h, HWLOC_OBJ_PU) < 1)
		return refused(s, w);
	return 0;
}

_Noreturn static void try_in_child(const struct source *s)
{
	struct why unused = { "" };
	hwloc_topology_t h;
	int nowhere = open("/dev/null", O_WRONLY);

	/* A handler of the parent's must not run here, and an expected crash leaves no core. */
	signal(SIGSEGV, SIG_DFL);
	signal(SIGABRT, SIG_DFL);
	prctl(PR_SET_DUMPABLE, 0);
	if (nowhere >= 0)
		dup2(nowhere, STDERR_FILENO);
	_exit(hwloc_topology_init(&h) || build(h, s, &unused));
}

/* hwloc 2.9 follows a null pointer where an object of a damaged file lacks complete_cpuset, and
 * other ways to go wrong have been found by changing bytes at random: a file is first tried in a
 * process of its own. */
static int try_xml(const struct source *s, struct why *w)
{
	int status;
	pid_t child = fork();

	if (child < 0)
		return fail(w, errno, "fork");
	if (child == 0)
		try_in_child(s);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return fail(w, errno, "waiting for the trial of %s", s->xml.path);
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : refused(s, w);
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

static int load(struct topology *t, const struct source *s, struct why *w)
{
	int err = build(t->hwloc, s, w);

	if (err)
		return err;
	t->existing = hwloc_bitmap_dup(hwloc_topology_get_complete_cpuset(t->hwloc));
	if (!t->existing)
		return fail(w, ENOMEM, "a CPU set");
	return topology_is_here(t) ? restrict_to_affinity(t->hwloc, w) : 0;
}

static int source_open(struct source *s, const char *xml, const char *synthetic, struct why *w)
{
	*s = (struct source){ .synthetic = synthetic };
	if (synthetic && !synthetic_fits(synthetic))
		return misused(w, "'%s' has more than %u PUs, the most that is accepted", synthetic,
			       SYNTHETIC_PUS_MAX);
	if (!xml)
		return 0;
	int err = xml_open(&s->xml, xml, w);
	return err ? err : try_xml(s, w);
}

/* hwloc reads these variables too, but falls back to this machine without a word when what they
 * name is broken. */
static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static int topology_new(struct topology **out, const struct source *s, struct why *w)
{
	struct topology *t = calloc(1, sizeof *t);

	if (!t || hwloc_topology_init(&t->hwloc)) {
		free(t);
		return fail(w, ENOMEM, "a topology");
	}
	int err = load(t, s, w);
	if (err)
		topology_free(t);
	else
		*out = t;
	return err;
}

int topology_load(struct topology **out, const char *xml, const char *synthetic, struct why *w)
{
	struct source s;

	*out = NULL;
	if (xml && synthetic)
		return misused(w, "an XML file and a synthetic topology: give one of them");
	if (!xml && !synthetic)
		xml = environment("HWLOC_XMLFILE");
	if (!xml && !synthetic)
		synthetic = environment("HWLOC_SYNTHETIC");
	int err = source_open(&s, xml, synthetic, w);
	if (!err)
		err = topology_new(out, &s, w);
	xml_close(&s.xml);
	return err;
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
	struct machine_cache c = { 0 };

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
