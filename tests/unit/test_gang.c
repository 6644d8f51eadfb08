/* SPDX-License-Identifier: MIT */
/* Processes that work at once: they begin and end together, nothing is measured but under full load,
 * and who fails or is killed takes the others along. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "gang.h"
#include "probe/canary.h"
/* After ours: cmocka has a macro called fail(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { WORKERS = 3, PAIRED = 4, WINDOWS = 3, TROUBLEMAKER = 2 };

/* What the test sees of everybody. */
struct diary {
	uint64_t first[PAIRED], last[PAIRED]; /* step of the window: begun, ended */
	unsigned opened, closed, prepared, windows, wrong;
	pid_t pid[PAIRED];
	struct outcome *out;
	struct gang *gang;
	struct meeting meeting; /* of two roles */
};

static void *shared_memory(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(p != MAP_FAILED);
	return p;
}

static int toy_open(struct worker *w)
{
	struct diary *d = w->own;

	d->pid[w->index] = getpid();
	__atomic_fetch_add(&d->opened, 1, __ATOMIC_SEQ_CST);
	return 0;
}

static int toy_close(struct worker *w)
{
	__atomic_fetch_add(&((struct diary *)w->own)->closed, 1, __ATOMIC_SEQ_CST);
	return 0;
}

static int toy_prepare(struct worker *w)
{
	((struct diary *)w->own)->prepared++;
	return 0;
}

static int toy_begin(struct worker *w)
{
	((struct diary *)w->own)->first[w->index] = 0;
	return 0;
}

static int toy_step(struct worker *w)
{
	struct diary *d = w->own;

	if (!d->first[w->index])
		d->first[w->index] = clock_ns();
	for (uint64_t until = clock_ns() + 5000; clock_ns() < until;)
		;
	w->now.operations += 1 + w->index;
	return 0;
}

/* Nobody comes here before everybody was measured. */
static int toy_end(struct worker *w)
{
	((struct diary *)w->own)->last[w->index] = clock_ns();
	return 0;
}

static const struct load toy = { .open = toy_open,
				 .prepare = toy_prepare,
				 .begin = toy_begin,
				 .step = toy_step,
				 .end = toy_end,
				 .close = toy_close };

/* The last to begin and the first to end bound what may have been measured. */
static void record(struct worker *w)
{
	struct diary *d = w->own;
	uint64_t from = 0, to = UINT64_MAX, operations = 0;
	struct tally sum;

	if (w->index)
		return;
	for (unsigned i = 0; i < w->n; i++) {
		from = d->first[i] > from ? d->first[i] : from;
		to = d->last[i] < to ? d->last[i] : to;
	}
	if (!gang_sum(w, 0, 1, &sum))
		return;
	for (unsigned i = 0; i < w->n; i++) {
		const struct tally *t = &w->gang->seat[i].tally;

		operations += t->operations;
		d->wrong += t->operations % (1 + i) != 0;
		d->wrong += t->elapsed_ns > to - from;
	}
	d->wrong += sum.operations != operations;
	d->wrong += gang_operations(w) <= operations;
	d->windows++;
}

static int stay(const struct task *t, unsigned index, struct why *w)
{
	(void)t;
	(void)index;
	(void)w;
	return 0;
}

static const struct metric metrics[] = {
	{ .name = "toy", .unit = "ns", .kind = KIND_TIME },
	{ 0 },
};
static const struct part part = { .name = "toy", .roles = 1, .metrics = metrics, .cpus_each = 1 };
static const struct part pairs = { .name = "toy", .roles = 2, .metrics = metrics, .cpus_each = 2 };

static struct diary *diary_make(void)
{
	const uint64_t samples[METRICS_MAX] = { 0 };
	struct diary *d = shared_memory(sizeof *d);

	d->out = shared_memory(outcome_size(WINDOWS, samples));
	outcome_init(d->out, WINDOWS, samples);
	d->gang = shared_memory(gang_bytes(PAIRED));
	return d;
}

/* As this role, in the calling process. */
static int take_part(struct diary *d, const struct load *load, const struct part *of, int role)
{
	const bool two = of->roles == 2;
	struct cell cell = { .part = of };
	struct task t = {
		.cell = &cell,
		.meter = { .out = d->out, .role = role, .meeting = two ? &d->meeting : NULL },
		.why = &d->out->why[role],
		.shared = d->gang,
		.bind_member = stay
	};
	struct worker w = { .load = load, .own = d, .n = two ? PAIRED : WORKERS };
	int err = gang_open(&w, &t, role);

	if (!err)
		err = gang_measure(&w, WINDOWS, record);
	return err ? err : gang_close(&w);
}

/* Whose child ends badly ends too: worker.c. */
static void on_child(int signal)
{
	int status;

	(void)signal;
	while (waitpid(-1, &status, WNOHANG) > 0)
		if (status)
			_exit(7);
}

static pid_t lead_in_child(struct diary *d, const struct load *load)
{
	pid_t child = fork();

	if (child)
		return child;
	struct sigaction chld = { .sa_handler = on_child, .sa_flags = SA_RESTART };
	sigaction(SIGCHLD, &chld, NULL);
	alarm(60);
	_exit(take_part(d, load, &part, 0) ? 1 : 0);
}

