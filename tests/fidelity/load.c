/* SPDX-License-Identifier: MIT */
/* load CPU0 CPU1 RATE N: N messages of 8 bytes at fixed distances over a ring between two pinned
 * processes, nothing of shmbench in it. Prints the median and the p99 of the ns from when a message
 * was due until it was read. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 32768 };
struct ring {
	_Alignas(128) _Atomic uint64_t tail;
	_Alignas(128) _Atomic uint64_t head;
	_Alignas(128) uint64_t slot[SLOTS];
};

static int64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}
/* After a thousand messages nothing is due for 0.2 ms, so that a backlog ends. */
static int64_t due(double gap, long i)
{
	return (int64_t)(gap * i) + i / 1000 * 200000;
}
static int up(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}
static void *shared(size_t len)
{
	return mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE,
		    -1, 0);
}
static void bind(const char *cpu)
{
	cpu_set_t s;
	CPU_ZERO(&s);
	CPU_SET(atoi(cpu), &s);
	sched_setaffinity(0, sizeof s, &s);
}

int main(int argc, char **argv)
{
	double gap = 1e9 / atof(argv[argc - 2]);
	long n = atol(argv[argc - 1]);
	struct ring *r = shared(sizeof *r);
	int64_t *took = shared(n * sizeof *took), *start = shared(sizeof *start);

	*start = now() + 20000000;
	if (fork() == 0) {
		bind(argv[2]);
		for (long i = 0; i < n; i++) {
			while (atomic_load_explicit(&r->tail, memory_order_acquire) == (uint64_t)i)
				__builtin_ia32_pause();
			if (r->slot[i % SLOTS] != (uint64_t)i)
				_exit(1);
			atomic_store_explicit(&r->head, i + 1, memory_order_release);
			took[i] = now() - *start - due(gap, i);
		}
		_exit(0);
	}
	bind(argv[1]);
	for (uint64_t i = 0, head = 0; i < (uint64_t)n; i++) {
		while (now() < *start + due(gap, i))
			;
		while (i - head == SLOTS) /* look again only when it seems full */
			head = atomic_load_explicit(&r->head, memory_order_acquire);
		r->slot[i % SLOTS] = i;
		atomic_store_explicit(&r->tail, i + 1, memory_order_release);
	}
	int status;
	wait(&status);
	qsort(took, n, sizeof *took, up);
	printf("%lld %lld\n", (long long)took[n / 2], (long long)took[n * 99 / 100]);
	return status != 0;
}
