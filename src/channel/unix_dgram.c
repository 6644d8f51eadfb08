/* SPDX-License-Identifier: MIT */
/* A connected pair of UNIX datagram sockets. They wait for each other and lose nothing; but where a
 * stream ends with its peer, a datagram socket waits for one that is gone: the harness ends it. */
#include "channel/packet.h"

#include "channel/loops.h"

static int unix_dgram_open(struct channel *c)
{
	return packet_open(c, SOCK_DGRAM);
}

const struct channel_ops channel_unix_dgram = {
	.name = "unix-dgram",
	.about = "UNIX datagram sockets, connected",
	.fits = packet_fits,
	.open = unix_dgram_open,
	.side = descriptor_side,
	.close = descriptor_close,
	.lap = descriptor_lap,
	LOOPS,
};
