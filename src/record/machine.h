/* SPDX-License-Identifier: MIT */
#ifndef MACHINE_H
#define MACHINE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The state of the machine, read and never changed. The run record keeps machine_items; `doctor`
 * judges the same readings. Parent only; nothing here is needed while measuring.
 */
struct reading {
	bool known;
	char text[400]; /* one line; where !known "unavailable: " and the reason */
};

struct machine_item {
	const char *name; /* key in run.json: "shmem_thp" */
	struct reading (*read)(void);
};

/* Ends with a NULL name. */
extern const struct machine_item machine_items[];

/* First line of a file of /proc or /sys. */
struct reading machine_file(const char *path);
/* The word in brackets of "always [madvise] never". */
struct reading machine_choice(const char *path);
/* The number in such a file; -1 where it cannot be had. */
long long machine_number(const char *path);
/* A reading in printf's words. */
__attribute__((format(printf, 1, 2))) struct reading machine_text(const char *fmt, ...);
__attribute__((format(printf, 1, 2))) struct reading machine_unknown(const char *fmt, ...);

/* machine_cpu.c */
struct reading machine_kernel(void);
struct reading machine_processor(void);
/* "none" off guests; begins with machine_emulated where this program is emulated: no number that it
 * prints is then one of the machine. */
struct reading machine_hypervisor(void);
extern const char machine_emulated[];
/*
 * A system call takes 50 to 400 ns on bare machines and in guests whose processor has two levels of page
 * tables. Where the host takes part in each (kernels that know their host, such as PVM and Xen PV, or
 * gVisor) it takes more than this: 1300 was seen on a PVM guest.
 */
enum { MACHINE_SYSCALL_NS_MAX = 700 };
/*
 * So many times as long a mapping lives while a process runs on another CPU where that is worth a word: a
 * busy thread of the same core makes it 1.25 times, levels that come and go are 10 % apart, and a host that
 * keeps the page tables made it 2.9 times (PVM).
 */
#define MACHINE_BESIDE_MIN 1.25
struct reading machine_cpus(void); /* that this process may use */
int machine_cpus_count(void);
struct reading machine_smt(void);
struct reading machine_governor(void); /* of all CPUs: "performance", or several words */
struct reading machine_boost(void);    /* "on" or "off" */
struct reading machine_clock_source(void);
struct reading machine_isolated(void); /* "none" */
struct reading machine_mitigations(void);
struct reading machine_load(void);
struct reading machine_perf(void);
struct reading machine_gnuplot(void); /* "5.4 patchlevel 4" */

/* machine_idle.c: "intel_idle, chosen by menu: POLL 0 us, C1 2 us, C6 170 us": what a CPU may do that
 * has nothing to do, and how long it takes to leave that, by the driver's own account: what a hypervisor
 * adds to a halt is not in it. Unknown where no driver is there to be told anything. */
struct reading machine_idle_states(void);
bool machine_idles_by_driver(void);
/* The limit of that time: "no limit", "0 us"; root's to know. */
struct reading machine_cpu_latency(void);
extern const char machine_cpu_latency_path[];

/* Share of this machine's CPU time that a hypervisor gave to others while we slept for `ns`;
 * NAN where the kernel does not say. The clock of /proc/stat ticks every 10 ms. */
double machine_steal(uint64_t ns);

/* machine_pages.c */
struct reading machine_thp(void);
struct reading machine_shmem_thp(void);
struct reading machine_thp_sizes(void); /* by setting: "never 64K, inherit 2M" */
struct reading machine_shmem_thp_sizes(void);
struct reading machine_hugepages(void);      /* the pool of every size */
struct reading machine_page_reporting(void); /* of free pages to the host; "off" */

/* machine_memory.c */
struct reading machine_shm_limits(void);
struct reading machine_shm_rmid_forced(void);
struct reading machine_dev_shm(void);
struct reading machine_memory(void);
struct reading machine_swap(void);
struct reading machine_aslr(void);
struct reading machine_nodes(void);
struct reading machine_numa_balancing(void);
struct reading machine_memlock(void);

/* Limits of System V shared memory in this IPC namespace, and what is used of them. */
struct machine_shm {
	uint64_t shmmax;        /* bytes of one segment */
	uint64_t shmall, pages; /* pages of all segments */
	uint64_t shmmni, ids;   /* segments */
};
/* 0, or -ENOSYS where the kernel has no System V shared memory. */
int machine_shm(struct machine_shm *shm);

/* Bytes of "MemAvailable:" and the like; -1 where /proc/meminfo does not say. */
long long machine_meminfo(const char *name);

/* 3221225472 -> "3.0 GiB": for people, not exact. In buf, which is returned. */
const char *machine_bytes(double bytes, char *buf, size_t len);

/* machine_cgroup.c: the tightest limit of this process's control group and those above it, of
 * version 1 and 2; INFINITY for none. */
double machine_cgroup_bytes(void);
double machine_cgroup_cpus(void);
struct reading machine_cgroup_memory(void);
struct reading machine_cgroup_cpu(void);
/* The CPUs and memory nodes that the group may use, as lists; unknown where no cpuset says. */
struct reading machine_cpuset_cpus(void);
struct reading machine_cpuset_nodes(void);

#endif
