/* SPDX-License-Identifier: MIT */
#ifndef RING_H
#define RING_H
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A single-producer, single-consumer ring in memory that two processes map, perhaps at different
 * addresses: no pointer lives in it.
 *
 * Counters run freely and never wrap (2^64); the ring is full when tail - head == slots. Each
 * counter is written by one side and has a line of its own: 128 bytes, because adjacent-line
 * prefetchers move lines in pairs. Each side keeps what it last saw of the other's counter and
 * looks again only when that says full or empty; and it publishes its own counter once per
 * `publish` messages, or per quarter of the ring, or before it waits. So a counter's line moves
 * between the CPUs once per batch and not once per message.
 */
#define RING_LINE 128

struct ring {
	_Alignas(RING_LINE) _Atomic uint64_t tail; /* messages published, by the producer */
	_Alignas(RING_LINE) _Atomic uint64_t head; /* messages released, by the consumer */
	_Alignas(RING_LINE) _Atomic uint32_t producer_sleeps; /* see wait.h */
	_Alignas(RING_LINE) _Atomic uint32_t consumer_sleeps;
	_Alignas(RING_LINE) char slot[];
};

/* One side's own view of a ring: private memory of its process. */
struct ring_side {
	struct ring *ring;
	char *next;  /* the slot of message number `count` */
	char *end;   /* past the last slot */
	size_t slot; /* bytes from one slot to the next */
	uint64_t slots;
	uint64_t count;     /* messages put or taken */
	uint64_t peer;      /* the other side's counter as last seen */
	uint64_t published; /* own counter as the other side can see it */
	uint64_t publish;   /* messages per publication */
};

/* Bytes of a ring with room for `slots` slots. */
static inline size_t ring_bytes(size_t slot, uint64_t slots)
{
	return sizeof(struct ring) + slot * slots;
}

/* Small messages lie side by side; from a cache line on each starts on a line of its own. */
static inline size_t ring_slot(size_t message)
{
	size_t unit = message < 64 ? 8 : 64;

	return (message + unit - 1) / unit * unit;
}

static inline void ring_advance(struct ring_side *s)
{
	s->count++;
	s->next += s->slot;
	if (s->next == s->end)
		s->next = s->ring->slot;
}

#endif
