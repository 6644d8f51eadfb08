/* SPDX-License-Identifier: MIT */
#include "record/machine.h"
#include "record/machine_json.h"

json_t *machine_json(void)
{
	json_t *object = json_object();

	for (const struct machine_item *i = machine_items; i->name; i++) {
		struct reading r = i->read();
		json_t *text = json_string(r.text);

		/* A line of /sys that is not UTF-8 is still a line: say so instead of losing it. */
		json_object_set_new(object, i->name,
				    text ? text : json_string("unavailable: not UTF-8"));
	}
	return object;
}
