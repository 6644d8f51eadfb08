/* SPDX-License-Identifier: MIT */
/* System V and POSIX shared memory: is it there, and is there room? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "command/doctor.h"

#define LARGEST_BYTES (1ull << 30) /* of a default region */

/* By doing it, since seccomp filters and containers forbid what the kernel could do. */
static void system_v(struct finding *f)
{
	int id = shmget(IPC_PRIVATE, 1, IPC_CREAT | 0600), err = errno;
	void *p = id < 0 ? (void *)-1 : shmat(id, NULL, 0);

	if (id >= 0 && p == (void *)-1)
		err = errno;
	if (id >= 0)
		shmctl(id, IPC_RMID, NULL);
	if (p != (void *)-1) {
		shmdt(p);
		snprintf(f->value, sizeof f->value, "a segment can be made, attached and removed");
		return;
	}
	snprintf(f->value, sizeof f->value, "%s: %s", id < 0 ? "shmget" : "shmat", strerror(err));
	if (err == ENOSYS)
		advise(f, GRADE_UNFIT,
		       "this kernel has no System V IPC: build it with CONFIG_SYSVIPC=y");
	else if (err == ENOSPC)
		advise(f, GRADE_UNFIT,
		       "no segment is left (see shm-limits): ipcs -m, ipcrm -m ID of "
		       "what nobody needs");
	else
		advise(f, GRADE_UNFIT,
		       "a container or security module forbids it: allow shmget, "
		       "shmat, shmdt and shmctl in its seccomp profile");
}

static void shm_limits(struct finding *f)
{
	struct reading r = machine_shm_limits();
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct machine_shm shm;

	if (!found(f, &r) || machine_shm(&shm))
		return;
	if (shm.ids >= shm.shmmni)
		advise(f, GRADE_UNFIT, "no segment is left: sudo sysctl kernel.shmmni=%llu",
		       (unsigned long long)shm.ids + 4096);
	else if (shm.shmmax < LARGEST_BYTES)
		advise(f, GRADE_NOTE, "larger regions are skipped: sudo sysctl kernel.shmmax=%llu",
		       LARGEST_BYTES);
	else if (shm.shmall < shm.pages + LARGEST_BYTES / page)
		advise(f, GRADE_NOTE, "larger regions are skipped: sudo sysctl kernel.shmall=%llu",
		       (unsigned long long)(shm.pages + 2 * LARGEST_BYTES / page));
}

static void rmid_forced(struct finding *f)
{
	struct reading r = machine_shm_rmid_forced();

	if (found(f, &r) && atoi(r.text))
		advise(f, GRADE_NOTE,
		       "segments that nobody is attached to vanish, and some facts "
		       "cannot be shown: sudo sysctl kernel.shm_rmid_forced=0");
}

static void dev_shm(struct finding *f)
{
	struct reading r = machine_dev_shm();
	struct statvfs fs;

	if (!found(f, &r))
		advise(f, GRADE_NOTE, "posix regions need it: sudo mount -t tmpfs tmpfs /dev/shm");
	else if (access("/dev/shm", W_OK))
		advise(f, GRADE_NOTE,
		       "posix regions need to write to it: sudo chmod 1777 /dev/shm");
	else if (!statvfs("/dev/shm", &fs) &&
		 (double)fs.f_bavail * (double)fs.f_frsize < (double)(64u << 20))
		advise(f, GRADE_NOTE,
		       "larger posix regions are skipped: sudo mount -o "
		       "remount,size=1G /dev/shm (containers: --shm-size=1g)");
}

const struct check checks_shm[] = {
	{ .name = "system-v", .look = system_v, .decides = true },
	{ .name = "shm-limits", .look = shm_limits, .decides = true },
	{ .name = "shm-rmid-forced", .look = rmid_forced },
	{ .name = "dev-shm", .look = dev_shm },
	{ 0 },
};
