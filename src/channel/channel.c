/* SPDX-License-Identifier: MIT */
/* What all channels have in common: the memory that both processes of one share, and each side's. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "channel/channel.h"

static int map_shared(struct channel *c)
{
	if (!c->ops->shared_size)
		return 0;
	void *map = mmap(NULL, c->ops->shared_size, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		return fail(c->why, errno, "mmap of %zu bytes for a %s", c->ops->shared_size,
			    c->ops->name);
	c->shared = map;
	return 0;
}

int channel_open(struct channel *c)
{
	int err = map_shared(c);

	return !err && c->ops->open ? c->ops->open(c) : err;
}

void channel_close(struct channel *c)
{
	if (c->ops->close)
		c->ops->close(c);
	if (c->shared)
		munmap(c->shared, c->ops->shared_size);
	c->shared = NULL;
}

struct channel channel_like(const struct channel *c, struct why *w)
{
	return (struct channel){
		.ops = c->ops,
		.message = c->message,
		.depth = c->depth,
		.publish = c->publish,
		.wait = c->wait,
		.consume = c->consume,
		.verify = c->verify,
		.counts_full = c->counts_full,
		.why = w,
	};
}

int channel_memory(struct channel *c, size_t message)
{
	size_t len = (message + 63) / 64 * 64;

	c->buf = aligned_alloc(64, len);
	if (c->ops && c->ops->priv_size)
		c->priv = calloc(1, c->ops->priv_size);
	if (!c->buf || (c->ops && c->ops->priv_size && !c->priv))
		return fail(c->why, ENOMEM, "a buffer for messages of %zu bytes", message);
	memset(c->buf, 0, len);
	return 0;
}
