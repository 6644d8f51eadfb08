# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Sourced by suite and test: install what is missing, build. Changes no system setting.

# need COMMAND_OR_PKGCONFIG PACKAGE: remember PACKAGE when the first is not there.
missing=()
need() {
	case $1 in
	pc:*) pkg-config --exists "${1#pc:}" 2>/dev/null || missing+=("$2") ;;
	*) command -v "$1" >/dev/null 2>&1 || missing+=("$2") ;;
	esac
}

# want COMMAND_OR_FILE PACKAGE: like need, but what cannot be had is done without.
wanted=()
want() {
	command -v "$1" >/dev/null 2>&1 || [ -e "$1" ] || wanted+=("$2")
}

# Try to install what want() found missing; says what stays so.
install_wanted() {
	local package
	for package in "${wanted[@]}"; do
		missing=("$package")
		(install_missing) >/dev/null 2>&1 || echo "Doing without $package, which cannot be installed here." >&2
	done
	missing=() wanted=()
}

need_to_build() {
	need cc gcc
	need make make
	need cmake cmake
	need pkg-config pkg-config
	need 'pc:hwloc >= 2.7' libhwloc-dev
	need pc:jansson libjansson-dev
}

# Install what need() found missing, with root or sudo; else print the line that would, and end
# with 4.
install_missing() {
	[ ${#missing[@]} -eq 0 ] && return
	local apt=(apt-get install -y --no-install-recommends "${missing[@]}")
	local as_root=()
	if [ "$(id -u)" -ne 0 ]; then
		as_root=(sudo)
		if ! command -v sudo >/dev/null 2>&1 || ! sudo -n true 2>/dev/null; then
			echo "Packages are missing, and this user cannot install them. Run:" >&2
			echo "    sudo ${apt[*]}" >&2
			exit 4
		fi
	fi
	if ! command -v apt-get >/dev/null 2>&1; then
		echo "Packages are missing, and there is no apt-get. Install what Debian calls:" >&2
		echo "    ${missing[*]}" >&2
		exit 4
	fi
	echo "Installing: ${missing[*]}" >&2
	"${as_root[@]}" apt-get update -qq >&2 || true
	if ! DEBIAN_FRONTEND=noninteractive "${as_root[@]}" "${apt[@]}" >&2; then
		echo "apt-get could not install them. Run:" >&2
		echo "    sudo ${apt[*]}" >&2
		exit 4
	fi
	missing=()
}

# build PRESET [CMAKE_OPTION...]: configure and build, quietly unless it fails.
build() {
	local preset=$1 log
	shift
	log=$(mktemp)
	if ! cmake --preset "$preset" "$@" >"$log" 2>&1 ||
		! cmake --build --preset "$preset" --parallel "$(nproc)" >>"$log" 2>&1; then
		cat "$log" >&2
		rm -f "$log"
		echo "The build ($preset) failed; its output is above." >&2
		exit 5
	fi
	rm -f "$log"
}
