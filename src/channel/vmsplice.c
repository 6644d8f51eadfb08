/* SPDX-License-Identifier: MIT */
/*
 * vmsplice(2) into a pipe: the pipe holds references to the producer's own pages, and the consumer's
 * read(2) makes the only copy. One pipe each way.
 *
 * A page that the pipe refers to must not be written to. A pipe holds a known number of references,
 * one for each page of a message, and lets go of one when it has been read whole; so in a circle of
 * pages with room for one more message than that, the pages of the next message are free as soon as
 * the last one is in. This is why the producer needs no answer, and why messages lie a page apart.
 */
#include <sys/mman.h>
#include <sys/uio.h>
#include "channel/descriptor.h"

enum { PAGE = 4096 };

struct vmsplice {
	char *first, *next, *end; /* the circle */
	size_t len;               /* of its mapping */
};

static size_t message_pages(const struct channel *c)
{
	return (c->message + PAGE - 1) / PAGE;
}

static inline int splice_all(struct channel *c, char *from)
{
	struct pollfd room = { .fd = out_fd(c), .events = POLLOUT };
	unsigned flags = c->counts_full ? SPLICE_F_NONBLOCK : 0;

	for (size_t done = 0; done < c->message;) {
		struct iovec v = { from + done, c->message - done };
		ssize_t n = vmsplice(out_fd(c), &v, 1, flags);

		if (n < 0 && errno == EAGAIN && flags) {
			c->full++;
			flags = 0;
			continue;
		}
		if (n < 0 && errno == EAGAIN && poll(&room, 1, -1) >= 0)
			continue;
		if (n < 0)
			return fail(c->why, errno, "vmsplice of %zu bytes", c->message - done);
		done += (size_t)n;
	}
	return 0;
}

static inline int put(struct channel *c)
{
	struct vmsplice *v = c->priv;
	char *message = v->next;

	message_make(message, c->message, c->sent++);
	v->next += message_pages(c) * PAGE;
	if (v->next == v->end)
		v->next = v->first;
	return splice_all(c, message);
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

#include "channel/loops.h"

/* References that a pipe holds: as many as pages would be copied into it. */
static size_t references(const struct channel *c)
{
	int capacity = fcntl(out_fd(c), F_GETPIPE_SZ);

	return capacity < PAGE ? 1 : (size_t)capacity / PAGE;
}

static int vmsplice_fits(const struct channel *c)
{
	if (vmsplice(-1, NULL, 0, 0) < 0 && errno == ENOSYS)
		return cannot(c->why, "this kernel has no vmsplice");
	return 0;
}

static int vmsplice_open(struct channel *c)
{
	if (pipe2(c->fd, O_CLOEXEC))
		return fail(c->why, errno, "pipe");
	return pipe2(c->fd + 2, O_CLOEXEC) ? fail(c->why, errno, "second pipe") : 0;
}

static int vmsplice_side(struct channel *c, int end)
{
	struct vmsplice *v = c->priv;

	descriptor_side(c, end);
	size_t pages = message_pages(c), messages = (references(c) + pages - 1) / pages + 1;
	v->len = messages * pages * PAGE;
	v->first = mmap(NULL, v->len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (v->first == MAP_FAILED)
		return fail(c->why, errno, "mmap of %zu bytes", v->len);
	v->next = v->first;
	v->end = v->first + v->len;
	int err = region_touch(v->first, v->len);
	return err ? fail(c->why, -err, "touching %zu bytes", v->len) : 0;
}

static void vmsplice_close(struct channel *c)
{
	struct vmsplice *v = c->priv;

	munmap(v->first, v->len);
	descriptor_close(c);
}

static uint64_t vmsplice_lap(const struct channel *c)
{
	size_t messages = references(c) / message_pages(c);

	return messages ? messages : 1;
}

const struct channel_ops channel_vmsplice = {
	.name = "vmsplice",
	.about = "vmsplice(2) of the producer's pages into a pipe",
	.priv_size = sizeof(struct vmsplice),
	.fits = vmsplice_fits,
	.open = vmsplice_open,
	.side = vmsplice_side,
	.close = vmsplice_close,
	.lap = vmsplice_lap,
	LOOPS,
};
