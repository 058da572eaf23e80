# SPDX-License-Identifier: GPL-2.0
"""dump - a file that holds physical memory, whatever its format.

A dump may come from an untrusted source, be truncated, or lack parts of memory.  Data is
checked; absent memory raises Missing.  elf.py and kdump.py have the formats.
"""

import mmap
import os
import stat

MAX_READ = 64 << 20


class BadDump(Exception):
    """A problem of the dump's contents; the text names it."""


class Missing(BadDump):
    """Memory that the dump does not have."""

    def __init__(self, address):
        super().__init__(f"physical address 0x{address:x} is not in the dump")


class Dump:
    """Common to all formats; each format has its own part(), pages_with() and notes."""

    def part(self, address, size):
        """Some of what begins at @address, at least a byte and not more than @size."""
        raise NotImplementedError

    def read(self, address, size):
        if not 0 < size <= MAX_READ:
            raise BadDump(f"0x{size:x} bytes at 0x{address:x}: invalid size")
        out = []
        while size:
            out.append(self.part(address, size))
            address, size = address + len(out[-1]), size - len(out[-1])
        return b"".join(out)


def map_file(path):
    with open(path, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or not status.st_size:
            raise BadDump("is not a regular file, or is empty")
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
