/* SPDX-License-Identifier: MIT */
/*
 * Concurrency Kit's ck_ring, single producer and single consumer, for comparison: built where the
 * library's header is (Debian: libck-dev).
 *
 * A ck_ring carries pointers. Here a pointer is the number of a slot, and the message lies there;
 * a message of 8 bytes is itself what is carried. The ring lets go of a slot before its message has
 * been read, so there is one slot more than the ring can carry, and one that is being written.
 * It has a power of two of entries, the largest that --depth holds, and carries one fewer.
 */
#include "channel/channel.h"
#ifndef WITH_CK

const struct channel_ops channel_ck_ring = {
	.name = "ck-ring",
	.about = "Concurrency Kit's ck_ring in a region, for comparison",
	.absent = "this program was built without Concurrency Kit: install libck-dev and build it "
		  "again",
};

#else
#include <ck_ring.h>
#include "channel/message.h"
#include "channel/wait.h"

struct way {
	_Alignas(128) struct ck_ring ring;
	_Alignas(128) _Atomic uint32_t producer_sleeps;
	_Alignas(128) _Atomic uint32_t consumer_sleeps;
	_Alignas(128) struct ck_ring_buffer entry[];
};

struct side {
	struct way *way;
	char *slots, *next, *end;
};

struct ck_ring_channel {
	struct side out, in;
	size_t slot;
};

static inline bool carried_itself(const struct channel *c)
{
	return c->message == sizeof(void *);
}

static inline bool enqueue(struct side *s, void *entry)
{
	return ck_ring_enqueue_spsc(&s->way->ring, s->way->entry, entry);
}

static inline bool dequeue(struct side *s, void *entry)
{
	return ck_ring_dequeue_spsc(&s->way->ring, s->way->entry, entry);
}

__attribute__((noinline)) static void enqueue_late(struct channel *c, struct side *s, void *entry)
{
	c->full++;
	do {
		if (wait_sleeps(c)) {
			wait_announce(&s->way->producer_sleeps);
			if (enqueue(s, entry))
				return;
		}
		wait_turn(c, &s->way->producer_sleeps);
	} while (!enqueue(s, entry));
}

__attribute__((noinline)) static void dequeue_late(struct channel *c, struct side *s, void *entry)
{
	do {
		if (wait_sleeps(c)) {
			wait_announce(&s->way->consumer_sleeps);
			if (dequeue(s, entry))
				return;
		}
		wait_turn(c, &s->way->consumer_sleeps);
	} while (!dequeue(s, entry));
}

static inline int put(struct channel *c)
{
	struct ck_ring_channel *r = c->priv;
	struct side *s = &r->out;
	void *entry;

	if (carried_itself(c)) {
		message_make(&entry, sizeof entry, c->sent++);
	} else {
		message_make(s->next, c->message, c->sent++);
		entry = (void *)(s->next - s->slots);
		s->next += r->slot;
		if (s->next == s->end)
			s->next = s->slots;
	}
	if (__builtin_expect(!enqueue(s, entry), 0))
		enqueue_late(c, s, entry);
	if (wait_sleeps(c))
		wait_wake(c, &s->way->consumer_sleeps);
	return 0;
}

static inline int flush(struct channel *c)
{
	(void)c;
	return 0;
}

static inline int take(struct channel *c)
{
	struct side *s = &((struct ck_ring_channel *)c->priv)->in;
	void *entry;

	if (__builtin_expect(!dequeue(s, &entry), 0))
		dequeue_late(c, s, &entry);
	int err = message_consume(c,
				  carried_itself(c) ? (void *)&entry : s->slots + (uintptr_t)entry);
	if (wait_sleeps(c))
		wait_wake(c, &s->way->producer_sleeps);
	return err;
}

#include "channel/loops.h"

static size_t slot_bytes(const struct channel *c)
{
	size_t unit = c->message < 64 ? 8 : 64;

	return (c->message + unit - 1) / unit * unit;
}

static unsigned entries(const struct channel *c)
{
	size_t fit = c->depth / slot_bytes(c);
	unsigned n = 1;

	while (n <= fit / 2 && n < 1u << 30)
		n *= 2;
	return n;
}

/* ck_ring_init() takes no fewer than four. */
static int ck_ring_fits(const struct channel *c)
{
	if (entries(c) >= 4)
		return 0;
	return misused(c->why,
		       "ck-ring of %zu bytes has no room for four messages of %zu: give a --depth "
		       "of at least %zu",
		       c->depth, c->message, 4 * slot_bytes(c));
}

static size_t way_bytes(const struct channel *c)
{
	size_t bytes = sizeof(struct way) + entries(c) * sizeof(struct ck_ring_buffer) +
		       (entries(c) + 1) * slot_bytes(c);

	return (bytes + 127) / 128 * 128;
}

static size_t ck_ring_room(const struct channel *c)
{
	return 2 * way_bytes(c);
}

static struct side side_of(const struct channel *c, int direction)
{
	struct way *way = (void *)((char *)c->region->addr + (size_t)direction * way_bytes(c));
	char *slots = (char *)(way->entry + entries(c));

	return (struct side){ way, slots, slots, slots + (entries(c) + 1) * slot_bytes(c) };
}

/* The consumer's ring may be used before this process gets here: each makes the one it writes to,
 * and zeroed memory is an empty ring of no entries, from which nothing is taken. */
static int ck_ring_side(struct channel *c, int end)
{
	struct ck_ring_channel *r = c->priv;

	c->end = end;
	r->slot = slot_bytes(c);
	r->out = side_of(c, end);
	r->in = side_of(c, !end);
	ck_ring_init(&r->out.way->ring, entries(c));
	return region_populate(c->region);
}

static uint64_t ck_ring_lap(const struct channel *c)
{
	return entries(c) - 1;
}

const struct channel_ops channel_ck_ring = {
	.name = "ck-ring",
	.about = "Concurrency Kit's ck_ring in a region, for comparison",
	.axes = CHANNEL_REGION | CHANNEL_DEPTH | CHANNEL_WAIT,
	.priv_size = sizeof(struct ck_ring_channel),
	.shared_size = sizeof(struct wait_room),
	.fits = ck_ring_fits,
	.room = ck_ring_room,
	.open = wait_open,
	.side = ck_ring_side,
	.close = wait_close,
	.lap = ck_ring_lap,
	LOOPS,
};
#endif
