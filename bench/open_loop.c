/* SPDX-License-Identifier: MIT */
/*
 * Latency under load. Messages are due at fixed distances, whatever becomes of those before them;
 * `response` counts from when a message was due, `service` from when it was really sent, both until
 * the consumer has read it whole. Their difference is what waiting for late predecessors costs,
 * and what a closed loop, which sends the next message when the last was answered, cannot see.
 *
 * Fixed distances, not random ones: what response adds to service is then queueing that the
 * channel or the machine has caused. Random arrivals queue by themselves, by as much as their
 * distribution says, and hide that.
 *
 * The peak that a share is of comes first, in windows of its own: the same two loops with all
 * messages due at once. It is below what `throughput` says, because a message costs each side a
 * reading of the clock here; 95 % of a rate that these loops cannot reach would be no load but a
 * queue.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "open_loop.h"

enum { RESPONSE, SERVICE, OFFERED, ACHIEVED, FULL, PEAK };
enum {
	WARM_ROUNDS = 3,
	PEAK_WINDOWS = 5,
	WINDOWS = 40,
	LEAD_SHARE = 8,       /* one in so many more, untimed, before the others */
	MESSAGES_LEAST = 100, /* 40 windows of these are enough for a p99.9 */
	MESSAGES_MOST = WINDOW_NS / 25,
	RATE_LEAST = 1000, /* a window would last longer than the machine stays the same */
	RATE_MOST = 1000000000,
	HEAD_START_NS = 5000, /* for the consumer to be waiting when the first message is due */
};

static const uint64_t second_ns = 1000000000;

/* What a window sends: `lead` messages that bring the channel to this rate, then n timed ones. */
struct offer {
	uint64_t gap; /* of schedule.h */
	uint64_t n, lead;
};

int open_loop_fits(const struct cell *c, struct why *w)
{
	bool share = c->rate & RATE_PERCENT;

	if (!share && (c->rate < RATE_LEAST || c->rate > RATE_MOST))
		return misused(w,
			       "--rate %" PRIu64 ": give %d to %d messages/s, or per cent of the "
			       "peak",
			       c->rate, RATE_LEAST, RATE_MOST);
	if (!strcmp(c->place, "same"))
		return cannot(w, "a producer that waits for the next send time keeps the one CPU "
				 "from the consumer: an open loop needs two");
	return 0;
}

uint64_t open_loop_windows(const struct cell *c)
{
	(void)c;
	return PEAK_WINDOWS + WINDOWS;
}

uint64_t open_loop_lasts_ns(const struct cell *c)
{
	uint64_t ns = c->rate & RATE_PERCENT ? 0 : MESSAGES_LEAST * second_ns / c->rate;

	return (ns < WINDOW_NS ? WINDOW_NS : ns) / LEAD_SHARE * (LEAD_SHARE + 1);
}

static struct offer offer_of(uint64_t gap, uint64_t n)
{
	n = n < MESSAGES_LEAST ? MESSAGES_LEAST : n > MESSAGES_MOST ? MESSAGES_MOST : n;
	return (struct offer){ .gap = gap, .n = n, .lead = n / LEAD_SHARE };
}

/* Where this window's stamps of a role go: they become the samples of that metric in place. */
static stamp *stamps(struct task *t, unsigned metric)
{
	struct series *s = task_series(t, metric);

	return s->v + s->len;
}

/* Role 0. Returns how many messages had to wait for room. */
static int send(struct task *t, const struct offer *o, uint64_t *full)
{
	struct channel *c = &t->channel;
	struct schedule s = { .clock = &t->meter.clock,
			      .start_ns = task_now(t) + HEAD_START_NS,
			      .gap = o->gap,
			      .n = o->lead + o->n };
	uint64_t before = c->full;

	meeting_tell(t->meter.meeting, 0, s.start_ns);
	int err = c->ops->pace(c, &s, stamps(t, SERVICE));
	*full = c->full - before;
	return err;
}

