/* SPDX-License-Identifier: MIT */
/*
 * put, flush and take of a socket that keeps messages apart: one send and one receive each, whole
 * or not at all; and the limit that comes with that.
 */
#include "channel/descriptor.h"

static inline int put(struct channel *c)
{
	message_make(c->buf, c->message, c->sent++);
	ssize_t n = socket_push(c, c->buf, c->message, !c->counts_full);

	if (n < 0 && errno == EAGAIN) {
		c->full++;
		n = socket_push(c, c->buf, c->message, true);
	}
	if (n != (ssize_t)c->message)
		return fail(c->why, n < 0 ? errno : EIO, "sending %zu bytes through a %s",
			    c->message, c->ops->name);
	return 0;
}

static inline int flush(struct channel *c)
{
	(void)c;
	return 0;
}

static inline int take(struct channel *c)
{
	ssize_t n = read(in_fd(c), c->buf, c->message);

	if (n != (ssize_t)c->message)
		return fail(c->why, n < 0 ? errno : EPIPE, "receiving %zu bytes from a %s",
			    c->message, c->ops->name);
	return message_consume(c, c->buf);
}

/* The kernel refuses a packet that its send buffer cannot hold with 32 bytes of its own
 * (unix_dgram_sendmsg()). */
static int packet_fits(const struct channel *c)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), room = 0;
	socklen_t len = sizeof room;

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, &len)) {
		int err = fail(c->why, errno, "the send buffer of a UNIX socket");

		if (fd >= 0)
			close(fd);
		return err;
	}
	close(fd);
	if (c->message + 32 <= (size_t)room)
		return 0;
	return cannot(c->why,
		      "%s carries at most %d bytes a message, its send buffer less 32: raise it "
		      "with sysctl -w net.core.wmem_default=%zu",
		      c->ops->name, room - 32, c->message + 32);
}

static int packet_open(struct channel *c, int type)
{
	int socket[2];

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, socket))
		return fail(c->why, errno, "socketpair for a %s", c->ops->name);
	descriptor_sockets(c, socket);
	return descriptor_count(c);
}
