/* SPDX-License-Identifier: MIT */
/*
 * How long is one message's round trip?
 *
 * The headline brackets a whole window of round trips with two clock reads. The distribution
 * needs a clock read per round trip and is taken in windows of its own: its quantiles are raw,
 * and clock_share says how much of them is clock. What a message takes at a given rate is another
 * question: open_loop.c.
 */
#include "cost.h"
#include "open_loop.h"

enum {
	RTT,
	RTT_EACH,
	PRODUCER_BUSY,
	CONSUMER_BUSY,
	PRODUCER_SWITCHES,
	CONSUMER_SWITCHES,
};
enum { WINDOWS = 40, WARM_TRIPS = 1000, TRIPS_MAX = WINDOW_NS / 50 };

static uint64_t windows(const struct cell *c)
{
	(void)c;
	return 2 * WINDOWS;
}

/* How many round trips last a window, going by the last ones. */
static uint64_t trips_next(uint64_t trips, uint64_t ns)
{
	double next = (double)trips * WINDOW_NS / (double)(ns ? ns : 1);

	return next < 1 ? 1 : next > TRIPS_MAX ? TRIPS_MAX : (uint64_t)next;
}

/* Role 0 sends and times, and says how many trips the next window has. */
static int ping(struct task *t, unsigned metric, uint64_t trips)
{
	struct channel *c = &t->channel;
	struct series *s = task_series(t, metric);
	uint64_t start = task_now(t);
	int err = metric == RTT ? c->ops->ping(c, trips)
				: c->ops->ping_each(c, trips, &t->meter.clock, s);
	uint64_t ns = task_now(t) - start;

	if (metric == RTT)
		series_total(s, ns, trips);
	meeting_tell(t->meter.meeting, 0, trips_next(trips, ns));
	return err;
}

static int window(struct task *t, int role, unsigned metric)
{
	int err = window_open(&t->meter);
	uint64_t trips = meeting_told(t->meter.meeting, 0);
	struct cost before = cost_now();

	if (!err)
		err = role == 0 ? ping(t, metric, trips) : t->channel.ops->echo(&t->channel, trips);
	if (err)
		return err;
	struct cost cost = cost_since(&before);
	if (metric == RTT) {
		series_total(task_series(t, role == 0 ? PRODUCER_BUSY : CONSUMER_BUSY), cost.cpu_ns,
			     trips);
		series_total(task_series(t, role == 0 ? PRODUCER_SWITCHES : CONSUMER_SWITCHES),
			     cost.switches, trips);
	}
	return window_close(&t->meter);
}

static int warm(struct task *t, int role)
{
	struct channel *c = &t->channel;

	meeting_meet(t->meter.meeting);
	if (role == 1)
		return c->ops->echo(c, WARM_TRIPS);
	uint64_t start = task_now(t);
	int err = c->ops->ping(c, WARM_TRIPS);
	meeting_tell(t->meter.meeting, 0, trips_next(WARM_TRIPS, task_now(t) - start));
	return err;
}

/* The headline comes last: two processes that sleep while they wait take a tenth of a second until
 * a round trip takes what it goes on taking (in a guest a pipe's took 35 us at first and 43 then).
 */
static int work(struct task *t, int role)
{
	int err = warm(t, role);

	for (int i = 0; i < WINDOWS && !err; i++)
		err = window(t, role, RTT_EACH);
	for (int i = 0; i < WINDOWS && !err; i++)
		err = window(t, role, RTT);
	return err;
}

static const struct metric metrics[] = {
	[RTT] = { .name = "rtt", .unit = "ns", .kind = KIND_TIME, .headline = true },
	[RTT_EACH] = { .name = "rtt-each", .unit = "ns", .kind = KIND_TIME, .samples = TRIPS_MAX },
	[PRODUCER_BUSY] = { .name = "producer-busy", .unit = "ns/trip", .kind = KIND_TIME },
	[CONSUMER_BUSY] = { .name = "consumer-busy", .unit = "ns/trip", .kind = KIND_TIME },
	[PRODUCER_SWITCHES] = { .name = "producer-switches",
				.unit = "switches/trip",
				.kind = KIND_COUNT,
				.varies = true },
	[CONSUMER_SWITCHES] = { .name = "consumer-switches",
				.unit = "switches/trip",
				.kind = KIND_COUNT,
				.varies = true },
	{ 0 },
};

const struct bench bench_latency = {
	.name = "latency",
	.about = "how long is one message's round trip?",
	.parts =
		(const struct part[]){
			{
				.name = "round-trip",
				.axes = AXIS(CHANNEL) | AXIS(MESSAGE) | AXIS(CONSUME) |
					AXIS(PLACE) | AXIS(PROCESSES) | AXIS(CLOCK),
				.roles = 2,
				.region = REGION_ATTACHED,
				.metrics = metrics,
				.standard = (const char *const[AXES]){ [AXIS_REGION] = "sysv",
								       [AXIS_MESSAGE] = "8",
								       [AXIS_PUBLISH] = "1" },
				.windows = windows,
				.work = work,
			},
			{
				.name = "open-loop",
				.axes = AXIS(CHANNEL) | AXIS(MESSAGE) | AXIS(CONSUME) |
					AXIS(PLACE) | AXIS(PROCESSES) | AXIS(RATE) | AXIS(CLOCK),
				.roles = 2,
				.region = REGION_ATTACHED,
				.metrics = open_loop_metrics,
				.standard =
					(const char *const[AXES]){ [AXIS_REGION] = "sysv",
								   [AXIS_MESSAGE] = "8",
								   [AXIS_PUBLISH] = "1",
								   [AXIS_RATE] = "10%..95%:+17%" },
				.fits = open_loop_fits,
				.lasts_ns = open_loop_lasts_ns,
				.windows = open_loop_windows,
				.work = open_loop_work,
			},
			{ 0 },
		},
};
