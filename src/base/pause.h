/* SPDX-License-Identifier: MIT */
#ifndef PAUSE_H
#define PAUSE_H

/* Tell the CPU that this is a spin loop: leaves its sibling thread the pipeline, and leaves the
 * loop without a memory-order misprediction. */
static inline void cpu_pause(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

#endif
