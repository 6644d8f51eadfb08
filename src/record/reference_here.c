/* SPDX-License-Identifier: MIT */
/* Whose readings are this machine's: those of its CPU model, in this user's cache. */
#include <string.h>
#include "base/cache.h"
#include "record/reference.h"

void reference_wish_here(struct reference_wish *wish, struct reference_room *room)
{
	struct reading hypervisor = machine_hypervisor();
	struct why ignored = { 0 };

	/* A machine without a cache takes its readings anew each time. */
	wish->cache =
		cache_directory(room->cache, sizeof room->cache, &ignored) ? NULL : room->cache;
	room->model = machine_processor();
	wish->model = room->model.text;
	wish->guest = strcmp(hypervisor.text, "none");
}
