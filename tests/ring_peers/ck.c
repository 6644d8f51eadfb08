/* SPDX-License-Identifier: MIT */
/* ck_ring: the message is written straight into the slot that it reserves, and copied out by its
 * dequeue. It has no batches. */
#include <ck_ring.h>
#include "peer.h"

struct ck_memory {
	_Alignas(128) struct ck_ring ring;
	_Alignas(128) char slots[];
};

#define SIZED(size)                                                                                \
	struct message_##size {                                                                    \
		char byte[size];                                                                   \
	};                                                                                         \
	CK_RING_PROTOTYPE(message_##size, message_##size)                                          \
	static void pour_##size(struct side *s, uint64_t n)                                        \
	{                                                                                          \
		struct ck_memory *m = s->memory;                                                   \
		struct message_##size *slots = (void *)m->slots, *slot;                            \
		while (n--) {                                                                      \
			while (!(slot = ck_ring_enqueue_reserve_spsc_message_##size(&m->ring,      \
										    slots)))       \
				peer_pause();                                                      \
			peer_write(slot->byte, size, s->count++);                                  \
			ck_ring_enqueue_commit_spsc(&m->ring);                                     \
		}                                                                                  \
	}                                                                                          \
	static void drain_##size(struct side *s, uint64_t n)                                       \
	{                                                                                          \
		struct ck_memory *m = s->memory;                                                   \
		struct message_##size *slots = (void *)m->slots, *buffer = (void *)s->buffer;      \
		while (n--) {                                                                      \
			while (!ck_ring_dequeue_spsc_message_##size(&m->ring, slots, buffer))      \
				peer_pause();                                                      \
			peer_read(s, s->buffer, s->buffer, size);                                  \
		}                                                                                  \
	}
PEER_SIZES(SIZED)

static size_t room(size_t message, size_t slots)
{
	return sizeof(struct ck_memory) + message * slots;
}

static void make(const struct side *s)
{
	ck_ring_init(&((struct ck_memory *)s->memory)->ring, (unsigned)s->slots);
}

static void pour(struct side *s, uint64_t n)
{
#define PEER_CALL(size) pour_##size(s, n)
	switch (s->message) {
		PEER_SIZES(PEER_CASE)
	}
#undef PEER_CALL
}

static void drain(struct side *s, uint64_t n)
{
#define PEER_CALL(size) drain_##size(s, n)
	switch (s->message) {
		PEER_SIZES(PEER_CASE)
	}
#undef PEER_CALL
}

const struct peer peer_ck = { "ck_ring", false, room, make, pour, drain };
