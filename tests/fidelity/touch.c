/* SPDX-License-Identifier: MIT */
/* touch SIZE: one write to each page of a new System V segment, after as much was touched and freed,
 * nothing of shmbench in it. Prints the median over 2 MiB chunks of ns per page. */
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
	size_t size = strtoull(argv[argc - 1], NULL, 10), chunk = 2 << 20, n = size / chunk;
	double *ns = malloc(n * sizeof *ns);

	for (int round = 0; round < 2; round++) {
		int id = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
		volatile char *p = shmat(id, NULL, 0);

		for (size_t c = 0; c < n; c++) {
			double start = now();
			for (size_t at = 0; at < chunk; at += 4096)
				p[c * chunk + at] = 1;
			ns[c] = (now() - start) / 512;
		}
		shmdt((char *)p);
		shmctl(id, IPC_RMID, NULL);
	}
	qsort(ns, n, sizeof *ns, up);
	printf("%.2f\n", (ns[(n - 1) / 2] + ns[n / 2]) / 2);
}
