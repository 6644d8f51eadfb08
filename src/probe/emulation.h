/* SPDX-License-Identifier: MIT */
#ifndef EMULATION_H
#define EMULATION_H
#include <stdbool.h>

/*
 * Is this program run by a user-mode emulator, such as qemu-aarch64 on x86-64? Its system calls
 * then go to a kernel of another architecture by way of a process that takes page faults and has
 * threads of its own: mechanisms work, but no time, no count of faults and no memory order is that
 * of the architecture.
 *
 * Told by what the kernel says it runs on (/proc/sys/kernel/arch, since 6.1): an emulator passes
 * that on. False where the kernel does not say, and where both are of one architecture. With
 * `kernel`, if not NULL, the kernel's word: "x86_64".
 */
enum { EMULATION_ARCHITECTURE_MAX = 32 };
bool emulation_here(char kernel[EMULATION_ARCHITECTURE_MAX]);

#endif
