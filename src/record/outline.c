/* SPDX-License-Identifier: MIT */
/* Scanned as text: what is compared are words that hwloc wrote, and a topology that cannot be
 * loaded here, being of another machine or version, can still be told from another. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "record/outline.h"

static const char opening[] = "<object ", closing[] = "</object>";

/* The value of an attribute of the tag that begins at `tag`; its length, or -1. */
static int attribute(const char *tag, const char *name, const char **value)
{
	const char *end = strchr(tag, '>');
	size_t len = strlen(name);

	for (const char *at = strchr(tag, ' '); at && end && at < end; at = strchr(at + 1, ' ')) {
		if (strncmp(at + 1, name, len) || strncmp(at + 1 + len, "=\"", 2))
			continue;
		*value = at + 1 + len + 2;
		return (int)strcspn(*value, "\"");
	}
	return -1;
}

/* Devices come and go, and none of them takes part. */
static int is_device(const char *tag)
{
	static const char *const devices[] = { "Bridge", "PCIDev", "OSDev", "Misc" };
	const char *type = "";
	int len = attribute(tag, "type", &type);

	for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
		if (len == (int)strlen(devices[i]) && !strncmp(type, devices[i], (size_t)len))
			return 1;
	return 0;
}

static void put(FILE *f, const char *tag, const char *name, const char *format)
{
	const char *value;
	int len = attribute(tag, name, &value);

	if (len >= 0)
		fprintf(f, format, len, value);
}

static void put_object(FILE *f, const char *tag, int depth)
{
	if (is_device(tag))
		return;
	fprintf(f, "%*s", depth, "");
	put(f, tag, "type", "%.*s");
	put(f, tag, "os_index", " %.*s");
	put(f, tag, "cpuset", " %.*s");
	put(f, tag, "allowed_cpuset", ", allowed %.*s");
	put(f, tag, "cache_size", ", %.*s bytes");
	fputc('\n', f);
}

/* "<object .../>" has no children. */
static int is_single(const char *tag)
{
	const char *end = strchr(tag, '>');

	return end && end[-1] == '/';
}

char *outline_make(const char *xml)
{
	char *text = NULL;
	size_t len;
	int depth = 0;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	for (const char *at = strchr(xml, '<'); at; at = strchr(at + 1, '<')) {
		if (!strncmp(at, closing, sizeof closing - 1))
			depth--;
		if (strncmp(at, opening, sizeof opening - 1))
			continue;
		put_object(f, at, depth);
		depth += !is_single(at);
	}
	return fclose(f) ? NULL : text;
}

static void copy_line(const char *line, char *buf, size_t len)
{
	line += strspn(line, " ");
	size_t n = strcspn(line, "\n");

	snprintf(buf, len, "%.*s", (int)n, n ? line : "");
	if (!n)
		snprintf(buf, len, "nothing");
}

void outline_difference(const char *base, const char *new, char *in_base, char *in_new,
			unsigned long len)
{
	for (;;) {
		size_t n = strcspn(base, "\n"), m = strcspn(new, "\n");

		if (n != m || strncmp(base, new, n) || !base[n])
			break;
		base += n + 1;
		new += m + 1;
	}
	copy_line(base, in_base, len);
	copy_line(new, in_new, len);
}
