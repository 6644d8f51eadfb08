# SPDX-License-Identifier: MIT
# The long form of short.bats: what ran (long.guest) did so where it was to, row by row.
load ../cli/helpers
load machine

setup_file() {
	CPU=max,vendor=GenuineIntel,l3-cache=on MEMORY=3328 VM_LIMIT=2300 \
		KERNEL_OPTIONS="hugepagesz=1G hugepages=0:1,1:1" \
		machine_once long.guest test_{page,memory,bind,region,channel,probe}
}

setup() {
	find_program
}

@test "emulated machine at length: every command ends well" {
	[ "$(wc -l <"$VM/ended")" -eq 21 ]
	awk '$2 != 0 { print; bad = 1 } END { exit bad }' "$VM/ended"
}

@test "emulated machine at length: the smoke suite runs, all of it" {
	[ -z "$(combinations smoke "status=fail" benchmark reason)" ]
	# What cannot be is the same as on any machine.
	combinations smoke "status=skip" benchmark region | grep -v '^throughput\|^latency' | is "attach anon
attachers anon
lookup anon
lookup file
lookup memfd
lookup posix
refault anon
refault file
refault memfd
refault posix
refault sysv"
	combinations smoke "benchmark=throughput status=ok metric=message" region memory_node | is " 
anon 0
file 0
memfd 0
posix 0
sysv 0"
}

@test "emulated machine at length: pages of 1 GiB" {
	grep 'OK.*regions_give_1g_pages' "$VM/test_page.txt"
	WHERE="page=1g metric=sweep status=ok" select_columns "$VM/gigantic/invocations.csv" \
		region node memory_node page_bytes | sort -u |
		diff - <(printf '%s\t%s\t%s\t1073741824\n' anon local 0 anon remote 1 memfd local 0 \
			memfd remote 1 sysv local 0 sysv remote 1)
	WHERE="page=1g metric=message status=ok" select_columns "$VM/ring/invocations.csv" \
		memory_node page_bytes | sort -u | diff - <(printf '1\t1073741824\n')
}

@test "emulated machine at length: a crowd maps large pages with hardly any tables" {
	WHERE="metric=faults status=ok benchmark=attachers" select_columns "$VM/crowds/invocations.csv" \
		region page median_all | sort -u |
		diff - <(printf '%s\t%s\t%s\n' memfd 2m 2 memfd base 1024 memfd thp 2 sysv 2m 2 sysv base 1024 sysv thp 2)
	WHERE="metric=page-tables status=ok" select_columns "$VM/crowds/invocations.csv" page median_all |
		awk '{ rows++; bad += $1 == "base" ? $2 < 8192 : $2 >= 8192 } END { exit bad || rows != 12 }'
}

@test "emulated machine at length: one cache a package is l3, not package" {
	WHERE="benchmark=throughput metric=message" select_columns "$VM/places/invocations.csv" \
		place status role0_cpu role1_cpu | sort -u |
		diff - <(printf '%s\t%s\t%s\t%s\n' l2 skip '' '' l3 ok 0 2 machine ok 0 4 \
			package skip '' '' same ok 0 0 smt ok 0 1)
}

@test "emulated machine at length: every row is where it was to be" {
	python3 - "$VM"/*/invocations.csv <<-'END'
		import csv, sys
		CPUS = {"same": 0, "smt": 1, "l3": 2, "machine": 4}
		NODES = {"local": "0", "remote": "1", "interleave": "", "0": "0", "1": "1"}
		PAGES = {"base": "4096", "thp": "2097152", "2m": "2097152", "1g": "1073741824"}
		seen, matrix = set(), set()
		for path in sys.argv[1:]:
		    for row in csv.DictReader(open(path, newline="")):
		        assert row["status"] != "fail", (path, row["reason"])
		        if row["status"] != "ok":
		            continue
		        where = path, dict(row)
		        if row["place"].startswith("node:os:"):
		            of = [int(side[8]) for side in row["place"].split("+")]
		            assert int(row["role0_cpu"]) == 4 * of[0], where
		            assert int(row["role1_cpu"]) == 4 * of[1] + (2 if of[0] == of[1] else 0), where
		            matrix.add((row["benchmark"], row["channel"], *of, row["node"]))
		        else:
		            assert row["role0_cpu"] == "0", where
		            assert row["role1_cpu"] == str(CPUS.get(row["place"], "")), where
		        if row["node"]:
		            small = row["node"] == "interleave" and row["memory_node"] in ("0", "1")
		            assert small or row["memory_node"] == NODES[row["node"]], where
		        if row["page"] and not (row["page"] == "base" and row["region"] == "file"):
		            assert row["page_bytes"] == PAGES[row["page"]], where
		        seen.add((row["benchmark"], row["page"], row["node"]))
		for benchmark in "attach", "first-touch", "touch-profile", "throughput", "latency":
		    for page in "base", "thp", "2m":
		        for node in "local", "remote", "interleave":
		            assert (benchmark, page, node) in seen, (benchmark, page, node)
		# Producer, consumer and memory on each node; a pipe's memory is the kernel's.
		assert len(matrix) == 2 * (4 * 2 + 4), matrix
	END
}

@test "emulated machine at length: crowds have as many workers as asked for, all of them in every window" {
	for metric in attach-one detach-one attach-own detach-own touch pair-message; do
		run=many most=8
		[ $metric != pair-message ] || run=pairs most=4
		for n in 1 2 4 8; do
			[ $n -le $most ] || continue
			WHERE="index_kind=worker metric=$metric processes=$n" select_columns \
				"$VM/$run/profile.csv" index | sort -nu | diff - <(seq 0 $((n - 1)))
		done
	done
}
