/* SPDX-License-Identifier: MIT */
#ifndef TABLES_BESIDE_H
#define TABLES_BESIDE_H
#include "report/rows.h"

/*
 * What other metrics of the same cell say beside its headline; for tables.c only. Each puts its text
 * into buf and returns that: "" where there is no such metric.
 */

/* Faults per page of a sweep. */
const char *beside_faults(const struct row *r, char *buf, size_t len);

/* What a message or a round trip takes from producer and consumer: CPU time, "3.23+3.20 ns", and
 * context switches, "0+0.98". Medians over calm windows, or over all where there is none. */
const char *beside_busy(const struct row *r, char *buf, size_t len);
const char *beside_switches(const struct row *r, char *buf, size_t len);

#endif
