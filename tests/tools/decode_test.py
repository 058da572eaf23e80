#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of smmux-decode: known answers, the driver's own text, and damaged input.

usage: decode_test.py golden FILE [write] | fuzz COUNT SEED FILE... | agree LEAST FILE...
       | find FILE [write]
       | same COUNT SEED PROGRAM

golden: FILE has "$ ARGUMENTS" lines, each followed by the expected output.
fuzz:   random arguments, and randomly changed lines of FILEs as input.
same:   PROGRAM, built from the driver's sources, decodes random words to the same text.
find:   FILE has lines of input, each followed by the expected findings ("> ").
agree:  at least LEAST lines of FILEs, written by the driver, decode to the driver's text.
"""

import contextlib
import importlib.machinery
import importlib.util
import io
import os
import random
import shlex
import subprocess
import sys

sys.dont_write_bytecode = True
TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def load(name):
    path = os.path.join(TOP, "scripts", name)
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


TOOL = load("smmux-decode")


class Input(io.BytesIO):
    """Standard input of the tool, which reopens its descriptor."""
    def fileno(self):
        return self.descriptor


def call(arguments, data=b""):
    """Exit code, output and messages of one run, in this process."""
    out, err = io.StringIO(), io.StringIO()
    read, write = os.pipe()
    given = Input()
    given.descriptor = read
    if len(data) > 60000:
        data = data[:60000]
    os.write(write, data)
    os.close(write)
    old, sys.stdin, sys.argv = sys.stdin, given, ["smmux-decode", *arguments]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = TOOL.main()
            except SystemExit as end:
                code = end.code or 0
    finally:
        sys.stdin = old
        os.close(read)
    return code, out.getvalue(), err.getvalue()


def golden(path, write):
    expected = open(path, encoding="utf-8").read()
    made = []
    for line in expected.splitlines():
        if not line.startswith("$ "):
            continue
        code, out, err = call(shlex.split(line[2:]))
        said = out + "".join(f"! {each}\n" for each in err.splitlines() if "Try:" not in each)
        made.append(f"{line}\n{said}" + (f"= {code}\n" if code else ""))
    made = "".join(made)
    if write:
        open(path, "w", encoding="utf-8").write(made)
    elif made != expected:
        for number, (is_now, was) in enumerate(zip(made.splitlines(), expected.splitlines()), 1):
            if is_now != was:
                print(f"{path}:{number}: expected: {was}\n{path}:{number}: is now:   {is_now}")
                break
        else:
            print(f"{path}: output is shorter or longer than expected")
        return 1
    print(f"{made.count(chr(10) + '$ ') + 1} known answers are correct")
    return 0


def find(path, write):
    """FILE has lines of input, each followed by the expected output, after "> "."""
    lines = open(path, encoding="utf-8").read().splitlines()
    made = []
    for line in (each for each in lines if not each.startswith("> ")):
        _, out, _ = call(["-"], line.encode() + b"\n")
        made += [line, *(f"> {each}" for each in out.splitlines())]
    if write:
        open(path, "w", encoding="utf-8").write("\n".join(made) + "\n")
    for is_now, was in zip(made + [None], lines + [None]):
        if is_now != was and not write:
            print(f"{path}: expected: {was}\n{path}: is now:   {is_now}")
            return 1
    print(f"findings in {len(made) - sum(m.startswith('> ') for m in made)} lines are as expected")
    return 0


WORDS = ["ste", "cd", "cmd", "evt", "reg", "l1std", "l1cd", "pte", "gerror", "-", "-v", "-j", "-s",
         "--oas", "--oas=44", "--granule", "4k", "64k", "--level", "--stage", "2", "3", "0", "IDR0",
         "GBPA", "STRTAB_BASE", "ffffffffffffffff", "0x0", "", " ", "x", "-1", "1_0", "\u00e9",
         "0x", "0x8000000000000000", "\udc80", "1" * 40, "--", "-x", "--level=9"]


def random_word(rng):
    kind = rng.randrange(4)
    if kind == 0:
        return f"{rng.getrandbits(64):x}"
    if kind == 1:
        return f"0x{1 << rng.randrange(64):016x}"
    if kind == 2:
        return f"{(1 << rng.randrange(65)) - 1:x}"
    return f"0x{rng.getrandbits(64) & rng.getrandbits(64) & rng.getrandbits(64):x}"


def random_arguments(rng):
    if rng.random() < 0.7:
        kind = rng.choice(["ste", "cd", "cmd", "evt", "l1std", "l1cd", "pte", "gerror", "reg"])
        least, most = TOOL.KINDS[kind]
        out = [kind] + ([rng.choice(list(TOOL.registers.REGISTERS))] if kind == "reg" else [])
        out += [random_word(rng) for _ in range(rng.randint(least, most))]
        out += rng.choice([[], ["-v"], ["-j"], ["-s"], ["-vjs"[:2], "--oas=40"]])
        if kind == "pte":
            out += ["--granule", rng.choice(["4k", "16k", "64k"]), "--level", str(rng.randrange(4)),
                    "--stage", rng.choice("12")]
        return out
    return [rng.choice(WORDS) for _ in range(rng.randrange(8))]


def random_input(rng, lines):
    """A few of the lines, most of them damaged."""
    out = []
    for _ in range(rng.randrange(1, 12)):
        line = bytearray(rng.choice(lines))
        for _ in range(rng.randrange(4)):
            if not line:
                break
            at = rng.randrange(len(line))
            what = rng.randrange(5)
            if what == 0:
                line[at] = rng.randrange(256)
            elif what == 1:
                del line[at:]
            elif what == 2:
                line[at:at] = bytes(rng.choice([b"0x", b"ffffffffffffffff", b" ", b"\xff", b"{", b"="]))
            elif what == 3:
                line[at] = rng.choice(b"0123456789abcdef{},= xX")
            else:
                line += rng.choice(lines)
        out.append(bytes(line))
    return b"\n".join(out)


def fuzz(count, seed, paths):
    rng = random.Random(seed)
    lines = [line for path in paths for line in open(path, "rb").read().splitlines()]
    codes = {0: 0, 1: 0, 2: 0}
    for number in range(count):
        data = b""
        if number % 2:
            arguments = random_arguments(rng)
            if "-" in arguments:
                data = random_input(rng, lines)
        else:
            arguments, data = rng.choice([["-"], ["-v", "-"], ["-j", "-s", "-"], ["cmd", "-"],
                                          ["-s", "-"], ["ste", "-"]]), random_input(rng, lines)
        code, out, err = call(arguments, data)
        if code not in codes or (code == 2) != bool(err) or (code == 1 and "-s" not in arguments
                                                            and "--strict" not in arguments):
            print(f"seed {seed}, case {number}: {arguments} {data!r}: exit code {code}, {err!r}")
            return 1
        codes[code] += 1
    print(f"fuzz, seed {seed}: {count} cases passed, exit codes {codes}")
    return 0 if min(codes.values()) > 0 else 1


def agree(least, paths):
    decoded = 0
    for path in paths:
        lines = open(path, encoding="utf-8", errors="replace")
        for out in TOOL.find.decode_text(lines, 52):
            decoded += 1
            differs = [p for p in out.problems if "differs" in p]
            if differs:
                print(f"{path}: smmux-decode '{out.text}': {differs[0]}")
                return 1
    print(f"{decoded} lines of the driver decode to the same text")
    if decoded < least:
        print(f"fewer than the required {least}")
    return 0 if decoded >= least else 1


def words_of(rng, kind, number):
    """Every opcode and event in turn; other bits are random, often all ones or sparse."""
    words = [int(random_word(rng), 16) for _ in range(2 if kind == "cmd" else 4)]
    words[0] = words[0] & ~0xff | number & 0xff
    return words


def same(count, seed, program):
    rng = random.Random(seed)
    asked = [(kind, words_of(rng, kind, n)) for n in range(count) for kind in ("cmd", "evt")]
    lines = "".join(f"{kind} {' '.join(f'{w:x}' for w in words)}\n" for kind, words in asked)
    said = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
    said = said.stdout.splitlines()
    assert len(said) == len(asked)
    for (kind, words), theirs in zip(asked, said):
        decode = TOOL.queues.decode_cmd if kind == "cmd" else TOOL.queues.decode_evt
        ours = decode(words)
        if ours.text != theirs:
            print(f"seed {seed}: {kind} {[hex(w) for w in words]}: the driver '{theirs}', "
                  f"smmux-decode '{ours.text}'")
            return 1
        again = TOOL.find.rebuild(theirs) if kind == "evt" else None
        if again and TOOL.queues.decode_evt(again).text != theirs:
            print(f"seed {seed}: '{theirs}' from the log is rebuilt as "
                  f"'{TOOL.queues.decode_evt(again).text}'")
            return 1
    print(f"seed {seed}: {len(asked)} random inputs decode as in the driver's sources")
    return 0


def main():
    what, rest = sys.argv[1], sys.argv[2:]
    if what == "golden":
        return golden(rest[0], rest[1:] == ["write"])
    if what == "find":
        return find(rest[0], rest[1:] == ["write"])
    if what == "fuzz":
        return fuzz(int(rest[0]), int(rest[1]), rest[2:])
    if what == "same":
        return same(int(rest[0]), int(rest[1]), rest[2])
    return agree(int(rest[0]), rest[1:])


if __name__ == "__main__":
    sys.exit(main())