static pid_t lead_pairs_in_child(struct diary *d)
{
	pid_t child = fork();

	if (child)
		return child;
	alarm(60);
	int role = fork() ? 0 : 1;
	_exit(take_part(d, &toy, &pairs, role) ? 1 : 0);
}

/* All that was forked, members of a dead leader too: how many, and the status of `child`. */
static int reap(pid_t child, int *ended)
{
	int status = 0, of_child = -1;

	alarm(60);
	for (*ended = 0;; ++*ended) {
		pid_t pid = wait(&status);

		if (pid < 0)
			break;
		if (pid == child)
			of_child = status;
	}
	alarm(0);
	return of_child;
}

static void measured_is_what_all_were_under_way_for(void **state)
{
	struct diary *d = diary_make();
	int ended;

	(void)state;
	assert_int_equal(reap(lead_in_child(d, &toy), &ended), 0);
	assert_int_equal(ended, 1);
	assert_int_equal(d->opened, WORKERS);
	assert_int_equal(d->closed, WORKERS);
	assert_int_equal(d->out->windows, WINDOWS);
	assert_true(d->prepared > WINDOWS); /* to warm up, too */
	assert_true(d->windows > 0);
	assert_int_equal(d->wrong, 0);
	for (int i = 1; i < WORKERS; i++)
		assert_int_not_equal(d->pid[i], d->pid[0]);
	if (canary_unavailable())
		return;
	/* The last that members read are no better than what the row has. */
	for (int of = 1; of < WORKERS; of++)
		assert_true(d->out->window[WINDOWS - 1].after[0].adds_per_cycle <=
			    d->gang->seat[of].canary.adds_per_cycle);
}

/* The two roles meet in windows, members are theirs: the first one of each pair role 0's. */
static void pairs_are_of_two_roles(void **state)
{
	struct diary *d = diary_make();
	int ended;

	(void)state;
	assert_int_equal(reap(lead_pairs_in_child(d), &ended), 0);
	assert_int_equal(ended, 1);
	assert_int_equal(d->opened, PAIRED);
	assert_int_equal(d->closed, PAIRED);
	assert_int_equal(d->out->windows, WINDOWS);
	assert_true(d->windows > 0);
	assert_int_equal(d->wrong, 0);
	for (int role = 0; role < 2 && !canary_unavailable(); role++)
		assert_true(d->out->window[WINDOWS - 1].after[role].adds_per_cycle <=
			    d->gang->seat[2 + role].canary.adds_per_cycle);
}

/* Members of a dead leader come to this process to be counted, but not under emulation. */
static void need_orphans(void)
{
	int adopts = 0;

	if (prctl(PR_GET_CHILD_SUBREAPER, &adopts) || !adopts)
		skip();
}

/* The toy with another step: the status of its leader, and how many were left to be reaped. */
static int in_trouble(struct diary *d, int (*step)(struct worker *), int *ended)
{
	struct load load = toy;

	need_orphans();
	load.step = step;
	return reap(lead_in_child(d, &load), ended);
}

static int failing_step(struct worker *w)
{
	if (w->index == TROUBLEMAKER && w->window == 3)
		return (fail)(w->task->why, 0, "worker %u has had enough", w->index);
	return toy_step(w);
}

static void who_fails_says_why_and_takes_all_along(void **state)
{
	struct diary *d = diary_make();
	int ended;

	(void)state;
	assert_int_equal(WEXITSTATUS(in_trouble(d, failing_step, &ended)), 7);
	assert_int_equal(ended, WORKERS - 1); /* the troublemaker was the leader's to reap */
	assert_string_equal(d->out->why[0].text, "worker 2 has had enough");
	assert_true(d->out->status < 0);
}

static int killing_step(struct worker *w)
{
	if (w->index == TROUBLEMAKER && w->window == 3)
		kill(((struct diary *)w->own)->pid[1], SIGKILL);
	return toy_step(w);
}

static void who_is_killed_takes_all_along(void **state)
{
	struct diary *d = diary_make();
	int ended;

	(void)state;
	assert_int_equal(WEXITSTATUS(in_trouble(d, killing_step, &ended)), 7);
	assert_int_equal(ended, WORKERS - 1);
}

static int leader_kills_itself(struct worker *w)
{
	if (w->index == 0 && w->window == 3)
		raise(SIGKILL);
	return toy_step(w);
}

static void nobody_outlives_the_leader(void **state)
{
	struct diary *d = diary_make();
	int ended;

	(void)state;
	int status = in_trouble(d, leader_kills_itself, &ended);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(ended, WORKERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(measured_is_what_all_were_under_way_for),
		cmocka_unit_test(pairs_are_of_two_roles),
		cmocka_unit_test(who_fails_says_why_and_takes_all_along),
		cmocka_unit_test(who_is_killed_takes_all_along),
		cmocka_unit_test(nobody_outlives_the_leader),
	};

	/* Members of a dead leader are reaped here, and so known to be gone. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
