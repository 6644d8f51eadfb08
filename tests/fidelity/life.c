/* SPDX-License-Identifier: MIT */
/* life WHAT SIZE CALLS: create, attach, one write, detach, remove, CALLS times. Prints the median
 * over 20 equal parts of the median ns of an attach and of a detach. */
#include "by_hand.h"

enum { PARTS = 20, FILES = 32 };

/* What decides some 20 % and 10 % of either is neither's to choose (bench/vary.c): before every part
 * one mapping more, and a random number of open files. */
static void draw(void)
{
	static int file[FILES], n, draws;

	mmap(NULL, (size_t)(1 + rand() % 512) << 12, draws++ % 2 ? PROT_READ : PROT_NONE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	while (n)
		close(file[--n]);
	for (int wanted = rand() % FILES; n < wanted;)
		file[n++] = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

int main(int argc, char **argv)
{
	struct object o = object(argv[argc - 3], strtoull(argv[argc - 2], NULL, 10));
	int calls = atoi(argv[argc - 1]) / PARTS;
	double attached[PARTS], detached[PARTS];
	double *attach_ns = calloc((size_t)calls, sizeof *attach_ns);
	double *detach_ns = calloc((size_t)calls, sizeof *detach_ns);

	srand((unsigned)getpid());
	for (int i = -calls; i < PARTS * calls; i++) { /* the first part warms up */
		if (i % calls == 0)
			draw();
		create(&o);
		double t0 = now();
		volatile char *p = attach(&o);
		double t1 = now();
		*p = 1;
		double t2 = now();
		detach(&o, p);
		double t3 = now();
		destroy(&o);
		if (i < 0)
			continue;
		attach_ns[i % calls] = t1 - t0;
		detach_ns[i % calls] = t3 - t2;
		if (i % calls == calls - 1) {
			attached[i / calls] = median(attach_ns, calls);
			detached[i / calls] = median(detach_ns, calls);
		}
	}
	printf("%.2f %.2f\n", median(attached, PARTS), median(detached, PARTS));
}
