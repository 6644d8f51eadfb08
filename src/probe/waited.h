/* SPDX-License-Identifier: MIT */
#ifndef WAITED_H
#define WAITED_H
#include <stdint.h>
#include "base/fail.h"

/*
 * How long a process was ready to run and another had its CPU: run_delay of /proc/PID/schedstat.
 *
 * Not /proc/pressure/cpu: that says for how long some task of the machine waited, and kernel
 * threads wait for up to a tick behind whoever measures. On an idle machine of two CPUs it shows
 * 3 to 8 % while a benchmark runs, nearly all of it rcu_preempt behind the benchmark itself.
 */
#define WAITED_PATH "/proc/self/schedstat"

/* ns since the process began. A kernel without scheduling accounts has no such file. */
int waited_read(const char *path, uint64_t *ns, struct why *w);

/* The same, opened once and read often; of the process that opened it, whoever reads. */
struct waited {
	int fd;
};

int waited_open(struct waited *x, const char *path, struct why *w);
int waited_now(const struct waited *x, uint64_t *ns, struct why *w);
void waited_close(struct waited *x);

#endif
