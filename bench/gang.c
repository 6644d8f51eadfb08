/* SPDX-License-Identifier: MIT */
/* Orders and canaries of processes that work at once; what they do in a window is in gang_load.c. */
#include <errno.h>
#include <math.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/forked.h"
#include "base/futex.h"
#include "gang_load.h"

/* An order: its kind, and a number so that no two in a row are alike. */
enum command { READ, RUN, LEAVE, GO_ON, COMMANDS };

enum { WARM_ROUNDS = 2 };

uint64_t gang_bytes(uint64_t n)
{
	return sizeof(struct gang) + n * sizeof(struct seat);
}

static unsigned roles(const struct worker *w)
{
	return (unsigned)w->task->cell->part->roles;
}

/* Pairs with the acquire in sleep_while. */
static void give(struct worker *w, unsigned index, enum command o)
{
	_Atomic uint32_t *order = &w->gang->seat[index].order;
	uint32_t number = atomic_load_explicit(order, memory_order_relaxed) / COMMANDS + 1;

	atomic_store_explicit(order, number * COMMANDS + o, memory_order_release);
	futex_wake(order, 1);
	w->orders += index >= roles(w);
}

/* Until members have carried out all orders. */
static void await_through(const struct worker *w)
{
	_Atomic uint32_t *through = &w->gang->through;
	uint32_t now;

	while ((now = atomic_load_explicit(through, memory_order_acquire)) != w->orders)
		futex_sleep_while(through, now);
}

/* Role 0 is told by the signal that its child ends with something else than 0. The first sentence
 * stands. */
static _Noreturn void give_up(struct worker *w, int err)
{
	struct outcome *out = w->task->meter.out;

	if (!atomic_exchange(&w->gang->failed, 1)) {
		out->why[0] = w->why;
		if (!out->status)
			out->status = err;
	}
	_exit(1);
}

/* Workers of one pair read theirs together: that is how they work. */
static void read_canary(struct worker *w)
{
	gang_count(&w->gang->reading);
	gang_await(&w->gang->reading, gang_seat(w)->abreast);
	gang_seat(w)->canary = canary_read();
}

static int obey(struct worker *w, enum command o)
{
	int err = 0;

	switch (o) {
	case READ:
		read_canary(w);
		break;
	case RUN:
		err = gang_work(w);
		break;
	case LEAVE:
		err = w->load->close ? w->load->close(w) : 0;
		if (!err)
			_exit(0);
		break;
	default:
		break;
	}
	return err;
}

static _Noreturn void serve(struct worker *w, pid_t parent)
{
	struct task *t = w->task;
	struct why ignored = { 0 };
	struct waited waited; /* this process's: what it has of role 0's is role 0's */
	uint32_t order = 0;
	int err;

	forked_die_with(parent);
	t->meter.waited = waited_open(&waited, WAITED_PATH, &ignored) ? NULL : &waited;
	t->why = t->region.why = t->channel.why = &w->why;
	t->meter.meeting = NULL;
	err = t->bind_member(t, w->index, t->why);
	if (!err)
		err = w->load->open(w);
	if (!err)
		err = settle_process(t->why);
	while (!err) {
		gang_count(&w->gang->through);
		futex_wake(&w->gang->through, 1);
		futex_sleep_while(&gang_seat(w)->order, order);
		order = atomic_load_explicit(&gang_seat(w)->order, memory_order_acquire);
		err = obey(w, (enum command)(order % COMMANDS));
	}
	give_up(w, err);
}

/* To take the least of what several CPUs give is to take the worst: whatever disturbs one makes it
 * slower. Not a number is no reading. */
static void worst(struct canary *c, const struct canary *other)
{
	c->adds_per_cycle = fmin(c->adds_per_cycle, other->adds_per_cycle);
	c->chain_ghz = fmin(c->chain_ghz, other->chain_ghz);
}

/* Members in turn, those of a pair together; nobody else is awake then, role 1 neither. */
static void read_members(struct worker *w)
{
	struct gang *g = w->gang;
	unsigned each = roles(w);

	for (unsigned i = each; i < w->n; i += each) {
		uint32_t begun = atomic_load_explicit(&g->reading, memory_order_relaxed);

		for (unsigned j = i; j < i + each; j++) {
			g->seat[j].abreast = begun + each;
			give(w, j, READ);
		}
		await_through(w);
	}
}

