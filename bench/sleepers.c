/* SPDX-License-Identifier: MIT */
/* Each has a futex word of its own: one that a thousand sleep on would wake them all each time. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/forked.h"
#include "base/futex.h"
#include "sleepers.h"
#include "touch.h"

enum { WAIT, COME, LEAVE };

static void give_order(struct sleeper *p, uint32_t order)
{
	atomic_store_explicit(&p->order, order, memory_order_release);
	futex_wake(&p->order, 1);
}

static void come(struct task *t, struct sleeper *p)
{
	struct region *r = &t->region;
	size_t page = touch_page(t->cell);
	uint64_t start = task_now(t);

	p->status = r->ops->attach(r);
	for (size_t at = 0; !p->status && at < r->len; at += page)
		touch(t->cell, (char *)r->addr + at);
	p->ns = task_now(t) - start;
}

static _Noreturn void stand(const struct sleepers *c, struct task *t, struct sleeper *p,
			    pid_t parent)
{
	forked_die_with(parent);
	futex_sleep_while(&p->order, WAIT);
	if (atomic_load_explicit(&p->order, memory_order_acquire) == COME)
		come(t, p);
	/* Pairs with sleepers_gather: ns and status are there. */
	atomic_fetch_add_explicit(c->through, 1, memory_order_release);
	futex_wake(c->through, 1);
	futex_sleep_while(&p->order, COME);
	_exit(0);
}

int sleepers_open(struct sleepers *c, struct task *t)
{
	size_t n = t->cell->processes, bytes = (n + 1) * sizeof *c->sleeper;
	pid_t parent = getpid();

	*c = (struct sleepers){ .wanted = n, .pid = calloc(n, sizeof *c->pid) };
	c->sleeper = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!c->pid || c->sleeper == MAP_FAILED)
		return fail(t->why, ENOMEM, "%zu processes that sleep", n);
	c->through = &c->sleeper[n].order;
	for (; c->n < n; c->n++) {
		pid_t child = fork();

		if (child < 0)
			return forked_no_more(c->n, n, errno, t->why);
		if (child == 0)
			stand(c, t, &c->sleeper[c->n], parent);
		c->pid[c->n] = child;
	}
	return 0;
}

int sleepers_gather(struct sleepers *c, struct task *t, uint64_t *ns)
{
	*ns = 0;
	for (size_t i = 0; i < c->n; i++) {
		give_order(&c->sleeper[i], COME);
		futex_sleep_while(c->through, (uint32_t)i);
		if (c->sleeper[i].status)
			return fail(t->why, 0, "process %zu could not attach", i + 1);
		*ns += c->sleeper[i].ns;
	}
	return 0;
}

int sleepers_leave(struct sleepers *c, struct task *t, uint64_t *ns)
{
	uint64_t start = task_now(t);
	int status, err = 0;

	for (size_t i = 0; i < c->n; i++)
		give_order(&c->sleeper[i], LEAVE);
	for (size_t i = 0; i < c->n; i++)
		if (waitpid(c->pid[i], &status, 0) != c->pid[i] || status)
			err = fail(t->why, 0, "process %zu ended badly", i + 1);
	*ns = task_now(t) - start;
	c->n = 0;
	return err;
}

void sleepers_close(struct sleepers *c)
{
	free(c->pid);
	if (c->sleeper && c->sleeper != MAP_FAILED)
		munmap(c->sleeper, (c->wanted + 1) * sizeof *c->sleeper);
}
