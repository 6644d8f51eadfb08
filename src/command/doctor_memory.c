/* SPDX-License-Identifier: MIT */
/* Memory, its pages, and the limits of groups and users. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
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

static void cpuset(struct finding *f)
{
	struct reading cpus = machine_cpuset_cpus(), nodes = machine_cpuset_nodes();
	struct reading all = machine_file("/sys/devices/system/cpu/online");
	struct reading all_nodes = machine_nodes();

	/* No controller is no limit. */
	snprintf(f->value, sizeof f->value, "CPUs %.150s, memory nodes %.150s",
		 cpus.known ? cpus.text : "not limited", nodes.known ? nodes.text : "not limited");
	if (cpus.known && all.known && strcmp(cpus.text, all.text))
		advise(f, GRADE_NOTE,
		       "CPUs %.100s are online: raise cpuset.cpus of this control group, or the "
		       "container's --cpuset-cpus",
		       all.text);
	else if (nodes.known && all_nodes.known && strcmp(nodes.text, all_nodes.text))
		advise(f, GRADE_NOTE,
		       "nodes %.100s are online: raise cpuset.mems of this control group, or the "
		       "container's --cpuset-mems",
		       all_nodes.text);
}

/* Inherited by fork and exec, unlike the knobs: prctl(2). */
static bool thp_disabled(struct finding *f)
{
	if (prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) != 1)
		return false;
	advise(f, GRADE_NOTE,
	       "whoever started this program has called prctl(PR_SET_THP_DISABLE): `--page thp' is "
	       "skipped; start it from another shell or service");
	return true;
}

static void thp(struct finding *f)
{
	struct reading r = machine_thp();

	if (!found(f, &r) || thp_disabled(f))
		return;
	if (!strcmp(r.text, "always"))
		advise(f, GRADE_NOTE,
		       "anonymous memory gets huge pages unasked: echo madvise | sudo tee "
		       "/sys/kernel/mm/transparent_hugepage/enabled");
	else if (!strcmp(r.text, "never"))
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

/* A size whose setting is one of these gives its pages to whoever did not ask. */
static bool has_setting(const struct reading *sizes, const char *word)
{
	const char *at = strstr(sizes->text, word);

	return sizes->known && at && (at == sizes->text || at[-1] == ' ');
}

static void thp_sizes(struct finding *f)
{
	struct reading r = machine_thp_sizes();

	if (!r.known) { /* before 6.8: one size, and one knob for it */
		snprintf(f->value, sizeof f->value, "one, by the knob thp");
		return;
	}
	if (found(f, &r) && has_setting(&r, "always"))
		advise(f, GRADE_NOTE,
		       "anonymous memory gets larger pages unasked: echo never | sudo tee "
		       "/sys/kernel/mm/transparent_hugepage/hugepages-*kB/enabled");
}

static void shmem_thp_sizes(struct finding *f)
{
	struct reading r = machine_shmem_thp_sizes();

	if (!r.known) { /* before 6.11 */
		snprintf(f->value, sizeof f->value, "one, by the knob shmem-thp");
		return;
	}
	if (found(f, &r) && (has_setting(&r, "always") || has_setting(&r, "within_size")))
		advise(f, GRADE_NOTE,
		       "`--page base' may get larger pages: echo never | sudo tee "
		       "/sys/kernel/mm/transparent_hugepage/hugepages-*kB/shmem_enabled");
}

static bool pool_is_empty(const char *directory)
{
	char path[128];

	snprintf(path, sizeof path, "/sys/kernel/mm/hugepages/%s/nr_hugepages", directory);
	return machine_number(path) == 0;
}

static void hugepages(struct finding *f)
{
	struct reading r = machine_hugepages();
	bool small = pool_is_empty("hugepages-2048kB"),
	     large = pool_is_empty("hugepages-1048576kB");

	if (!found(f, &r) || !(small || large))
		return;
	advise(f, GRADE_NOTE, "%s%s%s",
	       small ? "`--page 2m' is skipped: echo 512 | sudo tee "
		       "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"
		     : "",
	       small && large ? "; " : "",
	       large ? "`--page 1g' is skipped: echo 1 | sudo tee "
		       "/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages"
		     : "");
}

/* Fresh memory is then the host's fresh memory too, seconds after it was last used. */
static void page_reporting(struct finding *f)
{
	struct reading r = machine_page_reporting();
	char device[64] = "";

	if (!found(f, &r) || sscanf(r.text, "by %63[^,]", device) != 1)
		return;
	advise(f, GRADE_NOTE,
	       "freed memory goes back to the host: a first touch may pay for getting it again "
	       "(--memory recycled, the default, avoids it); until the next boot: echo %s | sudo "
	       "tee /sys/bus/virtio/drivers/virtio_balloon/unbind",
	       device);
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
	{ .name = "cpuset", .look = cpuset },
	{ .name = "thp", .look = thp },
	{ .name = "thp-sizes", .look = thp_sizes },
	{ .name = "shmem-thp", .look = shmem_thp },
	{ .name = "shmem-thp-sizes", .look = shmem_thp_sizes },
	{ .name = "hugepages", .look = hugepages },
	{ .name = "page-reporting", .look = page_reporting },
	{ .name = "aslr", .look = aslr },
	{ .name = "numa", .look = numa },
	{ .name = "memlock", .look = memlock },
	{ .name = "mlockall", .look = locked_future, .decides = true },
	{ 0 },
};
