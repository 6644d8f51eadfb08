/* SPDX-License-Identifier: MIT */
/* What it means to be attached. Counts around shmat are taken twice and the first thrown away: it
 * pages in the code that counts. The kernel says EINVAL or EIDRM of a segment that is gone. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include "base/proc.h"
#include "base/units.h"
#include "command/facts.h"
#include "command/stage.h"
#include "measure/segment.h"

/* The segment is attached here and marked for removal. */
static int read_while_marked(struct showing *s, int id, const char *mine)
{
	struct segment row = { 0 };
	struct answer b;
	int err = segment_by_id(id, &row, &s->why);

	if (!err || err == -ENOENT)
		err = act_elsewhere(s, &(struct act){ .name = "read", .id = id }, &b, &s->why);
	if (err)
		return err;
	saw(s, (row.perms & SHM_DEST) && row.attached == 1 && !strcmp(mine, GREETING),
	    "after IPC_RMID the attached segment %d is marked `dest' with nattch %llu and still "
	    "holds \"%s\"",
	    id, (unsigned long long)row.attached, mine);
	saw(s, !b.err && !strcmp(b.text, GREETING),
	    "an unrelated process (%d) attached it by id and %s%s", b.pid, b.err ? "got " : "read ",
	    b.err ? errno_name(b.err) : "the same");
	return 0;
}

static int show_removed_while_attached(struct showing *s, void *unused)
{
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
	struct answer c;

	(void)unused;
	if (id < 0)
		return fail(&s->why, errno, "shmget of 4096 bytes");
	char *p = shmat(id, NULL, 0);
	int attached = p != (void *)-1, err = attached ? 0 : fail(&s->why, errno, "shmat");
	if (attached)
		strcpy(p, GREETING);
	if (shmctl(id, IPC_RMID, NULL) && !err)
		err = fail(&s->why, errno, "IPC_RMID of segment %d", id);
	if (!err)
		err = read_while_marked(s, id, p);
	if (attached)
		shmdt(p);
	if (!err)
		err = act_elsewhere(s, &(struct act){ .name = "read", .id = id }, &c, &s->why);
	if (!err)
		saw(s, is_gone(c.err), "after the last detach shmat gives %s",
		    c.err ? errno_name(c.err) : "an address");
	return err;
}

static int count_here(struct showing *s, void *arg)
{
	struct shmid_ds ds;
	const int *id = arg;

	if (shmctl(*id, IPC_STAT, &ds))
		return fail(&s->why, errno, "IPC_STAT of segment %d", *id);
	saw(s, ds.shm_nattch == 2, "while a forked child lived nattch was %lu",
	    (unsigned long)ds.shm_nattch);
	return 0;
}

static int fork_and_exec(struct showing *s, int id)
{
	struct stage st;
	struct answer a;
	int err =
		stage_open(&st, &(struct stage_play){ .show = count_here, .arg = &id }, s, &s->why);

	if (err)
		return err;
	err = stage_read(&st, s);
	int ended = stage_close(&st, &s->why);
	if (err || ended)
		return ended ? ended : err;
	err = act_elsewhere(s, &(struct act){ .name = "count", .id = id }, &a, &s->why);
	if (!err)
		saw(s, a.number == 1, "a child that had called exec counted nattch %d", a.number);
	return err;
}

static int show_fork_keeps(struct showing *s, void *unused)
{
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);

	(void)unused;
	if (id < 0)
		return fail(&s->why, errno, "shmget of 4096 bytes");
	void *p = shmat(id, NULL, 0);
	int err = p == (void *)-1 ? fail(&s->why, errno, "shmat") : 0;
	shmctl(id, IPC_RMID, NULL);
	if (err)
		return err;
	saw(s, true, "a process attached segment %d once", id);
	return fork_and_exec(s, id);
}

struct cost_of_attach {
	uint64_t faults;
	long tables_kb, resident_kb; /* more than before */
};

static int attach_and_compare(struct showing *s, size_t len, struct cost_of_attach *cost)
{
	int id = shmget(IPC_PRIVATE, len, IPC_CREAT | SHM_NORESERVE | 0600);

	if (id < 0)
		return fail(&s->why, errno, "shmget of %zu bytes", len);
	long tables = proc_number("/proc/self/status", "VmPTE:");
	long resident = proc_number("/proc/self/status", "RssShmem:");
	uint64_t faults = minor_faults();
	void *p = shmat(id, NULL, 0);
	*cost = (struct cost_of_attach){ .faults = minor_faults() - faults };
	int err = p == (void *)-1 ? fail(&s->why, errno, "shmat of %zu bytes", len) : 0;
	cost->tables_kb = proc_number("/proc/self/status", "VmPTE:") - tables;
	cost->resident_kb = proc_number("/proc/self/status", "RssShmem:") - resident;
	shmctl(id, IPC_RMID, NULL);
	if (!err)
		shmdt(p);
	return err;
}

/* One line of numbers per count, in the order of the sizes. */
struct attach_lines {
	char sizes[64], faults[64], tables[64], resident[64];
};

static void add_number(char line[64], long n)
{
	size_t used = strlen(line);

	snprintf(line + used, 64 - used, " %ld", n);
}

