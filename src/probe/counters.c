/* SPDX-License-Identifier: MIT */
/* getrusage(2): the kernel's own counts, free of privileges, the same in every container. */
#include <sched.h>
#include <sys/resource.h>
#include "probe/counters.h"

struct counters counters_read(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (struct counters){
		.minor_faults = (uint64_t)u.ru_minflt,
		.major_faults = (uint64_t)u.ru_majflt,
		.voluntary_switches = (uint64_t)u.ru_nvcsw,
		.involuntary_switches = (uint64_t)u.ru_nivcsw,
		.cpu = sched_getcpu(),
	};
}

void counters_add(struct counters *sum, const struct counters *before, const struct counters *now)
{
	sum->minor_faults += now->minor_faults - before->minor_faults;
	sum->major_faults += now->major_faults - before->major_faults;
	sum->voluntary_switches += now->voluntary_switches - before->voluntary_switches;
	sum->involuntary_switches += now->involuntary_switches - before->involuntary_switches;
	sum->migrations += now->cpu != before->cpu;
	sum->cpu = now->cpu;
}