static int receive(struct task *t, const struct offer *o)
{
	return t->channel.ops->arrive(&t->channel, o->lead + o->n, &t->meter.clock,
				      stamps(t, RESPONSE));
}

static uint64_t elapsed(const stamp *at, uint64_t first, uint64_t last)
{
	return (stamp)(at[last] - at[first]);
}

/* How many messages arrived before the last one was sent: what comes after is the emptying of a
 * buffer, which nobody fills meanwhile. All of them where that leaves next to none. */
static uint64_t loaded(const struct offer *o, const stamp *sent, const stamp *received)
{
	uint64_t all = o->lead + o->n, n = all;

	while (n && stamp_difference(received[n - 1], sent[all - 1]) > 0)
		n--;
	return n > 2 * o->lead ? n : all;
}

/* Role 1, all messages due at once: the time of how many, after the lead. */
static uint64_t peak_ns(struct task *t, const struct offer *o, uint64_t *n)
{
	const stamp *sent = stamps(t, SERVICE), *received = stamps(t, RESPONSE);
	uint64_t arrived = loaded(o, sent, received);

	*n = arrived - o->lead;
	return elapsed(received, o->lead - 1, arrived - 1);
}

/* One burst. The consumer says how many messages the next one has; *gap is what they took. */
static int burst(struct task *t, int role, bool measured, uint64_t *gap)
{
	struct meeting *m = t->meter.meeting;
	struct offer o = offer_of(0, meeting_told(m, 1));
	uint64_t full, n;
	int err = role == 0 ? send(t, &o, &full) : receive(t, &o);

	if (err || role == 0)
		return err;
	uint64_t ns = peak_ns(t, &o, &n);
	*gap = (ns ? ns << GAP_SHIFT : 1) / n;
	if (measured)
		series_total(task_series(t, PEAK), ns, n);
	meeting_tell(m, 1, *gap ? ((uint64_t)WINDOW_NS << GAP_SHIFT) / *gap : MESSAGES_MOST);
	return 0;
}

static int warm(struct task *t, int role)
{
	uint64_t gap;
	int err = 0;

	if (role == 1)
		meeting_tell(t->meter.meeting, 1, MESSAGES_LEAST);
	for (int i = 0; i < WARM_ROUNDS && !err; i++) {
		meeting_meet(t->meter.meeting);
		err = burst(t, role, false, &gap);
	}
	return err;
}

static uint64_t median(uint64_t *v, int n)
{
	for (int i = 1; i < n; i++)
		for (int k = i; k && v[k] < v[k - 1]; k--) {
			uint64_t larger = v[k - 1];

			v[k - 1] = v[k];
			v[k] = larger;
		}
	return v[n / 2];
}

/* The windows of the peak; in the consumer *gap is between two messages at that rate. */
static int peak(struct task *t, int role, uint64_t *gap)
{
	uint64_t gaps[PEAK_WINDOWS] = { 0 };
	int err = 0;

	for (int i = 0; i < PEAK_WINDOWS && !err; i++) {
		err = window_open(&t->meter);
		if (!err)
			err = burst(t, role, true, &gaps[i]);
		if (!err)
			err = window_close(&t->meter);
	}
	*gap = median(gaps, PEAK_WINDOWS);
	return err;
}

/* Both roles: what all further windows send. Only the consumer knows the peak. */
static int agree(struct task *t, int role, uint64_t peak_gap, struct offer *o)
{
	struct meeting *m = t->meter.meeting;
	uint64_t rate = t->cell->rate, percent = rate & ~RATE_PERCENT;
	bool share = rate & RATE_PERCENT;

	if (role == 1)
		meeting_tell(m, 1, share ? peak_gap * 100 / percent : gap_of_rate(rate));
	meeting_meet(m);
	uint64_t gap = meeting_told(m, 1);
	if (gap > gap_of_rate(RATE_LEAST))
		return cannot(t->why,
			      "%" PRIu64 "%% of the peak are fewer than %d messages/s here: a "
			      "window of %d would last too long",
			      percent, RATE_LEAST, MESSAGES_LEAST);
	*o = offer_of(gap, gap ? ((uint64_t)WINDOW_NS << GAP_SHIFT) / gap : MESSAGES_MOST);
	return 0;
}

