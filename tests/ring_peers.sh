#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The ring of src/channel/ring.c against those of others (Debian: libck-dev libboost-dev libdpdk-dev),
# against the same read in place, against the machine's own bounds, and in each kind of region:
#
#	tests/ring_peers.sh [PASSES [WHAT...]]	(default 20 peers inplace trips copy regions: some four minutes)
#
#	peers	throughput of each ring, 8 to 65536 bytes, in short rounds in an order drawn anew for
#		each pass (tests/ring_peers/rings.c): ratios to the best of the others, by form (each
#		message published, or 32) and by the cache-line time that each round noted
#	inplace	ring-inplace, ring --consume checksum and ck-ring against ring, likewise
#	trips	round trips against twice the one-way cache-line time, in turns
#	copy	throughput against the bound `copy` of the same run
#	regions	throughput over sysv, posix, memfd and anon, back to back in each block
#
# CPUS (default 0 and the first other that this process may use), CC, CXX and SHMBENCH (a program; its
# build directory has libcore.a) come from the environment. A peer whose package is missing is left
# out, and said so. Not a pass/fail test; but a message that is not the one due ends it.
set -euo pipefail
cd "$(dirname "$0")/.."
passes=${1:-20}
shift || true
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(peers inplace trips copy regions)
shmbench=${SHMBENCH:-build/shmbench}
library=$(dirname "$shmbench")/libcore.a
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SHMBENCH_PLOTS=/dev/null SHMBENCH_QUIET=1 # figures of runs that nobody looks at
if [ ! -f "$library" ]; then
	echo "$library is not there: cmake --preset release && cmake --build --preset release" >&2
	exit 4
fi

allowed() { # the first two CPUs that this process may use
	sed -n 's/^Cpus_allowed_list:\t//p' /proc/self/status | tr ',' '\n' |
		while IFS=- read -r first last; do seq "$first" "${last:-$first}"; done | head -n 2
}
read -ra cpus <<<"${CPUS:-$(allowed | tr '\n' ' ')}"
if [ ${#cpus[@]} -lt 2 ]; then
	echo "skipped: two CPUs are needed, this process may use ${#cpus[@]}"
	exit 0
fi

flags=(-O3 -DNDEBUG -D_GNU_SOURCE -Isrc -Ibench)
have=() libraries=()
# peer NAME PACKAGE COMPILER SOURCE FLAG...: build one, or say why not.
peer() {
	local name=$1 package=$2 compiler=$3 source=$4
	shift 4
	if "$compiler" -O3 -DNDEBUG -D_GNU_SOURCE "$@" -c -o "$work/$name.o" "tests/ring_peers/$source" 2>"$work/$name.log"; then
		have+=("-DHAVE_$name")
		return 0
	fi
	echo "skipped: $source does not compile here; it needs $package ($(grep -m 1 error "$work/$name.log" || true))"
	return 1
}

build() {
	local rte
	command -v "${CXX:-c++}" >/dev/null && linker=${CXX:-c++} || linker=${CC:-cc}
	peer CK libck-dev "${CC:-cc}" ck.c || true
	peer BOOST 'libboost-dev and a C++ compiler' "${CXX:-c++}" boost.cc || true
	read -ra rte <<<"$(pkg-config --cflags libdpdk 2>/dev/null || true)"
	if peer RTE libdpdk-dev "${CC:-cc}" rte.c "${rte[@]}"; then libraries=(-lrte_ring -lrte_eal); fi
	"${CC:-cc}" "${flags[@]}" "${have[@]}" -c -o "$work/rings.o" tests/ring_peers/rings.c
	"$linker" -o "$work/rings" "$work"/*.o "$library" -lhwloc -ljansson -lm "${libraries[@]}"
	"${CC:-cc}" "${flags[@]}" -o "$work/trips" tests/ring_peers/trips.c "$library" -lhwloc -ljansson -lm
}

# rounds AWK-SCRIPT [ONLY]: passes of the rings whose names begin so, and what the script says of them.
rounds() {
	local i
	: >"$work/rounds"
	for ((i = 0; i < passes; i++)); do
		"$work/rings" "${cpus[@]}" 1 "$((i + 1))" "${@:2}" | sed "s/^0 /$i /" >>"$work/rounds"
	done
	awk -f tests/median.awk -f tests/ring_peers/rounds.awk -f "tests/ring_peers/$1.awk" "$work/rounds"
}

peers() { rounds ratios; }
inplace() { rounds inplace ours; }

# Rounds of 8 bytes: the medians of each pass, and the median of their ratios.
trips() {
	printf '\nround trip of 8 bytes, median of each pass\n%10s %15s %7s\n' "rtt ns" "cache line ns" "ratio"
	"$work/trips" "${cpus[@]}" "$passes" | tee "$work/trips.out" | awk '{ printf "%10s %15s %7s\n", $1, $2, $3 }'
	sort -g -k 3 "$work/trips.out" | awk '{ v[NR] = $3 }
		END { printf "median ratio %.3f, middle half %.3f to %.3f\n", (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2, v[int((NR + 3) / 4)], v[int((3 * NR + 1) / 4)] }'
}

# show RUN AWK-CONDITION: of a summary what matters here, by column name.
show() {
	awk -F, -v OFS='\t' "
		NR == 1 { for (i = 1; i <= NF; i++) at[\$i] = i; next }
		\$at[\"status\"] == \"ok\" && \$at[\"relation\"] != \"all\" && ($2) {
			print \$at[\"benchmark\"], \$at[\"region\"], \$at[\"message_bytes\"], \$at[\"relation\"], \$at[\"invocations\"],
				\$at[\"median\"], \$at[\"ci_low\"] \" \" \$at[\"ci_high\"], \$at[\"ratio\"], \$at[\"ratio_low\"] \" \" \$at[\"ratio_high\"] }" "$1/summary.csv"
}

copy() {
	local place="pu:${cpus[0]}+pu:${cpus[1]}"
	"$shmbench" run throughput bounds/copy --channel ring --region sysv --message 4K,64K --place "$place" \
		--invocations "$passes" --out "$work/copy" >"$work/said" 2>&1 || cat "$work/said" >&2
	printf '\nbytes a second, and the bound of the same run\n'
	# shellcheck disable=SC2016 # awk's
	show "$work/copy" '$at["metric"] == "bandwidth" || $at["metric"] == "copy"' | sort -k 4,4 -k 3,3n
}

regions() {
	local place="pu:${cpus[0]}+pu:${cpus[1]}"
	"$shmbench" run throughput --channel ring --region sysv,posix,memfd,anon --message 64,4K --place "$place" \
		--invocations "$passes" --out "$work/regions" >"$work/said" 2>&1 || cat "$work/said" >&2
	printf '\nns a message by region; the ratio is to sysv in the same block\n'
	# shellcheck disable=SC2016 # awk's
	show "$work/regions" '$at["metric"] == "message"' | sort -k 4,4 -k 3,3n
}

build
for part in "${parts[@]}"; do
	case $part in
	peers | inplace | trips | copy | regions) "$part" ;;
	*)
		echo "there is no '$part': give peers, inplace, trips, copy or regions" >&2
		exit 2
		;;
	esac
done
