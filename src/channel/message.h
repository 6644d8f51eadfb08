/* SPDX-License-Identifier: MIT */
#ifndef MESSAGE_H
#define MESSAGE_H
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "channel/channel.h"

/*
 * What a message is, for every channel: word i of message number n is n + i, the bytes after the
 * last whole word are the first ones of the next. So a message is written whole by the producer,
 * its number is its first word, and any byte out of place shows.
 *
 * A peer that writes only the first bytes of a message, or reads only a header, measures something
 * else; so do both sides here in full, whatever the mechanism.
 */

/* message_make for len >= MESSAGE_WIDE: with the widest stores that this CPU has (message.c). */
#define MESSAGE_WIDE 64
void message_make_wide(void *to, size_t len, uint64_t n);

/* Write message number n into `to`, len >= MESSAGE_MIN bytes. */
static inline void message_make(void *to, size_t len, uint64_t n)
{
	char *p = to;

	if (len >= MESSAGE_WIDE) {
		message_make_wide(to, len, n);
		return;
	}
	memcpy(p, &n, sizeof n);
	if (len == sizeof n)
		return;
	size_t words = len / sizeof n;
	for (size_t i = 1; i < words; i++) {
		uint64_t word = n + i;

		memcpy(p + i * sizeof word, &word, sizeof word);
	}
	uint64_t next = n + words;
	if (len % sizeof n)
		memcpy(p + words * sizeof n, &next, len % sizeof n);
}

/* How many messages at a time get to where another CPU reads them. */
struct message_lay {
	size_t message, slot;   /* bytes of one; from one to the next */
	char *stage;            /* private: made here, then copied; NULL: made in place */
	size_t stage_len;       /* at least a message */
	const char *asks_below; /* see message_lay_asks; NULL: nowhere */
};

/* Bytes of stage that are enough, or a message. */
#define MESSAGE_STAGE 32768

/* Fills in the last two if that is faster on this CPU, for messages of this size. */
void message_lay_init(struct message_lay *l, char *stage, size_t stage_len);

/* message_lay with a stage. */
void message_ship(const struct message_lay *l, char *to, uint64_t n, uint64_t run);

/* Messages will be laid, over and over, in `len` bytes from `slots` on that another CPU reads: if it is faster
 * on this CPU, lines are asked for before it is their turn to be written. */
void message_lay_asks(struct message_lay *l, const char *slots, size_t len);

/* message_lay that asks. */
void message_lay_asking(const struct message_lay *l, char *to, uint64_t n, uint64_t run);

/* Write messages n to n + run - 1, side by side from `to` on; `more`: others follow at once. */
static inline void message_lay(const struct message_lay *l, char *to, uint64_t n, uint64_t run,
			       bool more)
{
	if (more && to < l->asks_below) {
		message_lay_asking(l, to, n, run);
	} else if (l->message == sizeof n) {
		for (; run--; n++, to += sizeof n)
			memcpy(to, &n, sizeof n);
	} else if (l->stage) {
		message_ship(l, to, n, run);
	} else {
		for (; run--; n++, to += l->slot)
			message_make(to, l->message, n);
	}
}

/* message_sum for len >= MESSAGE_WIDE: with the widest loads that this CPU has (message.c), as memcpy
 * does, or what it costs not to copy would be what it costs to add. */
uint64_t message_sum_wide(const void *from, size_t len);

/* The sum of all whole words: what `consume=checksum` computes. */
static inline uint64_t message_sum(const void *from, size_t len)
{
	const char *p = from;
	uint64_t sum = 0;

	if (len >= MESSAGE_WIDE)
		return message_sum_wide(from, len);
	for (size_t i = 0; i < len / sizeof sum; i++) {
		uint64_t word;

		memcpy(&word, p + i * sizeof word, sizeof word);
		sum += word;
	}
	return sum;
}

static inline void message_copy(void *to, const void *from, size_t len)
{
	/* A call of memcpy costs more than the 8 bytes do. */
	if (len == sizeof(uint64_t))
		memcpy(to, from, sizeof(uint64_t));
	else
		memcpy(to, from, len);
}

/* Is every byte of it as message_make left it? */
static inline bool message_intact(const void *from, size_t len, uint64_t n)
{
	const char *p = from;

	for (size_t i = 0; i < len / sizeof n; i++) {
		uint64_t word;

		memcpy(&word, p + i * sizeof word, sizeof word);
		if (word != n + i)
			return false;
	}
	uint64_t next = n + len / sizeof n;
	return !memcmp(p + len / sizeof n * sizeof n, &next, len % sizeof n);
}

/* Read the message at `from` whole (copied into c->buf, or summed where it is) and check that it
 * is the one that is due. `from` may be c->buf itself. */
static inline int message_consume(struct channel *c, const void *from)
{
	uint64_t due = c->taken++, n, words = c->message / sizeof n;
	bool intact = true;

	if (c->consume == CONSUME_CHECKSUM) {
		memcpy(&n, from, sizeof n);
		intact = message_sum(from, c->message) == words * due + words * (words - 1) / 2;
	} else {
		if (from != c->buf)
			message_copy(c->buf, from, c->message);
		memcpy(&n, c->buf, sizeof n);
	}
	if (__builtin_expect(n != due, 0))
		return fail(c->why, EBADMSG,
			    "%s: message %" PRIu64 " arrived where %" PRIu64 " was due",
			    c->ops->name, n, due);
	if (c->verify && intact)
		intact =
			message_intact(c->consume == CONSUME_COPY ? c->buf : from, c->message, due);
	if (__builtin_expect(!intact, 0))
		return fail(c->why, EBADMSG, "%s: message %" PRIu64 " has other contents",
			    c->ops->name, due);
	return 0;
}

/* message_consume for each of `run` messages, `slot` bytes apart. */
static inline int message_consume_run(struct channel *c, const char *from, size_t slot,
				      uint64_t run)
{
	uint64_t due = c->taken, n, *buf = c->buf;
	bool copies = c->consume == CONSUME_COPY;
	int err = 0;

	/* The number is all there is of it. */
	if (c->message == sizeof due) {
		for (; run; run--, due++, from += slot) {
			if (copies)
				memcpy(buf, from, sizeof due);
			/* One message at a time is what was asked for. */
			__asm__ volatile("" ::: "memory");
			memcpy(&n, copies ? (const char *)buf : from, sizeof n);
			if (__builtin_expect(n != due, 0))
				break;
		}
		c->taken = due;
	}
	for (; run && !err; run--, from += slot)
		err = message_consume(c, from);
	return err;
}

#endif
