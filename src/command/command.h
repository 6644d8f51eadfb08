/* SPDX-License-Identifier: MIT */
#ifndef COMMAND_H
#define COMMAND_H

/*
 * One file per command: x.c defines `const struct command command_x`, list.def names it.
 * A command prints its results to stdout and everything else to stderr, and returns the exit
 * status (enum below); only main() exits.
 */
enum status {
	STATUS_OK = 0,
	STATUS_DIFFERENT = 1, /* compare: slower; facts: one is false; selftest: a check failed */
	STATUS_USAGE = 2,     /* usage error, or an input file that is not what it should be */
	STATUS_UNDECIDED = 3, /* compare --strict */
	STATUS_UNFIT = 4,     /* doctor, --require-calm */
	STATUS_FAILED = 5,    /* something that should have worked failed */
	STATUS_FOREIGN = 6,   /* compare, run --resume: another environment */
	STATUS_NOTHING = 77,  /* nothing in the plan could run here */
	STATUS_SIGNAL = 128,  /* + the signal's number */
};

struct command {
	const char *name;
	const char *about; /* one line for --help; NULL: hidden from it */
	/* argv[0] is "shmbench NAME", for argp's messages. */
	int (*run)(int argc, char **argv);
};

#endif
