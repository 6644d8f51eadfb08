#!/usr/bin/env bats
# `shmbench clean`: what a dead run left goes, and nothing else. Ledgers are written by hand here,
# in the format of src/measure/account.h.

setup() {
	SHMBENCH=$(realpath "${SHMBENCH:-build/shmbench}")
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	cache=$XDG_CACHE_HOME/shmbench
	files=$BATS_TEST_TMPDIR/files
	mkdir -p "$files" "$cache"
	chmod 700 "$cache"
	sleep 60 &
	alive=$!
	dead=$(sh -c 'echo $$')
	other=$(sh -c 'echo $$')
	ids=()
}

teardown() {
	kill "$alive" 2>/dev/null || true
	for id in "${ids[@]}"; do
		ipcrm -m "$id" 2>/dev/null || true
	done
	rm -f "/dev/shm/shmbench-$dead-1"
}

# ledger NAME PARENT STARTTIME HOST BOOT: a header; `note` adds processes.
ledger() {
	cat >"$cache/$1" <<-END
		shmbench-ledger 1
		host ${4:-$(uname -n)}
		boot ${5:-$(cat /proc/sys/kernel/random/boot_id)}
		namespaces $(stat -Lc %i /proc/self/ns/pid) $(stat -Lc %i /proc/self/ns/ipc)
		parent $2 ${3:-1}
		directory $files
		open
	END
}

# note NAME PID [SECONDS AGO]
note() {
	echo "process $2 1 $2 $(($(date +%s) - ${3:-1}))" >>"$cache/$1"
}

# A segment of 8 KiB; its maker's PID in $maker.
segment() {
	command -v ipcmk >/dev/null || skip "needs ipcmk"
	ipcmk -M 8192 >"$BATS_TEST_TMPDIR/id" &
	maker=$!
	wait $maker
	id=$(grep -o '[0-9]*$' "$BATS_TEST_TMPDIR/id")
	ids+=("$id")
}

exists() {
	awk -v id="$1" '$2 == id { found = 1 } END { exit !found }' /proc/sysvipc/shm
}

gone() {
	awk -v id="$1" '$2 == id { found = 1 } END { exit found }' /proc/sysvipc/shm
}

@test "nothing to clean says so" {
	run "$SHMBENCH" clean
	[ "$status" -eq 0 ]
	[[ $output == "nothing to clean"* ]]
}

@test "segments, shared memory and files of a dead run are listed, then removed" {
	segment
	touch "$files/shmbench-$dead-0" "/dev/shm/shmbench-$dead-1"
	ledger ledger-1 "$dead"
	note ledger-1 "$maker"
	note ledger-1 "$dead"

	run "$SHMBENCH" clean --dry-run
	[ "$status" -eq 0 ]
	[ "$(grep -c 'would be removed$' <<<"$output")" -eq 3 ]
	exists "$id"
	[ -e "$files/shmbench-$dead-0" ] && [ -e "/dev/shm/shmbench-$dead-1" ] && [ -e "$cache/ledger-1" ]

	run "$SHMBENCH" clean
	[ "$status" -eq 0 ]
	[ "$(grep -c ': removed$' <<<"$output")" -eq 3 ]
	[[ $output == *"System V segment $id (8K), made by process $maker of run $dead"* ]]
	gone "$id"
	[ ! -e "$files/shmbench-$dead-0" ]
	[ ! -e "/dev/shm/shmbench-$dead-1" ]
	[ ! -e "$cache/ledger-1" ]
}

@test "what others made is left alone" {
	segment
	touch "$files/shmbench-$other-0" "$files/shmbench-$dead-0.txt" "$files/shmbench-$dead" "$files/notes"
	ln -s /etc/passwd "$files/shmbench-$dead-9"
	ledger ledger-1 "$dead"
	note ledger-1 "$dead"
	run "$SHMBENCH" clean
	[ "$status" -eq 0 ]
	[[ $output == "nothing to clean"* ]]
	exists "$id"
	[ "$(find "$files" -mindepth 1 | wc -l)" -eq 5 ]
}

@test "what is older than the note is left alone" {
	segment
	touch "$files/shmbench-$dead-0"
	ledger ledger-1 "$dead"
	note ledger-1 "$dead" -60
	note ledger-1 "$maker" -60
	run "$SHMBENCH" clean
	[[ $output == "nothing to clean"* ]]
	exists "$id"
	[ -e "$files/shmbench-$dead-0" ]
}

@test "a PID that came round: a segment made long after the note is left alone" {
	segment
	ledger ledger-1 "$dead"
	note ledger-1 "$maker" 7200
	run "$SHMBENCH" clean
	[[ $output == "nothing to clean"* ]]
	exists "$id"
}

@test "a run that still goes on is left alone" {
	touch "$files/shmbench-$dead-0"
	ledger ledger-1 "$alive" "$(awk '{ print $22 }' "/proc/$alive/stat")"
	note ledger-1 "$dead"
	run "$SHMBENCH" clean
	[ "$status" -eq 0 ]
	[[ $output == *"run $alive is still running: left alone"* ]]
	[ -e "$files/shmbench-$dead-0" ]
	[ -e "$cache/ledger-1" ]
}

