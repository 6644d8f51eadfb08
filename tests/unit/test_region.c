/* SPDX-License-Identifier: MIT */
/*
 * The contract of region.h, for every region that is registered: a new one is tested before its
 * author writes a test.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "probe/emulation.h"
#include "plan/registry.h"
/* After ours: cmocka has a macro called fail(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const size_t sizes[] = { 4096, 65536, 3 * 4096, 4 << 20 };
static char directory[] = "/tmp/shmbench-test-XXXXXX";

#define EACH_REGION(r, s)                                                                          \
	for (size_t r##_i = 0; regions[r##_i]; r##_i++)                                            \
		for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)

static struct region make(const struct region_ops *ops, size_t len, struct why *w)
{
	struct region r;

	*w = (struct why){ 0 };
	region_init(&r, ops, len, w);
	if (ops->in_directory)
		r.directory = directory;
	return r;
}

static void succeed(int err, const struct region *r)
{
	if (err)
		fail_msg("%s: %s", r->ops->name, r->why->text);
}

static void created(struct region *r)
{
	static unsigned serial;

	succeed(region_create(r, serial++), r);
}

static void life_cycle_leaves_zeroed_memory_that_keeps_what_is_written(void **state)
{
	(void)state;
	EACH_REGION(region, s)
	{
		struct why w;
		struct region r = make(regions[region_i], sizes[s], &w);

		created(&r);
		succeed(r.ops->attach(&r), &r);
		assert_non_null(r.addr);
		for (size_t i = 0; i < r.len; i++)
			assert_int_equal(((char *)r.addr)[i], 0);
		memset(r.addr, 0x5a, r.len);
		if (!r.ops->inherited) {
			succeed(r.ops->detach(&r), &r);
			assert_null(r.addr);
			succeed(r.ops->attach(&r), &r);
			assert_int_equal(((char *)r.addr)[r.len - 1], 0x5a);
		}
		succeed(r.ops->detach(&r), &r);
		succeed(r.ops->remove(&r), &r);
	}
}

/* What one process writes, another that attached for itself reads, and the other way round; the
 * object was removed in between, as the harness does. */
static void two_processes_share_it_after_its_name_is_gone(void **state)
{
	(void)state;
	EACH_REGION(region, s)
	{
		struct why w;
		struct region r = make(regions[region_i], sizes[s], &w);
		int go[2], status;
		char byte;

		created(&r);
		assert_int_equal(pipe(go), 0);
		pid_t child = fork();
		if (child == 0) {
			if (read(go[0], &byte, 1) != 1 || r.ops->attach(&r))
				_exit(1);
			char *p = r.addr;
			int wrong = p[0] != 1 || p[r.len - 1] != 2;

			p[r.len / 2] = 3;
			_exit(wrong);
		}
		succeed(r.ops->attach(&r), &r);
		((char *)r.addr)[0] = 1;
		((char *)r.addr)[r.len - 1] = 2;
		succeed(r.ops->remove(&r), &r);
		assert_int_equal(write(go[1], "", 1), 1);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		assert_int_equal(((char *)r.addr)[r.len / 2], 3);
		succeed(r.ops->detach(&r), &r);
		close(go[0]);
		close(go[1]);
	}
}

/* Names that this process has made; others may make theirs meanwhile. */
static int entries(const char *path)
{
	char own[64];
	DIR *d = opendir(path);
	int n = 0;

	snprintf(own, sizeof own, "shmbench-%d-", (int)getpid());
	for (struct dirent *e; d && (e = readdir(d));)
		n += !strncmp(e->d_name, own, strlen(own));
	if (d)
		closedir(d);
	return n;
}

