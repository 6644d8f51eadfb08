#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Unpacks what an aarch64 build needs into build-arm/sysroot. The packages are Debian's, found and
# fetched by an apt with lists and state of its own: the machine learns of no foreign architecture,
# nothing is installed, and nobody has to be root. Fails where the machine's sources have no arm64
# packages (Ubuntu keeps them on another host).
set -euo pipefail
cd "$(dirname "$0")/../.."

here=$PWD/build-arm
[ -e "$here/sysroot/.complete" ] && exit 0
mkdir -p "$here/apt/lists/partial" "$here/packages/archives/partial"
apt=(apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures::=arm64
	-o Dir::State="$here/apt" -o Dir::State::status=/dev/null -o Dir::Cache="$here/packages"
	-o Acquire::http::Timeout=10 -o Debug::NoLocking=1 -o APT::Sandbox::User="$(id -un)")
# With an empty status apt takes everything for missing that these depend on.
"${apt[@]}" update
"${apt[@]}" install -y --no-install-recommends --download-only \
	libc6-dev libgcc-s1 libhwloc-dev libjansson-dev libcmocka-dev
# The rest are programs that packages need to be installed, which these are not.
rm -rf "$here/sysroot"
for package in "$here"/packages/archives/{lib,linux-libc-dev}*.deb; do
	dpkg-deb -x "$package" "$here/sysroot"
done
touch "$here/sysroot/.complete"
