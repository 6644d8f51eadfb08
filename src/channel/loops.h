/* SPDX-License-Identifier: MIT */
/*
 * The measured loops, written once. Include this after defining
 *
 *	static inline int put(struct channel *c);	make and send message number c->sent++
 *	static inline int flush(struct channel *c);	what put has held back is visible now
 *	static inline int take(struct channel *c);	wait for one message, message_consume it
 *
 * and end the channel_ops with LOOPS. A mechanism that gains by knowing of several messages at once
 * defines LOOPS_SOME, and put_some and take_some, which do the same n times. put and take are inlined here, so that the timing code of
 * every mechanism is the same and no indirect call is paid per message.
 */
#include "probe/clock.h"

#ifndef LOOPS_SOME
static inline int put_some(struct channel *c, uint64_t n)
{
	int err = 0;

	while (n-- && !err)
		err = put(c);
	return err;
}

static inline int take_some(struct channel *c, uint64_t n)
{
	int err = 0;

	while (n-- && !err)
		err = take(c);
	return err;
}
#endif

static int loop_pour(struct channel *c, uint64_t n)
{
	int err = put_some(c, n);

	return err ? err : flush(c);
}

static int loop_drain(struct channel *c, uint64_t n)
{
	return take_some(c, n);
}

static inline int round_trip(struct channel *c)
{
	int err = put(c);

	if (!err)
		err = flush(c);
	return err ? err : take(c);
}

static int loop_ping(struct channel *c, uint64_t n)
{
	int err = 0;

	while (n-- && !err)
		err = round_trip(c);
	return err;
}

static int loop_ping_each(struct channel *c, uint64_t n, const struct clock *clock,
			  struct series *s)
{
	int err = 0;

	while (n-- && !err) {
		uint64_t start = clock_now(clock);

		err = round_trip(c);
		series_add(s, clock_now(clock) - start, 1);
	}
	return err;
}

static int loop_echo(struct channel *c, uint64_t n)
{
	int err = 0;

	while (n-- && !err) {
		err = take(c);
		if (!err)
			err = put(c);
		if (!err)
			err = flush(c);
	}
	return err;
}

/* A busy wait that reads the clock and nothing else: a pause instruction lasts 140 cycles on some
 * CPUs, and a sleep is late by microseconds. */
static inline stamp wait_until(const struct clock *clock, uint64_t due_ns)
{
	uint64_t now = clock_now(clock);

	while (now < due_ns)
		now = clock_now(clock);
	return (stamp)now;
}

static int loop_pace(struct channel *c, const struct schedule *s, stamp *at)
{
	int err = 0;

	for (uint64_t k = 0; k < s->n && !err; k++) {
		at[k] = wait_until(s->clock, schedule_due(s, k));
		err = put(c);
		if (!err)
			err = flush(c);
	}
	return err;
}

static int loop_arrive(struct channel *c, uint64_t n, const struct clock *clock, stamp *at)
{
	int err = 0;

	for (uint64_t k = 0; k < n && !err; k++) {
		err = take(c);
		at[k] = (stamp)clock_now(clock);
	}
	return err;
}

#define LOOPS                                                                                      \
	.pour = loop_pour, .drain = loop_drain, .ping = loop_ping, .ping_each = loop_ping_each,    \
	.echo = loop_echo, .pace = loop_pace, .arrive = loop_arrive
