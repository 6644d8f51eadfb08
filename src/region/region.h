/* SPDX-License-Identifier: MIT */
#ifndef REGION_H
#define REGION_H
#include <stdbool.h>
#include <stddef.h>
#include "base/fail.h"

/*
 * A region is bytes that two processes can both address.
 *
 * Its life has four steps, in this order, and every mechanism splits its system calls the same
 * way, so that like is compared with like:
 *
 *	create   the object exists, sparse; nothing is mapped   shmget     memfd_create, ftruncate
 *	attach   it is mapped in this process                   shmat      mmap
 *	detach   it is unmapped; the object stays               shmdt      munmap
 *	remove   its name is gone; its pages go with the last   IPC_RMID   close (and unlink)
 *	         attacher, or here if there is none
 *
 * Except where the life cycle itself is measured, the harness removes the object right after the
 * first attach, so that a killed run leaves nothing behind. Not earlier: System V frees a segment
 * that nobody is attached to. Other processes then attach by id or inherited descriptor, which
 * `struct region` copied at the fork carries.
 */
enum page { PAGE_BASE, PAGE_THP, PAGE_2M, PAGE_1G };

#define REGION_PATH_MAX 512

struct region {
	const struct region_ops *ops;
	size_t len; /* bytes, a multiple of the page in use */
	enum page page;
	const char *directory; /* where named files go; NULL unless ops->in_directory */
	void *addr;            /* this process's view; NULL while detached */
	bool read_only;        /* attach without the right to write */
	bool populated;  /* attach with every page mapped (MAP_POPULATE); needs ops->populates */
	bool named;      /* create it so that `find` finds it; without, System V has no key */
	int key;         /* System V: what create drew for a named one */
	size_t others;   /* for `fits`: as many objects more, of a page each, exist beside it */
	size_t more;     /* for `fits`: and as many of its own size */
	size_t beside;   /* for region_fits: bytes of memory, never of a pool, that others need */
	int id;          /* shmid or descriptor; means the same thing after a fork */
	struct why *why; /* where hooks put their sentence */
	char path[REGION_PATH_MAX]; /* its name, by ops->identify; "" for those without one */
};

/* Hooks return 0, -errno or CANNOT (base/fail.h), and put their sentence in r->why. They run in
 * worker processes; `fits` runs in the parent too. Optional hooks may be NULL. */
struct region_ops {
	const char *name;  /* "sysv": the file, the symbol, the user's word, the CSV value */
	const char *about; /* one line for `list` */
	unsigned pages;    /* which kinds of page it can give: bits 1u << PAGE_... */
	bool in_directory; /* one object per --directory given */
	bool fault_around; /* a read fault maps resident neighbours too: vm_ops has map_pages */
	bool inherited;    /* has no attach: mapped by create, before the fork */
	bool populates;    /* can map every page at once where it maps: r->populated */

	int (*create)(struct region *r); /* required; leaves nothing behind when it fails */
	int (*attach)(struct region *r); /* required; where inherited: only sets nothing up */
	int (*detach)(struct region *r); /* required */
	int (*remove)(struct region *r); /* required; the object may still be mapped here */

	/* Make the name of object number `serial` of this process, outside any timing. Optional. */
	int (*identify)(struct region *r, unsigned serial);
	/* What a process does that knows nothing but the name: r->id becomes its own way to the
	 * object, which exists and is `named`; `forget` gives that up and leaves the object alone
	 * (NULL where there is nothing to give up). Optional: NULL where nothing has a name. */
	int (*find)(struct region *r);
	int (*forget)(struct region *r);
	/* Do the mechanism's own limits allow r->len bytes, `touched` of them touched? CANNOT names
	 * the limit and how to raise it. Memory as such is region_fits' business. Optional. */
	int (*fits)(const struct region *r, size_t touched);
	/* Write dirty pages to the disk they live on. Optional: NULL where there is none. */
	int (*sync)(struct region *r);
	/* Drop every page from the page cache, checked. Synced, mapped nowhere. Optional: NULL
	 * where `cold` makes no sense. */
	int (*evict)(struct region *r);
};

/* Set up r for `ops` without making anything. */
void region_init(struct region *r, const struct region_ops *ops, size_t len, struct why *w);

/* CANNOT for what only fork(2) hands on: no second process can attach it. */
int region_attachable(const struct region_ops *ops, struct why *w);

/* Would it fit: the mechanism's limits, memory, and the cgroup's? CANNOT names what is in the way,
 * before anything is made and long before a SIGBUS. */
int region_fits(const struct region *r, size_t touched);

/* identify (if any) and create. */
int region_create(struct region *r, unsigned serial);

/* Does madvise(2) do what it says it did? A user-mode emulator may say 0 to everything and pass little
 * of it on (QEMU 7.2): it is not believed where it takes what is no advice. */
bool region_advice_counts(void);

/* Does mmap(2) with MAP_POPULATE make pages? Such an emulator leaves the flag out. */
bool region_map_populates(void);

/* Fault in [addr, addr + len) as this process, for writing; contents stay. MADV_POPULATE_WRITE
 * where the kernel has it (5.14), else a read and a write of each page: then no other process may
 * be writing there; a read only under an emulator that does not pass it on. -errno when there is no memory. */
int region_touch(void *addr, size_t len);

/* region_touch all of it. Attached. */
int region_populate(struct region *r);

#endif
