/* SPDX-License-Identifier: MIT */
/*
 * The contract of channel.h, for every channel that is registered and every region that it can
 * live in: order, loss, contents, wrap-around, full and empty, both directions, two processes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "channel/descriptor.h"
#include "channel/ring.h"
#include "plan/registry.h"
/* After ours: cmocka has a macro called fail(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* One combination, and what is done with it. */
struct trial {
	const struct channel_ops *channel;
	const struct region_ops *region;
	size_t message, depth;
	unsigned publish;
	enum wait wait;
	enum consume consume;
	uint64_t messages;
};

struct pair {
	struct why why;
	struct region region;
	struct channel channel;
	pid_t child;
};

static void must(int err, const struct pair *p, const char *what)
{
	if (err)
		fail_msg("%s in %s, %zu bytes, %s: %s", p->channel.ops->name,
			 p->channel.region ? p->channel.region->ops->name : "-", p->channel.message,
			 what, p->why.text);
}

static void private_memory(struct channel *c)
{
	c->buf = aligned_alloc(64, (c->message + 63) / 64 * 64);
	c->priv = calloc(1, c->ops->priv_size + 1);
	assert_non_null(c->buf);
	assert_non_null(c->priv);
}

static void pair_open(struct pair *p, const struct trial *t)
{
	*p = (struct pair){ 0 };
	p->channel = (struct channel){
		.ops = t->channel,
		.message = t->message,
		.depth = t->depth,
		.publish = t->publish,
		.wait = t->wait,
		.consume = t->consume,
		.verify = true,
		.why = &p->why,
	};
	if (t->channel->room) {
		region_init(&p->region, t->region, (t->channel->room(&p->channel) + 4095) & ~4095ul,
			    &p->why);
		p->region.directory = t->region->in_directory ? "/dev/shm" : NULL;
		must(region_create(&p->region, 0), p, "create");
		p->channel.region = &p->region;
	}
	must(channel_open(&p->channel), p, "open");
}

/* Attach and take a side, in whichever process this is. */
static int side(struct pair *p, int end)
{
	int err = p->channel.region ? p->region.ops->attach(&p->region) : 0;

	private_memory(&p->channel);
	return err ? err : p->channel.ops->side(&p->channel, end);
}

static void pair_close(struct pair *p)
{
	int status;

	assert_int_equal(waitpid(p->child, &status, 0), p->child);
	channel_close(&p->channel);
	if (p->channel.region) {
		must(p->region.ops->remove(&p->region), p, "remove");
		must(p->region.ops->detach(&p->region), p, "detach");
	}
	free(p->channel.buf);
	free(p->channel.priv);
	if (status)
		fail_msg("%s: the other process ended with %d", p->channel.ops->name, status);
}

typedef int work_fn(struct channel *c, uint64_t n);

/* A process with a deadline: a lost message is a failure, not a hang. */
static void pair_fork(struct pair *p, work_fn *work, uint64_t n)
{
	p->child = fork();
	if (p->child)
		return;
	alarm(60);
	if (side(p, 1) || work(&p->channel, n)) {
		fprintf(stderr, "consumer: %s\n", p->why.text);
		_exit(1);
	}
	channel_close(&p->channel);
	_exit(0);
}

static void stream(const struct trial *t, work_fn *producer, work_fn *consumer)
{
	struct pair p;

	alarm(60);
	pair_open(&p, t);
	pair_fork(&p, consumer ? consumer : t->channel->drain, t->messages);
	must(side(&p, 0), &p, "side");
	must((producer ? producer : t->channel->pour)(&p.channel, t->messages), &p, "pour");
	pair_close(&p);
	alarm(0);
}

/* A size that this machine's limits forbid says so, and says how to raise them; nothing that a page
 * holds is ever forbidden. Rings of less than four messages may ask for more --depth. */
static bool carried(const struct trial *t)
{
	struct why w = { 0 };
	struct channel c = {
		.ops = t->channel, .message = t->message, .depth = t->depth, .why = &w
	};
	int err = t->channel->absent ? CANNOT : t->channel->fits ? t->channel->fits(&c) : 0;

	if (t->channel->absent || !err)
		return !err;
	if (err == CANNOT && strstr(w.text, "this kernel has no"))
		return false;
	if (err == -EINVAL && t->depth < 4 * t->message && strstr(w.text, "--depth"))
		return false;
	if (err != CANNOT || t->message <= 4096 || !strstr(w.text, "raise"))
		fail_msg("%s, %zu bytes: %d, %s", t->channel->name, t->message, err, w.text);
	return false;
}

