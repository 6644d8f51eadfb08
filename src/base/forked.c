/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include "base/forked.h"

void forked_die_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

int forked_no_more(size_t have, size_t wanted, int err, struct why *w)
{
	struct rlimit limit = { 0 };

	if (err != EAGAIN && err != ENOMEM)
		return fail(w, err, "fork of process %zu of %zu", have + 1, wanted);
	getrlimit(RLIMIT_NPROC, &limit);
	return cannot(w,
		      "no more than %zu of %zu processes can be made: RLIMIT_NPROC is %ju (`ulimit "
		      "-u'), or else pids.max or memory.max of the cgroup, or kernel.pid_max",
		      have, wanted, (uintmax_t)limit.rlim_cur);
}
