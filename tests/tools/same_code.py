#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""same_code - checks that two builds of the driver have the same code, object by object.

For commits that only move files.  Objects are matched by name, in any folder of module/; two
of the same name are distinguished by the symbols that they define.  All sections that are
loaded into the kernel are compared: bytes, and relocations by symbol and addend.  Only line
numbers and file names may differ, so these are treated differently:

  strings         a reference to one is compared by its text
  __bug_table     file and line of each WARN; only the size is compared
  symbols' names  without the counter that the compiler appends

A string that names a source file is compared without the file's folder.
"""
import argparse
import pathlib
import re
import struct
import sys

SHT_SYMTAB, SHT_RELA, SHT_NOBITS, SHT_NOTE, SHT_GROUP = 2, 4, 8, 7, 17
SHF_ALLOC, SHF_STRINGS = 2, 0x20
SOURCE = re.compile(r"(?:[\w.+-]*/)*([\w-]+\.[ch])\b")
NUMBERED = re.compile(r"[.\d]+$|(?<=__UNIQUE_ID_)\w*?(?=\D*$)")


def text_at(blob, offset):
    return blob[offset:blob.index(b"\0", offset)].decode("latin-1")


class Object:
    """The sections of one little-endian 64-bit ELF object."""

    def __init__(self, path):
        self.raw = path.read_bytes()
        if self.raw[:6] != b"\x7fELF\x02\x01":
            sys.exit(f"{path}: no 64-bit little-endian ELF")
        start, = struct.unpack_from("<Q", self.raw, 40)
        size, num, names = struct.unpack_from("<HHH", self.raw, 58)
        heads = [struct.unpack_from("<IIQQQQIIQQ", self.raw, start + i * size)
                 for i in range(num)]
        self.sections = [dict(zip(("name", "type", "flags", "addr", "off", "size", "link",
                                   "info", "align", "entry"), head)) for head in heads]
        table = self.bytes_of(self.sections[names])
        for section in self.sections:
            section["name"] = text_at(table, section["name"])
        self.symbols = self.read_symbols()

    def bytes_of(self, section):
        if section["type"] == SHT_NOBITS:
            return b""
        return self.raw[section["off"]:section["off"] + section["size"]]

    def read_symbols(self):
        symbols = []
        for section in self.sections:
            if section["type"] != SHT_SYMTAB:
                continue
            names = self.bytes_of(self.sections[section["link"]])
            for fields in struct.iter_unpack("<IBBHQQ", self.bytes_of(section)):
                name, info, _, index, value, size = fields
                symbols.append((text_at(names, name), info, index, value, size))
        return symbols

    def defined(self):
        return {name for name, info, index, _, _ in self.symbols
                if name and info >> 4 and 0 < index < 0xff00}

    def target(self, symbol, addend):
        """The target of a relocation, as text that does not depend on the place of strings."""
        name, info, index, value, _ = self.symbols[symbol]
        if 0 < index < 0xff00 and not info >> 4:
            section = self.sections[index]
            at = value + addend
            if section["flags"] & SHF_STRINGS and 0 <= at < section["size"]:
                return "string " + SOURCE.sub(r"\1", text_at(self.bytes_of(section), at))
            return f"{section['name']}+{at:#x}"
        return f"{NUMBERED.sub('', name)}+{addend:#x}"

    def relocations(self):
        """{number of the section that they apply to: relocations}."""
        found = {}
        for section in self.sections:
            if section["type"] != SHT_RELA:
                continue
            for offset, info, addend in struct.iter_unpack("<QQq", self.bytes_of(section)):
                found.setdefault(section["info"], []).append(
                    (offset, info & 0xffffffff, self.target(info >> 32, addend)))
        return found

    def content(self):
        """{(name, index among sections of that name): compared data} of loaded sections."""
        relocations, content, seen = self.relocations(), {}, {}
        for index, section in enumerate(self.sections):
            if not section["flags"] & SHF_ALLOC or section["flags"] & SHF_STRINGS or \
                    section["type"] == SHT_NOTE:
                continue
            name = section["name"]
            seen[name] = seen.get(name, 0) + 1
            if name == "__bug_table":
                what = section["size"]
            else:
                what = (section["size"], self.bytes_of(section),
                        sorted(relocations.get(index, [])))
            content[name, seen[name]] = what
        return content


def objects_of(top):
    """{(folder, name): paths} of the objects in the driver's two folders."""
    found = {}
    for folder in ("module", "debugfs"):
        for path in sorted((top / folder).rglob("*.o")):
            found.setdefault((folder, path.name), []).append(path)
    if not found:
        sys.exit(f"{top}: no objects in module/ or debugfs/")
    return found


def pairs(before, after):
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key, []), after.get(key, [])
        if len(old) != len(new):
            yield key[1], None, None
            continue
        news = [Object(path) for path in new]
        for path in old:
            obj = Object(path)
            same = [n for n in news if n.defined() == obj.defined()] or news
            yield f"{key[0]}/{key[1]}", obj, same[0]


def difference(old, new):
    """The first difference, or None."""
    if old.defined() != new.defined():
        return "defines " + ", ".join(sorted(old.defined() ^ new.defined()))
    a, b = old.content(), new.content()
    for key in sorted(a.keys() | b.keys()):
        if a.get(key) != b.get(key):
            return f"section {key[0]}"
    return None


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit code: 0 no difference, 1 differences, 2 usage error.")
    for name in ("before", "after"):
        parser.add_argument(name, type=pathlib.Path,
                            help="a build directory of tests/rig/module.sh")
    args = parser.parse_args()
    count, bad, insns = 0, 0, 0
    for name, old, new in pairs(objects_of(args.before), objects_of(args.after)):
        what = "exists in one build only" if old is None else difference(old, new)
        count += 1
        if what:
            bad += 1
            print(f"{name}: {what}")
        else:
            insns += sum(s["size"] for s in new.sections if s["flags"] & 4) // 4
    print(f"{count} objects, {bad} differ; {insns} instructions are the same")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
