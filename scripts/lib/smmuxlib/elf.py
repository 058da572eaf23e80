# SPDX-License-Identifier: GPL-2.0
"""elf - physical memory out of an ELF core: a vmcore of kdump, or of QEMU.

If a segment is larger in memory than in the file, makedumpfile left out the rest (-d).  As
with kdump.py, it may have been zeros or filtered, and is taken for zeros.
"""

import bisect
import struct
from typing import NamedTuple

from .dump import BadDump, Dump, Missing

MAGIC = b"\x7fELF"
PT_LOAD, ET_CORE, EM_AARCH64, PN_XNUM = 1, 4, 183, 0xffff
HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
SEGMENT = struct.Struct("<IIQQQQQQ")


class Segment(NamedTuple):
    start: int
    end: int
    offset: int


class Elf(Dump):
    """@notes: problems of the file that do not prevent reading it."""

    def __init__(self, data):
        self.odd, self.left_out, self.taken = [], [], 0
        self.data = data
        self.segments = self._tidy(self._segments())
        self.starts = [s.start for s in self.segments]
        self.left_out.sort()
        if not self.segments:
            raise BadDump("has no memory")

    def _segments(self):
        if len(self.data) < HEADER.size:
            raise BadDump("ends within its ELF header")
        (ident, kind, machine, _, _, phoff, shoff, _, _, phentsize, phnum, _, _,
         _) = HEADER.unpack_from(self.data)
        if ident[4:6] != b"\x02\x01" or kind != ET_CORE:
            raise BadDump("is not an ELF core of 64 bits, little-endian")
        if machine != EM_AARCH64:
            raise BadDump(f"is from another machine (ELF number {machine}), not arm64")
        if phnum == PN_XNUM and shoff + 64 <= len(self.data):
            phnum = struct.unpack_from("<I", self.data, shoff + 44)[0]
        if phentsize != SEGMENT.size or phoff + phnum * phentsize > len(self.data):
            raise BadDump("has ELF program headers beyond its end, or of an invalid size")
        for at in range(phoff, phoff + phnum * phentsize, phentsize):
            kind, _, offset, _, paddr, filesz, memsz, _ = SEGMENT.unpack_from(self.data, at)
            if kind != PT_LOAD or paddr + max(filesz, memsz) > 1 << 64:
                continue
            if memsz > filesz:
                self.left_out.append((paddr + filesz, paddr + memsz))
            if not filesz:
                continue
            if offset + filesz > len(self.data):
                self.odd.append("the file is truncated: it does not have all memory that its headers name")
                filesz = max(len(self.data) - offset, 0)
            yield Segment(paddr, paddr + filesz, offset)

    @staticmethod
    def _tidy(segments):
        """In order, and each address once: the kernel's own text is in a vmcore twice."""
        out, end = [], 0
        for s in sorted(segments, key=lambda s: (s.start, -s.end)):
            if s.end <= max(end, s.start):
                continue
            start = max(s.start, end)
            out.append(Segment(start, s.end, s.offset + start - s.start))
            end = s.end
        return out

    @property
    def notes(self):
        more = [f"{self.taken} bytes that the dump's filter left out were read as zeros"] if self.taken else []
        return self.odd[:1] + more

    def part(self, address, size):
        i = bisect.bisect_right(self.starts, address) - 1
        if i >= 0 and address < self.segments[i].end:
            s = self.segments[i]
            part = min(size, s.end - address)
            return self.data[s.offset + address - s.start:s.offset + address - s.start + part]
        i = bisect.bisect_right(self.left_out, (address, 1 << 64)) - 1
        if i < 0 or address >= self.left_out[i][1]:
            raise Missing(address)
        end = min(address + size, self.left_out[i][1], *self.starts[bisect.bisect_right(self.starts, address):][:1])
        self.taken += end - address
        return bytes(end - address)

    def pages_with(self, magic, page=4096):
        """Addresses of pages that begin with @magic."""
        for s in self.segments:
            at = s.start + -s.start % page
            while at < s.end:
                found = self.data.find(magic, s.offset + at - s.start, s.offset + s.end - s.start)
                if found < 0:
                    break
                found += s.start - s.offset
                if not found % page:
                    yield found
                at = found + page - found % page
