/* SPDX-License-Identifier: MIT */
/* pipe CPU0 CPU1 TRIPS: round trips of 8 bytes over two pipes between two pinned processes, nothing
 * of shmbench in it. Prints the median over 20 equal parts of the mean ns of a round trip. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}
static int up(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
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
	int there[2], back[2], trips = atoi(argv[argc - 1]) / 20;
	double ns[20];
	long message = 0;

	if (pipe(there) || pipe(back))
		return 1;
	if (fork() == 0) {
		bind(argv[2]);
		close(there[1]);
		while (read(there[0], &message, 8) == 8 && write(back[1], &message, 8) == 8)
			;
		_exit(0);
	}
	bind(argv[1]);
	for (int part = -1; part < 20; part++) { /* the first part warms up */
		double start = now();
		for (int i = 0; i < trips; i++)
			if (write(there[1], &message, 8) != 8 || read(back[0], &message, 8) != 8)
				return 1;
		if (part >= 0)
			ns[part] = (now() - start) / trips;
	}
	qsort(ns, 20, sizeof *ns, up);
	printf("%.2f\n", (ns[9] + ns[10]) / 2);
}
