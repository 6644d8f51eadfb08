/* SPDX-License-Identifier: MIT */
/* rte_ring with elements of the message's size: one at a time and in bursts, by its copying calls
 * and by its zero-copy ones, which lend the slots. */
#include <rte_ring.h>
#include <rte_ring_elem.h>
#include <rte_ring_peek_zc.h>
#include "peer.h"

#define ALWAYS static inline __attribute__((always_inline))

ALWAYS void pour_copying(struct side *s, uint64_t n, unsigned size, unsigned burst)
{
	struct rte_ring *r = s->memory;

	while (n) {
		unsigned now = n < burst ? (unsigned)n : burst;

		for (unsigned i = 0; i < now; i++)
			peer_write(s->buffer + i * size, size, s->count++);
		for (unsigned done = 0; done < now;) {
			unsigned sent = rte_ring_sp_enqueue_burst_elem(r, s->buffer + done * size,
								       size, now - done, NULL);

			done += sent;
			if (!sent)
				peer_pause();
		}
		n -= now;
	}
}

ALWAYS void drain_copying(struct side *s, uint64_t n, unsigned size, unsigned burst)
{
	struct rte_ring *r = s->memory;

	while (n) {
		unsigned got = rte_ring_sc_dequeue_burst_elem(
			r, s->buffer, size, n < burst ? (unsigned)n : burst, NULL);

		if (!got)
			peer_pause();
		for (unsigned i = 0; i < got; i++)
			peer_read(s, s->buffer + i * size, s->buffer + i * size, size);
		n -= got;
	}
}

ALWAYS char *lent(const struct rte_ring_zc_data *z, unsigned i, unsigned size)
{
	return i < z->n1 ? (char *)z->ptr1 + i * size : (char *)z->ptr2 + (i - z->n1) * size;
}

ALWAYS void pour_lent(struct side *s, uint64_t n, unsigned size, unsigned burst)
{
	struct rte_ring *r = s->memory;
	struct rte_ring_zc_data z;

	while (n) {
		unsigned now = rte_ring_enqueue_zc_burst_elem_start(
			r, size, n < burst ? (unsigned)n : burst, &z, NULL);

		if (!now) {
			peer_pause();
			continue;
		}
		for (unsigned i = 0; i < now; i++)
			peer_write(lent(&z, i, size), size, s->count++);
		rte_ring_enqueue_zc_elem_finish(r, now);
		n -= now;
	}
}

ALWAYS void drain_lent(struct side *s, uint64_t n, unsigned size, unsigned burst)
{
	struct rte_ring *r = s->memory;
	struct rte_ring_zc_data z;

	while (n) {
		unsigned now = rte_ring_dequeue_zc_burst_elem_start(
			r, size, n < burst ? (unsigned)n : burst, &z, NULL);

		if (!now) {
			peer_pause();
			continue;
		}
		for (unsigned i = 0; i < now; i++)
			peer_read(s, lent(&z, i, size), s->buffer, size);
		rte_ring_dequeue_zc_elem_finish(r, now);
		n -= now;
	}
}

static size_t room(size_t message, size_t slots)
{
	return (size_t)rte_ring_get_memsize_elem((unsigned)message, (unsigned)slots);
}

static void make(const struct side *s)
{
	rte_ring_init(s->memory, "peer", (unsigned)s->slots, RING_F_SP_ENQ | RING_F_SC_DEQ);
}

#define CASE(loop, size, burst)                                                                    \
	case size:                                                                                 \
		loop(s, n, size, burst);                                                           \
		break;
#define CASE_pour_copying_1(size)      CASE(pour_copying, size, 1)
#define CASE_pour_copying_BURST(size)  CASE(pour_copying, size, BURST)
#define CASE_drain_copying_1(size)     CASE(drain_copying, size, 1)
#define CASE_drain_copying_BURST(size) CASE(drain_copying, size, BURST)
#define CASE_pour_lent_1(size)         CASE(pour_lent, size, 1)
#define CASE_pour_lent_BURST(size)     CASE(pour_lent, size, BURST)
#define CASE_drain_lent_1(size)        CASE(drain_lent, size, 1)
#define CASE_drain_lent_BURST(size)    CASE(drain_lent, size, BURST)

static void pour_each(struct side *s, uint64_t n)
{
	switch (s->message) {
		PEER_SIZES(CASE_pour_copying_1)
	}
}

static void drain_each(struct side *s, uint64_t n)
{
	switch (s->message) {
		PEER_SIZES(CASE_drain_copying_1)
	}
}

static void pour_bursts(struct side *s, uint64_t n)
{
	switch (s->message) {
		PEER_SIZES(CASE_pour_copying_BURST)
	}
}

static void drain_bursts(struct side *s, uint64_t n)
{
	switch (s->message) {
		PEER_SIZES(CASE_drain_copying_BURST)
	}
}

static void pour_lent_each(struct side *s, uint64_t n)
{
	switch (s->message) {
		PEER_SIZES(CASE_pour_lent_1)
	}
}

static void drain_lent_each(struct side *s, uint64_t n)
{
	switch (s->message) {
		PEER_SIZES(CASE_drain_lent_1)
	}
}

static void pour_lent_bursts(struct side *s, uint64_t n)
{
	switch (s->message) {
		PEER_SIZES(CASE_pour_lent_BURST)
	}
}

static void drain_lent_bursts(struct side *s, uint64_t n)
{
	switch (s->message) {
		PEER_SIZES(CASE_drain_lent_BURST)
	}
}

const struct peer peer_rte = { "rte_ring", false, room, make, pour_each, drain_each };
const struct peer peer_rte_burst = {
	"rte_ring_burst", true, room, make, pour_bursts, drain_bursts
};
const struct peer peer_rte_lent = { "rte_ring_zc", false,          room,
				    make,          pour_lent_each, drain_lent_each };
const struct peer peer_rte_lent_burst = { "rte_ring_zc_burst", true, room, make, pour_lent_bursts,
					  drain_lent_bursts };
