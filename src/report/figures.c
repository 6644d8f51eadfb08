/* SPDX-License-Identifier: MIT */
/* The table of figures, and running gnuplot on one of them. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "report/figures.h"
#include "version.h"

enum { DEADLINE_MS = 30000 };

const struct figure figures[] = {
	{
		.name = "attach-latency",
		.title = "Attach and detach",
		.look = "A flat line means that the cost does not depend on the size; detaching "
			"what has pages is dearer, because they must be unmapped.",
		.file = "summary.csv",
		.benchmark = "attach",
	},
	{
		.name = "first-touch",
		.title = "First touch",
		.look = "Read both panels together: time per page follows faults per page, and a "
			"mechanism that maps several pages in one fault pays less for each.",
		.file = "summary.csv",
		.benchmark = "first-touch",
	},
	{
		.name = "touch-ecdf",
		.title = "First touch: distribution",
		.look = "Where the line at the left bends, another kind of touch begins; the right "
			"panel shows how rare the slow ones are.",
		.file = "distribution.csv",
		.benchmark = "touch-profile",
	},
	{
		.name = "touch-by-index",
		.title = "First touch by page index",
		.look = "A peak at 0 of the upper panel is the page-table page that every 512th "
			"touch also makes; a peak at 0 of the lower one is the memory cgroup's "
			"batch of 64.",
		.file = "profile.csv",
		.benchmark = "touch-profile",
	},
	{
		.name = "throughput",
		.title = "Throughput",
		.look = "Small messages are limited by the cost of each, large ones by copying: "
			"the dashed line is copying with nothing around it.",
		.file = "summary.csv",
		.benchmark = "throughput",
	},
	{
		.name = "rtt-ecdf",
		.title = "Round trip: distribution",
		.look = "How far a line reaches to the right in the right panel is the tail that a "
			"median hides.",
		.file = "distribution.csv",
		.benchmark = "latency",
	},
	{
		.name = "latency-under-load",
		.title = "Latency under load",
		.look = "Where response leaves service, messages wait for others that are late; "
			"where "
			"it shoots up, the channel has reached its limit and what is drawn depends "
			"on "
			"how long one looks.",
		.file = "profile.csv",
		.benchmark = "latency",
	},
	{
		.name = "ratio-forest",
		.title = "Ratios to the base",
		.look = "Left of the line: takes less than the base. An interval that crosses the "
			"line shows no difference.",
		.file = "summary.csv",
	},
	{
		.name = "machine-state",
		.title = "The machine during the run",
		.look = "Steps in the canaries are other work on the same core; steps in the "
			"cache-line time are the two CPUs becoming other CPUs.",
		.file = "windows.csv",
	},
	{ .name = NULL },
};

const struct terminal terminals[] = {
	{ "svg", "svg" }, { "pngcairo", "png" }, { "pdfcairo", "pdf" },
	{ "dumb", "" },   { NULL, NULL },
};

const struct figure *figure_find(const char *name, struct why *w)
{
	char all[300] = "";

	for (const struct figure *f = figures; f->name; f++) {
		if (!strcmp(f->name, name))
			return f;
		strcat(strcat(all, " "), f->name);
	}
	misused(w, "there is no figure '%.60s'; there are:%s", name, all);
	return NULL;
}

const struct terminal *terminal_find(const char *name, struct why *w)
{
	for (const struct terminal *t = terminals; t->name; t++)
		if (!strcmp(t->name, name))
			return t;
	misused(w, "there is no terminal '%.60s'; there are: svg pngcairo pdfcairo dumb", name);
	return NULL;
}

const char *figure_path(const struct figure *f, const char *run, const struct terminal *t,
			char *buf, size_t len)
{
	snprintf(buf, len, "%s/plots/%s%s%s", run, f->name, *t->ending ? "." : "", t->ending);
	return buf;
}

static bool has_scripts(const char *dir)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof path, "%s/common.gp", dir) < (int)sizeof path &&
	       !access(path, R_OK);
}

/* PREFIX/bin/shmbench has them in PREFIX/share/shmbench/plots, or wherever it was configured. */
static bool installed_beside(char *dir, size_t len)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);

	exe[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(exe, '/');
	if (slash)
		*slash = '\0';
	return slash && snprintf(dir, len, "%s/" SHMBENCH_PLOTS_BESIDE, exe) < (int)len;
}

