#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Does compare find a slowdown of known size, and is it silent about one that does not matter?
# Attaching System V memory is made slower by 5 and by 1 per cent of its own time (src/region/plant.h),
# and compared with itself as it was, N times in each of two ways:
#
#	paired		compare --interleave BASE PLANTED, with patience for three times the blocks
#	unpaired	compare of two runs of `--suite quick attach`, one after the other
#
#	tests/sensitivity.sh [N [PER CENT...]]	(default 10 5 1: 15 to 30 minutes)
#
# Prints the verdicts on the rows that were made slower, and on those that were not: there anything
# but `same` and `inconclusive` is false; and in how many of the N the slowdown was found, in some row
# that was made slower and in none that was not. Base has the slowdown too, of 0 ns: a function that is
# called and a loop that is left cost 25 ns, which is 2 per cent. SHMBENCH names a program built with -DSHMBENCH_PLANT=ON;
# without it one is built. Not a pass/fail test: read how many rows were calm beside it.
set -euo pipefail
cd "$(dirname "$0")/.."
pairs=${1:-10}
shift || true
shares=("${@:-}")
[ -n "${shares[0]}" ] || shares=(5 1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SHMBENCH_QUIET=1 SHMBENCH_PLOTS=/dev/null # figures of runs that nobody looks at

if [ -z "${SHMBENCH-}" ]; then
	cmake -S . -B build-plant -DCMAKE_BUILD_TYPE=Release -DSHMBENCH_PLANT=ON >/dev/null
	cmake --build build-plant --target shmbench >/dev/null
	SHMBENCH=build-plant/shmbench
fi
SHMBENCH=$(realpath "$SHMBENCH")
[[ $("$SHMBENCH" --version) == *planted* ]] || {
	echo "$SHMBENCH was not built with -DSHMBENCH_PLANT=ON" >&2
	exit 2
}

# program NAME PLANT: a program of its own name that runs ours with this slowdown.
program() {
	printf '#!/bin/sh\nSHMBENCH_PLANT=%s exec %q "$@"\n' "$2" "$SHMBENCH" >"$work/$1"
	chmod +x "$work/$1"
}

# measured PROGRAM ARGUMENTS...: a run, of which only the directory is wanted.
measured() {
	local program=$1
	shift
	"$work/$program" run "$@" >/dev/null 2>"$work/said" || {
		cat "$work/said" >&2
		return 1
	}
}

# The median ns of a sysv attach in a run directory, of its first such row.
attach_ns() {
	awk -F, '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["region"] == "sysv" && $at["metric"] == "attach" && $at["status"] == "ok" { print $at["median"]; exit }
	' "$1/summary.csv"
}

# compared WAY SHARE NUMBER COMMAND...: its rows, appended to $work/rows: way, share, planted or not,
# calm or not, verdict, ratio, number. Exit status 1 means only that something was called slower.
compared() {
	local way=$1 share=$2 number=$3 status=0
	shift 3
	"$@" >"$work/json" 2>"$work/said" || status=$?
	if [ $status -gt 1 ]; then
		cat "$work/said" >&2
		return $status
	fi
	jq -r --arg way "$way" --arg share "$share" --arg number "$number" '.rows[] | select(.headline) | [$way, $share,
		(if .region == "sysv" and .metric == "attach" then "planted" else "untouched" end),
		(if .not_calm or .used != "calm" then "not_calm" else "calm" end), .verdict, .ratio, $number] | @tsv' \
		"$work/json" >>"$work/rows"
}

# A pair of runs, in an order that alternates: base first, then planted first.
unpaired() { # NUMBER SHARE
	local order=(base planted) side
	[ $(($1 % 2)) -eq 0 ] || order=(planted base)
	for side in "${order[@]}"; do
		rm -rf "$work/run-$side"
		measured "$side" --suite quick attach --region sysv,memfd --out "$work/run-$side"
	done
	compared unpaired "$2" "$1" "$SHMBENCH" compare --json "$work/run-base" "$work/run-planted"
}

paired() { # NUMBER SHARE
	compared paired "$2" "$1" "$SHMBENCH" compare --json --interleave "$work/base" "$work/planted" -- \
		attach/life --region sysv,memfd --size 64K --patience 200%
}

program base sysv:0ns
measured base attach/life --region sysv --size 64K --out "$work/first"
whole=$(attach_ns "$work/first")
: >"$work/rows"
for share in "${shares[@]}"; do
	ns=$(awk -v s="$share" -v w="$whole" 'BEGIN { printf "%.0f", w * s / 100 }')
	program planted "sysv:${ns}ns"
	echo "$share % of an attach of $whole ns: $ns ns"
	for ((i = 0; i < pairs; i++)); do
		paired "$i" "$share"
		unpaired "$i" "$share"
	done
done

awk -F '\t' -v pairs="$pairs" '
	{
		one = $1 FS $2
		if (!(one in trials)) trial[++t] = one
		trials[one] = 1
		if ($3 == "planted") {
			if ($4 == "calm") calm_in[one, $7] = 1
			if ($5 == "slower") found_in[one, $7] = 1
			if ($5 == "faster") wrong_in[one, $7] = 1
		} else if ($5 ~ /^(slower|faster)$/) {
			wrong_in[one, $7] = 1
		}
		key = $1 FS $2 FS $3
		if (!(key in rows)) order[++n] = key
		rows[key]++
		calm[key] += $4 == "calm"
		verdict[key, $5]++
		ratio[key, rows[key]] = $6
	}
	function median(key,   i, j, v, m) {
		for (i = 1; i <= rows[key]; i++) v[i] = ratio[key, i] + 0
		for (i = 2; i <= rows[key]; i++) for (j = i; j > 1 && v[j - 1] > v[j]; j--) { m = v[j]; v[j] = v[j - 1]; v[j - 1] = m }
		return (v[int((i) / 2)] + v[int((i + 1) / 2)]) / 2
	}
	END {
		printf "\n%d comparisons of each kind\n", pairs
		printf "%-9s %8s %-10s %5s %5s %7s %7s %5s %13s %13s\n", "way", "per cent", "rows", "all", "calm", "slower", "faster", "same", "inconclusive", "median ratio"
		for (k = 1; k <= n; k++) {
			split(order[k], part, FS)
			printf "%-9s %8s %-10s %5d %5d %7d %7d %5d %13d %13.4f\n", part[1], part[2], part[3],
				rows[order[k]], calm[order[k]], verdict[order[k], "slower"], verdict[order[k], "faster"],
				verdict[order[k], "same"], verdict[order[k], "inconclusive"], median(order[k])
		}
		for (k = 1; k <= t; k++) {
			calm_n = found_n = wrong_n = 0
			for (i = 0; i < pairs; i++) {
				calm_n += (trial[k], i) in calm_in
				found_n += (trial[k], i) in found_in && !((trial[k], i) in wrong_in)
				wrong_n += (trial[k], i) in wrong_in
			}
			split(trial[k], part, FS)
			printf "%s, %s per cent: found in %d of %d, a false verdict in %d; slowed rows calm in %d\n",
				part[1], part[2], found_n, pairs, wrong_n, calm_n
		}
	}' "$work/rows"
