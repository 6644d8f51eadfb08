/* SPDX-License-Identifier: MIT */
/*
 * System V: shmget, shmat, shmdt, shmctl(IPC_RMID). IPC_PRIVATE unless it is to be found: no key can
 * clash with a user's. Each of the four calls takes the IPC namespace's shm_ids.rwsem as a writer (ipc/shm.c),
 * so unrelated processes that attach unrelated segments wait for each other.
 */
#include <errno.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/random.h>
#include <sys/shm.h>
#include <unistd.h>
#include "region/backing.h"
#include "region/page.h"

static int create_flags(const struct region *r)
{
	int pages = page_is_pooled(r->page) ? SHM_HUGETLB | page_size_flag(r->page) : 0;

	return IPC_CREAT | pages | 0600;
}

/* A key that nobody has. Drawn, not counted up: other programs choose theirs from small numbers and
 * from paths (ftok(3)). */
static int create_keyed(struct region *r)
{
	enum { TRIES = 100 };

	for (int i = 0; i < TRIES; i++) {
		if (getrandom(&r->key, sizeof r->key, 0) != sizeof r->key)
			return fail(r->why, errno, "getrandom for a key");
		if (r->key == IPC_PRIVATE)
			continue;
		r->id = shmget(r->key, r->len, create_flags(r) | IPC_EXCL);
		if (r->id >= 0 || errno != EEXIST)
			break;
	}
	return r->id < 0 ? fail(r->why, errno, "shmget of %zu bytes with a key", r->len) : 0;
}

static int sysv_create(struct region *r)
{
	if (r->named)
		return create_keyed(r);
	r->id = shmget(IPC_PRIVATE, r->len, create_flags(r));
	return r->id < 0 ? fail(r->why, errno, "shmget of %zu bytes", r->len) : 0;
}

static int sysv_attach(struct region *r)
{
	void *p = shmat(r->id, NULL, r->read_only ? SHM_RDONLY : 0);

	if (p == (void *)-1)
		return fail(r->why, errno, "shmat");
	r->addr = p;
	return page_advise(r);
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

/* Its size is the creator's to know: 0 accepts any (shmget(2)). */
static int sysv_find(struct region *r)
{
	r->id = shmget(r->key, 0, 0);
	return r->id < 0 ? fail(r->why, errno, "shmget of key %#x", (unsigned)r->key) : 0;
}

/* Who may have SHM_HUGETLB is the kernel's to say: a capability of the first user namespace, or a
 * group. SHM_NORESERVE, so that the pool is left alone. */
static int sysv_may_have_pages(const struct region *r)
{
	size_t bytes = page_bytes(r->page);
	int flags = SHM_HUGETLB | page_size_flag(r->page) | SHM_NORESERVE;
	int id = shmget(IPC_PRIVATE, bytes, IPC_CREAT | flags | 0600);

	if (id >= 0)
		return shmctl(id, IPC_RMID, NULL) ? fail(r->why, errno, "shmctl IPC_RMID") : 0;
	if (errno == EPERM)
		return cannot(r->why,
			      "sysv in %s pages needs CAP_IPC_LOCK or the group "
			      "vm.hugetlb_shm_group; sysctl -w vm.hugetlb_shm_group=%u lets this "
			      "user's have them",
			      page_word(r->page), (unsigned)getegid());
	return cannot(r->why, "sysv in %s pages: shmget says %s", page_word(r->page),
		      strerror(errno));
}

/* Pages of the kind wanted, and with them the account that they are kept in. */
static int sysv_pages_fit(const struct region *r, size_t touched)
{
	int err = page_fits(r, touched, NULL);

	if (err || !page_is_pooled(r->page))
		return err ? err : backing_commit(r);
	return sysv_may_have_pages(r);
}

static int sysv_fits(const struct region *r, size_t touched)
{
	struct shm_info used;
	unsigned long long page = (unsigned long long)sysconf(_SC_PAGESIZE);
	unsigned long long max = backing_limit("/proc/sys/kernel/shmmax", -1ull);
	unsigned long long all = backing_limit("/proc/sys/kernel/shmall", -1ull);
	unsigned long long ids = backing_limit("/proc/sys/kernel/shmmni", -1ull);
	size_t segments = 1 + r->more + r->others;

	if (shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&used) < 0)
		return cannot(r->why, "this kernel or container has no System V shared memory");
	if (r->len > max)
		return cannot(r->why,
			      "sysv of %zu bytes: kernel.shmmax is %llu; sysctl -w "
			      "kernel.shmmax=%zu raises it",
			      r->len, max, r->len);
	if (used.shm_tot + (r->len + page - 1) / page * (1 + r->more) + r->others > all)
		return cannot(r->why,
			      "sysv of %zu bytes: kernel.shmall is %llu pages, %lu are "
			      "taken; sysctl -w kernel.shmall=N raises it",
			      r->len, all, used.shm_tot);
	if ((unsigned long long)used.used_ids + segments > ids)
		return cannot(r->why,
			      "sysv: %zu segments more, and of the %llu ids of kernel.shmmni %d "
			      "are taken; sysctl -w kernel.shmmni=%llu raises it, ipcs -m shows "
			      "who has them",
			      segments, ids, used.used_ids,
			      (unsigned long long)used.used_ids + segments);
	return sysv_pages_fit(r, touched);
}

const struct region_ops region_sysv = {
	.name = "sysv",
	.about = "System V segment: shmget, shmat",
	.pages = 1u << PAGE_BASE | 1u << PAGE_THP | 1u << PAGE_2M | 1u << PAGE_1G,
	.create = sysv_create,
	.attach = sysv_attach,
	.detach = sysv_detach,
	.remove = sysv_remove,
	.find = sysv_find,
	.fits = sysv_fits,
};
