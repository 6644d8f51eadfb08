/* SPDX-License-Identifier: MIT */
/*
 * The ring under load, copied out of and read in place: two processes that map it at different addresses, both of which stop at random
 * for nothing, some turns of a spin loop, a turn of the scheduler or a sleep; every byte of every
 * message is checked, and the bytes behind the ring. Each shape for 0.25 s, or SHMBENCH_STRESS times that.
 *
 * Not under a sanitizer of threads: it sees one process, and this needs two that share no address.
 * What it would look for, a place without its barrier, is what tests/model.sh looks for.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/pause.h"
#include "base/random.h"
#include "channel/ring.h"
#include "plan/registry.h"
/* After ours: cmocka has a macro called fail(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { GUARD = 4096, GUARD_BYTE = 0xa5, CHUNK_MAX = 400, ROUND = 4000, SHAPE_NS = 250000000 };

struct shape {
	const char *channel; /* by each() */
	size_t message, slots;
	unsigned publish;
	enum wait wait;
	enum consume consume;
};

/* One process's half. */
struct half {
	struct why why;
	struct region region;
	struct channel channel;
	struct random random;
	_Atomic uint64_t *rounds; /* so many there will be at least: the producer says */
};

static uint64_t longer(void)
{
	const char *text = getenv("SHMBENCH_STRESS");

	return text ? strtoull(text, NULL, 10) : 1;
}

static void *map(int fd, size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	assert_true(p != MAP_FAILED);
	return p;
}

static void half_open(struct half *h, const struct shape *s, uint64_t seed)
{
	const struct channel_ops *ops = registry_channel(s->channel);

	*h = (struct half){ .random = { seed } };
	h->channel = (struct channel){
		.ops = ops,
		.message = s->message,
		.depth = ring_slot(s->message, s->publish) * s->slots,
		.publish = s->publish,
		.wait = s->wait,
		.consume = s->consume,
		.verify = true,
		.region = &h->region,
		.buf = aligned_alloc(64, (s->message + 63) / 64 * 64),
		.priv = calloc(1, ops->priv_size),
		.why = &h->why,
	};
	h->region.why = &h->why;
	h->region.len = ops->room(&h->channel);
	assert_non_null(h->channel.buf);
	assert_non_null(h->channel.priv);
}

static void half_close(struct half *h)
{
	free(h->channel.buf);
	free(h->channel.priv);
}

/* Each on a CPU of its own, where there are two. */
static void pin(int end)
{
	cpu_set_t all, one;

	assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
	CPU_ZERO(&one);
	for (size_t cpu = 0, n = 0; cpu < CPU_SETSIZE && n <= (size_t)end; cpu++)
		if (CPU_ISSET(cpu, &all) && n++ == (size_t)end)
			CPU_SET(cpu, &one);
	if (CPU_COUNT(&one))
		sched_setaffinity(0, sizeof one, &one);
}

/* Mostly not at all. */
static void stop_a_while(struct random *r)
{
	uint64_t dice = random_below(r, 1000);

	if (dice < 40)
		for (uint64_t i = random_below(r, 2000); i; i--)
			cpu_pause();
	else if (dice < 44)
		sched_yield();
	else if (dice < 46)
		usleep((unsigned)random_below(r, 200));
}

/* In chunks of random length. */
static int some(struct half *h, int (*run)(struct channel *, uint64_t), uint64_t messages)
{
	int err = 0;

	while (messages && !err) {
		uint64_t n = 1 + random_below(&h->random, CHUNK_MAX);

		n = n < messages ? n : messages;
		err = run(&h->channel, n);
		messages -= n;
		stop_a_while(&h->random);
	}
	return err;
}

/* Rounds until the time is over. The consumer knows of another one with the last message of this. */
static int produce(struct half *h)
{
	uint64_t end = clock_ns() + SHAPE_NS * longer();
	bool more = true;
	int err = 0;

	for (uint64_t round = 1; more && !err; round++) {
		err = some(h, h->channel.ops->pour, ROUND - 1);
		more = clock_ns() < end;
		atomic_store_explicit(h->rounds, round + more, memory_order_relaxed);
		if (!err)
			err = h->channel.ops->pour(&h->channel, 1);
	}
	return err;
}

static int consume(struct half *h)
{
	int err = 0;

	for (uint64_t round = 0; !err; round++) {
		if (round && atomic_load_explicit(h->rounds, memory_order_relaxed) == round)
			return 0;
		err = some(h, h->channel.ops->drain, ROUND);
	}
	return err;
}

