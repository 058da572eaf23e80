#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""smmux-crash on dumps that are generated here: a complete one with known output, as ELF and
compressed, filtered and not filtered; dumps that it must refuse (another machine, truncated,
unsupported compression); then many damaged ones, which it must report without failing.
Usage: crash.py SEED CASES
"""

import contextlib
import importlib.machinery
import importlib.util
import io
import os
import random
import re
import struct
import sys
import tempfile
import time
import zlib

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
loader = importlib.machinery.SourceFileLoader("smmux_crash", f"{TOP}/scripts/smmux-crash")
tool = importlib.util.module_from_spec(importlib.util.spec_from_loader("smmux_crash", loader))
loader.exec_module(tool)

from smmuxlib import crash              # noqa: E402

problems = []
PAGE, BASE, FAR = 4096, 0x40000000, 0x80000000
FRAMES, MAP_BLOCKS = 0xd0000, 26        # more than the memory has
DIR, DEVICE, CMDQ, EVTQ, L1, DESC, L2, LIST, RINGS = (BASE + n for n in (
    0x1000, 0x8040, 0x10000, 0x11000, 0x12000, 0x13000, 0x14000, 0x1a000, 0x1b000))
SHIFT = 0x100000000         # the SMMU's addresses minus physical addresses
NAME = "9050000.smmuv3"


def wrong(text):
    problems.append(text)
    print(text)


# Offsets of fields: they differ from the driver's, so that smmux-crash cannot hard-code them.
WHERE = {
    "RESERVED": (0, 8), "PUBLISHED": (16, 8), "CONSUMED": (8, 8), "DEAD": (24, 1), "HIGH_WATER": (28, 4),
    "POWERED": (25, 1), "EVTQ_CONS": (32, 8), "EVENTS_TOTAL": (40, 8), "EVENTS": (64, 3 * 56),
    "GERROR_DEAD": (26, 1), "GERRORS_TOTAL": (48, 8), "GERRORS": (256, 2 * 24), "PM_STATE": (56, 4),
    "PM_TOTAL": (304, 8), "PM": (320, 2 * 64), "RECOVERY_TOTAL": (312, 8), "RECOVERY": (512, 2 * 112),
    "EVT_REC": (0, 56), "EVT_TIME": (8, 8), "EVT_RAW": (16, 32), "EVT_CPU": (0, 4),
    "GE_REC": (0, 24), "GE_TIME": (0, 8), "GE_CPU": (8, 4), "GE_ACTIVE": (12, 4), "GE_CERROR": (16, 1),
    "PM_REC": (0, 64), "PM_TIME": (0, 8), "PM_TOOK": (8, 8), "PM_STEP": (16, 16), "PM_CAUSE": (32, 4),
    "PM_CPU": (36, 4), "PM_WAKE": (40, 1), "PM_RET": (44, 4),
    "RE_REC": (0, 112), "RE_TIME": (0, 8), "RE_DEV": (8, 32), "RE_SID": (40, 4), "RE_FROM": (44, 4),
    "RE_TO": (48, 4), "RE_CAUSE": (52, 32), "RE_CPU": (84, 4), "RE_RET": (88, 4), "RE_ATTEMPT": (92, 4),
    "RC_ALL": (0, 5000), "RC_RING": (8, 4992), "RC_REC": (0, 64), "RC_POS": (0, 8), "RC_TIME": (8, 8),
    "RC_CMD": (16, 16), "RC_COMM": (32, 16), "RC_PID": (48, 4),
}


class Memory:
    """Physical memory of two separate pieces."""

    def __init__(self):
        self.parts = {BASE: bytearray(0x20000), FAR: bytearray(0x2000)}

    def put(self, at, *what):
        base = FAR if at >= FAR else BASE
        for each in what:
            raw = each if isinstance(each, bytes) else struct.pack("<Q", each)
            self.parts[base][at - base:at - base + len(raw)] = raw
            at += len(raw)

    def pages(self):
        for base, part in self.parts.items():
            for at in range(0, len(part), PAGE):
                yield base + at, bytes(part[at:at + PAGE])

    def runs(self):
        """As a filter of zeros leaves it: each non-zero page with the zeros that follow."""
        out = []
        for base, page in self.pages():
            if any(page) or not out or out[-1][0] + out[-1][2] != base:
                out.append([base, page if any(page) else b"", PAGE])
            else:
                out[-1][2] += PAGE
        return out

    def elf(self, many=False, filtered=False):
        """@many: the number of segments overflows the header, and two segments overlap."""
        parts = [(base, bytes(part), len(part)) for base, part in self.parts.items()]
        if many:
            parts.insert(0, (BASE + 0x8000, bytes(self.parts[BASE][0x8000:0x9000]), 0x1000))
        if filtered:
            parts = self.runs()
        segments, data, at = b"", b"", 64 + 56 * len(parts) + 64
        for base, part, size in parts:
            segments += struct.pack("<IIQQQQQQ", 1, 7, at + len(data), 0, base, len(part), size, 0)
            data += part
        head = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 4, 183, 1, 0, 64,
                           at - 64 if many else 0, 0, 64, 56, 0xffff if many else len(parts), 64, many, 0)
        return head + segments + bytes(44) + struct.pack("<I16x", len(parts)) + data

    def kdump(self, level=0, packed=1, version=6, machine=b"aarch64", split=0, drop=1):
        """@packed: 1: zlib where that is shorter; 0: none; else the flag of another method.
        @drop: leaves out zeros if @level has this bit."""
        frames, blocks = FRAMES, MAP_BLOCKS
        maps = [bytearray(blocks * PAGE), bytearray(blocks * PAGE)]
        first = PAGE * (2 + 2 * blocks)
        kept = [page for page in self.pages() if any(page[1]) or not level & drop]
        descriptors, data, at = b"", b"", first + 24 * len(kept)
        for address, page in self.pages():
            n = address // PAGE
            for i in range(1 + ((address, page) in kept)):
                maps[i][n >> 3] |= 1 << (n & 7)
        for _, page in kept:
            raw = zlib.compress(page) if packed == 1 else page
            flags = packed if len(raw) < PAGE or packed > 1 else 0
            descriptors += struct.pack("<QIIQ", at + len(data), len(raw) if flags else PAGE, flags, 0)
            data += raw if flags else page
        head = b"KDUMP   " + struct.pack("<I", version) + bytes(4 * 65) + machine.ljust(130, b"\0")
        head = head.ljust(424, b"\0") + struct.pack("<IiIII", 0, PAGE, 1, 2 * blocks, min(frames, 99 if version >= 6 else frames))
        sub = struct.pack("<QiiQQ", 0, level, split, 0, 0).ljust(96, b"\0") + struct.pack("<Q", frames)
        return head.ljust(PAGE, b"\0") + sub.ljust(PAGE, b"\0") + b"".join(maps) + descriptors + data

    @staticmethod
    def flat(data, cut=0):
        """@data as a list of pieces in reverse order; a bad piece is overwritten later."""
        step = 5 * PAGE + 17
        pieces = [(at, data[at:at + step]) for at in range(0, len(data), step)]
        out = struct.pack(">qq", 0, 3) + b"bad"
        for at, piece in pieces[::-1]:
            out += struct.pack(">qq", at, len(piece)) + piece
        return b"makedumpfile".ljust(16, b"\0").ljust(PAGE, b"\1") + out + struct.pack(">qq", -1, -1)[cut:]


def record(prefix, **values):
    out = bytearray(WHERE[prefix + "_REC"][1])
    for name, value in values.items():
        at, size = WHERE[f"{prefix}_{name}"]
        raw = value if isinstance(value, bytes) else value.to_bytes(size, "little")
        out[at:at + len(raw)] = raw
    return bytes(out)


def device():
    out = bytearray(800)

    def put(name, value, index=0):
        at, size = WHERE[name]
        raw = value if isinstance(value, bytes) else value.to_bytes(size, "little")
        out[at + index * len(raw):at + (index + 1) * len(raw)] = raw

    for name, value in (("RESERVED", 40 | crash.CLOSED), ("PUBLISHED", 39), ("CONSUMED", 37), ("HIGH_WATER", 9),
                        ("POWERED", 1), ("EVTQ_CONS", 77), ("EVENTS_TOTAL", 4), ("GERRORS_TOTAL", 1),
                        ("PM_STATE", 2), ("PM_TOTAL", 3), ("RECOVERY_TOTAL", 1)):
        put(name, value)
    for n in (1, 2, 3):     # 4 in total, a ring of 3: the last has overwritten the first
        put("EVENTS", record("EVT", TIME=100 + n, CPU=n, RAW=struct.pack("<4Q", 0x1000000010, 1 << 35, 0xabc000 + n, 0)), n % 3)
    put("GERRORS", record("GE", TIME=55, CPU=3, ACTIVE=1, CERROR=1))
    put("PM", record("PM", TIME=9, TOOK=8, CAUSE=2, CPU=1, WAKE=1), 0)
    put("PM", record("PM", TIME=7, TOOK=6, STEP=b"events", CAUSE=1, CPU=2, RET=2**32 - 16), 1)
    put("RECOVERY", record("RE", TIME=5, DEV=b"0000:01:00.0", SID=0x100, FROM=0, TO=1, CAUSE=b"no \033[2J", CPU=1,
                           RET=2**32 - 110, ATTEMPT=2))
    return bytes(out)


def directory(at=DIR, version=1):
    fields = b"".join(struct.pack("<IIQ", *WHERE[name], 0) for name in crash.FIELDS)
    # Entries and header are longer than the current format, as in a later version.
    entry = crash.SMMU.pack(1, 800, NAME.encode(), 0x9050000, DEVICE, CMDQ, EVTQ, L1, DESC, SHIFT, LIST, 3, 3,
                            *range(0x10, 0x18), 4, 5, 1, 8, 10, 44)
    smmus = (bytes(len(entry) + 24)) + entry + bytes(24)
    head = crash.DIR.pack(crash.MAGIC, version, 200 + len(fields) + len(smmus), at, 1700000000 * 10**9, 4096,
                          len(crash.FIELDS), 200, 16, 2, 200 + len(fields), len(entry) + 24, 0, b"0.1.0", b"7.3.4")
    return head + bytes(40) + fields + smmus


def whole():
    """A complete dump; ring and second-level tables are in separate pieces of memory."""
    m = Memory()
    m.put(DIR, directory())
    m.put(DEVICE, device())
    for at in range(36, 40):
        m.put(CMDQ + at % 16 * 16, 0x3 | at << 32, 1)
    m.put(L1, 0, 9 | (L2 + SHIFT), 0, 9 | (FAR + SHIFT + 0x40000000))
    m.put(DESC, 0, 9 | (L2 + SHIFT), 0, 0)
    m.put(L2, *[1, 0, 0, 0, 0, 0, 0, 0] * 256)
    m.put(L2 + 5 * 64, 9, 1 << 44)
    # CPU 1 is not possible; rings of CPUs 0 and 2 begin within a page and end in another.
    m.put(LIST, RINGS + 0xe00, FAR, FAR + 0x1000, 0, 0, 0, RINGS + 0x2000, RINGS + 0x1000, 0)
    m.put(RINGS + 0xe08, record("RC", POS=39, TIME=3, CMD=struct.pack("<2Q", 0x46, 0), COMM=b"a b", PID=4))
    m.put(FAR + 8 + 10 * 64 - 0x200, record("RC", POS=37, TIME=1, CMD=struct.pack("<2Q", 0x46, 0), COMM=b"far", PID=6))
    m.put(FAR + 8 + 77 * 64 - 0x200, record("RC", POS=36, TIME=0, CMD=struct.pack("<2Q", 0x46, 0), COMM=b"end", PID=7))
    m.put(RINGS + 0x1000 + 4936 - 4096, record("RC", POS=38, TIME=2, CMD=struct.pack("<2Q", 0x30, 0), COMM=b"sh", PID=5))
    return m


EXPECTED = {
    "caps": ["address: 0x0000000009050000", "raw.IDR0: 0x00000010"],
    "cmdq/state": ["reserved: 40", "published: 39", "consumed: 37", "closed: yes", "dead: no", "size: 16", "used: 3"],
    "cmdq/entries": [
        "36           4        consumed  0x0000002400000003 0x0000000000000001 CFGI_STE sid 0x24 leaf",
        "37           5        published 0x0000002500000003 0x0000000000000001 CFGI_STE sid 0x25 leaf",
        "39           7        reserved  0x0000002700000003 0x0000000000000001 CFGI_STE sid 0x27 leaf"],
    "cmdq/recent": [
        "3                    38           0    4        a_b              0x0000000000000046 0x0000000000000000 SYNC cs none",
        "2                    37           2    5        sh               0x0000000000000030 0x0000000000000000 TLBI_NSNH_ALL",
        "1                    36           0    6        far              0x0000000000000046 0x0000000000000000 SYNC cs none",
        "0                    35           0    7        end              0x0000000000000046 0x0000000000000000 SYNC cs none"],
    "evtq/recent": [
        "103                  0x0000001000000010 0x0000000800000000 0x0000000000abc003 0x0000000000000000 3    F_TRANSLATION "
        "sid 0x10 iova 0xabc003 read stage 1 class CD",
        "102                  0x0000001000000010 0x0000000800000000 0x0000000000abc002 0x0000000000000000 2    F_TRANSLATION "
        "sid 0x10 iova 0xabc002 read stage 1 class CD"],
    "gerror": ["service_failure: no", "55                   0x00000001 3    CMDQ_ERR CERROR_ILL"],
    "strtab": ["! level 1 descriptor 0x3 is 0x00000001c0000009, the driver wrote 0x0000000000000000",
               "0x00000105 bypass   0x0000000000000009 0x0000100000000000 0x0000000000000000 0x0000000000000000 "
               "mtcfg=0 memattr=0x0 shcfg=incoming",
               "! physical address 0xc0000000 is not in the dump"],
    "pm/state": ["state: suspended", "gate: closed"],
    "pm/history": ["9                    resume   trial    8            0     -          1",
                   "7                    suspend  system   6            -16   events     2"],
    "recovery/history": ["5                  0000:01:00.0     0x00000100 healthy      timed_out    2        -110   1    no ?[2J"],
}


def run(path, *options):
    """(exit code, output, complaint)"""
    out, err = io.StringIO(), io.StringIO()
    sys.argv = ["smmux-crash", *options, path]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = tool.main()
        except SystemExit as end:
            code = end.code
    return code, out.getvalue(), err.getvalue()


def store(path, data):
    with open(path, "wb") as file:
        file.write(data)


def check_whole(path):
    store(path, whole().elf())
    code, out, err = run(path, "-n", "0")
    if code != 1 or err:
        wrong(f"the complete dump: exit code {code}: {err}")
    files = dict(part.split(" <==\n", 1) for part in out.split("==> ")[1:])
    for name, lines in EXPECTED.items():
        got = files.get(f"{NAME}/{name}", "").splitlines()
        for line in lines:
            if line not in got:
                wrong(f"{name}: missing: {line}\nbut: " + "\n".join(got))
    if len(files[f"{NAME}/evtq/recent"].split("\n")) != 6 or "made: 2023-11-14T22:13:20Z\n" not in files["meta"]:
        wrong("wrong number of events, or wrong time")
    store(path, whole().elf(many=True))
    if run(path, "-n", "0")[1] != out:
        wrong("with many segments the output differs")
    for name, data in (("packed", whole().kdump()), ("of version 5", whole().kdump(version=5, machine=b"Unknown")), ("unpacked", whole().kdump(packed=0)),
                       ("flattened", Memory.flat(whole().kdump())), ("flattened as ELF", Memory.flat(whole().elf()))):
        store(path, data)
        if run(path, "-n", "0")[1] != out:
            wrong(f"{name}: the output differs")
    store(path, whole().kdump(level=30, drop=2))
    if run(path, "-n", "0")[1].count("not in the dump") <= out.count("not in the dump"):
        wrong("pages that a filter removed for another reason than zeros are taken for zeros")
    for name, data in (("ELF", whole().elf(filtered=True)), ("a packed one", whole().kdump(level=31))):
        store(path, data)
        note, _, rest = run(path, "-n", "0")[1].partition("\n\n")
        if not re.fullmatch("! [0-9]+ (pages|bytes) that the dump's filter left out were read as zeros", note) or rest != out:
            wrong(f"without its zeros {name}: the output differs")
    store(path, whole().elf())
    if run(path, "-n", "1")[1].count("F_TRANSLATION") != 1:
        wrong("-n 1 does not print one event")
    if '"name": "9050000.smmuv3/strtab"' not in run(path, "-j")[1]:
        wrong("no JSON")


def check_refused(path):
    elf, packed = whole().elf(), whole().kdump(packed=0)
    other = Memory()
    other.put(DIR, directory(version=2))
    moved = Memory()
    moved.put(DIR, directory(at=DIR + 0x1000))
    for data, regexp in ((b"KDUMP   " + bytes(99), "ends within"), (b"DISKDUMP" + bytes(999), "pages of 0"),
                         (packed[:PAGE + 50], "ends within"), (packed[:PAGE * 2 + 9], "maps"), (packed[:-9], "last page"),
                         (whole().kdump(packed=2), "lzo.*makedumpfile -c"), (whole().kdump(packed=0x20), "zstd"),
                         (whole().kdump(machine=b"x86_64"), r"machine \(x86_64\)"), (whole().kdump(split=1), "reassemble"),
                         (Memory().kdump(), "no directory"), (Memory().kdump(level=1), "no memory"),
                         (b"makedumpfile\0\0\0\0" + bytes(99), "end is missing"), (Memory.flat(elf, cut=8), "end is missing"),
                         (Memory.flat(elf)[:9 * PAGE], "truncated"), (Memory.flat(b"")[:PAGE] + b"\xff" * 16, "flattened, and is empty"),
                         (Memory.flat(b"")[:PAGE] + struct.pack(">qq", 1 << 40, 1) + b"x", "damaged"), (b"", "is empty"),
                         (b"\x7fELF", "ends within"), (elf[:18] + b"\x3e" + elf[19:], "machine"),
                         (elf[:4] + b"\1" + elf[5:], "64 bits"), (elf[:200], "no memory|no directory"),
                         (Memory().elf(), "no directory"), (other.elf(), "version 2.*reads version 1"),
                         (moved.elf(), "is a copy"), (b"text\n" * 99, "neither an ELF core")):
        store(path, data)
        code, out, err = run(path)
        if code != 1 or out or not re.search(regexp, err):
            wrong(f"expected '{regexp}', got exit code {code}: {err}")
    for options in (("-n",), ("-x",), ("-n", "x"), (path,), ("-n", "-1")):
        if run(path, *options)[0] != 2:
            wrong(f"{options} is not a usage error")
    if run(path + ".no")[0] != 1 or run(os.path.dirname(path))[0] != 1:
        wrong("a missing file or a directory is not refused")


ODD = (0, 1, 7, 0x1000, 0xffffffff, 1 << 63, (1 << 64) - 1, DIR, L1, FAR, FAR + 0x1ff8)


def broken(rng):
    m = whole()
    for _ in range(rng.randrange(1, 6)):
        base, size = rng.choice(((DIR, 200), (DIR, 1300), (DIR + 1000, 400), (DEVICE, 800), (L1, 32), (DESC, 32), (LIST, 72)))
        at = base + rng.randrange(size)
        how = rng.randrange(4)
        if how == 0:
            m.put(at, bytes([rng.randrange(256)]))
        elif how == 1:
            m.put(at & ~3, struct.pack("<I", rng.choice(ODD) & 0xffffffff))
        elif how == 2:
            m.put(at & ~7, rng.choice(ODD))
        else:
            m.put(at, bytes(rng.randrange(256) for _ in range(rng.randrange(64))))
    data = bytearray(m.elf() if rng.random() < 0.6 else m.kdump(rng.randrange(32)))
    if rng.random() < 0.2:
        data[rng.randrange(64 + 112)] = rng.randrange(256)
    flat = rng.random() < 0.1
    if data[:1] == b"K" and rng.random() < 0.5:
        # Headers, the bitmaps of present pages, their descriptors.
        first, size = rng.choice(((424, 20), (PAGE, 104), (2 * PAGE + BASE // PAGE // 8, 8),
                                       ((2 + MAP_BLOCKS) * PAGE + BASE // PAGE // 8, 8),
                                       ((2 + 2 * MAP_BLOCKS) * PAGE, 600)))
        data[first + rng.randrange(size)] = rng.choice((0, 1, 0xff, rng.randrange(256)))
    if rng.random() < 0.1:
        del data[rng.randrange(len(data)):]
    return Memory.flat(bytes(data)) if flat else bytes(data)


def check_broken(path, seed, cases):
    rng, codes = random.Random(seed), {}
    for case in range(cases):
        store(path, broken(rng))
        start = time.monotonic()
        try:
            code, out, err = run(path, "-n", str(rng.choice((0, 1, 16))))
        except Exception as why:        # noqa: BLE001: any exception is an error
            return wrong(f"case {case} of seed {seed}: {why!r}")
        codes[code] = codes.get(code, 0) + 1
        if code not in (0, 1) or bool(out) == bool(err) or re.search(r"[^ -~\n]", out):
            wrong(f"case {case} of seed {seed}: exit code {code}: {err}")
        if time.monotonic() - start > 8:
            wrong(f"case {case} of seed {seed} took too long")
    return codes


def check_fields():
    with open(f"{TOP}/module/view/crash.h", encoding="utf-8") as file:
        names = re.search(r"enum smmux_crash_fields \{(.*?)\}", file.read(), re.S)[1]
    names = re.sub(r"/\*.*?\*/", "", names)
    if re.findall(r"SMMUX_CRASH_(\w+)", names) != crash.FIELDS + ["NUM_FIELDS"]:
        wrong("the fields of module/view/crash.h are not those of smmux-crash")


def main():
    seed, cases = int(sys.argv[1]), int(sys.argv[2])
    check_fields()
    with tempfile.TemporaryDirectory() as scratch:
        check_whole(f"{scratch}/dump")
        check_refused(f"{scratch}/dump")
        codes = check_broken(f"{scratch}/dump", seed, cases)
    print(f"{len(problems)} problems" if problems else f"{cases} damaged dumps, seed {seed}, exit codes {codes}: no problems")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
