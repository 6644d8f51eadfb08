/* SPDX-License-Identifier: MIT */
#ifndef CHANNEL_H
#define CHANNEL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "probe/clock.h"
#include "probe/schedule.h"
#include "probe/series.h"
#include "region/region.h"

/*
 * A channel moves messages of one fixed size between exactly two processes, both ways.
 *
 * The producer (end 0) writes every message whole; the consumer (end 1) reads it whole, copied
 * out or checksummed, and verifies its sequence number always, its contents with `verify`.
 *
 * A mechanism writes put() and take() for one message; loops.h builds the measured loops around
 * them, so every mechanism is timed by the same code and no indirect call is paid per message.
 */
enum wait {
	WAIT_SPIN,
	WAIT_YIELD,
	WAIT_FUTEX, /* from here on: asleep (wait.h) */
	WAIT_SEMAPHORE,
	WAIT_POSIX_SEMAPHORE,
	WAIT_EVENTFD,
};
enum consume { CONSUME_COPY, CONSUME_CHECKSUM };

/* Which axes a channel has of its own, the others being empty in its rows, and what else must be known
 * of it. */
enum {
	CHANNEL_REGION = 1,
	CHANNEL_DEPTH = 2,
	CHANNEL_PUBLISH = 4,
	CHANNEL_WAIT = 8,
	CHANNEL_IN_PLACE = 16, /* has no `consume`: its messages are read where they lie */
	CHANNEL_SINGLE = 32,   /* a process can have opened one at a time: key.h */
};

struct channel {
	const struct channel_ops *ops;
	size_t message;   /* bytes per message, >= MESSAGE_MIN */
	size_t depth;     /* bytes of ring, where ops->axes has CHANNEL_DEPTH */
	unsigned publish; /* messages per publication, where CHANNEL_PUBLISH */
	enum wait wait;   /* where CHANNEL_WAIT */
	enum consume consume;
	bool verify;
	bool counts_full; /* put counts in `full`: set before side(), for those that must know */
	struct region *region; /* this process's view of what it lives in; NULL without */
	void *buf;             /* this process's private copy of one message */
	uint64_t sent, taken;  /* by this process, since side(): the sequence numbers */
	uint64_t lap;          /* for channels whose open() counts it */
	uint64_t full;         /* with counts_full: messages for which put had to wait for room */
	int end;               /* 0 or 1, set by side() */
	int fd[4];    /* for channels made of descriptors: 0->1 read, write; 1->0 likewise */
	void *shared; /* shared_size bytes of both processes, zeroed before open() */
	void *priv;   /* priv_size bytes of this process's own, zeroed */
	struct why *why;
};

/* A message starts with its 8-byte sequence number. */
#define MESSAGE_MIN 8

struct channel_ops {
	const char *name;   /* the file, the symbol, the user's word, the CSV value */
	const char *about;  /* one line for `list` */
	const char *absent; /* why this build lacks it; then nothing below is required */
	unsigned axes;      /* CHANNEL_... */
	size_t priv_size;   /* bytes of c->priv, given by the harness */
	size_t shared_size; /* bytes of c->shared, given by the harness: never the region */

	/* Can it carry c->message bytes with c->depth? CANNOT names the limit. Parent and worker.
	 * Optional. */
	int (*fits)(const struct channel *c);
	/* Bytes of region it needs. Required with CHANNEL_REGION. */
	size_t (*room)(const struct channel *c);
	/* Once, in the worker, before the fork and before the region is attached. Optional. */
	int (*open)(struct channel *c);
	/* Once in each process, after the fork; c->region is attached and zero. Required. */
	int (*side)(struct channel *c, int end);
	/* Once in each process, after the last message. Optional. */
	void (*close)(struct channel *c);
	/* Messages in flight when it is full, >= 1: windows are whole numbers of these. Required. */
	uint64_t (*lap)(const struct channel *c);

	/* The measured loops, by LOOPS of loops.h. */
	int (*pour)(struct channel *c, uint64_t n);  /* put n messages and publish them all */
	int (*drain)(struct channel *c, uint64_t n); /* take n messages */
	int (*ping)(struct channel *c, uint64_t n);  /* n times: put, then take */
	/* The same, timed one by one */
	int (*ping_each)(struct channel *c, uint64_t n, const struct clock *clock,
			 struct series *s);
	int (*echo)(struct channel *c, uint64_t n); /* n times: take, then put */
	/* Open loop: put each message when it is due, or as soon after as can be; `at` says when. */
	int (*pace)(struct channel *c, const struct schedule *s, stamp *at);
	/* take n; `at`: when each was taken */
	int (*arrive)(struct channel *c, uint64_t n, const struct clock *clock, stamp *at);
};

/* As c was before it was opened: another one of the kind. */
struct channel channel_like(const struct channel *c, struct why *w);

/* c->buf for `message` bytes, and c->priv: this process's own, touched. Before the hook `side`. */
int channel_memory(struct channel *c, size_t message);

/* c->shared, then the hook `open` (if any). */
int channel_open(struct channel *c);

/* The hook `close` (if any), and c->shared. */
void channel_close(struct channel *c);

#endif
