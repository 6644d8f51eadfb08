/* SPDX-License-Identifier: MIT */
/* attach SIZE CALLS: shmget, shmat, one write, shmdt, IPC_RMID, CALLS times, nothing of shmbench in
 * it. Prints the median over 20 equal parts of the mean ns of a shmat and of a shmdt. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/shm.h>
#include <time.h>

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

int main(int argc, char **argv)
{
	size_t size = strtoull(argv[argc - 2], NULL, 10);
	int calls = atoi(argv[argc - 1]) / 20;
	double attach[20] = { 0 }, detach[20] = { 0 };

	for (int i = -calls; i < 20 * calls; i++) { /* the first part warms up */
		int id = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
		double t0 = now();
		volatile char *p = shmat(id, NULL, 0);
		double t1 = now();
		*p = 1;
		double t2 = now();
		shmdt((char *)p);
		double t3 = now();
		shmctl(id, IPC_RMID, NULL);
		if (i >= 0)
			attach[i / calls] += (t1 - t0) / calls,
				detach[i / calls] += (t3 - t2) / calls;
	}
	qsort(attach, 20, sizeof *attach, up);
	qsort(detach, 20, sizeof *detach, up);
	printf("%.2f %.2f\n", (attach[9] + attach[10]) / 2, (detach[9] + detach[10]) / 2);
}
