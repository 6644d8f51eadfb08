/* SPDX-License-Identifier: MIT */
/* Dispatches a command. The only exit() of the program: roles of workers end by _exit. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command/command.h"
#include "plan/registry.h"
#include "version.h"

#define COMMAND(n) extern const struct command command_##n;
#include "command/list.def"
#undef COMMAND

#define COMMAND(n) &command_##n,
static const struct command *const commands[] = {
#include "command/list.def"
	NULL
};
#undef COMMAND

static void help(FILE *f)
{
	fputs("Usage: shmbench COMMAND [OPTION...]\n\n"
	      "Measures what it costs to share memory on Linux, and what that memory is good for\n"
	      "once shared. Start with: shmbench run --suite quick\n\n",
	      f);
	for (size_t i = 0; commands[i]; i++)
		if (commands[i]->about)
			fprintf(f, "  %-10s %s\n", commands[i]->name, commands[i]->about);
	fputs("\nshmbench COMMAND --help says more; shmbench --version says which this is. Every\n"
	      "option may come from the environment: SHMBENCH_TIME_BUDGET=30s is --time-budget "
	      "30s.\n"
	      "Exit status: 0 done, 1 slower or false, 2 usage, 3 undecided, 4 machine unfit, 5 "
	      "failed,\n"
	      "6 other environment, 77 nothing could run here, 128+n ended by signal n.\n",
	      f);
}

static int dispatch(int argc, char **argv)
{
	static char name[64];

	for (size_t i = 0; commands[i]; i++) {
		if (strcmp(commands[i]->name, argv[1]))
			continue;
		snprintf(name, sizeof name, "shmbench %s", argv[1]);
		argv[1] = name;
		return commands[i]->run(argc - 1, argv + 1);
	}
	fprintf(stderr, "shmbench: there is no command '%s'; shmbench --help names them\n",
		argv[1]);
	return STATUS_USAGE;
}

int main(int argc, char **argv)
{
	struct why w = { 0 };
	int status = STATUS_OK;

	argp_err_exit_status = STATUS_USAGE;
	if (registry_check(&w)) {
		fprintf(stderr, "shmbench: %s\n", w.text);
		exit(STATUS_FAILED);
	}
	if (argc < 2) {
		help(stderr);
		status = STATUS_USAGE;
	} else if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		help(stdout);
	} else if (!strcmp(argv[1], "--version")) {
		puts("shmbench " SHMBENCH_VERSION " (" SHMBENCH_BUILD ", " SHMBENCH_COMPILER ")");
	} else {
		status = dispatch(argc, argv);
	}
	if (fflush(stdout) || ferror(stdout)) {
		perror("shmbench: writing to standard output");
		status = status ? status : STATUS_FAILED;
	}
	exit(status);
}
