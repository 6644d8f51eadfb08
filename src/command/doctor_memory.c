/* SPDX-License-Identifier: MIT */
/* Memory, its pages, and the limits of groups and users. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include "command/doctor.h"

/* What the larger cells need: two regions of 64 MiB beside their recycled memory. */
#define ENOUGH_BYTES (512ll << 20)

static void memory(struct finding *f)
{
	struct reading r = machine_memory();

	if (found(f, &r) && machine_meminfo("MemAvailable:") < ENOUGH_BYTES)
		advise(f, GRADE_NOTE, "cells of 64M and more will be skipped; end other programs");
}

static void swap(struct finding *f)
{
	struct reading r = machine_swap();

	if (found(f, &r) && strcmp(r.text, "none"))
		advise(f, GRADE_NOTE,
		       "pages may be swapped out while they are measured: sudo swapoff -a");
}

static void cgroup_memory(struct finding *f)
{
	struct reading r = machine_cgroup_memory();

	if (found(f, &r) && machine_cgroup_bytes() < (double)ENOUGH_BYTES)
		advise(f, GRADE_NOTE,
		       "raise memory.max of this control group, or the container's "
		       "--memory");
}

static void cgroup_cpu(struct finding *f)
{
	struct reading r = machine_cgroup_cpu();

	if (found(f, &r) && isfinite(machine_cgroup_cpus()))
		advise(f, GRADE_NOTE,
		       "roles are stopped when the quota is used up; lift cpu.max of "
		       "this control group, or the container's --cpus");
}

static void thp(struct finding *f)
{
	struct reading r = machine_thp();

	if (found(f, &r) && !strcmp(r.text, "never"))
		advise(f, GRADE_NOTE,
		       "anonymous memory gets no huge pages: echo madvise | sudo tee "
		       "/sys/kernel/mm/transparent_hugepage/enabled");
}

static void shmem_thp(struct finding *f)
{
	struct reading r = machine_shmem_thp();

	if (!found(f, &r))
		return;
	if (!strcmp(r.text, "never") || !strcmp(r.text, "deny"))
		advise(f, GRADE_NOTE,
		       "`--page thp' is skipped: echo advise | sudo tee "
		       "/sys/kernel/mm/transparent_hugepage/shmem_enabled");
	else if (strcmp(r.text, "advise"))
		advise(f, GRADE_NOTE,
		       "`--page base' may get huge pages: echo advise | sudo tee "
		       "/sys/kernel/mm/transparent_hugepage/shmem_enabled");
}

static void hugepages(struct finding *f)
{
	struct reading r = machine_hugepages();

	if (found(f, &r) && !strcmp(r.text, "none"))
		advise(f, GRADE_NOTE,
		       "`--page 2m' and `1g' are skipped: sudo sysctl "
		       "vm.nr_hugepages=512");
}

static void aslr(struct finding *f)
{
	struct reading r = machine_aslr();

	if (found(f, &r) && atoi(r.text) != 2)
		advise(f, GRADE_NOTE,
		       "every invocation meets the same addresses, and their luck: sudo "
		       "sysctl kernel.randomize_va_space=2");
}

static void numa(struct finding *f)
{
	struct reading nodes = machine_nodes(), balancing = machine_numa_balancing();

	if (!found(f, &nodes))
		return;
	snprintf(f->value, sizeof f->value, "nodes %.64s, balancing %s", nodes.text,
		 !balancing.known       ? "not in this kernel"
		 : atoi(balancing.text) ? "on"
					: "off");
	if (strcmp(nodes.text, "0") && balancing.known && atoi(balancing.text))
		advise(f, GRADE_NOTE,
		       "pages may move while they are measured: sudo sysctl "
		       "kernel.numa_balancing=0");
}

static void memlock(struct finding *f)
{
	struct reading r = machine_memlock();
	struct rlimit limit;

	if (found(f, &r) && geteuid() && !getrlimit(RLIMIT_MEMLOCK, &limit) &&
	    limit.rlim_cur < (64u << 20))
		advise(f, GRADE_NOTE,
		       "`--populate lock' is skipped for larger regions: ulimit -l "
		       "unlimited (limits.conf: memlock)");
}

/* mlockall(MCL_FUTURE) would make every attach populate the whole region. It is not inherited
 * (mlock(2)), but a preloaded library may have called it in this process, and would in workers. */
static void locked_future(struct finding *f)
{
	unsigned char resident = 0;
	size_t len = (size_t)sysconf(_SC_PAGESIZE);
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mincore(p, len, &resident)) {
		snprintf(f->value, sizeof f->value, "no page of shared memory can be mapped");
		advise(f, GRADE_UNFIT, "end other programs");
	} else if (resident & 1) {
		snprintf(f->value, sizeof f->value, "a new mapping has its page before any touch");
		advise(f, GRADE_UNFIT,
		       "something in this process called mlockall(MCL_FUTURE): unset "
		       "LD_PRELOAD");
	} else {
		snprintf(f->value, sizeof f->value,
			 "a new mapping has no page before its first touch");
	}
	if (p != MAP_FAILED)
		munmap(p, len);
}

const struct check checks_memory[] = {
	{ .name = "memory", .look = memory },
	{ .name = "swap", .look = swap },
	{ .name = "cgroup-memory", .look = cgroup_memory },
	{ .name = "cgroup-cpu", .look = cgroup_cpu },
	{ .name = "thp", .look = thp },
	{ .name = "shmem-thp", .look = shmem_thp },
	{ .name = "hugepages", .look = hugepages },
	{ .name = "aslr", .look = aslr },
	{ .name = "numa", .look = numa },
	{ .name = "memlock", .look = memlock },
	{ .name = "mlockall", .look = locked_future, .decides = true },
	{ 0 },
};
