#!/usr/bin/env bats
# The man page names everything that the program does: what is compared here comes from --help and
# `list --json`, so that a new option, axis or benchmark without a line in docs/shmbench.1 fails.

setup_file() {
	SHMBENCH=$(realpath "${SHMBENCH:-build/shmbench}")
	export SHMBENCH PAGE=$BATS_FILE_TMPDIR/page
	if command -v man >/dev/null; then
		LC_ALL=C MANROFFSEQ='' MANWIDTH=1000 man -P cat -l docs/shmbench.1 | sed 's/.\x08//g' >"$PAGE"
	fi
}

setup() {
	[ -s "$PAGE" ] || skip "needs man"
}

# named WORD...: each stands in the page, and not only as a part of a longer word.
named() {
	local word missing=()
	for word; do
		grep -qE -- "(^|[^[:alnum:]-])${word//./\\.}([^[:alnum:]-]|\$)" "$PAGE" || missing+=("$word")
	done
	[ ${#missing[@]} -eq 0 ] || echo "not in docs/shmbench.1: ${missing[*]}"
	[ ${#missing[@]} -eq 0 ]
}

# listed WHAT FILTER: the words that FILTER picks from `list WHAT --json`.
listed() {
	local words
	mapfile -t words < <("$SHMBENCH" list "$1" --json | jq -r "$2")
	[ ${#words[@]} -gt 0 ]
	named "${words[@]}"
}

commands() {
	"$SHMBENCH" --help | sed -n 's/^  \([a-z]\{1,\}\) .*/\1/p'
}

@test "every command of --help" {
	mapfile -t words < <(commands)
	[ ${#words[@]} -ge 8 ]
	named "${words[@]}"
}

@test "every option of every command" {
	for command in $(commands); do
		mapfile -t words < <("$SHMBENCH" "$command" --help | grep -oE '^ +(-., )?--[a-z-]+' | grep -oE -- '--[a-z-]+')
		[ ${#words[@]} -ge 2 ]
		named "${words[@]}"
	done
}

@test "nothing that is no option" {
	# shellcheck disable=SC2013 # options are words
	for option in $(grep -oE -- '--[a-z][a-z-]+' "$PAGE" | sort -u); do
		# --axis stands for all of them, --version is the program's own.
		case $option in --axis | --version) continue ;; esac
		known=no
		for command in $(commands); do
			if "$SHMBENCH" "$command" --help | grep -qE -- "$option([^a-z-]|\$)"; then known=yes; fi
		done
		[ $known = yes ] || echo "in docs/shmbench.1, but no option: $option"
		[ $known = yes ]
	done
}

@test "every axis with its words and its default" {
	listed axes '.axes[].name'
	listed axes '.axes[].words[]'
	listed axes '.axes[].default // empty | split(",")[]'
}

@test "every benchmark, its parts and metrics" {
	listed benchmarks '.benchmarks[].name'
	listed benchmarks '.benchmarks[].metrics[].name'
	listed benchmarks '.benchmarks[].metrics[] | select(.part != null).part'
}

@test "every region, channel, place and suite" {
	listed regions '.regions[].name'
	listed channels '.channels[].name'
	listed places '.places[].name'
	listed suites '.suites[].name'
}

@test "every figure" {
	mapfile -t words < <("$SHMBENCH" plot . nosuchfigure 2>&1 | sed -n 's/.*there are: //p' | tr ' ' '\n')
	[ ${#words[@]} -ge 8 ]
	named "${words[@]}"
}

@test "every exit status of --help" {
	mapfile -t words < <("$SHMBENCH" --help | sed -n '/^Exit status/,$p' | grep -oE '(^|[ ,])[0-9]+(\+n)? [a-z]' | grep -oE '[0-9]+')
	[ ${#words[@]} -ge 8 ]
	sed -n '/^EXIT STATUS/,/^EXAMPLES/p' "$PAGE" >"$BATS_TEST_TMPDIR/section"
	PAGE=$BATS_TEST_TMPDIR/section named "${words[@]}"
}

@test "it is formatted without a warning" {
	run env LC_ALL=C.UTF-8 MANROFFSEQ='' man --warnings -E UTF-8 -l -Tutf8 -Z docs/shmbench.1
	[ "$status" -eq 0 ]
	[[ $output != *warning* ]]
	[[ $output != *"mdoc error"* ]]
}
