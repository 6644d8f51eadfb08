/* SPDX-License-Identifier: MIT */
/* Options from the environment. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command/parse.h"

/* --time-budget -> SHMBENCH_TIME_BUDGET */
static const char *from_environment(const struct argp_option *o)
{
	char name[64];
	int n = snprintf(name, sizeof name, "SHMBENCH_%s", o->name);

	if (n >= (int)sizeof name)
		return NULL;
	for (char *p = name; *p; p++)
		*p = *p == '-' ? '_' : (char)toupper((unsigned char)*p);
	const char *value = getenv(name);
	if (!value || !*value || (!o->arg && !strcmp(value, "0")))
		return NULL;
	return value;
}

static char *spell(const struct argp_option *o, const char *value)
{
	char *text = NULL;

	if (!o->arg)
		return asprintf(&text, "--%s", o->name) < 0 ? NULL : text;
	return asprintf(&text, "--%s=%s", o->name, value) < 0 ? NULL : text;
}

char **command_words(const struct argp_option *o, int argc, char **argv, int *inherited)
{
	size_t n = 0, given = 0;

	while (o && (o[n].name || o[n].key || o[n].doc))
		n++;
	char **all = calloc((size_t)argc + n + 1, sizeof *all);
	if (!all) {
		perror("shmbench");
		exit(argp_err_exit_status);
	}
	all[given++] = argv[0];
	for (size_t i = 0; i < n; i++) {
		const char *value = o[i].name ? from_environment(&o[i]) : NULL;

		if (value && (all[given] = spell(&o[i], value)))
			given++;
	}
	memcpy(all + given, argv + 1, ((size_t)argc - 1) * sizeof *all);
	*inherited = (int)given - 1;
	return all;
}

void command_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	int inherited;
	char **all = command_words(argp->options, argc, argv, &inherited);

	argp_parse(argp, inherited + argc, all, 0, NULL, input);
	/* The words stay: options point into them for the life of the program. */
	free(all);
}
