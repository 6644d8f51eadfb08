/* SPDX-License-Identifier: MIT */
/*
 * One TCP connection over loopback, which carries both ways, without Nagle's algorithm: it would
 * hold back a small message until the last one was acknowledged.
 *
 * The buffers have a fixed size: two messages, at least 16 KiB each side. Left to itself the kernel
 * makes them megabytes (tcp(7), tcp_rmem, tcp_wmem), and hundreds of thousands of small messages
 * would be in flight: a window that is whole laps of those would last a tenth of a second.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include "channel/descriptor.h"

static inline ssize_t push(struct channel *c, const void *from, size_t len, bool wait)
{
	return socket_push(c, from, len, wait);
}

#include "channel/stream.h"

#include "channel/loops.h"

/* The kernel doubles it for its own bookkeeping (socket(7)). */
static int buffer_bytes(const struct channel *c)
{
	const size_t least = 16 << 10;

	return (int)(2 * c->message < least ? least : 2 * c->message);
}

/* Before it is connected: window scaling is agreed on then. An accepted socket inherits it. */
static int make_socket(const struct channel *c)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), size = buffer_bytes(c), on = 1;

	if (fd >= 0 && (setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) ||
			setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size) ||
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on))) {
		int err = errno;

		close(fd);
		errno = err;
		return -1;
	}
	return fd;
}

static int listen_somewhere(int fd, struct sockaddr_in *at)
{
	socklen_t len = sizeof *at;

	*at = (struct sockaddr_in){ .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	return bind(fd, (struct sockaddr *)at, sizeof *at) || listen(fd, 1) ||
	       getsockname(fd, (struct sockaddr *)at, &len);
}

/* Loopback is there in one direction only when it answers: until then every step can fail. */
static int connect_pair(struct channel *c, int listener, int socket[2])
{
	struct sockaddr_in at;

	if (listen_somewhere(listener, &at) ||
	    connect(socket[0], (struct sockaddr *)&at, sizeof at)) {
		if (errno == ENETUNREACH || errno == EADDRNOTAVAIL || errno == ENETDOWN)
			return cannot(c->why, "the loopback interface is down: ip link set lo up");
		return fail(c->why, errno, "connecting to 127.0.0.1");
	}
	socket[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	return socket[1] < 0 ? fail(c->why, errno, "accept on 127.0.0.1") : 0;
}

static int tcp_open(struct channel *c)
{
	int listener = make_socket(c), socket[2] = { make_socket(c), -1 };

	if (listener < 0 || socket[0] < 0) {
		if (errno == EAFNOSUPPORT)
			return cannot(c->why, "this kernel or container has no IPv4");
		return fail(c->why, errno, "a TCP socket");
	}
	int err = connect_pair(c, listener, socket);
	close(listener);
	if (err)
		return err;
	descriptor_sockets(c, socket);
	return descriptor_count(c);
}

const struct channel_ops channel_tcp = {
	.name = "tcp",
	.about = "a TCP connection over loopback, TCP_NODELAY",
	.open = tcp_open,
	.side = descriptor_side,
	.close = descriptor_close,
	.lap = descriptor_lap,
	LOOPS,
};
