/* SPDX-License-Identifier: MIT */
/*
 * System V: shmget, shmat, shmdt, shmctl(IPC_RMID). IPC_PRIVATE always: no key can clash with a
 * user's. Each of the four calls takes the IPC namespace's shm_ids.rwsem as a writer (ipc/shm.c),
 * so unrelated processes that attach unrelated segments wait for each other.
 */
#include <errno.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>
#include "region/backing.h"

static int sysv_create(struct region *r)
{
	r->id = shmget(IPC_PRIVATE, r->len, IPC_CREAT | 0600);
	return r->id < 0 ? fail(r->why, errno, "shmget of %zu bytes", r->len) : 0;
}

static int sysv_attach(struct region *r)
{
	void *p = shmat(r->id, NULL, 0);

	if (p == (void *)-1)
		return fail(r->why, errno, "shmat");
	r->addr = p;
	return 0;
}

static int sysv_detach(struct region *r)
{
	if (shmdt(r->addr))
		return fail(r->why, errno, "shmdt");
	r->addr = NULL;
	return 0;
}

/* Linux lets a segment that is marked for removal be attached by id as long as somebody holds it:
 * shmctl(2). POSIX does not promise that. */
static int sysv_remove(struct region *r)
{
	return shmctl(r->id, IPC_RMID, NULL) ? fail(r->why, errno, "shmctl IPC_RMID") : 0;
}

static int sysv_fits(const struct region *r, size_t touched)
{
	struct shm_info used;
	unsigned long long page = (unsigned long long)sysconf(_SC_PAGESIZE);
	unsigned long long max = backing_limit("/proc/sys/kernel/shmmax", -1ull);
	unsigned long long all = backing_limit("/proc/sys/kernel/shmall", -1ull);
	unsigned long long ids = backing_limit("/proc/sys/kernel/shmmni", -1ull);

	(void)touched;
	if (shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&used) < 0)
		return cannot(r->why, "this kernel or container has no System V shared memory");
	if (r->len > max)
		return cannot(r->why,
			      "sysv of %zu bytes: kernel.shmmax is %llu; sysctl -w "
			      "kernel.shmmax=%zu raises it",
			      r->len, max, r->len);
	if (used.shm_tot + (r->len + page - 1) / page > all)
		return cannot(r->why,
			      "sysv of %zu bytes: kernel.shmall is %llu pages, %lu are "
			      "taken; sysctl -w kernel.shmall=N raises it",
			      r->len, all, used.shm_tot);
	if ((unsigned long long)used.used_ids + 1 > ids)
		return cannot(r->why,
			      "sysv: all %llu ids of kernel.shmmni are taken; sysctl -w "
			      "kernel.shmmni=N raises it, ipcs -m shows who has them",
			      ids);
	return backing_commit(r);
}

const struct region_ops region_sysv = {
	.name = "sysv",
	.about = "System V segment: shmget, shmat",
	.pages = 1u << PAGE_BASE,
	.create = sysv_create,
	.attach = sysv_attach,
	.detach = sysv_detach,
	.remove = sysv_remove,
	.fits = sysv_fits,
};
