/* SPDX-License-Identifier: MIT */
/*
 * rings CPU0 CPU1 PASSES SEED [ONLY]: throughput of this project's rings and of their peers, in
 * alternation; ONLY: of those whose names begin so.
 *
 * A pass is a fresh pair of processes on these CPUs and fresh memory, and runs every ring at every
 * size once, in an order drawn anew. A round is WINDOWS streams of some WINDOW_NS each (two laps
 * untimed, whole laps timed by the consumer, one more lap), between two readings of the one-way
 * cache-line time; its value is the median of the streams. A line of output per round:
 *
 *	pass size ring each|batched ns/message line-ns-before line-ns-after
 *
 * All rings have the same number of slots: 256 KiB of messages, or 8.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/random.h"
#include "channel/channel.h"
#include "peer.h"
#include "process.h"
#include "plan/registry.h"
#include "probe/meeting.h"

enum { WINDOWS = 12, STREAM_NS = 1000000, RINGS_MAX = 20, ROUNDS_MAX = 5 * RINGS_MAX };

/* Ours is run by the very loops that shmbench measures. */
struct ours {
	struct region region;
	struct channel channel;
	struct why why;
};

struct ring {
	const char *name;
	bool batched;
	const struct peer *peer; /* or: */
	const char *channel;
	unsigned publish;
	enum consume consume;
};

static const struct ring own[] = {
	{ .name = "ours", .channel = "ring", .batched = true, .publish = 32 },
	{ .name = "ours_each", .channel = "ring", .publish = 1 },
	{ .name = "ours_sums",
	  .channel = "ring",
	  .batched = true,
	  .publish = 32,
	  .consume = CONSUME_CHECKSUM },
	{ .name = "ours_inplace", .channel = "ring-inplace", .batched = true, .publish = 32 },
	{ .name = "ours_inplace_each", .channel = "ring-inplace", .publish = 1 },
	{ .name = "ours_ck", .channel = "ck-ring", .publish = 1 },
};

#ifdef HAVE_CK
extern const struct peer peer_ck;
#endif
#ifdef HAVE_BOOST
extern const struct peer peer_boost, peer_boost_burst;
#endif
#ifdef HAVE_RTE
extern const struct peer peer_rte, peer_rte_burst, peer_rte_lent, peer_rte_lent_burst;
#endif

static const struct peer *const peers[] = {
#ifdef HAVE_CK
	&peer_ck,
#endif
#ifdef HAVE_BOOST
	&peer_boost, &peer_boost_burst,
#endif
#ifdef HAVE_RTE
	&peer_rte,   &peer_rte_burst,   &peer_rte_lent, &peer_rte_lent_burst,
#endif
	NULL,
};

static const size_t sizes[] = {
#define SIZE(size) size,
	PEER_SIZES(SIZE)
};

struct round {
	struct ring ring;
	size_t size;
};

struct shared {
	struct meeting meeting;
	int failed;
};

/* One process. */
struct role {
	int end;
	struct shared *shared;
	void *memory;
	size_t len;
	char *buffer;
};

static size_t slots_of(size_t size)
{
	return size <= 32768 ? 262144 / size : 8;
}

/* Either end of either kind. */
struct pipe_end {
	const struct ring *ring;
	struct side side;
	struct ours ours;
};

static void end_open(struct pipe_end *e, const struct role *r, const struct round *round)
{
	const struct channel_ops *ops;

	*e = (struct pipe_end){
		.ring = &round->ring,
		.side = { r->memory, r->buffer, round->size, slots_of(round->size), 0, false },
	};
	if (e->ring->peer)
		return;
	ops = registry_channel(e->ring->channel);
	e->ours.region = (struct region){ .addr = r->memory, .len = r->len, .why = &e->ours.why };
	e->ours.channel = (struct channel){
		.ops = ops,
		.message = round->size,
		.depth = slots_of(round->size) * round->size,
		.publish = e->ring->publish,
		.consume = e->ring->consume,
		.region = &e->ours.region,
		.buf = r->buffer,
		.priv = calloc(1, ops->priv_size),
		.why = &e->ours.why,
	};
	if (ops->side(&e->ours.channel, r->end))
		die(e->ours.why.text);
}

static void end_run(struct pipe_end *e, const struct role *r, uint64_t n)
{
	const struct peer *p = e->ring->peer;
	struct channel *c = &e->ours.channel;

	if (p)
		(r->end == 0 ? p->pour : p->drain)(&e->side, n);
	else if ((r->end == 0 ? c->ops->pour : c->ops->drain)(c, n))
		e->side.bad = true;
}

static double line(const struct role *r)
{
	struct meeting *m = &r->shared->meeting;

	meeting_meet(m);
	if (r->end == 0) {
		meeting_tell(m, 0, (uint64_t)(1000 * meeting_ping(m)));
	} else {
		meeting_pong(m);
	}
	meeting_meet(m);
	return (double)meeting_told(m, 0) / 1000;
}

