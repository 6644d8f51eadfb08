/* SPDX-License-Identifier: MIT */
#ifndef UNITS_H
#define UNITS_H
#include <stddef.h>
#include <stdint.h>
#include "base/fail.h"

/*
 * Numbers as people write them. Every parser takes the whole text or fails with a sentence that
 * says what is accepted; nothing is clamped or rounded. Sizes are IEC: 4K is 4096.
 */

/* "4096", "4K", "1M", "2G", "1T" (also KiB, MiB, ...; no sign, no fraction) -> bytes. */
int units_size(const char *text, uint64_t *bytes, struct why *w);

/* A plain decimal count >= 0. */
int units_count(const char *text, uint64_t *count, struct why *w);

/* "100000", "250k", "1M", "2G": whole events per second; the suffixes are decimal, as those of rates
 * are everywhere. */
int units_rate(const char *text, uint64_t *per_second, struct why *w);

/* "95%" -> 95: whole, from 1, and never without its sign. */
int units_whole_percent(const char *text, uint64_t *percent, struct why *w);

/* "60s", "500ms", "5m", "1h"; a bare number is seconds; fractions allowed -> the nearest ns. */
int units_duration(const char *text, uint64_t *ns, struct why *w);

/* "2%", "0.5%" -> 0.02, 0.005. A bare number is per cent too. */
int units_percent(const char *text, double *share, struct why *w);

/* A list "a,b,c" whose items are numbers or ranges: "4K..1G" (doubling for sizes, steps of 1 for
 * others), "4K..1G:x16" (multiplying), "4K..64K:+4K" (adding). The end is included when hit.
 * parse is one of the parsers of whole numbers above. Allocates *values (free() it); *n >= 1 on success. */
int units_list(const char *text, int (*parse)(const char *, uint64_t *, struct why *),
	       uint64_t **values, size_t *n, struct why *w);

/* 65536 -> "64K", 1000 -> "1000": the shortest exact form, in buf, which is returned. */
const char *units_size_text(uint64_t bytes, char *buf, size_t len);

/* A value in base units with three significant digits and a unit a person reads:
 * (2671, "ns") -> "2.67 us"; (1.2e9, "B/s") -> "1.20 GB/s"; other units print as they are. */
const char *units_human(double value, const char *unit, char *buf, size_t len);

#endif
