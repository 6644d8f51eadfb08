/* SPDX-License-Identifier: MIT */
/* Reading here, not in hwloc, tells a file that cannot be read from one that is no topology, and
 * takes a pipe, which can be read but once while a topology is tried before it is loaded. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "plan/xml.h"

/* The largest machines' files are some megabytes. */
#define SIZE_MAX_ACCEPTED ((size_t)256 << 20)

static int unreadable(const struct xml *x, int err, struct why *w)
{
	return misused(w, "cannot read %s (%s): give a topology in hwloc's XML", x->path,
		       strerror(err));
}

int xml_refused(const struct xml *x, struct why *w)
{
	return misused(
		w, "%s is not a topology in hwloc's XML: give what `lstopo --of xml FILE` writes",
		x->path);
}

static int read_all(struct xml *x, int fd, struct why *w)
{
	size_t room = 0;

	for (;;) {
		if (x->len == room) {
			room = room ? 2 * room : 65536;
			char *grown = room > SIZE_MAX_ACCEPTED ? NULL : realloc(x->text, room);
			if (!grown)
				return unreadable(x, EFBIG, w);
			x->text = grown;
		}
		ssize_t n = read(fd, x->text + x->len, room - x->len);
		if (n == 0)
			return 0;
		if (n > 0)
			x->len += (size_t)n;
		else if (errno != EINTR)
			return unreadable(x, errno, w);
	}
}

int xml_open(struct xml *x, const char *path, struct why *w)
{
	*x = (struct xml){ .path = path };
	if (!strcmp(path, "-"))
		x->path = "standard input";
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
	if (fd < 0)
		return unreadable(x, errno, w);
	int err = read_all(x, fd, w);
	close(fd);
	if (err)
		xml_close(x);
	return err;
}

void xml_close(struct xml *x)
{
	free(x->text);
	*x = (struct xml){ 0 };
}
