/* SPDX-License-Identifier: MIT */
/* A connected pair of UNIX sockets that keeps messages apart and in order. */
#include "channel/packet.h"

#include "channel/loops.h"

static int unix_seqpacket_open(struct channel *c)
{
	return packet_open(c, SOCK_SEQPACKET);
}

const struct channel_ops channel_unix_seqpacket = {
	.name = "unix-seqpacket",
	.about = "UNIX sequenced-packet sockets, connected",
	.fits = packet_fits,
	.open = unix_seqpacket_open,
	.side = descriptor_side,
	.close = descriptor_close,
	.lap = descriptor_lap,
	LOOPS,
};
