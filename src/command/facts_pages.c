/* SPDX-License-Identifier: MIT */
/* What first touches do to page tables. Each count is taken twice and the first one
 * thrown away: it pages in the code that counts. Large pages would change the counts, so they are
 * refused for the memory in question (MADV_NOHUGEPAGE). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>
#include "base/units.h"
#include "command/facts.h"
#include "command/stage.h"

#define PAGES 1024u

/* A segment that is attached and already marked for removal, so that nothing can leave it
 * behind: shmdt, or the end of the process, frees it. Sparse: SHM_NORESERVE keeps the accounting
 * of overcommit out of it. NULL: s->why says why. */
static char *attach_new(struct showing *s, size_t len, int *id)
{
	char size[32];

	*id = shmget(IPC_PRIVATE, len, IPC_CREAT | SHM_NORESERVE | 0600);
	if (*id < 0) {
		fail(&s->why, errno, "shmget of %s", units_size_text(len, size, sizeof size));
		return NULL;
	}
	char *p = shmat(*id, NULL, 0);
	if (p == (void *)-1)
		fail(&s->why, errno, "shmat of %s", units_size_text(len, size, sizeof size));
	shmctl(*id, IPC_RMID, NULL);
	if (p == (void *)-1)
		return NULL;
	madvise(p, len, MADV_NOHUGEPAGE); /* EINVAL: a kernel without huge pages */
	return p;
}

/* `force` is for testing and overrides MADV_NOHUGEPAGE (admin-guide/mm/transhuge). */
static int refuse_forced_huge_pages(struct showing *s)
{
	char text[128] = "";
	FILE *f = fopen("/sys/kernel/mm/transparent_hugepage/shmem_enabled", "re");

	if (f && !fgets(text, sizeof text, f))
		text[0] = '\0';
	if (f)
		fclose(f);
	if (strstr(text, "[force]"))
		return cannot(&s->why, "transparent_hugepage/shmem_enabled is `force'; "
				       "set it to `never' or `advise'");
	return 0;
}

struct sweep {
	volatile char *p;
	size_t pages;
	bool write;
};

/* An address sanitizer would touch its shadow pages between ours. */
__attribute__((no_sanitize_address)) static uint64_t faults_of_sweep(const struct sweep *t)
{
	size_t step = page_size();
	uint64_t faults = minor_faults();

	for (size_t i = 0; i < t->pages; i++) {
		if (t->write)
			t->p[i * step] = 1;
		else
			(void)t->p[i * step];
	}
	return minor_faults() - faults;
}

static int show_one_fault_per_page(struct showing *s, void *unused)
{
	int id, err = refuse_forced_huge_pages(s);
	char *p = err ? NULL : attach_new(s, (PAGES + 1) * page_size(), &id);

	(void)unused;
	if (!p)
		return err ? err : -EIO;
	faults_of_sweep(&(struct sweep){ p, 1, true });
	struct sweep t = { p + page_size(), PAGES, true };
	uint64_t first = faults_of_sweep(&t), again = faults_of_sweep(&t);
	saw(s, first == PAGES, "the first write to each of %u pages took %llu minor faults", PAGES,
	    (unsigned long long)first);
	saw(s, again == 0, "the second write to each took %llu", (unsigned long long)again);
	return 0;
}

static int show_zeroed(struct showing *s, void *unused)
{
	size_t len = PAGES * page_size(), nonzero = 0;
	int id;
	char *dirty = attach_new(s, len, &id);

	(void)unused;
	if (!dirty)
		return -EIO;
	memset(dirty, 0xa5, len);
	shmdt(dirty);
	char *p = attach_new(s, len, &id);
	if (!p)
		return -EIO;
	for (size_t i = 0; i < len; i++)
		nonzero += p[i] != 0;
	saw(s, true, "a segment of %zu bytes was filled with 0xa5 and removed", len);
	saw(s, nonzero == 0, "in the next one %zu of %zu bytes were not zero", nonzero, len);
	return 0;
}

/* Two resident objects, to be read by a process that has touched neither. */
struct resident {
	int id, fd;
};

