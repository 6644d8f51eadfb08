/* SPDX-License-Identifier: MIT */
#ifndef STATE_H
#define STATE_H
#include "report/relations.h"
#include "report/sheet.h"

/*
 * The machine during a run: what it was held to, what its CPUs were to each other, and how often
 * it was calm. Where nothing told calm from not calm the sheets have no line and the sentence says
 * so.
 */

/* The canaries' references. */
int state_references(const struct reader *run, struct sheet *s, struct why *w);

/* A line for each relation, with its share of windows and how many of these were calm. */
int state_relations(const struct relations *r, struct sheet *s, struct why *w);

/* All of it in plain words. In buf, which is returned. */
const char *state_sentence(const struct relations *r, char *buf, size_t len);

#endif
