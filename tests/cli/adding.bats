#!/usr/bin/env bats
# What README.md and docs/adding.md say about adding: their examples are taken out of the text, put
# into a copy of the tree with one line each, built with warnings as errors, tested by the contract
# tests, and measured with.

# example FILE: the code block of README.md or docs/adding.md that is marked as this file.
example() {
	awk -v mark="<!-- file: $1 -->" '
		$0 == mark { here = 1; next }
		here && /^```c$/ { code = 1; next }
		code && /^```$/ { exit }
		code' README.md docs/adding.md
}

# add FOLDER NAME MACRO: the example and its line, which the text must name too.
add() {
	example "$1/$2.c" >"$tree/$1/$2.c"
	[ -s "$tree/$1/$2.c" ]
	grep -qF "\`$3($2)\` in \`$1/list.def\`" README.md docs/adding.md
	echo "$3($2)" >>"$tree/$1/list.def"
}

setup_file() {
	pkg-config --exists cmocka || skip "needs cmocka"
	export tree=$BATS_FILE_TMPDIR/tree
	mkdir "$tree"
	cp -r CMakeLists.txt LICENSE bench docs scripts src tests "$tree"
	add src/region tmpfile REGION
	add src/channel socketpair CHANNEL
	add bench protect BENCH
	{
		cmake -S "$tree" -B "$tree/build" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS=-Werror -DSHMBENCH_TESTS=ON &&
			cmake --build "$tree/build" --target shmbench test_region test_channel test_plan
	} >"$tree/log" 2>&1 || {
		tail -n 30 "$tree/log"
		return 1
	}
}

@test "the examples are formatted like the tree" {
	command -v clang-format >/dev/null || skip "needs clang-format"
	clang-format --style=file:.clang-format --dry-run --Werror \
		"$tree/src/region/tmpfile.c" "$tree/src/channel/socketpair.c" "$tree/bench/protect.c"
}

@test "the contract tests of regions pass with one more" {
	"$tree/build/tests/unit/test_region"
}

@test "the contract tests of channels pass with one more" {
	"$tree/build/tests/unit/test_channel"
}

@test "plans are made with one more of each" {
	"$tree/build/tests/unit/test_plan"
}

@test "they are listed and measured" {
	"$tree/build/shmbench" list >"$tree/list"
	for word in tmpfile socketpair protect; do grep -q "^  $word " "$tree/list"; done
	"$tree/build/shmbench" run protect attach/life throughput --region sysv,tmpfile --channel ring,socketpair \
		--size 64K --message 8 --verify --invocations 1 --quiet --out "$tree/run" >"$tree/tables"
	for cell in 'protect,tmpfile,' 'attach,tmpfile,' 'throughput,tmpfile,ring,' 'throughput,,socketpair,'; do
		grep -F ",$cell" "$tree/run/summary.csv" | grep -q ',ok,'
		[ -z "$(grep -F ",$cell" "$tree/run/summary.csv" | grep -F ',fail,')" ]
	done
}

@test "clang takes the examples without a warning too" {
	command -v clang >/dev/null || skip "needs clang"
	for file in src/region/tmpfile.c src/channel/socketpair.c bench/protect.c; do
		clang -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes \
			-Wconversion -Werror -I"$tree/src" -I"$tree/bench" -fsyntax-only "$tree/$file"
	done
}
