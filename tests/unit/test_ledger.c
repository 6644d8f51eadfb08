/* SPDX-License-Identifier: MIT */
/* What a killed worker and its role leave goes; what other groups and strangers made stays. */
/* cmocka defines fail() as a macro, so ours is declared first. */
#include "channel/key.h"
#include "measure/account.h"
#include "measure/keyed.h"
#include "measure/ledger.h"
#include "measure/segment.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
	char directory[64];
	struct ledger ledger;
	struct why why;
};

/* A segment, POSIX shared memory, a file, a fifo, two kinds of queue, semaphores. */
enum { OBJECTS = 7 };

/* What one process makes, and where the test finds it again. */
struct made {
	pid_t pid;
	int segment;
};

static struct made make_objects(const struct fixture *f, bool noted)
{
	struct made m = { .pid = getpid() };
	char name[128];

	if (noted)
		ledger_note(ledger_fd(&f->ledger), m.pid);
	m.segment = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
	snprintf(name, sizeof name, "/shmbench-%d-3", m.pid);
	close(shm_open(name, O_CREAT | O_RDWR, 0600));
	snprintf(name, sizeof name, "%s/shmbench-%d-4", f->directory, m.pid);
	close(open(name, O_CREAT | O_RDWR, 0600));
	snprintf(name, sizeof name, "%s/shmbench-%d-5", f->directory, m.pid);
	mkfifo(name, 0600);
	msgget(key_make(0), IPC_CREAT | 0600);
	semget(key_make(1), 1, IPC_CREAT | 0600);
	snprintf(name, sizeof name, "/shmbench-%d-1", m.pid);
	mq_close(mq_open(name, O_CREAT | O_RDWR, 0600, NULL));
	return m;
}

/* A worker that leads a group, and its role; both make objects and wait to be killed. */
static void start_group(const struct fixture *f, bool noted, struct made made[2])
{
	int fd[2];

	assert_return_code(pipe(fd), errno);
	pid_t worker = fork();
	if (!worker) {
		setpgid(0, 0);
		fork();
		struct made m = make_objects(f, noted);
		if (write(fd[1], &m, sizeof m) != sizeof m)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(fd[0], &made[0], sizeof *made), sizeof *made);
	assert_int_equal(read(fd[0], &made[1], sizeof *made), sizeof *made);
	if (made[0].pid != worker) {
		struct made role = made[0];

		made[0] = made[1];
		made[1] = role;
	}
	assert_int_equal(made[0].pid, worker);
	close(fd[0]);
	close(fd[1]);
}

static void kill_group(pid_t worker)
{
	kill(-worker, SIGKILL);
	waitpid(worker, NULL, 0);
}

static int count_keyed(void *arg, const struct keyed *k, struct why *w)
{
	const int *pid = ((void **)arg)[0];
	int *n = ((void **)arg)[1];

	(void)w;
	*n += k->maker == *pid;
	return 0;
}

/* System V queue and semaphores, POSIX queue. */
static int count_queues(pid_t pid)
{
	struct why why = { 0 };
	int n = 0;
	void *arg[] = { &pid, &n };
	char name[64];

	keyed_queues(count_keyed, arg, &why);
	keyed_semaphores(count_keyed, arg, &why);
	snprintf(name, sizeof name, "/shmbench-%d-1", pid);
	mqd_t queue = mq_open(name, O_RDONLY);
	if (queue >= 0)
		mq_close(queue);
	return n + (queue >= 0);
}

static int count_objects(const struct fixture *f, const struct made *m)
{
	struct segment s;
	struct why why = { 0 };
	char name[128];
	int n = segment_by_id(m->segment, &s, &why) == 0;

	snprintf(name, sizeof name, "/dev/shm/shmbench-%d-3", m->pid);
	n += !access(name, F_OK);
	snprintf(name, sizeof name, "%s/shmbench-%d-4", f->directory, m->pid);
	n += !access(name, F_OK);
	snprintf(name, sizeof name, "%s/shmbench-%d-5", f->directory, m->pid);
	n += !access(name, F_OK);
	return n + count_queues(m->pid);
}

static void remove_objects(const struct fixture *f, const struct made *m)
{
	char name[128];

	shmctl(m->segment, IPC_RMID, NULL);
	snprintf(name, sizeof name, "/shmbench-%d-3", m->pid);
	shm_unlink(name);
	snprintf(name, sizeof name, "%s/shmbench-%d-4", f->directory, m->pid);
	unlink(name);
	snprintf(name, sizeof name, "%s/shmbench-%d-5", f->directory, m->pid);
	unlink(name);
	snprintf(name, sizeof name, "/shmbench-%d-1", m->pid);
	mq_unlink(name);
	msgctl(msgget((key_t)(KEY_PREFIX << 23 | (unsigned)m->pid), 0), IPC_RMID, NULL);
	semctl(semget((key_t)(KEY_PREFIX << 23 | 1u << 22 | (unsigned)m->pid), 1, 0), 0, IPC_RMID);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	*state = f;
	snprintf(f->directory, sizeof f->directory, "/tmp/test-ledger-XXXXXX");
	if (!f || !mkdtemp(f->directory))
		return -1;
	setenv("XDG_CACHE_HOME", f->directory, 1);
	return ledger_open(&f->ledger, (const char *const[]){ f->directory, NULL }, &f->why);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char cache[128];

	ledger_close(&f->ledger);
	snprintf(cache, sizeof cache, "%s/shmbench", f->directory);
	int err = rmdir(cache) || rmdir(f->directory); /* fails if anything was left in them */
	free(f);
	return err;
}

