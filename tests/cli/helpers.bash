# SPDX-License-Identifier: MIT
# What the command-line tests share: `load helpers`, then `find_program` in setup().

find_program() {
	TREE=$(realpath "$BATS_TEST_DIRNAME/../..")
	SHMBENCH=$(realpath "${SHMBENCH:-$TREE/build/shmbench}")
	# shellcheck disable=SC2034 # used by the tests
	TOPOLOGIES=$TREE/tests/unit/topologies
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache COLUMNS=100
	TEST_ALL=${SHMBENCH_TEST_ALL:-no}
	# Options that the environment of whoever runs the tests sets.
	local name
	for name in $(compgen -e SHMBENCH_); do unset "$name"; done
}

# What of ours exists anywhere: segments of this user, names in /dev/shm and in DIRECTORY...
ours() {
	awk -v u="$(id -u)" 'NR > 1 && $8 == u { print "segment", $2 }' /proc/sysvipc/shm
	find /dev/shm "$@" -maxdepth 1 -name 'shmbench-*'
}

# Nothing of ours that was not in the list BEFORE is there for good. What somebody else's run makes
# meanwhile goes away by itself.
nothing_more_than() { # BEFORE DIRECTORY...
	eventually nothing_new "$@"
}

nothing_new() {
	[ -z "$(comm -13 "$1" <(ours "${@:2}" | sort))" ]
}

# PIDs of the children of process $1.
children() {
	local pids=
	read -r pids 2>/dev/null <"/proc/$1/task/$1/children" || true
	tr ' ' '\n' <<<"$pids" | sed '/^$/d'
}

# Wait until COMMAND... succeeds, at most some 10 s.
eventually() {
	for _ in $(seq 500); do
		"$@" && return 0
		sleep 0.02
	done
	echo "never came true: $*" >&2
	return 1
}

# Every row of each FILE has as many fields as its header, by a parser that is not ours.
parses() {
	command -v python3 >/dev/null || skip "needs python3"
	python3 - "$@" <<-'END'
		import csv, sys
		for path in sys.argv[1:]:
		    text = open(path, newline="").read()
		    assert text.endswith("\n") and "\r" not in text, path
		    rows = list(csv.reader(text.splitlines(True), strict=True))
		    for number, row in enumerate(rows):
		        assert len(row) == len(rows[0]), (path, number)
	END
}

# select_columns FILE COLUMN... : these columns of every row, tab-separated, without the header. With
# WHERE="column=value ..." only of rows that have these.
select_columns() {
	command -v python3 >/dev/null || skip "needs python3"
	WHERE=${WHERE-} python3 - "$@" <<-'END'
		import csv, os, sys
		where = dict(w.split("=", 1) for w in os.environ["WHERE"].split())
		for row in csv.DictReader(open(sys.argv[1], newline="")):
		    if all(row[k] == v for k, v in where.items()):
		        print("\t".join(row[c] for c in sys.argv[2:]))
	END
}

need_root() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	unshare -m true 2>/dev/null || skip "needs a private mount namespace"
}

long() {
	[ "$TEST_ALL" = yes ] || skip "long: SHMBENCH_TEST_ALL=yes"
}
