/* SPDX-License-Identifier: MIT */
#ifndef CLOCK_H
#define CLOCK_H
#include <stdint.h>
#include <time.h>

/* Nanoseconds since an arbitrary point, comparable between the processes of one machine.
 * CLOCK_MONOTONIC: never set back, and read in user space through the vDSO. */
static inline uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* CPU time of the calling process in ns (user and system). */
static inline uint64_t clock_cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* What the clock can tell, from 10^5 back-to-back reads on the calling CPU (about 3 ms). */
struct clock_quality {
	const char *name;         /* "monotonic" */
	uint64_t resolution_ns;   /* smallest non-zero difference of two reads */
	double cost_ns;           /* mean of one read */
	uint64_t p999_ns, max_ns; /* of back-to-back differences: the machine's hiccup floor */
};

struct clock_quality clock_examine(void);

/* Mean cost of one read in ns, from 1000 reads: what each worker measures for clock_share. */
double clock_cost_ns(void);

#endif
