/* SPDX-License-Identifier: MIT */
/* Who can find a segment, and how long it lives. The evidence of absence is an errno: EINVAL is
 * what shmat() and shmctl() give for an id that no longer exists, EIDRM while it is going. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <time.h>
#include <unistd.h>
#include "base/proc.h"
#include "command/facts.h"
#include "command/stage.h"
#include "measure/segment.h"

static int occupied(struct showing *s)
{
	struct segment other;

	if (segment_by_key(s->key, &other, &s->why))
		return cannot(&s->why, "key %#x is taken; choose another with --key", s->key);
	return cannot(&s->why,
		      "key %#x belongs to segment %d of user %u (made by process %d, %llu bytes, "
		      "nattch %llu), which is left alone; choose another with --key",
		      s->key, other.id, other.owner, other.creator, (unsigned long long)other.size,
		      (unsigned long long)other.attached);
}

/* A makes a segment and ends. The caller removes it. */
static int make_and_end(struct showing *s, uint32_t key, struct answer *a)
{
	char name[32] = "";
	int err = act_elsewhere(s, &(struct act){ .name = "make", .key = key }, a, &s->why);

	if (err || a->err == EEXIST)
		return err ? err : occupied(s);
	if (a->err)
		return fail(&s->why, a->err, "shmget and shmat of 4096 bytes");
	if (key != IPC_PRIVATE)
		snprintf(name, sizeof name, " with key %#x", key);
	saw(s, true, "A (process %d) made segment %d%s, wrote \"%s\" and ended", a->pid, a->number,
	    name, GREETING);
	return 0;
}

static int saw_orphan(struct showing *s, const struct answer *a)
{
	struct segment row;
	int err = segment_by_id(a->number, &row, &s->why);

	if (err && err != -ENOENT)
		return err;
	if (err)
		saw(s, false, "segment %d was gone when process %d had ended", a->number, a->pid);
	else
		saw(s, row.attached == 0 && row.creator == a->pid,
		    "/proc/sysvipc/shm then had it with cpid %d and nattch %llu", row.creator,
		    (unsigned long long)row.attached);
	return 0;
}

static int find_and_read(struct showing *s, const struct answer *a)
{
	struct answer b;
	int err = saw_orphan(s, a);

	if (!err)
		err = act_elsewhere(s, &(struct act){ .name = "find", .key = s->key }, &b, &s->why);
	if (err)
		return err;
	saw(s, !b.err && b.number == a->number && !strcmp(b.text, GREETING),
	    "B (process %d, started afterwards) found segment %d by the key and read \"%s\"%s%s",
	    b.pid, b.number, b.text, b.err ? ", " : "", b.err ? errno_name(b.err) : "");
	return 0;
}

static int show_found_by_key(struct showing *s, void *unused)
{
	struct answer a;
	int err = make_and_end(s, s->key, &a);

	(void)unused;
	if (err)
		return err;
	err = find_and_read(s, &a);
	if (shmctl(a.number, IPC_RMID, NULL) && !is_gone(errno))
		return err ? err : fail(&s->why, errno, "removing segment %d", a.number);
	int found = shmget((key_t)s->key, 0, 0);
	saw(s, found < 0 && errno == ENOENT, "after IPC_RMID the key gives %s",
	    found < 0 ? errno_name(errno) : "a segment");
	return err;
}

static int remove_and_look(struct showing *s, int id)
{
	struct answer c, d = { 0 };
	int err = act_elsewhere(s, &(struct act){ .name = "remove", .id = id }, &c, &s->why);

	if (!err)
		err = act_elsewhere(s, &(struct act){ .name = "read", .id = id }, &d, &s->why);
	if (err)
		return err;
	saw(s, !c.err, "C (process %d) did IPC_RMID%s%s", c.pid, c.err ? ": " : "",
	    c.err ? errno_name(c.err) : "");
	saw(s, is_gone(d.err), "D (process %d) then got %s from shmat", d.pid,
	    d.err ? errno_name(d.err) : "an address");
	return 0;
}

static int show_stays_until_removed(struct showing *s, void *unused)
{
	struct answer a, b;
	int err = make_and_end(s, IPC_PRIVATE, &a);

	(void)unused;
	if (err)
		return err;
	err = saw_orphan(s, &a);
	if (!err)
		err = act_elsewhere(s, &(struct act){ .name = "read", .id = a.number }, &b,
				    &s->why);
	if (!err)
		saw(s, !strcmp(b.text, GREETING),
		    "B (process %d) attached it, read \"%s\" and ended", b.pid, b.text);
	if (!err)
		err = remove_and_look(s, a.number);
	shmctl(a.number, IPC_RMID, NULL); /* where something above went wrong */
	return err;
}

