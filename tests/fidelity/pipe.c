/* SPDX-License-Identifier: MIT */
/* pipe CPU1 WARM TRIPS: round trips of 8 bytes over two pipes with a process on CPU1; this one is
 * where it was started. WARM of them first. Prints the median over 40 equal parts of the mean ns of
 * a round trip.
 *
 * The warm ones matter: in a guest whose idle CPUs halt, each wait is a halt and each message wakes
 * a virtual CPU, and after some 50 ms of that the host takes a third longer for it (33 and 44 us a
 * round trip, seen in this program as in shmbench). Who measures sooner measures the other half. */
#include "by_hand.h"
#include <sched.h>

enum { PARTS = 40, BUSY_NS = 100000 };

/* Both are busy between parts, as long as shmbench is with its canaries between windows: else less
 * of the measurement would lie within those 50 ms here. */
static void compute(void)
{
	for (double end = now() + BUSY_NS; now() < end;)
		;
}

static void echo(int in, int out, int cpu, int warm, int n)
{
	long message;
	cpu_set_t s;

	CPU_ZERO(&s);
	CPU_SET(cpu, &s);
	sched_setaffinity(0, sizeof s, &s);
	for (int i = 0; read(in, &message, 8) == 8 && write(out, &message, 8) == 8;)
		if (++i >= warm && (i - warm) % n == 0)
			compute();
	_exit(0);
}

static double trips(int in, int out, int n)
{
	long message = 0;
	double start = now();

	for (int i = 0; i < n; i++)
		if (write(out, &message, 8) != 8 || read(in, &message, 8) != 8)
			die("round trip");
	return (now() - start) / n;
}

int main(int argc, char **argv)
{
	int there[2], back[2], warm = atoi(argv[argc - 2]), n = atoi(argv[argc - 1]) / PARTS;
	double ns[PARTS];

	if (pipe(there) || pipe(back))
		die("pipe");
	if (fork() == 0) {
		close(there[1]);
		echo(there[0], back[1], atoi(argv[argc - 3]), warm, n);
	}
	trips(back[0], there[1], warm);
	for (int part = 0; part < PARTS; part++) {
		compute();
		ns[part] = trips(back[0], there[1], n);
	}
	printf("%.2f\n", median(ns, PARTS));
}
