/* SPDX-License-Identifier: MIT */
/* Whether a host takes part in what the kernel does: `system-call` and `beside` of doctor say what that means. */
#include "record/machine.h"
#include "report/findings.h"
#include "report/pick.h"

static int system_call(struct findings *f, const struct rows *r, struct why *w)
{
	const struct pick p = { .benchmark = "bounds", .metric = "syscall" };
	const struct row *call = pick_first(r, &p);
	char text[120];

	if (!call || row_number(call, SUMMARY_median) <= MACHINE_SYSCALL_NS_MAX)
		return 0;
	row_estimate(call, text, sizeof text);
	return findings_say(
		f, w,
		"A system call takes %s here, several times what it takes where the processor does "
		"it alone, so the host takes part in it. First touches, detaching and pipes are "
		"dearer here than on another kind of guest or on none, and mechanisms compare "
		"differently; a ring in memory that is mapped does not enter the kernel.",
		text);
}

/* What rows of an idle machine do not say of one at work. */
static int beside(struct findings *f, const struct rows *r, struct why *w)
{
	const struct pick idle = { .benchmark = "bounds", .metric = "mapping" };
	const struct pick busy = { .benchmark = "bounds", .metric = "mapping-beside" };
	const struct row *one = pick_first(r, &idle), *two = pick_first(r, &busy);
	char alone[120], both[120];

	if (!one || !two)
		return 0;
	double times = row_number(two, SUMMARY_median) / row_number(one, SUMMARY_median);
	if (times < MACHINE_BESIDE_MIN)
		return 0;
	row_estimate(one, alone, sizeof alone);
	row_estimate(two, both, sizeof both);
	return findings_say(
		f, w,
		"The life of a mapping takes %s, and %s while a process runs on the "
		"other CPU: %.2f times as long. Rows of one process are of a machine "
		"that is idle otherwise; where other CPUs are at work, detaching what was "
		"touched costs more.",
		alone, both, times);
}

int findings_host(struct findings *f, const struct rows *r, struct why *w)
{
	int err = system_call(f, r, w);

	return err ? err : beside(f, r, w);
}
