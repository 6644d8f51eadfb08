/* SPDX-License-Identifier: MIT */
/* Writing the ledger. Lines are appended with one write(2) each to an O_APPEND descriptor that
 * all processes of the run share, so they never mix (open(2)). */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/cache.h"
#include "measure/account.h"
#include "measure/ledger.h"
#include "measure/leftover.h"

/* 0 or -errno; a short write has left a line without an end, which readers pass over. */
static int append(int fd, const char *text, size_t len)
{
	ssize_t n = write(fd, text, len);

	return n < 0 ? -errno : (size_t)n < len ? -ENOSPC : 0;
}

/* realpath: whoever cleans up later stands in another directory. */
static int print_directories(FILE *out, const char *const directories[], struct why *w)
{
	for (; *directories; directories++) {
		char *path = realpath(*directories, NULL);
		if (!path)
			return fail(w, errno, "directory %s", *directories);
		if (strchr(path, '\n')) {
			free(path);
			return misused(w, "a directory whose name has a line break: '%s'",
				       *directories);
		}
		fprintf(out, "directory %s\n", path);
		free(path);
	}
	return 0;
}

static int print_header(FILE *out, const char *const directories[], struct why *w)
{
	struct account here;
	int err = account_here(&here, w);

	if (err)
		return err;
	fprintf(out, "shmbench-ledger 1\nhost %s\nboot %s\n", here.host, here.boot);
	fprintf(out, "namespaces %" PRIu64 " %" PRIu64 "\n", here.namespaces[0],
		here.namespaces[1]);
	fprintf(out, "parent %d %" PRIu64 "\n", here.parent, here.start);
	err = print_directories(out, directories, w);
	if (!err)
		fprintf(out, "open\n");
	return err;
}

static int write_header(const struct ledger *l, const char *const directories[], struct why *w)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return fail(w, errno, "memory for the ledger");
	int err = print_header(out, directories, w);
	if (fclose(out) && !err)
		err = fail(w, errno, "memory for the ledger");
	if (!err) {
		err = append(l->fd, text, len);
		if (err)
			fail(w, -err, "writing %s", l->path);
	}
	free(text);
	return err;
}

int ledger_open(struct ledger *l, const char *const directories[], struct why *w)
{
	char cache[PATH_MAX - 32];
	int err = cache_directory(cache, sizeof cache, w);

	l->fd = -1;
	if (err)
		return err;
	/* The PID alone would meet the ledger of a dead run; mkostemp also takes O_APPEND. */
	snprintf(l->path, sizeof l->path, "%s/ledger-%d-XXXXXX", cache, getpid());
	l->fd = mkostemp(l->path, O_APPEND | O_CLOEXEC);
	if (l->fd < 0)
		return fail(w, errno, "ledger %s", l->path);
	err = write_header(l, directories, w);
	if (err)
		ledger_close(l);
	return err;
}

int ledger_fd(const struct ledger *l)
{
	return l->fd;
}

int ledger_note(int fd, pid_t pid)
{
	char line[96];
	/* time(2) reads the same coarse second that the kernel stamps into shm_ctime and ctime of
	 * files; clock_gettime() may already be in the next one. */
	int n = snprintf(line, sizeof line, "process %d %" PRIu64 " %d %" PRId64 "\n", pid,
			 process_start(pid), getpgid(pid), (int64_t)time(NULL));

	return append(fd, line, (size_t)n);
}

int ledger_add(struct ledger *l, pid_t worker, struct why *w)
{
	int err = ledger_note(l->fd, worker);

	return err ? fail(w, -err, "writing %s", l->path) : 0;
}

static int remove_found(void *arg, const struct leftover *l, struct why *w)
{
	int *removed = arg;

	if (l->in_use)
		return 0;
	int err = leftover_remove(l, w);
	*removed += !err;
	return err;
}

int ledger_sweep_worker(struct ledger *l, pid_t worker, struct why *w)
{
	struct account a;
	int removed = 0, err = account_read(&a, l->path, w);

	/* Members of a crowd make nothing and are not in the ledger, but what they are attached to
	 * cannot be told from what is in use. */
	for (int ms = 0; !err && ms < 1000 && process_group_runs(worker); ms++)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	if (!err)
		err = leftover_each(&a, &(struct leftover_scope){ .group = worker },
				    &(struct leftover_visit){ remove_found, &removed }, w);
	account_free(&a);
	return err ? err : removed;
}

void ledger_close(struct ledger *l)
{
	if (l->fd < 0)
		return;
	unlink(l->path);
	close(l->fd);
	l->fd = -1;
}
