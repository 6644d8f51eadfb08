/* SPDX-License-Identifier: MIT */
#ifndef DESCRIPTOR_H
#define DESCRIPTOR_H
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "channel/message.h"

/*
 * What channels made of descriptors share. c->fd: read and write end of 0 -> 1, then of 1 -> 0. A
 * connected socket is an end of both ways: it stands there twice.
 */
static inline int out_fd(const struct channel *c)
{
	return c->fd[c->end ? 3 : 1];
}

static inline int in_fd(const struct channel *c)
{
	return c->fd[c->end ? 0 : 2];
}

static inline void descriptor_sockets(struct channel *c, const int socket[2])
{
	c->fd[0] = c->fd[3] = socket[1];
	c->fd[1] = c->fd[2] = socket[0];
}

/* Close the ends that the other process has: then a peer that dies is an error, not a hang. */
static inline int descriptor_side(struct channel *c, int end)
{
	int in = c->fd[end ? 2 : 0], out = c->fd[end ? 1 : 3];

	c->end = end;
	close(in);
	if (out != in)
		close(out);
	return 0;
}

static inline void descriptor_close(struct channel *c)
{
	close(in_fd(c));
	if (out_fd(c) != in_fd(c))
		close(out_fd(c));
}

/* A write(2) that tells that it would have to wait (EAGAIN) unless it may: a blocking one does not
 * tell. Of pipes with counts_full the write end does not block (descriptor_pipe_side). */
static inline ssize_t pipe_push(struct channel *c, const void *from, size_t len, bool wait)
{
	struct pollfd room = { .fd = out_fd(c), .events = POLLOUT };

	if (c->counts_full && wait && poll(&room, 1, -1) < 0 && errno != EINTR)
		return -1;
	return write(out_fd(c), from, len);
}

static inline int pipe_side(struct channel *c, int end)
{
	descriptor_side(c, end);
	if (c->counts_full && fcntl(out_fd(c), F_SETFL, O_NONBLOCK))
		return fail(c->why, errno, "fcntl(F_SETFL) of a pipe");
	return 0;
}

/* The same of a socket. O_NONBLOCK would change how it is read, too. */
static inline ssize_t socket_push(struct channel *c, const void *from, size_t len, bool wait)
{
	return send(out_fd(c), from, len, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
}

/* One message into c->buf, in as many pieces as it takes. */
static inline int descriptor_read(struct channel *c)
{
	for (size_t done = 0; done < c->message;) {
		ssize_t n = read(in_fd(c), (char *)c->buf + done, c->message - done);

		if (n <= 0)
			return fail(c->why, n ? errno : EPIPE, "reading %zu bytes from a %s",
				    c->message - done, c->ops->name);
		done += (size_t)n;
	}
	return 0;
}

static inline int descriptor_block(const struct channel *c, bool block)
{
	int flags = block ? 0 : O_NONBLOCK;

	return fcntl(c->fd[1], F_SETFL, flags) || fcntl(c->fd[0], F_SETFL, flags);
}

/* Write messages until there is no room; the bytes that went in, of a last part of one too. */
static inline int descriptor_fill(struct channel *c, const char *message, size_t *bytes)
{
	ssize_t n;

	if (descriptor_block(c, false))
		return errno;
	while ((n = write(c->fd[1], message, c->message)) == (ssize_t)c->message)
		c->lap++;
	*bytes = c->lap * c->message + (n > 0 ? (size_t)n : 0);
	if (n < 0 && errno != EAGAIN)
		return errno;
	return descriptor_block(c, true) ? errno : 0;
}

/* Every byte, waiting for those that are not there yet: what TCP has taken it may deliver later, and a
 * reader who took "nothing now" for "nothing left" would find them before the first message. */
static inline int descriptor_empty(const struct channel *c, char *message, size_t bytes)
{
	for (ssize_t n; bytes; bytes -= (size_t)n) {
		n = read(c->fd[0], message, c->message);
		if (n <= 0)
			return n ? errno : EPIPE;
	}
	return 0;
}

/*
 * How many messages are in flight when it is full. Counted, not computed: what a message takes
 * beside its bytes is the kernel's business (a pipe's page, a socket's buffer heads), and differs
 * between versions. The last of `open`, when this process still has both ends of 0 -> 1.
 */
static inline int descriptor_count(struct channel *c)
{
	char *message = calloc(1, c->message);
	size_t bytes = 0;

	c->lap = 0;
	int err = message ? descriptor_fill(c, message, &bytes) : ENOMEM;
	if (!err)
		err = descriptor_empty(c, message, bytes);
	free(message);
	c->lap += !c->lap;
	return err ? fail(c->why, err, "counting what a %s holds", c->ops->name) : 0;
}

static inline uint64_t descriptor_lap(const struct channel *c)
{
	return c->lap;
}

#endif
