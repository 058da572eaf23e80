#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The call tree of one map and unmap, with instruction counts.

Reads QEMU's log of executed instructions, one a line, and the guest's symbols. Takes the
shortest pair, follows its calls and returns, and prints the call tree: for each function
the instructions including its callees, and its own.

A function belongs to the driver, to the page-table library, or to the rest. A function of
the rest that one of the other two calls (memset, a clock, a lock) counts as the caller's.
"""

import argparse
import bisect
import re

PAIR = "bench_pair"
LIBRARY = re.compile(r"^_*arm_lpae_")
DRIVER = re.compile(r"^_*arm_smmu_|^queue_|\[smmux\]$")


class Symbols:
    """Maps addresses to function names."""

    def __init__(self, path):
        table = {}
        with open(path) as file:
            for line in file:
                if line.startswith("symbol "):
                    words = line.split()
                    if not words[2].startswith("$"):
                        table.setdefault(int(words[1], 16), " ".join(words[2:]))
        self.starts = sorted(table)
        self.names = table

    def start(self, pc):
        return self.starts[bisect.bisect_right(self.starts, pc) - 1]

    def name(self, pc):
        return self.names[self.start(pc)]


def programs(path):
    """Program counters of the log."""
    with open(path, errors="replace") as file:
        for line in file:
            if line.startswith("Trace "):
                yield int(line.split("/", 2)[1], 16)


def pairs(path, symbols):
    """Instruction sequences of pairs, from entry to return."""
    entry = next(a for a in symbols.starts if symbols.names[a].startswith(PAIR + " "))
    current, back, prev = None, 0, 0
    for pc in programs(path):
        if pc == entry:
            current, back = [], prev + 4
        elif current is not None and pc == back:
            yield current
            current = None
        if current is not None:
            current.append(pc)
        prev = pc


class Node:
    """A function at one place in the call tree: its own instructions and its calls."""

    def __init__(self, name, owner):
        self.name, self.owner = name, owner
        self.self, self.calls, self.children = 0, 0, {}

    def child(self, name):
        if name not in self.children:
            owner = self.owner
            if LIBRARY.search(name):
                owner = "library"
            elif DRIVER.search(name):
                owner = "driver"
            self.children[name] = Node(name, owner)
        return self.children[name]

    def total(self):
        return self.self + sum(c.total() for c in self.children.values())

    def owned(self, owner):
        own = self.self if self.owner == owner else 0
        return own + sum(c.owned(owner) for c in self.children.values())


def tree(sequence, symbols):
    """Follow calls and returns. After a tail call the return address of a frame is never
    reached; the return to a frame below removes it."""
    root = Node(symbols.name(sequence[0]), "rest")
    stack, prev = [(0, root)], sequence[0] - 4
    for pc in sequence:
        if pc != prev + 4:
            depth = next((i for i in range(len(stack) - 1, 0, -1) if stack[i][0] == pc), 0)
            if depth:
                del stack[depth:]
            elif symbols.start(pc) == pc:
                node = stack[-1][1].child(symbols.name(pc))
                node.calls += 1
                stack.append((prev + 4, node))
        stack[-1][1].self += 1
        prev = pc
    return root


def show(node, depth, least):
    print(f"{node.total():6} {node.self:6} {node.calls:4}  {node.owner[0]} "
          f"{'  ' * depth}{node.name}")
    for child in sorted(node.children.values(), key=Node.total, reverse=True):
        if child.total() >= least:
            show(child, depth + 1, least)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--symbols", required=True, help="lines 'symbol ADDRESS NAME'")
    parser.add_argument("--least", type=int, default=1, help="hide smaller subtrees")
    parser.add_argument("--lines", help="also print the addresses, with counts, of this function")
    parser.add_argument("log")
    args = parser.parse_args()

    symbols = Symbols(args.symbols)
    sequence = min(pairs(args.log, symbols), key=len)
    root = tree(sequence, symbols)
    print(f"{len(sequence)} instructions: driver {root.owned('driver')}, "
          f"library {root.owned('library')}, rest {root.owned('rest')}")
    print(" total   self call  owner and function")
    show(root, 0, args.least)
    if args.lines:
        for pc in sorted(set(sequence)):
            if symbols.name(pc).split()[0] == args.lines:
                print(f"{sequence.count(pc):4} +{pc - symbols.start(pc):#x}")


if __name__ == "__main__":
    main()
