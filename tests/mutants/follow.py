#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Applies the change from BEFORE to MUTANT to NOW, a later state of BEFORE, line by line.

Usage: follow.py BEFORE MUTANT NOW >MERGED.  NOW must still contain the lines that the mutant
changes; adjacent lines may differ, which merge tools report as a conflict.
Exit code: 0 done, 1 a line that the mutant changes is missing.
"""

import sys
from difflib import SequenceMatcher


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        return file.readlines()


def edits(old, new):
    return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def places(before, now):
    """For each line of BEFORE its position in NOW; None if it was removed."""
    place = [None] * (len(before) + 1)
    place[len(before)] = len(now)
    for kind, i1, i2, j1, j2 in edits(before, now):
        if kind == "equal" or i2 - i1 == j2 - j1:
            place[i1:i2] = range(j1, j2)
    return place


def main():
    before, mutant, now = (lines_of(path) for path in sys.argv[1:4])
    place = places(before, now)
    # From the end, so that earlier positions stay valid.
    for kind, i1, i2, j1, j2 in reversed(edits(before, mutant)):
        if kind == "equal":
            continue
        start = place[i1]
        if start is None and i1 == i2 and i1 and place[i1 - 1] is not None:
            start = place[i1 - 1] + 1
        if start is None or now[start:start + i2 - i1] != before[i1:i2]:
            return 1
        now[start:start + i2 - i1] = mutant[j1:j2]
    sys.stdout.writelines(now)
    return 0


sys.exit(main())
