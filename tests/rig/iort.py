#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Prints an I/O Remapping Table (IORT, Arm DEN 0049E) for QEMU's virt machine.

It has nodes that QEMU's own table lacks. A kernel uses it in place of the firmware's
(CONFIG_ACPI_TABLE_UPGRADE) if the initramfs begins with an uncompressed archive that
contains it as kernel/firmware/acpi/iort.aml: it has the IDs of QEMU's table and a later
revision. Each argument adds a node:
  pmcg PAGE0 SPI smmu|rc     a counter group at PAGE0, of the SMMU or the root complex
  rmr SID COUNT BASE LENGTH  memory that the devices of COUNT StreamIDs use since boot
"""
import struct
import sys

SMMU, SMMU_SPI = 0x9050000, 32 + 74
ITS_GROUP, ROOT_COMPLEX, SMMU_V3, PMCG, RMR = 0, 2, 4, 5, 6
TABLE = struct.Struct("<4sIBB6s8sI4sIIII")
NODE = struct.Struct("<BHBIII")
MAPPING = struct.Struct("<IIIII")
RMR_FIXED = struct.Struct("<III")


class Nodes:
    """The nodes in sequence; a node is identified by its offset in the table."""

    def __init__(self):
        self.data, self.count = b"", 0

    def add(self, kind, revision, body, mapping=None):
        """Append a node; a mapping is (first input, count, first output, node)."""
        offset, end = TABLE.size + len(self.data), NODE.size + len(body)
        if mapping:
            source, count, target, node = mapping
            body += MAPPING.pack(source, count - 1, target, node, 0)
        self.data += NODE.pack(kind, NODE.size + len(body), revision, self.count,
                               1 if mapping else 0, end if mapping else 0) + body
        self.count += 1
        return offset

    def table(self):
        """The whole table, with the checksum set."""
        length = TABLE.size + len(self.data)
        fields = [b"IORT", length, 5, 0, b"BOCHS ", b"BXPC    ", 2, b"SMUX", 1,
                  self.count, TABLE.size, 0]
        fields[3] = -sum(TABLE.pack(*fields) + self.data) & 0xff
        return TABLE.pack(*fields) + self.data


def virt():
    """The nodes of QEMU's own table: the ITS, the SMMU, and the PCI root complex."""
    nodes = Nodes()
    its = nodes.add(ITS_GROUP, 1, struct.pack("<II", 1, 0))
    event, pri, sync, gerror = (SMMU_SPI + n for n in range(4))
    smmu = nodes.add(SMMU_V3, 4, struct.pack("<QIIQIIIIIII", SMMU, 1, 0, 0, 0, event, pri,
                                             gerror, sync, 0, 0), (0, 0x10000, 0, its))
    rc = nodes.add(ROOT_COMPLEX, 3, struct.pack("<IBHBIIBHB", 1, 0, 0, 3, 0, 0, 64, 0, 0),
                   (0, 0x10000, 0, smmu))
    return nodes, {"smmu": smmu, "rc": rc}


def add_line(nodes, known, line):
    """Add the node that one argument describes."""
    kind, *words = line.split()
    if kind == "pmcg":
        page0, spi, of = words
        nodes.add(PMCG, 1, struct.pack("<QIIQ", int(page0, 0), 32 + int(spi), known[of], 0))
    elif kind == "rmr":
        sid, count, base, length = (int(word, 0) for word in words)
        fixed = RMR_FIXED.pack(0, 1, NODE.size + RMR_FIXED.size)
        nodes.add(RMR, 3, fixed + struct.pack("<QQI", base, length, 0),
                  (0, count, sid, known["smmu"]))
    else:
        raise ValueError(kind)


def main():
    nodes, known = virt()
    for line in sys.argv[1:]:
        try:
            add_line(nodes, known, line)
        except (ValueError, KeyError) as error:
            print(f"iort.py: '{line}': {error}", file=sys.stderr)
            return 2
    sys.stdout.buffer.write(nodes.table())
    return 0


if __name__ == "__main__":
    sys.exit(main())
