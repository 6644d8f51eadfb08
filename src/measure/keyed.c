/* SPDX-License-Identifier: MIT */
/* The orders are those of sysvipc_msg_proc_show() and sysvipc_sem_proc_show() in the kernel's
 * ipc/. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include "channel/key.h"
#include "measure/keyed.h"

typedef bool parse_line(const char *line, int32_t *key, struct keyed *k);

static bool parse_queue(const char *line, int32_t *key, struct keyed *k)
{
	int64_t changed;

	if (sscanf(line,
		   "%" SCNd32 " %d %*o %" SCNu64 " %*u %*d %*d %u %*u %u %*u %*d %*d %" SCNd64, key,
		   &k->id, &k->bytes, &k->owner, &k->created_by, &changed) != 6)
		return false;
	k->changed = (time_t)changed;
	return true;
}

static bool parse_semaphores(const char *line, int32_t *key, struct keyed *k)
{
	int64_t changed;

	if (sscanf(line, "%" SCNd32 " %d %*o %*u %u %*u %u %*u %*d %" SCNd64, key, &k->id,
		   &k->owner, &k->created_by, &changed) != 5)
		return false;
	k->changed = (time_t)changed;
	return true;
}

static int each_line(const char *path, parse_line *parse, keyed_sink *each, void *arg,
		     struct why *w)
{
	FILE *f = fopen(path, "re");
	char line[512];
	int err = 0;

	if (!f)
		return errno == ENOENT ? 0 : fail(w, errno, "%s", path);
	while (!err && fgets(line, sizeof line, f)) {
		struct keyed k = { 0 };
		int32_t key;

		if (parse(line, &key, &k) && (k.maker = key_maker(key)) > 0)
			err = each(arg, &k, w);
	}
	fclose(f);
	return err;
}

int keyed_queues(keyed_sink *each, void *arg, struct why *w)
{
	return each_line("/proc/sysvipc/msg", parse_queue, each, arg, w);
}

int keyed_semaphores(keyed_sink *each, void *arg, struct why *w)
{
	return each_line("/proc/sysvipc/sem", parse_semaphores, each, arg, w);
}
