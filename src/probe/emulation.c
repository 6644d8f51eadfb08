/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include "probe/emulation.h"

#if defined __x86_64__
static const char compiled_for[] = "x86_64";
#elif defined __aarch64__
static const char compiled_for[] = "aarch64";
#else
static const char compiled_for[] = "";
#endif

/* Not uname(2), whose answer is the emulator's. */
bool emulation_here(char kernel[EMULATION_ARCHITECTURE_MAX])
{
	FILE *f = fopen("/proc/sys/kernel/arch", "re");
	char word[EMULATION_ARCHITECTURE_MAX] = "";
	bool known = f && fscanf(f, "%31s", word) == 1;

	if (f)
		fclose(f);
	if (kernel)
		memcpy(kernel, word, sizeof word);
	return known && compiled_for[0] && strcmp(word, compiled_for);
}
