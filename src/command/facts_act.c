/* SPDX-License-Identifier: MIT */
/* What unrelated processes do for a fact. They are this program, exec'ed anew through
 * /proc/self/exe as `facts --act ...', which --help does not show; all that they have in common with the
 * process that asks is a pipe for one line of answer. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>
#include "command/facts.h"
#include "command/stage.h"
#include "measure/ledger.h"

static int read_segment(int id, struct answer *out)
{
	char *p = shmat(id, NULL, SHM_RDONLY);

	if (p == (void *)-1)
		return errno;
	snprintf(out->text, sizeof out->text, "%s", p);
	shmdt(p);
	return 0;
}

/* Ends without detaching: its end does that (shmop(2)). */
static int make(const struct act *a, struct answer *out)
{
	out->number = shmget((key_t)a->key, 4096, IPC_CREAT | IPC_EXCL | 0600);
	if (out->number < 0)
		return errno;
	char *p = shmat(out->number, NULL, 0);
	if (p == (void *)-1) {
		int err = errno;
		shmctl(out->number, IPC_RMID, NULL);
		return err;
	}
	memcpy(p, GREETING, sizeof GREETING);
	return 0;
}

static int find(const struct act *a, struct answer *out)
{
	out->number = shmget((key_t)a->key, 0, 0);
	return out->number < 0 ? errno : read_segment(out->number, out);
}

static int read_by_id(const struct act *a, struct answer *out)
{
	return read_segment(a->id, out);
}

static int remove_by_id(const struct act *a, struct answer *out)
{
	(void)out;
	return shmctl(a->id, IPC_RMID, NULL) ? errno : 0;
}

static int count_attached(const struct act *a, struct answer *out)
{
	struct shmid_ds ds;

	if (shmctl(a->id, IPC_STAT, &ds))
		return errno;
	out->number = (int)ds.shm_nattch;
	return 0;
}

static int map_file(const struct act *a, struct answer *out)
{
	int fd = open(a->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	(void)out;
	if (fd < 0 || ftruncate(fd, 4096))
		return errno;
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return errno;
	memcpy(p, GREETING, sizeof GREETING);
	return 0;
}

static int read_file(const struct act *a, struct answer *out)
{
	int fd = open(a->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, out->text, sizeof out->text - 1) < 0)
		return errno;
	return 0;
}

static const struct {
	const char *name;
	int (*perform)(const struct act *a, struct answer *out); /* 0 or errno */
} acts[] = {
	{ "make", make },
	{ "find", find },
	{ "read", read_by_id },
	{ "remove", remove_by_id },
	{ "count", count_attached },
	{ "map-file", map_file },
	{ "read-file", read_file },
};

int act_here(const struct act *a)
{
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
		struct answer out = { 0 };

		if (strcmp(acts[i].name, a->name))
			continue;
		out.err = acts[i].perform(a, &out);
		printf("%d %d %s\n", out.err, out.number, out.text);
		return 0;
	}
	return -EINVAL;
}

static _Noreturn void become(const struct showing *s, const struct act *a, int to)
{
	char key[16], id[16];

	snprintf(key, sizeof key, "%u", a->key);
	snprintf(id, sizeof id, "%d", a->id);
	if (s->ledger >= 0)
		ledger_note(s->ledger, getpid());
	alarm(STAGE_LIMIT_S);
	if (dup2(to, STDOUT_FILENO) >= 0)
		execl("/proc/self/exe", "shmbench", "facts", "--act", a->name, key, id,
		      a->path ? a->path : "", (char *)NULL);
	_exit(127);
}

static int read_answer(int from, struct answer *answer)
{
	FILE *f = fdopen(from, "r");
	int n;

	if (!f)
		return -errno;
	n = fscanf(f, "%d %d %63[^\n]", &answer->err, &answer->number, answer->text);
	fclose(f);
	return n >= 2 ? 0 : -EPIPE;
}

int act_elsewhere(const struct showing *s, const struct act *a, struct answer *answer,
		  struct why *w)
{
	int fd[2], status;

	*answer = (struct answer){ 0 };
	if (pipe2(fd, O_CLOEXEC))
		return fail(w, errno, "pipe");
	answer->pid = fork();
	if (!answer->pid)
		become(s, a, fd[1]);
	close(fd[1]);
	if (answer->pid < 0) {
		close(fd[0]);
		return fail(w, errno, "fork");
	}
	int err = read_answer(fd[0], answer);
	waitpid(answer->pid, &status, 0);
	return err ? fail(w, 0, "process %d, which was to %s, gave no answer (status %#x)",
			  answer->pid, a->name, (unsigned)status)
		   : 0;
}
