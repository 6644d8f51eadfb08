/* SPDX-License-Identifier: MIT */
#ifndef KEYED_H
#define KEYED_H
#include <stdint.h>
#include <sys/types.h>
#include <time.h>
#include "base/fail.h"

/*
 * System V message queues and semaphores whose key says that a process of ours made them
 * (channel/key.h): from /proc/sysvipc/msg and sem.
 */
struct keyed {
	int id;
	pid_t maker; /* by the key */
	uid_t owner, created_by;
	time_t changed; /* made, or IPC_SET */
	uint64_t bytes; /* queued; 0 for semaphores */
};

typedef int keyed_sink(void *arg, const struct keyed *k, struct why *w);

/* Every one; a non-zero result of the sink ends it. Where the kernel has none, there are none. */
int keyed_queues(keyed_sink *each, void *arg, struct why *w);
int keyed_semaphores(keyed_sink *each, void *arg, struct why *w);

#endif
