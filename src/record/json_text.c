/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include "record/json_text.h"

const char *json_text_get(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

json_t *json_text_new(const char *text)
{
	json_t *whole = json_string(text);
	char *copy = whole ? NULL : strdup(text);

	if (!copy)
		return whole;
	for (char *p = copy; *p; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	whole = json_string(copy);
	free(copy);
	return whole;
}

json_t *json_text_or_null(const char *text)
{
	return text ? json_text_new(text) : json_null();
}
