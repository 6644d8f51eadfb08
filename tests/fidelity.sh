#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Do shmbench's medians agree with independent programs of a few lines that do the same number of
# calls in a fresh process? Runs both alternately and prints the ratio of the medians, and of the
# pairs. Not a pass/fail test: on a shared machine read the pairs.
#
#	tests/fidelity.sh [PAIRS]	(default 20, about a minute)
set -euo pipefail
cd "$(dirname "$0")/.."
pairs=${1:-20}
shmbench=${SHMBENCH:-build/shmbench}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for program in attach touch pipe; do
	${CC:-cc} -O2 -w -o "$work/$program" "tests/fidelity/$program.c"
done

# column FILE METRIC NAME: one value of the row of this metric, found by column name.
column() {
	awk -F, -v metric="$2" -v want="$3" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["metric"] == metric && $at["status"] == "ok" && $at["benchmark"] !~ /null|bounds/ {
			print $at[want]; exit }' "$1"
}

# ours ARGUMENTS...: one invocation; leaves $work/run/invocations.csv
ours() {
	rm -rf "$work/run"
	"$shmbench" run "$@" --invocations 1 --quiet --out "$work/run" >/dev/null 2>&1
}

cpu=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
for ((i = 0; i < pairs; i++)); do
	ours attach/life --region sysv --size 64K
	csv=$work/run/invocations.csv
	calls=$(column "$csv" attach samples)
	read -r attach detach < <(taskset -c "$cpu" "$work/attach" 65536 "$calls")
	echo "attach $(column "$csv" attach median) $attach"
	echo "detach $(column "$csv" detach median) $detach"
	ours first-touch --region sysv --size 16M
	read -r touch < <(taskset -c "$cpu" "$work/touch" 16777216)
	echo "first-touch/sweep $(column "$csv" sweep median) $touch"
	ours latency --channel pipe --message 8
	trips=$(column "$csv" rtt operations)
	read -r rtt < <("$work/pipe" "$(column "$csv" rtt role0_cpu)" "$(column "$csv" rtt role1_cpu)" "$trips")
	echo "pipe/rtt $(column "$csv" rtt median) $rtt"
done >"$work/pairs"

median() { sort -g | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }
printf '%-18s %12s %12s %8s %8s\n' metric 'shmbench ns' 'by hand ns' ratio 'of pairs'
for metric in attach detach first-touch/sweep pipe/rtt; do
	a=$(awk -v m="$metric" '$1 == m { print $2 }' "$work/pairs" | median)
	b=$(awk -v m="$metric" '$1 == m { print $3 }' "$work/pairs" | median)
	r=$(awk -v m="$metric" '$1 == m { print $2 / $3 }' "$work/pairs" | median)
	awk -v m="$metric" -v a="$a" -v b="$b" -v r="$r" \
		'BEGIN { printf "%-18s %12.1f %12.1f %8.3f %8.3f\n", m, a, b, a / b, r }'
done
