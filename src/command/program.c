/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "command/program.h"
#include "probe/clock.h"

/* What a program may take to end after it was asked to. */
static const uint64_t grace_ns = 10000000000u;

int program_signals(struct why *w)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	/* Where we were started with it ignored, children would leave no status. */
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_BLOCK, &set, NULL);
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? fail(w, errno, "signalfd") : fd;
}

/* Figures of one block would show nothing and take longer than the block: without scripts `run`
 * draws none, in any version of it. */
static void without_figures(void)
{
	setenv("SHMBENCH_PLOTS", "/dev/null", 1);
}

static _Noreturn void become(const struct program *p, pid_t parent)
{
	sigset_t none;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int log = open(p->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent) /* it ended before prctl(2) */
		_exit(127);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	without_figures();
	if (dup2(null, STDIN_FILENO) >= 0 && dup2(null, STDOUT_FILENO) >= 0 &&
	    dup2(log, STDERR_FILENO) >= 0)
		execvp(p->argv[0], p->argv);
	dprintf(STDERR_FILENO, "%s cannot be started: %s\n", p->argv[0], strerror(errno));
	_exit(127);
}

/* The next signal within the time: 0 where there was none. */
static int next_signal(int fd, uint64_t until_ns)
{
	struct signalfd_siginfo info;
	uint64_t now = clock_ns();
	uint64_t left_ms = now < until_ns ? (until_ns - now) / 1000000 + 1 : 0;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (poll(&p, 1, left_ms < 3600000 ? (int)left_ms : 3600000) <= 0)
		return 0;
	return read(fd, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

/* Non-zero when it has ended. */
static int ended(pid_t pid, int *status)
{
	return waitpid(pid, status, WNOHANG) == pid;
}

/* Until it has ended or the time is over; another signal than SIGCHLD goes to *signal, once. */
static int wait_until(pid_t pid, int fd, uint64_t until_ns, int *signal)
{
	int status;

	for (;;) {
		if (ended(pid, &status))
			return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		if (clock_ns() >= until_ns)
			return -ETIMEDOUT;
		int got = next_signal(fd, until_ns);
		if (!got || got == SIGCHLD || *signal)
			continue;
		*signal = got;
		return -EINTR;
	}
}

/* It gets time to save what it has and to clean up. */
static int end(pid_t pid, int fd, int *signal)
{
	int ignored = *signal ? *signal : SIGTERM;

	kill(pid, SIGTERM);
	int status = wait_until(pid, fd, clock_ns() + grace_ns, &ignored);
	if (status >= 0)
		return status;
	kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return 128 + SIGKILL;
}

int program_run(const struct program *p, int *signal, struct why *w)
{
	pid_t parent = getpid(), pid = fork();

	*signal = 0;
	if (pid < 0)
		return fail(w, errno, "fork");
	if (!pid)
		become(p, parent);
	int status = wait_until(pid, p->signals, clock_ns() + p->limit_ns, signal);
	if (status >= 0)
		return status;
	int late = status;
	status = end(pid, p->signals, signal);
	if (late != -ETIMEDOUT)
		return status;
	return fail(w, ETIMEDOUT, "%s took more than %.0f s", p->argv[0],
		    (double)p->limit_ns / 1e9);
}

const char *program_complaint(const char *log, char *buf, unsigned long len)
{
	FILE *f = fopen(log, "re");
	char line[400];

	*buf = '\0';
	while (f && fgets(line, sizeof line, f)) {
		size_t n = strlen(line);

		while (n && isspace((unsigned char)line[n - 1]))
			line[--n] = '\0';
		if (n)
			snprintf(buf, len, "%s", line);
	}
	if (f)
		fclose(f);
	return buf;
}
