/* SPDX-License-Identifier: MIT */
#ifndef MEETING_H
#define MEETING_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include "probe/clock.h"

/*
 * Where two roles meet, exchange cache lines and agree on numbers: one page of anonymous shared
 * memory mapped by the worker before the fork. Never the mechanism under test.
 */
struct meeting {
	_Alignas(128) _Atomic uint32_t arrived; /* both roles count up; futex word */
	_Alignas(128) _Atomic uint64_t ping;    /* role 0 writes, role 1 reads */
	_Alignas(128) _Atomic uint64_t pong;    /* role 1 writes, role 0 reads */
	struct {
		_Alignas(128) _Atomic uint64_t value;
	} told[2];     /* by role: what it tells the other */
	bool sleeping; /* the roles share a CPU: sleep in a futex instead of spinning */
};

/* Wait until both roles have called this equally often. Orders everything before it in either
 * role before everything after it in the other. */
void meeting_meet(struct meeting *m);

/* n round trips of one cache line; returns ns. Role 0 calls meeting_volley while role 1 calls
 * meeting_return with the same n; both have met before. Spinning only. */
uint64_t meeting_volley(struct meeting *m, uint64_t n);
void meeting_return(struct meeting *m, uint64_t n);

/* One-way cache-line time in ns: best of 10 volleys of 20, halved per round trip. */
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
