/* SPDX-License-Identifier: MIT */
#ifndef RING_H
#define RING_H
#include "channel/wait.h"

/*
 * A single-producer, single-consumer ring in memory that two processes map, perhaps at different
 * addresses: no pointer lives in it. Who may touch which slot, and waiting for it, is all here; where
 * the slots are is the channel's business: behind the counters in a region (ring_channel.h), or in
 * memory that only the producer has (process_vm.c).
 *
 * Counters run freely and never wrap (2^64); the ring is full when tail - head == slots. Each
 * counter is written by one side and has a line of its own: 128 bytes, because adjacent-line
 * prefetchers move lines in pairs. Each side keeps what it last saw of the other's counter and
 * looks again only when that says full or empty; and it publishes its own counter once per
 * `publish` messages (producer; or a quarter of the ring, or before it waits) or per quarter of the
 * ring (consumer). So a counter's line moves between the CPUs once per batch and not once per message.
 * docs/ring.md has the numbers.
 */
#define RING_LINE 128

struct ring {
	_Alignas(RING_LINE) _Atomic uint64_t
		tail; /* messages published, by the producer; see ring_flag */
	_Alignas(RING_LINE) _Atomic uint64_t head; /* messages released, by the consumer */
	_Alignas(RING_LINE) _Atomic uint32_t producer_sleeps; /* see wait.h */
	_Alignas(RING_LINE) _Atomic uint32_t consumer_sleeps;
};

/* One side's own view of a ring: private memory of its process. */
struct ring_side {
	struct ring *ring;
	char *first;    /* slot */
	size_t flag;    /* bytes of flag before each message: 0 without */
	char *next;     /* the slot of message number `count` */
	uint64_t ahead; /* slots from there to the end of the ring, >= 1 */
	size_t slot;    /* bytes from one slot to the next */
	uint64_t slots;
	uint64_t count;     /* messages put or taken */
	uint64_t peer;      /* the other side's counter as last seen */
	uint64_t published; /* own counter as the other side can see it */
	uint64_t publish;   /* messages per publication */
	uint64_t gather;    /* messages that a look should find; 0: look at once */
	uint64_t answered;  /* what this side had sent when it last looked */
	unsigned hold;      /* pauses before the next look */
};

/* What fits into a line with its flag. */
#define RING_FLAGGED_MAX (64 - sizeof(uint64_t))

/* Where each message is published by itself and a line has room for it, the counter stands in the slot,
 * before the message: what the consumer waits for and what it then reads is one line and not two. */
static inline size_t ring_flag(size_t message, unsigned publish)
{
	return publish == 1 && message <= RING_FLAGGED_MAX ? sizeof(uint64_t) : 0;
}

/* Bytes from one slot to the next. Small messages lie side by side; with a flag none lies across two
 * lines; from a line on each starts on a line of its own. */
static inline size_t ring_slot(size_t message, unsigned publish)
{
	size_t flagged = 2 * sizeof(uint64_t);
	size_t unit = message < 64 ? 8 : 64;

	if (!ring_flag(message, publish))
		return (message + unit - 1) / unit * unit;
	while (flagged < message + sizeof(uint64_t))
		flagged *= 2;
	return flagged;
}

static inline uint64_t ring_least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Where messages up to the one in slot `next` are published. */
static inline _Atomic uint64_t *ring_tail(const struct ring_side *s)
{
	return s->flag ? (_Atomic uint64_t *)(void *)s->next : &s->ring->tail;
}

/* How many of `usable` slots, at most n of them, lie side by side and belong to one publication. */
static inline uint64_t ring_run(const struct ring_side *s, uint64_t usable, uint64_t n)
{
	uint64_t unpublished = s->count - s->published;

	return ring_least(ring_least(usable, n), ring_least(s->ahead, s->publish - unpublished));
}

static inline void ring_advance(struct ring_side *s, uint64_t run)
{
	s->count += run;
	s->ahead -= run;
	s->next += run * s->slot;
	if (!s->ahead) {
		s->next = s->first;
		s->ahead = s->slots;
	}
}

/* Not more than a quarter of the ring is held back, by either side. */
static inline uint64_t ring_held(uint64_t wanted, uint64_t slots)
{
	uint64_t quarter = slots / 4 ? slots / 4 : 1;

	return ring_least(wanted, quarter);
}

static inline void ring_publish_at(struct channel *c, struct ring_side *s, _Atomic uint64_t *tail)
{
	s->published = s->count;
	/* Release: the slots' contents before the counter. Pairs with the acquire in ring_empty. */
	atomic_store_explicit(tail, s->count, memory_order_release);
	if (wait_sleeps(c))
		wait_wake(c, &s->ring->consumer_sleeps);
}

