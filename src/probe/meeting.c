/* SPDX-License-Identifier: MIT */
/*
 * Two roles meet. Each spins on a line that the other writes; where both share one CPU a spinning
 * role would keep the other from ever arriving (8 ms a meeting, seen), so there they sleep.
 */
#include "base/futex.h"
#include "base/pause.h"
#include "probe/meeting.h"

enum { BATCHES = 10, ROUND_TRIPS = 20 };

void meeting_meet(struct meeting *m)
{
	/* Acquire and release: pairs with the same line in the other role. */
	uint32_t mine = atomic_fetch_add_explicit(&m->arrived, 1, memory_order_acq_rel) + 1;
	uint32_t both = mine + (mine & 1), now;

	if (!(mine & 1)) {
		if (m->sleeping)
			futex_wake(&m->arrived, 1);
		return;
	}
	/* A signed difference: the other role may already be one meeting further. */
	while ((int32_t)((now = atomic_load_explicit(&m->arrived, memory_order_acquire)) - both) <
	       0)
		if (m->sleeping)
			futex_sleep(&m->arrived, now);
		else
			cpu_pause();
}

uint64_t meeting_volley(struct meeting *m, uint64_t n)
{
	uint64_t at = atomic_load_explicit(&m->ping, memory_order_relaxed), start = clock_ns();

	while (n--) {
		/* Release: what is timed is a message, and a message carries data. Pairs with the
		 * acquire in meeting_return. */
		atomic_store_explicit(&m->ping, ++at, memory_order_release);
		while (atomic_load_explicit(&m->pong, memory_order_acquire) != at)
			cpu_pause();
	}
	return clock_ns() - start;
}

void meeting_return(struct meeting *m, uint64_t n)
{
	/* Its own last answer, not `ping`: role 0 may have sent the next one already. */
	uint64_t at = atomic_load_explicit(&m->pong, memory_order_relaxed);

	while (n--) {
		at++;
		while (atomic_load_explicit(&m->ping, memory_order_acquire) != at)
			cpu_pause();
		atomic_store_explicit(&m->pong, at, memory_order_release);
	}
}

double meeting_ping(struct meeting *m)
{
	uint64_t best = UINT64_MAX;

	for (int batch = 0; batch < BATCHES; batch++) {
		uint64_t elapsed = meeting_volley(m, ROUND_TRIPS);

		if (elapsed < best)
			best = elapsed;
	}
	return (double)best / (2 * ROUND_TRIPS);
}

void meeting_pong(struct meeting *m)
{
	meeting_return(m, BATCHES * ROUND_TRIPS);
}

void meeting_compare(struct meeting *m, const struct clock *c, int64_t *low, int64_t *high)
{
	*low = INT64_MIN;
	*high = INT64_MAX;
	meeting_meet(m);
	for (int trip = 0; trip < BATCHES * ROUND_TRIPS; trip++) {
		uint64_t sent = clock_now(c);
		meeting_volley(m, 1);
		uint64_t returned = clock_now(c);
		int64_t there = (int64_t)meeting_told(m, 1);

		if (there - (int64_t)sent < *high)
			*high = there - (int64_t)sent;
		if (there - (int64_t)returned > *low)
			*low = there - (int64_t)returned;
	}
	/* Before role 1 has something else to tell. */
	meeting_meet(m);
}

/* meeting_return, with the clock read between the message and its answer. */
void meeting_compared(struct meeting *m, const struct clock *c)
{
	uint64_t at = atomic_load_explicit(&m->pong, memory_order_relaxed);

	meeting_meet(m);
	for (int trip = 0; trip < BATCHES * ROUND_TRIPS; trip++) {
		at++;
		while (atomic_load_explicit(&m->ping, memory_order_acquire) != at)
			cpu_pause();
		meeting_tell(m, 1, clock_now(c));
		atomic_store_explicit(&m->pong, at, memory_order_release);
	}
	meeting_meet(m);
}
