/* SPDX-License-Identifier: MIT */
#ifndef RING_CHANNEL_H
#define RING_CHANNEL_H
#include "channel/message.h"
#include "channel/ring.h"

/*
 * A channel of two rings, one each way in the cell's region: what ring.c and ring_inplace.c have in
 * common, which is all but what a message goes through on its way: `lay` says how it gets into its
 * slot and c->consume how it is read.
 */
struct ring_channel {
	struct ring_side out, in;
	struct message_lay lay;
};

static inline struct ring_channel *ring_channel(struct channel *c)
{
	return c->priv;
}

/* Message by message would keep this side's counters in memory, where each message's store may
 * alias them: 8 cycles a message instead of two. So in runs that need no look at them. */
static inline int put_some(struct channel *c, uint64_t n)
{
	struct ring_side *s = &ring_channel(c)->out;
	size_t flag = s->flag;

	while (n) {
		uint64_t run = ring_run(s, ring_room(c, s), n);
		_Atomic uint64_t *tail = ring_tail(s);

		message_lay(&ring_channel(c)->lay, s->next + flag, c->sent, run, n > run);
		c->sent += run;
		ring_made(c, s, run, tail);
		n -= run;
	}
	return 0;
}

static inline int put(struct channel *c)
{
	return put_some(c, 1);
}

static inline int flush(struct channel *c)
{
	ring_publish_tail(c, &ring_channel(c)->out);
	return 0;
}

/* The slots are let go of after the last look at them, copied out or not. */
static inline int take_some(struct channel *c, uint64_t n)
{
	struct ring_side *s = &ring_channel(c)->in;
	size_t flag = s->flag;
	int err = 0;

	while (n && !err) {
		uint64_t run = ring_run(s, ring_there(c, s), n);

		err = message_consume_run(c, s->next + flag, s->slot, run);
		ring_read(c, s, run);
		n -= run;
	}
	return err;
}

static inline int take(struct channel *c)
{
	return take_some(c, 1);
}

#define LOOPS_SOME
#include "channel/loops.h"

static inline size_t ring_channel_slot(const struct channel *c)
{
	return ring_slot(c->message, c->publish);
}

static uint64_t ring_channel_slots(const struct channel *c)
{
	return c->depth / ring_channel_slot(c);
}

static int ring_channel_fits(const struct channel *c)
{
	if (c->message > c->depth)
		return misused(c->why,
			       "a message of %zu bytes is larger than the ring of %zu: give "
			       "a --depth of at least 2 messages",
			       c->message, c->depth);
	if (ring_channel_slots(c) < 2)
		return misused(c->why,
			       "a ring of %zu bytes has no room for two messages of %zu: "
			       "give a --depth of at least %zu",
			       c->depth, c->message, 2 * ring_channel_slot(c));
	return 0;
}

/* One way: the counters, then the slots, then up to the next line. */
static size_t ring_channel_way(const struct channel *c)
{
	size_t bytes = sizeof(struct ring) + ring_channel_slot(c) * ring_channel_slots(c);

	return (bytes + RING_LINE - 1) / RING_LINE * RING_LINE;
}

static size_t ring_channel_room(const struct channel *c)
{
	return 2 * ring_channel_way(c);
}

static struct ring_side ring_channel_begin(const struct channel *c, int direction)
{
	char *at = (char *)c->region->addr + (size_t)direction * ring_channel_way(c);
	uint64_t slots = ring_channel_slots(c);
	char *first = at + sizeof(struct ring);

	return (struct ring_side){
		.ring = (void *)at,
		.first = first,
		.flag = ring_flag(c->message, c->publish),
		.next = first,
		.ahead = slots,
		.slot = ring_channel_slot(c),
		.slots = slots,
	};
}

/* The part of `side` that both have. */
static int ring_channel_side(struct channel *c, int end)
{
	struct ring_channel *r = ring_channel(c);
	uint64_t slots = ring_channel_slots(c);

	c->end = end;
	r->lay = (struct message_lay){ .message = c->message, .slot = ring_channel_slot(c) };
	r->out = ring_channel_begin(c, end);
	if (!r->out.flag)
		message_lay_asks(&r->lay, r->out.first, slots * r->out.slot);
	r->out.publish = ring_held(c->publish, slots);
	r->in = ring_channel_begin(c, !end);
	r->in.publish = ring_held(slots, slots);
	if (c->wait == WAIT_SPIN && !r->in.flag)
		r->in.gather = ring_least(RING_GATHER, slots / 8);
	/* Page tables are per process: every page is faulted in here, none while it is timed. */
	return region_populate(c->region);
}

#endif
