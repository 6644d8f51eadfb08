/* SPDX-License-Identifier: MIT */
/* The file system of a directory, from /proc/self/mountinfo by device number: statfs(2) has only
 * a magic number, which ext2, ext3 and ext4 share. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "plan/filesystem.h"

/* "36 35 98:0 /root /mnt options... - ext4 /dev/sda1 rw": the word after the lone dash. */
static char *type_in(char *line, dev_t device)
{
	unsigned major_number, minor_number;
	char *dash = strstr(line, " - ");

	if (!dash || sscanf(line, "%*d %*d %u:%u", &major_number, &minor_number) != 2 ||
	    makedev(major_number, minor_number) != device)
		return NULL;
	return strndup(dash + 3, strcspn(dash + 3, " "));
}

int filesystem_of(const char *directory, char **type, struct why *w)
{
	struct stat s;
	char *line = NULL;
	size_t len = 0;

	*type = NULL;
	if (stat(directory, &s))
		return misused(w, "--directory %s: %s", directory, strerror(errno));
	if (!S_ISDIR(s.st_mode))
		return misused(w, "--directory %s is not a directory", directory);
	if (access(directory, W_OK | X_OK))
		return misused(w, "--directory %s cannot be written: %s", directory,
			       strerror(errno));
	FILE *f = fopen("/proc/self/mountinfo", "re");
	while (f && !*type && getline(&line, &len, f) > 0)
		*type = type_in(line, s.st_dev);
	free(line);
	if (f)
		fclose(f);
	/* Btrfs subvolumes and overlays have device numbers that no mount shows. */
	if (!*type)
		*type = strdup("unknown");
	return *type ? 0 : fail(w, ENOMEM, "the file system of %s", directory);
}
