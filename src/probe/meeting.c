/* SPDX-License-Identifier: MIT */
/*
 * Two roles meet. Each spins on a line that the other writes; where both share one CPU a spinning
 * role would keep the other from ever arriving (8 ms a meeting, seen), so there they sleep.
 */
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/pause.h"
#include "probe/clock.h"
#include "probe/meeting.h"

enum { BATCHES = 10, ROUND_TRIPS = 20 };

static void sleep_while(_Atomic uint32_t *word, uint32_t value)
{
	syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

static void wake(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

void meeting_meet(struct meeting *m)
{
	/* Acquire and release: pairs with the same line in the other role. */
	uint32_t mine = atomic_fetch_add_explicit(&m->arrived, 1, memory_order_acq_rel) + 1;
	uint32_t both = mine + (mine & 1), now;

	if (!(mine & 1)) {
		if (m->sleeping)
			wake(&m->arrived);
		return;
	}
	/* A signed difference: the other role may already be one meeting further. */
	while ((int32_t)((now = atomic_load_explicit(&m->arrived, memory_order_acquire)) - both) <
	       0)
		if (m->sleeping)
			sleep_while(&m->arrived, now);
		else
			cpu_pause();
}

double meeting_ping(struct meeting *m)
{
	uint64_t n = atomic_load_explicit(&m->ping, memory_order_relaxed), best = UINT64_MAX;

	for (int batch = 0; batch < BATCHES; batch++) {
		uint64_t start = clock_ns();

		for (int i = 0; i < ROUND_TRIPS; i++) {
			/* Release: what is timed is a message, and a message carries data. Pairs
			 * with the acquire in meeting_pong. */
			atomic_store_explicit(&m->ping, ++n, memory_order_release);
			while (atomic_load_explicit(&m->pong, memory_order_acquire) != n)
				cpu_pause();
		}
		uint64_t elapsed = clock_ns() - start;
		if (elapsed < best)
			best = elapsed;
	}
	return (double)best / (2 * ROUND_TRIPS);
}

void meeting_pong(struct meeting *m)
{
	/* Its own last answer, not `ping`: role 0 may have sent the next one already. */
	uint64_t n = atomic_load_explicit(&m->pong, memory_order_relaxed);

	for (int i = 0; i < BATCHES * ROUND_TRIPS; i++) {
		n++;
		while (atomic_load_explicit(&m->ping, memory_order_acquire) != n)
			cpu_pause();
		atomic_store_explicit(&m->pong, n, memory_order_release);
	}
}
