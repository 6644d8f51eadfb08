/* SPDX-License-Identifier: MIT */
/* Without stdio: a role reads this just before it measures, and allocates nothing then. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>
#include "probe/waited.h"

int waited_read(const char *path, uint64_t *ns, struct why *w)
{
	char text[96];
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fail(w, errno, "%s", path);
	ssize_t n = read(fd, text, sizeof text - 1);
	int err = n < 0 ? errno : 0;
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	/* Time on a CPU, time waiting for one, how often it ran. */
	if (sscanf(text, "%*u %" SCNu64, ns) != 1)
		return fail(w, err, "%s says no time of waiting", path);
	return 0;
}