static void each_trial(struct trial *t, void (*test)(const struct trial *))
{
	for (size_t c = 0; channels[c]; c++) {
		t->channel = channels[c];
		if (!carried(t) || (t->wait != WAIT_SPIN && !(channels[c]->axes & CHANNEL_WAIT)))
			continue;
		if (!(channels[c]->axes & CHANNEL_REGION)) {
			t->region = NULL;
			test(t);
			continue;
		}
		for (size_t r = 0; regions[r]; r++) {
			t->region = regions[r];
			test(t);
		}
	}
}

static void plain(const struct trial *t)
{
	stream(t, NULL, NULL);
}

/* A system call a message is a hundred times a ring's time; and two that spin stand still where
 * something else wants one of the CPUs. All ways of waiting have tests of their own. */
static void plain_or_short(const struct trial *t)
{
	struct trial shorter = *t;

	shorter.wait = WAIT_YIELD;
	if (!(t->channel->axes & CHANNEL_DEPTH))
		shorter.messages /= 8;
	plain(&shorter);
}

static void plain_ring(const struct trial *t)
{
	struct trial yielding = *t;

	yielding.wait = WAIT_YIELD;
	if (t->channel->axes & CHANNEL_DEPTH)
		plain(&yielding);
}

static const size_t sizes[] = { 8, 9, 15, 16, 63, 64, 65, 100, 1000, 4096, 65536, 100000 };

static void every_size_arrives_whole_and_in_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		for (int consume = CONSUME_COPY; consume <= CONSUME_CHECKSUM; consume++) {
			struct trial t = { .message = sizes[i],
					   .depth = 1 << 20,
					   .publish = 32,
					   .consume = (enum consume)consume,
					   .messages = sizes[i] < 1000 ? 20000 : 500 };

			each_trial(&t, plain_or_short);
		}
}

/* The smallest rings: every message wraps, finds it full, finds it empty. */
static void a_ring_of_two_and_three_messages_wraps(void **state)
{
	(void)state;
	for (size_t slots = 2; slots <= 3; slots++)
		for (unsigned publish = 1; publish <= 32; publish += 31) {
			struct trial t = { .message = 64,
					   .depth = 64 * slots,
					   .publish = publish,
					   .messages = 20000 };

			each_trial(&t, plain_ring);
		}
}

static int pour_with_pauses(struct channel *c, uint64_t n)
{
	int err = 0;

	for (uint64_t left = n; left && !err; left -= left < 300 ? left : 300) {
		err = c->ops->pour(c, left < 300 ? left : 300);
		usleep(100);
	}
	return err;
}

static int drain_with_pauses(struct channel *c, uint64_t n)
{
	int err = 0;

	for (uint64_t left = n; left && !err; left -= left < 170 ? left : 170) {
		err = c->ops->drain(c, left < 170 ? left : 170);
		usleep(100);
	}
	return err;
}

static void slow_consumer(const struct trial *t)
{
	stream(t, NULL, drain_with_pauses);
}

static void slow_producer(const struct trial *t)
{
	stream(t, pour_with_pauses, NULL);
}

static void full_and_empty_lose_nothing(void **state)
{
	(void)state;
	for (int wait = WAIT_SPIN; wait <= WAIT_EVENTFD; wait++) {
		struct trial t = { .message = 16,
				   .depth = 16 * 128,
				   .publish = 32,
				   .wait = (enum wait)wait,
				   .messages = 6000 };

		each_trial(&t, slow_consumer);
		each_trial(&t, slow_producer);
	}
}

static void round_trips(const struct trial *t)
{
	struct pair p;

	alarm(60);
	pair_open(&p, t);
	pair_fork(&p, t->channel->echo, t->messages);
	must(side(&p, 0), &p, "side");
	must(t->channel->ping(&p.channel, t->messages), &p, "ping");
	assert_int_equal(p.channel.sent, t->messages);
	assert_int_equal(p.channel.taken, t->messages);
	pair_close(&p);
	alarm(0);
}

static void both_directions_work(void **state)
{
	(void)state;
	for (int wait = WAIT_SPIN; wait <= WAIT_EVENTFD; wait++) {
		struct trial t = { .message = 8,
				   .depth = 4096,
				   .publish = 1,
				   .wait = (enum wait)wait,
				   .messages = wait < WAIT_FUTEX ? 3000 : 500 };

		each_trial(&t, round_trips);
	}
}

static int go[2];

/* Take nothing before the producer is through. */
static int drain_when_told(struct channel *c, uint64_t n)
{
	char byte;

	return read(go[0], &byte, 1) == 1 ? c->ops->drain(c, n) : -EIO;
}

