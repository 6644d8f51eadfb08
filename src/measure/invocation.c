/* SPDX-License-Identifier: MIT */
/*
 * One worker: spawned with everything it needs in inherited descriptors, watched through a pidfd
 * until it ends, its deadline passes or a signal says stop; then its whole process group is
 * killed, so that no role outlives its invocation.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/random.h"
#include "measure/assignment.h"
#include "measure/measure.h"
#include "plan/bind.h"

extern char **environ;

/* Where the worker finds its descriptors. */
enum { ASSIGNMENT_FD = 3, OUTCOME_FD = 4, LEDGER_FD = 5 };

/* The status of a child that did not become a worker. */
enum { EXIT_SPAWN = 126 };

/* Ten times what is expected, and never less than this: a hang, not a slow machine. */
static const uint64_t deadline_min_ns = 20000000000u;

/* The environment with 0 to 4095 bytes more: it moves the stack of the worker, and with it what
 * shares a cache set or a page with it (Mytkowicz et al., "Producing wrong data without doing
 * anything obviously wrong", ASPLOS 2009). */
struct padded {
	char **environment;
	char padding[4200];
};

static int pad_environment(struct padded *p, uint64_t random)
{
	size_t n = 0, len = random % 4096;

	while (environ[n])
		n++;
	p->environment = malloc((n + 2) * sizeof *p->environment);
	if (!p->environment)
		return -ENOMEM;
	memcpy(p->environment, environ, n * sizeof *environ);
	int at = snprintf(p->padding, sizeof p->padding, "SHMBENCH_PADDING=");
	memset(p->padding + at, 'x', len);
	p->padding[(size_t)at + len] = '\0';
	p->environment[n] = p->padding;
	p->environment[n + 1] = NULL;
	return 0;
}

/* What a worker inherits; all above the descriptors that it will have, for dup2 must not overwrite
 * one of its sources. */
struct inherited {
	int assignment, outcome, ledger;
};

/* In the child, up to exec. Bound before exec and not after: the new address space is then never
 * seen by another CPU. An unmap of one that was sends a TLB flush there even when that CPU has
 * long been idle, which made shmdt 10 % and shmat 3 % slower here. */
__attribute__((noreturn)) static void
become_worker(const struct inherited *fd, const struct planned *p, char **environment, pid_t parent)
{
	char *argv[] = { "shmbench", "worker", "3", "4", "5", NULL };
	struct why why = { 0 };
	sigset_t none;
	int cpu, in = open("/dev/null", O_RDONLY);

	/* A run that is killed takes its worker with it; the setting survives exec (prctl(2)). */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (getppid() != parent || in < 0 || setpgid(0, 0) || dup2(in, STDIN_FILENO) < 0 ||
	    dup2(fd->assignment, ASSIGNMENT_FD) < 0 || dup2(fd->outcome, OUTCOME_FD) < 0 ||
	    dup2(fd->ledger, LEDGER_FD) < 0)
		_exit(EXIT_SPAWN);
	if (bind_cpu(p->place.cpus[0], &cpu, &why)) {
		fprintf(stderr, "shmbench run: %s\n", why.text);
		_exit(EXIT_SPAWN);
	}
	execve("/proc/self/exe", argv, environment);
	_exit(EXIT_SPAWN);
}

static int spawn(const struct inherited *fd, const struct planned *p, char **environment,
		 pid_t *pid)
{
	pid_t parent = getpid();

	*pid = fork();
	if (*pid == 0)
		become_worker(fd, p, environment, parent);
	if (*pid < 0)
		return -errno;
	/* In both processes, so that whichever is first, the group exists. After exec: EACCES. */
	setpgid(*pid, *pid);
	return 0;
}

/* Until the worker ends (0), a signal says stop (-EINTR) or the time is over (-ETIMEDOUT). */
static int watch(struct measurement *r, int pidfd, uint64_t limit_ns)
{
	struct pollfd fds[] = { { .fd = pidfd, .events = POLLIN },
				{ .fd = r->signals, .events = POLLIN } };
	uint64_t end = clock_ns() + limit_ns;

	for (;;) {
		uint64_t now = clock_ns();
		int n = now >= end ? 0 : poll(fds, 2, (int)((end - now) / 1000000 + 1));

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0 && fds[1].revents)
			return -EINTR;
		if (n > 0 && fds[0].revents)
			return 0;
		if (n == 0 && clock_ns() >= end)
			return -ETIMEDOUT;
	}
}

