/* SPDX-License-Identifier: MIT */
/* Where the cache directory is. /tmp is everybody's, so nothing found there is trusted before it
 * has been looked at. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/cache.h"

static int make_directory(const char *path)
{
	return mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
}

/* lstat, so that a symbolic link which somebody else planted in /tmp is not followed. */
static int check_private(const char *path, struct why *w)
{
	struct stat st;

	if (lstat(path, &st))
		return fail(w, errno, "cache directory %s", path);
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022))
		return fail(w, EPERM, "%s is not a directory that only user %u can write to", path,
			    geteuid());
	return 0;
}

/* The XDG base directory specification: relative values are invalid and to be ignored. */
static int user_directory(char *path, size_t len)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	int n;

	if (xdg && xdg[0] == '/')
		n = snprintf(path, len, "%s", xdg);
	else if (home && home[0] == '/')
		n = snprintf(path, len, "%s/.cache", home);
	else
		return -ENOENT;
	if (n < 0 || (size_t)n + sizeof "/shmbench" > len)
		return -ENAMETOOLONG;
	int err = make_directory(path);
	if (err)
		return err;
	snprintf(path + n, len - (size_t)n, "/shmbench");
	err = make_directory(path);
	return err ? err : access(path, W_OK | X_OK) ? -errno : 0;
}

int cache_directory(char *path, size_t len, struct why *w)
{
	if (user_directory(path, len)) {
		snprintf(path, len, "/tmp/shmbench-%u", geteuid());
		int err = make_directory(path);
		if (err)
			return fail(w, -err, "cache directory %s", path);
	}
	return check_private(path, w);
}
