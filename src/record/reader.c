/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>
#include "record/reader.h"
#include "record/run_json.h"

int reader_open(struct reader *r, const char *dir, struct why *w)
{
	*r = (struct reader){ .json = NULL };
	if (strlen(dir) >= sizeof r->path)
		return misused(w, "the path of the run directory '%.80s...' is too long", dir);
	strcpy(r->path, dir);
	int err = run_json_read(dir, &r->json, w);
	if (!err)
		r->id = json_string_value(json_object_get(r->json, "run_id"));
	return err;
}

void reader_close(struct reader *r)
{
	json_decref(r->json);
	r->json = NULL;
}

static const json_t *at_path(const struct reader *r, const char *path)
{
	const json_t *at = r->json;
	char key[64];

	while (at && *path) {
		size_t len = strcspn(path, ".");

		if (len >= sizeof key)
			return NULL;
		memcpy(key, path, len);
		key[len] = '\0';
		at = json_object_get(at, key);
		path += len + (path[len] == '.');
	}
	return at;
}

const char *reader_text(const struct reader *r, const char *path)
{
	const char *text = json_string_value(at_path(r, path));

	return text ? text : "";
}

double reader_number(const struct reader *r, const char *path)
{
	const json_t *value = at_path(r, path);

	return json_is_number(value) ? json_number_value(value) : NAN;
}
