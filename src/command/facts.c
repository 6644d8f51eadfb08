/* SPDX-License-Identifier: MIT */
/* The facts as a table of sentences, evidence and verdicts. SIGINT, SIGTERM and SIGHUP wait until
 * the fact at hand has tidied up after itself, which takes well under a second, and SIGPIPE until
 * the end; what a fact that dies leaves behind is removed through the ledger. */
#include <argp.h>
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <linux/magic.h>
#include <unistd.h>
#include "command/command.h"
#include "base/proc.h"
#include "command/facts.h"
#include "command/paragraph.h"
#include "command/parse.h"
#include "command/stage.h"
#include "measure/ledger.h"
#include "probe/emulation.h"

struct facts {
	uint32_t key;
	bool json, forced;    /* kernel.shm_rmid_forced */
	struct ledger ledger; /* fd -1 without */
	char directory[sizeof((struct showing *)0)->directory];
	json_t *rows;
	int count[3]; /* by enum verdict */
	int signal;   /* that ended it early */
};

static const char *const verdict_words[] = { "holds", "false", "not testable here" };

/* In memory file systems write_bytes is never counted. */
static bool on_disk(const char *path)
{
	struct statfs fs;

	return path && path[0] == '/' && strlen(path) < 400 && !access(path, W_OK | X_OK) &&
	       !statfs(path, &fs) && fs.f_type != TMPFS_MAGIC && fs.f_type != RAMFS_MAGIC &&
	       fs.f_type != HUGETLBFS_MAGIC;
}

static void choose_directory(struct facts *f)
{
	char *here = getcwd(NULL, 0);
	const char *const candidates[] = { here, getenv("TMPDIR"), "/var/tmp", "/tmp",
					   getenv("HOME") };

	for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
		if (f->directory[0] || !on_disk(candidates[i]))
			continue;
		snprintf(f->directory, sizeof f->directory, "%s", candidates[i]);
	}
	free(here);
}

static void open_ledger(struct facts *f)
{
	const char *const directories[] = { f->directory[0] ? f->directory : NULL, NULL };
	struct why why = { 0 };

	if (ledger_open(&f->ledger, directories, &why))
		fprintf(stderr,
			"shmbench facts: %s; after kill -9, `shmbench clean' will know nothing\n",
			why.text);
}

/* Its own death is not a verdict: what it had seen until then is lost. */
static void sweep(struct facts *f, pid_t pid)
{
	struct why why = { 0 };

	if (f->ledger.fd >= 0 && ledger_sweep_worker(&f->ledger, pid, &why) < 0)
		fprintf(stderr, "shmbench facts: %s\n", why.text);
}

static int show_apart(struct facts *f, const struct fact *fact, struct showing *s)
{
	struct stage st;
	int err = stage_open(&st, &(struct stage_play){ .show = fact->show, .leader = true }, s,
			     &s->why);

	if (err)
		return err;
	if (f->ledger.fd >= 0)
		ledger_note(f->ledger.fd, st.pid);
	err = stage_read(&st, s);
	int ended = stage_close(&st, &s->why);
	if (ended)
		sweep(f, st.pid);
	return ended ? ended : err;
}

static void show(struct facts *f, const struct fact *fact, struct showing *s)
{
	int err;

	*s = (struct showing){ .key = f->key, .ledger = f->ledger.fd };
	memcpy(s->directory, f->directory, sizeof s->directory);
	if (fact->outlives && f->forced)
		err = cannot(&s->why,
			     "kernel.shm_rmid_forced is 1: the kernel removes segments that "
			     "nobody is attached to; sysctl kernel.shm_rmid_forced=0");
	else if (fact->counts && emulation_here(NULL))
		err = cannot(&s->why, "this program is emulated: the faults that the kernel counts "
				      "are the emulator's too");
	else
		err = show_apart(f, fact, s);
	if (err)
		s->verdict = VERDICT_UNTESTABLE;
	if (!s->evidence[0])
		snprintf(s->evidence, sizeof s->evidence, "%s", s->why.text);
}

static void print_row(const struct fact *fact, const struct showing *s)
{
	int width = paragraph_width(stdout);
	char text[sizeof s->why.text + 32];

	printf("%-*s%s\n", width - 20, fact->id, verdict_words[s->verdict]);
	printf("  ");
	paragraph_print(stdout, fact->sentence, 2, width);
	printf("  seen:   ");
	paragraph_print(stdout, s->evidence, 10, width);
	if (s->verdict == VERDICT_UNTESTABLE && strcmp(s->evidence, s->why.text)) {
		snprintf(text, sizeof text, "%s", s->why.text);
		printf("  why:    ");
		paragraph_print(stdout, text, 10, width);
	}
	printf("  source: ");
	paragraph_print(stdout, fact->source, 10, width);
	putchar('\n');
	fflush(stdout);
}