static int consumer(struct half *h, int fd, const void *elsewhere)
{
	pin(1);
	/* What was inherited stays where it is, and so in the way. */
	h->region.addr = map(fd, h->region.len + GUARD);
	if (h->region.addr == elsewhere) {
		fprintf(stderr, "both processes map it at %p\n", elsewhere);
		return 1;
	}
	int err = h->channel.ops->side(&h->channel, 1);
	if (!err)
		err = consume(h);
	if (err)
		fprintf(stderr, "consumer: %s\n", h->why.text);
	return err != 0;
}

static void stress(const struct shape *s, uint64_t seed)
{
	struct half h;
	int status, fd = memfd_create("stress", MFD_CLOEXEC);

	assert_true(fd >= 0);
	half_open(&h, s, seed);
	h.rounds = mmap(NULL, GUARD, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(h.rounds != MAP_FAILED);
	assert_int_equal(ftruncate(fd, (off_t)(h.region.len + GUARD)), 0);
	h.region.addr = map(fd, h.region.len + GUARD);
	unsigned char *guard = (unsigned char *)h.region.addr + h.region.len;
	memset(guard, GUARD_BYTE, GUARD);
	alarm((unsigned)(30 + 2 * longer())); /* a lost message is a failure, not a hang */
	pid_t child = fork();
	if (child == 0) {
		alarm((unsigned)(30 + 2 * longer()));
		h.random.state++;
		_exit(consumer(&h, fd, h.region.addr));
	}
	cpu_set_t before;
	assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
	pin(0);
	assert_int_equal(h.channel.ops->side(&h.channel, 0), 0);
	assert_int_equal(produce(&h), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	alarm(0);
	sched_setaffinity(0, sizeof before, &before);
	for (int i = 0; i < GUARD; i++)
		assert_int_equal(guard[i], GUARD_BYTE);
	print_message("%-12s %6zu bytes, %4zu slots, publish %2u: %9ju messages, %8ju wraps\n",
		      s->channel, s->message, s->slots, s->publish, (uintmax_t)h.channel.sent,
		      (uintmax_t)(h.channel.sent / s->slots));
	munmap(h.region.addr, h.region.len + GUARD);
	munmap((void *)h.rounds, GUARD);
	close(fd);
	half_close(&h);
}

/* The ring has two ways to read; ring-inplace has one. */
static void each(const struct shape *shapes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct shape s = shapes[i];

		s.channel = "ring";
		stress(&s, 2 * i + 1);
		s.channel = "ring-inplace";
		if (s.consume == CONSUME_COPY)
			stress(&s, 2 * i + 1);
	}
}

#define EACH(shapes) each(shapes, sizeof shapes / sizeof *shapes)

/* Two slots: every second message wraps. */
static void millions_of_wraps(void **state)
{
	const struct shape shapes[] = {
		{ .message = 8, .slots = 2, .publish = 1 },
		{ .message = 8, .slots = 3, .publish = 32 },
		{ .message = 64, .slots = 2, .publish = 1 },
	};

	(void)state;
	EACH(shapes);
}

static void every_way_to_write_and_read(void **state)
{
	const struct shape shapes[] = {
		{ .message = 8, .slots = 1024, .publish = 32 },
		{ .message = 8, .slots = 1024, .publish = 1 },
		{ .message = 24, .slots = 100, .publish = 5 },
		{ .message = 65, .slots = 17, .publish = 32 },
		{ .message = 100,
		  .slots = 64,

		  .publish = 1,
		  .consume = CONSUME_CHECKSUM },
		{ .message = 1000, .slots = 64, .publish = 32 },
		{ .message = 4096, .slots = 9, .publish = 1 },
		{ .message = 4096,
		  .slots = 64,

		  .publish = 32,
		  .consume = CONSUME_CHECKSUM },
		{ .message = 65536, .slots = 8, .publish = 32 },
		{ .message = 100000, .slots = 2, .publish = 1 },
	};

	(void)state;
	EACH(shapes);
}

static void who_sleeps_is_woken(void **state)
{
	const struct shape shapes[] = {
		{ .message = 8, .slots = 2, .publish = 1, .wait = WAIT_FUTEX },
		{ .message = 8,
		  .slots = 64,

		  .publish = 32,
		  .wait = WAIT_FUTEX },
		{ .message = 1024,
		  .slots = 7,

		  .publish = 1,
		  .wait = WAIT_FUTEX },
		{ .message = 64,
		  .slots = 16,

		  .publish = 1,
		  .wait = WAIT_YIELD },
	};

	(void)state;
	EACH(shapes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(millions_of_wraps),
		cmocka_unit_test(every_way_to_write_and_read),
		cmocka_unit_test(who_sleeps_is_woken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
