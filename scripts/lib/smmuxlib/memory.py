# SPDX-License-Identifier: GPL-2.0
"""memory - opens a dump; its first bytes tell the format.

A flattened dump (from QEMU, or from makedumpfile into a pipe) is a list of writes.  They are
replayed into an unnamed file in $TMPDIR or /tmp.
"""

import mmap
import struct
import tempfile

from . import elf, kdump
from .dump import BadDump, map_file

FLAT_MAGIC, FLAT_HEADER = b"makedumpfile", 4096
PIECE = struct.Struct(">qq")        # offset, size; -1 twice at the end
ROOM = 1 << 20                      # largest gap between written pieces


def pieces(data):
    at = FLAT_HEADER
    while at + PIECE.size <= len(data):
        offset, size = PIECE.unpack_from(data, at)
        at += PIECE.size
        if (offset, size) == (-1, -1):
            return
        if offset < 0 or not 0 < size <= len(data) - at or offset + size > len(data) + ROOM:
            raise BadDump("is flattened, and damaged or truncated")
        yield offset, at, size
        at += size
    raise BadDump("is flattened, and its end is missing")


def unflatten(data):
    with tempfile.TemporaryFile() as file, memoryview(data) as view:
        for offset, at, size in pieces(data):
            file.seek(offset)
            with view[at:at + size] as piece:
                file.write(piece)
        file.flush()
        if not file.tell():
            raise BadDump("is flattened, and is empty")
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def open_dump(path):
    """Something with read(), pages_with() and notes."""
    data = map_file(path)
    if data[:len(FLAT_MAGIC)] == FLAT_MAGIC:
        data = unflatten(data)
    if data[:8] in kdump.MAGICS:
        return kdump.Kdump(data)
    if data[:4] != elf.MAGIC:
        raise BadDump("is neither an ELF core nor a dump of makedumpfile")
    return elf.Elf(data)
