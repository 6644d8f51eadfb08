/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "record/run_directory.h"

static void now_as(const char *format, char *buf, size_t len)
{
	time_t now = time(NULL);
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(buf, len, format, &utc);
}

const char *run_directory_time(char *buf, size_t len)
{
	now_as("%Y-%m-%dT%H:%M:%SZ", buf, len);
	return buf;
}

/* The host's name may hold anything; a file's name should not. */
static void make_id(char *id, size_t len)
{
	char host[128] = "";
	char when[32];

	gethostname(host, sizeof host - 1);
	for (char *p = host; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-._", *p))
			*p = '_';
	now_as("%Y%m%dT%H%M%SZ", when, sizeof when);
	snprintf(id, len, "%s-%s", when, host[0] ? host : "host");
}

/* path's parents, then path; EEXIST of the last step is left in errno. */
static int make_path(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		int err = mkdir(path, 0777);
		*slash = '/';
		if (err && errno != EEXIST)
			return err;
	}
	return mkdir(path, 0777);
}

static bool is_empty(DIR *dir)
{
	struct dirent *e;

	while ((e = readdir(dir)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			return false;
	return true;
}

static int check_existing(const char *path, struct why *w)
{
	DIR *dir = opendir(path);

	if (!dir)
		return misused(w, "--out '%s' cannot be used: %s", path, strerror(errno));
	bool empty = is_empty(dir);
	closedir(dir);
	if (!empty)
		return misused(w,
			       "--out '%s' is not empty: give a directory that does not exist "
			       "yet or is empty",
			       path);
	if (access(path, W_OK | X_OK))
		return misused(w, "--out '%s' cannot be written: %s", path, strerror(errno));
	return 0;
}

static int create_given(struct run_directory *d, const char *out, struct why *w)
{
	size_t len = strlen(out);

	while (len > 1 && out[len - 1] == '/')
		len--;
	if (!len || len >= sizeof d->path)
		return misused(w, "--out '%.80s' is no path", out);
	memcpy(d->path, out, len);
	d->path[len] = '\0';
	if (make_path(d->path) == 0)
		return 0;
	if (errno == EEXIST)
		return check_existing(d->path, w);
	return misused(w, "--out '%s' cannot be made: %s", d->path, strerror(errno));
}

/* Two runs of one second are told apart by a number. */
static int create_named(struct run_directory *d, struct why *w)
{
	size_t len = strlen(d->id);

	for (int n = 2; n < 100; n++) {
		snprintf(d->path, sizeof d->path, "results/%s", d->id);
		if (make_path(d->path) == 0)
			return 0;
		if (errno != EEXIST)
			break;
		snprintf(d->id + len, sizeof d->id - len, "-%d", n);
	}
	return misused(w, "%s cannot be made: %s: give another place by --out", d->path,
		       strerror(errno));
}

int run_directory_create(struct run_directory *d, const char *out, struct why *w)
{
	make_id(d->id, sizeof d->id);
	return out ? create_given(d, out, w) : create_named(d, w);
}
