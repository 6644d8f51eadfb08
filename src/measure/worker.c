/* SPDX-License-Identifier: MIT */
/*
 * A worker and its roles. Every role binds and attaches for itself: page tables of shared mappings
 * are not copied by fork(2), so nothing that one process has touched is warm in another.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "measure/assignment.h"
#include "measure/ledger.h"
#include "measure/worker.h"
#include "plan/bind.h"
#include "plan/memory.h"
#include "probe/waited.h"

enum { KEEPER = ROLES_MAX };

struct worker {
	struct assignment assignment;
	struct task task;
	struct outcome *out;
	struct meeting *meeting;
	struct events events; /* of this role, in counted invocations */
	int ledger_fd;
};

/* What signal handlers need; a handler has no argument of its own. */
static struct outcome *handler_outcome;

static void handler_end(const char *sentence)
{
	struct why *w = &handler_outcome->why[KEEPER];

	if (!w->text[0])
		strncpy(w->text, sentence, sizeof w->text - 1);
	if (!handler_outcome->status)
		handler_outcome->status = -EIO;
	_exit(1);
}

/* Space was looked at before the object was made; a SIGBUS all the same means that somebody else
 * took it meanwhile. */
static void on_sigbus(int signal)
{
	(void)signal;
	handler_end("SIGBUS at a touch: the file system or the hugepage pool filled up meanwhile");
}

/* A role that ends well while the other still measures has nothing more to do; any other end
 * would leave this process waiting for it for ever. */
static void on_sigchld(int signal)
{
	int status, saved = errno;

	(void)signal;
	if (waitpid(-1, &status, WNOHANG) > 0 && status != 0)
		handler_end(WIFSIGNALED(status) ? "the other role was killed by a signal"
						: "the other role ended early");
	errno = saved;
}

