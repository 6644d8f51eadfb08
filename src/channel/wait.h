/* SPDX-License-Identifier: MIT */
#ifndef WAIT_H
#define WAIT_H
#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/pause.h"
#include "channel/channel.h"

/*
 * How one side of a ring waits for the other. The slow path only: nobody waits while there is
 * something to do.
 *
 * A futex waiter announces itself in `sleeper`, looks once more, and sleeps while the word still
 * says so. Its waker stores what it has to say first and looks at the word after a full fence
 * (wait_wake). One of the two therefore sees the other: either the waiter sees the news, or the
 * waker sees the sleeper. Not FUTEX_PRIVATE: the two are processes.
 */
static inline void wait_announce(_Atomic uint32_t *sleeper)
{
	atomic_store_explicit(sleeper, 1, memory_order_relaxed);
	/* Pairs with the fence in wait_wake. */
	atomic_thread_fence(memory_order_seq_cst);
}

/* One turn of waiting. With WAIT_FUTEX: wait_announce came before, and then a look. */
static inline void wait_turn(enum wait how, _Atomic uint32_t *sleeper)
{
	if (how == WAIT_SPIN)
		cpu_pause();
	else if (how == WAIT_YIELD)
		sched_yield();
	else
		syscall(SYS_futex, sleeper, FUTEX_WAIT, 1, NULL, NULL, 0);
}

/* After a release store: wake who sleeps for it. Costs a full fence, so WAIT_FUTEX only. */
static inline void wait_wake(_Atomic uint32_t *sleeper)
{
	atomic_thread_fence(memory_order_seq_cst);
	if (!atomic_load_explicit(sleeper, memory_order_relaxed))
		return;
	atomic_store_explicit(sleeper, 0, memory_order_relaxed);
	syscall(SYS_futex, sleeper, FUTEX_WAKE, 1, NULL, NULL, 0);
}

#endif
