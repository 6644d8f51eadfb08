/* SPDX-License-Identifier: MIT */
#ifndef PROGRAM_H
#define PROGRAM_H
#include <stdint.h>
#include "base/fail.h"

/*
 * Another program, run to its end: its standard output is dropped, what it complains about is
 * kept in a file. It gets a process group of its own and ends when we do.
 */
struct program {
	char *const *argv; /* looked for on PATH where argv[0] has no slash */
	const char *log;   /* made anew: its standard error */
	uint64_t limit_ns;
	int signals; /* of program_signals() */
};

/* From here on, signals that end us, and those of children, are readable from this descriptor
 * and nothing else. -errno with a sentence. */
int program_signals(struct why *w);

/* Its exit status, 128 + n when signal n ended it. When we are told to end, so is it, and *signal
 * is what told us (0: nothing did). -ETIMEDOUT after the limit; -errno. */
int program_run(const struct program *p, int *signal, struct why *w);

/* The last line that it complained, in buf, which is returned; "" where it did not. */
const char *program_complaint(const char *log, char *buf, unsigned long len);

#endif
