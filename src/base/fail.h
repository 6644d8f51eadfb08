/* SPDX-License-Identifier: MIT */
#ifndef FAIL_H
#define FAIL_H

/*
 * How everything fails: the return value says that, the sentence says why.
 *
 * A function that can fail returns 0 or -errno. Where the failure happens it writes one sentence
 * into the caller's `why` and returns in the same statement:
 *
 *	return fail(r->why, errno, "shmget of %zu bytes", r->len);
 *
 * Callers above pass the value up; they add nothing, print nothing and exit nothing.
 */
struct why {
	char text[400];
};

/* What cannot be done on this machine, as against what should have worked: a cell whose hook
 * returns this becomes a row with status=skip instead of status=fail. */
#define CANNOT (-125)

/* Keep the first sentence, append ": strerror(err)" unless err is 0; return -err (-EIO for 0). */
__attribute__((format(printf, 3, 4))) int fail(struct why *w, int err, const char *fmt, ...);

/* Keep the first sentence; return CANNOT. The sentence names the limit and what would raise it. */
__attribute__((format(printf, 2, 3))) int cannot(struct why *w, const char *fmt, ...);

/* Keep the first sentence; return -EINVAL. For what a user typed: the sentence names the accepted
 * values, and the program ends with 2. */
__attribute__((format(printf, 2, 3))) int misused(struct why *w, const char *fmt, ...);

#endif
