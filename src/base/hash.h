/* SPDX-License-Identifier: MIT */
#ifndef HASH_H
#define HASH_H
#include <stddef.h>
#include <stdint.h>

/*
 * 64 bits of what bytes are (FNV-1a): to find things again and to see that a file is whole. Not
 * against an adversary. Begin with HASH_START and feed one piece after the other.
 */
#define HASH_START UINT64_C(0xcbf29ce484222325)

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t len);

/* With its end, so that "a" "bc" is not "ab" "c". */
uint64_t hash_text(uint64_t hash, const char *text);

#endif
