/* SPDX-License-Identifier: MIT */
/* Memory: how much, and what System V and POSIX shared memory may take of it. */
#include <errno.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "record/machine.h"

const char *machine_bytes(double bytes, char *buf, size_t len)
{
	static const char *const unit[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
	size_t step = 0;

	/* The kernel's "no limit" for segments is ULONG_MAX less 2^24. */
	if (bytes >= 0x1p62) {
		snprintf(buf, len, "no limit");
		return buf;
	}
	while (bytes >= 1024 && step < 5) {
		bytes /= 1024;
		step++;
	}
	snprintf(buf, len, step ? "%.1f %s" : "%.0f %s", bytes, unit[step]);
	return buf;
}

int machine_shm(struct machine_shm *shm)
{
	struct shminfo limits;
	struct shm_info use;

	if (shmctl(0, IPC_INFO, (struct shmid_ds *)&limits) < 0 ||
	    shmctl(0, SHM_INFO, (struct shmid_ds *)&use) < 0)
		return -errno;
	*shm = (struct machine_shm){
		.shmmax = limits.shmmax,
		.shmall = limits.shmall,
		.shmmni = limits.shmmni,
		.ids = (uint64_t)use.used_ids,
		.pages = use.shm_tot,
	};
	return 0;
}

struct reading machine_shm_limits(void)
{
	struct machine_shm shm = { 0 };
	int err = machine_shm(&shm);
	double page = (double)sysconf(_SC_PAGESIZE);
	char each[32], all[32], used[32];

	if (err)
		return machine_unknown("shmctl(IPC_INFO): %s", strerror(-err));
	return machine_text("shmmax %s, shmall %s (%s in use), shmmni %llu (%llu in use)",
			    machine_bytes((double)shm.shmmax, each, sizeof each),
			    machine_bytes((double)shm.shmall * page, all, sizeof all),
			    machine_bytes((double)shm.pages * page, used, sizeof used),
			    (unsigned long long)shm.shmmni, (unsigned long long)shm.ids);
}

struct reading machine_shm_rmid_forced(void)
{
	return machine_file("/proc/sys/kernel/shm_rmid_forced");
}

static bool find_mount(const char *directory, char type[32], char options[128])
{
	FILE *f = setmntent("/proc/self/mounts", "re");
	struct mntent *m;
	bool found = false;

	while (f && (m = getmntent(f))) {
		if (strcmp(m->mnt_dir, directory))
			continue;
		found = true; /* the last one mounted there counts */
		snprintf(type, 32, "%s", m->mnt_type);
		snprintf(options, 128, "%s", m->mnt_opts);
	}
	if (f)
		endmntent(f);
	return found;
}

struct reading machine_dev_shm(void)
{
	struct statvfs fs;
	char type[32], options[128], size[32], unused[32];

	if (statvfs("/dev/shm", &fs))
		return machine_unknown("/dev/shm: %s", strerror(errno));
	if (!find_mount("/dev/shm", type, options))
		return machine_unknown("/dev/shm is no mount of its own");
	return machine_text(
		"%s of %s, %s free (%s)", type,
		machine_bytes((double)fs.f_blocks * (double)fs.f_frsize, size, sizeof size),
		machine_bytes((double)fs.f_bavail * (double)fs.f_frsize, unused, sizeof unused),
		options);
}

long long machine_meminfo(const char *name)
{
	FILE *f = fopen("/proc/meminfo", "re");
	char line[256];
	long long kb = -1;

	while (f && kb < 0 && fgets(line, sizeof line, f))
		if (!strncmp(line, name, strlen(name)))
			kb = strtoll(line + strlen(name), NULL, 10);
	if (f)
		fclose(f);
	return kb < 0 ? -1 : kb * 1024;
}

struct reading machine_memory(void)
{
	long long all = machine_meminfo("MemTotal:"), unused = machine_meminfo("MemAvailable:");
	char total[32], available[32];

	if (all < 0 || unused < 0)
		return machine_unknown("/proc/meminfo has no MemAvailable");
	return machine_text("%s, %s available", machine_bytes((double)all, total, sizeof total),
			    machine_bytes((double)unused, available, sizeof available));
}

struct reading machine_swap(void)
{
	long long all = machine_meminfo("SwapTotal:"), unused = machine_meminfo("SwapFree:");
	char total[32], used[32];

	if (all < 0 || unused < 0)
		return machine_unknown("/proc/meminfo has no SwapTotal");
	if (!all)
		return machine_text("none");
	return machine_text("%s, %s in use", machine_bytes((double)all, total, sizeof total),
			    machine_bytes((double)(all - unused), used, sizeof used));
}

struct reading machine_aslr(void)
{
	return machine_file("/proc/sys/kernel/randomize_va_space");
}

struct reading machine_nodes(void)
{
	return machine_file("/sys/devices/system/node/online");
}

struct reading machine_numa_balancing(void)
{
	return machine_file("/proc/sys/kernel/numa_balancing");
}

struct reading machine_memlock(void)
{
	struct rlimit r;
	char soft[32];

	if (getrlimit(RLIMIT_MEMLOCK, &r))
		return machine_unknown("getrlimit: %s", strerror(errno));
	return machine_text("%s", machine_bytes((double)r.rlim_cur, soft, sizeof soft));
}
