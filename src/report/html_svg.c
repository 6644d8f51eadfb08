/* SPDX-License-Identifier: MIT */
/*
 * Figures inside a page. gnuplot gives the same ids (of markers and clip paths) to every file,
 * and in one document the first would serve for all; so each gets a prefix, at its definition and
 * wherever it is referred to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "report/html.h"

static char *read_whole(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;

	/* An SVG has no NUL byte: this reads it all. */
	if (f && getdelim(&text, &room, '\0', f) < 0) {
		free(text);
		text = NULL;
	}
	if (f)
		fclose(f);
	return text;
}

/* How long the text is after which an id stands; 0: none here. */
static size_t before_id(const char *at)
{
	static const char *const openings[] = { " id=\"", " id='", "href=\"#", "href='#", "url(#" };

	for (size_t i = 0; i < sizeof openings / sizeof *openings; i++)
		if (!strncmp(at, openings[i], strlen(openings[i])))
			return strlen(openings[i]);
	return 0;
}

bool html_svg(const char *path, const char *prefix, FILE *f)
{
	char *whole = read_whole(path), *at = whole ? strstr(whole, "<svg") : NULL;

	while (at && *at) {
		size_t n = before_id(at);

		fwrite(at, 1, n ? n : 1, f);
		if (n)
			fprintf(f, "%s-", prefix);
		at += n ? n : 1;
	}
	free(whole);
	return at != NULL;
}
