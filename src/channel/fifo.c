/* SPDX-License-Identifier: MIT */
/* mkfifo(3), one each way: a pipe with a name. What lies in a directory is the name only, and that
 * is gone before the first message. */
#include <stdio.h>
#include <sys/stat.h>
#include "channel/descriptor.h"

static inline ssize_t push(struct channel *c, const void *from, size_t len, bool wait)
{
	return pipe_push(c, from, len, wait);
}

#include "channel/stream.h"

#include "channel/loops.h"

/* fd: read and write end. The read end first and without waiting for a writer, or nobody would ever
 * open the other (fifo(7)). */
static int open_ends(struct channel *c, const char *path, int fd[2])
{
	fd[0] = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	fd[1] = fd[0] < 0 ? -1 : open(path, O_WRONLY | O_CLOEXEC);
	int err = fd[1] < 0 || fcntl(fd[0], F_SETFL, 0) ? errno : 0;
	if (unlink(path) && !err)
		err = errno;
	return err ? fail(c->why, err, "opening the fifo %s", path) : 0;
}

static int make(struct channel *c, int number, int fd[2])
{
	char path[64];

	snprintf(path, sizeof path, "/dev/shm/shmbench-%d-%d", (int)getpid(), number);
	if (!mkfifo(path, 0600))
		return open_ends(c, path, fd);
	if (errno == ENOENT || errno == EACCES || errno == EROFS)
		return cannot(c->why, "no fifo can be made in /dev/shm: mount a tmpfs there that "
				      "this user may write to");
	return fail(c->why, errno, "mkfifo %s", path);
}

static int fifo_open(struct channel *c)
{
	int err = make(c, 0, c->fd);

	if (!err)
		err = make(c, 1, c->fd + 2);
	return err ? err : descriptor_count(c);
}

const struct channel_ops channel_fifo = {
	.name = "fifo",
	.about = "mkfifo(3), one each way",
	.open = fifo_open,
	.side = pipe_side,
	.close = descriptor_close,
	.lap = descriptor_lap,
	LOOPS,
};
