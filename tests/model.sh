#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Checks the models of tests/model/ with spin (Debian's package of that name): every run of each is
# right, and with any one of its barriers taken away some run is not. Needs a C compiler too.
# Ends with 77 where spin is not there.
#
#	tests/model.sh
set -euo pipefail
cd "$(dirname "$0")/model"
if ! command -v spin >/dev/null; then
	echo "spin is not installed: apt-get install spin"
	exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
models=$PWD
failed=0

# verify MODEL PAN-OPTION DEFINITION...: what the verifier says of it. Small ones are over before a
# compiler has made them fast.
verify() {
	local model=$1 option=$2 optimise=-O0
	shift 2
	case "$*" in *SLOTS=3*) optimise=-O1 ;; esac
	(
		cd "$work"
		spin "$@" -a "$models/$model" >spin.log || { cat spin.log; exit 1; }
		"${CC:-cc}" "$optimise" -w -DSAFETY -DNOREDUCE -DVECTORSZ=2048 -o pan pan.c
		./pan -m200000 ${option:+"$option"}
	) >"$work/said" 2>&1 || true
	if ! grep -q 'errors: ' "$work/said" || grep -q 'max search depth too small\|out of memory' "$work/said"; then
		cat "$work/said"
		echo "FAILED: $model $*: the verifier did not come to an end"
		failed=1
	fi
}

right() { # MODEL DEFINITION...
	verify "$1" '' "${@:2}"
	if grep -q 'errors: 0' "$work/said"; then
		echo "right: $* ($(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' "$work/said") states)"
	else
		cat "$work/said"
		echo "FAILED: $*: this run goes wrong"
		failed=1
	fi
}

# refused MODEL PATTERN DEFINITION...: the verifier must complain, and of this.
refused() {
	local option='' pattern=$2
	# A guess that does not come true is a run that ends early, and no mistake.
	[ "$1" != ring.pml ] || option=-E
	verify "$1" "$option" "${@:3}"
	if grep -q "$pattern" "$work/said"; then
		echo "refused: $1 ${*:3}"
	else
		cat "$work/said"
		echo "FAILED: $1 ${*:3}: nothing is wrong with it"
		failed=1
	fi
}

for slots in 2 3; do
	for ((publish = 1; publish <= slots; publish++)); do
		for ((release = 1; release <= slots; release += slots - 1)); do
			right ring.pml "-DSLOTS=$slots" "-DPUBLISH=$publish" "-DRELEASE=$release"
		done
	done
	for ((release = 1; release <= slots; release += slots - 1)); do
		right ring.pml -DFLAGS=1 "-DSLOTS=$slots" "-DRELEASE=$release"
	done
done
for flags in 0 1; do # read in place
	right ring.pml -DREADS=2 "-DFLAGS=$flags"
	right ring.pml -DREADS=2 "-DFLAGS=$flags" -DRELEASE=2
done
for barrier in TAIL_RELEASE TAIL_ACQUIRE HEAD_RELEASE HEAD_ACQUIRE; do
	for reads in 1 2; do
		refused ring.pml 'assertion violated' "-DREADS=$reads" "-D$barrier=0"
		refused ring.pml 'assertion violated' "-DREADS=$reads" -DFLAGS=1 "-D$barrier=0"
	done
done
right sleep.pml
for barrier in WAITER_FENCE WAKER_FENCE; do
	refused sleep.pml 'invalid end state' "-D$barrier=0"
done
exit $failed
