/* SPDX-License-Identifier: MIT */
/* The limit is one of the whole machine and holds as long as the device is open
 * (Documentation/power/pm_qos_interface.rst), so nobody has to take it back: not after a signal, not
 * after SIGKILL. Workers do not inherit it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "command/run_awake.h"
#include "record/machine.h"

int run_stay_awake(uint64_t ns, struct why *w)
{
	int32_t us = (int32_t)(ns / 1000);
	int fd;

	if (!machine_idles_by_driver()) {
		fail(w, 0,
		     "--cpu-latency: this kernel has no cpuidle driver that would heed it: an idle "
		     "CPU halts (idle=poll on the kernel's command line keeps CPUs awake)");
		return -EAGAIN;
	}
	fd = open(machine_cpu_latency_path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, &us, sizeof us) != sizeof us) {
		fail(w, errno,
		     "--cpu-latency: %s (root may, or who is let: sudo setfacl -m u:$USER:rw %s)",
		     machine_cpu_latency_path, machine_cpu_latency_path);
		if (fd >= 0)
			close(fd);
		return -EAGAIN;
	}
	return 0;
}
