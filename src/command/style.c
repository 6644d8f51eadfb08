/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "command/paragraph.h"
#include "command/style.h"

enum { WIDTH = 100 };

enum style_colour style_parse(const char *arg, struct argp_state *state)
{
	static const char *const words[] = { "auto", "always", "never" };

	for (int i = 0; i < 3; i++)
		if (!strcmp(arg, words[i]))
			return (enum style_colour)i;
	argp_error(state, "--color '%s': give auto, always or never", arg);
	return STYLE_AUTO;
}

static bool has_colours(FILE *f)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fileno(f)) && !(no && *no) && term && *term && strcmp(term, "dumb") != 0;
}

struct sheet_style style_of(enum style_colour wish, FILE *f)
{
	return (struct sheet_style){
		.file = f,
		.width = isatty(fileno(f)) ? paragraph_width(f) : WIDTH,
		.colour = wish == STYLE_ALWAYS || (wish == STYLE_AUTO && has_colours(f)),
	};
}
