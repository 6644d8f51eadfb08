#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Folders include from the ones to their right only:
#
#	command > report > record > measure > plan > bench > channel > region > probe > base
#
# and analyse, used by command, report, record and measure, includes base only. Plug-ins never
# include each other. Run from anywhere.
set -euo pipefail
cd "$(dirname "$0")/.."

order=(base probe region channel bench plan measure record report command)
rank() {
	local i
	for i in "${!order[@]}"; do
		[ "${order[$i]}" = "$1" ] && echo "$i" && return
	done
	echo "no layer for folder '$1'" >&2
	return 1
}

# The folder of an include as written: "plan/axis.h" is plan; what names no folder is a
# header of bench/.
folder_of_include() {
	case $1 in
	*/*) echo "${1%%/*}" ;;
	version.h | list.def) echo base ;;
	*) [ -f "bench/$1" ] && echo bench && return
		echo "$1: no such folder" >&2 && return 1 ;;
	esac
}

# May FOLDER include from TARGET?
allowed() {
	local folder=$1 target=$2
	[ "$folder" = "$target" ] && return 0
	case $target in
	analyse)
		case $folder in command | report | record | measure) return 0 ;; *) return 1 ;; esac
		;;
	esac
	if [ "$folder" = analyse ]; then [ "$target" = base ]; return; fi
	[ "$(rank "$target")" -lt "$(rank "$folder")" ]
}

# A plug-in is a file that its folder's list.def names.
plugin() {
	grep -qs "^[A-Z]*($(basename "$1" .h))" "$(dirname "$1")/list.def"
}

bad=0
while read -r file; do
	case $file in
	bench/*) folder=bench ;;
	src/main.c) folder="command" ;;
	src/*) folder=${file#src/} folder=${folder%%/*} ;;
	esac
	while read -r include; do
		target=$(folder_of_include "$include")
		if ! allowed "$folder" "$target"; then
			echo "$file may not include $include: $folder is below $target"
			bad=1
		fi
		case $include in
		*/*) path=src/$include ;;
		*) path=bench/$include ;;
		esac
		if [ -f "${path%.h}.c" ] && plugin "$path" && [ "${path%.h}.c" != "$file" ]; then
			case $file in
			src/region/*.c | src/channel/*.c | bench/*.c)
				if plugin "${file%.c}.h" && [ "$folder" = "$target" ] && [ "$(basename "$path")" != ring.h ]; then
					echo "$file includes another plug-in: $include"
					bad=1
				fi
				;;
			esac
		fi
	done < <(sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file")
	# hwloc is behind plan/ only.
	if grep -q '#include <hwloc' "$file" && [ "$folder" != plan ]; then
		echo "$file includes hwloc: only plan/ may"
		bad=1
	fi
done < <(git ls-files 'src/*.c' 'src/*.h' 'bench/*.c' 'bench/*.h')
exit $bad