/* What the user says, what was installed beside this program, where it was built. */
static int find_scripts(char *dir, size_t len, struct why *w)
{
	const char *said = getenv("SHMBENCH_PLOTS");

	if (said && *said) {
		snprintf(dir, len, "%s", said);
		return has_scripts(dir) ? 0
					: misused(w, "SHMBENCH_PLOTS=%s has no common.gp", said);
	}
	if (installed_beside(dir, len) && has_scripts(dir))
		return 0;
	snprintf(dir, len, "%s", SHMBENCH_PLOTS_SOURCE);
	if (has_scripts(dir))
		return 0;
	return fail(w, ENOENT,
		    "the gnuplot scripts are neither in " SHMBENCH_PLOTS_BESIDE
		    " beside this program "
		    "nor in %s; SHMBENCH_PLOTS can name another directory",
		    SHMBENCH_PLOTS_SOURCE);
}

extern char **environ;

/* Not through a shell: a run directory may have any name. The signals that `run` blocks are
 * unblocked, or gnuplot could not be interrupted. */
static int start(char *const argv[], int errors, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attr, &none);
	int err = posix_spawnp(pid, argv[0], &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return err;
}

/* The exit status as of waitpid(2); -ETIMEDOUT when it had to be killed. */
static int wait_for(pid_t pid)
{
	int status = 0, late = 0;
	struct pollfd end = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };

	/* Without pidfd_open(2) (before Linux 5.3) there is no deadline. */
	if (end.fd >= 0) {
		int n;

		while ((n = poll(&end, 1, DEADLINE_MS)) < 0 && errno == EINTR)
			;
		late = n == 0;
		close(end.fd);
	}
	if (late)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return late ? -ETIMEDOUT : status;
}

/* The last line that gnuplot or a script has said, without the blanks around it. */
static const char *last_line(int errors, char *buf, size_t len)
{
	off_t end = lseek(errors, 0, SEEK_END);
	off_t from = end > (off_t)len - 1 ? end - (off_t)len + 1 : 0;
	ssize_t n = pread(errors, buf, len - 1, from);

	if (n < 0)
		n = 0;
	while (n && isspace((unsigned char)buf[n - 1]))
		n--;
	buf[n] = '\0';
	char *line = strrchr(buf, '\n');
	return line ? line + 1 : buf;
}

static int judge(const struct figure *f, int status, int errors, struct why *w)
{
	static const char nothing[] = "nothing drawn";
	char buf[400];
	const char *said = last_line(errors, buf, sizeof buf);
	size_t n = strlen(said), m = sizeof nothing - 1;

	if (status == -ETIMEDOUT)
		return fail(w, ETIMEDOUT, "gnuplot took more than %d s for %s", DEADLINE_MS / 1000,
			    f->name);
	if (WIFSIGNALED(status))
		return fail(w, 0, "gnuplot was killed by signal %d in %s", WTERMSIG(status),
			    f->name);
	if (WEXITSTATUS(status))
		return fail(w, 0, "gnuplot failed in %s.gp: %s", f->name, said);
	if (n >= m && !strcmp(said + n - m, nothing))
		return cannot(w, "%s", said);
	return 0;
}

int figure_draw(const struct figure *f, const char *run, const struct terminal *t, const char *out,
		struct why *w)
{
	char scripts[PATH_MAX], script[PATH_MAX + 64];
	int err = find_scripts(scripts, sizeof scripts, w);

	if (err)
		return err;
	snprintf(script, sizeof script, "%s/%s.gp", scripts, f->name);
	/* -d: the user's ~/.gnuplot is for the user's own plots. */
	char *argv[] = { "gnuplot",       "-d",        "-c",
			 script,          (char *)run, (char *)(out ? out : "-"),
			 (char *)t->name, NULL };
	int errors = memfd_create("gnuplot's errors", MFD_CLOEXEC);
	pid_t pid;

	if (errors < 0)
		return fail(w, errno, "a file for gnuplot's errors");
	if (out)
		unlink(out);
	err = start(argv, errors, &pid);
	if (err == ENOENT)
		err = cannot(w, "gnuplot is not installed, so there are no figures; "
				"`apt-get install gnuplot-nox` gets it");
	else if (err)
		err = fail(w, err, "starting gnuplot");
	else
		err = judge(f, wait_for(pid), errors, w);
	close(errors);
	return err;
}
