/* SPDX-License-Identifier: MIT */
/*
 * The canaries. The two loops are inline assembly, so that no compiler can merge, vectorise or
 * reorder what they count. Registers are added to registers: recent cores resolve an add of a small constant
 * at rename, without an execution unit, and such an add would not feel a busy sibling.
 */
#include <math.h>
#include "probe/canary.h"
#include "probe/clock.h"
#include "probe/mapping.h"

enum {
	ADD_LOOPS = 20000,     /* of 16 adds: 12 to 40 us */
	MULTIPLY_LOOPS = 2500, /* of 8 multiplies: 12 to 30 us */
	ADDS = ADD_LOOPS * 16,
	CHAIN_CYCLES = MULTIPLY_LOOPS * 8 * 3,
	HALVES_APART = 100, /* one in so many: some steps of a clock */
	WARMING_LIVES = 120,
	LIVES = 30,
};

/* How fast a CPU fetches a loop depends on where in a cache line it begins: at 46 bytes into one
 * the adds ran at 4.82 a cycle and at 14 bytes at 4.00, so that every build had a reference of its
 * own. */
#define ALIGNED ".p2align 6\n"

#if defined(__x86_64__)

#define ADD_ROUND                                                                                  \
	"add %%rdx, %%rax\n add %%rdx, %%rsi\n add %%rdx, %%rdi\n add %%rdx, %%r8\n"               \
	"add %%rdx, %%r9\n add %%rdx, %%r10\n add %%rdx, %%r11\n add %%rdx, %%r12\n"

static void adds(unsigned long loops)
{
	__asm__ volatile(ALIGNED "1:\n" ADD_ROUND ADD_ROUND "dec %0\n jnz 1b\n"
			 : "+r"(loops)
			 :
			 : "rax", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "cc");
}

#define MULTIPLY4 "imul %1, %1\n imul %1, %1\n imul %1, %1\n imul %1, %1\n"

static void chain(unsigned long loops)
{
	unsigned long x = 3;

	__asm__ volatile(ALIGNED "1:\n" MULTIPLY4 MULTIPLY4 "dec %0\n jnz 1b\n"
			 : "+r"(loops), "+r"(x)
			 :
			 : "cc");
}

const char *canary_unavailable(void)
{
	return NULL;
}

#elif defined(__aarch64__)

#define ADD_ROUND                                                                                  \
	"add x1, x1, x0\n add x2, x2, x0\n add x3, x3, x0\n add x4, x4, x0\n"                      \
	"add x5, x5, x0\n add x6, x6, x0\n add x7, x7, x0\n add x8, x8, x0\n"

static void adds(unsigned long loops)
{
	__asm__ volatile(ALIGNED "1:\n" ADD_ROUND ADD_ROUND "subs %0, %0, #1\n b.ne 1b\n"
			 : "+r"(loops)
			 :
			 : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "cc");
}

#define MULTIPLY4 "mul %1, %1, %1\n mul %1, %1, %1\n mul %1, %1, %1\n mul %1, %1, %1\n"

static void chain(unsigned long loops)
{
	unsigned long x = 3;

	__asm__ volatile(ALIGNED "1:\n" MULTIPLY4 MULTIPLY4 "subs %0, %0, #1\n b.ne 1b\n"
			 : "+r"(loops), "+r"(x)
			 :
			 : "cc");
}

const char *canary_unavailable(void)
{
	return NULL;
}

#else

static void adds(unsigned long loops)
{
	(void)loops;
}

static void chain(unsigned long loops)
{
	(void)loops;
}

const char *canary_unavailable(void)
{
	return "the canary loops are written for x86-64 and aarch64 only";
}

#endif

struct laps {
	uint64_t adds_ns, half_ns[2]; /* of the chain */
};

/* Not inlined, so that a rehearsal runs the very code that is timed. */
static __attribute__((noinline)) struct laps time_loops(unsigned long add_loops,
							unsigned long multiply_loops)
{
	uint64_t start = clock_ns();
	adds(add_loops);
	uint64_t added = clock_ns();
	chain(multiply_loops / 2);
	uint64_t middle = clock_ns();
	chain(multiply_loops / 2);
	uint64_t end = clock_ns();

	return (struct laps){ added - start, { middle - added, end - middle } };
}

/* An interrupt makes one half of the chain longer: then the other half is the clock's. Taken whole, one
 * chain in thirty was longer by the length of an interrupt, and its adds per cycle more: 2 % of all readings
 * stood together at 3.5 % above the undisturbed ones, enough to be taken for the machine at rest. */
static double chain_ns(const struct laps *l)
{
	double first = (double)l->half_ns[0], second = (double)l->half_ns[1];

	return fabs(first - second) * HALVES_APART > fmax(first, second) ? 2 * fmin(first, second)
									 : first + second;
}

/* Work that fills the caches leaves this code out of them, and fetching it from memory counts as a slower CPU: 1 %
 * of the clock where all of it was flushed. Where neighbours had filled the last cache, 60 to 90 % of the
 * windows of `zero-page` failed for it. So it is rehearsed. */
struct canary canary_read(void)
{
	if (canary_unavailable())
		return (struct canary){ NAN, NAN };
	time_loops(1, 2);
	struct laps l = time_loops(ADD_LOOPS, MULTIPLY_LOOPS);
	double chain_ghz = CHAIN_CYCLES / chain_ns(&l);

	return (struct canary){
		.adds_per_cycle = ADDS / (double)l.adds_ns / chain_ghz,
		.chain_ghz = chain_ghz,
	};
}

/* The median, so that an interrupt in a life is not to be seen. */
double canary_mapping_ns(void)
{
	uint64_t sorted[LIVES];

	mapping_prepare();
	for (int n = 0; n < WARMING_LIVES; n++)
		if (!mapping_live())
			return NAN;
	uint64_t start = clock_ns();
	for (int n = 0; n < LIVES; n++) {
		if (!mapping_live())
			return NAN;
		uint64_t end = clock_ns(), life = end - start;
		int at = n;

		for (; at > 0 && sorted[at - 1] > life; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = life;
		start = end;
	}
	return (double)sorted[LIVES / 2];
}
