#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Makes the bench's table from the results of its machines, and checks the limits.

Exit code: 0 smmux keeps its limits, 1 it exceeds some (the report names each),
2 a result is missing.
"""

import argparse
import os
import re
import statistics
import sys

SIZES = {4096: "4 KiB", 65536: "64 KiB", 2097152: "2 MiB"}
THREADS = (1, 2, 4, 8)
PAIRS_TRACED = 1000
DRIVERS = ("builtin", "smmux")
OWN_LIMIT = 500
ATS_LIMIT = 2 * OWN_LIMIT
READER_LIMIT = 5
# Label, the machine's name for it, the limit in percent.
EYES = (("counters off", "stats=off", None), ("counters on (as loaded)", "4096", 1),
        ("counters and histograms on", "latency=on", 5),
        ("counters and ring of commands on", "recent=on", None))
CMDQ_PROD, CMDQ_CONS, GBPA = 0x98, 0x9c, 0x44
MAPPINGS = (0, 20000)
# The registers that a resume writes: offset within the page, and the maximum number of
# writes: CR0 for the queues and for translation, PROD to restore it and for one list of
# commands.
RESTORED = {"CR0": (0x20, 2), "CR1": (0x28, 1), "CR2": (0x2c, 1), "IRQ_CTRL": (0x50, 1),
            "STRTAB_BASE": (0x80, 1), "STRTAB_BASE_CFG": (0x88, 1), "CMDQ_BASE": (0x90, 1),
            "CMDQ_PROD": (CMDQ_PROD, 2), "CMDQ_CONS": (CMDQ_CONS, 1), "EVENTQ_BASE": (0xa0, 1),
            "EVENTQ_PROD": (0xa8, 1), "EVENTQ_CONS": (0xac, 1)}

METHOD = """\
Instructions are counted from the call of `dma_map_single()` or `dma_unmap_single()` to its
return, by the CPU's own counter under `-icount`, which is exact; the minimum of 300 rounds.
"All" includes DMA API, IOVA allocator and page-table library, which belong to the kernel and
are the same for both drivers. The kernel runs without KASLR, which may place modules so far
away that calls between them and the kernel take some more instructions.

"Driver's own" is the sum of the domain operations `map_pages`, `unmap_pages` and `iotlb_sync`
minus the page-table library's share. That share is measured in the same run: the same calls
with the same arguments on separate tables. So it includes every instruction that the driver
runs or causes: callbacks from the library, statistics, clocks, waiting. `iotlb_sync` is the
invalidation: commands, SYNC, wait.

"Usual" is the mean of all rounds except the longest tenth: histograms sample some mappings,
which the minimum would not show. "Built without" is the same driver compiled without counters
and histograms. No trace event is enabled in any row.

Commands and register accesses are QEMU's trace events `smmuv3_cmdq_opcode`,
`smmuv3_write_mmio` and `smmuv3_read_mmio` during 1000 pairs, divided by 1000. The
emulated SMMU has executed a command when the write of PROD returns, so these figures do not
include waiting for a slow SMMU.

A resume is counted from power-on until SMMUEN is set: instructions by the clock, which
counts them under `-icount`, the minimum of 10; the rest as above, by QEMU, of one more resume.

Throughput is from machines with 4 CPUs, one host thread each: pairs of 4 KiB per second in
the best of 12 slices of 150 ms, with the built-in driver and smmux in alternating boots. The
speed of the emulation does not matter, only the ratio of adjacent rounds; above 1 smmux is
faster. Readers run on another CPU of the machine. Under emulation on few host CPUs that
alone slows a thread down, so reading smmux's files is compared with reading the kernel's, in
alternating slices."""


class Missing(Exception):
    """A file or a value is missing that a finished run has."""


def values(path):
    """The "value NAME NUMBER" lines of a machine."""
    found = {}
    try:
        with open(f"{path}/results") as file:
            for line in file:
                if line.startswith("value "):
                    _, name, number = line.split()
                    found[name] = int(number)
    except OSError as error:
        raise Missing(str(error)) from error
    return found


def accesses(path):
    """Commands and register accesses of a pair, from QEMU's trace."""
    count = {"commands": 0, "syncs": 0, "doorbells": 0, "cons": 0,
             "other writes": 0, "other reads": 0}
    try:
        file = open(path)
    except OSError as error:
        raise Missing(str(error)) from error
    with file:
        for line in file:
            register = re.search(r"addr: 0x([0-9a-f]+)", line)
            if line.startswith("smmuv3_cmdq_opcode"):
                count["commands"] += 1
                count["syncs"] += line.rstrip().endswith("_SYNC")
            elif line.startswith("smmuv3_write_mmio"):
                doorbell = int(register[1], 16) == CMDQ_PROD
                count["doorbells" if doorbell else "other writes"] += 1
            elif line.startswith("smmuv3_read_mmio"):
                cons = int(register[1], 16) == CMDQ_CONS
                count["cons" if cons else "other reads"] += 1
    if not count["commands"]:
        raise Missing(f"no command in {path}")
    return {name: number / PAIRS_TRACED for name, number in count.items()}