/* Role 1: the stamps of this window become samples. Each is written where an earlier one was read:
 * the lead is what lies between. */
static int settle(struct task *t, const struct offer *o, const struct schedule *s)
{
	struct series *service = task_series(t, SERVICE), *response = task_series(t, RESPONSE);
	const stamp *sent = stamps(t, SERVICE), *received = stamps(t, RESPONSE);

	for (uint64_t k = o->lead; k < o->lead + o->n; k++) {
		int32_t from_sent = stamp_difference(received[k], sent[k]);
		int32_t from_due = stamp_difference(received[k], (stamp)schedule_due(s, k));

		if (from_sent < 0 || from_due < from_sent)
			return fail(t->why, EPROTO,
				    "a message that arrived %d ns after it was sent and %d ns "
				    "after it was due: the clocks of the two CPUs differ, or it "
				    "took more than 2 s",
				    from_sent, from_due);
		series_add(service, (uint64_t)from_sent, 1);
		series_add(response, (uint64_t)from_due, 1);
	}
	return 0;
}

/* *behind: the arrivals took more than 1 % longer than the schedule. */
static int account(struct task *t, const struct offer *o, bool *behind)
{
	struct schedule s = { .start_ns = meeting_told(t->meter.meeting, 0), .gap = o->gap };
	uint64_t first = o->lead - 1, last = first + o->n;
	uint64_t due_ns = schedule_due(&s, last) - schedule_due(&s, first);
	uint64_t took_ns = elapsed(stamps(t, RESPONSE), first, last);

	*behind = took_ns > due_ns + due_ns / 100;
	series_total(task_series(t, OFFERED), due_ns, o->n);
	series_total(task_series(t, ACHIEVED), took_ns, o->n);
	return settle(t, o, &s);
}

static int window(struct task *t, int role, const struct offer *o, bool *behind)
{
	uint64_t full;
	int err = window_open(&t->meter);

	if (err)
		return err;
	err = role == 0 ? send(t, o, &full) : receive(t, o);
	if (!err && role == 0)
		series_total(task_series(t, FULL), full, o->lead + o->n);
	if (!err && role == 1)
		err = account(t, o, behind);
	return err ? err : window_close(&t->meter);
}

int open_loop_work(struct task *t, int role)
{
	struct offer o = { 0 };
	uint64_t gap;
	int late = 0;

	/* Two locations may name one CPU: only here is that known. */
	if (t->meter.meeting->sleeping)
		return cannot(t->why, "an open loop needs two CPUs");
	int err = warm(t, role);
	if (!err)
		err = peak(t, role, &gap);
	if (!err)
		err = agree(t, role, gap, &o);
	for (int i = 0; i < WINDOWS && !err; i++) {
		bool behind = false;

		err = window(t, role, &o, &behind);
		late += behind;
	}
	if (2 * late > WINDOWS)
		t->meter.out->saturated = true;
	return err;
}

const struct metric open_loop_metrics[] = {
	[RESPONSE] = { .name = "response",
		       .unit = "ns",
		       .kind = KIND_TIME,
		       .samples = MESSAGES_MOST },
	[SERVICE] = { .name = "service",
		      .unit = "ns",
		      .kind = KIND_TIME,
		      .samples = MESSAGES_MOST },
	[OFFERED] = { .name = "offered", .unit = "messages/s", .kind = KIND_RATE },
	[ACHIEVED] = { .name = "achieved", .unit = "messages/s", .kind = KIND_RATE },
	[FULL] = { .name = "full", .unit = "full/message", .kind = KIND_COUNT, .varies = true },
	[PEAK] = { .name = "peak", .unit = "messages/s", .kind = KIND_RATE },
	{ 0 },
};
