// SPDX-License-Identifier: MIT
// boost::lockfree::spsc_queue of a message's size: push and pop one by one; push and pop of an
// array; and, so that nothing is copied twice on its way out, pop by consume_one and consume_all.
#include <boost/lockfree/spsc_queue.hpp>
#include <new>
#include "peer.h"

namespace
{
using namespace boost::lockfree;

template <size_t size> struct message {
	char byte[size];
};

// One slot is never used.
template <size_t size> constexpr size_t slots = size <= 32768 ? 262144 / size : 8;
template <size_t size> using queue = spsc_queue<message<size>, capacity<slots<size> - 1>>;

template <size_t size> queue<size> *of(const struct side *s)
{
	return static_cast<queue<size> *>(s->memory);
}

template <size_t size> void pour_each(struct side *s, uint64_t n)
{
	auto *q = of<size>(s);
	auto *m = reinterpret_cast<message<size> *>(s->buffer);

	while (n--) {
		peer_write(m->byte, size, s->count++);
		while (!q->push(*m))
			peer_pause();
	}
}

template <size_t size> void drain_each(struct side *s, uint64_t n)
{
	auto *q = of<size>(s);

	auto read = [s](const message<size> &m) { peer_read(s, m.byte, s->buffer, size); };
	while (n--)
		while (!q->consume_one(read))
			peer_pause();
}

template <size_t size> void pour_bursts(struct side *s, uint64_t n)
{
	auto *q = of<size>(s);
	auto *m = reinterpret_cast<message<size> *>(s->buffer);

	while (n) {
		size_t now = n < BURST ? n : BURST;

		for (size_t i = 0; i < now; i++)
			peer_write(m[i].byte, size, s->count++);
		for (size_t done = 0; done < now;) {
			size_t sent = q->push(m + done, now - done);

			done += sent;
			if (!sent)
				peer_pause();
		}
		n -= now;
	}
}

template <size_t size> void drain_bursts(struct side *s, uint64_t n)
{
	auto *q = of<size>(s);
	auto *m = reinterpret_cast<message<size> *>(s->buffer);

	while (n) {
		size_t got = q->pop(m, n < BURST ? n : BURST);

		if (!got)
			peer_pause();
		for (size_t i = 0; i < got; i++)
			peer_read(s, m[i].byte, m[i].byte, size);
		n -= got;
	}
}

size_t room(size_t message, size_t)
{
#define PEER_CALL(size) return sizeof(queue<size>)
	switch (message) {
		PEER_SIZES(PEER_CASE)
	}
#undef PEER_CALL
	return 0;
}

void make(const struct side *s)
{
#define PEER_CALL(size) new (s->memory) queue<size>
	switch (s->message) {
		PEER_SIZES(PEER_CASE)
	}
#undef PEER_CALL
}

#define BY_SIZE(name)                                                                              \
	void name(struct side *s, uint64_t n)                                                      \
	{                                                                                          \
		switch (s->message) {                                                              \
			PEER_SIZES(PEER_CASE)                                                      \
		}                                                                                  \
	}
#define PEER_CALL(size) pour_each<size>(s, n)
BY_SIZE(pour)
#undef PEER_CALL
#define PEER_CALL(size) drain_each<size>(s, n)
BY_SIZE(drain)
#undef PEER_CALL
#define PEER_CALL(size) pour_bursts<size>(s, n)
BY_SIZE(pour_array)
#undef PEER_CALL
#define PEER_CALL(size) drain_bursts<size>(s, n)
BY_SIZE(drain_array)
#undef PEER_CALL
} // namespace

extern "C" {
extern const struct peer peer_boost, peer_boost_burst;
const struct peer peer_boost = { "boost", false, room, make, pour, drain };
const struct peer peer_boost_burst = { "boost_burst", true, room, make, pour_array, drain_array };
}
