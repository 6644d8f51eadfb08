/* SPDX-License-Identifier: MIT */
/*
 * The open loop: a consumer that stands still for a while, which every message that was due
 * meanwhile must show, and the one message of a closed loop does not. No absolute time is asserted
 * but of what the test itself causes.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "channel/channel.h"
#include "plan/registry.h"
#include "probe/clock.h"
/* After ours: cmocka has a macro called fail(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum {
	GAP_NS = 20000,
	MESSAGES = 5000, /* 100 ms */
	STALL_AT = 1000,
	STALL_NS = 20000000,
	DUE_IN_STALL = STALL_NS / GAP_NS,
};

/* Written by one process each, read by the test when both are through. */
struct shared {
	stamp sent[MESSAGES], received[MESSAGES];
};

struct pair {
	const struct channel_ops *ops;
	size_t depth;
	struct why why;
	struct region region;
	struct channel channel;
	struct shared *shared;
};

static void must(int err, const struct pair *p)
{
	if (err)
		fail_msg("%s: %s", p->ops->name, p->why.text);
}

/* Not in this build, or not in this kernel. */
static bool is_missing(const struct pair *p)
{
	struct why w = { 0 };
	struct channel c = { .ops = p->ops, .message = 8, .depth = p->depth, .why = &w };

	return p->ops->absent || (p->ops->fits && p->ops->fits(&c) == CANNOT);
}

static void pair_open(struct pair *p)
{
	p->channel = (struct channel){ .ops = p->ops,
				       .message = 8,
				       .depth = p->depth,
				       .publish = 1,
				       .wait = WAIT_YIELD,
				       .verify = true,
				       .counts_full = true,
				       .why = &p->why };
	p->shared = mmap(NULL, sizeof *p->shared, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(p->shared != MAP_FAILED);
	if (p->ops->room) {
		region_init(&p->region, registry_region("memfd"),
			    (p->ops->room(&p->channel) + 4095) & ~4095ul, &p->why);
		must(region_create(&p->region, 0), p);
		p->channel.region = &p->region;
	}
	must(channel_open(&p->channel), p);
}

static void side(struct pair *p, int end)
{
	if (p->channel.region)
		must(p->region.ops->attach(&p->region), p);
	p->channel.buf = aligned_alloc(64, 64);
	p->channel.priv = calloc(1, p->ops->priv_size + 1);
	must(p->ops->side(&p->channel, end), p);
}

static void pair_close(struct pair *p)
{
	channel_close(&p->channel);
	if (p->channel.region) {
		must(p->region.ops->remove(&p->region), p);
		must(p->region.ops->detach(&p->region), p);
	}
	free(p->channel.buf);
	free(p->channel.priv);
	munmap(p->shared, sizeof *p->shared);
}

/* A role of its own that stands still for a while before message STALL_AT. */
typedef int take_fn(struct pair *p, uint64_t from, uint64_t n);

static pid_t fork_consumer(struct pair *p, take_fn *take)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child)
		return child;
	alarm(60);
	side(p, 1);
	int err = take(p, 0, STALL_AT);
	usleep(STALL_NS / 1000);
	if (!err)
		err = take(p, STALL_AT, MESSAGES - STALL_AT);
	if (err)
		fprintf(stderr, "consumer: %s\n", p->why.text);
	_exit(err ? 1 : 0);
}

