/* SPDX-License-Identifier: MIT */
#ifndef JSON_TEXT_H
#define JSON_TEXT_H
#include <jansson.h>

/* Paths and arguments are bytes and JSON is UTF-8: what is not becomes '?', byte by byte. */
json_t *json_text_new(const char *text);

/* The same; null for NULL. */
json_t *json_text_or_null(const char *text);

/* The text under a key; "" where there is none. */
const char *json_text_get(const json_t *object, const char *key);

#endif
