# SPDX-License-Identifier: GPL-2.0
"""dump - physical memory out of an ELF core: a vmcore of kdump, or of QEMU.

A dump may come from anybody, may be cut short, and need not have all of memory: what is
read is checked, and what is not there is Missing.
"""

import bisect
import mmap
import os
import stat
import struct
from typing import NamedTuple

MAX_READ = 64 << 20
PT_LOAD, ET_CORE, EM_AARCH64, PN_XNUM = 1, 4, 183, 0xffff
HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
SEGMENT = struct.Struct("<IIQQQQQQ")

COMPRESSED = ("is a compressed dump, which cannot be read here: take one as ELF, with 'makedumpfile -E' or as a "
              "copy of /proc/vmcore (QEMU: dump-guest-memory without -z, -l, -s, -w)")
FLATTENED = ("is a flattened dump of makedumpfile: 'makedumpfile -R NEW <DUMP' puts it together; what comes "
             "out must be an ELF dump (makedumpfile -E)")


class BadDump(Exception):
    """What is wrong with what is in the dump."""


class Missing(BadDump):
    """Memory that is not in it."""


class Segment(NamedTuple):
    start: int
    end: int
    offset: int


def map_file(path):
    with open(path, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or not status.st_size:
            raise BadDump("is no file with anything in it")
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


class Dump:
    """@notes: what was odd about the file, and did not stop us."""

    def __init__(self, path):
        self.notes = []
        self.data = map_file(path)
        head = self.data[:16]
        if head[:8] in (b"KDUMP   ", b"DISKDUMP"):
            raise BadDump(COMPRESSED)
        if head[:12] == b"makedumpfile":
            raise BadDump(FLATTENED)
        if head[:4] != b"\x7fELF":
            raise BadDump("is no ELF core (nor a dump of makedumpfile)")
        self.segments = self._tidy(self._segments())
        self.starts = [s.start for s in self.segments]
        if not self.segments:
            raise BadDump("has no memory in it")

    def _segments(self):
        if len(self.data) < HEADER.size:
            raise BadDump("ends within its ELF header")
        (ident, kind, machine, _, _, phoff, shoff, _, _, phentsize, phnum, _, _,
         _) = HEADER.unpack_from(self.data)
        if ident[4:6] != b"\x02\x01" or kind != ET_CORE:
            raise BadDump("is no ELF core of 64 bits, little-endian")
        if machine != EM_AARCH64:
            raise BadDump(f"is of another machine (ELF number {machine}), not of an arm64 one")
        if phnum == PN_XNUM and shoff + 64 <= len(self.data):
            phnum = struct.unpack_from("<I", self.data, shoff + 44)[0]
        if phentsize != SEGMENT.size or phoff + phnum * phentsize > len(self.data):
            raise BadDump("has ELF program headers beyond its end, or of an odd size")
        for at in range(phoff, phoff + phnum * phentsize, phentsize):
            kind, _, offset, _, paddr, filesz, _, _ = SEGMENT.unpack_from(self.data, at)
            if kind != PT_LOAD or not filesz or paddr + filesz > 1 << 64:
                continue
            if offset + filesz > len(self.data):
                self.notes.append("the file is cut short: not all memory that it names is in it")
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

    def read(self, address, size):
        if not 0 < size <= MAX_READ:
            raise BadDump(f"0x{size:x} bytes at 0x{address:x} are no size for anything")
        out, at = [], address
        while size:
            i = bisect.bisect_right(self.starts, at) - 1
            if i < 0 or at >= self.segments[i].end:
                raise Missing(f"physical address 0x{at:x} is not in the dump")
            s = self.segments[i]
            part = min(size, s.end - at)
            out.append(self.data[s.offset + at - s.start:s.offset + at - s.start + part])
            at, size = at + part, size - part
        return b"".join(out)

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
