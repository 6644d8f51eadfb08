/* SPDX-License-Identifier: MIT */
/* Requests from text. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "plan/axis.h"
#include "plan/registry.h"
#include "plan/request.h"

static void name_benches(char *names, size_t len)
{
	*names = '\0';
	for (size_t i = 0; benches[i]; i++) {
		size_t used = strlen(names);

		snprintf(names + used, len - used, "%s%s", i ? " " : "", benches[i]->name);
	}
}

static void name_parts(const struct bench *b, char *names, size_t len)
{
	*names = '\0';
	for (const struct part *p = b->parts; p->name; p++) {
		size_t used = strlen(names);

		snprintf(names + used, len - used, "%s%s/%s", used ? " " : "", b->name, p->name);
	}
}

int request_name(struct request *r, const char *text, struct why *w)
{
	size_t len = strcspn(text, "/");
	char name[64], names[300];

	snprintf(name, sizeof name, "%.*s", (int)len, text);
	*r = (struct request){ .bench = registry_bench(name) };
	if (!r->bench) {
		name_benches(names, sizeof names);
		return misused(w, "there is no benchmark '%s': give one or more of %s", name,
			       names);
	}
	if (!text[len])
		return 0;
	r->part = registry_part(r->bench, text + len + 1);
	if (!r->part) {
		name_parts(r->bench, names, sizeof names);
		return misused(w, "there is no part '%s': give %s, or one of %s", text, name,
			       names);
	}
	return 0;
}

static int axis_find(const char *option, enum axis *a)
{
	for (int i = 0; i < AXES; i++)
		if (!strcmp(axis_table[i].option, option)) {
			*a = (enum axis)i;
			return 0;
		}
	return -ENOENT;
}

/* Lines of suites are part of the program: what is wrong with one is an error of ours. */
int request_parse(struct request *r, const char *line, struct why *w)
{
	char *copy = strdup(line), *rest = copy, *word = copy ? strsep(&rest, " ") : NULL;
	enum axis a;

	*r = (struct request){ 0 };
	if (!word)
		return fail(w, ENOMEM, "the request '%s'", line);
	int err = request_name(r, word, w);
	r->line = copy;
	while (!err && (word = strsep(&rest, " "))) {
		if (strncmp(word, "--", 2) || axis_find(word + 2, &a) || !rest)
			return fail(w, 0, "'%s' in the request '%s'", word, line);
		r->axis[a] = strsep(&rest, " ");
	}
	return err;
}

void request_free(struct request *r)
{
	free(r->line);
	*r = (struct request){ 0 };
}

void requests_free(struct request *requests, size_t n)
{
	for (size_t i = 0; requests && i < n; i++)
		free(requests[i].line);
	free(requests);
}