@test "a parent's PID that another process has now does not keep its run alive" {
	touch "$files/shmbench-$dead-0"
	ledger ledger-1 "$alive" 1
	note ledger-1 "$dead"
	run "$SHMBENCH" clean
	[ "$status" -eq 0 ]
	[ ! -e "$files/shmbench-$dead-0" ]
}

@test "objects of a process that still runs are left alone, and the ledger with them" {
	touch "$files/shmbench-$alive-0"
	ledger ledger-1 "$dead"
	note ledger-1 "$alive"
	run "$SHMBENCH" clean
	[ "$status" -eq 0 ]
	[[ $output == *"left alone, a process $alive is running"* ]]
	[ -e "$files/shmbench-$alive-0" ]
	[ -e "$cache/ledger-1" ]
}

@test "after a reboot only files can be left" {
	segment
	touch "$files/shmbench-$dead-0"
	ledger ledger-1 "$alive" "" "" 00000000-0000-0000-0000-000000000000
	note ledger-1 "$dead"
	note ledger-1 "$maker"
	run "$SHMBENCH" clean
	[ "$status" -eq 0 ]
	exists "$id"
	[ ! -e "$files/shmbench-$dead-0" ]
	[ ! -e "$cache/ledger-1" ]
}

@test "a ledger of another host is left alone" {
	touch "$files/shmbench-$dead-0"
	ledger ledger-1 "$dead" "" elsewhere.invalid
	note ledger-1 "$dead"
	run "$SHMBENCH" clean
	[ "$status" -eq 0 ]
	[[ $output == *"host elsewhere.invalid"* ]]
	[ -e "$files/shmbench-$dead-0" ]
	[ -e "$cache/ledger-1" ]
}

@test "a cut-off line is passed over; an unknown version is an error that stops nothing else" {
	touch "$files/shmbench-$dead-0"
	ledger ledger-1 "$dead"
	note ledger-1 "$dead"
	printf 'process 12' >>"$cache/ledger-1"
	echo "shmbench-ledger 99" >"$cache/ledger-2"
	run "$SHMBENCH" clean
	[ "$status" -eq 5 ]
	[[ $output == *"ledger-2 is of another version"* ]]
	[ ! -e "$files/shmbench-$dead-0" ]
	[ -e "$cache/ledger-2" ]
}

@test "a run killed while writing its ledger leaves only the ledger" {
	: >"$cache/ledger-$dead-abcdef"
	: >"$cache/ledger-$alive-abcdef"
	run "$SHMBENCH" clean
	[ "$status" -eq 0 ]
	[ ! -e "$cache/ledger-$dead-abcdef" ]
	[ -e "$cache/ledger-$alive-abcdef" ]
}

@test "a ledger that is a symbolic link is not believed" {
	touch "$files/shmbench-$dead-0"
	ledger real "$dead"
	note real "$dead"
	ln -s "$cache/real" "$cache/ledger-1"
	run "$SHMBENCH" clean
	[ "$status" -eq 5 ]
	[ -e "$files/shmbench-$dead-0" ]
}

@test "a cache directory that others can write to is refused" {
	chmod 777 "$cache"
	run "$SHMBENCH" clean
	[ "$status" -eq 5 ]
	[[ $output == *"is not a directory that only user"* ]]
}

@test "words are refused with 2" {
	run "$SHMBENCH" clean all
	[ "$status" -eq 2 ]
	[[ $output == *"--dry-run"* ]]
}

# The key of a System V queue or set of semaphores of process $1 (src/channel/key.h), as an int.
key() {
	echo $(((0x1a6 << 23 | $1) - (1 << 32)))
}

@test "queues and semaphores are told by their key, fifos by their name; strangers' are left alone" {
	command -v perl >/dev/null || skip "needs perl"
	mkfifo "$files/shmbench-$dead-2"
	make='($k, $s) = @ARGV; $q = msgget($k, 01600) // die; $e = semget($s, 1, 01600) // die; print "$q $e\n"'
	ledger ledger-1 "$dead"
	note ledger-1 "$dead"
	read -r queue semaphores < <(perl -e "$make" -- "$(key "$dead")" "$(key "$dead")")
	read -r others_queue others_semaphores < <(perl -e "$make" -- "$(key "$other")" "$(key "$other")")
	run "$SHMBENCH" clean
	left=$(awk 'FNR > 1 { print $2 }' /proc/sysvipc/msg /proc/sysvipc/sem)
	ipcrm -q "$others_queue" -s "$others_semaphores"
	[ "$status" -eq 0 ]
	[ "$(grep -c ': removed$' <<<"$output")" -eq 3 ]
	[[ $output == *"System V message queue $queue (0), made by process $dead"* ]]
	[[ $output == *"System V semaphores $semaphores (0), made by process $dead"* ]]
	[ ! -e "$files/shmbench-$dead-2" ]
	grep -qx "$others_queue" <<<"$left"
	grep -qx "$others_semaphores" <<<"$left"
}
