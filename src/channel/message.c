/* SPDX-License-Identifier: MIT */
/*
 * Messages of a cache line and more, written a line per store where the CPU can; and long runs of
 * them, made in private memory and copied from there by `rep movsb`, where that is fast.
 *
 * A line that another CPU has read must be fetched before a part of it can be written, and stores
 * become visible in order, each waiting for the one before. A store of the whole line does not need
 * what was there; `rep movsb` does not ask for it, and its stores need not wait for one another. Both
 * in numbers: docs/ring.md.
 */
#if defined(__x86_64__)
#include <cpuid.h>
#endif
#include "channel/message.h"

/* Bytes of a message from which on a copy by `rep movsb` is worth its start. */
#define SHIP_MIN 512

typedef uint64_t words __attribute__((vector_size(MESSAGE_WIDE), aligned(8), may_alias));

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
#define CLONED __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CLONED
#endif

/* How far in front of what is being written. 512 to 2048 were equally good. */
enum { MESSAGE_AHEAD = 1024 };

/* Ask for a line in order to write it; no more than a hint, and never a fault. */
static inline void ask(const char *line)
{
#if defined(__x86_64__)
	__asm__ volatile("prefetchw %0" : : "m"(*line));
#else
	__builtin_prefetch(line, 1);
#endif
}

/* Lines below `asks` ask for the one MESSAGE_AHEAD further on. Nothing else may be stored between two lines:
 * with a word on the stack after each a round trip of 1 KiB took twice as long (Xeon, family 6, model 207). */
CLONED static void write_lines(void *to, size_t len, uint64_t n, const char *asks)
{
	/* Not { n, n + 1, ... }: gcc 12 puts that together in memory, word by word, and a load that is
	 * wider than the stores before it waits until all of them are done. */
	words line = n + (words){ 0, 1, 2, 3, 4, 5, 6, 7 };
	const uint64_t next = MESSAGE_WIDE / sizeof n;
	char *p = to, *end = p + len;

	for (; end - p >= MESSAGE_WIDE && p < asks; p += MESSAGE_WIDE, line += next) {
		ask(p + MESSAGE_AHEAD);
		*(words *)p = line;
	}
	for (; end - p >= MESSAGE_WIDE; p += MESSAGE_WIDE, line += next)
		*(words *)p = line;
	/* What is left, of the next line's words; of a copy, or the line would be kept in memory. */
	words rest = line;
	if (p != end)
		memcpy(p, &rest, (size_t)(end - p));
}

/* Plainly, for vectors wider than the CPU's would be kept in memory. */
CLONED static uint64_t sum_lines(const char *p, size_t len)
{
	uint64_t sum = 0, word;

	for (const char *end = p + len / sizeof word * sizeof word; p != end; p += sizeof word) {
		memcpy(&word, p, sizeof word);
		sum += word;
	}
	return sum;
}

uint64_t message_sum_wide(const void *from, size_t len)
{
	return sum_lines(from, len);
}

/* Of a function that message.h has used, clang makes no clones. */
void message_make_wide(void *to, size_t len, uint64_t n)
{
	write_lines(to, len, n, NULL);
}

/* Is `rep movsb` fast, and with few bytes too? CPUID leaf 7: ERMS and FSRM. On CPUs of AMD only: those
 * of Intel that say so too are slower by it (docs/ring.md). */
static bool copies_strings(void)
{
#if defined(__x86_64__)
	const unsigned erms = 1u << 9, fsrm = 1u << 4;
	unsigned a, b, c, d;

	if (!__get_cpuid(0, &a, &b, &c, &d) || b != signature_AMD_ebx || c != signature_AMD_ecx)
		return false;
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & erms) && (d & fsrm);
#else
	return false;
#endif
}

void message_lay_init(struct message_lay *l, char *stage, size_t stage_len)
{
	bool ships = l->message >= SHIP_MIN && copies_strings();

	l->stage = ships ? stage : NULL;
	l->stage_len = ships ? stage_len : 0;
}

static void copy_string(void *to, const void *from, size_t len)
{
#if defined(__x86_64__)
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(len)::"memory");
#else
	memcpy(to, from, len);
#endif
}

/* It starts slowly: so a whole run at once, as far as the stage goes. */
void message_ship(const struct message_lay *l, char *to, uint64_t n, uint64_t run)
{
	uint64_t most = l->stage_len < l->slot ? 1 : l->stage_len / l->slot;

	while (run) {
		uint64_t part = run < most ? run : most;

		for (uint64_t i = 0; i < part; i++)
			message_make(l->stage + i * l->slot, l->message, n + i);
		copy_string(to, l->stage, (part - 1) * l->slot + l->message);
		n += part;
		run -= part;
		to += part * l->slot;
	}
}

/* On CPUs of Intel: those of AMD were slower by it at 4 KiB, and were not asked below. */
static bool gains_by_asking(void)
{
#if defined(__x86_64__)
	unsigned a, b, c, d;

	return __get_cpuid(0, &a, &b, &c, &d) && b == signature_INTEL_ebx &&
	       c == signature_INTEL_ecx && __get_cpuid(0x80000001, &a, &b, &c, &d) &&
	       (c & bit_PRFCHW);
#else
	return false;
#endif
}

/* Nothing is asked for that lies behind the slots. */
void message_lay_asks(struct message_lay *l, const char *slots, size_t len)
{
	if (len > 4 * (size_t)MESSAGE_AHEAD && gains_by_asking())
		l->asks_below = slots + len - MESSAGE_AHEAD;
}

/* Several at a time, so that the line they lie in is asked for once. */
static void lay_small_asking(const struct message_lay *l, char *to, uint64_t n, uint64_t run)
{
	uint64_t most = 8 * MESSAGE_WIDE / l->slot;

	while (run) {
		uint64_t part = run < most ? run : most;

		for (char *p = to; p < to + part * l->slot && p < l->asks_below; p += MESSAGE_WIDE)
			ask(p + MESSAGE_AHEAD);
		message_lay(l, to, n, part, false);
		n += part;
		run -= part;
		to += part * l->slot;
	}
}

void message_lay_asking(const struct message_lay *l, char *to, uint64_t n, uint64_t run)
{
	if (l->message < MESSAGE_WIDE) {
		lay_small_asking(l, to, n, run);
		return;
	}
	for (; run--; n++, to += l->slot)
		write_lines(to, l->message, n, l->asks_below);
}
