/* SPDX-License-Identifier: MIT */
/*
 * The ring as a channel: one ring each way in the cell's region, message copied once by each
 * side. The producer makes the message in its slot, not in a private copy first.
 */
#include "channel/message.h"
#include "channel/ring.h"
#include "channel/wait.h"

/* This process's two sides. */
struct ring_channel {
	struct ring_side out, in;
};

static inline void publish_tail(struct channel *c, struct ring_side *s)
{
	s->published = s->count;
	/* Release: the slots' contents before the counter. Pairs with the acquire in ring_empty. */
	atomic_store_explicit(&s->ring->tail, s->count, memory_order_release);
	if (c->wait == WAIT_FUTEX)
		wait_wake(&s->ring->consumer_sleeps);
}

static inline void publish_head(struct channel *c, struct ring_side *s)
{
	s->published = s->count;
	/* Release: our reads of the slots before the permission to overwrite them. Pairs with the
	 * acquire in ring_full. */
	atomic_store_explicit(&s->ring->head, s->count, memory_order_release);
	if (c->wait == WAIT_FUTEX)
		wait_wake(&s->ring->producer_sleeps);
}

static inline bool ring_full(struct ring_side *s)
{
	/* Acquire: pairs with the release in publish_head. */
	s->peer = atomic_load_explicit(&s->ring->head, memory_order_acquire);
	return s->count - s->peer == s->slots;
}

static inline bool ring_empty(struct ring_side *s)
{
	/* Acquire: pairs with the release in publish_tail. */
	s->peer = atomic_load_explicit(&s->ring->tail, memory_order_acquire);
	return s->count == s->peer;
}

__attribute__((noinline)) static void wait_for_room(struct channel *c, struct ring_side *s)
{
	if (!ring_full(s))
		return;
	/* What is held back is what the consumer waits for. */
	if (s->published != s->count)
		publish_tail(c, s);
	c->full++;
	while (ring_full(s)) {
		if (c->wait == WAIT_FUTEX) {
			wait_announce(&s->ring->producer_sleeps);
			if (!ring_full(s))
				break;
		}
		wait_turn(c->wait, &s->ring->producer_sleeps);
	}
}

__attribute__((noinline)) static void wait_for_message(struct channel *c, struct ring_side *s)
{
	if (!ring_empty(s))
		return;
	if (s->published != s->count)
		publish_head(c, s);
	while (ring_empty(s)) {
		if (c->wait == WAIT_FUTEX) {
			wait_announce(&s->ring->consumer_sleeps);
			if (!ring_empty(s))
				break;
		}
		wait_turn(c->wait, &s->ring->consumer_sleeps);
	}
}

static inline int put(struct channel *c)
{
	struct ring_side *s = &((struct ring_channel *)c->priv)->out;

	if (__builtin_expect(s->count - s->peer == s->slots, 0))
		wait_for_room(c, s);
	message_make(s->next, c->message, c->sent++);
	ring_advance(s);
	if (s->count - s->published >= s->publish)
		publish_tail(c, s);
	return 0;
}

static inline int flush(struct channel *c)
{
	struct ring_side *s = &((struct ring_channel *)c->priv)->out;

	if (s->published != s->count)
		publish_tail(c, s);
	return 0;
}

static inline int take(struct channel *c)
{
	struct ring_side *s = &((struct ring_channel *)c->priv)->in;

	if (__builtin_expect(s->count == s->peer, 0))
		wait_for_message(c, s);
	int err = message_consume(c, s->next);
	ring_advance(s);
	if (s->count - s->published >= s->publish)
		publish_head(c, s);
	return err;
}

#include "channel/loops.h"

static uint64_t slots(const struct channel *c)
{
	return c->depth / ring_slot(c->message);
}

static int ring_fits(const struct channel *c)
{
	if (c->message > c->depth)
		return misused(c->why,
			       "a message of %zu bytes is larger than the ring of %zu: give "
			       "a --depth of at least 2 messages",
			       c->message, c->depth);
	if (slots(c) < 2)
		return misused(c->why,
			       "a ring of %zu bytes has no room for two messages of %zu: "
			       "give a --depth of at least %zu",
			       c->depth, c->message, 2 * ring_slot(c->message));
	return 0;
}

static size_t ring_room(const struct channel *c)
{
	return 2 * (ring_bytes(ring_slot(c->message), slots(c)) + RING_LINE);
}

static void side_init(struct ring_side *s, const struct channel *c, int direction)
{
	size_t slot = ring_slot(c->message), bytes = ring_bytes(slot, slots(c));
	/* The second ring starts on a line of its own: bytes is a multiple of 8 only. */
	size_t at = (size_t)direction * ((bytes + RING_LINE - 1) / RING_LINE * RING_LINE);
	struct ring *ring = (void *)((char *)c->region->addr + at);
	uint64_t quarter = slots(c) / 4 ? slots(c) / 4 : 1;

	*s = (struct ring_side){
		.ring = ring,
		.next = ring->slot,
		.end = ring->slot + slot * slots(c),
		.slot = slot,
		.slots = slots(c),
		.publish = c->publish < quarter ? c->publish : quarter,
	};
}

static int side(struct channel *c, int end)
{
	struct ring_channel *r = c->priv;

	c->end = end;
	side_init(&r->out, c, end);
	side_init(&r->in, c, !end);
	/* Page tables are per process: every page is faulted in here, none while it is timed. */
	return region_populate(c->region);
}

const struct channel_ops channel_ring = {
	.name = "ring",
	.about = "single-producer single-consumer ring in a region",
	.axes = CHANNEL_REGION | CHANNEL_DEPTH | CHANNEL_PUBLISH | CHANNEL_WAIT,
	.priv_size = sizeof(struct ring_channel),
	.fits = ring_fits,
	.room = ring_room,
	.side = side,
	.lap = slots,
	LOOPS,
};
