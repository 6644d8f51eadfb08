/* SPDX-License-Identifier: MIT */
/* Limits of control groups. They add up downwards: the tightest between this process's group and
 * the root holds. In a container the path in /proc/self/cgroup may not exist below the mount;
 * then the mount's own files are the container's. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "record/machine.h"

/* A limit that stands in one directory, or INFINITY. */
typedef double limit_in(const char *directory);

static double number_in(const char *directory, const char *file)
{
	char path[600];

	snprintf(path, sizeof path, "%s/%s", directory, file);
	struct reading r = machine_file(path);
	return r.known && r.text[0] >= '0' && r.text[0] <= '9' ? atof(r.text) : INFINITY;
}

/* Version 1 says 2^63 less a page for "no limit". */
static double bytes_in(const char *directory)
{
	double bytes = fmin(number_in(directory, "memory.limit_in_bytes"),
			    number_in(directory, "memory.max"));

	return bytes >= 0x1p62 ? INFINITY : bytes;
}

static double cpus_in(const char *directory)
{
	double period = number_in(directory, "cpu.cfs_period_us"), quota, limit = INFINITY;
	char path[600];

	quota = number_in(directory, "cpu.cfs_quota_us"); /* -1 for none, which is no number here */
	if (isfinite(quota) && isfinite(period) && period > 0)
		limit = quota / period;
	snprintf(path, sizeof path, "%s/cpu.max", directory);
	struct reading r = machine_file(path);
	if (r.known && sscanf(r.text, "%lf %lf", &quota, &period) == 2 && period > 0)
		limit = fmin(limit, quota / period);
	return limit;
}

/* Called for the directories of this process's group and those above it; true ends it. */
typedef bool visit_directory(void *arg, const char *directory);

/* From mount/group up to mount. */
static bool visit_above(const char *mount, const char *group, visit_directory *visit, void *arg)
{
	char directory[512];

	snprintf(directory, sizeof directory, "%s%s", mount, group);
	while (strlen(directory) >= strlen(mount)) {
		if (visit(arg, directory))
			return true;
		char *slash = strrchr(directory, '/');
		if (!slash)
			break;
		*slash = '\0';
	}
	return false;
}

static bool lists(const char *controllers, const char *wanted)
{
	char copy[128], *rest = copy, *word;

	snprintf(copy, sizeof copy, "%s", controllers);
	while ((word = strsep(&rest, ",")))
		if (!strcmp(word, wanted))
			return true;
	return false;
}

/* Lines of /proc/self/cgroup are "4:memory:/group", and "0::/group" for version 2. */
static void visit_groups(const char *controller, visit_directory *visit, void *arg)
{
	bool pure = !access("/sys/fs/cgroup/cgroup.controllers", F_OK), done = false;
	FILE *f = fopen("/proc/self/cgroup", "re");
	char line[600], mount[64];

	snprintf(mount, sizeof mount, "/sys/fs/cgroup/%s", controller);
	while (f && !done && fgets(line, sizeof line, f)) {
		char *rest = line;

		line[strcspn(line, "\n")] = '\0';
		strsep(&rest, ":");
		const char *controllers = strsep(&rest, ":");
		if (!controllers || !rest)
			continue;
		if (!controllers[0])
			done = visit_above(pure ? "/sys/fs/cgroup" : "/sys/fs/cgroup/unified", rest,
					   visit, arg);
		else if (lists(controllers, controller))
			done = visit_above(mount, rest, visit, arg);
	}
	if (f)
		fclose(f);
}

struct tightest {
	limit_in *limit;
	double least;
};

static bool visit_limit(void *arg, const char *directory)
{
	struct tightest *t = arg;

	t->least = fmin(t->least, t->limit(directory));
	return false;
}

static double tightest(const char *controller, limit_in *limit)
{
	struct tightest t = { limit, INFINITY };

	visit_groups(controller, visit_limit, &t);
	return t.least;
}

/* A file under either version's name, in the nearest group that has it. */
struct nearest {
	const char *name, *old_name;
	struct reading reading;
};

static bool visit_file(void *arg, const char *directory)
{
	struct nearest *n = arg;
	char path[600];

	snprintf(path, sizeof path, "%s/%s", directory, n->name);
	n->reading = machine_file(path);
	if (n->reading.known)
		return true;
	snprintf(path, sizeof path, "%s/%s", directory, n->old_name);
	n->reading = machine_file(path);
	return n->reading.known;
}

static struct reading nearest_cpuset(const char *name, const char *old_name)
{
	struct nearest n = { name, old_name, machine_unknown("no cpuset controller") };

	visit_groups("cpuset", visit_file, &n);
	return n.reading.known ? n.reading : machine_unknown("no cpuset controller");
}

struct reading machine_cpuset_cpus(void)
{
	return nearest_cpuset("cpuset.cpus.effective", "cpuset.effective_cpus");
}

struct reading machine_cpuset_nodes(void)
{
	return nearest_cpuset("cpuset.mems.effective", "cpuset.effective_mems");
}

double machine_cgroup_bytes(void)
{
	return tightest("memory", bytes_in);
}

double machine_cgroup_cpus(void)
{
	return tightest("cpu", cpus_in);
}

struct reading machine_cgroup_memory(void)
{
	double bytes = machine_cgroup_bytes();
	char text[32];

	if (isinf(bytes))
		return machine_text("no limit");
	return machine_text("%s", machine_bytes(bytes, text, sizeof text));
}

struct reading machine_cgroup_cpu(void)
{
	double cpus = machine_cgroup_cpus();

	return isinf(cpus) ? machine_text("no limit") : machine_text("%.2f CPUs", cpus);
}
