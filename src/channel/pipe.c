/* SPDX-License-Identifier: MIT */
/* pipe(2), one each way, at the kernel's default capacity. One write and one read per message; a
 * message larger than what the pipe holds is moved in pieces, so put and take loop. */
#include "channel/descriptor.h"

static inline ssize_t push(struct channel *c, const void *from, size_t len, bool wait)
{
	return pipe_push(c, from, len, wait);
}

#include "channel/stream.h"

#include "channel/loops.h"

static int pipe_open(struct channel *c)
{
	if (pipe2(c->fd, O_CLOEXEC))
		return fail(c->why, errno, "pipe");
	if (pipe2(c->fd + 2, O_CLOEXEC))
		return fail(c->why, errno, "second pipe");
	return descriptor_count(c);
}

const struct channel_ops channel_pipe = {
	.name = "pipe",
	.about = "pipe(2), one each way",
	.open = pipe_open,
	.side = pipe_side,
	.close = descriptor_close,
	.lap = descriptor_lap,
	LOOPS,
};
