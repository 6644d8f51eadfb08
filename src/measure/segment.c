/* SPDX-License-Identifier: MIT */
/* Reads /proc/sysvipc/shm. Not SHM_STAT: that needs read permission on each segment, and leaves
 * out how much of it is resident. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include "measure/segment.h"

/* The order of sysvipc_shm_proc_show() in the kernel's ipc/shm.c. */
static bool parse(const char *line, struct segment *s)
{
	int32_t key;
	int64_t changed;

	if (sscanf(line,
		   "%" SCNd32 " %d %o %" SCNu64 " %d %d %" SCNu64 " %u %*u %u %*u %*u %*u"
		   " %" SCNd64 " %" SCNu64 " %" SCNu64,
		   &key, &s->id, &s->perms, &s->size, &s->creator, &s->last, &s->attached,
		   &s->owner, &s->created_by, &changed, &s->resident, &s->swapped) != 12)
		return false;
	s->key = (uint32_t)key;
	s->changed = (time_t)changed;
	return true;
}

int segment_each(segment_sink *each, void *arg, struct why *w)
{
	FILE *f = fopen("/proc/sysvipc/shm", "re");
	char line[512];
	int err = 0;

	if (!f)
		return fail(w, errno, "/proc/sysvipc/shm");
	while (!err && fgets(line, sizeof line, f)) {
		struct segment s;

		if (parse(line, &s))
			err = each(arg, &s, w);
	}
	fclose(f);
	return err;
}

struct search {
	bool by_key;
	uint32_t key;
	int id;
	struct segment *found;
};

static int compare(void *arg, const struct segment *s, struct why *w)
{
	struct search *wanted = arg;

	(void)w;
	if (wanted->by_key ? s->key != wanted->key : s->id != wanted->id)
		return 0;
	*wanted->found = *s;
	return 1;
}

static int find(struct search *wanted, struct why *w)
{
	int got = segment_each(compare, wanted, w);

	return got == 1 ? 0 : got ? got : -ENOENT;
}

int segment_by_id(int id, struct segment *s, struct why *w)
{
	return find(&(struct search){ .id = id, .found = s }, w);
}

int segment_by_key(uint32_t key, struct segment *s, struct why *w)
{
	return find(&(struct search){ .by_key = true, .key = key, .found = s }, w);
}