/* Segments whose creator (the fifth column, cpid) is this process. */
static int child_reads(const struct region *named, char expected)
{
	struct region r = *named;
	int status;
	pid_t child = fork();

	if (child == 0) {
		r.id = -1;
		r.addr = NULL;
		r.read_only = true;
		if (r.ops->find(&r) || r.ops->attach(&r) || *(volatile char *)r.addr != expected)
			_exit(1);
		if (r.ops->detach(&r) || (r.ops->forget && r.ops->forget(&r)))
			_exit(2);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

/* Whoever knows the name finds the object; when it is removed nobody does. */
static void a_name_is_found_until_it_is_removed(void **state)
{
	size_t named = 0;

	(void)state;
	for (size_t i = 0; regions[i]; i++) {
		struct why w;
		struct region r = make(regions[i], sizes[1], &w), late;

		if (!r.ops->find)
			continue;
		named++;
		r.named = true;
		created(&r);
		succeed(r.ops->attach(&r), &r);
		*(volatile char *)r.addr = 42;
		assert_int_equal(child_reads(&r, 42), 0);
		succeed(r.ops->detach(&r), &r);
		succeed(r.ops->remove(&r), &r);
		late = r;
		assert_int_not_equal(late.ops->find(&late), 0);
	}
	assert_in_range(named, 3, 100);
}

/* Read-only means that a write is a signal, not that it is lost. */
static void read_only_cannot_be_written(void **state)
{
	(void)state;
	for (size_t i = 0; regions[i]; i++) {
		struct why w;
		struct region r = make(regions[i], sizes[0], &w);
		int status;

		if (r.ops->inherited)
			continue;
		created(&r);
		r.read_only = true;
		succeed(r.ops->attach(&r), &r);
		pid_t child = fork();
		if (child == 0) {
			signal(SIGSEGV, SIG_DFL);
			*(volatile char *)r.addr = 1;
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		if (!status)
			fail_msg("%s was written", r.ops->name);
		succeed(r.ops->detach(&r), &r);
		succeed(r.ops->remove(&r), &r);
	}
}

/* What `populated` promises, by mincore(2) of what was never touched. */
static void populated_is_there_at_once(void **state)
{
	(void)state;
	if (emulation_here(NULL) && !region_map_populates())
		skip(); /* the emulator leaves the flag out */
	assert_true(region_map_populates());
	for (size_t i = 0; regions[i]; i++) {
		struct why w;
		struct region r = make(regions[i], 16 * 4096, &w);
		unsigned char in[16] = { 0 };

		if (!r.ops->populates)
			continue;
		r.populated = true;
		created(&r);
		succeed(r.ops->attach(&r), &r);
		assert_int_equal(mincore(r.addr, r.len, in), 0);
		for (size_t page = 0; page < r.len / 4096; page++)
			if (!(in[page] & 1))
				fail_msg("%s: page %zu is not there", r.ops->name, page);
		succeed(r.ops->detach(&r), &r);
		succeed(r.ops->remove(&r), &r);
	}
}

/* Limits count what is to exist beside it. */
static void more_segments_than_there_are_ids_do_not_fit(void **state)
{
	struct why w;
	struct region r = make(registry_region("sysv"), 4096, &w);

	(void)state;
	r.others = 1 << 20;
	assert_int_equal(r.ops->fits(&r, 4096), CANNOT);
	assert_non_null(strstr(w.text, "sysctl -w kernel.shm"));
}

static int segments(void)
{
	FILE *f = fopen("/proc/sysvipc/shm", "re");
	char line[400];
	int n = 0, creator;

	while (f && fgets(line, sizeof line, f))
		n += sscanf(line, "%*d %*d %*o %*u %d", &creator) == 1 && creator == getpid();
	if (f)
		fclose(f);
	return n;
}

static int descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (d && readdir(d))
		n++;
	closedir(d);
	return n;
}

static void nothing_is_left_behind(void **state)
{
	(void)state;
	EACH_REGION(region, s)
	{
		struct why w;
		struct region r = make(regions[region_i], sizes[s], &w);
		int before[] = { entries("/dev/shm"), entries(directory), segments(),
				 descriptors() };

		created(&r);
		succeed(r.ops->attach(&r), &r);
		succeed(region_populate(&r), &r);
		succeed(r.ops->remove(&r), &r);
		succeed(r.ops->detach(&r), &r);
		int after[] = { entries("/dev/shm"), entries(directory), segments(),
				descriptors() };
		for (int i = 0; i < 4; i++)
			if (before[i] != after[i])
				fail_msg("%s left something behind (%d)", r.ops->name, i);
	}
}

/* Nothing is mapped by create, and creating is sparse: no page exists before it is touched. */
static void creation_is_sparse(void **state)
{
	(void)state;
	for (size_t i = 0; regions[i]; i++) {
		struct why w;
		struct region r = make(regions[i], 64 << 20, &w);
		unsigned char in[1];

		created(&r);
		assert_true(r.ops->inherited == (r.addr != NULL));
		succeed(r.ops->attach(&r), &r);
		assert_int_equal(mincore((char *)r.addr + (32 << 20), 4096, in), 0);
		assert_int_equal(in[0] & 1, 0);
		succeed(r.ops->detach(&r), &r);
		succeed(r.ops->remove(&r), &r);
	}
}

static void populate_makes_every_page(void **state)
{
	(void)state;
	for (size_t i = 0; regions[i]; i++) {
		struct why w;
		struct region r = make(regions[i], 1 << 20, &w);
		unsigned char in[256];

		created(&r);
		succeed(r.ops->attach(&r), &r);
		succeed(region_populate(&r), &r);
		assert_int_equal(mincore(r.addr, r.len, in), 0);
		for (size_t page = 0; page < sizeof in; page++)
			assert_int_equal(in[page] & 1, 1);
		succeed(r.ops->detach(&r), &r);
		succeed(r.ops->remove(&r), &r);
	}
}

/* A size that no machine has is found before anything is made, with a sentence. */
static void too_much_does_not_fit(void **state)
{
	(void)state;
	for (size_t i = 0; regions[i]; i++) {
		struct why w;
		struct region r = make(regions[i], (size_t)1 << 46, &w);

		assert_int_equal(region_fits(&r, r.len), CANNOT);
		assert_true(strlen(w.text) > 20);
		r = make(regions[i], 4096, &w);
		succeed(region_fits(&r, r.len), &r);
	}
}

/* Hooks that fail say why, return -errno and leave nothing. */
static void failures_have_a_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; regions[i]; i++) {
		struct why w;
		struct region r = make(regions[i], 4096, &w);

		if (!r.ops->in_directory)
			continue;
		r.directory = "/nonexistent";
		assert_int_equal(region_create(&r, 0), -ENOENT);
		assert_non_null(strstr(w.text, "/nonexistent"));
	}
}

