/* SPDX-License-Identifier: MIT */
/*
 * trips CPU0 CPU1 PASSES [SIZE]: round trips of SIZE bytes (8) over the ring, and of a bare cache
 * line, in turns of about a millisecond in the same two processes. A line of output per pass, of
 * WINDOWS pairs of turns: the medians of the round trip, of the one-way cache-line time, and of the
 * ratio of the round trip to twice that.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "channel/channel.h"
#include "plan/registry.h"
#include "probe/meeting.h"
#include "process.h"

enum { WINDOWS = 40, TRIPS = 5000 };

struct both {
	struct region region;
	struct channel channel;
	struct why why;
	struct meeting *meeting;
};

static void begin(struct both *b, int cpu, int end)
{
	struct channel *c = &b->channel;

	pin(cpu);
	c->buf = aligned_alloc(64, (c->message + 63) / 64 * 64);
	c->priv = aligned_alloc(64, (c->ops->priv_size + 63) / 64 * 64);
	if (!c->buf || !c->priv)
		die("aligned_alloc");
	memset(c->priv, 0, c->ops->priv_size);
	if (c->ops->side(c, end))
		die(b->why.text);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v)
{
	qsort(v, WINDOWS, sizeof *v, ascending);
	return (v[WINDOWS / 2 - 1] + v[WINDOWS / 2]) / 2;
}

static void measure(struct both *b)
{
	double rtt[WINDOWS], line[WINDOWS], ratio[WINDOWS];

	for (int i = -1; i < WINDOWS; i++) {
		meeting_meet(b->meeting);
		uint64_t bare = meeting_volley(b->meeting, TRIPS);
		meeting_meet(b->meeting);
		uint64_t start = clock_ns();
		if (b->channel.ops->ping(&b->channel, TRIPS))
			die(b->why.text);
		uint64_t ns = clock_ns() - start;
		if (i < 0)
			continue;
		rtt[i] = (double)ns / TRIPS;
		line[i] = (double)bare / TRIPS / 2;
		ratio[i] = (double)ns / (double)bare;
	}
	printf("%.1f %.1f %.3f\n", median(rtt), median(line), median(ratio));
	fflush(stdout);
}

static void answer(struct both *b)
{
	for (int i = -1; i < WINDOWS; i++) {
		meeting_meet(b->meeting);
		meeting_return(b->meeting, TRIPS);
		meeting_meet(b->meeting);
		if (b->channel.ops->echo(&b->channel, TRIPS))
			die(b->why.text);
	}
}

static void pass(const int *cpu, size_t message)
{
	struct both b = { 0 };
	int status;

	b.channel = (struct channel){
		.ops = registry_channel("ring"),
		.message = message,
		.depth = 262144,
		.publish = 1,
		.region = &b.region,
		.why = &b.why,
	};
	b.region.len = (b.channel.ops->room(&b.channel) + 4095) / 4096 * 4096;
	b.region.addr = shared_memory(b.region.len);
	b.region.why = &b.why;
	b.meeting = shared_memory(sizeof *b.meeting);
	pid_t child = fork();
	if (child == 0) {
		begin(&b, cpu[1], 1);
		answer(&b);
		_exit(0);
	}
	begin(&b, cpu[0], 0);
	measure(&b);
	if (waitpid(child, &status, 0) != child || status)
		die("the other process failed");
	munmap(b.region.addr, b.region.len);
	munmap(b.meeting, sizeof *b.meeting);
	free(b.channel.buf);
	free(b.channel.priv);
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		fprintf(stderr, "usage: trips CPU0 CPU1 PASSES [SIZE]\n");
		return 2;
	}
	int cpu[2] = { atoi(argv[1]), atoi(argv[2]) };
	for (int i = 0; i < atoi(argv[3]); i++) {
		alarm(60); /* a ring that loses a message must not hang */
		pass(cpu, argc > 4 ? strtoull(argv[4], NULL, 10) : 8);
	}
	return 0;
}
