/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <unistd.h>
#include "base/write.h"

int write_whole(int fd, const void *bytes, size_t len)
{
	const char *p = bytes;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}
