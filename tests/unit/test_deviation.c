/* SPDX-License-Identifier: MIT */
/* What a self-test keeps about this machine, and what of it is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "record/deviation.h"
#include <cmocka.h>

struct place {
	char cache[64], file[128];
};

static int enter(void **state)
{
	static struct place p;

	snprintf(p.cache, sizeof p.cache, "/tmp/test-deviation-XXXXXX");
	if (!mkdtemp(p.cache) || setenv("XDG_CACHE_HOME", p.cache, 1))
		return -1;
	snprintf(p.file, sizeof p.file, "%s/shmbench/run-to-run.json", p.cache);
	*state = &p;
	return 0;
}

static int leave(void **state)
{
	struct place *p = *state;
	char directory[96];

	unlink(p->file);
	snprintf(directory, sizeof directory, "%s/shmbench", p->cache);
	rmdir(directory);
	return rmdir(p->cache);
}

static void put(const struct place *p, const char *text)
{
	FILE *file = fopen(p->file, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void what_was_written_is_read(void **state)
{
	json_t *all = json_pack("{s:f}", "attach/attach", .0125);
	struct why w = { 0 };

	(void)state;
	assert_null(deviation_read());
	assert_int_equal(deviation_write(all, 10, &w), 0);
	json_t *back = deviation_read();
	assert_true(json_equal(all, back));
	json_decref(back);
	json_decref(all);
}

static void other_kernels_and_other_files_say_nothing(void **state)
{
	static const char *const foreign[] = {
		"",
		"{",
		"[]",
		"{\"schema\": \"shmbench.run-to-run.v1\"}",
		("{\"schema\": \"shmbench.run-to-run.v1\", \"kernel\": \"0.01\", "
		 "\"deviation\": {\"attach/attach\": 0.5}}"),
	};
	struct why w = { 0 };
	json_t *all = json_object();

	assert_int_equal(deviation_write(all, 2, &w), 0);
	json_decref(all);
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
		put(*state, foreign[i]);
		assert_null(deviation_read());
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_written_is_read, enter, leave),
		cmocka_unit_test_setup_teardown(other_kernels_and_other_files_say_nothing, enter,
						leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
