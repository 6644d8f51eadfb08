/* SPDX-License-Identifier: MIT */
/*
 * System V message queues, one each way. A message starts with its type, which the kernel takes off
 * and puts on again, so it is made and read behind one in a buffer of this channel's own.
 *
 * A queue lives until it is removed: by its maker after the last message, or by its key when that
 * was killed (key.h).
 */
#include <limits.h>
#include <stdlib.h>
#include <sys/msg.h>
#include "channel/key.h"
#include "channel/message.h"
#include "region/backing.h"

struct typed {
	long type; /* > 0 */
	char text[];
};

struct sysv_msg {
	struct typed *message;
};

static inline int queue(const struct channel *c, bool out)
{
	return c->fd[out ? c->end : !c->end];
}

static inline int put(struct channel *c)
{
	struct typed *m = ((struct sysv_msg *)c->priv)->message;
	int err;

	message_make(m->text, c->message, c->sent++);
	err = msgsnd(queue(c, true), m, c->message, c->counts_full ? IPC_NOWAIT : 0);
	if (err && errno == EAGAIN) {
		c->full++;
		err = msgsnd(queue(c, true), m, c->message, 0);
	}
	return err ? fail(c->why, errno, "msgsnd of %zu bytes", c->message) : 0;
}

static inline int flush(struct channel *c)
{
	(void)c;
	return 0;
}

static inline int take(struct channel *c)
{
	struct typed *m = ((struct sysv_msg *)c->priv)->message;
	ssize_t n = msgrcv(queue(c, false), m, c->message, 0, 0);

	if (n != (ssize_t)c->message)
		return fail(c->why, n < 0 ? errno : EIO, "msgrcv of %zu bytes", c->message);
	return message_consume(c, m->text);
}

#include "channel/loops.h"

static int sysv_msg_fits(const struct channel *c)
{
	unsigned long long one = backing_limit("/proc/sys/kernel/msgmax", ULLONG_MAX);
	unsigned long long all = backing_limit("/proc/sys/kernel/msgmnb", ULLONG_MAX);

	if (c->message > one)
		return cannot(c->why,
			      "sysv-msg carries at most %llu bytes a message: raise it with "
			      "sysctl -w kernel.msgmax=%zu",
			      one, c->message);
	if (c->message > all)
		return cannot(c->why,
			      "a queue of sysv-msg holds at most %llu bytes: raise it with "
			      "sysctl -w kernel.msgmnb=%zu",
			      all, c->message);
	return 0;
}

static int make_queue(struct channel *c, unsigned number)
{
	c->fd[number] = msgget(key_make(number), IPC_CREAT | IPC_EXCL | 0600);
	if (c->fd[number] >= 0)
		return 0;
	if (errno == ENOSYS)
		return cannot(c->why, "this kernel has no System V message queues: it needs "
				      "CONFIG_SYSVIPC");
	if (errno == ENOSPC)
		return cannot(c->why,
			      "there are %llu System V message queues, and there may be no "
			      "more: raise it with sysctl -w kernel.msgmni=N, or see ipcs -q",
			      backing_limit("/proc/sys/kernel/msgmni", 0));
	return fail(c->why, errno, "msgget with key %#x", (unsigned)key_make(number));
}

static int sysv_msg_open(struct channel *c)
{
	int err = make_queue(c, 0);

	if (err)
		return err;
	err = make_queue(c, 1);
	if (err)
		msgctl(c->fd[0], IPC_RMID, NULL);
	return err;
}

static int sysv_msg_side(struct channel *c, int end)
{
	struct sysv_msg *s = c->priv;

	c->end = end;
	s->message = calloc(1, sizeof *s->message + c->message);
	if (!s->message)
		return fail(c->why, ENOMEM, "a buffer for messages of %zu bytes", c->message);
	s->message->type = 1;
	return 0;
}

static void sysv_msg_close(struct channel *c)
{
	free(((struct sysv_msg *)c->priv)->message);
	for (int number = 0; number < 2 && c->end == 0; number++)
		msgctl(c->fd[number], IPC_RMID, NULL);
}

/* A queue holds as many bytes as its limit says, and what else it needs does not count. */
static uint64_t sysv_msg_lap(const struct channel *c)
{
	struct msqid_ds state;
	uint64_t bytes = msgctl(queue(c, true), IPC_STAT, &state) ? 0 : state.msg_qbytes;

	return bytes < c->message ? 1 : bytes / c->message;
}

const struct channel_ops channel_sysv_msg = {
	.name = "sysv-msg",
	.about = "System V message queues, one each way",
	.axes = CHANNEL_SINGLE,
	.priv_size = sizeof(struct sysv_msg),
	.fits = sysv_msg_fits,
	.open = sysv_msg_open,
	.side = sysv_msg_side,
	.close = sysv_msg_close,
	.lap = sysv_msg_lap,
	LOOPS,
};
