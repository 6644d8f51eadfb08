/* SPDX-License-Identifier: MIT */
/*
 * How fast do messages flow from producer to consumer?
 *
 * A window is a stream: two laps untimed, then a whole number of laps, timed by the consumer from
 * its first message to its last, then one more lap, so that both sides are loaded throughout. The
 * clock stops at the consumer: a producer's clock would stop when the buffer has taken the rest.
 */
#include "cost.h"

enum {
	MESSAGE,
	RATE,
	BANDWIDTH,
	PRODUCER_BUSY,
	CONSUMER_BUSY,
	SWITCHES,
	PRODUCER_SWITCHES,
	CONSUMER_SWITCHES,
};
enum { WINDOWS = 40, LEAD_LAPS = 2, TAIL_LAPS = 1, WARM_ROUNDS = 3 };

static uint64_t windows(const struct cell *c)
{
	(void)c;
	return WINDOWS;
}

/* How many laps last a window, going by the last ones. */
static uint64_t laps_next(uint64_t laps, uint64_t ns)
{
	double next = (double)laps * WINDOW_NS / (double)(ns ? ns : 1);

	return next < 1 ? 1 : next > 1e6 ? 1000000 : (uint64_t)(next + .5);
}

/* One stream. The consumer says how many laps the next one has; returns its timed ns. */
static int consume(struct task *t, uint64_t laps, uint64_t *ns)
{
	struct channel *c = &t->channel;
	uint64_t lap = c->ops->lap(c);
	int err = c->ops->drain(c, LEAD_LAPS * lap);
	uint64_t start = task_now(t);

	if (!err)
		err = c->ops->drain(c, laps * lap);
	*ns = task_now(t) - start;
	if (!err)
		err = c->ops->drain(c, TAIL_LAPS * lap);
	meeting_tell(t->meter.meeting, 1, laps_next(laps, *ns));
	return err;
}

static int produce(struct task *t, uint64_t laps)
{
	struct channel *c = &t->channel;

	return c->ops->pour(c, (LEAD_LAPS + laps + TAIL_LAPS) * c->ops->lap(c));
}

static int stream(struct task *t, int role, uint64_t *laps, uint64_t *ns)
{
	*laps = meeting_told(t->meter.meeting, 1);
	return role == 0 ? produce(t, *laps) : consume(t, *laps, ns);
}

/* Both sides' caches and page tables, and the first guess at the number of laps. */
static int warm(struct task *t, int role)
{
	uint64_t laps, ns;
	int err = 0;

	if (role == 1)
		meeting_tell(t->meter.meeting, 1, 1);
	for (int i = 0; i < WARM_ROUNDS && !err; i++) {
		meeting_meet(t->meter.meeting);
		err = stream(t, role, &laps, &ns);
	}
	return err;
}

/* The switches of both sides are one number too: role 0 tells its own, role 1 adds them up. */
static void account(struct task *t, int role, const struct cost *cost, uint64_t messages)
{
	struct meeting *m = t->meter.meeting;

	if (role == 0)
		meeting_tell(m, 0, cost->switches);
	meeting_meet(m);
	if (role == 1)
		series_total(task_series(t, SWITCHES), meeting_told(m, 0) + cost->switches,
			     messages);
	series_total(task_series(t, role == 0 ? PRODUCER_BUSY : CONSUMER_BUSY), cost->cpu_ns,
		     messages);
	series_total(task_series(t, role == 0 ? PRODUCER_SWITCHES : CONSUMER_SWITCHES),
		     cost->switches, messages);
}

static int window(struct task *t, int role)
{
	struct channel *c = &t->channel;
	uint64_t laps, ns = 0, lap = c->ops->lap(c);
	int err = window_open(&t->meter);
	struct cost before = cost_now();

	if (!err)
		err = stream(t, role, &laps, &ns);
	if (err)
		return err;
	struct cost cost = cost_since(&before);
	uint64_t timed = laps * lap;
	account(t, role, &cost, (LEAD_LAPS + laps + TAIL_LAPS) * lap);
	if (role == 1) {
		series_total(task_series(t, MESSAGE), ns, timed);
		series_total(task_series(t, RATE), ns, timed);
		series_total(task_series(t, BANDWIDTH), ns, timed * c->message);
	}
	return window_close(&t->meter);
}

static int work(struct task *t, int role)
{
	int err = warm(t, role);

	for (int i = 0; i < WINDOWS && !err; i++)
		err = window(t, role);
	return err;
}

static const struct metric metrics[] = {
	[MESSAGE] = { .name = "message",
		      .unit = "ns/message",
		      .kind = KIND_TIME,
		      .headline = true },
	[RATE] = { .name = "rate", .unit = "messages/s", .kind = KIND_RATE },
	[BANDWIDTH] = { .name = "bandwidth", .unit = "B/s", .kind = KIND_RATE },
	[PRODUCER_BUSY] = { .name = "producer-busy", .unit = "ns/message", .kind = KIND_TIME },
	[CONSUMER_BUSY] = { .name = "consumer-busy", .unit = "ns/message", .kind = KIND_TIME },
	[SWITCHES] = { .name = "switches",
		       .unit = "switches/message",
		       .kind = KIND_COUNT,
		       .varies = true },
	[PRODUCER_SWITCHES] = { .name = "producer-switches",
				.unit = "switches/message",
				.kind = KIND_COUNT,
				.varies = true },
	[CONSUMER_SWITCHES] = { .name = "consumer-switches",
				.unit = "switches/message",
				.kind = KIND_COUNT,
				.varies = true },
	{ 0 },
};

const struct bench bench_throughput = {
	.name = "throughput",
	.about = "how fast do messages flow from producer to consumer?",
	.parts =
		(const struct part[]){
			{
				.name = "stream",
				.axes = AXIS(CHANNEL) | AXIS(MESSAGE) | AXIS(CONSUME) |
					AXIS(PLACE) | AXIS(PROCESSES) | AXIS(CLOCK),
				.roles = 2,
				.region = REGION_ATTACHED,
				.metrics = metrics,
				.standard =
					(const char *const[AXES]){
						[AXIS_REGION] = "sysv", [AXIS_PUBLISH] = "32" },
				.windows = windows,
				.work = work,
			},
			{ 0 },
		},
};
