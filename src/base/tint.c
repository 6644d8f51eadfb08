/* SPDX-License-Identifier: MIT */
#include "base/tint.h"

/* The eight colours that every terminal has: their shades are the user's own choice. */
const char *tint_begin(enum tint t)
{
	static const char *const codes[] = {
		[TINT_NONE] = "",        [TINT_GOOD] = "\033[32m",
		[TINT_BAD] = "\033[31m", [TINT_DOUBTFUL] = "\033[33m",
		[TINT_DIM] = "\033[2m",  [TINT_STRONG] = "\033[1m",
	};

	return codes[t];
}

const char *tint_end(enum tint t)
{
	return t == TINT_NONE ? "" : "\033[0m";
}

void tint_print(FILE *f, bool colour, enum tint t, const char *text)
{
	if (!colour)
		t = TINT_NONE;
	fprintf(f, "%s%s%s", tint_begin(t), text, tint_end(t));
}
