/* SPDX-License-Identifier: MIT */
/*
 * No page fault and no allocation of the harness's own in the timed section: every part of every
 * benchmark is run as a worker runs it, with the allocator and the two calls that bound a window
 * wrapped by the linker (CMakeLists.txt: --wrap). Calls from within the C library itself are not
 * seen by that; its own functions that allocate are wrapped where we use them.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "measure/assignment.h"
#include "measure/worker.h"
#include "plan/plan.h"
#include "plan/registry.h"
#include "plan/request.h"
#include "probe/emulation.h"
#include "scratch.h"
/* After ours: cmocka has a macro called fail(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#if defined __SANITIZE_ADDRESS__
enum { FAULTS_ARE_OURS = 0 }; /* the sanitizer's shadow of what is touched takes faults too */
#else
enum { FAULTS_ARE_OURS = 1 };
#endif

/* What happened in open windows, over all processes of an invocation. */
struct tally {
	atomic_uint opened, closed, allocations;
};

/* Shared by the test, the worker and its roles; and whether this process has a window open. */
static struct tally *tally;
static bool open_here;

#define WRAPPED(type, name, ...)                                                                   \
	type __real_##name(__VA_ARGS__);                                                           \
	type __wrap_##name(__VA_ARGS__);                                                           \
	type __wrap_##name(__VA_ARGS__)

static void allocation(void)
{
	if (open_here)
		atomic_fetch_add(&tally->allocations, 1);
}

WRAPPED(void *, malloc, size_t len)
{
	allocation();
	return __real_malloc(len);
}

WRAPPED(void *, calloc, size_t n, size_t len)
{
	allocation();
	return __real_calloc(n, len);
}

WRAPPED(void *, realloc, void *p, size_t len)
{
	allocation();
	return __real_realloc(p, len);
}

WRAPPED(void *, aligned_alloc, size_t alignment, size_t len)
{
	allocation();
	return __real_aligned_alloc(alignment, len);
}

WRAPPED(char *, strdup, const char *text)
{
	allocation();
	return __real_strdup(text);
}

WRAPPED(FILE *, fopen, const char *path, const char *mode)
{
	allocation();
	return __real_fopen(path, mode);
}

WRAPPED(void, free, void *p)
{
	if (p)
		allocation();
	__real_free(p);
}

/* What is counted here lives in pages that a new process has to fault in: before the window opens,
 * after it has closed. */
WRAPPED(int, window_open, struct meter *m)
{
	atomic_fetch_add(&tally->opened, 1);
	open_here = true;
	return __real_window_open(m);
}

WRAPPED(int, window_close, struct meter *m)
{
	int err = __real_window_close(m);

	open_here = false;
	atomic_fetch_add(&tally->closed, 1);
	return err;
}

/* A plan of what the lines ask for, on this machine. */
static struct plan plan_of(const char *const lines[], const char *directory)
{
	const char *directories[] = { directory, NULL };
	struct request request[16];
	struct wish wish = { .request = request, .directories = directories, .blocks = 1 };
	struct topology *t;
	struct plan p = { 0 };
	struct why w = { 0 };
	int err = topology_load(&t, NULL, NULL, &w);

	for (; !err && lines[wish.requests]; wish.requests++)
		err = request_parse(&request[wish.requests], lines[wish.requests], &w);
	wish.topology = t;
	if (!err)
		err = plan_make(&p, &wish, &w);
	if (err)
		fail_msg("the plan: %s", w.text);
	for (size_t i = 0; i < wish.requests; i++)
		request_free(&request[i]);
	topology_free(t);
	return p;
}

/* Where a worker finds its descriptors. */
enum { ASSIGNMENT_FD = 10, OUTCOME_FD, TALLY_FD };

static bool tally_map(int fd)
{
	tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return tally != MAP_FAILED;
}

/* In the child: this program anew, as a worker is, so that nothing is left to be copied on write
 * in a window. */
static _Noreturn void become_worker(int assignment, int outcome)
{
	setpgid(0, 0);
	if (dup2(assignment, ASSIGNMENT_FD) == ASSIGNMENT_FD &&
	    dup2(outcome, OUTCOME_FD) == OUTCOME_FD)
		execl("/proc/self/exe", "test_timed_section", "worker", (char *)NULL);
	_exit(126);
}

