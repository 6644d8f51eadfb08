/* SPDX-License-Identifier: MIT */
#ifndef TREE_H
#define TREE_H

/* A directory and all that is in it, without following links; -errno of the first that stays. */
int tree_remove(const char *path);

#endif