/* What `lap` says is what fits, or windows would not be whole laps. */
static void one_lap(const struct trial *t)
{
	struct pair p;

	assert_int_equal(pipe(go), 0);
	pair_open(&p, t);
	pair_fork(&p, drain_when_told, t->messages);
	must(side(&p, 0), &p, "side");
	uint64_t lap = t->channel->lap(&p.channel);
	assert_in_range(lap, 1, t->messages);
	alarm(20);
	must(t->channel->pour(&p.channel, lap), &p, "pour of one lap");
	assert_int_equal(write(go[1], "", 1), 1);
	must(t->channel->pour(&p.channel, t->messages - lap), &p, "pour of the rest");
	pair_close(&p);
	alarm(0);
	close(go[0]);
	close(go[1]);
}

static void a_lap_fits_without_a_consumer(void **state)
{
	struct trial t = { .message = 64, .depth = 4096, .publish = 32, .messages = 5000 };

	(void)state;
	each_trial(&t, one_lap);
}

/* What is put in goes on 30 ms late, as TCP may. */
static _Noreturn void relay(int from, int to)
{
	char some[1000];
	ssize_t n;

	alarm(60);
	while ((n = read(from, some, sizeof some)) > 0) {
		usleep(30000);
		if (write(to, some, (size_t)n) != n)
			_exit(1);
	}
	_exit(0);
}

/* To count what one holds is to fill it. Of that nothing may be left for whoever takes the first
 * message, although it is not there yet when it is looked for. */
static void what_was_counted_is_taken_out(void **state)
{
	struct why w = { 0 };
	struct channel c = { .ops = channels[0], .message = 700, .why = &w };
	int in[2], out[2], status;

	(void)state;
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	assert_true(fcntl(in[1], F_SETPIPE_SZ, 4096) > 0);
	c.fd[0] = out[0];
	c.fd[1] = in[1];
	pid_t child = fork();
	if (child == 0) {
		close(in[1]);
		relay(in[0], out[1]);
	}
	close(in[0]);
	close(out[1]);
	alarm(60);
	if (descriptor_count(&c))
		fail_msg("%s", w.text);
	alarm(0);
	assert_in_range(descriptor_lap(&c), 4096 / 700, 20);
	struct pollfd more = { .fd = out[0], .events = POLLIN };
	assert_int_equal(poll(&more, 1, 300), 0);
	close(in[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(out[0]);
}

/* The checks can fail: a wrong number, a wrong byte, in either way of reading. */
static void other_messages_are_noticed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		for (int consume = CONSUME_COPY; consume <= CONSUME_CHECKSUM; consume++) {
			struct why w = { 0 };
			size_t len = sizes[i];
			char *message = malloc(len);
			struct channel c = { .ops = channels[0],
					     .message = len,
					     .consume = (enum consume)consume,
					     .verify = true,
					     .buf = malloc(len),
					     .why = &w };

			message_make(message, len, 0);
			assert_int_equal(message_consume(&c, message), 0);
			message_make(message, len, 7);
			assert_int_equal(message_consume(&c, message), -EBADMSG);
			assert_non_null(strstr(w.text, "7"));
			if (len > 8) {
				message_make(message, len, 2);
				message[len - 1] ^= 1;
				w = (struct why){ 0 };
				assert_int_equal(message_consume(&c, message), -EBADMSG);
				assert_non_null(strstr(w.text, "contents"));
			}
			free(message);
			free(c.buf);
		}
}

static void what_does_not_fit_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; channels[i]; i++) {
		struct why w = { 0 };
		struct channel c = {
			.ops = channels[i], .message = 65536, .depth = 4096, .why = &w
		};

		if (!(channels[i]->axes & CHANNEL_DEPTH))
			continue;
		assert_int_equal(channels[i]->fits(&c), -EINVAL);
		assert_non_null(strstr(w.text, "--depth"));
	}
}

/* Which of the two a CPU takes is decided when a program starts: neither may depend on that here. */
static void messages_are_laid_alike_with_a_stage_and_without(void **state)
{
	static const size_t lengths[] = { 64, 520, 1000, 4096, 65536 };
	enum { RUN = 5, NUMBER = 1000 };

	(void)state;
	for (size_t s = 0; s < sizeof lengths / sizeof *lengths; s++) {
		size_t message = lengths[s], slot = (message + 63) / 64 * 64, bytes = RUN * slot;
		/* Room for two messages, or the least that is promised: so runs are cut, too. */
		size_t room = 2 * slot < MESSAGE_STAGE ? 2 * slot : message;
		char *placed = calloc(1, bytes), *shipped = calloc(1, bytes);
		char *stage = aligned_alloc(64, (room + 63) / 64 * 64);
		struct message_lay in_place = { .message = message, .slot = slot };
		struct message_lay staged = { message, slot, stage, room, NULL };

		memset(stage, 0, room);
		message_lay(&in_place, placed, NUMBER, RUN, false);
		message_lay(&staged, shipped, NUMBER, RUN, false);
		for (uint64_t n = 0; n < RUN; n++) {
			assert_true(message_intact(placed + n * slot, message, NUMBER + n));
			assert_memory_equal(placed + n * slot, shipped + n * slot, message);
		}
		free(placed);
		free(shipped);
		free(stage);
	}
}

