/* SPDX-License-Identifier: MIT */
#ifndef SEGMENT_H
#define SEGMENT_H
#include <stdint.h>
#include <sys/types.h>
#include <time.h>
#include "base/fail.h"

/*
 * The System V segments of this IPC namespace, as /proc/sysvipc/shm lists them (proc(5)). Its
 * columns are what shmctl(IPC_STAT) says, and two that it does not say: rss and swap.
 */
struct segment {
	uint32_t key;
	int id;
	unsigned perms;      /* octal, with SHM_DEST (01000) once it is marked for removal */
	uint64_t size;       /* bytes asked for */
	pid_t creator, last; /* as this process's PID namespace names them; 0: not in it */
	uint64_t attached;   /* attachments, not processes */
	uid_t owner, created_by;
	time_t changed;             /* made, or IPC_SET: wall clock, s */
	uint64_t resident, swapped; /* bytes */
};

/* Call `each` for every segment until it returns non-zero, which is returned. */
typedef int segment_sink(void *arg, const struct segment *s, struct why *w);
int segment_each(segment_sink *each, void *arg, struct why *w);

/* One segment by id or key: 0, or -ENOENT without a sentence when there is none. */
int segment_by_id(int id, struct segment *s, struct why *w);
int segment_by_key(uint32_t key, struct segment *s, struct why *w);

#endif
