/* SPDX-License-Identifier: MIT */
/* Finding and removing what dead processes left. Whatever cannot be proved to be theirs is not
 * mentioned, let alone touched. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>
#include "measure/leftover.h"
#include "measure/segment.h"

/* No invocation lives longer; PIDs have been seen to come round in less than a day. */
#define LIFETIME_S 3600

struct hunt {
	const struct account *account;
	const struct leftover_scope *scope;
	const struct leftover_visit *visit;
};

static bool noted_before(const struct hunt *h, pid_t pid, time_t changed, time_t lifetime)
{
	for (size_t i = 0; i < h->account->processes; i++) {
		const struct account_process *p = &h->account->process[i];

		if (p->pid == pid && (!h->scope->group || p->group == h->scope->group) &&
		    changed >= p->noted && (!lifetime || changed <= p->noted + lifetime))
			return true;
	}
	return false;
}

static int judge_segment(void *arg, const struct segment *s, struct why *w)
{
	const struct hunt *h = arg;

	if (s->owner != geteuid() || s->created_by != geteuid() || s->attached ||
	    !noted_before(h, s->creator, s->changed, LIFETIME_S))
		return 0;
	struct leftover l = {
		.is_segment = true,
		.id = s->id,
		.bytes = s->size,
		.pid = s->creator,
		.in_use = process_runs(s->creator),
	};
	return h->visit->found(h->visit->arg, &l, w);
}

/* Exactly shmbench-PID-SERIAL. */
static pid_t maker_of(const char *name)
{
	pid_t pid;
	unsigned serial;
	char again[64];

	if (sscanf(name, "shmbench-%d-%u", &pid, &serial) != 2)
		return 0;
	snprintf(again, sizeof again, "shmbench-%d-%u", pid, serial);
	return strcmp(name, again) ? 0 : pid;
}

static int judge_file(const struct hunt *h, DIR *d, const char *directory, const char *name,
		      struct why *w)
{
	pid_t pid = maker_of(name);
	struct stat st;

	if (pid <= 0 || fstatat(dirfd(d), name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode) ||
	    st.st_uid != geteuid() || !noted_before(h, pid, st.st_ctim.tv_sec, 0))
		return 0;
	struct leftover l = {
		.bytes = (uint64_t)st.st_size,
		.pid = pid,
		.in_use = process_runs(pid),
	};
	snprintf(l.path, sizeof l.path, "%s/%s", directory, name);
	return h->visit->found(h->visit->arg, &l, w);
}

/* A directory that is gone has taken everything with it. */
static int search_directory(const struct hunt *h, const char *directory, struct why *w)
{
	DIR *d = opendir(directory);
	struct dirent *entry;
	int err = 0;

	if (!d)
		return errno == ENOENT ? 0 : fail(w, errno, "directory %s", directory);
	while (!err && (entry = readdir(d)))
		err = judge_file(h, d, directory, entry->d_name, w);
	closedir(d);
	return err;
}

int leftover_each(const struct account *a, const struct leftover_scope *scope,
		  const struct leftover_visit *visit, struct why *w)
{
	struct hunt h = { .account = a, .scope = scope, .visit = visit };
	bool searched_shm = scope->files_only;
	int err = 0;

	if (!scope->files_only && !access("/proc/sysvipc/shm", F_OK))
		err = segment_each(judge_segment, &h, w);
	for (size_t i = 0; !err && i < a->directories; i++) {
		searched_shm |= !strcmp(a->directory[i], "/dev/shm");
		err = search_directory(&h, a->directory[i], w);
	}
	return err || searched_shm ? err : search_directory(&h, "/dev/shm", w);
}

int leftover_remove(const struct leftover *l, struct why *w)
{
	if (l->is_segment) {
		if (shmctl(l->id, IPC_RMID, NULL) && errno != EINVAL && errno != EIDRM)
			return fail(w, errno, "removing segment %d", l->id);
		return 0;
	}
	return unlink(l->path) && errno != ENOENT ? fail(w, errno, "removing %s", l->path) : 0;
}