/* One cell, in a process of its own as always; its outcome stays mapped. */
static struct outcome *run_cell(const struct planned *p, size_t *len)
{
	uint64_t windows, samples[METRICS_MAX];
	struct why w = { 0 };
	int status, assignment = assignment_write(p, NULL, false, &w),
		    fd = memfd_create("outcome", 0);

	assignment_room(&p->cell, &windows, samples);
	*len = outcome_size(windows, samples);
	assert_true(assignment >= 0 && fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)*len), 0);
	memset(tally, 0, sizeof *tally);
	pid_t child = fork();
	if (child == 0)
		become_worker(assignment, fd);
	assert_int_equal(waitpid(child, &status, 0), child);
	kill(-child, SIGKILL);
	assert_int_equal(status, 0);
	struct outcome *out = mmap(NULL, *len, PROT_READ, MAP_SHARED, fd, 0);
	assert_true(out != MAP_FAILED);
	close(assignment);
	close(fd);
	return out;
}

static const char *cell_name(const struct cell *c, char *buf, size_t len)
{
	static const char *const state[] = { "fresh", "resident", "cold" };

	snprintf(buf, len, "%s/%s %s %s %s", c->bench->name, c->part->name,
		 c->channel ? c->channel->name : "", c->region ? c->region->name : "",
		 c->has & AXIS(STATE) ? state[c->state] : "");
	return buf;
}

/* Exactly what the model says, in every role, where the faults are ours alone? With the reason in `say`. */
static bool faults_as_due(const struct planned *p, const struct outcome *out, char *say, size_t len)
{
	const bool ours = FAULTS_ARE_OURS && !emulation_here(NULL);

	for (int role = 0; ours && role < p->cell.part->roles; role++) {
		if (out->counters[role].minor_faults == out->faults_due[role])
			continue;
		snprintf(say, len, "role %d took %ju minor faults where %ju are due", role,
			 (uintmax_t)out->counters[role].minor_faults,
			 (uintmax_t)out->faults_due[role]);
		return false;
	}
	return true;
}

static void check_windows(const struct planned *p, const struct outcome *out, const char *name)
{
	if (out->status)
		fail_msg("%s: %s%s", name, out->why[0].text, out->why[1].text);
	if (!out->windows || tally->closed != out->windows * (unsigned)p->cell.part->roles ||
	    tally->opened != tally->closed)
		fail_msg("%s: %ju windows, opened %u times and closed %u times", name,
			 (uintmax_t)out->windows, tally->opened, tally->closed);
	if (tally->allocations)
		fail_msg("%s: %u allocations in %ju windows", name, tally->allocations,
			 (uintmax_t)out->windows);
}

static void check_cell(const struct planned *p)
{
	char name[128], say[128] = "";
	size_t len;
	struct outcome *out = run_cell(p, &len);

	cell_name(&p->cell, name, sizeof name);
	check_windows(p, out, name);
	if (!faults_as_due(p, out, say, sizeof say))
		fail_msg("%s: %s", name, say);
	munmap(out, len);
}

/* Every cell of the lines that can run here; returns how many. */
static size_t check_lines(const char *const lines[], const char *directory)
{
	struct plan p = plan_of(lines, directory);
	size_t n = 0;

	for (size_t i = 0; i < p.n; i++)
		if (!p.cells[i].status && !p.cells[i].companion) {
			check_cell(&p.cells[i]);
			n++;
		}
	plan_free(&p);
	return n;
}

static void life_cycle(void **state)
{
	static const char *const lines[] = {
		"attach/life --access write,read",
		"attach/again --state resident",
		"attach/again --state cold --access read --region file",
		"attach/populated --size 256K --state resident",
		NULL,
	};

	assert_in_range(check_lines(lines, *state), 15, 100);
}

static void touches(void **state)
{
	static const char *const lines[] = {
		"first-touch --size 64K,4M --access write,read",
		"first-touch --size 64K,4M --access write,read --state resident",
		"first-touch --size 4M --state cold --access read --region file",
		"first-touch --size 4M --order random,reverse",
		"first-touch --size 4M --order random,reverse --state resident --access read",
		"touch-profile --size 4M --state fresh,resident --access write,read",
		NULL,
	};

	assert_in_range(check_lines(lines, *state), 40, 200);
}

