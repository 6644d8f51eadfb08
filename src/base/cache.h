/* SPDX-License-Identifier: MIT */
#ifndef CACHE_H
#define CACHE_H
#include <stddef.h>
#include "base/fail.h"

/*
 * The directory for what outlasts a run but is no result: $XDG_CACHE_HOME/shmbench, else
 * $HOME/.cache/shmbench, else (HOME unset or unusable) /tmp/shmbench-UID. Made with mode 0700 if
 * it is not there; refused when it is not a directory of this user's that only he can write to.
 * In path, of len bytes. Parent only.
 */
int cache_directory(char *path, size_t len, struct why *w);

#endif
