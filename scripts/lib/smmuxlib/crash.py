# SPDX-License-Identifier: GPL-2.0
"""crash - reads the driver's directory in a memory dump, and the data that it points to.

The interface is crash.h of the driver.  The output has the form of debugfs' files, file by
file; histories are newest first.  Nothing in the dump is trusted: each address and size is
checked, and a problem is a line with "!".
"""

import heapq
import struct

from . import queues, registers, tables
from .dump import BadDump

MAGIC = b"smmuxdir"
VERSION = 1
DIR = struct.Struct("<8sIIQQIIIIIIII24s72s")
SMMU = struct.Struct("<II40sQQQQQQQQII8I6B2x")
MAX_FOUND, MAX_ODD, MAX_SMMUS = 8, 64, 256
MAX_DIR, MAX_DEVICE, MAX_RING = 1 << 20, 1 << 20, 256 << 10
MAX_LOG2, MAX_STES, MAX_RECENT = 19, 1 << 22, 1 << 20

# As enum smmux_crash_fields has them.
FIELDS = """
RESERVED PUBLISHED CONSUMED DEAD HIGH_WATER POWERED
EVTQ_CONS EVENTS_TOTAL EVENTS GERROR_DEAD GERRORS_TOTAL GERRORS
PM_STATE PM_TOTAL PM RECOVERY_TOTAL RECOVERY
EVT_REC EVT_TIME EVT_RAW EVT_CPU
GE_REC GE_TIME GE_CPU GE_ACTIVE GE_CERROR
PM_REC PM_TIME PM_TOOK PM_STEP PM_CAUSE PM_CPU PM_WAKE PM_RET
RE_REC RE_TIME RE_DEV RE_SID RE_FROM RE_TO RE_CAUSE RE_CPU RE_RET RE_ATTEMPT
RC_ALL RC_RING RC_REC RC_POS RC_TIME RC_CMD RC_COMM RC_PID
""".split()
IDREGS = ("IDR0", "IDR1", "IDR2", "IDR3", "IDR4", "IDR5", "IIDR", "AIDR")
PM_STATES = ("on", "stopping", "suspended", "starting", "failed")
PM_CAUSES = ("runtime", "system", "trial")
REC_STATES = ("healthy", "timed_out", "quarantined", "resetting", "blocked")
CLOSED, ASLEEP, POSITION = 1 << 63, 1 << 62, (1 << 56) - 1
ALL_ONES = (1 << 64) - 1
DULL = struct.pack("<8Q", 1, 0, 0, 0, 0, 0, 0, 0)      # an STE that just aborts


def text_of(raw):
    """A string that ends with 0; without control characters, which a terminal would obey."""
    raw = raw.split(b"\0", 1)[0]
    return "".join(chr(c) if 32 <= c < 127 else "?" for c in raw)


def word_of(raw):
    return text_of(raw).replace(" ", "_").replace("?", "_")


def name_of(names, number):
    return names[number] if number < len(names) else f"?{number}"


def yes(value):
    return "yes" if value else "no"


def signed(value):
    return value - (1 << 32) if value >> 31 else value


class Directory:
    """@smmus: the SMMUs in it."""

    def __init__(self, dump, at):
        (magic, version, size, self.at, self.made_ns, self.page_bytes, num_fields, field_at,
         field_bytes, num_smmus, smmu_at, smmu_bytes, _, driver, kernel) = DIR.unpack(dump.read(at, DIR.size))
        self.dump, self.driver, self.kernel = dump, text_of(driver), text_of(kernel)
        if magic != MAGIC or self.at != at:
            raise BadDump(f"the directory at 0x{at:x} is a copy of another one")
        if version != VERSION:
            raise BadDump(f"the directory at 0x{at:x} has version {version}, this program reads version {VERSION}: "
                          f"use smmux-crash of smmux {self.driver}")
        if not DIR.size <= size <= MAX_DIR or not 4096 <= self.page_bytes <= 65536:
            raise BadDump(f"the directory at 0x{at:x} is damaged: {size} bytes, pages of {self.page_bytes}")
        whole = dump.read(at, size)
        self.fields = dict(zip(FIELDS, self._table(whole, num_fields, field_at, field_bytes, "<II")))
        self.smmus = [Smmu(self, *entry)
                      for entry in self._table(whole, num_smmus, smmu_at, smmu_bytes, SMMU.format) if entry[0] == 1][:MAX_SMMUS]

    def _table(self, whole, num, at, size, form):
        if size < struct.calcsize(form) or at + num * size > len(whole):
            raise BadDump(f"the directory at 0x{self.at:x} is damaged: {num} times {size} bytes at {at}")
        return [struct.unpack_from(form, whole, at + i * size) for i in range(num)]

    def size_of(self, name, most):
        """Of a whole record."""
        size = self.fields.get(name, (0, 0))[1]
        if not 0 < size <= most:
            raise BadDump(f"the directory's {name} has an invalid size of {size} bytes")
        return size

    def raw(self, data, name):
        """The field's bytes in those of the structure that it is in."""
        if name not in self.fields:
            raise BadDump(f"this version of the driver has no {name} in its directory")
        at, size = self.fields[name]
        if not size or at + size > len(data):
            raise BadDump(f"the directory's {name} is beyond its structure: {size} bytes at {at}")
        return data[at:at + size]

    def num(self, data, name):
        raw = self.raw(data, name)
        if len(raw) > 8:
            raise BadDump(f"the directory's {name} has an invalid size of {len(raw)} bytes")
        return int.from_bytes(raw, "little")

    def words(self, data, name, count):
        raw = self.raw(data, name)
        if len(raw) != 8 * count:
            raise BadDump(f"the directory's {name} has an invalid size of {len(raw)} bytes")
        return struct.unpack(f"<{count}Q", raw)


