/* SPDX-License-Identifier: MIT */
/* What a CPU does that has nothing to do, and how long it may take to come back from that. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "record/machine.h"

#define CPUIDLE "/sys/devices/system/cpu/cpuidle/"
#define STATES  "/sys/devices/system/cpu/cpu0/cpuidle/state"

const char machine_cpu_latency_path[] = "/dev/cpu_dma_latency";

/* The kernel's default, PM_QOS_CPU_LATENCY_DEFAULT_VALUE of linux/pm_qos.h: 2000 s. */
static const int32_t no_limit_us = 2000000000;

static bool is_driver(const struct reading *driver)
{
	return driver->known && driver->text[0] && strcmp(driver->text, "none") != 0;
}

bool machine_idles_by_driver(void)
{
	struct reading driver = machine_file(CPUIDLE "current_driver");

	return is_driver(&driver);
}

/* Until 5.8 the governor stands in a file that nobody may write. */
static struct reading governor(void)
{
	struct reading r = machine_file(CPUIDLE "current_governor");

	return r.known ? r : machine_file(CPUIDLE "current_governor_ro");
}

/* One file of state i of CPU 0. */
static struct reading of_state(int i, const char *name)
{
	char path[sizeof STATES + 32];

	snprintf(path, sizeof path, STATES "%d/%s", i, name);
	return machine_file(path);
}

/* The states are those of CPU 0: others differ on processors of two kinds of core. */
struct reading machine_idle_states(void)
{
	struct reading driver = machine_file(CPUIDLE "current_driver"), chosen = governor();
	struct reading all = { .known = true };

	if (!is_driver(&driver))
		return machine_unknown("no cpuidle driver: an idle CPU halts, whatever its "
				       "latency may be");
	size_t used =
		(size_t)snprintf(all.text, sizeof all.text, "%.40s, chosen by %.40s:", driver.text,
				 chosen.known ? chosen.text : "nobody known");
	for (int i = 0; used + 80 < sizeof all.text; i++) {
		struct reading name = of_state(i, "name"), latency = of_state(i, "latency");
		struct reading disabled = of_state(i, "disable");

		if (!name.known)
			break;
		used += (size_t)snprintf(all.text + used, sizeof all.text - used,
					 "%s %.30s %.12s us%s", i ? "," : "", name.text,
					 latency.known ? latency.text : "?",
					 !strcmp(disabled.text, "1") ? " (off)" : "");
	}
	return all;
}

/* Reading the device gives the least of what all who have it open ask for, as a binary int32_t; who
 * opens it asks for nothing until it writes (Documentation/power/pm_qos_interface.rst). */
struct reading machine_cpu_latency(void)
{
	int fd = open(machine_cpu_latency_path, O_RDONLY | O_CLOEXEC);
	int32_t us = 0;

	if (fd < 0)
		return machine_unknown("%s: %s", machine_cpu_latency_path, strerror(errno));
	ssize_t got = read(fd, &us, sizeof us);
	close(fd);
	if (got != sizeof us)
		return machine_unknown("%s could not be read", machine_cpu_latency_path);
	return us == no_limit_us ? machine_text("no limit") : machine_text("%d us", us);
}