static json_t *row_json(const struct fact *fact, const struct showing *s)
{
	json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s}", "fact", fact->id, "sentence",
				fact->sentence, "evidence", s->evidence, "verdict",
				verdict_words[s->verdict], "source", fact->source);

	if (row && s->verdict == VERDICT_UNTESTABLE)
		json_object_set_new(row, "reason", json_string(s->why.text));
	return row;
}

/* The signal that is waiting, or 0. */
static int pending_signal(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t pending;

	sigpending(&pending);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		if (sigismember(&pending, signals[i]))
			return signals[i];
	return 0;
}

static void show_table(struct facts *f, const struct fact *fact)
{
	for (; fact->id && !(f->signal = pending_signal()); fact++) {
		struct showing s;

		show(f, fact, &s);
		f->count[s.verdict]++;
		if (f->json)
			json_array_append_new(f->rows, row_json(fact, &s));
		else
			print_row(fact, &s);
	}
}

static void print_end(const struct facts *f)
{
	if (f->json) {
		json_dumpf(f->rows, stdout, JSON_INDENT(2));
		putchar('\n');
		return;
	}
	printf("%d hold, %d false, %d not testable here\n", f->count[VERDICT_HOLDS],
	       f->count[VERDICT_FALSE], f->count[VERDICT_UNTESTABLE]);
}

static int show_all(struct facts *f)
{
	static const struct fact *const tables[] = { facts_life, facts_attach, facts_pages,
						     facts_disk };
	sigset_t wait, before;

	sigemptyset(&wait);
	sigaddset(&wait, SIGINT);
	sigaddset(&wait, SIGTERM);
	sigaddset(&wait, SIGHUP);
	sigaddset(&wait, SIGPIPE);
	sigprocmask(SIG_BLOCK, &wait, &before);
	f->rows = json_array();
	f->forced = proc_number("/proc/sys/kernel/shm_rmid_forced", "") == 1;
	choose_directory(f);
	open_ledger(f);
	for (size_t i = 0; i < sizeof tables / sizeof *tables && !f->signal; i++)
		show_table(f, tables[i]);
	ledger_close(&f->ledger);
	print_end(f);
	json_decref(f->rows);
	if (f->signal)
		fprintf(stderr, "shmbench facts: ended by SIG%s before the last fact\n",
			sigabbrev_np(f->signal));
	if (f->signal)
		return STATUS_SIGNAL + f->signal;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return f->count[VERDICT_FALSE] ? STATUS_DIFFERENT : STATUS_OK;
}

static uint32_t parse_key(const char *text, struct argp_state *state)
{
	char *end;

	errno = 0;
	unsigned long long key = strtoull(text, &end, 0);
	if (text[0] < '0' || text[0] > '9' || *end || errno || key < 1 || key > UINT32_MAX)
		argp_error(state, "'%s' is not a key: give a number from 1 to 0xffffffff", text);
	return (uint32_t)key;
}

/* `facts --act NAME KEY ID PATH`: no option, since options may come from the environment. */
static int act(char **words)
{
	return act_here(&(struct act){
		       .name = words[0],
		       .key = (uint32_t)strtoul(words[1], NULL, 10),
		       .id = atoi(words[2]),
		       .path = words[3],
	       })
		       ? STATUS_USAGE
		       : STATUS_OK;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct facts *f = state->input;

	if (key == 'k')
		f->key = parse_key(arg, state);
	else if (key == 'j')
		f->json = true;
	else if (key == ARGP_KEY_ARG)
		argp_error(state, "'%s': facts takes options only: --key, --json", arg);
	else
		return ARGP_ERR_UNKNOWN;
	return 0;
}

static int run(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ .name = "key",
		  .key = 'k',
		  .arg = "KEY",
		  .doc = "Key of the segment that unrelated processes find (default 0x44)" },
		{ .name = "json", .key = 'j', .doc = "Print a JSON array" },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Show on this kernel, by doing it, what is taught about shared memory. Ends "
		       "with 1 if something taught is false here.",
	};
	struct facts f = { .key = 0x44, .ledger.fd = -1 };

	if (argc == 6 && !strcmp(argv[1], "--act"))
		return act(argv + 2);
	command_parse(&argp, argc, argv, &f);
	return show_all(&f);
}

const struct command command_facts = {
	.name = "facts",
	.about = "show on this kernel what is taught about shared memory",
	.run = run,
};
