/* SPDX-License-Identifier: MIT */
/* The processes that facts are shown in. A showing is smaller than PIPE_BUF, so it is written
 * and read whole or not at all (pipe(7)). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "command/stage.h"

_Static_assert(sizeof(struct showing) <= PIPE_BUF, "a showing crosses a pipe in one piece");

static _Noreturn void perform(const struct stage_play *play, struct showing *s, int to, int go)
{
	char end;

	if (play->leader)
		setpgid(0, 0);
	alarm(STAGE_LIMIT_S);
	int err = play->show(s, play->arg);
	if (err)
		s->verdict = VERDICT_UNTESTABLE;
	if (err && !s->why.text[0])
		fail(&s->why, -err, "the demonstration failed");
	ssize_t n = write(to, s, sizeof *s);
	if (n == (ssize_t)sizeof *s)
		n = read(go, &end, 1);
	_exit(0);
}

int stage_open(struct stage *st, const struct stage_play *play, const struct showing *s,
	       struct why *w)
{
	int from[2], go[2];

	if (pipe2(from, O_CLOEXEC))
		return fail(w, errno, "pipe");
	if (pipe2(go, O_CLOEXEC)) {
		int err = fail(w, errno, "pipe");
		close(from[0]);
		close(from[1]);
		return err;
	}
	*st = (struct stage){ .pid = fork(), .from = from[0], .go = go[1], .leader = play->leader };
	if (!st->pid) {
		struct showing mine = *s;

		close(from[0]);
		close(go[1]);
		perform(play, &mine, from[1], go[0]);
	}
	close(from[1]);
	close(go[0]);
	if (st->pid > 0)
		return 0;
	int err = fail(w, errno, "fork");
	close(st->from);
	close(st->go);
	return err;
}

int stage_read(struct stage *st, struct showing *s)
{
	struct showing seen;

	if (read(st->from, &seen, sizeof seen) != sizeof seen)
		return -EPIPE;
	*s = seen;
	return 0;
}

int stage_close(struct stage *st, struct why *w)
{
	int status = 0;

	close(st->go);
	close(st->from);
	waitpid(st->pid, &status, 0);
	if (!WIFSIGNALED(status))
		return 0;
	/* Whatever it had started goes with it. */
	if (st->leader)
		kill(-st->pid, SIGKILL);
	if (WTERMSIG(status) == SIGALRM)
		return fail(w, ETIMEDOUT, "the demonstration hung for %d s", STAGE_LIMIT_S);
	return fail(w, 0, "the demonstration was ended by signal %d", WTERMSIG(status));
}
