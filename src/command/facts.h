/* SPDX-License-Identifier: MIT */
#ifndef FACTS_H
#define FACTS_H
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/fail.h"

/*
 * What people are taught about shared memory, each shown by doing it.
 *
 * Every fact is shown in a process of its own (stage.h), forked for it. Where a fact is about
 * unrelated processes, those are exec'ed one after the other (struct act): they share no memory
 * and no descriptor, and each has ended before the next one starts.
 */
enum verdict { VERDICT_HOLDS, VERDICT_FALSE, VERDICT_UNTESTABLE };

/* Crosses a pipe whole, so it must stay below PIPE_BUF. */
struct showing {
	uint32_t key;        /* of --key */
	int ledger;          /* for ledger_note; -1 without */
	char directory[512]; /* on a disk file system; "" where there is none */
	enum verdict verdict;
	char evidence[1200]; /* what was seen: numbers, errno names, lines of /proc */
	struct why why;      /* why it cannot be tested here */
};

struct fact {
	const char *id;
	const char *sentence;
	const char *source; /* the manual page or kernel function that says so */
	bool counts;        /* faults or page tables of its own process: not under an emulator */
	bool outlives;      /* not testable with kernel.shm_rmid_forced=1 */
	/* In a process of its own: gather evidence with saw(). CANNOT or -errno: not testable here,
	 * s->why says why. Leaves nothing behind on any path. */
	int (*show)(struct showing *s, void *unused);
};

extern const struct fact facts_life[], facts_attach[], facts_pages[],
	facts_disk[]; /* end with a NULL id */

/* Add one observation; when it is not as the fact says, the fact is false. */
__attribute__((format(printf, 3, 4))) void saw(struct showing *s, bool as_said, const char *fmt,
					       ...);

/* "EINVAL"; the evidence shows these, since a reader looks them up in a manual page. */
const char *errno_name(int err);

/* Whether an errno of shmat or shmctl says that the segment is no more. */
bool is_gone(int err);

/* Of the calling process so far. */
uint64_t minor_faults(void);

size_t page_size(void);

/* What makers of segments and files write. */
#define GREETING "hello, world"

/* What an unrelated process is asked to do, and what it answers. */
struct act {
	const char *name; /* one of the table in facts_act.c */
	uint32_t key;
	int id;
	const char *path;
};

struct answer {
	pid_t pid;
	int err;       /* errno of what failed, or 0 */
	int number;    /* segment id, or count of attachments */
	char text[64]; /* what was read */
};

/* exec a process that does it, wait for its end. Non-zero only when no answer came. */
int act_elsewhere(const struct showing *s, const struct act *a, struct answer *answer,
		  struct why *w);

/* In that process: do it and print the answer. 0, or -EINVAL for a name that is none. */
int act_here(const struct act *a);

#endif
