# SPDX-License-Identifier: GPL-2.0
"""queues - commands and event records, IHI 0070 chapters 4 and 7.3.

Lines have the driver's form: cmdq/entries, evtq/recent and the kernel log.
"""

from .fields import Decoded, Field, address, flag, num, reserved

# --- commands: which operands an opcode has ---

OP = num("opcode", 0, 7, 0)
SSV = flag("SSV", 0, 11, "a SubstreamID is given", "no SubstreamID")
SID = num("StreamID", 0, 63, 32)
SSID = num("SubstreamID", 0, 31, 12)
LEAF = flag("Leaf", 1, 0, "last level only", "all levels")
RANGE = num("Range", 1, 4, 0, lambda v: "all" if v == 31 else f"{1 << (v + 1)} StreamIDs")
ASID = num("ASID", 0, 63, 48)
VMID = num("VMID", 0, 47, 32)
NUM = num("NUM", 0, 16, 12)
SCALE = num("SCALE", 0, 24, 20)
TTL = num("TTL", 1, 9, 8, {0: "any level", 1: "level 1", 2: "level 2", 3: "level 3"})
TG = num("TG", 1, 11, 10, {0: "one address", 1: "4K", 2: "16K", 3: "64K"})
VA = address("VA", 1, 63, 12)
IPA = address("IPA", 1, 55, 12)
GLOBAL = flag("G", 0, 9)
SIZE = num("Size", 1, 5, 0, lambda v: "all" if v >= 52 else f"{1 << v} pages of 4K")
ATC_ADDR = address("Address", 1, 63, 12)
AC = flag("Ac", 0, 12, "retry")
AB = flag("Ab", 0, 13, "abort")
STAG = num("STAG", 1, 15, 0)
CS = num("CS", 0, 13, 12, {0: "no signal", 1: "interrupt (MSI)", 2: "event (SEV)", 3: "reserved"})
MSH = num("MSH", 0, 23, 22, {0: "non", 1: "reserved", 2: "outer", 3: "inner"})
MSI_ATTR = num("MSIAttr", 0, 27, 24)
MSI_DATA = num("MSIData", 0, 63, 32)
MSI_ADDR = address("MSIAddress", 1, 51, 2)

BY_VA = (NUM, SCALE, VMID, ASID, LEAF, TTL, TG, VA)
BY_IPA = (NUM, SCALE, VMID, ASID, LEAF, TTL, TG, IPA)
TAGS = (VMID, ASID)

# opcode: name, fields, and the operands that its line shows
COMMANDS = {
    0x01: ("PREFETCH_CONFIG", (SSV, SSID, SID), "sid ssid"),
    0x02: ("PREFETCH_ADDR", (SSV, GLOBAL, SSID, SID, SIZE, ATC_ADDR), "sid ssid"),
    0x03: ("CFGI_STE", (SID, LEAF), "sid leaf"),
    0x04: ("CFGI_STE_RANGE", (SID, RANGE), "sid range"),
    0x05: ("CFGI_CD", (SSID, SID, LEAF), "sid ssid leaf"),
    0x06: ("CFGI_CD_ALL", (SID,), "sid"),
    0x10: ("TLBI_NH_ALL", TAGS, "vmid"),
    0x11: ("TLBI_NH_ASID", TAGS, "asid vmid"),
    0x12: ("TLBI_NH_VA", BY_VA, "asid vmid va leaf"),
    0x13: ("TLBI_NH_VAA", BY_VA, "vmid va leaf"),
    0x18: ("TLBI_EL3_ALL", TAGS, ""),
    0x1a: ("TLBI_EL3_VA", BY_VA, "va leaf"),
    0x20: ("TLBI_EL2_ALL", TAGS, ""),
    0x21: ("TLBI_EL2_ASID", TAGS, "asid"),
    0x22: ("TLBI_EL2_VA", BY_VA, "asid va leaf"),
    0x23: ("TLBI_EL2_VAA", BY_VA, "va leaf"),
    0x28: ("TLBI_S12_VMALL", TAGS, "vmid"),
    0x2a: ("TLBI_S2_IPA", BY_IPA, "vmid ipa leaf"),
    0x30: ("TLBI_NSNH_ALL", TAGS, ""),
    0x40: ("ATC_INV", (SSV, GLOBAL, SSID, SID, SIZE, ATC_ADDR), "sid ssid atc"),
    0x41: ("PRI_RESP", (SSV, SSID, SID, num("PRGIndex", 1, 8, 0), num("Resp", 1, 13, 12)),
           "sid ssid"),
    0x44: ("RESUME", (AC, AB, SID, STAG), "sid stag"),
    0x45: ("STALL_TERM", (SID,), "sid"),
    0x46: ("SYNC", (CS, MSH, MSI_ATTR, MSI_DATA, MSI_ADDR), "sync"),
}


