/* SPDX-License-Identifier: MIT */
#ifndef SHEET_LAYOUT_H
#define SHEET_LAYOUT_H
#include "report/sheet.h"

/*
 * How a table is made to fit into the width of a terminal; for sheet.c only. Widths are in
 * characters, whatever number of bytes one has.
 */

/* How wide every column is; 0: it is not printed. Where a line has no room for all, the columns go
 * that can be spared; then others are folded. */
void sheet_layout_make(const struct sheet *s, int limit, int room[]);

/* Bytes of the words that go into so many characters; of a longer word as much as does. */
size_t sheet_layout_part(const char *text, int room, bool left);

/* Characters of so many bytes: directories may have any. */
int sheet_layout_columns(const char *text, size_t len);

/* Does a line have a first field only? */
bool sheet_layout_heading(const struct sheet_field line[]);

#endif
