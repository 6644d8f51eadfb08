/* SPDX-License-Identifier: MIT */
/* What is recorded of a machine, and how its files are read. A file that is not there is a fact
 * about the machine too, so it is kept with its reason and never an error. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "record/machine.h"

const struct machine_item machine_items[] = {
	{ "kernel", machine_kernel },
	{ "processor", machine_processor },
	{ "hypervisor", machine_hypervisor },
	{ "cpus", machine_cpus },
	{ "smt", machine_smt },
	{ "governor", machine_governor },
	{ "boost", machine_boost },
	{ "clock_source", machine_clock_source },
	{ "idle_states", machine_idle_states },
	{ "cpu_latency", machine_cpu_latency },
	{ "isolated", machine_isolated },
	{ "mitigations", machine_mitigations },
	{ "load", machine_load },
	{ "perf_event_paranoid", machine_perf },
	{ "thp", machine_thp },
	{ "shmem_thp", machine_shmem_thp },
	{ "thp_sizes", machine_thp_sizes },
	{ "shmem_thp_sizes", machine_shmem_thp_sizes },
	{ "hugepages", machine_hugepages },
	{ "page_reporting", machine_page_reporting },
	{ "shm_limits", machine_shm_limits },
	{ "shm_rmid_forced", machine_shm_rmid_forced },
	{ "dev_shm", machine_dev_shm },
	{ "memory", machine_memory },
	{ "swap", machine_swap },
	{ "aslr", machine_aslr },
	{ "nodes", machine_nodes },
	{ "numa_balancing", machine_numa_balancing },
	{ "memlock", machine_memlock },
	{ "cgroup_memory", machine_cgroup_memory },
	{ "cgroup_cpu", machine_cgroup_cpu },
	{ "cpuset_cpus", machine_cpuset_cpus },
	{ "cpuset_nodes", machine_cpuset_nodes },
	{ "gnuplot", machine_gnuplot },
	{ 0 },
};

struct reading machine_text(const char *fmt, ...)
{
	struct reading r = { .known = true };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r.text, sizeof r.text, fmt, ap);
	va_end(ap);
	return r;
}

struct reading machine_unknown(const char *fmt, ...)
{
	struct reading r = { .text = "unavailable: " };
	size_t used = strlen(r.text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r.text + used, sizeof r.text - used, fmt, ap);
	va_end(ap);
	return r;
}

struct reading machine_file(const char *path)
{
	FILE *f = fopen(path, "re");
	struct reading r = { .known = true };

	if (!f)
		return machine_unknown("%s: %s", path, strerror(errno));
	errno = 0;
	bool got = fgets(r.text, sizeof r.text, f);
	int err = errno;
	fclose(f);
	if (!got && err) /* sysfs reports some failures only when reading */
		return machine_unknown("%s: %s", path, strerror(err));
	r.text[strcspn(r.text, "\n")] = '\0';
	return r;
}

struct reading machine_choice(const char *path)
{
	struct reading r = machine_file(path);
	const char *from = strchr(r.text, '['), *to = from ? strchr(from, ']') : NULL;

	if (!r.known || !to)
		return r;
	return machine_text("%.*s", (int)(to - from - 1), from + 1);
}

long long machine_number(const char *path)
{
	struct reading r = machine_file(path);
	char *end;
	long long n = strtoll(r.text, &end, 10);

	return r.known && end > r.text ? n : -1;
}
