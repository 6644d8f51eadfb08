#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Do shmbench's medians agree with independent programs of a few lines (tests/fidelity/*.c) that do
# the same number of calls, in a fresh process that was bound to the same CPU before its exec?
#
#	tests/fidelity.sh [PAIRS [NAME...]]	(default 20, all: some five minutes)
#
# The machine moves by more than the two could differ, so they run in pairs of two short processes,
# next to each other, first the one and then the other first. Prints the median of the pairs' ratios
# with its interval by order statistics (the sign test's: no assumption about the shape), and whether
# the interval lies within 3 %. Not a pass/fail test: on a busy machine intervals are wide.
set -euo pipefail
cd "$(dirname "$0")/.."
pairs=${1:-20}
shift || true
names=("$@")
# Round trips between two processes on one CPU: see tests/fidelity/trips.c.
trips=(pipe unix-stream unix-seqpacket tcp sysv-msg posix-mq process-vm)
[ ${#names[@]} -gt 0 ] || names=(life/{sysv,posix,memfd,file} touch/{sysv,posix,memfd,file} "${trips[@]}" load)
shmbench=${SHMBENCH:-build/shmbench}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SHMBENCH_PLOTS=/dev/null # figures of runs that nobody looks at
for program in life touch trips load; do
	${CC:-cc} -O2 -o "$work/$program" "tests/fidelity/$program.c"
done

# column METRIC NAME [FILE]: one value of the row of this metric, found by column name.
column() {
	awk -F, -v metric="$1" -v want="$2" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["metric"] == metric && (!("status" in at) || $at["status"] == "ok") && $at["benchmark"] !~ /null|bounds/ {
			print $at[want]; exit }' "$work/run/${3:-invocations.csv}"
}

# Either side leaves its medians in a variable of its own. How many calls there are is what the last
# invocation of ours made; the first pair is not used, for there was none before it.
calls='' cpus=()

ours() { # BENCHMARK REGION METRIC...
	local options=()
	case $1 in
	life) options=(attach/life --region "$2" --size 64K) ;;
	touch) options=(first-touch --region "$2" --size 16M) ;;
	trips) options=(latency --channel "$2" --message 8 --place same) ;;
	load) options=(latency --channel ring --rate 1M) ;;
	esac
	[ "$2" != file ] || options+=(--directory "$work")
	rm -rf "$work/run"
	"$shmbench" run "${options[@]}" --invocations 1 --quiet --out "$work/run" >"$work/said" 2>&1 || {
		cat "$work/said" >&2
		return 1
	}
	shift 2
	our=()
	local metric
	for metric; do our+=("$(column "$metric" median_all)"); done
	calls=$(column "$1" samples)
	[ "$1" != rtt ] || calls=$(column rtt operations)
	# Of single messages: a window's mean is what a preemption makes of it.
	[ "$1" != response ] || our=("$(column response median profile.csv)")
	cpus=("$(column "$1" role0_cpu)" "$(column "$1" role1_cpu)")
}

theirs() { # PROGRAM REGION
	local what=$2 arguments=()
	[ "$what" != file ] || what=$work
	case $1 in
	life) arguments=("$what" 65536 "$calls") ;;
	touch) arguments=("$what" 16777216) ;;
	trips) arguments=("$what" 1000 "$calls") ;;
	load) arguments=("${cpus[@]}" 1000000 "$calls") ;;
	esac
	read -ra their < <(taskset -c "${cpus[0]}" "$work/$1" "${arguments[@]}")
}

# A line per pair: name, ours, theirs.
measure() { # NAME BENCHMARK REGION METRIC...
	local name=$1 benchmark=$2 region=$3 i k
	shift 3
	ours "$benchmark" "$region" "$@"
	for ((i = 0; i < pairs; i++)); do
		if [ $((i % 2)) -eq 0 ]; then
			ours "$benchmark" "$region" "$@"
			theirs "$benchmark" "$region"
		else
			theirs "$benchmark" "$region"
			ours "$benchmark" "$region" "$@"
		fi
		for ((k = 1; k <= $#; k++)); do
			echo "$name/${!k} ${our[k - 1]} ${their[k - 1]}"
		done
	done
}

for name in "${names[@]}"; do
	case $name in
	life/*) measure "${name#life/}" life "${name#life/}" attach detach ;;
	touch/*) measure "${name#touch/}" touch "${name#touch/}" sweep ;;
	load) measure ring load '' response ;;
	*)
		if [[ " ${trips[*]} " != *" $name "* ]]; then
			echo "there is no '$name': give life/REGION, touch/REGION, ${trips[*]} or load" >&2
			exit 2
		fi
		measure "$name" trips "$name" rtt
		;;
	esac
done >"$work/pairs"

awk "$(<tests/median.awk)"'
	{
		if (!($1 in n)) order[++names] = $1
		n[$1]++
		a[$1, n[$1]] = $2; b[$1, n[$1]] = $3
	}
	END {
		printf "%-16s %6s %12s %12s %8s  %-16s %s\n", "metric", "pairs", "shmbench ns", "by hand ns", "ratio", "95 % interval", "within 3 %"
		for (m = 1; m <= names; m++) {
			c = n[order[m]]
			for (i = 1; i <= c; i++) {
				x[i] = a[order[m], i]; y[i] = b[order[m], i]; r[i] = x[i] / y[i]
			}
			sort(x, c); sort(y, c); sort(r, c)
			k = rank(c)
			interval = k ? sprintf("[%.3f, %.3f]", r[k], r[c - k + 1]) : "too few pairs"
			says = !k ? "" : r[k] >= .97 && r[c - k + 1] <= 1.03 ? "yes" : r[k] > 1.03 || r[c - k + 1] < .97 ? "no" : "not shown"
			printf "%-16s %6d %12.1f %12.1f %8.3f  %-16s %s\n", order[m], c, middle(x, c), middle(y, c), middle(r, c), interval, says
		}
	}' "$work/pairs"