def va_text(w, field):
    out = f" addr 0x{field.get(w):x}"
    tg = TG.get(w)
    if tg:
        out += (f" pages {(NUM.get(w) + 1) << SCALE.get(w)} of {1 << (2 * tg)}K"
                f" ttl {TTL.get(w)}")
    return out


def atc_text(w):
    size = SIZE.get(w)
    return " all" if size >= 52 else f" addr 0x{ATC_ADDR.get(w):x} pages {1 << size}"


def stag_text(w):
    how = "retry" if AC.get(w) else "abort" if AB.get(w) else "terminate"
    return f" stag {STAG.get(w)} {how}"


def sync_text(w):
    cs = CS.get(w)
    out = f" cs {('none', 'msi', 'sev', 'reserved')[cs]}"
    if cs == 1:
        out += f" to 0x{MSI_ADDR.get(w):x} data 0x{MSI_DATA.get(w):x}"
    return out


OPERANDS = {        # in the order of the driver's line
    "sid": lambda w: f" sid 0x{SID.get(w):x}",
    "ssid": lambda w: f" ssid {SSID.get(w)}",
    "asid": lambda w: f" asid {ASID.get(w)}",
    "vmid": lambda w: f" vmid {VMID.get(w)}",
    "range": lambda w: f" range {RANGE.get(w)}",
    "va": lambda w: va_text(w, VA),
    "ipa": lambda w: va_text(w, IPA),
    "atc": atc_text,
    "stag": stag_text,
    "sync": sync_text,
    "leaf": lambda w: " leaf" if LEAF.get(w) else "",
}


def cmd_text(w):
    known = COMMANDS.get(w[0] & 0xff)
    if not known:
        return f"? 0x{w[0]:016x} 0x{w[1]:016x}"
    name, _, operands = known
    return name + "".join(put(w) for key, put in OPERANDS.items() if key in operands.split())


def range_problems(w):
    if not TG.get(w):
        return ["NUM or SCALE without TG: the command has no range"] if NUM.get(w) or SCALE.get(w) else []
    if TTL.get(w) == 0 and NUM.get(w) == 0 and SCALE.get(w) == 0:
        return ["TG with NUM, SCALE and TTL 0 is reserved"]
    return []


def cmd_problems(w, fields):
    out = reserved((OP,) + fields, w)
    op = w[0] & 0xff
    if op in (0x18, 0x1a):
        out.append("EL3 commands are illegal in a Non-secure queue")
    if TG in fields:
        out += range_problems(w)
    if op == 0x46 and CS.get(w) == 3:
        out.append("CS 3 is reserved")
    if op == 0x44 and AC.get(w) and AB.get(w):
        out.append("Ac and Ab are both set")
    if op == 0x40 and SIZE.get(w) < 52 and ATC_ADDR.get(w) % (4096 << SIZE.get(w)):
        out.append("the address is not aligned to the size")
    if op == 0x40 and SIZE.get(w) > 52:
        out.append(f"Size {SIZE.get(w)} is reserved")
    if op in (0x01, 0x02, 0x40, 0x41) and SSID.get(w) and not SSV.get(w):
        out.append("a SubstreamID without SSV")
    return out


def decode_cmd(words):
    w = list(words)
    known = COMMANDS.get(w[0] & 0xff)
    if not known:
        return Decoded("cmd", w, cmd_text(w), (OP,),
                       [f"opcode 0x{w[0] & 0xff:02x} is unknown: CERROR_ILL"])
    return Decoded("cmd", w, cmd_text(w), (OP,) + known[1], cmd_problems(w, known[1]), known[0])


# --- events: which fields a record has ---

CLASSES = {0: "CD", 1: "TTD", 2: "IN", 3: "reserved"}
E_ID = num("event", 0, 7, 0)
E_SSV = flag("SSV", 0, 11, "a SubstreamID is given", "no SubstreamID")
E_SSID = num("SubstreamID", 0, 31, 12)
E_SID = num("StreamID", 0, 63, 32)
E_STAG = num("STAG", 1, 15, 0)
E_REASON = num("Reason", 1, 15, 0)
E_STALL = flag("STALL", 1, 31, "waits for an answer", "was terminated")
E_PNU = flag("PnU", 1, 33, "privileged", "unprivileged")
E_IND = flag("InD", 1, 34, "instruction", "data")
E_RNW = flag("RnW", 1, 35, "read", "write")
E_NSIPA = flag("NSIPA", 1, 38, "non-secure")
E_S2 = flag("S2", 1, 39, "stage 2", "stage 1")
E_CLASS = num("CLASS", 1, 41, 40, CLASSES)
E_TTRNW = flag("TTRnW", 1, 44, "table read", "table write")
E_IADDR = num("InputAddr", 2, 63, 0)
E_IPA = address("IPA", 3, 51, 12)
E_FETCH = address("FetchAddr", 3, 51, 3)

