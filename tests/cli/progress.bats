#!/usr/bin/env bats
# What is for a terminal only: the progress line and colours. Here python's pty is the terminal.

load helpers

setup() {
	find_program
	command -v python3 >/dev/null || skip "needs python3"
	cd "$BATS_TEST_TMPDIR" || return
	unset NO_COLOR
	export TERM=xterm
}

# on_terminal COLUMNS COMMAND... : what the command wrote to a terminal of that width, on standard
# output and error, as lines: a carriage return ends one too.
on_terminal() {
	python3 - "$@" <<-'END'
		import fcntl, os, pty, struct, subprocess, sys, termios
		master, slave = pty.openpty()
		fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
		child = subprocess.Popen(sys.argv[2:], stdin=slave, stdout=slave, stderr=slave)
		os.close(slave)
		said = b""
		while True:
		    try:
		        part = os.read(master, 65536)
		    except OSError:
		        break
		    if not part:
		        break
		    said += part
		sys.stdout.write(said.decode().replace("\r\n", "\n").replace("\r", "\n"))
		sys.exit(child.wait())
	END
}

# grep with the other outcome; `!` before a command would hide it from bats.
lacks() {
	! grep -q -- "$@"
}

short_run() {
	on_terminal "$1" "$SHMBENCH" run attach --region sysv --size 64K --invocations 20 --out run "${@:2}"
}

@test "a line with block, cell, time left and the headline, no wider than the terminal" {
	short_run 72 >said
	grep -E $'^\e\\[Kblock [0-9]+/20 cell [0-9]+/[0-9]+, [0-9]+ s left' said >lines
	grep -q '| attach sysv 64K: ' lines
	# The escape sequence that clears the line is three characters.
	[ "$(awk '{ print length }' lines | sort -n | tail -1)" -le $((72 + 3)) ]
}

@test "the headline has its interval once six values are calm" {
	short_run 150 --patience 5s >said
	# Of the cells that are short of calm values none is there to be seen.
	if ! grep -qE '\(([6-9]|[1-9][0-9]) calm\)' said; then
		grep -qE ': [a-z-]+ [0-9.]+ [num]?s( \[[0-9.]+.*, [0-9.]+.*\]| \([1-5] calm\))|none calm yet' said
	else
		false
	fi
}

@test "no line with --quiet, and none where standard error is no terminal" {
	short_run 80 --quiet --invocations 1 >said
	lacks ' s left' said
	rm -r run
	"$SHMBENCH" run null --invocations 1 --out run >out 2>err
	lacks ' s left' err out
}

@test "colours on a terminal; none with NO_COLOR, --color never or for a file" {
	short_run 100 --invocations 1 >/dev/null
	on_terminal 100 "$SHMBENCH" report run >said
	grep -q $'\e\\[1m' said
	NO_COLOR=1 on_terminal 100 "$SHMBENCH" report run >said
	lacks $'\e' said
	on_terminal 100 "$SHMBENCH" report run --color never >said
	lacks $'\e' said
	TERM=dumb on_terminal 100 "$SHMBENCH" report run >said
	lacks $'\e' said
	"$SHMBENCH" report run >said
	lacks $'\e' said
}

@test "--color always colours files too, whatever NO_COLOR says; the words stay the same" {
	"$SHMBENCH" run null --invocations 1 --out run --quiet >/dev/null
	NO_COLOR=1 "$SHMBENCH" report run --color always >coloured
	grep -q $'\e\\[1m' coloured
	"$SHMBENCH" report run >plain
	sed 's/\x1b\[[0-9]*m//g' coloured | diff - plain
	SHMBENCH_COLOR=always "$SHMBENCH" report run | grep -q $'\e'
	"$SHMBENCH" doctor --color always >said || [ $? -eq 4 ]
	grep -q $'^\e\\[3[1-3]m\\(ok\\|note\\|unfit\\) *\e\\[0m' said
}

@test "--color takes three words" {
	run "$SHMBENCH" report run --color sometimes
	[ "$status" -eq 2 ]
	[[ $output == *"give auto, always or never"* ]]
}
