/* SPDX-License-Identifier: MIT */
#ifndef COMPARE_WORDS_H
#define COMPARE_WORDS_H
#include "record/contrast.h"

/* What the table of `compare` says of a row, one function a column. Into buf, cut at len. */

/* "+5.2 % [+4.1, +6.3]"; beyond a doubling "x 3.14 [3.02, 3.30]"; empty without a ratio. */
void compare_change(const struct estimate *log, char *buf, size_t len);

/* "inconclusive: too_few, need >= 12 invocations (not calm)" */
void compare_verdict(const struct contrast *c, const struct contrast_row *r, char *buf, size_t len);

/* "10 pairs"; where they are not paired "10, 12". */
void compare_count(const struct contrast_row *r, char *buf, size_t len);

/* "r1"; where the two runs number their classes differently "r1, r2". */
void compare_relation(const struct contrast_row *r, char *buf, size_t len);

#endif