/* In a process that has the IPC namespace for itself; its end ends the namespace. */
#define NAMESPACE_BYTES (32u << 20)

static int enter_namespace(struct showing *s)
{
	if (!unshare(CLONE_NEWIPC))
		return 0;
	if (errno == EPERM && !unshare(CLONE_NEWUSER | CLONE_NEWIPC))
		return 0;
	return cannot(
		&s->why,
		"no private IPC namespace: unshare(CLONE_NEWUSER|CLONE_NEWIPC) gives %s; run as "
		"root, or allow user namespaces (sysctl user.max_user_namespaces)",
		errno_name(errno));
}

static int fill_private(struct showing *s, void *unused)
{
	struct answer a;
	int err = enter_namespace(s);

	(void)unused;
	if (!err)
		saw(s, true, "in a new IPC namespace");
	if (!err)
		err = make_and_end(s, s->key, &a);
	if (err)
		return err;
	int id = shmget(IPC_PRIVATE, NAMESPACE_BYTES, IPC_CREAT | 0600);
	char *p = id < 0 ? (void *)-1 : shmat(id, NULL, 0);
	if (p == (void *)-1)
		return fail(&s->why, errno, "a segment of %u bytes", NAMESPACE_BYTES);
	memset(p, 0xa5, NAMESPACE_BYTES);
	shmdt(p);
	err = find_and_read(s, &a);
	saw(s, true, "another of 32 MiB is filled, nobody is attached");
	return err;
}

/* Shared memory of the whole machine: others move it too, so a fall is waited for. */
static long shmem_fell(long from_kb)
{
	long fell = 0;

	for (int i = 0; i < 200 && fell < (long)(NAMESPACE_BYTES >> 10) * 3 / 4; i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
		fell = from_kb - proc_number("/proc/meminfo", "Shmem:");
	}
	return fell;
}

static int show_ends_with_namespace(struct showing *s, void *unused)
{
	struct stage st;
	int before = shmget((key_t)s->key, 0, 0);
	int err = stage_open(&st, &(struct stage_play){ .show = fill_private }, s, &s->why);

	(void)unused;
	if (err)
		return err;
	err = stage_read(&st, s);
	int during = shmget((key_t)s->key, 0, 0), outside = during < 0 ? errno : 0;
	long full = proc_number("/proc/meminfo", "Shmem:");
	int ended = stage_close(&st, &s->why);
	if (err || ended || s->verdict == VERDICT_UNTESTABLE)
		return ended ? ended : err ? err : CANNOT;
	saw(s, during == before, "outside the key gives %s all the while",
	    outside ? errno_name(outside) : "another segment");
	long fell = shmem_fell(full);
	saw(s, fell >= (long)(NAMESPACE_BYTES >> 10) * 3 / 4,
	    "when its last process ended, Shmem of /proc/meminfo fell by %ld kB", fell);
	return 0;
}

static int show_reboot(struct showing *s, void *unused)
{
	struct timespec up = { 0 };
	time_t booted = time(NULL);
	struct tm tm;
	char text[32] = "an unknown time";

	(void)unused;
	clock_gettime(CLOCK_BOOTTIME, &up);
	booted -= up.tv_sec;
	if (gmtime_r(&booted, &tm))
		strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &tm);
	saw(s, true, "this kernel has run since %s and is not restarted for this", text);
	return cannot(&s->why, "it would take a restart of the machine");
}

const struct fact facts_life[] = {
	{
		.id = "found-by-key",
		.sentence =
			"A process finds a segment by its key alone, even after the process that "
			"made and filled it has ended.",
		.source = "svipc(7), shmget(2)",
		.outlives = true,
		.show = show_found_by_key,
	},
	{
		.id = "stays-until-removed",
		.sentence =
			"A segment that nobody is attached to stays in the kernel until somebody "
			"removes it, and then it is gone at once.",
		.source = "shmctl(2), IPC_RMID",
		.outlives = true,
		.show = show_stays_until_removed,
	},
	{
		.id = "ends-with-its-namespace",
		.sentence =
			"A segment belongs to one IPC namespace: it cannot be seen from another, "
			"and it ends when the last process of its namespace does.",
		.source = "ipc_namespaces(7)",
		.show = show_ends_with_namespace,
	},
	{
		.id = "gone-after-reboot",
		.sentence =
			"A segment does not survive a restart of the machine; a regular file does.",
		.source = "svipc(7): kernel persistence; shm_overview(7)",
		.show = show_reboot,
	},
	{ 0 },
};
