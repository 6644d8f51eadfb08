/* SPDX-License-Identifier: MIT */
#ifndef ROLE_H
#define ROLE_H
#include "measure/assignment.h"

/*
 * One role, from its binding to its last window, in its own process. Every role binds and attaches
 * for itself: page tables of shared mappings are not copied by fork(2), so nothing that one process
 * has touched is warm in another. What the part shares must exist, and with two roles the meeting.
 * A failure's sentence is in the outcome's why[role], and its status is set.
 */
int role_run(struct task *t, const struct assignment *a, int role);

#endif
