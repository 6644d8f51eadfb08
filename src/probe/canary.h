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
 */
struct canary {
	double adds_per_cycle;
	double chain_ghz; /* chain cycles per ns, taking a multiply for 3 cycles */
};

struct canary canary_read(void);

/* Why there are no canaries on this kind of CPU; NULL where there are. */
const char *canary_unavailable(void);

#endif
