/* SPDX-License-Identifier: MIT */
/*
 * One side of a ring that somebody else wrote, as rings.c runs it: the memory, how many messages of
 * what size, and the loops. C and C++.
 *
 * Every peer writes the same message and reads it whole, as channel/message.h has it: word i of
 * message n is n + i, the reader copies it out and checks its number. message_make and its fellows
 * are not included from there, because C++ cannot; and sizes are constants here, so that the
 * templates and macros of the peers get what they are written for. Ours is given its size when it
 * runs.
 */
#ifndef PEER_H
#define PEER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BURST         32 /* messages at once, where a peer can */
#define PEER_SIZES(X) X(8) X(64) X(1024) X(4096) X(65536)
#define PEER_LARGEST  65536

struct side {
	void *memory; /* zeroed, the same in both processes */
	char *buffer; /* this process's own: one message, or BURST of them */
	size_t message, slots;
	uint64_t count; /* messages put or taken */
	bool bad;       /* a message was not the one that was due */
};

struct peer {
	const char *name;
	bool batched; /* what it is compared with: --publish 32, or 1 */
	size_t (*room)(size_t message, size_t slots);
	void (*make)(const struct side *s); /* once, before the other side looks */
	void (*pour)(struct side *s, uint64_t n);
	void (*drain)(struct side *s, uint64_t n);
};

static inline void peer_write(char *to, size_t message, uint64_t n)
{
	for (size_t i = 0; i < message / sizeof n; i++) {
		uint64_t word = n + i;

		memcpy(to + i * sizeof word, &word, sizeof word);
	}
}

/* `from` may be the buffer itself: then it has been copied already. */
static inline void peer_read(struct side *s, const char *from, char *to, size_t message)
{
	uint64_t n;

	if (from != to)
		memcpy(to, from, message);
	/* Nobody looks at most of it: the compiler must not know that. */
	__asm__ volatile("" ::"r"(to) : "memory");
	memcpy(&n, to, sizeof n);
	if (__builtin_expect(n != s->count, 0))
		s->bad = true;
	s->count++;
}

static inline void peer_pause(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

/* NAME(s, n, SIZE) for the size that s has. */
#define PEER_CASE(size)                                                                            \
	case size:                                                                                 \
		PEER_CALL(size);                                                                   \
		break;

#endif