/* The worker's own words, or what its end says. */
static void judge(struct invocation *i, int watched, int status, uint64_t limit_ns)
{
	const struct outcome *out = i->out;

	if (watched == -ETIMEDOUT) {
		i->status =
			fail(&i->why, 0, "no result within %.0f s: killed", (double)limit_ns / 1e9);
		return;
	}
	i->status = out->status;
	for (int role = 0; role <= ROLES_MAX && out->status; role++)
		if (out->why[role].text[0] && !i->why.text[0])
			i->why = out->why[role];
	if (WIFSIGNALED(status))
		i->status = fail(&i->why, 0, "the worker was killed by signal %d (%s)",
				 WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == EXIT_SPAWN && !i->status)
		i->status = fail(&i->why, 0, "no worker could be started on CPUs %s",
				 i->planned->place.cpus[0]);
	else if (WEXITSTATUS(status) && !i->status)
		i->status =
			fail(&i->why, 0, "the worker ended with status %d", WEXITSTATUS(status));
	else if (!i->status && !out->windows)
		i->status = fail(&i->why, 0, "the worker ended without a window");
	if (i->status && !i->why.text[0])
		fail(&i->why, i->status < 0 && i->status != CANNOT ? -i->status : 0,
		     "the worker failed");
}

static int wait_for(struct measurement *r, struct invocation *i, pid_t pid, struct why *w)
{
	uint64_t limit_ns = 10 * i->planned->expected_ns;
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), status = 0;

	uint64_t least_ns = r->deadline_ns ? r->deadline_ns : deadline_min_ns;
	if (limit_ns < least_ns)
		limit_ns = least_ns;
	if (pidfd < 0)
		return fail(w, errno, "pidfd_open (Linux 5.3 or newer is needed)");
	int watched = watch(r, pidfd, limit_ns);
	close(pidfd);
	kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	i->ended_ns = clock_ns();
	if (watched && watched != -ETIMEDOUT)
		return watched;
	judge(i, watched, status, limit_ns);
	return 0;
}

/* The descriptor, moved above those that the worker will have; the old one is closed. */
static int move_up(int fd)
{
	int moved = fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, LEDGER_FD + 1);

	if (fd >= 0)
		close(fd);
	return moved;
}

static void inherited_close(struct inherited *fd)
{
	if (fd->assignment >= 0)
		close(fd->assignment);
	if (fd->outcome >= 0)
		close(fd->outcome);
	if (fd->ledger >= 0)
		close(fd->ledger);
}

static int outcome_make(const struct cell *c, size_t *len)
{
	uint64_t windows, samples[METRICS_MAX];
	int fd = memfd_create("shmbench outcome", MFD_CLOEXEC);

	assignment_room(c, &windows, samples);
	*len = outcome_size(windows, samples);
	return fd >= 0 && ftruncate(fd, (off_t)*len) ? -errno : fd;
}

static int run_worker(struct measurement *r, struct invocation *i, const struct inherited *fd,
		      struct why *w)
{
	struct random random = { .state = r->seed ^ (uint64_t)(i->number + 1) << 32 };
	struct padded padded;
	pid_t pid;
	int err = pad_environment(&padded, random_next(&random));

	i->started_ns = clock_ns();
	if (!err)
		err = spawn(fd, i->planned, padded.environment, &pid);
	free(padded.environment);
	if (err)
		return fail(w, -err, "starting a worker");
	err = ledger_add(r->ledger, pid, w);
	int waited = wait_for(r, i, pid, w);
	if (i->status || waited)
		ledger_sweep_worker(r->ledger, pid, w);
	return err ? err : waited;
}

static int outcome_map(struct invocation *i, int fd, size_t len, struct why *w)
{
	void *map = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		return fail(w, errno, "mmap of an outcome");
	i->out = map;
	return 0;
}

int invocation_run(struct measurement *r, struct invocation *i, struct why *w)
{
	size_t len;
	struct inherited fd = {
		.assignment = move_up(assignment_write(i->planned, r->counter, i->counted, w)),
		.outcome = move_up(outcome_make(&i->planned->cell, &len)),
		.ledger = fcntl(ledger_fd(r->ledger), F_DUPFD_CLOEXEC, LEDGER_FD + 1),
	};
	int err = 0;

	i->out = NULL;
	if (fd.assignment < 0 || fd.outcome < 0 || fd.ledger < 0)
		err = fail(w, errno, "descriptors for an invocation");
	if (!err)
		err = outcome_map(i, fd.outcome, len, w);
	if (!err)
		err = run_worker(r, i, &fd, w);
	inherited_close(&fd);
	if (err)
		invocation_release(i);
	return err;
}

void invocation_release(struct invocation *i)
{
	uint64_t windows, samples[METRICS_MAX];

	if (!i->out)
		return;
	assignment_room(&i->planned->cell, &windows, samples);
	munmap((void *)(uintptr_t)i->out, outcome_size(windows, samples));
	i->out = NULL;
}
