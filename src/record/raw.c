/* SPDX-License-Identifier: MIT */
/* --raw: samples as they were taken. Written by one write(2) each, of what lies in the outcome. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "record/raw.h"

#if __BYTE_ORDER != __LITTLE_ENDIAN
#error "samples are written as they lie in memory: a big-endian machine has to swap them"
#endif

static int write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

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
	int err = write_all(fd, outcome_samples(i->out, metric), s->len * sizeof(uint32_t));
	if (close(fd) && !err)
		err = -errno;
	return err ? fail(w, -err, "writing %s", path) : 0;
}
