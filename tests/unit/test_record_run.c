/* SPDX-License-Identifier: MIT */
/* The run directory itself, run.json, and the page that documents the files. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
/* cmocka has a macro named fail: what declares the function comes first. */
#include "record/reader.h"
#include "record/run_json.h"
#include <cmocka.h>
#include "sample_plan.h"
#include "scratch.h"

static void facts_come_back(void **state)
{
	struct sample_plan sample;
	struct run_json json;
	struct reader run;
	struct why w = { "" };
	struct run_directory d = { .id = "20261124T000000Z-host" };
	char *command[] = { "shmbench", "run", "--directory", "caf\xe9" };
	const char *const labels[] = { "host=quiet", "note=a=b", NULL };
	const struct unavailable unavailable[] = { { "hugepages", "the pool is empty" },
						   { NULL, NULL } };

	sample_plan_make(&sample, &sample_part);
	sample.cells[SAMPLE_MEMFD].status = CANNOT;
	snprintf(sample.cells[SAMPLE_MEMFD].why.text, 100, "no room");
	snprintf(d.path, sizeof d.path, "%s", (const char *)*state);
	struct run_facts facts = {
		.directory = &d,
		.plan = &sample.plan,
		.suite = "quick",
		.argc = 4,
		.argv = command,
		.seed = UINT64_MAX,
		.labels = labels,
		.threshold = .03,
		.clock = { .name = "monotonic", .resolution_ns = 10, .cost_ns = 22.5 },
		.topology_xml = "<topology/>",
		.unavailable = unavailable,
	};
	assert_int_equal(run_json_begin(&json, &facts, &w), 0);
	assert_int_equal(reader_open(&run, *state, &w), 0);
	assert_string_equal(run.id, "20261124T000000Z-host");
	assert_string_equal(reader_text(&run, "seed"), "18446744073709551615");
	assert_string_equal(reader_text(&run, "suite"), "quick");
	assert_string_equal(reader_text(&run, "labels.note"), "a=b");
	assert_string_equal(reader_text(&run, "stop_reason"), "");
	assert_string_equal(reader_text(&run, "none.such"), "");
	assert_true(reader_number(&run, "clock.start.cost_ns") == 22.5);
	assert_true(isnan(reader_number(&run, "clock.end.cost_ns")));
	json_t *cells = json_object_get(json_object_get(run.json, "plan"), "cells");
	assert_int_equal(json_array_size(cells), 2);
	json_t *memfd = json_array_get(cells, SAMPLE_MEMFD);
	assert_string_equal(json_string_value(json_object_get(memfd, "reason")), "no room");
	assert_string_equal(json_string_value(json_object_get(memfd, "status")), "skip");
	json_t *said = json_object_get(run.json, "command");
	assert_string_equal(json_string_value(json_array_get(said, 3)), "caf?");
	reader_close(&run);

	struct run_end end = { .stop_reason = "user", .blocks = 5, .clock = facts.clock };
	assert_int_equal(run_json_warn(&json, "load was 3", &w), 0);
	assert_int_equal(run_json_end(&json, &end, &w), 0);
	run_json_close(&json);
	assert_int_equal(reader_open(&run, *state, &w), 0);
	assert_string_equal(reader_text(&run, "stop_reason"), "user");
	assert_true(reader_number(&run, "blocks") == 5);
	assert_int_equal(strlen(reader_text(&run, "ended")), strlen("2026-11-24T15:24:53Z"));
	assert_int_equal(json_array_size(json_object_get(run.json, "warnings")), 1);
	reader_close(&run);
	assert_null(scratch_read(*state, "run.json.new"));
}

static void bad_json_is_named(void **state)
{
	static const struct {
		const char *contents, *sentence;
	} files[] = {
		{ "{\n \"schema\": \"shmbench.run.v1\",\n oops }", "run.json, line 3, column 5" },
		{ "", "run.json, line 1, column 0" },
		{ "{}", "run.json: there is no schema" },
		{ "{\"schema\": \"shmbench.run.v2\"}", "'shmbench.run.v2' is not shmbench.run.v1" },
		{ "{\"schema\": \"shmbench.run.v1\", \"run_id\": \"a\"}", "plan.cells is missing" },
	};

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct reader run;
		struct why w = { "" };

		scratch_write(*state, "run.json", files[i].contents);
		assert_int_equal(reader_open(&run, *state, &w), -EINVAL);
		if (!strstr(w.text, files[i].sentence))
			fail_msg("'%s' does not say '%s'", w.text, files[i].sentence);
	}
}

static void directory_must_be_new_or_empty(void **state)
{
	struct run_directory d;
	struct why w = { "" };
	char path[512], again[600];
	struct stat st;

	snprintf(path, sizeof path, "%s/deep", (const char *)*state);
	snprintf(again, sizeof again, "%s/er/", path);
	assert_int_equal(run_directory_create(&d, again, &w), 0);
	assert_int_equal(stat(d.path, &st), 0);
	assert_non_null(strchr(d.id, 'Z'));
	assert_int_equal(run_directory_create(&d, again, &w), 0); /* empty */
	assert_int_equal(run_directory_create(&d, path, &w), -EINVAL);
	assert_non_null(strstr(w.text, "is not empty"));
	scratch_write(*state, "file", "");
	w.text[0] = '\0';
	snprintf(again, sizeof again, "%s/file", (const char *)*state);
	assert_int_equal(run_directory_create(&d, again, &w), -EINVAL);
	assert_non_null(strstr(w.text, "Not a directory"));
	snprintf(again, sizeof again, "%s/er", path);
	assert_int_equal(rmdir(again), 0);
	assert_int_equal(rmdir(path), 0);
}

/* results/README.md is what the schema says; shmbench's own documentation cannot go stale. */
static void document_is_current(void **state)
{
	FILE *f;
	char *made = NULL, *kept = scratch_read(TEST_DATA "/../../results", "README.md");
	size_t len;

	(void)state;
	f = open_memstream(&made, &len);
	assert_non_null(f);
	schema_document(f);
	fclose(f);
	assert_non_null(kept);
	if (strcmp(made, kept))
		fail_msg("stale: cmake --build build --target results-readme writes it again");
	free(made);
	free(kept);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(facts_come_back),
		EACH(bad_json_is_named),
		EACH(directory_must_be_new_or_empty),
		EACH(document_is_current),
	};

	return cmocka_run_group_tests_name("run directory", tests, NULL, NULL);
}
