/* SPDX-License-Identifier: MIT */
#ifndef CANARY_H
#define CANARY_H

/*
 * Two short loops (about 20 us each) that show what the calling CPU gives right now:
 *
 *	adds	independent adds, bound by dispatch: a busy SMT sibling or a stolen core slows them
 *	chain	dependent multiplies, bound by latency: only the clock rate changes them
 *
 * Contention is judged on adds per chain cycle, in which the frequency cancels. x86-64 and
 * aarch64; elsewhere both are NAN.
 *
 * A third, for a CPU on which one process measures: lives of a mapping (probe/mapping.h). What the
 * kernel takes for shared memory has levels some per cent apart, for seconds to minutes, that
 * neither loop feels; every mechanism moves with them and so does this. It is slow to warm up: after
 * 16 MiB were touched the 5th life takes 9 % more than usual, the 20th 5 %, the 40th 3.5 %, the 130th
 * 1.5 % (Xeon, 2 MiB of L2; perhaps because objects that RCU frees come round that late). So it is
 * taken once at either end of an invocation, not of every window, and is long.
 */
struct canary {
	double adds_per_cycle;
	double chain_ghz; /* chain cycles per ns, taking a multiply for 3 cycles */
};

/* The two loops. */
struct canary canary_read(void);

/* The median of the last of many lives of a mapping, in ns; takes 1 to 2 ms. NAN where there is no
 * mapping. */
double canary_mapping_ns(void);

/* Why there are no canaries on this kind of CPU; NULL where there are. */
const char *canary_unavailable(void);

#endif