static void again_and_all_at_once(void **state)
{
	static const char *const lines[] = {
		"refault --size 64K",
		"populate --size 64K",
		"populate --size 64K --state resident",
		"populate --size 1M --threads 2 --region sysv,memfd --populate touch,madvise,lock",
		NULL,
	};

	assert_in_range(check_lines(lines, *state), 45, 150);
}

static void names_and_crowds(void **state)
{
	static const char *const lines[] = {
		"lookup --segments 0,3 --access write,read",
		"attachers --size 64K --processes 1,5 --access write,read",
		NULL,
	};

	assert_in_range(check_lines(lines, *state), 24, 60);
}

static void many_at_once(void **state)
{
	static const char *const lines[] = {
		"crowd --processes 1,2 --size 1M --access write,read",
		NULL,
	};

	assert_in_range(check_lines(lines, *state), 10, 60);
}

static void pairs(void **state)
{
	static const char *const lines[] = {
		"null",
		"bounds",
		"matrix",
		"throughput --region sysv,posix,memfd,file,anon --message 8,4K",
		"latency --region sysv,posix,memfd,file,anon",
		"latency --rate 30%,100k",
		NULL,
	};

	assert_in_range(check_lines(lines, *state), 15, 100);
}

/* Nobody adds a benchmark that the lines above pass over. */
static void no_part_is_left_out(void **state)
{
	static const char *const covered[] = { "null",          "attach",     "first-touch",
					       "touch-profile", "refault",    "populate",
					       "lookup",        "attachers",  "crowd",
					       "latency",       "throughput", "bounds",
					       "matrix",        NULL };
	size_t n = 0;

	(void)state;
	for (; benches[n]; n++) {
		size_t i = 0;

		while (covered[i] && strcmp(covered[i], benches[n]->name))
			i++;
		if (!covered[i])
			fail_msg("%s is not tested here", benches[n]->name);
	}
	assert_int_equal(n, sizeof covered / sizeof *covered - 1);
}

/* One window with everything wrong in it: an allocation, and a fault that no model knows. */
static void careless(struct meter *m)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *volatile kept;

	assert_true(page != MAP_FAILED);
	assert_int_equal(window_open(m), 0);
	kept = malloc(100);
	*(volatile char *)page = 1;
	assert_int_equal(window_close(m), 0);
	free(kept);
	munmap(page, 4096);
}

static void carelessness_is_noticed(void **state)
{
	const uint64_t samples[METRICS_MAX] = { 0 };
	struct outcome *out = calloc(1, outcome_size(1, samples));
	struct meter m = { .out = out };

	(void)state;
	assert_non_null(out);
	outcome_init(out, 1, samples);
	memset(tally, 0, sizeof *tally);
	careless(&m);
	assert_int_equal(tally->closed, 1);
	assert_int_equal(tally->allocations, 1);
	assert_int_equal(out->faults_due[0], 0);
	assert_in_range(out->counters[0].minor_faults, 1, 1000);
	free(out);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carelessness_is_noticed),
		cmocka_unit_test(no_part_is_left_out),
		cmocka_unit_test_setup_teardown(life_cycle, scratch_make, scratch_remove),
		cmocka_unit_test_setup_teardown(touches, scratch_make, scratch_remove),
		cmocka_unit_test_setup_teardown(again_and_all_at_once, scratch_make,
						scratch_remove),
		cmocka_unit_test_setup_teardown(names_and_crowds, scratch_make, scratch_remove),
		cmocka_unit_test_setup_teardown(many_at_once, scratch_make, scratch_remove),
		cmocka_unit_test_setup_teardown(pairs, scratch_make, scratch_remove),
	};

	if (argc > 1 && !strcmp(argv[1], "worker"))
		/* The assignment's text lives as long as the worker: a leak checker would object. */
		_exit(tally_map(TALLY_FD) ? worker_main(ASSIGNMENT_FD, OUTCOME_FD, -1) : 1);
	int fd = memfd_create("tally", 0);
	if (fd < 0 || ftruncate(fd, sizeof *tally) || dup2(fd, TALLY_FD) != TALLY_FD ||
	    !tally_map(TALLY_FD))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
