# SPDX-License-Identifier: MIT
# What the command-line tests share: `load helpers`, then `find_program` in setup().

find_program() {
	TREE=$(realpath "$BATS_TEST_DIRNAME/../..")
	SHMBENCH=$(realpath "${SHMBENCH:-$TREE/build/shmbench}")
	# shellcheck disable=SC2034 # used by the tests
	TOPOLOGIES=$TREE/tests/unit/topologies
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache COLUMNS=100
	TEST_ALL=${SHMBENCH_TEST_ALL:-no}
	# Under a user-mode emulator (tests/arm/enter.sh): what the kernel runs on.
	EMULATED=${SHMBENCH_EMULATED:-${EMULATED-}}
	export EMULATED
	# Options that the environment of whoever runs the tests sets.
	local name
	for name in $(compgen -e SHMBENCH_); do unset "$name"; done
	export SHMBENCH_PLOTS=/dev/null
	canaries_known
}

# Most tests look at no figure, and a run without any is some seconds shorter.
with_figures() {
	unset SHMBENCH_PLOTS
	command -v gnuplot >/dev/null || skip "needs gnuplot"
}

# What the canaries give on this machine, taken once for all tests: without it each run takes some
# seconds to find out. A copy, so that no test sees what another has left.
canaries_known() {
	local once=$BATS_RUN_TMPDIR/history
	if [ ! -d "$once" ]; then
		mkdir "$once"
		XDG_CACHE_HOME=$once "$SHMBENCH" run null --invocations 1 -q --out "$once/run" >/dev/null 2>&1 || true
	fi
	[ -f "$once/shmbench/canaries.json" ] || return 0
	mkdir -p "$XDG_CACHE_HOME/shmbench"
	cp "$once/shmbench/canaries.json" "$XDG_CACHE_HOME/shmbench/"
}

# What the kernel counts and calls fit is not what an emulated program does and runs on.
needs_real_cpu() {
	[ -z "$EMULATED" ] || skip "emulated on $EMULATED"
}

# What of ours exists anywhere: segments of this user, names in /dev/shm and in DIRECTORY..., and who
# has made each.
ours() {
	awk -v u="$(id -u)" 'NR > 1 && $8 == u { print "segment", $2, $5 }' /proc/sysvipc/shm
	find /dev/shm "$@" -maxdepth 1 -name 'shmbench-*' |
		sed -E 's/.*shmbench-([0-9]+).*/& \1/'
}

# Nothing of ours that was not in the list BEFORE, but for what another test's run has made that still
# goes on: it goes away with it.
nothing_more_than() { # BEFORE DIRECTORY...
	eventually nothing_new "$@" && return
	comm -13 "$1" <(ours "${@:2}" | sort) >&2
	return 1
}

nothing_new() {
	local what maker
	while read -r what; do
		maker=${what##* }
		of_another_test "$maker" || return 1
	done < <(comm -13 "$1" <(ours "${@:2}" | sort))
}

# A process that runs, and not with this test's cache directory. A zombie has ended, whoever does not
# wait for it.
of_another_test() { # PID
	[[ $(process_state "$1") = [!ZX]* ]] &&
		! grep -qzxF "XDG_CACHE_HOME=$XDG_CACHE_HOME" "/proc/$1/environ" 2>/dev/null
}

# "S (sleeping)"; nothing where there is no such process.
process_state() { # PID
	sed -n 's/^State:[[:blank:]]*//p' "/proc/$1/status" 2>/dev/null || true
}

# What a worker has made is left alone until the worker is gone too, which follows its parent.
cleaned() {
	"$SHMBENCH" clean >/dev/null && [ -z "$(find "$XDG_CACHE_HOME" -name 'ledger-*')" ]
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

# programs_in DIRECTORY: processes of the program that run there.
programs_in() {
	find /proc/[0-9]*/cwd -maxdepth 0 -lname "$1" -printf '%h/exe\n' 2>/dev/null |
		xargs -r readlink 2>/dev/null | grep -xF "$SHMBENCH"
}