def waking(path):
    """Commands, written registers and number of reads after power-on."""
    commands, written, reads = 0, [], 0
    try:
        file = open(path)
    except OSError as error:
        raise Missing(str(error)) from error
    with file:
        for line in file:
            register = re.search(r"addr: 0x([0-9a-f]+)", line)
            if line.startswith("smmuv3_cmdq_opcode"):
                commands += 1
            elif line.startswith("smmuv3_read_mmio"):
                reads += 1
            elif line.startswith("smmuv3_write_mmio"):
                written.append(int(register[1], 16))
                # A write by the test's power domain, not by the driver.
                if written == [GBPA]:
                    commands, written, reads = 0, [], 0
    if not written:
        raise Missing(f"nothing was written in {path}")
    return commands, written, reads


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


class Lane:
    """One kernel's results and the limits that they exceed."""

    def __init__(self, bench, kernels, name, rounds):
        self.dir, self.name, self.rounds = f"{bench}/{name}", name, rounds
        self.broken = []
        with open(f"{kernels}/{name}/version") as file:
            self.version = file.read().strip()

    def limit(self, text, ok):
        if not ok:
            self.broken.append(f"{self.name}: {text}")

    def instructions(self):
        both = [values(f"{self.dir}/count.{driver}") for driver in DRIVERS]
        rows = []
        for size, label in SIZES.items():
            for name, parts in (("all", ("map", "unmap")), ("driver's own", ("own",)),
                                ("`iotlb_sync`", ("ops_sync",))):
                try:
                    old, new = (sum(v[f"{size}.{part}"] for part in parts) for v in both)
                except KeyError as error:
                    raise Missing(f"{self.name}: no value {error}") from error
                rows.append((f"{label}, {name}", f"{old:,}", f"{new:,}", f"{new / old:.2f}"))
                if name == "all":
                    self.limit(f"{label}: {new} instructions, built-in {old}", new < old)
                elif name == "driver's own":
                    self.limit(f"{label}: {new} own instructions, limit {OWN_LIMIT}",
                               new <= OWN_LIMIT)
        return table(("instructions of map + unmap", "built-in", "smmux", "ratio"), rows)

    def accesses(self):
        rows = []
        for size, label in SIZES.items():
            for driver in DRIVERS:
                seen = accesses(f"{self.dir}/count.{driver}/trace.{size}")
                rows.append([f"{label}, {driver}"] + [f"{n:g}" for n in seen.values()])
            self.limit(f"{label}: {seen['commands']:g} commands", seen["commands"] == 2)
            self.limit(f"{label}: {seen['doorbells']:g} doorbells", seen["doorbells"] == 1)
            self.limit(f"{label}: {seen['cons']:g} reads of CONS", seen["cons"] <= 1)
            self.limit(f"{label}: other registers accessed",
                       not seen["other writes"] and not seen["other reads"])
        return table(("for each map + unmap", "commands", "of these SYNC", "writes of PROD",
                      "reads of CONS", "other writes", "other reads"), rows)

    def ats(self):
        path = f"{self.dir}/ats.smmux"
        try:
            seen = values(path)
            own, sync = seen["4096.own"], seen["4096.ops_sync"]
        except KeyError as error:
            raise Missing(f"{self.name}: no value {error} with ATS") from error
        touched = accesses(f"{path}/trace.4096")
        self.limit(f"ATS: {own} own instructions, limit {ATS_LIMIT}", own <= ATS_LIMIT)
        self.limit(f"ATS: {touched['commands']:g} commands", touched["commands"] == 4)
        return table(("4 KiB, device with ATS", "driver's own", "`iotlb_sync`", "commands"),
                     [("smmux", f"{own:,}", f"{sync:,}", f"{touched['commands']:g}")])

    def eyes(self):
        """The cost of counters, histograms and the ring of commands."""
        seen = values(f"{self.dir}/count.smmux")
        try:
            bare = values(f"{self.dir}/bare.smmux")["4096.usual"]
            cost = [(text, seen[f"{key}.usual"], limit) for text, key, limit in EYES]
        except KeyError as error:
            raise Missing(f"{self.name}: no value {error}") from error
        rows = [("built without", f"{bare:,}", "", "")]
        for text, pair, limit in cost:
            share = 100 * (pair / bare - 1)
            rows.append((text, f"{pair:,}", f"{share:+.1f} %", f"{limit} %" if limit else ""))
            if limit:
                self.limit(f"{text}: {share:.2f} % more instructions, limit {limit} %",
                           share <= limit)
        return table(("4 KiB, all, usual", "instructions", "more", "limit"), rows)

    def sleep(self):
        path, rows, cost = f"{self.dir}/sleep.smmux", [], {}
        for held in MAPPINGS:
            try:
                instructions = values(path)[f"{held}.wake"]
            except KeyError as error:
                raise Missing(f"{self.name}: no value {error}") from error
            commands, written, reads = waking(f"{path}/trace.{held}")
            rows.append((f"{held} mappings", f"{instructions:,}", f"{commands}",
                         f"{len(written)}", f"{reads}"))
            cost[held] = (commands, written, reads)
            for register in sorted(set(written)):
                most = next((n for at, n in RESTORED.values() if at == register), 0)
                self.limit(f"resume: {written.count(register)} writes of {register:#x}",
                           written.count(register) <= most)
        self.limit(f"resume depends on the number of mappings: {cost}",
                   len({str(c) for c in cost.values()}) == 1)
        return table(("resume with", "instructions", "commands", "register writes",
                      "reads"), rows)

    def readers(self):
        """The loss of throughput while a process reads all files in a loop."""
        try:
            seen = values(f"{self.dir}/readers.smmux")
            alone, other, read, rounds = (seen[k] for k in (
                "alone.rate", "other.rate", "read.rate", "read.rounds"))
        except KeyError as error:
            raise Missing(f"{self.name}: no value {error} with a reader") from error
        self.limit(f"reading debugfs costs {100 - 100 * read / other:.1f} % more than reading "
                   f"sysfs, limit {READER_LIMIT} %", read >= other * (1 - READER_LIMIT / 100))
        self.limit("the reader did not read", rounds > 0)
        return table(("1 thread, 4 KiB", "pairs/s", "ratio"),
                     [("alone", f"{alone:,}", ""),
                      ("all of /sys/module is read", f"{other:,}", f"{other / alone:.2f}"),
                      (f"all of smmux's debugfs is read, {rounds} times", f"{read:,}",
                       f"{read / alone:.2f}")])

    def throughput(self):
        rows = []
        for threads in THREADS:
            ratios, rates = [], {driver: [] for driver in DRIVERS}
            for number in range(1, self.rounds + 1):
                for driver in DRIVERS:
                    seen = values(f"{self.dir}/load{number}.{driver}")
                    key = f"4096.{threads}.rate"
                    if not seen.get(key):
                        raise Missing(f"{self.name}: round {number} has no {key}")
                    rates[driver].append(seen[key])
                ratios.append(rates["smmux"][-1] / rates["builtin"][-1])
            rows.append((f"{threads}", *(f"{statistics.median(rates[driver]):,.0f}"
                                         for driver in DRIVERS),
                         f"{statistics.median(ratios):.2f}",
                         f"{min(ratios):.2f} to {max(ratios):.2f}"))
            self.limit(f"{threads} threads: slower in every round", max(ratios) >= 1)
        return table(("threads", "built-in, pairs/s", "smmux, pairs/s", "median ratio",
                      "rounds from, to"), rows)

    def text(self):
        parts = [f"## {self.version} ({self.name})", self.instructions(), self.accesses(),
                 self.eyes(), self.ats(), self.sleep()]
        if self.rounds:
            parts += [self.throughput(), self.readers()]
        return "\n\n".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", required=True, help="directory of the results")
    parser.add_argument("--kernels", required=True, help="directory of the lanes' kernels")
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--about", required=True)
    parser.add_argument("--command", required=True)
    parser.add_argument("--repeat", action="append", default=[],
                        help="a round that was repeated, and why")
    parser.add_argument("lanes", nargs="+")
    args = parser.parse_args()

    lanes = [Lane(args.bench, args.kernels, name, args.rounds) for name in args.lanes]
    try:
        texts = [lane.text() for lane in lanes]
    except Missing as error:
        print(f"report: {error}", file=sys.stderr)
        return 2
    broken = [text for lane in lanes for text in lane.broken]
    print(f"# A strict DMA map and unmap: smmux and the built-in driver\n\n"
          f"Made by `{args.command}` with {args.about}, {os.cpu_count()} host CPUs.\n")
    print("\n\n".join(texts))
    if args.repeat:
        print("\nRepeated rounds, because the machine was disturbed:\n")
        print("\n".join(f"* {text}" for text in args.repeat))
    print("\n## Limits\n")
    print("\n".join(f"* **not kept**: {text}" for text in broken) if broken else
          "All kept: below the built-in driver's instructions, at most "
          f"{OWN_LIMIT} of the driver's own,\ncounters at most 1 %, with histograms 5 %, 2 commands, 1 write of PROD and at most 1 read "
          "of CONS; no number of threads slower in every round;\n"
          "a resume writes only the required registers, and does not depend on mappings.")
    print(f"\n## Method\n\n{METHOD}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
