#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""order.py BUILD UNIT[:HEADER]...: does the compiler give the rings what they ask for on aarch64?

Every atomic access of a UNIT, or of a HEADER that it includes, that names memory_order_acquire or
_release is a place. The unit is compiled as BUILD compiles it, with debug information, and among the instructions that belong to the
place there must be a load-acquire (ldar, ldapr) or a store-release (stlr). Prints the places; ends
with 1 where one has none, or where a file has fewer than two of either kind: a ring has four.

Then each place is made relaxed in a copy, one at a time, and its instruction must be gone: a check
that cannot fail shows nothing.
"""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

ACCESS = re.compile(r"\batomic_(load|store)_explicit\s*\(")
KINDS = {
    ("load", "acquire"): re.compile(r"^ldap?u?r"),
    ("store", "release"): re.compile(r"^stlu?r"),
}


def places(text):
    """(first line, last line, kind, function) of every access that orders."""
    found = []
    for access in ACCESS.finditer(text):
        end = text.index(";", access.end())
        order = re.search(r"memory_order_(acquire|release)\b", text[access.end():end])
        if not order:
            continue
        before = text[:access.start()]
        function = re.findall(r"^[\w ]*?[\w*]*\b(\w+)\([^;{]*\)\n\{", before, re.M)
        found.append((before.count("\n") + 1, text[:end].count("\n") + 1,
                      (access.group(1), order.group(1)), function[-1] if function else "?"))
    return found


def compiled(build, unit, instead=None, text=None):
    """The disassembly of unit as build compiles it, with text in the place of the file instead."""
    with open(os.path.join(build, "compile_commands.json")) as file:
        entry = next(e for e in json.load(file) if os.path.realpath(e["file"]) == os.path.realpath(unit))
    command = shlex.split(entry["command"])
    with tempfile.TemporaryDirectory() as directory:
        object_file = os.path.join(directory, "unit.o")
        command[command.index("-o") + 1] = object_file
        if instead:
            # Headers are named as in "channel/ring.h": where they are looked for first.
            copy = os.path.join(directory, os.path.basename(os.path.dirname(instead)), os.path.basename(instead))
            os.mkdir(os.path.dirname(copy))
            with open(copy, "w") as file:
                file.write(text)
            if instead == unit:
                command[command.index("-c") + 1] = copy
        subprocess.run([command[0], "-iquote", directory] + command[1:] + ["-g"], cwd=entry["directory"], check=True)
        return subprocess.run(["aarch64-linux-gnu-objdump", "-d", "-l", "--no-show-raw-insn", object_file],
                              check=True, capture_output=True, text=True).stdout


def instructions(listing, name):
    """(line of the source file `name`, mnemonic) of every instruction."""
    line = None
    for text in listing.splitlines():
        where = re.match(r"(\S+):(\d+)(?: |$)", text)
        if where:
            line = int(where.group(2)) if os.path.basename(where.group(1)) == name else None
        else:
            code = re.match(r"\s+[0-9a-f]+:\s+(\S+)", text)
            if code and line:
                yield line, code.group(1)


def has(listing, name, place):
    first, last, kind, _ = place
    return any(first <= line <= last and KINDS[kind].match(code)
               for line, code in instructions(listing, name))


def relaxed(text, place):
    """The same text with the order of the place taken away."""
    first, last, kind, _ = place
    lines = text.split("\n")
    lines[first - 1:last] = [line.replace(f"memory_order_{kind[1]}", "memory_order_relaxed")
                             for line in lines[first - 1:last]]
    return "\n".join(lines)


def check(build, argument):
    unit, _, header = argument.partition(":")
    source = header or unit
    with open(source) as file:
        text = file.read()
    name = os.path.basename(source)
    listing = compiled(build, unit)
    found = places(text)
    ok = all(sum(place[2] == kind for place in found) >= 2 for kind in KINDS)
    if not ok:
        print(f"{name}: fewer than two acquiring loads or two releasing stores")
    for place in found:
        there = has(listing, name, place)
        kept = has(compiled(build, unit, source, relaxed(text, place)), name, place)
        said = "THERE WITHOUT BEING ASKED FOR" if kept else "ok" if there else "NO SUCH INSTRUCTION"
        print(f"{name}:{place[0]} {place[3]}: {place[2][1]}: {said}")
        ok = ok and there and not kept
    return ok


if __name__ == "__main__":
    sys.exit(0 if all([check(sys.argv[1], argument) for argument in sys.argv[2:]]) else 1)
