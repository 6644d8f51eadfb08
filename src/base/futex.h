/* SPDX-License-Identifier: MIT */
#ifndef FUTEX_H
#define FUTEX_H
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Sleeping on a word until it has another value (futex(2)). In shared memory: FUTEX_PRIVATE_FLAG would
 * be for threads of one process.
 */

/* One sleep, if the word has that value now; it may end without a reason. */
static inline void futex_sleep(_Atomic uint32_t *word, uint32_t value)
{
	syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

/* Until it has another. Acquire: pairs with the release of whoever changed it. */
static inline void futex_sleep_while(_Atomic uint32_t *word, uint32_t value)
{
	while (atomic_load_explicit(word, memory_order_acquire) == value)
		futex_sleep(word, value);
}

/* At most so many of those that sleep. */
static inline void futex_wake(_Atomic uint32_t *word, int most)
{
	syscall(SYS_futex, word, FUTEX_WAKE, most, NULL, NULL, 0);
}

#endif
