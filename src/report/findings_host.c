/* SPDX-License-Identifier: MIT */
/* Whether a host takes part in what the kernel does: `system-call` of doctor says what that means. */
#include "record/machine.h"
#include "report/findings.h"
#include "report/pick.h"

int findings_host(struct findings *f, const struct rows *r, struct why *w)
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
