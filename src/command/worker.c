/* SPDX-License-Identifier: MIT */
/* The hidden command that an invocation execs: shmbench worker ASSIGNMENT OUTCOME LEDGER, three
 * inherited descriptors. Not for users: it is not in --help. */
#include <stdio.h>
#include <stdlib.h>
#include "command/command.h"
#include "measure/worker.h"

static int run(int argc, char **argv)
{
	if (argc != 4) {
		fputs("shmbench worker: this command is for shmbench run only\n", stderr);
		return STATUS_USAGE;
	}
	return worker_main(atoi(argv[1]), atoi(argv[2]), atoi(argv[3]));
}

const struct command command_worker = { .name = "worker", .run = run };
