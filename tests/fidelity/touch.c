/* SPDX-License-Identifier: MIT */
/* touch WHAT SIZE: one write to each page of a new object, after as much was touched and freed.
 * Prints the median over 2 MiB chunks of ns per page. */
#include "by_hand.h"

int main(int argc, char **argv)
{
	size_t chunk = 2 << 20, page = 4096;
	struct object o = object(argv[argc - 2], strtoull(argv[argc - 1], NULL, 10));
	int n = (int)(o.size / chunk);
	double *ns = calloc((size_t)n, sizeof *ns);

	for (int round = 0; round < 2; round++) {
		create(&o);
		volatile char *p = attach(&o);
		for (int c = 0; c < n; c++) {
			double start = now();
			for (size_t at = 0; at < chunk; at += page)
				p[(size_t)c * chunk + at] = 1;
			ns[c] = (now() - start) * (double)page / (double)chunk;
		}
		detach(&o, p);
		destroy(&o);
	}
	printf("%.2f\n", median(ns, n));
}
