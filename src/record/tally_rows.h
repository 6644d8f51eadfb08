/* SPDX-License-Identifier: MIT */
#ifndef TALLY_ROWS_H
#define TALLY_ROWS_H
#include "record/tally.h"

/* The two halves of tally_open(); for tally*.c only. */

/* Hand every row of DIR/invocations.csv to the subject of the plan that it belongs to. */
int tally_read_rows(struct tally *t, const char *dir, struct why *w);

/* The one whose cell columns this row has, the first where the plan has it twice; NULL: none. */
struct subject *tally_subject(const struct tally *t, const struct csv_reader *row);

#endif
