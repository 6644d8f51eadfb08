/* SPDX-License-Identifier: MIT */
/*
 * process_vm_readv(2): the consumer copies each message straight out of the producer's private
 * memory, one system call and one copy. The call moves bytes and tells nobody, so what is there and
 * what has been read is said by two counters in a page that both have, and waited for like a ring's.
 *
 * process_vm_writev, with which the producer would copy into the consumer's memory, takes the same
 * way through the kernel (mm/process_vm_access.c) in the other direction.
 *
 * 64 messages deep, whatever their size: as many as a ring of the default --depth holds of small ones
 * would make a window of whole laps last a tenth of a second.
 */
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include "channel/message.h"
#include "channel/ring.h"

struct shared {
	struct wait_room room;
	struct ring way[2];
	struct {
		pid_t pid;
		char *slots; /* an address in that process */
	} producer[2];       /* by direction; written before the first message is published */
};

enum { SLOTS = 64 };

struct process_vm {
	struct ring_side out, in;
};

static inline int put(struct channel *c)
{
	struct ring_side *s = &((struct process_vm *)c->priv)->out;

	ring_room(c, s);
	message_make(s->next, c->message, c->sent++);
	ring_made(c, s, 1, ring_tail(s));
	return 0;
}

static inline int flush(struct channel *c)
{
	(void)c;
	return 0;
}

static int refused(const struct channel *c)
{
	if (errno == EPERM)
		return cannot(c->why, "process_vm_readv of the other role is not permitted: it "
				      "needs kernel.yama.ptrace_scope of 0 or 1 and a container "
				      "that allows ptrace");
	return fail(c->why, errno, "process_vm_readv of %zu bytes", c->message);
}

static inline int take(struct channel *c)
{
	struct ring_side *s = &((struct process_vm *)c->priv)->in;
	const struct shared *shared = c->shared;
	struct iovec to = { c->buf, c->message };

	ring_there(c, s);
	struct iovec from = { shared->producer[!c->end].slots + (s->next - s->first), c->message };
	ssize_t n = process_vm_readv(shared->producer[!c->end].pid, &to, 1, &from, 1, 0);

	if (n != (ssize_t)c->message)
		return n < 0 ? refused(c)
			     : fail(c->why, EIO, "process_vm_readv moved %zd of %zu bytes", n,
				    c->message);
	ring_read(c, s, 1);
	return message_consume(c, c->buf);
}

#include "channel/loops.h"

static int process_vm_fits(const struct channel *c)
{
	char byte = 0, copy;
	struct iovec from = { &byte, 1 }, to = { &copy, 1 };

	if (process_vm_readv(getpid(), &to, 1, &from, 1, 0) < 0 && errno == ENOSYS)
		return cannot(c->why, "this kernel has no process_vm_readv: it needs "
				      "CONFIG_CROSS_MEMORY_ATTACH");
	return 0;
}

/* Each message is published, and let go of, by itself. */
static struct ring_side way(const struct channel *c, int direction, char *slots)
{
	struct shared *shared = c->shared;

	return (struct ring_side){
		.ring = &shared->way[direction],
		.first = slots,
		.next = slots,
		.ahead = SLOTS,
		.slot = ring_slot(c->message, SLOTS),
		.slots = SLOTS,
		.publish = 1,
	};
}

/* Under Yama a process is read by its ancestors only, and role 0 is no descendant of role 1: so each
 * allows it. EINVAL: there is no Yama. */
static int process_vm_side(struct channel *c, int end)
{
	struct process_vm *p = c->priv;
	struct shared *shared = c->shared;
	size_t len = ring_slot(c->message, SLOTS) * SLOTS;
	char *slots = aligned_alloc(64, len);

	if (!slots)
		return fail(c->why, ENOMEM, "%zu bytes of slots", len);
	memset(slots, 0, len);
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	c->end = end;
	shared->producer[end].pid = getpid();
	shared->producer[end].slots = slots;
	p->out = way(c, end, slots);
	/* Only offsets into this one matter: the slots are the other's. */
	p->in = way(c, !end, slots);
	return 0;
}

/* What has been sent lies here until the other has read it. */
static void process_vm_close(struct channel *c)
{
	struct ring_side *s = &((struct process_vm *)c->priv)->out;

	while (atomic_load_explicit(&s->ring->head, memory_order_acquire) != s->count)
		sched_yield();
	free(s->first);
	wait_close(c);
}

static uint64_t process_vm_lap(const struct channel *c)
{
	(void)c;
	return SLOTS;
}

const struct channel_ops channel_process_vm = {
	.name = "process-vm",
	.about = "process_vm_readv(2) out of the producer's memory",
	.axes = CHANNEL_WAIT,
	.priv_size = sizeof(struct process_vm),
	.shared_size = sizeof(struct shared),
	.fits = process_vm_fits,
	.open = wait_open,
	.side = process_vm_side,
	.close = process_vm_close,
	.lap = process_vm_lap,
	LOOPS,
};
