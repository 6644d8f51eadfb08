/* SPDX-License-Identifier: MIT */
#ifndef MEETING_H
#define MEETING_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include "probe/clock.h"

/*
 * Where two roles meet, exchange cache lines and agree on numbers: anonymous shared memory mapped
 * by the worker before the fork. Never the mechanism under test.
 *
 * What passes between them goes over many lines in turn. The caches' agents and the parts of the
 * last cache lie at different distances from a core, an address decides which of them a line has,
 * and how two loops that spin on one line fall into step decides as much: one line took 57 to 97 ns,
 * for seconds each, where 256 of them took 111 to 117 (two cores of a Xeon that share no cache; a C
 * program that waits without a pause).
 */
#define MEETING_LINES 128

struct meeting {
	_Alignas(128) _Atomic uint32_t arrived; /* both roles count up; futex word */
	struct {
		_Alignas(128) _Atomic uint64_t value;
	} told[2]; /* by role: what it tells the other */
	struct {
		_Alignas(128) uint64_t trips; /* over the lines, in all */
	} made[2];                            /* by role */
	bool sleeping; /* the roles share a CPU: sleep in a futex instead of spinning */
	struct {
		_Alignas(128) _Atomic uint64_t turn; /* odd: to role 1; even: back */
	} line[MEETING_LINES];
};

/* Wait until both roles have called this equally often. Orders everything before it in either
 * role before everything after it in the other. */
void meeting_meet(struct meeting *m);

/* n round trips of a cache line, of the next one each; returns ns. Role 0 calls meeting_volley while
 * role 1 calls meeting_return with the same n; both have met before. Spinning only. */
uint64_t meeting_volley(struct meeting *m, uint64_t n);
void meeting_return(struct meeting *m, uint64_t n);

/* One-way cache-line time in ns: the median of 8 volleys over 16 lines, halved per round trip. Every
 * line goes there and back before, for its page, and because what came since may have driven it out
 * of the caches. */
double meeting_ping(struct meeting *m);
void meeting_pong(struct meeting *m);

/* By how much is the clock of role 1's CPU ahead of that of role 0's? What is read after a message
 * arrived must not be earlier than what was read before it was sent: each way bounds the offset on
 * one side. Role 0 calls the first, with low and high in ns, role 1 the second; spinning only. */
void meeting_compare(struct meeting *m, const struct clock *c, int64_t *low, int64_t *high);
void meeting_compared(struct meeting *m, const struct clock *c);

static inline void meeting_tell(struct meeting *m, int role, uint64_t value)
{
	/* Pairs with meeting_told in the other role. */
	atomic_store_explicit(&m->told[role].value, value, memory_order_release);
}

static inline uint64_t meeting_told(struct meeting *m, int role)
{
	return atomic_load_explicit(&m->told[role].value, memory_order_acquire);
}

#endif
