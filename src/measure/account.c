/* SPDX-License-Identifier: MIT */
/* Reading ledgers, and telling living processes from dead ones. A line that is cut short (the
 * disk was full, the power went) is passed over: it only means that less can be proved. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "base/grow.h"
#include "measure/account.h"

/* What is read of /proc/PID/stat. */
struct stat_line {
	char state;
	pid_t group;
	uint64_t start;
};

/* Field 2 may hold blanks and brackets: fields are counted from the last ')'. */
static bool process_stat(pid_t pid, struct stat_line *s)
{
	char path[32], text[1024];

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	FILE *f = fopen(path, "re");
	if (!f)
		return false;
	size_t n = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[n] = '\0';
	const char *rest = strrchr(text, ')');
	return rest && sscanf(rest,
			      ") %c %*d %d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d"
			      " %*d %*d %" SCNu64,
			      &s->state, &s->group, &s->start) == 3;
}

uint64_t process_start(pid_t pid)
{
	struct stat_line s;

	return process_stat(pid, &s) ? s.start : 0;
}

static bool has_ended(const struct stat_line *s)
{
	return s->state == 'Z' || s->state == 'X';
}

bool process_runs(pid_t pid)
{
	struct stat_line s;

	return process_stat(pid, &s) && !has_ended(&s);
}

bool process_group_runs(pid_t group)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	bool runs = false;

	while (proc && !runs && (entry = readdir(proc))) {
		struct stat_line s;
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		runs = pid > 0 && process_stat(pid, &s) && s.group == group && !has_ended(&s);
	}
	if (proc)
		closedir(proc);
	return runs;
}

static int boot_id(char boot[40], struct why *w)
{
	static const char path[] = "/proc/sys/kernel/random/boot_id";
	FILE *f = fopen(path, "re");

	if (!f)
		return fail(w, errno, "%s", path);
	if (fscanf(f, "%39s", boot) != 1)
		boot[0] = '\0';
	fclose(f);
	return boot[0] ? 0 : fail(w, 0, "%s is empty", path);
}

/* 0 where the kernel has no such namespaces: then they cannot differ either. */
static uint64_t namespace_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

int account_here(struct account *a, struct why *w)
{
	struct utsname name;

	*a = (struct account){ .parent = getpid() };
	if (uname(&name))
		return fail(w, errno, "uname");
	snprintf(a->host, sizeof a->host, "%s", name.nodename);
	a->namespaces[0] = namespace_of("/proc/self/ns/pid");
	a->namespaces[1] = namespace_of("/proc/self/ns/ipc");
	a->start = process_start(a->parent);
	return boot_id(a->boot, w);
}

static int add_directory(struct account *a, const char *path, struct why *w)
{
	char **grown = realloc(a->directory, (a->directories + 1) * sizeof *grown);
	char *copy = strdup(path);

	if (grown)
		a->directory = grown;
	if (!grown || !copy) {
		free(copy);
		return fail(w, ENOMEM, "a ledger of %zu directories", a->directories + 1);
	}
	a->directory[a->directories++] = copy;
	return 0;
}

static int add_process(struct account *a, const struct account_process *p, struct why *w)
{
	if (GROW(a->process, a->room, a->processes + 1))
		return fail(w, ENOMEM, "a ledger of %zu processes", a->processes + 1);
	a->process[a->processes++] = *p;
	return 0;
}

static int read_line(struct account *a, const char *line, struct why *w)
{
	struct account_process p;
	int64_t noted;

	if (!strncmp(line, "directory ", 10))
		return add_directory(a, line + 10, w);
	if (sscanf(line, "process %d %" SCNu64 " %d %" SCNd64, &p.pid, &p.start, &p.group,
		   &noted) == 4) {
		p.noted = (time_t)noted;
		return add_process(a, &p, w);
	}
	if (!strcmp(line, "open"))
		a->whole = true;
	sscanf(line, "host %64s", a->host);
	sscanf(line, "boot %39s", a->boot);
	sscanf(line, "namespaces %" SCNu64 " %" SCNu64, &a->namespaces[0], &a->namespaces[1]);
	sscanf(line, "parent %d %" SCNu64, &a->parent, &a->start);
	return 0;
}

/* O_NOFOLLOW and the owner: a ledger says what may be deleted, so only our own are believed. */
static int open_ours(const char *path, FILE **f, struct why *w)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	int err;

	if (fd < 0)
		return fail(w, errno, "ledger %s", path);
	if (fstat(fd, &st))
		err = fail(w, errno, "ledger %s", path);
	else if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
		err = fail(w, EPERM, "%s is no ledger of this user's", path);
	else if (!(*f = fdopen(fd, "r")))
		err = fail(w, errno, "ledger %s", path);
	else
		return 0;
	close(fd);
	return err;
}

int account_read(struct account *a, const char *path, struct why *w)
{
	char *line = NULL;
	size_t room = 0;
	FILE *f;
	ssize_t n;
	int err = open_ours(path, &f, w);

	*a = (struct account){ 0 };
	if (err)
		return err;
	while (!err && (n = getline(&line, &room, f)) > 0) {
		if (line[n - 1] != '\n')
			break;
		line[n - 1] = '\0';
		if (ftell(f) == n && strcmp(line, "shmbench-ledger 1"))
			err = fail(w, EINVAL, "ledger %s is of another version", path);
		else
			err = read_line(a, line, w);
	}
	free(line);
	fclose(f);
	return err;
}

void account_free(struct account *a)
{
	for (size_t i = 0; i < a->directories; i++)
		free(a->directory[i]);
	free(a->directory);
	free(a->process);
	*a = (struct account){ 0 };
}

int account_state(const struct account *a, enum account_state *state, struct why *w)
{
	struct account here;
	int err = account_here(&here, w);

	if (err)
		return err;
	if (strcmp(a->host, here.host))
		*state = ACCOUNT_ELSEWHERE;
	else if (strcmp(a->boot, here.boot))
		*state = ACCOUNT_PAST;
	else if (memcmp(a->namespaces, here.namespaces, sizeof a->namespaces))
		*state = ACCOUNT_ELSEWHERE;
	else
		*state = process_runs(a->parent) && process_start(a->parent) == a->start
				 ? ACCOUNT_RUNNING
				 : ACCOUNT_GONE;
	return 0;
}
