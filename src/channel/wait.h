/* SPDX-License-Identifier: MIT */
#ifndef WAIT_H
#define WAIT_H
#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/sem.h>
#include <unistd.h>
#include "base/futex.h"
#include "base/pause.h"
#include "channel/channel.h"
#include "channel/key.h"

/*
 * How one side of a ring waits for the other. The slow path only: nobody waits while there is
 * something to do.
 *
 * Who sleeps announces itself in `sleeper`, looks once more, and sleeps. Its waker stores what it
 * has to say first and looks at the word after a full fence (wait_wake). One of the two therefore
 * sees the other: either the waiter sees the news, or the waker sees the sleeper. A futex sleeps
 * only while the word still says so; semaphores and eventfds count, so that a wake is not lost
 * that comes before the sleep, and one that comes too late ends a later sleep early. The waiter
 * looks again after every sleep, so that is harmless.
 *
 * A process sleeps for one thing at a time: one semaphore or eventfd for each of the two is enough,
 * whatever they wait for.
 */
struct wait_room { /* begins c->shared of a channel with CHANNEL_WAIT */
	struct {
		_Alignas(128) sem_t semaphore; /* WAIT_POSIX_SEMAPHORE, by end */
	} at[2];
};

/* Is there a word to look at before a wake? The others look for themselves. */
static inline bool wait_sleeps(const struct channel *c)
{
	return c->wait >= WAIT_FUTEX;
}

static inline void wait_announce(_Atomic uint32_t *sleeper)
{
	atomic_store_explicit(sleeper, 1, memory_order_relaxed);
	/* Pairs with the fence in wait_wake. */
	atomic_thread_fence(memory_order_seq_cst);
}

static inline struct sembuf wait_operation(int end, short by)
{
	return (struct sembuf){ .sem_num = (unsigned short)end, .sem_op = by };
}

/* Interrupted or not: the caller looks for itself what it was woken for. */
__attribute__((noinline)) static void wait_sleep(struct channel *c, _Atomic uint32_t *sleeper)
{
	struct wait_room *room = c->shared;
	struct sembuf take = wait_operation(c->end, -1);
	uint64_t events;

	if (c->wait == WAIT_SEMAPHORE)
		semop(c->fd[0], &take, 1);
	else if (c->wait == WAIT_POSIX_SEMAPHORE)
		sem_wait(&room->at[c->end].semaphore);
	else if (c->wait == WAIT_EVENTFD)
		(void)!read(c->fd[c->end], &events, sizeof events);
	else
		futex_sleep(sleeper, 1);
}

__attribute__((noinline)) static void wait_rouse(struct channel *c, _Atomic uint32_t *sleeper)
{
	struct wait_room *room = c->shared;
	struct sembuf give = wait_operation(!c->end, 1);
	uint64_t event = 1;

	if (c->wait == WAIT_SEMAPHORE)
		semop(c->fd[0], &give, 1);
	else if (c->wait == WAIT_POSIX_SEMAPHORE)
		sem_post(&room->at[!c->end].semaphore);
	else if (c->wait == WAIT_EVENTFD)
		(void)!write(c->fd[!c->end], &event, sizeof event);
	else
		futex_wake(sleeper, 1);
}

/* One turn of waiting. Where wait_sleeps: wait_announce came before, and then a look. */
static inline void wait_turn(struct channel *c, _Atomic uint32_t *sleeper)
{
	if (c->wait == WAIT_SPIN)
		cpu_pause();
	else if (c->wait == WAIT_YIELD)
		sched_yield();
	else
		wait_sleep(c, sleeper);
}

/* After a release store: wake the other end if it sleeps for it. Costs a full fence, so only where
 * wait_sleeps. */
static inline void wait_wake(struct channel *c, _Atomic uint32_t *sleeper)
{
	atomic_thread_fence(memory_order_seq_cst);
	if (!atomic_load_explicit(sleeper, memory_order_relaxed))
		return;
	atomic_store_explicit(sleeper, 0, memory_order_relaxed);
	wait_rouse(c, sleeper);
}

static inline int wait_open_semaphores(struct channel *c)
{
	c->fd[0] = semget(key_make(0), 2, IPC_CREAT | IPC_EXCL | 0600);
	if (c->fd[0] >= 0)
		return 0;
	if (errno == ENOSYS)
		return cannot(c->why, "this kernel has no System V semaphores: it needs "
				      "CONFIG_SYSVIPC");
	if (errno == ENOSPC || errno == EINVAL)
		return cannot(c->why,
			      "kernel.sem leaves no room for two more System V semaphores: "
			      "raise it with sysctl -w (sets of at least 2, its last number "
			      "of sets), or see ipcs -s");
	return fail(c->why, errno, "semget of 2 semaphores");
}

static inline int wait_open_eventfds(struct channel *c)
{
	for (int end = 0; end < 2; end++) {
		c->fd[end] = eventfd(0, EFD_CLOEXEC);
		if (c->fd[end] < 0)
			return fail(c->why, errno, "eventfd");
	}
	return 0;
}

/* The hooks of a channel with CHANNEL_WAIT, or a part of them. */
static inline int wait_open(struct channel *c)
{
	struct wait_room *room = c->shared;

	if (c->wait == WAIT_SEMAPHORE)
		return wait_open_semaphores(c);
	if (c->wait == WAIT_EVENTFD)
		return wait_open_eventfds(c);
	if (c->wait == WAIT_POSIX_SEMAPHORE)
		for (int end = 0; end < 2; end++)
			if (sem_init(&room->at[end].semaphore, 1, 0))
				return fail(c->why, errno, "sem_init");
	return 0;
}

static inline void wait_close(struct channel *c)
{
	if (c->wait == WAIT_SEMAPHORE && c->end == 0)
		semctl(c->fd[0], 0, IPC_RMID);
	for (int end = 0; end < 2 && c->wait == WAIT_EVENTFD; end++)
		close(c->fd[end]);
}

#endif
