/* SPDX-License-Identifier: MIT */
/* --raw: samples as they were taken. Written by one write(2) each, of what lies in the outcome. */
#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/write.h"
#include "record/raw.h"

#if __BYTE_ORDER != __LITTLE_ENDIAN
#error "samples are written as they lie in memory: a big-endian machine has to swap them"
#endif

int raw_write(const char *dir, const struct invocation *i, unsigned metric, struct why *w)
{
	const struct series *s = &i->out->series[metric];
	char path[PATH_MAX];

	if (!s->len)
		return 0;
	snprintf(path, sizeof path, "%s/samples", dir);
	if (mkdir(path, 0777) && errno != EEXIST)
		return fail(w, errno, "mkdir of %s", path);
	snprintf(path, sizeof path, "%s/samples/%u-%s.u32", dir, i->number,
		 i->planned->cell.part->metrics[metric].name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return fail(w, errno, "open of %s", path);
	int err = write_whole(fd, outcome_samples(i->out, metric), s->len * sizeof(uint32_t));
	if (close(fd) && !err)
		err = -errno;
	return err ? fail(w, -err, "writing %s", path) : 0;
}

void raw_forget(const char *dir, unsigned from)
{
	char path[PATH_MAX];
	struct dirent *e;

	snprintf(path, sizeof path, "%s/samples", dir);
	DIR *d = opendir(path);
	while (d && (e = readdir(d)))
		if (e->d_name[0] >= '0' && e->d_name[0] <= '9' &&
		    strtoul(e->d_name, NULL, 10) >= from)
			unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
}
