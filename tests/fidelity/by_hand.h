/* SPDX-License-Identifier: MIT */
/* What the programs here share: a clock, a median, and the four mechanisms in as few calls as
 * possible. Nothing of shmbench is in it: that is what it is for. */
#ifndef BY_HAND_H
#define BY_HAND_H
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <time.h>
#include <unistd.h>

static inline double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static inline int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static inline double median(double *v, int n)
{
	qsort(v, (size_t)n, sizeof *v, ascending);
	return (v[(n - 1) / 2] + v[n / 2]) / 2;
}

/* WHAT is sysv, posix, memfd, or the directory of a file. */
struct object {
	const char *what;
	size_t size;
	char name[300];
	int id;
};

static inline void die(const char *call)
{
	perror(call);
	exit(1);
}

static inline void create(struct object *o)
{
	if (!strcmp(o->what, "sysv"))
		o->id = shmget(IPC_PRIVATE, o->size, IPC_CREAT | 0600);
	else if (!strcmp(o->what, "memfd"))
		o->id = memfd_create("by hand", MFD_CLOEXEC);
	else if (!strcmp(o->what, "posix"))
		o->id = shm_open(o->name, O_RDWR | O_CREAT | O_EXCL, 0600);
	else
		o->id = open(o->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (o->id < 0 || (strcmp(o->what, "sysv") && ftruncate(o->id, (off_t)o->size)))
		die("create");
}

static inline volatile char *attach(const struct object *o)
{
	void *p = !strcmp(o->what, "sysv")
			  ? shmat(o->id, NULL, 0)
			  : mmap(NULL, o->size, PROT_READ | PROT_WRITE, MAP_SHARED, o->id, 0);

	if (p == (void *)-1)
		die("attach");
	return p;
}

static inline void detach(const struct object *o, volatile char *p)
{
	if (!strcmp(o->what, "sysv") ? shmdt((void *)p) : munmap((void *)p, o->size))
		die("detach");
}

static inline void destroy(struct object *o)
{
	if (!strcmp(o->what, "sysv")) {
		shmctl(o->id, IPC_RMID, NULL);
		return;
	}
	if (!strcmp(o->what, "posix"))
		shm_unlink(o->name);
	else if (strcmp(o->what, "memfd"))
		unlink(o->name);
	close(o->id);
}

static inline struct object object(const char *what, size_t size)
{
	struct object o = { .what = what, .size = size };

	/* shm_open(3) wants one slash, at the start. */
	snprintf(o.name, sizeof o.name, "%s/by-hand-%d", strcmp(what, "posix") ? what : "",
		 (int)getpid());
	return o;
}

#endif
