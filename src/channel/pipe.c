/* SPDX-License-Identifier: MIT */
/* pipe(2), one each way, at the kernel's default capacity. One write and one read per message; a
 * message larger than what the pipe holds is moved in pieces, so put and take loop. A blocking
 * write does not tell that it had to wait: who wants to know (counts_full) has a write end that
 * does not block, and waits in poll(2). */
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include "channel/message.h"

/* c->fd: read and write end of 0 -> 1, then of 1 -> 0. */
static inline int out_fd(const struct channel *c)
{
	return c->fd[c->end ? 3 : 1];
}

static inline int in_fd(const struct channel *c)
{
	return c->fd[c->end ? 0 : 2];
}

/* The other end is gone: POLLERR, and the next write says so. */
static int wait_for_room(struct channel *c)
{
	struct pollfd room = { .fd = out_fd(c), .events = POLLOUT };

	if (poll(&room, 1, -1) < 0 && errno != EINTR)
		return fail(c->why, errno, "poll of a full pipe");
	return 0;
}

static inline int put(struct channel *c)
{
	const char *p = c->buf;
	bool waited = false;

	message_make(c->buf, c->message, c->sent++);
	for (size_t left = c->message; left;) {
		ssize_t n = write(out_fd(c), p, left);

		if (n < 0 && errno == EAGAIN) {
			int err = wait_for_room(c);

			if (err)
				return err;
			waited = true;
			continue;
		}
		if (n < 0)
			return fail(c->why, errno, "write of %zu bytes to a pipe", left);
		p += n;
		left -= (size_t)n;
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
	char *p = c->buf;

	for (size_t left = c->message; left;) {
		ssize_t n = read(in_fd(c), p, left);

		if (n <= 0)
			return fail(c->why, n ? errno : EPIPE, "read of %zu bytes from a pipe",
				    left);
		p += n;
		left -= (size_t)n;
	}
	return message_consume(c, c->buf);
}

#include "channel/loops.h"

static int pipe_open(struct channel *c)
{
	if (pipe2(c->fd, O_CLOEXEC))
		return fail(c->why, errno, "pipe");
	if (pipe2(c->fd + 2, O_CLOEXEC)) {
		int err = errno;

		close(c->fd[0]);
		close(c->fd[1]);
		return fail(c->why, err, "second pipe");
	}
	return 0;
}

/* Close the ends that the other process has: then a peer that dies is an error, not a hang. */
static int pipe_side(struct channel *c, int end)
{
	c->end = end;
	close(c->fd[end ? 1 : 0]);
	close(c->fd[end ? 2 : 3]);
	if (c->counts_full && fcntl(out_fd(c), F_SETFL, O_NONBLOCK))
		return fail(c->why, errno, "fcntl(F_SETFL) of a pipe");
	return 0;
}

static void pipe_close(struct channel *c)
{
	close(out_fd(c));
	close(in_fd(c));
}

static uint64_t pipe_lap(const struct channel *c)
{
	int capacity = fcntl(out_fd(c), F_GETPIPE_SZ);
	uint64_t messages = capacity > 0 ? (uint64_t)capacity / c->message : 1;

	return messages ? messages : 1;
}

const struct channel_ops channel_pipe = {
	.name = "pipe",
	.about = "pipe(2), one each way",
	.open = pipe_open,
	.side = pipe_side,
	.close = pipe_close,
	.lap = pipe_lap,
	LOOPS,
};
