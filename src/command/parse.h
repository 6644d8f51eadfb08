/* SPDX-License-Identifier: MIT */
#ifndef PARSE_H
#define PARSE_H
#include <argp.h>

/*
 * argp_parse for every command: options that the command line does not give may come from the
 * environment, SHMBENCH_TIME_BUDGET for --time-budget. They are put before the command line, so
 * that what is typed counts last. An option without argument is on for any value but "" and "0".
 * Ends the program with 2 on a usage error, as argp does.
 */
void command_parse(const struct argp *argp, int argc, char **argv, void *input);

/* Its words: argv[0], *inherited options of the environment ("--seed=7"), the rest of argv, NULL.
 * malloc'ed; ends the program without memory. */
char **command_words(const struct argp_option *options, int argc, char **argv, int *inherited);

#endif
