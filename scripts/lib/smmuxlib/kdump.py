# SPDX-License-Identifier: GPL-2.0
"""kdump - physical memory out of a compressed dump, as makedumpfile and QEMU write it.

Two headers are followed by two bitmaps with a bit per page frame (is memory; is in the
dump), a descriptor for each page in the dump, in order, and the pages, packed by zlib or
raw.  Pages that a filter left out (makedumpfile -d) have no descriptor.  Pages of zeros may
be among them; the dump does not record which.
"""

import struct
import zlib

from .dump import BadDump, Dump, Missing

MAGICS = (b"KDUMP   ", b"DISKDUMP")
BLOCK_SIZE, MACHINE = 428, slice(4 + 8 + 4 * 65, 4 + 8 + 5 * 65)   # machine of utsname
HEAD = struct.Struct("<IiIII")      # status, block_size, sub_hdr_size, bitmap_blocks, max_mapnr
SUB = struct.Struct("<QiiQQ")       # phys_base, dump_level, split, start_pfn, end_pfn
MAX_PFN_64, WITH_PFN_64 = 96, 6     # in the second header, since that version
DESCRIPTOR = struct.Struct("<QIIQ")
PACKED_ZLIB, PACKED_OTHER = 1, {2: "lzo", 4: "snappy", 0x20: "zstd"}
LEVEL_ZEROS = 1
CHUNK = 1 << 12                     # bytes of a map that are counted as one
INCOMPLETE = 8


def ones(raw):
    return bin(int.from_bytes(raw, "little")).count("1")


class Kdump(Dump):
    """@notes: problems of the file that do not prevent reading it."""

    def __init__(self, data):
        self.data, self.left_out = data, set()
        self.odd = []
        self._headers()
        self._maps()
        self.last = (None, b"")

    @property
    def notes(self):
        if not self.left_out:
            return self.odd
        return self.odd + [f"{len(self.left_out)} pages that the dump's filter left out were read as zeros"]

    def _field(self, layout, at):
        if at + layout.size > len(self.data):
            raise BadDump("ends within its headers")
        return layout.unpack_from(self.data, at)

    def _headers(self):
        status, self.page, sub_blocks, self.map_blocks, frames = self._field(HEAD, BLOCK_SIZE - 4)
        version = struct.unpack_from("<I", self.data, 8)[0]
        machine = self.data[MACHINE].split(b"\0")[0]
        if self.page < 4096 or self.page > 65536 or self.page & (self.page - 1):
            raise BadDump(f"has pages of {self.page} bytes, or is not from a little-endian machine")
        if machine not in (b"aarch64", b"Unknown"):     # the latter is QEMU's for any
            name = "".join(chr(c) for c in machine if 32 < c < 127)
            raise BadDump(f"is from another machine ({name}), not arm64")
        _, self.level, split, _, _ = self._field(SUB, self.page)
        if version >= 2 and split:
            raise BadDump("is a part of a split dump: join the parts with 'makedumpfile --reassemble'")
        if version >= WITH_PFN_64:
            frames = self._field(struct.Struct("<Q"), self.page + MAX_PFN_64)[0]
        if status & INCOMPLETE:
            self.odd.append("the dump is incomplete: makedumpfile could not write all of it")
        self.maps_at = self.page * (1 + sub_blocks)
        self.frames = min(frames, self.map_blocks // 2 * self.page * 8)

    def _maps(self):
        half = self.map_blocks // 2 * self.page
        self.descriptors = self.maps_at + self.map_blocks * self.page
        if not half or self.descriptors > len(self.data):
            raise BadDump("ends within its maps of pages")
        self.memory = self.data[self.maps_at:self.maps_at + half]
        self.dumped = self.data[self.maps_at + half:self.descriptors]
        self.before, count = [], 0
        for at in range(0, half, CHUNK):
            self.before.append(count)
            count += ones(self.dumped[at:at + CHUNK])
        if not count:
            raise BadDump("has no memory")

    @staticmethod
    def _has(bitmap, pfn):
        return bitmap[pfn >> 3] >> (pfn & 7) & 1

    def _descriptor(self, pfn):
        byte, chunk = pfn >> 3, (pfn >> 3) // CHUNK
        n = self.before[chunk] + ones(self.dumped[chunk * CHUNK:byte])
        n += ones(bytes([self.dumped[byte] & (1 << (pfn & 7)) - 1]))
        return self._nth(n)

    def _nth(self, n):
        offset, size, flags, _ = self._field(DESCRIPTOR, self.descriptors + n * DESCRIPTOR.size)
        if not 0 < size <= self.page or offset + size > len(self.data):
            raise BadDump("ends before its last page, or is damaged")
        return offset, size, flags

    def _unpack(self, offset, size, flags, most):
        raw = self.data[offset:offset + size]
        if flags & PACKED_ZLIB:
            try:
                raw = zlib.decompressobj().decompress(raw, most)
            except zlib.error as why:
                raise BadDump(f"has a page that zlib cannot unpack: {why}") from None
        elif flags & sum(PACKED_OTHER):
            name = next(name for bit, name in PACKED_OTHER.items() if flags & bit)
            raise BadDump(f"is packed by {name}, which this program cannot read: make a dump with "
                          "'makedumpfile -c' (zlib) or '-E' (ELF)")
        raw = raw[:most]
        if len(raw) != most:
            raise BadDump("has a page that is too short")
        return raw

    def _page(self, pfn):
        if self.last[0] != pfn:
            if pfn >= self.frames or not self._has(self.memory, pfn):
                raise Missing(pfn * self.page)
            if self._has(self.dumped, pfn):
                self.last = (pfn, self._unpack(*self._descriptor(pfn), self.page))
            elif self.level & LEVEL_ZEROS:
                self.left_out.add(pfn)
                self.last = (pfn, bytes(self.page))
            else:
                raise Missing(pfn * self.page)
        return self.last[1]

    def part(self, address, size):
        skip = address % self.page
        return self._page(address // self.page)[skip:skip + size]

    def pages_with(self, magic, page=4096):
        """Addresses of pages that begin with @magic."""
        n = 0
        for byte, bits in enumerate(self.dumped):
            for bit in range(8) if bits else ():
                if not bits >> bit & 1:
                    continue
                place, n = self._nth(n), n + 1
                # Most pages need not be unpacked beyond their first bytes.
                most = len(magic) if page >= self.page else self.page
                raw = self._unpack(*place, most)
                for at in range(0, most - len(magic) + 1, page):
                    if raw[at:at + len(magic)] == magic:
                        yield (byte * 8 + bit) * self.page + at
