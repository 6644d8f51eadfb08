/* SPDX-License-Identifier: MIT */
#ifndef TOPOLOGIES_H
#define TOPOLOGIES_H
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "plan/place.h" /* before cmocka.h, whose macro fail() would hide fail.h's function */
#include <cmocka.h>

/* Other machines' topologies for the tests of places: a file of topologies/ (TOPOLOGIES, set by
 * the build), a synthetic description, or neither for this machine. */
struct source {
	const char *xml, *synthetic;
};

/* Path of a file in topologies/, in buf, which is returned. */
const char *topologies_path(const char *name, char buf[PATH_MAX]);

/* A topology that does not load fails the test. */
struct topology *topologies_load(const struct source *s);

#endif
