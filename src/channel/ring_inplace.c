/* SPDX-License-Identifier: MIT */
/*
 * The same ring without copies: the producer writes a message in its slot whatever its size, the
 * consumer sums and checks it there, whole, and lets go of the slot when it is through. What a program
 * saves that can work with a message where it lies; it has no --consume, for it never copies.
 *
 * ring --consume checksum differs by the producer alone, and only where that makes its messages in
 * private memory and copies them (message_lay_init).
 */
#include "channel/ring_channel.h"

static int side(struct channel *c, int end)
{
	c->consume = CONSUME_CHECKSUM;
	return ring_channel_side(c, end);
}

const struct channel_ops channel_ring_inplace = {
	.name = "ring-inplace",
	.about = "the same ring, messages written and read where they lie, never copied",
	.axes = CHANNEL_REGION | CHANNEL_DEPTH | CHANNEL_PUBLISH | CHANNEL_WAIT | CHANNEL_IN_PLACE,
	.priv_size = sizeof(struct ring_channel),
	.shared_size = sizeof(struct wait_room),
	.fits = ring_channel_fits,
	.room = ring_channel_room,
	.open = wait_open,
	.side = side,
	.close = wait_close,
	.lap = ring_channel_slots,
	LOOPS,
};
