#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# enter.sh COMMAND...: runs COMMAND where the kernel can start aarch64 programs, by qemu-aarch64
# where it cannot by itself. 77 where that cannot be had, with a sentence.
#
# The program starts itself anew for every invocation, so that naming the emulator once is not
# enough: the kernel has to be told. It is told in a user namespace of its own (Linux 6.7), and has
# forgotten it when COMMAND ends. COMMAND finds the kernel's own architecture in SHMBENCH_EMULATED.
set -euo pipefail

root=$(realpath "$(dirname "$0")/../..")
export QEMU_LD_PREFIX=$root/build-arm/sysroot
probe=$root/build-arm/gcc/shmbench

missing() {
	echo "$1" >&2
	exit 77
}

if [ "$(uname -m)" != aarch64 ]; then
	SHMBENCH_EMULATED=$(cat /proc/sys/kernel/arch 2>/dev/null) ||
		missing "the kernel does not say what it runs on (/proc/sys/kernel/arch needs Linux 6.1)"
	export SHMBENCH_EMULATED
fi
if "$probe" --version >/dev/null 2>&1; then exec "$@"; fi
emulator=$(command -v qemu-aarch64-static || command -v qemu-aarch64) ||
	missing "qemu-aarch64 is not installed"

# An ELF file of 64 bits, little-endian, ET_EXEC or ET_DYN, EM_AARCH64 (binfmt_misc, kernel's
# admin-guide).
magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
export REGISTRATION=":aarch64:M::$magic:$mask:$emulator:F"
# shellcheck disable=SC2016 # expanded by the shell inside
inside='mount -t binfmt_misc none /proc/sys/fs/binfmt_misc &&
	printf %s "$REGISTRATION" >/proc/sys/fs/binfmt_misc/register || exit 77
	unset REGISTRATION
	exec "$@"'
enter=(unshare --user --map-root-user --mount bash -c "$inside" enter)
"${enter[@]}" "$probe" --version >/dev/null 2>&1 ||
	missing "the kernel cannot be told of qemu-aarch64 in a user namespace (binfmt_misc there needs Linux 6.7)"
exec "${enter[@]}" "$@"
