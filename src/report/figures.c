/* SPDX-License-Identifier: MIT */
/* Running gnuplot on a figure. */
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

const char *figure_path(const struct drawing *d, char *buf, size_t len)
{
	const char *ending = d->terminal->ending;

	snprintf(buf, len, "%s/plots/%s%s%s", d->run, d->figure->name, *ending ? "." : "", ending);
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

bool figures_wanted(void)
{
	const char *said = getenv("SHMBENCH_PLOTS");

	return !said || strcmp(said, "/dev/null") != 0;
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

static int not_installed(struct why *w)
{
	return cannot(w, "gnuplot is not installed, so there are no figures; "
			 "`apt-get install gnuplot-nox` gets it");
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
	/* What posix_spawn(3) makes of an exec that failed where it cannot tell us so. */
	if (WEXITSTATUS(status) == 127 && !n)
		return not_installed(w);
	if (WEXITSTATUS(status))
		return fail(w, 0, "gnuplot failed in %s.gp: %s", f->name, said);
	if (n >= m && !strcmp(said + n - m, nothing))
		return cannot(w, "%s", said);
	return 0;
}

int figure_start(const struct drawing *d, const char *out, struct figure_job *job, struct why *w)
{
	char scripts[PATH_MAX], script[PATH_MAX + 64];
	int err = find_scripts(scripts, sizeof scripts, w);

	if (err)
		return err;
	snprintf(script, sizeof script, "%s/%s.gp", scripts, d->figure->name);
	/* -d: the user's ~/.gnuplot is for the user's own plots. */
	char *argv[] = { "gnuplot",
			 "-d",
			 "-c",
			 script,
			 (char *)d->run,
			 (char *)(out ? out : "-"),
			 (char *)d->terminal->name,
			 NULL };
	*job = (struct figure_job){ .figure = d->figure,
				    .errors = memfd_create("gnuplot's errors", MFD_CLOEXEC) };

	if (job->errors < 0)
		return fail(w, errno, "a file for gnuplot's errors");
	if (out)
		unlink(out);
	err = start(argv, job->errors, &job->pid);
	if (!err)
		return 0;
	close(job->errors);
	return err == ENOENT ? not_installed(w) : fail(w, err, "starting gnuplot");
}

int figure_end(struct figure_job *job, struct why *w)
{
	int err = judge(job->figure, wait_for(job->pid), job->errors, w);

	close(job->errors);
	return err;
}

int figure_draw(const struct drawing *d, const char *out, struct why *w)
{
	struct figure_job job;
	int err = figure_start(d, out, &job, w);

	return err ? err : figure_end(&job, w);
}