/* Pages that one fault maps; 64 KiB is the kernel's default (mm/memory.c, fault_around_bytes). */
static size_t fault_around(bool *known)
{
	unsigned long bytes = 65536;
	FILE *f = fopen("/sys/kernel/debug/fault_around_bytes", "re");

	*known = f && fscanf(f, "%lu", &bytes) == 1;
	if (f)
		fclose(f);
	return bytes / page_size() ? bytes / page_size() : 1;
}

static int count_reader_faults(struct showing *s, void *arg)
{
	const struct resident *r = arg;
	char *shm = shmat(r->id, NULL, SHM_RDONLY);
	size_t len = (PAGES + 1) * page_size();
	char *mem = mmap(NULL, len, PROT_READ, MAP_SHARED, r->fd, 0);
	bool known;
	size_t around = fault_around(&known);

	if (shm == (void *)-1 || mem == MAP_FAILED)
		return fail(&s->why, errno, "attaching in a second process");
	faults_of_sweep(&(struct sweep){ shm, 1, false });
	uint64_t sysv = faults_of_sweep(&(struct sweep){ shm + page_size(), PAGES, false });
	uint64_t memfd = faults_of_sweep(&(struct sweep){ mem, PAGES, false });
	saw(s, sysv == PAGES && memfd <= PAGES / around + 1,
	    "a second process read %u resident pages: %llu minor faults in a System V segment, "
	    "%llu "
	    "in a memfd",
	    PAGES, (unsigned long long)sysv, (unsigned long long)memfd);
	saw(s, true, "fault_around_bytes is %zu%s", around * page_size(),
	    known ? "" : " by default (debugfs cannot be read here)");
	if (around == 1)
		return cannot(&s->why, "fault-around is off: one fault maps one page everywhere");
	return 0;
}

/* Pages of the memfd exist from here on; this process's page tables are its own. */
static int populate_memfd(struct showing *s, int fd)
{
	size_t len = (PAGES + 1) * page_size();

	if (ftruncate(fd, (off_t)len))
		return fail(&s->why, errno, "memfd of %zu bytes", len);
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return fail(&s->why, errno, "mmap of %zu bytes", len);
	madvise(p, len, MADV_NOHUGEPAGE);
	memset(p, 1, len);
	return 0;
}

static int show_no_fault_around(struct showing *s, void *unused)
{
	struct resident r = { .fd = memfd_create("shmbench", MFD_CLOEXEC) };
	size_t len = (PAGES + 1) * page_size();
	struct stage st;
	int err = r.fd < 0 ? fail(&s->why, errno, "memfd_create") : refuse_forced_huge_pages(s);

	(void)unused;
	if (!err)
		err = populate_memfd(s, r.fd);
	char *p = err ? NULL : attach_new(s, len, &r.id);
	if (!p)
		return err ? err : -EIO;
	memset(p, 1, len);
	err = stage_open(&st, &(struct stage_play){ .show = count_reader_faults, .arg = &r }, s,
			 &s->why);
	if (err)
		return err;
	err = stage_read(&st, s);
	int ended = stage_close(&st, &s->why);
	return ended ? ended : err ? err : s->verdict == VERDICT_UNTESTABLE ? CANNOT : 0;
}

const struct fact facts_pages[] = {
	{
		.id = "first-touch-is-a-fault",
		.sentence =
			"The first touch of each page is one minor fault, and later touches are "
			"none.",
		.source = "getrusage(2); shmem_fault() in the kernel's mm/shmem.c",
		.counts = true,
		.show = show_one_fault_per_page,
	},
	{
		.id = "pages-arrive-zeroed",
		.sentence = "A new segment reads as zeros, whatever its memory held before.",
		.source = "shmget(2)",
		.show = show_zeroed,
	},
	{
		.id = "no-fault-around",
		.sentence =
			"A process that reads resident System V pages takes one fault for each, "
			"where a memfd takes one for 16.",
		.source = "shm_vm_ops in the kernel's ipc/shm.c has no map_pages; "
			  "do_fault_around() in "
			  "mm/memory.c",
		.counts = true,
		.show = show_no_fault_around,
	},
	{ 0 },
};
