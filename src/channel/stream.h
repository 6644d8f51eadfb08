/* SPDX-License-Identifier: MIT */
/*
 * put, flush and take of a byte stream: one system call per message on each side, and more where
 * the kernel moves a message in pieces. Include it after defining
 *
 *	static inline ssize_t push(struct channel *c, const void *from, size_t len, bool wait);
 *
 * as one of descriptor.h's.
 */
#include "channel/descriptor.h"

static inline int put(struct channel *c)
{
	bool waited = false;

	message_make(c->buf, c->message, c->sent++);
	for (size_t done = 0; done < c->message;) {
		ssize_t n = push(c, (char *)c->buf + done, c->message - done,
				 waited || !c->counts_full);

		if (n < 0 && errno == EAGAIN) {
			waited = true;
			continue;
		}
		if (n < 0)
			return fail(c->why, errno, "sending %zu bytes through a %s",
				    c->message - done, c->ops->name);
		done += (size_t)n;
	}
	c->full += waited;
	return 0;
}

static inline int flush(struct channel *c)
{
	(void)c;
	return 0;
}

static inline int take(struct channel *c)
{
	int err = descriptor_read(c);

	return err ? err : message_consume(c, c->buf);
}
