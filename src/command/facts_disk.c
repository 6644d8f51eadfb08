/* SPDX-License-Identifier: MIT */
/* What reaches a disk. write_bytes of /proc/self/io is counted when a page of a disk file becomes
 * dirty, not when it is written (proc(5)); for the kernel's shm files it is never counted. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>
#include "base/proc.h"
#include "command/facts.h"

#define BYTES (8u << 20)

static long long bytes_written(void)
{
	return proc_number("/proc/self/io", "write_bytes:");
}

static int need_accounting(struct showing *s)
{
	if (bytes_written() >= 0)
		return 0;
	return cannot(&s->why, "/proc/self/io cannot be read: the kernel needs "
			       "CONFIG_TASK_IO_ACCOUNTING");
}

static int need_directory(struct showing *s)
{
	if (s->directory[0])
		return 0;
	return cannot(&s->why,
		      "no writable directory on a disk file system: neither the current one "
		      "nor $TMPDIR, /var/tmp, /tmp, $HOME");
}

/* Areas of /proc/swaps, whose first line is a heading. */
static int swap_areas(void)
{
	FILE *f = fopen("/proc/swaps", "re");
	char line[256];
	int lines = 0;

	while (f && fgets(line, sizeof line, f))
		lines++;
	if (f)
		fclose(f);
	return lines > 1 ? lines - 1 : 0;
}

static int dirty_segment(struct showing *s, char *p)
{
	long long before = bytes_written();

	memset(p, 0xa5, BYTES);
	if (msync(p, BYTES, MS_SYNC))
		return fail(&s->why, errno, "msync of a segment");
	long long after = bytes_written();
	saw(s, after == before,
	    "%u bytes dirtied and msync(MS_SYNC): write_bytes of /proc/self/io %lld before, %lld "
	    "after",
	    BYTES, before, after);
	int areas = swap_areas();
	if (areas)
		saw(s, true, "swap: %d areas active, where its pages could go", areas);
	else
		saw(s, true, "swap: none active");
	return 0;
}

static int show_never_written(struct showing *s, void *unused)
{
	int err = need_accounting(s);
	int id = err ? -1 : shmget(IPC_PRIVATE, BYTES, IPC_CREAT | 0600);

	(void)unused;
	if (err || id < 0)
		return err ? err : fail(&s->why, errno, "shmget of %u bytes", BYTES);
	char *p = shmat(id, NULL, 0);
	err = p == (void *)-1 ? fail(&s->why, errno, "shmat of %u bytes", BYTES) : 0;
	shmctl(id, IPC_RMID, NULL);
	return err ? err : dirty_segment(s, p);
}

/* The name by which `clean` would know the file. */
static void name_file(const struct showing *s, char path[600])
{
	snprintf(path, 600, "%s/shmbench-%d-0", s->directory, getpid());
}

static int dirty_mapping(struct showing *s, int fd, char *p)
{
	long long before = bytes_written();
	char byte = 0;

	memset(p, 0xa5, BYTES);
	ssize_t n = pread(fd, &byte, 1, BYTES - 1);
	if (msync(p, BYTES, MS_SYNC))
		return fail(&s->why, errno, "msync of a file");
	long long after = bytes_written();
	saw(s, n == 1 && byte == p[BYTES - 1], "read(2) saw the last byte before any msync");
	saw(s, after >= before + BYTES,
	    "%u bytes dirtied and msync(MS_SYNC): write_bytes of /proc/self/io %lld before, %lld "
	    "after",
	    BYTES, before, after);
	return 0;
}

/* fallocate, so that a full disk is an error here and not SIGBUS at the touch. */
static int map_and_dirty(struct showing *s, int fd)
{
	int err = posix_fallocate(fd, 0, BYTES);

	if (err)
		return fail(&s->why, err, "%u bytes in %s", BYTES, s->directory);
	char *p = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return fail(&s->why, errno, "mmap of a file in %s", s->directory);
	return dirty_mapping(s, fd, p);
}

static int show_file_is_written(struct showing *s, void *unused)
{
	char path[600];
	int err = need_directory(s);

	(void)unused;
	if (!err)
		err = need_accounting(s);
	if (err)
		return err;
	name_file(s, path);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(&s->why, errno, "a file in %s", s->directory);
	unlink(path);
	err = map_and_dirty(s, fd);
	close(fd);
	return err;
}

static int write_then_read(struct showing *s, const char *path)
{
	struct answer a, b;
	int err = act_elsewhere(s, &(struct act){ .name = "map-file", .path = path }, &a, &s->why);

	if (!err && a.err)
		err = fail(&s->why, a.err, "a file in %s", s->directory);
	if (!err)
		err = act_elsewhere(s, &(struct act){ .name = "read-file", .path = path }, &b,
				    &s->why);
	if (err)
		return err;
	saw(s, true, "A (process %d) mapped a file, stored \"%s\" and ended", a.pid, GREETING);
	saw(s, !b.err && !strcmp(b.text, GREETING),
	    "with no process left that had mapped it, B (process %d) got \"%s\" from read(2)%s%s",
	    b.pid, b.text, b.err ? ": " : "", b.err ? errno_name(b.err) : "");
	return 0;
}

static int show_file_stays(struct showing *s, void *unused)
{
	char path[600];
	int err = need_directory(s);

	(void)unused;
	if (err)
		return err;
	name_file(s, path);
	err = write_then_read(s, path);
	if (unlink(path) && !err)
		err = fail(&s->why, errno, "removing %s", path);
	return err;
}

const struct fact facts_disk[] = {
	{
		.id = "segment-is-never-written",
		.sentence =
			"What is stored in a segment never goes to a file on a disk, not even on "
			"msync (swap apart).",
		.source = "proc(5) io; noop_dirty_folio and noop_fsync in the kernel's mm/shmem.c",
		.show = show_never_written,
	},
	{
		.id = "mapped-file-is-written",
		.sentence =
			"What is stored in a mapped regular file is seen by read(2) at once and "
			"goes to the disk, at the latest on msync(MS_SYNC).",
		.source = "mmap(2), msync(2)",
		.show = show_file_is_written,
	},
	{
		.id = "mapped-file-stays",
		.sentence =
			"What was stored through a mapping stays in the file when every process "
			"that mapped it has ended.",
		.source = "mmap(2), MAP_SHARED",
		.show = show_file_stays,
	},
	{ 0 },
};