static void sweeps_worker_and_role(void **state)
{
	struct fixture *f = *state;
	struct made made[2];

	start_group(f, true, made);
	assert_int_equal(ledger_add(&f->ledger, made[0].pid, &f->why), 0);
	assert_int_equal(count_objects(f, &made[0]) + count_objects(f, &made[1]), 2 * OBJECTS);
	kill_group(made[0].pid);
	assert_int_equal(ledger_sweep_worker(&f->ledger, made[0].pid, &f->why), 2 * OBJECTS);
	assert_int_equal(count_objects(f, &made[0]) + count_objects(f, &made[1]), 0);
	assert_int_equal(ledger_sweep_worker(&f->ledger, made[0].pid, &f->why), 0);
	assert_string_equal(f->why.text, "");
}

static void leaves_other_groups_alone(void **state)
{
	struct fixture *f = *state;
	struct made made[2], others[2];

	start_group(f, true, made);
	start_group(f, true, others);
	kill_group(made[0].pid);
	assert_int_equal(ledger_sweep_worker(&f->ledger, made[0].pid, &f->why), 2 * OBJECTS);
	assert_int_equal(count_objects(f, &others[0]) + count_objects(f, &others[1]), 2 * OBJECTS);
	kill_group(others[0].pid);
	assert_int_equal(ledger_sweep_worker(&f->ledger, others[0].pid, &f->why), 2 * OBJECTS);
}

static void leaves_the_unnoted_alone(void **state)
{
	struct fixture *f = *state;
	struct made made[2];

	start_group(f, false, made);
	kill_group(made[0].pid);
	assert_int_equal(ledger_sweep_worker(&f->ledger, made[0].pid, &f->why), 0);
	assert_int_equal(count_objects(f, &made[0]) + count_objects(f, &made[1]), 2 * OBJECTS);
	remove_objects(f, &made[0]);
	remove_objects(f, &made[1]);
}

/* A segment that somebody is attached to may be in use, whoever made it. */
static void leaves_the_attached_alone(void **state)
{
	struct fixture *f = *state;
	struct made made[2];

	start_group(f, true, made);
	void *p = shmat(made[1].segment, NULL, 0);
	assert_ptr_not_equal(p, (void *)-1);
	kill_group(made[0].pid);
	assert_int_equal(ledger_sweep_worker(&f->ledger, made[0].pid, &f->why), 2 * OBJECTS - 1);
	shmdt(p);
	assert_int_equal(ledger_sweep_worker(&f->ledger, made[0].pid, &f->why), 1);
}

static void reads_back_what_was_written(void **state)
{
	struct fixture *f = *state;
	struct account a;
	enum account_state now;

	for (int i = 0; i < 100; i++)
		assert_int_equal(ledger_note(ledger_fd(&f->ledger), getpid()), 0);
	assert_int_equal(account_read(&a, f->ledger.path, &f->why), 0);
	assert_true(a.whole);
	assert_int_equal(a.parent, getpid());
	assert_int_equal(a.directories, 1);
	assert_string_equal(a.directory[0], f->directory);
	assert_int_equal(a.processes, 100);
	assert_int_equal(a.process[99].group, getpgrp());
	assert_int_equal(account_state(&a, &now, &f->why), 0);
	assert_int_equal(now, ACCOUNT_RUNNING);
	a.start++;
	assert_int_equal(account_state(&a, &now, &f->why), 0);
	assert_int_equal(now, ACCOUNT_GONE);
	account_free(&a);
}

/* An error has a sentence, and nothing to close. */
static void refuses_directories_that_are_not_there(void **state)
{
	struct ledger l;
	struct why why = { 0 };

	(void)state;
	assert_int_equal(ledger_open(&l, (const char *const[]){ "/nowhere/at/all", NULL }, &why),
			 -ENOENT);
	assert_non_null(strstr(why.text, "/nowhere/at/all"));
	ledger_close(&l);
}

static void a_zombie_has_ended(void **state)
{
	pid_t pid = fork();
	siginfo_t info;

	(void)state;
	if (!pid)
		_exit(0);
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	assert_int_not_equal(process_start(pid), 0);
	assert_false(process_runs(pid));
	waitpid(pid, NULL, 0);
	assert_int_equal(process_start(pid), 0);
	assert_true(process_runs(getpid()));
	assert_true(process_group_runs(getpgrp()));
	assert_false(process_group_runs(pid));
}

int main(void)
{
#define WITH_LEDGER(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_LEDGER(sweeps_worker_and_role),
		WITH_LEDGER(leaves_other_groups_alone),
		WITH_LEDGER(leaves_the_unnoted_alone),
		WITH_LEDGER(leaves_the_attached_alone),
		WITH_LEDGER(reads_back_what_was_written),
		WITH_LEDGER(refuses_directories_that_are_not_there),
		cmocka_unit_test(a_zombie_has_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