static void reap(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static const struct clock monotonic = { 0 };

static int arrive(struct pair *p, uint64_t from, uint64_t n)
{
	return p->ops->arrive(&p->channel, n, &monotonic, p->shared->received + from);
}

static int echo(struct pair *p, uint64_t from, uint64_t n)
{
	(void)from;
	return p->ops->echo(&p->channel, n);
}

/* Late by a quarter of the stall at least. */
static bool is_late(int64_t ns)
{
	return ns > STALL_NS / 4;
}

static void open_loop(struct pair *p, struct schedule *s)
{
	alarm(60);
	pair_open(p);
	pid_t child = fork_consumer(p, arrive);
	side(p, 0);
	*s = (struct schedule){ .clock = &monotonic,
				.start_ns = clock_ns() + 1000000,
				.gap = (uint64_t)GAP_NS << GAP_SHIFT,
				.n = MESSAGES };
	must(p->ops->pace(&p->channel, s, p->shared->sent), p);
	reap(child);
	alarm(0);
}

/* Each is received after it was sent, and sent when it was due or later; that nothing is lost or
 * overtaken, `take` itself checks. Returns how many are late from when they were due. */
static unsigned check_stamps(const struct pair *p, const struct schedule *s)
{
	unsigned late = 0;

	for (uint64_t k = 0; k < MESSAGES; k++) {
		stamp due = (stamp)schedule_due(s, k);
		int32_t service = stamp_difference(p->shared->received[k], p->shared->sent[k]);
		int32_t response = stamp_difference(p->shared->received[k], due);

		assert_true(service >= 0);
		assert_true(response >= service);
		late += is_late(response);
	}
	return late;
}

static void a_stall_is_seen_by_all_that_were_due(void **state)
{
	(void)state;
	for (size_t i = 0; channels[i]; i++) {
		struct pair p = { .ops = channels[i], .depth = 1 << 20 };
		struct schedule s;

		if (is_missing(&p))
			continue;
		open_loop(&p, &s);
		/* Those due in its first three quarters. */
		assert_in_range(check_stamps(&p, &s), DUE_IN_STALL * 3 / 4 - 1, MESSAGES);
		/* Where there was room for all of them. */
		if (p.ops->lap(&p.channel) > MESSAGES)
			assert_int_equal(p.channel.full, 0);
		assert_int_equal(p.channel.sent, MESSAGES);
		pair_close(&p);
	}
}

/* Where it finds no room the producer waits: counted, and still late from when it was due. */
static void what_finds_no_room_is_counted_and_arrives(void **state)
{
	struct pair p = { .ops = registry_channel("ring"), .depth = 8 * 100 };
	struct schedule s;

	(void)state;
	open_loop(&p, &s);
	assert_in_range(check_stamps(&p, &s), DUE_IN_STALL * 3 / 4 - 1, MESSAGES);
	assert_in_range(p.channel.full, 1, MESSAGES);
	pair_close(&p);
}

/* A pipe counts likewise: more than it holds, and nobody takes any for as long as it takes to fill it: 8192
 * messages, which took longer than a stall with a sanitizer where a system call takes 1 us. */
static int sleep_then_drain(struct pair *p, uint64_t from, uint64_t n)
{
	if (from == 0)
		usleep(10 * STALL_NS / 1000);
	return p->ops->drain(&p->channel, from == 0 ? n : 20000 - STALL_AT);
}

static void a_full_channel_is_counted_once_a_message(void **state)
{
	(void)state;
	for (size_t i = 0; channels[i]; i++) {
		struct pair p = { .ops = channels[i], .depth = 8 * 1000 };

		if (is_missing(&p))
			continue;
		alarm(60);
		pair_open(&p);
		pid_t child = fork_consumer(&p, sleep_then_drain);
		side(&p, 0);
		must(p.ops->pour(&p.channel, 20000), &p);
		reap(child);
		alarm(0);
		assert_in_range(p.channel.full, 1, 20000 - p.ops->lap(&p.channel));
		pair_close(&p);
	}
}

/* The same stall, closed: the producer waits with the consumer, and so one trip is late. */
static void a_closed_loop_sees_it_once(void **state)
{
	struct pair p = { .ops = registry_channel("ring"), .depth = 1 << 20 };
	unsigned late = 0;

	(void)state;
	alarm(60);
	pair_open(&p);
	pid_t child = fork_consumer(&p, echo);
	side(&p, 0);
	for (int k = 0; k < MESSAGES; k++) {
		uint64_t start = clock_ns();

		must(p.ops->ping(&p.channel, 1), &p);
		late += is_late((int64_t)(clock_ns() - start));
	}
	reap(child);
	alarm(0);
	/* One, and what a machine under test may add; not the hundreds of the open loop. */
	assert_in_range(late, 1, DUE_IN_STALL / 10);
	pair_close(&p);
}

static void the_schedule_is_exact(void **state)
{
	/* 30 M/s: a gap of 33.3 ns must not be rounded to 33. */
	struct schedule s = { .start_ns = 1000, .gap = gap_of_rate(30000000) };

	(void)state;
	assert_int_equal(schedule_due(&s, 0), 1000);
	assert_in_range(schedule_due(&s, 3000000), 1000 + 99999990, 1000 + 100000000);
	s.gap = gap_of_rate(1000);
	assert_int_equal(schedule_due(&s, 5000), 1000 + 5000000000);
	s.gap = 0;
	assert_int_equal(schedule_due(&s, 5000), 1000);
}

static void stamps_wrap(void **state)
{
	(void)state;
	assert_int_equal(stamp_difference(5, 0xfffffffb), 10);
	assert_int_equal(stamp_difference(0xfffffffb, 5), -10);
	assert_int_equal(stamp_difference(2000000000, 0), 2000000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_schedule_is_exact),
		cmocka_unit_test(stamps_wrap),
		cmocka_unit_test(a_stall_is_seen_by_all_that_were_due),
		cmocka_unit_test(what_finds_no_room_is_counted_and_arrives),
		cmocka_unit_test(a_full_channel_is_counted_once_a_message),
		cmocka_unit_test(a_closed_loop_sees_it_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