/* The consumer times `laps` laps and says how many the next stream has. */
static double stream(struct pipe_end *e, const struct role *r, uint64_t lap)
{
	struct meeting *m = &r->shared->meeting;

	meeting_meet(m);
	uint64_t laps = meeting_told(m, 1);
	meeting_meet(m);
	if (r->end == 0) {
		end_run(e, r, (laps + 3) * lap);
		return 0;
	}
	end_run(e, r, 2 * lap);
	uint64_t start = clock_ns();
	end_run(e, r, laps * lap);
	uint64_t ns = clock_ns() - start;
	end_run(e, r, lap);
	uint64_t next = laps * STREAM_NS / (ns ? ns : 1);
	meeting_tell(m, 1, next ? next : 1);
	return (double)ns / (double)(laps * lap);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void run_round(const struct role *r, const struct round *round, int pass)
{
	double ns[WINDOWS];
	struct pipe_end e;

	meeting_meet(&r->shared->meeting);
	if (r->end == 0) {
		struct side s = { r->memory, NULL, round->size, slots_of(round->size), 0, false };

		memset(r->memory, 0, r->len);
		if (round->ring.peer)
			round->ring.peer->make(&s);
	} else {
		meeting_tell(&r->shared->meeting, 1, 1);
	}
	meeting_meet(&r->shared->meeting);
	end_open(&e, r, round);
	for (int i = 0; i < 3; i++)
		stream(&e, r, slots_of(round->size));
	double before = line(r);
	for (int i = 0; i < WINDOWS; i++)
		ns[i] = stream(&e, r, slots_of(round->size));
	double after = line(r);
	if (e.side.bad || (!e.ring->peer && *e.ours.why.text)) {
		fprintf(stderr, "%s, %zu bytes: a message was not the one that was due. %s\n",
			round->ring.name, round->size, e.ours.why.text);
		_exit(1);
	}
	if (r->end == 1) {
		qsort(ns, WINDOWS, sizeof *ns, ascending);
		printf("%d %zu %s %s %.3f %.1f %.1f\n", pass, round->size, round->ring.name,
		       round->ring.batched ? "batched" : "each",
		       (ns[(WINDOWS - 1) / 2] + ns[WINDOWS / 2]) / 2, before, after);
	}
	free(e.ours.channel.priv);
}

static void run_role(struct role *r, const int *cpu, const struct round *rounds, size_t n, int pass)
{
	pin(cpu[r->end]);
	r->buffer = aligned_alloc(4096, (size_t)BURST * PEER_LARGEST);
	if (!r->buffer)
		die("aligned_alloc");
	memset(r->buffer, 0, (size_t)BURST * PEER_LARGEST);
	for (size_t i = 0; i < n; i++)
		run_round(r, &rounds[i], pass);
	free(r->buffer);
}

static size_t room_of(const struct ring *r, size_t size)
{
	const struct channel c = { .message = size,
				   .depth = slots_of(size) * size,
				   .publish = r->publish };

	return r->peer ? r->peer->room(size, slots_of(size))
		       : registry_channel(r->channel)->room(&c);
}

/* Every ring that is here. */
static size_t known(struct ring *ring)
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (!registry_channel(own[i].channel)->absent)
			ring[n++] = own[i];
	for (size_t p = 0; peers[p]; p++)
		ring[n++] = (struct ring){ .name = peers[p]->name,
					   .batched = peers[p]->batched,
					   .peer = peers[p] };
	return n;
}

static size_t plan(struct round *rounds, const char *only, size_t *room)
{
	struct ring ring[RINGS_MAX];
	size_t rings = known(ring), n = 0;

	*room = 0;
	for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
		for (size_t i = 0; i < rings; i++) {
			size_t needs = room_of(&ring[i], sizes[s]);

			if (only && strncmp(ring[i].name, only, strlen(only)))
				continue;
			rounds[n++] = (struct round){ ring[i], sizes[s] };
			*room = needs > *room ? needs : *room;
		}
	return n;
}

static void run_pass(const int *cpu, struct round *rounds, size_t n, size_t room, int pass)
{
	struct role r = { .memory = shared_memory(room), .len = room };
	int status;

	r.shared = shared_memory(sizeof *r.shared);
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		r.end = 1;
		run_role(&r, cpu, rounds, n, pass);
		fflush(NULL);
		_exit(0);
	}
	run_role(&r, cpu, rounds, n, pass);
	if (waitpid(child, &status, 0) != child || status)
		die("the consumer failed");
	munmap(r.memory, room);
	munmap(r.shared, sizeof *r.shared);
}

int main(int argc, char **argv)
{
	struct round rounds[ROUNDS_MAX], drawn[ROUNDS_MAX];
	uint32_t order[ROUNDS_MAX];
	size_t room;

	if (argc < 5) {
		fprintf(stderr, "usage: rings CPU0 CPU1 PASSES SEED [ONLY]\n");
		return 2;
	}
	int cpu[2] = { atoi(argv[1]), atoi(argv[2]) }, passes = atoi(argv[3]);
	struct random random = { strtoull(argv[4], NULL, 10) };
	size_t n = plan(rounds, argc > 5 ? argv[5] : NULL, &room);
	for (int pass = 0; pass < passes; pass++) {
		random_order(&random, order, n);
		for (size_t i = 0; i < n; i++)
			drawn[i] = rounds[order[i]];
		alarm(120); /* a ring that loses a message must not hang */
		run_pass(cpu, drawn, n, room, pass);
	}
	return 0;
}
