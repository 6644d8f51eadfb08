#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Mangles what shmbench reads, at random, and looks at how it takes it.

	tests/fuzz/mangle.py [--seed N] [--trials N] [SHMBENCH]

What is read: the files of run directories (by compare, report, run --resume), the history of canaries, a
topology, and the text of options. SHMBENCH is best a build with sanitizers (default
build-sanitize/shmbench). Whatever it is given, it ends in time, not by a signal, with a status that its
manual has for this command, without a word of a sanitizer, and, where it refuses, with a sentence. A trial
that does not is kept and told, with the seed that makes it again; then the status is 1.
"""
import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile

SECONDS = 60  # of one command: sanitizers, and other work beside it
PIECES = [b"", b"0", b"-1", b"1e308", b"1e-320", b"nan", b"inf", b"99999999999999999999", b"\0", b"\xff\xfe",
          b",", b'"', b"\n", b"\r\n", b"ok", b"skip", b"all", b"r1", b"r99", b"{", b"}", b"[", b"null", b"%n%s",
          b"a" * 5000, b"2", b"3:x", b"..", b":x0", b"/", b"\xc3\xa9", b"<", b"&#0;", b"-"]


def flip(rng, data):
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1:]


def span(rng, data):
    """Two places, near each other more often than not."""
    first = rng.randrange(len(data))
    return first, min(len(data), first + int(2 ** rng.uniform(0, 12)))


def cut(rng, data):
    first, last = span(rng, data)
    return data[:first] + data[last:]


def repeat(rng, data):
    first, last = span(rng, data)
    return data[:last] + data[first:last] * rng.randrange(1, 4) + data[last:]


def truncate(rng, data):
    return data[:rng.randrange(len(data))]


def insert(rng, data):
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(PIECES) + data[at:]


def replace_word(rng, data):
    """A field, a number or a name becomes another."""
    words = list(re.finditer(rb"[^,\s\"{}\[\]:<>=]+", data))
    if not words:
        return insert(rng, data)
    word = rng.choice(words)
    other = rng.choice(PIECES) if rng.random() < .7 else rng.choice(words).group()
    return data[:word.start()] + other + data[word.end():]


def swap_lines(rng, data):
    lines = data.split(b"\n")
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[i], lines[j] = lines[j], lines[i]
    return b"\n".join(lines)


WAYS = [flip, cut, repeat, truncate, insert, replace_word, replace_word, replace_word, swap_lines]


def mangle(rng, data):
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        if data:
            data = rng.choice(WAYS)(rng, data)
    return data


def mangle_file(rng, path):
    with open(path, "rb") as f:
        data = f.read()
    with open(path, "wb") as f:
        f.write(mangle(rng, data))


class Fuzz:
    def __init__(self, program, work):
        self.program = program
        self.work = work
        self.environment = dict(os.environ, SHMBENCH_PLOTS="/dev/null", NO_COLOR="1",
                                XDG_CACHE_HOME=os.path.join(work, "cache"))
        self.here = os.path.dirname(os.path.abspath(__file__))

    def run(self, *words, seconds=SECONDS, stop_after=None):
        """(status or None when it did not end, both outputs); after stop_after s it is asked to end."""
        with subprocess.Popen([self.program, *words], cwd=self.work, env=self.environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
            try:
                if stop_after is not None:
                    try:
                        p.wait(timeout=stop_after)
                    except subprocess.TimeoutExpired:
                        p.send_signal(signal.SIGINT)
                out, err = p.communicate(timeout=seconds)
                return p.returncode, out, err
            except subprocess.TimeoutExpired:
                p.kill()
                p.communicate()
                return None, b"", b""

    def must(self, *words, ends=(0,)):
        status, _, err = self.run(*words)
        if status not in ends:
            sys.exit(f"shmbench {' '.join(words)} ends with {status}: {err.decode(errors='replace')}")

    def prepare(self):
        plan = ["--region", "sysv,memfd", "--size", "64K", "--quiet", "--patience", "0%"]
        for name in "base", "new":
            self.must("run", "attach/life", "first-touch", *plan, "--invocations", "3", "--out", name)
        # One that owes something.
        self.must("run", "attach/life", *plan, "--invocations", "40", "--time-budget", "1s", "--out", "owing")

    def fresh(self, name):
        copy = os.path.join(self.work, "trial-" + name)
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(os.path.join(self.work, name), copy)
        return copy

    def mangled_run(self, rng, name, files):
        copy = self.fresh(name)
        there = [f for f in files if os.path.exists(os.path.join(copy, f))]
        mangle_file(rng, os.path.join(copy, rng.choice(there)))
        return copy

    # Each: the statuses that are right, and how the command ended.

    def compare(self, rng):
        run = self.mangled_run(rng, "new", ["summary.csv", "invocations.csv", "run.json"])
        pair = ["base", run] if rng.random() < .5 else [run, "base"]
        return (0, 1, 2, 3, 6), self.run("compare", *pair, *rng.choice([[], ["--json"], ["--force"], ["--strict"]]))

    def report(self, rng):
        run = self.mangled_run(rng, "new", ["invocations.csv", "windows.csv", "run.json", "distribution.csv",
                                            "profile.csv"])
        return (0, 2, 77), self.run("report", run)

    def resume(self, rng):
        run = self.mangled_run(rng, "owing", ["resume.bin", "resume.bin", "invocations.csv", "windows.csv",
                                              "run.json"])
        return (0, 2, 5, 6, 77, 130), self.run("run", "--resume", run, "--quiet", "--time-budget", "1s", stop_after=2)

    def history(self, rng):
        path = os.path.join(self.work, "cache", "shmbench", "canaries.json")
        with open(path, "rb") as f:
            whole = f.read()
        mangle_file(rng, path)
        out = os.path.join(self.work, "trial-history")
        shutil.rmtree(out, ignore_errors=True)
        ended = self.run("run", "null", "--invocations", "1", "--patience", "0%", "--quiet", "--out", out)
        with open(path, "wb") as f:
            f.write(whole)
        return (0,), ended  # a damaged history is passed over

    def topology(self, rng):
        folder = os.path.join(self.here, "..", "unit", "topologies")
        path = os.path.join(self.work, "trial.xml")
        shutil.copy(os.path.join(folder, rng.choice(sorted(f for f in os.listdir(folder) if f.endswith(".xml")))), path)
        mangle_file(rng, path)
        words = rng.choice([["matrix", "--representatives"], ["throughput", "--place", "each"],
                            ["latency", "--place", "node-pairs", "--node", "each"]])
        return (0, 2, 77), self.run("run", *words, "--xml", path, "--dry-run")

    def options(self, rng):
        option, text = rng.choice([("--message", b"1,8..4K:x2"), ("--size", b"4K..1M:x16"), ("--rate", b"10%..95%:+17%"),
                                   ("--place", b"pu:os:0+pu:os:1"), ("--time-budget", b"1m30s"), ("--precision", b"2%"),
                                   ("--region", b"sysv,memfd"), ("--label", b"key=value"), ("--seed", b"17")])
        text = mangle(rng, text).replace(b"\0", b"")[:9000]
        return (0, 2, 77), self.run("run", "latency", "--dry-run", option.encode() + b"=" + text)

    def trial(self, rng):
        kind = rng.choice(["compare", "compare", "report", "report", "resume", "history", "topology", "topology",
                           "options", "options"])
        return kind, *getattr(self, kind)(rng)


def complaint(right, ended):
    status, out, err = ended
    said = (out + err).decode(errors="replace")
    if status is None:
        return "does not end"
    if re.search("AddressSanitizer|runtime error:|LeakSanitizer|stack smashing|Assertion", said):
        return "a sanitizer speaks:\n" + said
    if status < 0:
        return f"ends by signal {-status}:\n{said}"
    if status not in right:
        return f"ends with {status}:\n{said}"
    if status in (2, 5, 6) and not err.strip():
        return f"ends with {status} and says nothing"
    return None


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    options.add_argument("--trials", type=int, default=500)
    options.add_argument("program", nargs="?", default="build-sanitize/shmbench")
    wish = options.parse_args()
    bad = 0
    kept = tempfile.mkdtemp(prefix="shmbench-fuzz-")
    with tempfile.TemporaryDirectory() as work:
        fuzz = Fuzz(os.path.abspath(wish.program), work)
        fuzz.prepare()
        for n in range(wish.trials):
            seed = f"{wish.seed}-{n}"
            kind, right, ended = fuzz.trial(random.Random(seed))
            what = complaint(right, ended)
            if what:
                bad += 1
                print(f"{kind}, trial {seed}: {what}")
                shutil.copytree(work, os.path.join(kept, seed), ignore_dangling_symlinks=True)
    if bad:
        print(f"seed {wish.seed}: {bad} of {wish.trials} trials; what they were given: {kept}")
    else:
        os.rmdir(kept)
        print(f"seed {wish.seed}: {wish.trials} trials, all taken well")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