static bool add_cost(struct attach_lines *l, size_t len, const struct cost_of_attach *cost)
{
	char size[32];
	size_t used = strlen(l->sizes);

	snprintf(l->sizes + used, sizeof l->sizes - used, " %s",
		 units_size_text(len, size, sizeof size));
	add_number(l->faults, (long)cost->faults);
	add_number(l->tables, cost->tables_kb);
	add_number(l->resident, cost->resident_kb);
	return !cost->faults && !cost->tables_kb && !cost->resident_kb;
}

static int show_attach_maps_nothing(struct showing *s, void *unused)
{
	static const size_t sizes[] = { 4u << 10,  64u << 10,  1u << 20,
					16u << 20, 256u << 20, 1u << 30 };
	struct attach_lines l = { 0 };
	struct cost_of_attach cost;
	bool as_said = true;
	int err = attach_and_compare(s, sizes[0], &cost);

	(void)unused;
	for (size_t i = 0; !err && i < sizeof sizes / sizeof *sizes; i++) {
		err = attach_and_compare(s, sizes[i], &cost);
		if (!err)
			as_said &= add_cost(&l, sizes[i], &cost);
	}
	saw(s, as_said,
	    "shmat of%s: minor faults%s; growth of VmPTE in kB%s; growth of RssShmem in kB%s",
	    l.sizes, l.faults, l.tables, l.resident);
	return err;
}

/* What /proc/self/maps says of the mapping at p. */
static bool maps_line(const void *p, char *line, int room)
{
	FILE *f = fopen("/proc/self/maps", "re");
	char start[32];
	bool found = false;

	if (!f)
		return false;
	snprintf(start, sizeof start, "%lx-", (unsigned long)(uintptr_t)p);
	while (!found && fgets(line, room, f)) {
		line[strcspn(line, "\n")] = '\0';
		const char *digits = line + strspn(line, "0"); /* addresses are padded to 8 */
		found = !strncmp(digits, start, strlen(start));
	}
	fclose(f);
	return found;
}

/* A segment under the first free key from s->key on; -1 with errno. */
static int get_keyed(const struct showing *s, size_t len, uint32_t *key)
{
	int id = -1;

	for (uint32_t i = 0; id < 0 && i < 64; i++) {
		*key = s->key + i;
		id = *key ? shmget((key_t)*key, len, IPC_CREAT | IPC_EXCL | 0600) : -1;
		if (id < 0 && *key && errno != EEXIST)
			break;
	}
	return id;
}

/* Attached under a key, which is free again at once; it only has to show in the file's name. */
static char *attach_keyed(struct showing *s, size_t len, int *id, uint32_t *key)
{
	*id = get_keyed(s, len, key);
	if (*id < 0) {
		fail(&s->why, errno, "shmget of %zu bytes with key %#x", len, *key);
		return NULL;
	}
	char *p = shmat(*id, NULL, 0);
	if (p == (void *)-1)
		fail(&s->why, errno, "shmat of %zu bytes", len);
	shmctl(*id, IPC_RMID, NULL);
	return p == (void *)-1 ? NULL : p;
}

static int show_kernel_file(struct showing *s, void *unused)
{
	size_t len = 16 * page_size();
	struct segment row = { 0 };
	char line[512], name[64], rest[128] = "";
	unsigned long inode = 0;
	uint32_t key;
	int id;
	char *p = attach_keyed(s, len, &id, &key);

	(void)unused;
	if (!p)
		return -EIO;
	madvise(p, len, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < 3; i++)
		p[i * page_size()] = 1;
	if (!maps_line(p, line, sizeof line))
		return cannot(&s->why, "/proc/self/maps does not show the mapping");
	sscanf(line, "%*s %*s %*s %*s %lu %127[^\n]", &inode, rest);
	snprintf(name, sizeof name, "/SYSV%08x (deleted)", key);
	saw(s, !strcmp(rest, name) && inode == (unsigned long)id,
	    "key %#x, segment %d: /proc/self/maps says inode %lu, `%s'", key, id, inode, rest);
	int err = segment_by_id(id, &row, &s->why);
	if (err && err != -ENOENT)
		return err;
	saw(s, row.size == len && row.attached == 1 && row.resident == 3 * page_size(),
	    "with 3 of 16 pages touched /proc/sysvipc/shm says size %llu, nattch %llu, rss %llu",
	    (unsigned long long)row.size, (unsigned long long)row.attached,
	    (unsigned long long)row.resident);
	return 0;
}

const struct fact facts_attach[] = {
	{
		.id = "removed-while-attached",
		.sentence =
			"A segment that is removed while attached lives until the last detach; on "
			"Linux others may even attach it by id meanwhile.",
		.source = "shmctl(2) IPC_RMID, shmat(2) NOTES",
		.show = show_removed_while_attached,
	},
	{
		.id = "fork-keeps-exec-detaches",
		.sentence =
			"A child made by fork is attached to what its parent is attached to; exec "
			"detaches everything.",
		.source = "shmop(2)",
		.show = show_fork_keeps,
	},
	{
		.id = "attach-maps-no-page",
		.sentence =
			"shmat changes no page table, however large the segment: it only reserves "
			"addresses.",
		.source = "do_shmat() in the kernel's ipc/shm.c; getrusage(2), proc(5)",
		.counts = true,
		.show = show_attach_maps_nothing,
	},
	{
		.id = "file-of-the-kernel",
		.sentence = "A segment is a nameless file of the kernel's own shm file system: its "
			    "inode is the shmid, its name only shows the key.",
		.source = "newseg() in the kernel's ipc/shm.c; proc(5)",
		.show = show_kernel_file,
	},
	{ 0 },
};