/* Up to any line of it, with nothing behind the slots: what is asked for changes nothing. */
static void messages_are_laid_alike_whatever_is_asked_for(void **state)
{
	static const size_t lengths[] = { 8, 24, 32, 56, 64, 200, 1000, 4096 };
	enum { RUN = 70, NUMBER = 1000 };

	(void)state;
	for (size_t s = 0; s < sizeof lengths / sizeof *lengths; s++) {
		size_t message = lengths[s], slot = ring_slot(message, 32), bytes = RUN * slot;
		char *plain = calloc(1, bytes), *asking = malloc(bytes);
		struct message_lay lay = { .message = message, .slot = slot };
		struct message_lay asks = lay;

		message_lay(&lay, plain, NUMBER, RUN, true);
		for (size_t below = 0; below <= bytes; below += bytes / 4) {
			memset(asking, 0, bytes);
			asks.asks_below = asking + below;
			message_lay(&asks, asking, NUMBER, RUN, true);
			assert_memory_equal(plain, asking, bytes);
		}
		for (uint64_t n = 0; n < RUN; n++)
			assert_true(message_intact(plain + n * slot, message, NUMBER + n));
		free(plain);
		free(asking);
	}
}

/* Not for a handful of slots, and never for what lies behind them. */
static void what_is_asked_for_lies_in_the_slots(void **state)
{
	struct message_lay few = { .message = 64, .slot = 64 }, many = few;
	static char slots[1 << 16];

	(void)state;
	message_lay_asks(&few, slots, 4096);
	assert_null(few.asks_below);
	message_lay_asks(&many, slots, sizeof slots);
	if (!many.asks_below)
		skip(); /* not on this CPU */
	assert_true(many.asks_below > slots && many.asks_below < slots + sizeof slots);
}

/* How long the next look is held back, in pauses, after one that found so many and waited so long. */
static unsigned held_after(struct ring_side *s, struct channel *c, uint64_t found, unsigned turns)
{
	s->peer = s->count + found;
	ring_learn(c, s, turns);
	return s->hold;
}

static void looks_are_held_back_in_a_stream_only(void **state)
{
	struct channel c = { .sent = 0 };
	struct ring_side s = { .gather = 512 };

	(void)state;
	/* A consumer that catches up, whether it found messages or waited for them. */
	assert_int_equal(held_after(&s, &c, 32, 0), 1);
	for (int i = 0; i < 10; i++)
		held_after(&s, &c, 32, 3);
	assert_int_equal(s.hold, RING_HOLD_MAX);
	/* Enough, and more than enough. */
	assert_int_equal(held_after(&s, &c, 512, 0), RING_HOLD_MAX);
	assert_int_equal(held_after(&s, &c, 2049, 0), RING_HOLD_MAX / 2);
	/* Messages one by one: less than one a pause. */
	assert_int_equal(held_after(&s, &c, RING_HOLD_MAX / 2 - 1, 0), 0);
	/* A long wait. */
	held_after(&s, &c, 32, 0);
	assert_int_equal(held_after(&s, &c, 32, RING_STREAM_TURNS + 1), 0);
	/* An answer, perhaps. */
	held_after(&s, &c, 32, 0);
	c.sent++;
	assert_int_equal(held_after(&s, &c, 32, 0), 0);
	assert_int_equal(held_after(&s, &c, 32, 0), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size_arrives_whole_and_in_order),
		cmocka_unit_test(a_ring_of_two_and_three_messages_wraps),
		cmocka_unit_test(full_and_empty_lose_nothing),
		cmocka_unit_test(both_directions_work),
		cmocka_unit_test(a_lap_fits_without_a_consumer),
		cmocka_unit_test(what_was_counted_is_taken_out),
		cmocka_unit_test(other_messages_are_noticed),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(messages_are_laid_alike_with_a_stage_and_without),
		cmocka_unit_test(messages_are_laid_alike_whatever_is_asked_for),
		cmocka_unit_test(what_is_asked_for_lies_in_the_slots),
		cmocka_unit_test(looks_are_held_back_in_a_stream_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
