/* SPDX-License-Identifier: MIT */
/* The deviations between runs, kept from one self-test to the next. What is found there is not
 * trusted: of another kernel or in another form it counts as absent. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "base/cache.h"
#include "record/deviation.h"
#include "record/run_directory.h"

static const char schema[] = "shmbench.run-to-run.v1";

static int path_of(char *path, size_t len, struct why *w)
{
	char directory[PATH_MAX - 32];
	int err = cache_directory(directory, sizeof directory, w);

	if (!err)
		snprintf(path, len, "%s/run-to-run.json", directory);
	return err;
}

static int write_to(const json_t *root, const char *path, struct why *w)
{
	char made[PATH_MAX + 32];

	/* Two self-tests at once: each its own file, the last one counts. */
	snprintf(made, sizeof made, "%s.%d", path, (int)getpid());
	if (json_dump_file(root, made, JSON_SORT_KEYS | JSON_INDENT(1) | JSON_REAL_PRECISION(9)))
		return fail(w, errno, "writing %s", made);
	return rename(made, path) ? fail(w, errno, "renaming %s", made) : 0;
}

int deviation_write(const json_t *deviations, unsigned runs, struct why *w)
{
	char path[PATH_MAX], now[32];
	struct utsname u;
	json_t *copy = json_deep_copy(deviations);
	int err = path_of(path, sizeof path, w);

	uname(&u);
	json_t *root = json_pack("{s:s, s:s, s:s, s:i, s:o}", "schema", schema, "kernel", u.release,
				 "date", run_directory_time(now, sizeof now), "runs", (int)runs,
				 "deviation", copy);
	if (!err)
		err = root ? write_to(root, path, w) : fail(w, ENOMEM, "the deviations");
	json_decref(root);
	return err;
}

/* Of another kernel it would say nothing about this one. */
static bool is_ours(const json_t *root)
{
	const char *is = json_string_value(json_object_get(root, "schema"));
	const char *kernel = json_string_value(json_object_get(root, "kernel"));
	struct utsname u;

	uname(&u);
	return is && !strcmp(is, schema) && kernel && !strcmp(kernel, u.release) &&
	       json_is_object(json_object_get(root, "deviation"));
}

json_t *deviation_read(void)
{
	char path[PATH_MAX];
	struct why w = { 0 };
	json_t *root = NULL, *deviations = NULL;

	if (!path_of(path, sizeof path, &w))
		root = json_load_file(path, 0, NULL);
	if (is_ours(root))
		deviations = json_incref(json_object_get(root, "deviation"));
	json_decref(root);
	return deviations;
}
