/* SPDX-License-Identifier: MIT */
/* Finding and removing what dead processes left. Whatever cannot be proved to be theirs is not
 * mentioned, let alone touched. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>
#include "measure/keyed.h"
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
		.kind = LEFTOVER_SEGMENT,
		.id = s->id,
		.bytes = s->size,
		.pid = s->creator,
		.in_use = process_runs(s->creator),
	};
	return h->visit->found(h->visit->arg, &l, w);
}

static int judge_keyed(const struct hunt *h, enum leftover_kind kind, const struct keyed *k,
		       struct why *w)
{
	if (k->owner != geteuid() || k->created_by != geteuid() ||
	    !noted_before(h, k->maker, k->changed, LIFETIME_S))
		return 0;
	struct leftover l = {
		.kind = kind,
		.id = k->id,
		.bytes = k->bytes,
		.pid = k->maker,
		.in_use = process_runs(k->maker),
	};
	return h->visit->found(h->visit->arg, &l, w);
}

static int judge_queue(void *arg, const struct keyed *k, struct why *w)
{
	return judge_keyed(arg, LEFTOVER_QUEUE, k, w);
}

static int judge_semaphores(void *arg, const struct keyed *k, struct why *w)
{
	return judge_keyed(arg, LEFTOVER_SEMAPHORES, k, w);
}

/* POSIX queues are asked for by name: the file system that lists them need not be mounted. On Linux
 * a queue is a descriptor (mq_overview(7)). */
static int judge_mqueue(const struct hunt *h, const struct account_process *p, int serial,
			struct why *w)
{
	struct leftover l = {
		.kind = LEFTOVER_MQUEUE,
		.pid = p->pid,
		.in_use = process_runs(p->pid),
	};
	struct stat st;

	snprintf(l.path, sizeof l.path, "/shmbench-%d-%d", p->pid, serial);
	mqd_t queue = mq_open(l.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (queue < 0)
		return 0;
	bool ours = !fstat(queue, &st) && st.st_uid == geteuid() &&
		    noted_before(h, p->pid, st.st_ctim.tv_sec, 0);
	mq_close(queue);
	return ours ? h->visit->found(h->visit->arg, &l, w) : 0;
}

static int search_mqueues(const struct hunt *h, struct why *w)
{
	int err = 0;

	for (size_t i = 0; i < h->account->processes && !err; i++) {
		const struct account_process *p = &h->account->process[i];

		for (int serial = 0; serial < 2 && !err; serial++)
			if (!h->scope->group || p->group == h->scope->group)
				err = judge_mqueue(h, p, serial, w);
	}
	return err;
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

static int judge_file(const struct hunt *h, const char *directory, const char *name, struct why *w)
{
	struct leftover l = { .kind = LEFTOVER_FILE, .pid = maker_of(name) };
	struct stat st;

	if (l.pid <= 0 ||
	    snprintf(l.path, sizeof l.path, "%s/%s", directory, name) >= (int)sizeof l.path ||
	    lstat(l.path, &st) || (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)) ||
	    st.st_uid != geteuid() || !noted_before(h, l.pid, st.st_ctim.tv_sec, 0))
		return 0;
	l.bytes = (uint64_t)st.st_size;
	l.in_use = process_runs(l.pid);
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
		err = judge_file(h, directory, entry->d_name, w);
	closedir(d);
	return err;
}

/* What lives in the kernel's memory, so not longer than the last boot. */
static int search_kernel(struct hunt *h, struct why *w)
{
	int err = 0;

	if (!access("/proc/sysvipc/shm", F_OK))
		err = segment_each(judge_segment, h, w);
	if (!err)
		err = keyed_queues(judge_queue, h, w);
	if (!err)
		err = keyed_semaphores(judge_semaphores, h, w);
	return err ? err : search_mqueues(h, w);
}

int leftover_each(const struct account *a, const struct leftover_scope *scope,
		  const struct leftover_visit *visit, struct why *w)
{
	struct hunt h = { .account = a, .scope = scope, .visit = visit };
	bool searched_shm = scope->files_only;
	int err = 0;

	if (!scope->files_only)
		err = search_kernel(&h, w);
	for (size_t i = 0; !err && i < a->directories; i++) {
		searched_shm |= !strcmp(a->directory[i], "/dev/shm");
		err = search_directory(&h, a->directory[i], w);
	}
	return err || searched_shm ? err : search_directory(&h, "/dev/shm", w);
}

/* By this call or by somebody else before it. */
static bool gone(int result)
{
	return !result || errno == ENOENT || errno == EINVAL || errno == EIDRM;
}

int leftover_remove(const struct leftover *l, struct why *w)
{
	switch (l->kind) {
	case LEFTOVER_SEGMENT:
		return gone(shmctl(l->id, IPC_RMID, NULL))
			       ? 0
			       : fail(w, errno, "removing segment %d", l->id);
	case LEFTOVER_QUEUE:
		return gone(msgctl(l->id, IPC_RMID, NULL))
			       ? 0
			       : fail(w, errno, "removing message queue %d", l->id);
	case LEFTOVER_SEMAPHORES:
		return gone(semctl(l->id, 0, IPC_RMID))
			       ? 0
			       : fail(w, errno, "removing semaphores %d", l->id);
	case LEFTOVER_MQUEUE:
		return gone(mq_unlink(l->path)) ? 0 : fail(w, errno, "removing %s", l->path);
	case LEFTOVER_FILE:
		break;
	}
	return gone(unlink(l->path)) ? 0 : fail(w, errno, "removing %s", l->path);
}
