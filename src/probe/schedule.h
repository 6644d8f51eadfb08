/* SPDX-License-Identifier: MIT */
#ifndef SCHEDULE_H
#define SCHEDULE_H
#include "probe/clock.h"

/*
 * When messages are due, and when they were sent and received: what an open loop needs.
 *
 * The send times are fixed before the first message goes out and do not wait for anybody. A
 * message that is late because an earlier one was stuck counts from when it was due; a loop that
 * counts from when it got round to sending leaves out just the messages that suffered most
 * (coordinated omission).
 *
 * No time travels in a message: a due time follows from its number, and each role writes what its
 * clock said into an array of its own, which the other reads when the last message has arrived.
 * So messages are those of every other benchmark, of any size, and no line moves between the CPUs
 * that the channel does not move. At the peak it made no difference: 23.7 ns a message with the
 * arrays, 23.4 with both times in a message of 24 bytes (medians of 25 alternating runs of a ring
 * by hand; quartiles of the ratio .84 and 1.13), of which some 20 are the reading of the clock.
 */
#define GAP_SHIFT 20

struct schedule {
	const struct clock *clock; /* that both roles read */
	uint64_t start_ns;         /* of this clock, at which message 0 is due */
	uint64_t gap; /* from one to the next, in ns << GAP_SHIFT; 0: all are due at once */
	uint64_t n;
};

/* k x gap stays below 2^64 for 10^6 messages a second over more than 10 s. */
static inline uint64_t schedule_due(const struct schedule *s, uint64_t k)
{
	return s->start_ns + (k * s->gap >> GAP_SHIFT);
}

static inline uint64_t gap_of_rate(uint64_t per_second)
{
	return (UINT64_C(1000000000) << GAP_SHIFT) / per_second;
}

/* The low half of a time: differences up to 2 s are exact, and 8 bytes a message are saved. */
typedef uint32_t stamp;

/* later - earlier; negative where it is earlier, or by more than 2 s later. */
static inline int32_t stamp_difference(stamp later, stamp earlier)
{
	return (int32_t)(later - earlier);
}

#endif