static void cold_files_are_not_in_the_page_cache(void **state)
{
	(void)state;
	for (size_t i = 0; regions[i]; i++) {
		struct why w;
		struct region r = make(regions[i], 1 << 20, &w);
		unsigned char in[256];

		if (!r.ops->evict)
			continue;
		created(&r);
		succeed(r.ops->attach(&r), &r);
		succeed(region_populate(&r), &r);
		succeed(r.ops->sync(&r), &r);
		succeed(r.ops->detach(&r), &r);
		int err = r.ops->evict(&r);
		if (err != CANNOT) {
			succeed(err, &r);
			succeed(r.ops->attach(&r), &r);
			assert_int_equal(mincore(r.addr, r.len, in), 0);
			for (size_t page = 0; page < sizeof in; page++)
				assert_int_equal(in[page] & 1, 0);
			succeed(r.ops->detach(&r), &r);
		}
		succeed(r.ops->remove(&r), &r);
	}
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(directory) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(life_cycle_leaves_zeroed_memory_that_keeps_what_is_written),
		cmocka_unit_test(two_processes_share_it_after_its_name_is_gone),
		cmocka_unit_test(nothing_is_left_behind),
		cmocka_unit_test(creation_is_sparse),
		cmocka_unit_test(a_name_is_found_until_it_is_removed),
		cmocka_unit_test(read_only_cannot_be_written),
		cmocka_unit_test(populated_is_there_at_once),
		cmocka_unit_test(more_segments_than_there_are_ids_do_not_fit),
		cmocka_unit_test(populate_makes_every_page),
		cmocka_unit_test(too_much_does_not_fit),
		cmocka_unit_test(failures_have_a_sentence),
		cmocka_unit_test(cold_files_are_not_in_the_page_cache),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
