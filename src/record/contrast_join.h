/* SPDX-License-Identifier: MIT */
#ifndef CONTRAST_JOIN_H
#define CONTRAST_JOIN_H
#include "record/contrast.h"

/* Fill c->row (base and new), c->only and c->absent from the two runs and c->wish. For
 * contrast.c. */
int contrast_join(struct contrast *c, struct why *w);

#endif
