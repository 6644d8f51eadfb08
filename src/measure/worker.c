/* SPDX-License-Identifier: MIT */
/*
 * A worker: who is forked, what all roles share, and how each end of a process becomes a sentence.
 * What a role does is in role.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/forked.h"
#include "measure/assignment.h"
#include "measure/ledger.h"
#include "measure/named.h"
#include "measure/role.h"
#include "measure/task.h"
#include "measure/worker.h"
#include "plan/bind.h"
#include "region/page.h"

enum { KEEPER = ROLES_MAX };

struct worker {
	struct assignment assignment;
	struct task task;
	struct outcome *out;
	int ledger_fd;
};

/* What signal handlers need; a handler has no argument of its own. */
static struct outcome *handler_outcome;
static const char *handler_killed, *handler_ended;

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
 * would leave this process waiting for it for ever. One signal may stand for several of them. */
static void on_sigchld(int signal)
{
	int status, saved = errno;

	(void)signal;
	while (waitpid(-1, &status, WNOHANG) > 0)
		if (status != 0)
			handler_end(WIFSIGNALED(status) ? handler_killed : handler_ended);
	errno = saved;
}

static void watch_children(const struct part *part)
{
	struct sigaction chld = { .sa_handler = on_sigchld, .sa_flags = SA_RESTART | SA_NOCLDSTOP };
	bool crowd = part->cpus_each;

	handler_killed = crowd ? "a process of the crowd was killed by a signal"
			       : "the other role was killed by a signal";
	handler_ended = crowd ? "a process of the crowd ended early" : "the other role ended early";
	sigaction(SIGCHLD, &chld, NULL);
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

/* Fork a role; the child runs it and ends. */
static pid_t role_fork(struct worker *w, int role, int go)
{
	pid_t parent = getpid(), child = fork();
	char byte;

	if (child != 0)
		return child;
	forked_die_with(parent);
	signal(SIGCHLD, SIG_DFL);
	if (w->assignment.cell.part->cpus_each)
		watch_children(w->assignment.cell.part);
	if (w->ledger_fd >= 0)
		ledger_note(w->ledger_fd, getpid());
	/* The keeper says when everything is there. */
	if (go >= 0 && read(go, &byte, 1) != 1)
		_exit(1);
	_exit(role_run(&w->task, &w->assignment, role) ? 1 : 0);
}

static int make_meeting(struct worker *w)
{
	struct meeting *m =
		mmap(NULL, sizeof *m, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (m == MAP_FAILED)
		return fail(&w->out->why[0], errno, "mmap for the meeting of two roles");
	m->sleeping = w->assignment.one_cpu;
	w->task.meter.meeting = m;
	return 0;
}

/* Memory in which the processes of a crowd meet; a page that none of them has to make. */
static int make_common(struct task *t)
{
	const struct part *part = t->cell->part;

	if (!part->shared)
		return 0;
	t->shared = mmap(NULL, part->shared(t->cell), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	return t->shared == MAP_FAILED ? fail(t->why, errno, "mmap for a crowd") : 0;
}

/* What every role of the part attaches or takes a side of. */
static int make_shared(struct task *t)
{
	int err = 0;

	if (t->cell->part->region == REGION_ATTACHED && t->cell->region)
		err = region_create(&t->region, t->serial++);
	if (!err && t->cell->channel)
		err = channel_open(&t->channel);
	return err;
}

/* Two roles: the worker is role 0. */
static int run_pair(struct worker *w)
{
	int err = make_meeting(w);

	if (!err)
		err = make_shared(&w->task);
	if (err)
		return err;
	watch_children(w->assignment.cell.part);
	if (role_fork(w, 1, -1) < 0)
		return fail(&w->out->why[0], errno, "fork of role 1");
	err = role_run(&w->task, &w->assignment, 0);
	/* Role 1 ends by itself after the last window; the handler has reaped it or will. */
	while (!err && waitpid(-1, NULL, 0) > 0)
		;
	return err;
}

/* The only child ends. What it said of itself comes first: the first sentence wins. */
static int await_role(pid_t child, struct why *why)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (!status)
		return 0;
	return fail(why, 0,
		    WIFSIGNALED(status) ? "role 0 was killed by signal %d"
					: "role 0 ended with status %d",
		    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

/* Resident and cold state: the worker makes and fills the object, role 0 is its child. In cold
 * state nobody may be attached, or the pages could not be dropped. */
static int run_kept(struct worker *w)
{
	struct task *t = &w->task;
	struct region *r = &t->region;
	int go[2], cpu, err;

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
		err = task_fill(t, r);
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
	int ended = await_role(child, r->why);
	return err ? err : ended;
}

/* Named regions: the worker makes them all and stays; role 0, its child, has to find them. */
static int run_named(struct worker *w)
{
	struct task *t = &w->task;
	struct why *why = &w->out->why[KEEPER];
	struct named named;
	int cpu, err;

	t->region.why = t->why = why;
	err = bind_cpu(w->assignment.cpus[0], &cpu, why);
	if (err)
		return err;
	err = named_make(&named, t);
	pid_t child = err ? 0 : role_fork(w, 0, -1);
	if (child < 0)
		err = fail(why, errno, "fork of role 0");
	if (!err)
		err = await_role(child, why);
	if (!err) /* afterwards: what it touches, role 0 would have to copy */
		err = t->check_memory(t, t->region.addr, t->region.len);
	int removed = named_remove(&named, t);
	return err ? err : removed;
}

static int run_cell(struct worker *w)
{
	const struct cell *c = &w->assignment.cell;

	w->task = task_make(&w->assignment, w->out, &w->out->why[0]);
	/* Bounds and canaries too: with shmem_enabled=always the least mapping gets 2 MiB of zeroes. */
	if (c->page != PAGE_THP && page_decline(w->task.why))
		return -EIO;
	int err = make_common(&w->task);
	if (err)
		return err;
	if (c->part->roles == 2)
		return run_pair(w);
	if (c->part->region == REGION_OWN && c->state != STATE_FRESH)
		return run_kept(w);
	if (c->part->region == REGION_NAMED)
		return run_named(w);
	if (c->part->cpus_each)
		watch_children(c->part);
	err = make_shared(&w->task);
	return err ? err : role_run(&w->task, &w->assignment, 0);
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