/* At both ends of a window, after a role's own reading: its canary becomes the worst of those of
 * all workers that have this role. */
static void read_others(void *arg, struct canary *mine)
{
	struct worker *w = arg;
	_Atomic uint32_t *order = &gang_seat(w)->order;
	uint32_t last = w->orders;

	if (w->index == 0) {
		read_members(w);
		if (roles(w) == 2)
			give(w, 1, GO_ON);
	} else {
		futex_sleep_while(order, last);
		w->orders = atomic_load_explicit(order, memory_order_acquire);
	}
	for (unsigned i = w->index + roles(w); i < w->n; i += roles(w))
		worst(mine, &w->gang->seat[i].canary);
}

int gang_open(struct worker *w, struct task *t, int role)
{
	const unsigned first = (unsigned)t->cell->part->roles;
	pid_t parent = getpid();

	w->gang = t->shared;
	w->task = t;
	w->index = (unsigned)role;
	for (unsigned i = first; role == 0 && i < w->n; i++) {
		pid_t child = fork();

		if (child < 0)
			return forked_no_more(i, w->n, errno, t->why);
		if (child == 0) {
			w->index = i;
			serve(w, parent);
		}
	}
	if (role == 0) {
		w->orders = w->n - first;
		await_through(w);
	}
	t->meter.others = read_others;
	t->meter.others_arg = w;
	int err = w->load->open(w);
	return err ? err : settle_process(t->why);
}

/* What members counted counts for the role whose work they do. */
static void add_counters(struct worker *w)
{
	struct meter *m = &w->task->meter;

	for (unsigned i = w->index + roles(w); i < w->n; i += roles(w)) {
		const struct seat *s = &w->gang->seat[i];

		counters_add(&m->out->counters[w->index], &s->before, &s->after);
		window_other_stopped(m, s->stopped_ns);
	}
}

static int run(struct worker *w)
{
	for (unsigned i = roles(w); w->index == 0 && i < w->n; i++)
		give(w, i, RUN);
	int err = gang_work(w);
	if (!err)
		gang_await(&w->gang->finished, w->n * w->window);
	return err;
}

static int prepare(struct worker *w)
{
	return w->index == 0 && w->load->prepare ? w->load->prepare(w) : 0;
}

static int window(struct worker *w, void (*record)(struct worker *w))
{
	struct meter *m = &w->task->meter;
	int err = prepare(w);

	if (!err)
		err = window_open(m);
	if (!err)
		err = run(w);
	if (err)
		return err;
	add_counters(w);
	record(w);
	return window_close(m);
}

/* What fork has made copy on write, and tables of what is shared, cost their faults here; the
 * canaries' code too. */
static int warm(struct worker *w)
{
	struct canary unused = { 0 };
	int err = 0;

	for (int i = 0; i < WARM_ROUNDS && !err; i++) {
		read_others(w, &unused);
		err = prepare(w);
		if (!err)
			err = run(w);
	}
	return err;
}

int gang_measure(struct worker *w, uint64_t windows, void (*record)(struct worker *w))
{
	int err = warm(w);

	for (uint64_t i = 0; i < windows && !err; i++)
		err = window(w, record);
	return err;
}

int gang_close(struct worker *w)
{
	int status, err = w->load->close ? w->load->close(w) : 0;
	pid_t pid;

	w->task->meter.others = NULL;
	if (w->index)
		return err;
	for (unsigned i = roles(w); i < w->n; i++)
		give(w, i, LEAVE);
	/* The handler of worker.c may be the one that reaps them; it looks at how they ended, too. */
	while ((pid = waitpid(-1, &status, 0)) > 0 || errno == EINTR)
		if (pid > 0 && status && !err)
			err = fail(w->task->why, 0,
				   WIFSIGNALED(status)
					   ? "a process of the crowd was killed by signal %d"
					   : "a process of the crowd ended with status %d",
				   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return err;
}
