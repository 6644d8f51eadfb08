/* SPDX-License-Identifier: MIT */
/* POSIX message queues, one each way, as deep as the kernel makes them by default (10 messages) and
 * for messages of just this size. On Linux a queue is a descriptor: its name is gone at once. */
#include <fcntl.h>
#include <linux/capability.h>
#include <mqueue.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "channel/message.h"
#include "region/backing.h"

static inline mqd_t queue(const struct channel *c, bool out)
{
	return c->fd[out ? c->end : !c->end];
}

static inline int put(struct channel *c)
{
	/* Long ago: ETIMEDOUT instead of waiting. O_NONBLOCK would be the other process's too. */
	const struct timespec past = { 0 };
	int err;

	message_make(c->buf, c->message, c->sent++);
	err = c->counts_full ? mq_timedsend(queue(c, true), c->buf, c->message, 0, &past)
			     : mq_send(queue(c, true), c->buf, c->message, 0);
	if (err && c->counts_full && errno == ETIMEDOUT) {
		c->full++;
		err = mq_send(queue(c, true), c->buf, c->message, 0);
	}
	return err ? fail(c->why, errno, "mq_send of %zu bytes", c->message) : 0;
}

static inline int flush(struct channel *c)
{
	(void)c;
	return 0;
}

static inline int take(struct channel *c)
{
	ssize_t n = mq_receive(queue(c, false), c->buf, c->message, NULL);

	if (n != (ssize_t)c->message)
		return fail(c->why, n < 0 ? errno : EIO, "mq_receive of %zu bytes", c->message);
	return message_consume(c, c->buf);
}

#include "channel/loops.h"

static unsigned long long limit(const char *name, unsigned long long otherwise)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/sys/fs/mqueue/%s", name);
	return backing_limit(path, otherwise);
}

static unsigned long long deep(void)
{
	return limit("msg_default", 10);
}

/* Whoever has CAP_SYS_RESOURCE is not held to msgsize_max (mq_overview(7)). */
static bool privileged(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	return !syscall(SYS_capget, &header, data) && data[0].effective >> CAP_SYS_RESOURCE & 1;
}

static int too_large(const struct channel *c)
{
	return cannot(c->why,
		      "posix-mq carries at most %llu bytes a message: raise it with sysctl -w "
		      "fs.mqueue.msgsize_max=%zu",
		      limit("msgsize_max", 8192), c->message);
}

static int no_room(const struct channel *c)
{
	struct rlimit r = { 0 };

	getrlimit(RLIMIT_MSGQUEUE, &r);
	return cannot(c->why,
		      "two queues of %llu messages of %zu bytes, and some 60 bytes more for each: "
		      "RLIMIT_MSGQUEUE allows %llu for all queues of this user; raise it with "
		      "ulimit -q",
		      deep(), c->message, (unsigned long long)r.rlim_cur);
}

static int posix_mq_fits(const struct channel *c)
{
	struct rlimit r;

	if (c->message > limit("msgsize_max", 8192) && !privileged())
		return too_large(c);
	if (!getrlimit(RLIMIT_MSGQUEUE, &r) && 2 * deep() * c->message > r.rlim_cur)
		return no_room(c);
	return 0;
}

static int refused(const struct channel *c)
{
	switch (errno) {
	case ENOSYS:
		return cannot(c->why, "this kernel has no POSIX message queues: it needs "
				      "CONFIG_POSIX_MQUEUE");
	case ENOSPC:
		return cannot(c->why,
			      "there may be %llu POSIX message queues, and no more: raise it with "
			      "sysctl -w fs.mqueue.queues_max=N",
			      limit("queues_max", 256));
	case EINVAL:
		return too_large(c);
	case EMFILE:
		return no_room(c);
	}
	return fail(c->why, errno, "mq_open");
}

static int make_queue(struct channel *c, int number)
{
	struct mq_attr attr = { .mq_maxmsg = (long)deep(), .mq_msgsize = (long)c->message };
	char name[64];

	snprintf(name, sizeof name, "/shmbench-%d-%d", (int)getpid(), number);
	c->fd[number] = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attr);
	if (c->fd[number] < 0)
		return refused(c);
	return mq_unlink(name) ? fail(c->why, errno, "mq_unlink %s", name) : 0;
}

static int posix_mq_open(struct channel *c)
{
	int err = make_queue(c, 0);

	return err ? err : make_queue(c, 1);
}

static int posix_mq_side(struct channel *c, int end)
{
	c->end = end;
	return 0;
}

static void posix_mq_close(struct channel *c)
{
	mq_close(c->fd[0]);
	mq_close(c->fd[1]);
}

static uint64_t posix_mq_lap(const struct channel *c)
{
	struct mq_attr attr;

	return mq_getattr(queue(c, true), &attr) ? 1 : (uint64_t)attr.mq_maxmsg;
}

const struct channel_ops channel_posix_mq = {
	.name = "posix-mq",
	.about = "POSIX message queues, one each way",
	.fits = posix_mq_fits,
	.open = posix_mq_open,
	.side = posix_mq_side,
	.close = posix_mq_close,
	.lap = posix_mq_lap,
	LOOPS,
};
