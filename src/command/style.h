/* SPDX-License-Identifier: MIT */
#ifndef STYLE_H
#define STYLE_H
#include <argp.h>
#include "report/sheet.h"

/*
 * How a command prints for people: in colour and how wide. `auto` is colour where the output is a
 * terminal, unless NO_COLOR (no-color.org) or a dumb terminal say otherwise; `always` is always.
 */
enum style_colour { STYLE_AUTO, STYLE_ALWAYS, STYLE_NEVER };

enum { KEY_COLOUR = 0x3000 };
#define STYLE_OPTION(group)                                                                        \
	{                                                                                          \
		"color", KEY_COLOUR, "WHEN", 0,                                                    \
			"auto, always or never (default auto; NO_COLOR is honoured)", group        \
	}

/* Of the option; ends the program with 2 for another word. */
enum style_colour style_parse(const char *arg, struct argp_state *state);

struct sheet_style style_of(enum style_colour wish, FILE *f);

#endif
