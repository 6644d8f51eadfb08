/* SPDX-License-Identifier: MIT */
/*
 * Two roles meet. Each spins on a line that the other writes; where both share one CPU a spinning
 * role would keep the other from ever arriving (8 ms a meeting, seen), so there they sleep.
 */
#include <stdlib.h>
#include "base/futex.h"
#include "base/pause.h"
#include "probe/meeting.h"

enum { BATCHES = 8, ROUND_TRIPS = MEETING_LINES / BATCHES, COMPARED = 200 };

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

/*
 * The line of the next trip, and what passes on it: *there, and one more back.
 *
 * Whoever waits for it looks without a pause: one takes 140 cycles on some CPUs (Intel SDM, PAUSE), as
 * long as half the way, and single readings over 200 lines differed by 4 % with it and by 1.4 over 128 without.
 */
static _Atomic uint64_t *next_line(struct meeting *m, int role, uint64_t *there)
{
	uint64_t trip = m->made[role].trips++;

	*there = 2 * trip + 1;
	return &m->line[trip % MEETING_LINES].turn;
}

uint64_t meeting_volley(struct meeting *m, uint64_t n)
{
	uint64_t start = clock_ns(), there;

	while (n--) {
		_Atomic uint64_t *line = next_line(m, 0, &there);

		/* Release: what is timed is a message, and a message carries data. Pairs with the
		 * acquire in await_trip. */
		atomic_store_explicit(line, there, memory_order_release);
		while (atomic_load_explicit(line, memory_order_acquire) != there + 1)
			;
	}
	return clock_ns() - start;
}

/* Role 1: the line on which a trip has come; *back is what ends it. */
static _Atomic uint64_t *await_trip(struct meeting *m, uint64_t *back)
{
	uint64_t there;
	_Atomic uint64_t *line = next_line(m, 1, &there);

	while (atomic_load_explicit(line, memory_order_acquire) != there)
		;
	*back = there + 1;
	return line;
}

void meeting_return(struct meeting *m, uint64_t n)
{
	uint64_t back;

	while (n--) {
		_Atomic uint64_t *line = await_trip(m, &back);

		atomic_store_explicit(line, back, memory_order_release);
	}
}

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

double meeting_ping(struct meeting *m)
{
	uint64_t batch[BATCHES];

	meeting_volley(m, MEETING_LINES);
	for (int i = 0; i < BATCHES; i++)
		batch[i] = meeting_volley(m, ROUND_TRIPS);
	qsort(batch, BATCHES, sizeof *batch, ascending);
	return (double)(batch[BATCHES / 2 - 1] + batch[BATCHES / 2]) / 2 / (2 * ROUND_TRIPS);
}

void meeting_pong(struct meeting *m)
{
	meeting_return(m, 2 * MEETING_LINES);
}

void meeting_compare(struct meeting *m, const struct clock *c, int64_t *low, int64_t *high)
{
	*low = INT64_MIN;
	*high = INT64_MAX;
	meeting_meet(m);
	for (int trip = 0; trip < COMPARED; trip++) {
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
	uint64_t back;

	meeting_meet(m);
	for (int trip = 0; trip < COMPARED; trip++) {
		_Atomic uint64_t *line = await_trip(m, &back);

		meeting_tell(m, 1, clock_now(c));
		atomic_store_explicit(line, back, memory_order_release);
	}
	meeting_meet(m);
}
