/* SPDX-License-Identifier: MIT */
#include "command/run_unavailable.h"
#include "probe/canary.h"
#include "probe/waited.h"

static void add(struct run_unavailable *u, const char *what, const char *why)
{
	struct unavailable *next = u->list;

	while (next->what)
		next++;
	if (why && *why)
		*next = (struct unavailable){ what, why };
}

/* Asked of the same kernel with the same rights as the roles have. What can be opened makes context
 * switches of everybody some 30 ns longer until a second after it is closed (probe/events.h): with
 * auto only where there is a PMU, and not on a machine where there is nothing to gain. */
static void find_events(struct run_unavailable *u, enum counters_wish wish)
{
	struct events e;

	if (wish == COUNTERS_OFF) {
		add(u, "counters", "not asked for: --counters=off");
		return;
	}
	events_open(&e, wish == COUNTERS_AUTO);
	u->counting = e.leader[EVENT_GROUP_HARDWARE] >= 0 || e.leader[EVENT_GROUP_SOFTWARE] >= 0;
	size_t n = counted_missing(&e, u->missing);
	events_close(&e);
	for (size_t i = 0; i < n; i++)
		add(u, u->missing[i].what, u->missing[i].why.text);
}

void run_unavailable_find(struct run_unavailable *u, enum counters_wish wish,
			  const struct steal *steal)
{
	uint64_t waited_ns;

	*u = (struct run_unavailable){ .counting = false };
	add(u, "canaries", canary_unavailable());
	add(u, "steal", steal->unavailable.text);
	if (waited_read(WAITED_PATH, &waited_ns, &u->no_pressure))
		add(u, "pressure", u->no_pressure.text);
	find_events(u, wish);
}
