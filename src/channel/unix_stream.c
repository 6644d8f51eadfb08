/* SPDX-License-Identifier: MIT */
/* A connected pair of UNIX stream sockets: one connection carries both ways. socketpair(2) and not
 * a name that is bound and connected to: once connected the kernel treats both alike. */
#include "channel/descriptor.h"

static inline ssize_t push(struct channel *c, const void *from, size_t len, bool wait)
{
	return socket_push(c, from, len, wait);
}

#include "channel/stream.h"

#include "channel/loops.h"

static int unix_stream_open(struct channel *c)
{
	int socket[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, socket))
		return fail(c->why, errno, "socketpair");
	descriptor_sockets(c, socket);
	return descriptor_count(c);
}

const struct channel_ops channel_unix_stream = {
	.name = "unix-stream",
	.about = "UNIX stream sockets, connected",
	.open = unix_stream_open,
	.side = descriptor_side,
	.close = descriptor_close,
	.lap = descriptor_lap,
	LOOPS,
};
