/* SPDX-License-Identifier: MIT */
/*
 * Writes results/README.md from the schema table: `cmake --build build --target results-readme`
 * after a change of src/record/columns.def, of the flags or of an axis. A unit test compares.
 */
#include <stdio.h>
#include <stdlib.h>
#include "record/schema.h"

static int write_document(const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return -1;
	schema_document(f);
	int bad = ferror(f);
	return fclose(f) || bad ? -1 : 0;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: results_readme FILE\n", stderr);
		return EXIT_FAILURE;
	}
	if (write_document(argv[1])) {
		perror(argv[1]);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
