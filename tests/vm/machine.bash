# SPDX-License-Identifier: MIT
# What the tests of the emulated machine share: `load machine`.

# machine_once GUEST PROGRAM...: run it once for all tests of a file, its output in $VM. VM_OUT names
# what a machine left earlier. KERNEL_OPTIONS, MEMORY, CPU and VM_LIMIT are those of ./machine.
machine_once() {
	local guest=$1
	shift
	export VM=${VM_OUT:-$BATS_FILE_TMPDIR/vm}
	[ -z "${VM_OUT-}" ] || return 0
	"$BATS_TEST_DIRNAME/machine" "$VM" "$BATS_TEST_DIRNAME/$guest" \
		"${@/#/$(realpath "$BATS_TEST_DIRNAME/../..")/build/tests/unit/}" >"$BATS_FILE_TMPDIR/said" 2>&1 && return
	[ $? -ne 77 ] || skip "$(tail -n 1 "$BATS_FILE_TMPDIR/said")"
	cat "$BATS_FILE_TMPDIR/said" >&2
	return 1
}

# combinations RUN WHERE COLUMN...: of the rows that are not of companions, the different ones.
combinations() {
	local run=$1 where=$2
	shift 2
	WHERE=$where select_columns "$VM/$run/invocations.csv" "$@" | sort -u
}

is() { # EXPECTED: on standard input, tabs as spaces
	diff <(echo "$1") <(tr '\t' ' ')
}
