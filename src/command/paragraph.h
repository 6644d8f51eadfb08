/* SPDX-License-Identifier: MIT */
#ifndef PARAGRAPH_H
#define PARAGRAPH_H
#include <stdio.h>

/* Columns that running text may fill on `out`: the terminal's width or $COLUMNS, but 60 to 100;
 * 90 where neither is known. */
int paragraph_width(FILE *out);

/* The rest of a paragraph whose first `indent` columns are already on the line: words, broken at
 * `width` and indented by `indent`, then a line break. */
void paragraph_print(FILE *out, const char *text, int indent, int width);

#endif
