/* SPDX-License-Identifier: MIT */
#ifndef PROCESS_H
#define PROCESS_H
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* What the processes of rings.c and trips.c do: end with a sentence, stay on a CPU, share memory. */

static inline void die(const char *what)
{
	perror(what);
	_exit(1);
}

static inline void pin(int cpu)
{
	cpu_set_t s;

	CPU_ZERO(&s);
	CPU_SET(cpu, &s);
	if (sched_setaffinity(0, sizeof s, &s))
		die("sched_setaffinity");
}

static inline void *shared_memory(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE,
		       -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

#endif
