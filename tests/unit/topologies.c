/* SPDX-License-Identifier: MIT */
/* What the tests of places share: loading by file name, and failing where that fails. */
#include "topologies.h"

const char *topologies_path(const char *name, char buf[PATH_MAX])
{
	snprintf(buf, PATH_MAX, "%s/%s", TOPOLOGIES, name);
	return buf;
}

struct topology *topologies_load(const struct source *s)
{
	char path[PATH_MAX];
	struct topology *t;
	struct why why = { "" };

	if (topology_load(&t, s->xml ? topologies_path(s->xml, path) : NULL, s->synthetic, &why))
		fail_msg("%s", why.text);
	return t;
}