FAULT = "iaddr ipa access class stall"
# id: name, and what its record holds
EVENTS = {
    0x01: ("F_UUT", "iaddr access reason"),
    0x02: ("C_BAD_STREAMID", ""),
    0x03: ("F_STE_FETCH", "fetch reason"),
    0x04: ("C_BAD_STE", "reason"),
    0x05: ("F_BAD_ATS_TREQ", "iaddr"),
    0x06: ("F_STREAM_DISABLED", ""),
    0x07: ("F_TRANSL_FORBIDDEN", "iaddr access"),
    0x08: ("C_BAD_SUBSTREAMID", ""),
    0x09: ("F_CD_FETCH", "fetch reason"),
    0x0a: ("C_BAD_CD", "reason"),
    0x0b: ("F_WALK_EABT", "iaddr access class fetch reason"),
    0x10: ("F_TRANSLATION", FAULT),
    0x11: ("F_ADDR_SIZE", FAULT),
    0x12: ("F_ACCESS", FAULT),
    0x13: ("F_PERMISSION", FAULT),
    0x20: ("F_TLB_CONFLICT", "iaddr ipa access reason"),
    0x21: ("F_CFG_CONFLICT", "reason"),
    0x24: ("E_PAGE_REQUEST", "iaddr"),
    0x25: ("F_VMS_FETCH", "fetch reason"),
}
EVENT_IDS = {name: number for number, (name, _) in EVENTS.items()}
EVENT_FIELDS = {
    "iaddr": (E_IADDR,), "ipa": (E_S2, E_NSIPA, E_IPA), "access": (E_PNU, E_IND, E_RNW),
    "class": (E_S2, E_CLASS), "fetch": (E_FETCH,), "reason": (E_REASON,),
    "stall": (E_STAG, E_STALL),
}


def event_name(number):
    if number in EVENTS:
        return EVENTS[number][0]
    return "IMPDEF" if 0xe0 <= number <= 0xef else "UNKNOWN"


def event_class_text(w):
    out = f" stage {2 if E_S2.get(w) else 1} class {CLASSES[E_CLASS.get(w)]}"
    if E_ID.get(w) == 0x13 and E_CLASS.get(w) == 1:
        out += f" of table {'read' if E_TTRNW.get(w) else 'write'}"
    return out


EVENT_TEXT = (      # in the order of the driver's line
    ("iaddr", lambda w: f" iova 0x{w[2]:x}"),
    ("access", lambda w: (" read" if E_RNW.get(w) else " write") +
     (" instruction" if E_IND.get(w) else "") + (" privileged" if E_PNU.get(w) else "")),
    ("class", event_class_text),
    ("ipa", lambda w: f" ipa 0x{E_IPA.get(w):x}" +
     (" non-secure" if E_NSIPA.get(w) else "") if E_S2.get(w) else ""),
    ("fetch", lambda w: f" fetched from 0x{E_FETCH.get(w):x}"),
    ("stall", lambda w: f" stalled, tag 0x{E_STAG.get(w):x}" if E_STALL.get(w) else ""),
    ("reason", lambda w: f" reason 0x{E_REASON.get(w):x}" if E_REASON.get(w) else ""),
)


def event_text(w):
    number = E_ID.get(w)
    if number not in EVENTS:
        return (f"{event_name(number)} 0x{number:02x} sid 0x{E_SID.get(w):x} raw "
                + " ".join(f"0x{x:016x}" for x in w))
    name, has = EVENTS[number]
    out = f"{name} sid 0x{E_SID.get(w):x}"
    if E_SSV.get(w):
        out += f" ssid 0x{E_SSID.get(w):x}"
    return out + "".join(put(w) for key, put in EVENT_TEXT if key in has.split())


def event_fields(w):
    out: list[Field] = [E_ID, E_SSV, E_SSID, E_SID]
    if E_ID.get(w) not in EVENTS:
        return tuple(out)
    for key in EVENTS[E_ID.get(w)][1].split():
        out += [f for f in EVENT_FIELDS[key] if f not in out]
    if E_ID.get(w) == 0x13:
        out.append(E_TTRNW)
    return tuple(sorted(out, key=lambda f: (f.word, f.lo)))


def decode_evt(words):
    w = list(words)
    number, problems = E_ID.get(w), []
    if number not in EVENTS and not 0xe0 <= number <= 0xef:
        problems.append(f"event 0x{number:02x} is unknown")
    if number in EVENTS and "class" in EVENTS[number][1] and E_CLASS.get(w) == 3:
        problems.append("CLASS 3 is reserved")
    return Decoded("evt", w, event_text(w), event_fields(w), problems, event_name(number))
