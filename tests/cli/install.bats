#!/usr/bin/env bats
# `cmake --install`: everything lands where it belongs, and the installed program draws with the
# scripts that were installed beside it, not with those of the source tree.

setup_file() {
	SHMBENCH=$(realpath "${SHMBENCH:-build/shmbench}")
	export SHMBENCH
	export PREFIX=$BATS_FILE_TMPDIR/prefix RUN=$BATS_FILE_TMPDIR/run
	unset SHMBENCH_PLOTS
	cmake --install "$(dirname "$SHMBENCH")" --prefix "$PREFIX"
	"$PREFIX/bin/shmbench" run attach/life --size 4K --region sysv,memfd --invocations 1 \
		--out "$RUN" --quiet
}

need_gnuplot() {
	command -v gnuplot >/dev/null || skip "needs gnuplot"
}

@test "program, scripts and man page are where they belong" {
	[ -x "$PREFIX/bin/shmbench" ]
	diff -r scripts/plots "$PREFIX/share/shmbench/plots"
	cmp docs/shmbench.1 "$PREFIX/share/man/man1/shmbench.1"
	[ "$(find "$PREFIX" -type f | wc -l)" -eq $(($(find scripts/plots -type f | wc -l) + 2)) ]
}

@test "the installed program is the one that was built" {
	[ "$("$PREFIX/bin/shmbench" --version)" = "$("$SHMBENCH" --version)" ]
}

@test "report and plot work from the prefix" {
	need_gnuplot
	"$PREFIX/bin/shmbench" report "$RUN" --out "$BATS_TEST_TMPDIR/page"
	grep -q '<svg' "$BATS_TEST_TMPDIR/page/report.html"
	"$PREFIX/bin/shmbench" plot "$RUN" attach-latency --out "$BATS_TEST_TMPDIR/figure.svg"
	grep -q '<svg' "$BATS_TEST_TMPDIR/figure.svg"
}

@test "it draws with the installed scripts, also where the prefix was moved to" {
	need_gnuplot
	moved=$BATS_TEST_TMPDIR/moved
	cp -r "$PREFIX" "$moved"
	echo 'system("touch ".ARG1."/drawn-by-the-copy")' >"$BATS_TEST_TMPDIR/line"
	cat "$BATS_TEST_TMPDIR/line" "$PREFIX/share/shmbench/plots/attach-latency.gp" \
		>"$moved/share/shmbench/plots/attach-latency.gp"
	"$moved/bin/shmbench" plot "$RUN" attach-latency --out "$BATS_TEST_TMPDIR/figure.svg"
	[ -e "$RUN/drawn-by-the-copy" ]
	grep -q '<svg' "$BATS_TEST_TMPDIR/figure.svg"
}

@test "SHMBENCH_PLOTS names other scripts, and a directory without any is an error" {
	need_gnuplot
	mkdir "$BATS_TEST_TMPDIR/none"
	SHMBENCH_PLOTS=scripts/plots "$PREFIX/bin/shmbench" plot "$RUN" attach-latency \
		--out "$BATS_TEST_TMPDIR/figure.svg"
	run env SHMBENCH_PLOTS="$BATS_TEST_TMPDIR/none" "$PREFIX/bin/shmbench" plot "$RUN" attach-latency
	[ "$status" -eq 2 ]
	[[ $output == *"SHMBENCH_PLOTS=$BATS_TEST_TMPDIR/none has no common.gp"* ]]
}

@test "another data directory is found as well" {
	need_gnuplot
	# Reconfigured only: what is built is the same but for one path.
	source=$PWD
	cmake -S "$source" -B "$BATS_TEST_TMPDIR/build" -DCMAKE_BUILD_TYPE=Debug \
		-DCMAKE_INSTALL_DATADIR=lib/data >/dev/null
	grep -q '"../lib/data/shmbench/plots"' "$BATS_TEST_TMPDIR/build/generated/version.h"
}
