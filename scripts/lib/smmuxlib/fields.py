# SPDX-License-Identifier: GPL-2.0
"""fields - bit fields of words, as tables.

A structure is a tuple of Field.  The output about a word (the fields of -v, reserved
bits, the differences of two values) is derived from it.  Bit numbers are those of IHI
0070 for 64-bit words.
"""

from typing import NamedTuple, Optional


class Field(NamedTuple):
    """Bits @hi to @lo of word @word; @means gives values a meaning."""
    name: str
    word: int
    hi: int
    lo: int
    means: object = None        # dict, function of the value, or None
    address: bool = False       # the value is shown in its place, not shifted

    @property
    def mask(self):
        return ((1 << (self.hi - self.lo + 1)) - 1) << self.lo

    def get(self, words):
        value = words[self.word] & self.mask
        return value if self.address else value >> self.lo

    def meaning(self, value):
        if callable(self.means):
            return self.means(value)
        if self.means is None:
            return ""
        return self.means.get(value, "reserved")

    @property
    def bits(self):
        return f"[{self.hi}]" if self.hi == self.lo else f"[{self.hi}:{self.lo}]"


def flag(name, word, bit, on="", off=""):
    """A single bit."""
    return Field(name, word, bit, bit, {0: off, 1: on} if on or off else None)


def num(name, word, hi, lo, means=None):
    return Field(name, word, hi, lo, means)


def address(name, word, hi, lo):
    return Field(name, word, hi, lo, None, True)


class Decoded:
    """One thing decoded: its line, its fields, and what is wrong with it."""

    def __init__(self, kind, words, text, fields=(), problems=(), name=None):
        self.kind = kind
        self.words = list(words)
        self.text = text
        self.fields = [(f, f.get(words)) for f in fields]
        self.problems = list(problems)
        self.name = name
        self.changes: Optional[list] = None     # of an old and a new value
        self.where = {}                         # what the line said beside the words
        self.unused = ()                        # fields that count for nothing here

    def as_dict(self, bits=64):
        out = {"kind": self.kind}
        if self.name:
            out["name"] = self.name
        out.update(self.where)
        out["words"] = [f"0x{w:0{bits // 4}x}" for w in self.words]
        out["text"] = self.text
        out["fields"] = [
            {"name": f.name, "word": f.word, "bits": f.bits, "value": hex(v),
             "meaning": f.meaning(v)} for f, v in self.fields]
        if self.changes is not None:
            out["changes"] = self.changes
        out["problems"] = self.problems
        return out


def reserved(fields, words, widths=64, unknown=()):
    """Bits that no field covers; words in @unknown hold what only a maker knows."""
    out = []
    for number, word in enumerate(words):
        covered = 0
        for field in fields:
            if field.word == number:
                covered |= field.mask
        rest = word & ~covered & ((1 << widths) - 1)
        if rest and number not in unknown:
            place = f" of w{number}" if len(words) > 1 else ""
            out.append(f"reserved bits 0x{rest:x}{place} are set")
    return out


def differences(fields, old, new):
    """Fields that differ, as 'NAME old -> new' with their meanings."""
    out = []
    for field in fields:
        was, now = field.get(old), field.get(new)
        if was != now:
            out.append(f"{field.name} {shown(field, was)} -> {shown(field, now)}")
    return out


def shown(field, value):
    meaning = field.meaning(value)
    return f"0x{value:x} ({meaning})" if meaning else f"0x{value:x}"