/* Not with flags: there nothing is held back. */
static inline void ring_publish_tail(struct channel *c, struct ring_side *s)
{
	if (s->published != s->count)
		ring_publish_at(c, s, &s->ring->tail);
}

static inline void ring_publish_head(struct channel *c, struct ring_side *s)
{
	s->published = s->count;
	/* Release: our reads of the slots before the permission to overwrite them. Pairs with the
	 * acquire in ring_full. */
	atomic_store_explicit(&s->ring->head, s->count, memory_order_release);
	if (wait_sleeps(c))
		wait_wake(c, &s->ring->producer_sleeps);
}

static inline bool ring_full(struct ring_side *s)
{
	/* Acquire: pairs with the release in ring_publish_head. */
	s->peer = atomic_load_explicit(&s->ring->head, memory_order_acquire);
	return s->count - s->peer == s->slots;
}

static inline bool ring_empty(struct ring_side *s)
{
	/* Acquire: pairs with the release in ring_publish_at. A flag may be that of a lap ago. */
	uint64_t tail = atomic_load_explicit(ring_tail(s), memory_order_acquire);

	s->peer = tail > s->count ? tail : s->count;
	return s->count == s->peer;
}

__attribute__((noinline)) static void ring_wait_for_room(struct channel *c, struct ring_side *s)
{
	if (!ring_full(s))
		return;
	/* What is held back is what the consumer waits for. */
	ring_publish_tail(c, s);
	c->full++;
	while (ring_full(s)) {
		if (wait_sleeps(c)) {
			wait_announce(&s->ring->producer_sleeps);
			if (!ring_full(s))
				break;
		}
		wait_turn(c, &s->ring->producer_sleeps);
	}
}

/* Messages that a look should find; pauses before it at most; and turns of waiting in which the next
 * publication of a stream has come. */
enum { RING_GATHER = 512, RING_HOLD_MAX = 32, RING_STREAM_TURNS = 64 };

/*
 * A look for messages takes the counter's line away from the producer, who waits for it with the next
 * publication, and what was just written is read from under its stores: a consumer that is faster and looks
 * at once finds a publication each time, and both go at the pace of the line. So where looks find
 * little, the next ones are held back for a moment. Not where this side has sent something meanwhile, for
 * then it may be what the other one answers, nor where it had to wait for long, nor where less than a message
 * comes in the time of a pause: who waits for a single message is told at once.
 */
static inline void ring_learn(const struct channel *c, struct ring_side *s, unsigned turns)
{
	uint64_t found = s->peer - s->count;

	if (c->sent != s->answered || turns > RING_STREAM_TURNS || found < s->hold)
		s->hold = 0;
	else if (found < s->gather)
		s->hold = s->hold < RING_HOLD_MAX / 2 ? 2 * s->hold + 1 : RING_HOLD_MAX;
	else if (found > 4 * s->gather)
		s->hold /= 2;
	s->answered = c->sent;
}

/* Where there are flags, the caller has looked already. */
__attribute__((noinline)) static void ring_wait_for_message(struct channel *c, struct ring_side *s)
{
	unsigned turns = 0;

	for (unsigned i = 0; i < s->hold; i++)
		cpu_pause();
	for (bool empty = s->flag || ring_empty(s); empty; empty = ring_empty(s), turns++) {
		if (wait_sleeps(c)) {
			wait_announce(&s->ring->consumer_sleeps);
			if (!ring_empty(s))
				break;
		}
		wait_turn(c, &s->ring->consumer_sleeps);
	}
	if (s->gather)
		ring_learn(c, s, turns);
}

/* Producer: how many slots are free, at least one; it waits for that. */
static inline uint64_t ring_room(struct channel *c, struct ring_side *s)
{
	if (__builtin_expect(s->count - s->peer == s->slots, 0))
		ring_wait_for_room(c, s);
	return s->slots - (s->count - s->peer);
}

/* Producer: the next `run` slots, no more than a ring_run, have been written; `tail` is what ring_tail
 * said before that: whatever is written to a slot may, to a compiler, change *s. */
static inline void ring_made(struct channel *c, struct ring_side *s, uint64_t run,
			     _Atomic uint64_t *tail)
{
	ring_advance(s, run);
	if (s->count - s->published >= s->publish)
		ring_publish_at(c, s, tail);
}

/* Consumer: how many messages are there, at least one; it waits for that. */
static inline uint64_t ring_there(struct channel *c, struct ring_side *s)
{
	if (s->count == s->peer && (!s->flag || ring_empty(s)))
		ring_wait_for_message(c, s);
	return s->peer - s->count;
}

/* Consumer: the next `run` slots, no more than a ring_run, have been read and may be overwritten. */
static inline void ring_read(struct channel *c, struct ring_side *s, uint64_t run)
{
	ring_advance(s, run);
	if (s->count - s->published >= s->publish)
		ring_publish_head(c, s);
}

#endif
