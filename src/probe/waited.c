/* SPDX-License-Identifier: MIT */
/* Without stdio: a role reads this just before it measures, and allocates nothing then. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>
#include "probe/waited.h"

int waited_open(struct waited *x, const char *path, struct why *w)
{
	x->fd = open(path, O_RDONLY | O_CLOEXEC);
	return x->fd < 0 ? fail(w, errno, "%s", path) : 0;
}

int waited_now(const struct waited *x, uint64_t *ns, struct why *w)
{
	char text[96];
	ssize_t n = pread(x->fd, text, sizeof text - 1, 0);
	int err = n < 0 ? errno : 0;

	text[n > 0 ? n : 0] = '\0';
	/* Time on a CPU, time waiting for one, how often it ran. */
	if (sscanf(text, "%*u %" SCNu64, ns) != 1)
		return fail(w, err, "scheduling accounts say no time of waiting");
	return 0;
}

void waited_close(struct waited *x)
{
	close(x->fd);
}

int waited_read(const char *path, uint64_t *ns, struct why *w)
{
	struct waited x;
	int err = waited_open(&x, path, w);

	if (err)
		return err;
	err = waited_now(&x, ns, w);
	waited_close(&x);
	return err;
}