class Smmu:
    """One entry; its sections are files as of debugfs."""

    def __init__(self, directory, valid, device_bytes, name, mmio, device, cmdq, evtq, strtab, desc,
                 dma_offset, recent, recent_cpus, recent_pages, *rest):
        self.dir, self.dump = directory, directory.dump
        self.name, self.mmio = word_of(name) or "?", mmio
        self.device, self.device_bytes = device, device_bytes
        self.cmdq, self.evtq, self.strtab, self.desc = cmdq, evtq, strtab, desc
        self.dma_offset = dma_offset
        self.recent, self.recent_cpus, self.recent_pages = recent, recent_cpus, recent_pages
        self.idr = rest[:8]
        (self.cmdq_log2, self.evtq_log2, self.two_level, self.split, self.sid_bits,
         self.oas) = rest[8:]
        self._memory = None

    @property
    def memory(self):
        """struct smmux_device"""
        if self._memory is None:
            if self.device_bytes > MAX_DEVICE:
                raise BadDump(f"struct smmux_device has an invalid size of {self.device_bytes} bytes")
            self._memory = self.dump.read(self.device, self.device_bytes)
        return self._memory

    def num(self, name):
        return self.dir.num(self.memory, name)

    def ring(self, what, prefix, most):
        """Records of @what, newest first."""
        total, ring = self.num(what + "_TOTAL"), self.dir.raw(self.memory, what)
        size = self.dir.size_of(prefix + "_REC", len(ring))
        count = len(ring) // size
        for n in range(total, max(total - min(count, most), 0), -1):
            at = (n - 1) % count * size
            yield ring[at:at + size]

    # --- sections ---

    def caps(self, most):
        yield f"address: 0x{self.mmio:016x}"
        for name, value in zip(IDREGS, self.idr):
            yield f"raw.{name}: 0x{value:08x}"
        yield f"oas_bits: {self.oas}"

    def positions(self):
        """consumed, published, reserved, and the word that contains reserved."""
        word = self.num("RESERVED")
        return self.num("CONSUMED"), self.num("PUBLISHED"), word & POSITION, word

    def cmdq_state(self, most):
        cons, published, resv, word = self.positions()
        yield f"reserved: {resv}"
        yield f"published: {published}"
        yield f"consumed: {cons}"
        yield f"closed: {yes(word & CLOSED)}"
        yield f"dead: {yes(self.num('DEAD'))}"
        yield f"size: {1 << self.cmdq_log2}"
        yield f"used: {max(resv - cons, 0)}"
        yield f"high_water: {self.num('HIGH_WATER')}"

    def cmdq_entries(self, most):
        yield f"{'position':<12} {'slot':<8} {'state':<9} {'w0':<18} {'w1':<18} command"
        cons, published, resv, _ = self.positions()
        if self.cmdq_log2 > MAX_LOG2:
            raise BadDump(f"the command queue has an invalid size of 2^{self.cmdq_log2} commands")
        size = 1 << self.cmdq_log2
        if not 2 * size <= cons <= published <= resv <= cons + size:
            yield "! the positions are inconsistent: the entries below may be wrong"
        queue = self.dump.read(self.cmdq, 16 * size)
        first = max(min(cons, resv) - most, resv - size, 2 * size, 0)
        for at in range(first, min(resv, first + 2 * size)):
            words = struct.unpack_from("<2Q", queue, at % size * 16)
            state = "consumed" if at < cons else "published" if at < published else "reserved"
            yield (f"{at:<12} {at % size:<8} {state:<9} 0x{words[0]:016x} 0x{words[1]:016x} "
                   + queues.cmd_text(words))

    def cpu_ring(self, pages):
        """A ring that may be in pieces of physical memory."""
        left, out = self.dir.size_of("RC_ALL", MAX_RING), []
        for address in pages:
            part = min(left, self.dir.page_bytes - address % self.dir.page_bytes)
            if part:
                out.append(self.dump.read(address, part))
            left -= part
        if left:
            raise BadDump(f"{left} bytes of a CPU's ring of commands have no page")
        return self.dir.raw(b"".join(out), "RC_RING")

    def recent_records(self):
        if not self.recent:
            return
        num = self.recent_cpus * self.recent_pages
        if not 0 < num <= MAX_RECENT:
            raise BadDump(f"recent commands: {self.recent_cpus} times {self.recent_pages} pages are invalid")
        pages = struct.unpack(f"<{num}Q", self.dump.read(self.recent, 8 * num))
        size, seen = self.dir.size_of("RC_REC", MAX_RING), 0
        for cpu in range(self.recent_cpus):
            mine = pages[cpu * self.recent_pages:(cpu + 1) * self.recent_pages]
            if not any(mine):
                continue
            ring = self.cpu_ring(mine)
            seen += len(ring) // size
            if seen > MAX_RECENT:
                raise BadDump(f"more than {MAX_RECENT} recent commands")
            for at in range(0, len(ring) - size + 1, size):
                pos = self.dir.num(ring[at:at + size], "RC_POS")
                if pos:
                    yield pos, cpu, ring[at:at + size]

    def cmdq_recent(self, most):
        yield (f"{'time_ns':<20} {'position':<12} {'cpu':<4} {'pid':<8} {'task':<16} {'w0':<18} "
               f"{'w1':<18} command")
        for pos, cpu, rec in heapq.nlargest(most, self.recent_records()):
            words = self.dir.words(rec, "RC_CMD", 2)
            yield (f"{self.dir.num(rec, 'RC_TIME'):<20} {pos - 1:<12} {cpu:<4} {self.dir.num(rec, 'RC_PID'):<8} "
                   f"{word_of(self.dir.raw(rec, 'RC_COMM')):<16} 0x{words[0]:016x} 0x{words[1]:016x} "
                   + queues.cmd_text(words))

    def evtq_state(self, most):
        yield f"consumed: {self.num('EVTQ_CONS')}"
        yield f"size: {1 << self.evtq_log2}"
        yield f"recorded: {self.num('EVENTS_TOTAL')}"

    def evtq_recent(self, most):
        yield f"{'time_ns':<20} {'w0':<18} {'w1':<18} {'w2':<18} {'w3':<18} {'cpu':<4} event"
        for rec in self.ring("EVENTS", "EVT", most):
            words = self.dir.words(rec, "EVT_RAW", 4)
            yield (f"{self.dir.num(rec, 'EVT_TIME'):<20} " + " ".join(f"0x{w:016x}" for w in words) +
                   f" {self.dir.num(rec, 'EVT_CPU'):<4} {queues.event_text(words)}")

    def gerror(self, most):
        yield f"service_failure: {yes(self.num('GERROR_DEAD'))}"
        yield ""
        yield f"{'time_ns':<20} {'active':<10} {'cpu':<4} causes"
        for rec in self.ring("GERRORS", "GE", most):
            active = self.dir.num(rec, "GE_ACTIVE") & 0xffffffff
            said = registers.decode_gerror(active, self.dir.num(rec, "GE_CERROR")).text
            yield (f"{self.dir.num(rec, 'GE_TIME'):<20} 0x{active:08x} {self.dir.num(rec, 'GE_CPU'):<4}"
                   + said[10:])

    def first_level(self):
        """(first StreamID, number, address) of each piece of the table; a str for a problem."""
        if self.sid_bits > 32 or self.two_level and self.split not in (6, 8, 10):
            raise BadDump(f"the stream table has an invalid size of 2^{self.sid_bits} entries, split {self.split}")
        if not self.two_level:
            yield 0, 1 << self.sid_bits, self.strtab
            return
        num = 1 << max(self.sid_bits - self.split, 0)
        found = struct.unpack(f"<{num}Q", self.dump.read(self.strtab, 8 * num))
        wanted = struct.unpack(f"<{num}Q", self.dump.read(self.desc, 8 * num)) if self.desc else found
        for i, (desc, want) in enumerate(zip(found, wanted)):
            if desc != want:
                yield f"! level 1 descriptor 0x{i:x} is 0x{desc:016x}, the driver wrote 0x{want:016x}"
            span = desc & 31
            if span > self.split + 1:
                yield f"! level 1 descriptor 0x{i:x} has an invalid span of {span}"
            elif span:
                yield (i << self.split, 1 << span - 1,
                       (tables.L1STD[1].get([desc]) - self.dma_offset) & ALL_ONES)

    def stream_table(self, most):
        yield f"{'sid':<10} {'config':<8} {'w0':<18} {'w1':<18} {'w2':<18} {'w3':<18} fields"
        seen = 0
        for piece in self.first_level():
            if isinstance(piece, str):
                yield piece
                continue
            first, num, address = piece
            seen += num
            if seen > MAX_STES:
                raise BadDump(f"more than {MAX_STES} stream table entries")
            stes = self.dump.read(address, 64 * num)
            if stes == DULL * num:
                continue
            for i in range(num):
                ste = stes[64 * i:64 * i + 64]
                if ste != DULL:
                    yield f"0x{first + i:08x} {tables.ste_text(struct.unpack('<8Q', ste))}"

    def pm_state(self, most):
        word = self.num("RESERVED")
        gate = ("open" if not word & CLOSED else "closed" if not word & ASLEEP else
                "stopping" if self.num("POWERED") else "stopped")
        yield f"state: {name_of(PM_STATES, self.num('PM_STATE'))}"
        yield f"gate: {gate}"

    def pm_history(self, most):
        yield f"{'time_ns':<20} {'what':<8} {'cause':<8} {'took_ns':<12} {'errno':<5} {'step':<10} cpu"
        for rec in self.ring("PM", "PM", most):
            num = {name: self.dir.num(rec, "PM_" + name) for name in ("TIME", "TOOK", "CAUSE", "CPU", "WAKE", "RET")}
            step = text_of(self.dir.raw(rec, "PM_STEP")) or "-"
            yield (f"{num['TIME']:<20} {'resume' if num['WAKE'] else 'suspend':<8} "
                   f"{name_of(PM_CAUSES, num['CAUSE']):<8} {num['TOOK']:<12} {signed(num['RET']):<5} {step:<10} {num['CPU']}")

    def recovery_history(self, most):
        yield (f"{'time_ns':<18} {'device':<16} {'sid':<10} {'from':<12} {'to':<12} {'attempt':<8} {'ret':<6} "
               f"{'cpu':<4} cause")
        for rec in self.ring("RECOVERY", "RE", most):
            num = {name: self.dir.num(rec, "RE_" + name) for name in ("TIME", "SID", "FROM", "TO", "CPU", "RET", "ATTEMPT")}
            yield (f"{num['TIME']:<18} {text_of(self.dir.raw(rec, 'RE_DEV')):<16} 0x{num['SID']:08x} "
                   f"{name_of(REC_STATES, num['FROM']):<12} {name_of(REC_STATES, num['TO']):<12} {num['ATTEMPT']:<8} "
                   f"{signed(num['RET']):<6} {num['CPU']:<4} {text_of(self.dir.raw(rec, 'RE_CAUSE'))}")

    SECTIONS = (("caps", caps), ("cmdq/state", cmdq_state), ("cmdq/entries", cmdq_entries),
                ("cmdq/recent", cmdq_recent), ("evtq/state", evtq_state), ("evtq/recent", evtq_recent),
                ("gerror", gerror), ("strtab", stream_table), ("pm/state", pm_state), ("pm/history", pm_history),
                ("recovery/history", recovery_history))

    def sections(self, most):
        """(name, lines); a line with "!" reports a problem; after one, lines may be missing."""
        for name, make in self.SECTIONS:
            lines = []
            try:
                for line in make(self, most):
                    lines.append(line)
            except BadDump as why:
                lines.append(f"! {why}")
            yield name, lines


def find(dump):
    """(directories, newest first; reasons against pages that only look like one)"""
    found, odd = [], []
    for at in dump.pages_with(MAGIC):
        try:
            found.append(Directory(dump, at))
        except BadDump as why:
            odd.append(str(why))
        if len(found) >= MAX_FOUND or len(odd) >= MAX_ODD:
            break
    return sorted(found, key=lambda d: -d.made_ns), odd
