/* SPDX-License-Identifier: MIT */
/*
 * The ring as most programs use one: the message is copied out of its slot. The producer makes it in
 * the slot, not in a private copy first, up to the size from which on a copy by `rep movsb` is faster.
 */
#include "channel/ring_channel.h"

/* The stage lies behind the struct, on lines of its own; a larger message has c->buf. */
static void stage_init(struct channel *c)
{
	struct ring_channel *r = ring_channel(c);
	char *stage = (char *)(((uintptr_t)(r + 1) + 63) & ~(uintptr_t)63);
	bool large = c->message > MESSAGE_STAGE;

	message_lay_init(&r->lay, large ? c->buf : stage, large ? c->message : MESSAGE_STAGE);
}

static int side(struct channel *c, int end)
{
	int err = ring_channel_side(c, end);

	stage_init(c);
	return err;
}

const struct channel_ops channel_ring = {
	.name = "ring",
	.about = "single-producer single-consumer ring in a region",
	.axes = CHANNEL_REGION | CHANNEL_DEPTH | CHANNEL_PUBLISH | CHANNEL_WAIT,
	.priv_size = sizeof(struct ring_channel) + 63 + MESSAGE_STAGE,
	.shared_size = sizeof(struct wait_room),
	.fits = ring_channel_fits,
	.room = ring_channel_room,
	.open = wait_open,
	.side = side,
	.close = wait_close,
	.lap = ring_channel_slots,
	LOOPS,
};
