/* SPDX-License-Identifier: MIT */
/* Running text in columns. Widths are bytes: what is printed here is ASCII. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include "command/paragraph.h"

int paragraph_width(FILE *out)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size = { 0 };
	int width = 90;

	if (!ioctl(fileno(out), TIOCGWINSZ, &size) && size.ws_col)
		width = size.ws_col;
	else if (columns && atoi(columns) > 0)
		width = atoi(columns);
	return width < 60 ? 60 : width > 100 ? 100 : width;
}

void paragraph_print(FILE *out, const char *text, int indent, int width)
{
	int column = indent;

	while (*(text += strspn(text, " "))) {
		int word = (int)strcspn(text, " ");

		if (column > indent && column + 1 + word > width) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
		}
		column += fprintf(out, "%s%.*s", column > indent ? " " : "", word, text);
		text += word;
	}
	fputc('\n', out);
}
