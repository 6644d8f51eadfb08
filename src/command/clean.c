/* SPDX-License-Identifier: MIT */
/* Removes what killed runs left behind, and nothing else: a run that was killed has left its
 * ledger (measure/ledger.h), which says whose objects are ours. Names alone would not do: System V
 * segments have none, and two users may run at once. */
#include <argp.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/cache.h"
#include "base/units.h"
#include "command/command.h"
#include "command/parse.h"
#include "measure/leftover.h"

struct clean {
	bool dry_run;
	unsigned listed, left_alone;
	const char *ledger; /* of the run being cleaned up */
	pid_t parent;       /* of that run */
};

static int say_and_remove(void *arg, const struct leftover *l, struct why *w)
{
	static const char *const kinds[] = {
		[LEFTOVER_SEGMENT] = "System V segment",
		[LEFTOVER_QUEUE] = "System V message queue",
		[LEFTOVER_SEMAPHORES] = "System V semaphores",
		[LEFTOVER_MQUEUE] = "POSIX message queue",
		[LEFTOVER_FILE] = "",
	};
	struct clean *c = arg;
	char size[32];

	if (*l->path)
		printf("%s%s%s", kinds[l->kind], *kinds[l->kind] ? " " : "", l->path);
	else
		printf("%s %d", kinds[l->kind], l->id);
	printf(" (%s), made by process %d of run %d: ",
	       units_size_text(l->bytes, size, sizeof size), l->pid, c->parent);
	if (l->in_use) {
		c->left_alone++;
		printf("left alone, a process %d is running\n", l->pid);
		return 0;
	}
	c->listed++;
	int err = c->dry_run ? 0 : leftover_remove(l, w);
	puts(err ? "cannot be removed" : c->dry_run ? "would be removed" : "removed");
	return err;
}

/* The ledger goes last, so that whatever could not be removed can be tried again. */
static int clean_dead(struct clean *c, const struct account *a, bool files_only, struct why *w)
{
	unsigned left_alone = c->left_alone;
	int err = leftover_each(a, &(struct leftover_scope){ .files_only = files_only },
				&(struct leftover_visit){ say_and_remove, c }, w);

	if (err || c->dry_run || c->left_alone > left_alone)
		return err;
	return unlink(c->ledger) && errno != ENOENT ? fail(w, errno, "removing %s", c->ledger) : 0;
}

/* Killed before its header was written, so it never started a worker; or just about to write it,
 * which the PID in its name tells. */
static int clean_unfinished(const struct clean *c, struct why *w)
{
	pid_t pid = 0;

	sscanf(strrchr(c->ledger, '/'), "/ledger-%d-", &pid);
	if (c->dry_run || process_runs(pid))
		return 0;
	return unlink(c->ledger) ? fail(w, errno, "removing %s", c->ledger) : 0;
}

static int clean_account(struct clean *c, const struct account *a, struct why *w)
{
	enum account_state state;
	int err = a->whole ? account_state(a, &state, w) : clean_unfinished(c, w);

	if (err || !a->whole)
		return err;
	c->parent = a->parent;
	if (state == ACCOUNT_GONE || state == ACCOUNT_PAST)
		return clean_dead(c, a, state == ACCOUNT_PAST, w);
	c->left_alone++;
	if (state == ACCOUNT_RUNNING)
		printf("run %d is still running: left alone\n", a->parent);
	else
		printf("run %d of host %s, or of another container there: left alone, clean up "
		       "there\n",
		       a->parent, a->host);
	return 0;
}

static int clean_ledger(struct clean *c, const char *path, struct why *w)
{
	struct account a;
	int err = account_read(&a, path, w);

	c->ledger = path;
	if (!err)
		err = clean_account(c, &a, w);
	account_free(&a);
	return err;
}

/* One run that cannot be cleaned up does not keep us from the next. */
static int clean_all(struct clean *c, const char *cache, DIR *d)
{
	char path[PATH_MAX + 256];
	struct dirent *entry;
	int failed = 0;

	while ((entry = readdir(d))) {
		struct why why = { 0 };

		if (strncmp(entry->d_name, "ledger-", 7))
			continue;
		snprintf(path, sizeof path, "%s/%s", cache, entry->d_name);
		if (clean_ledger(c, path, &why)) {
			fprintf(stderr, "shmbench clean: %s\n", why.text);
			failed = 1;
		}
	}
	return failed;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct clean *c = state->input;

	if (key == 'n')
		c->dry_run = true;
	else if (key == ARGP_KEY_ARG)
		argp_error(state, "'%s': clean takes options only: --dry-run", arg);
	else
		return ARGP_ERR_UNKNOWN;
	return 0;
}

static int run(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ .name = "dry-run", .key = 'n', .doc = "List what would be removed" },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Remove what killed runs of this user left behind: System V segments, "
		       "message queues and semaphores, POSIX shared memory and message queues, "
		       "files and fifos. Nothing else is touched.",
	};
	struct clean c = { 0 };
	char cache[PATH_MAX];
	struct why why = { 0 };
	DIR *d;

	command_parse(&argp, argc, argv, &c);
	if (cache_directory(cache, sizeof cache, &why) || !(d = opendir(cache))) {
		fprintf(stderr, "shmbench clean: %s\n", why.text[0] ? why.text : strerror(errno));
		return STATUS_FAILED;
	}
	int failed = clean_all(&c, cache, d);
	closedir(d);
	if (!c.listed && !failed)
		puts("nothing to clean: no dead run of this user has left anything behind");
	return failed ? STATUS_FAILED : STATUS_OK;
}

const struct command command_clean = {
	.name = "clean",
	.about = "remove what killed runs left behind",
	.run = run,
};