static void die_with_parent(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

static int outcome_map(struct worker *w, int fd)
{
	uint64_t windows, samples[METRICS_MAX];
	struct stat s;

	if (fstat(fd, &s))
		return -errno;
	w->out = mmap(NULL, (size_t)s.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (w->out == MAP_FAILED)
		return -errno;
	assignment_room(&w->assignment.cell, &windows, samples);
	if (outcome_size(windows, samples) != (size_t)s.st_size)
		return -EPROTO;
	outcome_init(w->out, windows, samples);
	return 0;
}

/* Every role touches the pages that it will record in; their tables are its own. */
static int outcome_touch(struct worker *w, struct why *why)
{
	uint64_t windows, samples[METRICS_MAX];

	assignment_room(&w->assignment.cell, &windows, samples);
	int err = region_touch(w->out, outcome_size(windows, samples));
	return err ? fail(why, -err, "memory for the samples") : 0;
}

/* Pages of a regular file follow the policy of the task that makes them, all others that of the
 * mapping (mbind(2)). */
static int place_memory(const struct task *t, void *addr, size_t len)
{
	if (!t->nodes)
		return 0;
	if (t->cell->region->in_directory)
		return memory_bind_task(t->nodes, t->why);
	return memory_bind(addr, len, t->nodes, t->why);
}

/* Where the pages are; not where they should be is a failure. */
static int check_memory(const struct task *t, const void *addr, size_t len)
{
	struct outcome *out = t->meter.out;
	int err = memory_node_of(addr, len, &out->memory_node, t->why);

	if (err == CANNOT && !t->nodes)
		return 0; /* one node, and a kernel or container that does not say */
	if (!err && t->nodes && (out->memory_node < 0 || !(t->nodes >> out->memory_node & 1)))
		err = fail(t->why, 0, "the memory is on node %d, not where it was bound to",
			   out->memory_node);
	return err;
}

static struct task task_make(struct worker *w, struct why *why)
{
	const struct cell *c = &w->assignment.cell;
	struct task t = {
		.cell = c,
		.meter = { .out = w->out, .meeting = w->meeting, .clock = w->assignment.clock },
		.why = why,
		.nodes = w->assignment.nodes,
		.place_memory = place_memory,
		.check_memory = check_memory,
	};

	if (c->region) {
		region_init(&t.region, c->region, plan_region_bytes(c), why);
		t.region.page = (enum page)c->page;
		t.region.directory = c->directory;
	}
	if (c->channel)
		plan_channel(&t.channel, c, why);
	return t;
}

/* Private memory of this process's side of a channel, touched. */
static int channel_memory(struct channel *c, size_t message)
{
	size_t len = (message + 63) / 64 * 64;

	c->buf = aligned_alloc(64, len);
	if (c->ops && c->ops->priv_size)
		c->priv = calloc(1, c->ops->priv_size);
	if (!c->buf || (c->ops && c->ops->priv_size && !c->priv))
		return fail(c->why, ENOMEM, "a buffer for messages of %zu bytes", message);
	memset(c->buf, 0, len);
	return 0;
}

/* In a role, bound: the region is attached and told its node, the channel's side is taken. The
 * worker's attach is followed by the object's removal: its name dies at birth. */
static int role_attach(struct task *t, int role)
{
	int err = 0;

	if (t->cell->part->region == REGION_ATTACHED && t->cell->region) {
		err = t->region.ops->attach(&t->region);
		if (!err)
			err = place_memory(t, t->region.addr, t->region.len);
	}
	if (!err && t->cell->message)
		err = channel_memory(&t->channel, t->cell->message);
	t->channel.region = &t->region;
	t->channel.why = t->why;
	if (!err && t->cell->channel)
		err = t->channel.ops->side(&t->channel, role);
	return err;
}

/* A counter that two CPUs do not agree on times nothing that passes between them. Told by causality,
 * so that no limit has to be chosen: a message cannot arrive before it was sent. */
static int clocks_agree(struct worker *w, int role)
{
	const struct clock *c = &w->task.meter.clock;
	int64_t low, high;

	if (!w->meeting || w->meeting->sleeping || c->source == CLOCK_SOURCE_MONOTONIC)
		return 0;
	if (role == 1) {
		meeting_compared(w->meeting, c);
		return 0;
	}
	meeting_compare(w->meeting, c, &low, &high);
	if (low <= 0 && high >= 0)
		return 0;
	return fail(
		w->task.why, 0,
		"the %s of the other role's CPU is %s by at least %jd ns: messages would arrive "
		"before they were sent",
		clock_names[c->source], low > 0 ? "ahead" : "behind",
		(intmax_t)(low > 0 ? low : -high));
}

/* Each role counts for itself: an event is of one process. */
static void role_count(struct worker *w, int role)
{
	events_open(&w->events, false);
	for (int e = 0; e < EVENTS; e++)
		if (events_have(&w->events, (enum event)e))
			w->out->have[role] |= 1u << e;
	w->out->user_only |= w->events.user_only;
	w->task.meter.events = &w->events;
}

/* The benchmark, and how long this role was kept waiting meanwhile. */
static int role_work(struct task *t, int role)
{
	struct outcome *out = t->meter.out;
	struct why ignored = { 0 };
	uint64_t before = 0, after = 0, start = clock_ns();
	bool known = !waited_read(WAITED_PATH, &before, &ignored);
	int err = t->cell->part->work(t, role);

	if (known && !waited_read(WAITED_PATH, &after, &ignored)) {
		out->worked_ns[role] = clock_ns() - start;
		out->waited_ns[role] = after - before;
	}
	return err;
}

/* One role, from its binding to its last window. */
static int role_run(struct worker *w, int role)
{
	struct task *t = &w->task;
	int cpu, err;

	t->why = &w->out->why[role];
	t->region.why = t->channel.why = t->why;
	t->meter.role = role;
	err = bind_cpu(w->assignment.cpus[role], &cpu, t->why);
	if (!err)
		err = outcome_touch(w, t->why);
	if (!err)
		err = role_attach(t, role);
	if (!err && role == 0 && t->cell->part->region == REGION_ATTACHED && t->cell->region)
		err = t->region.ops->remove(&t->region);
	if (!err)
		err = clocks_agree(w, role);
	if (!err && role == 0)
		w->out->clock_cost_ns = clock_cost_ns(&t->meter.clock);
	if (!err && w->assignment.counted)
		role_count(w, role);
	if (!err)
		err = role_work(t, role);
	if (!err && role == 0 && t->cell->part->region == REGION_ATTACHED && t->cell->region)
		err = check_memory(t, t->region.addr, t->region.len);
	if (!err && t->cell->channel && t->channel.ops->close)
		t->channel.ops->close(&t->channel);
	if (err && !w->out->status)
		w->out->status = err;
	return err;
}

/* Fork a role; the child runs it and ends. */
static pid_t role_fork(struct worker *w, int role, int go)
{
	pid_t parent = getpid(), child = fork();
	char byte;

	if (child != 0)
		return child;
	die_with_parent(parent);
	signal(SIGCHLD, SIG_DFL);
	if (w->ledger_fd >= 0)
		ledger_note(w->ledger_fd, getpid());
	/* The keeper says when everything is there. */
	if (go >= 0 && read(go, &byte, 1) != 1)
		_exit(1);
	_exit(role_run(w, role) ? 1 : 0);
}

static int make_meeting(struct worker *w)
{
	w->meeting = mmap(NULL, sizeof *w->meeting, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (w->meeting == MAP_FAILED)
		return fail(&w->out->why[0], errno, "mmap for the meeting of two roles");
	w->meeting->sleeping = w->assignment.one_cpu;
	w->task.meter.meeting = w->meeting;
	return 0;
}

/* What every role of the part attaches or takes a side of. */
static int make_shared(struct task *t)
{
	int err = 0;

	if (t->cell->part->region == REGION_ATTACHED && t->cell->region)
		err = region_create(&t->region, t->serial++);
	if (!err && t->cell->channel && t->channel.ops->open)
		err = t->channel.ops->open(&t->channel);
	return err;
}

/* Two roles: the worker is role 0. */
static int run_pair(struct worker *w)
{
	struct sigaction chld = { .sa_handler = on_sigchld, .sa_flags = SA_RESTART | SA_NOCLDSTOP };
	int err = make_meeting(w);

	if (!err)
		err = make_shared(&w->task);
	if (err)
		return err;
	sigaction(SIGCHLD, &chld, NULL);
	if (role_fork(w, 1, -1) < 0)
		return fail(&w->out->why[0], errno, "fork of role 1");
	err = role_run(w, 0);
	/* Role 1 ends by itself after the last window; the handler has reaped it or will. */
	while (!err && waitpid(-1, NULL, 0) > 0)
		;
	return err;
}

/* Fill the object: every page exists, and on its disk too where it has one. */
static int keeper_fill(struct task *t)
{
	struct region *r = &t->region;
	int err = r->ops->attach(r);

	if (!err)
		err = place_memory(t, r->addr, r->len);
	if (!err)
		err = region_populate(r);
	if (!err)
		err = check_memory(t, r->addr, r->len);
	if (!err && r->ops->sync)
		err = r->ops->sync(r);
	return err;
}

/* Resident and cold state: the worker makes and fills the object, role 0 is its child. In cold
 * state nobody may be attached, or the pages could not be dropped. */
static int run_kept(struct worker *w)
{
	struct task *t = &w->task;
	struct region *r = &t->region;
	int go[2], cpu, status = 0, err;

	r->why = t->why = &w->out->why[KEEPER];
	err = bind_cpu(w->assignment.cpus[0], &cpu, r->why);
	if (!err && pipe2(go, O_CLOEXEC))
		err = fail(r->why, errno, "pipe to role 0");
	if (!err)
		err = region_create(r, t->serial++);
	if (err)
		return err;
	pid_t child = role_fork(w, 0, go[0]);
	if (child < 0)
		err = fail(r->why, errno, "fork of role 0");
	if (!err)
		err = keeper_fill(t);
	if (!err && t->cell->state == STATE_COLD)
		err = r->ops->detach(r);
	if (!err && t->cell->state == STATE_COLD)
		err = r->ops->evict(r);
	int removed = r->ops->remove(r);
	if (!err)
		err = removed;
	if (!err && write(go[1], "", 1) != 1)
		err = fail(r->why, errno, "waking role 0");
	if (err)
		kill(child, SIGKILL);
	waitpid(child, &status, 0);
	if (!err && status)
		err = fail(r->why, 0,
			   WIFSIGNALED(status) ? "role 0 was killed by signal %d"
					       : "role 0 ended with status %d",
			   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return err;
}

static int run_cell(struct worker *w)
{
	const struct cell *c = &w->assignment.cell;

	w->task = task_make(w, &w->out->why[0]);
	if (c->part->roles == 2)
		return run_pair(w);
	if (c->part->region == REGION_OWN && c->state != STATE_FRESH)
		return run_kept(w);
	int err = make_shared(&w->task);
	return err ? err : role_run(w, 0);
}

int worker_main(int assignment_fd, int outcome_fd, int ledger_fd)
{
	struct worker w = { .ledger_fd = ledger_fd };
	struct why why = { 0 };
	struct sigaction bus = { .sa_handler = on_sigbus };
	int err = assignment_read(assignment_fd, &w.assignment, &why);

	if (!err)
		err = outcome_map(&w, outcome_fd);
	if (err) {
		fprintf(stderr, "shmbench worker: %s\n", why.text[0] ? why.text : strerror(-err));
		return 1;
	}
	handler_outcome = w.out;
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGBUS, &bus, NULL);
	err = run_cell(&w);
	if (err && !w.out->status)
		w.out->status = err;
	assignment_free(&w.assignment);
	return 0;
}
