# SPDX-License-Identifier: GPL-2.0
"""tables - stream table entries, context descriptors, level 1 descriptors.

IHI 0070 chapter 5.  Lines have the form of debugfs: strtab, masters/*/ste and cds.
"""

from .fields import Decoded, address, differences, flag, num, reserved

CACHE = {0: "nc", 1: "wbra", 2: "wt", 3: "wb"}
SHARE = {0: "non", 1: "reserved", 2: "outer", 3: "inner"}
CONFIG = {0: "abort", 1: "reserved, aborts", 2: "reserved, aborts", 3: "reserved, aborts",
          4: "bypass", 5: "stage 1", 6: "stage 2", 7: "stage 1 and 2"}
CONFIG_NAMES = ("abort",) * 4 + ("bypass", "s1", "s2", "nested")
S1FMT = {0: "linear", 1: "2lvl_4k", 2: "2lvl_64k", 3: "reserved"}
S1DSS = {0: "terminate", 1: "bypass", 2: "ssid0", 3: "reserved"}
STRW = {0: "el1", 1: "reserved", 2: "el2", 3: "reserved"}
EATS = {0: "abort", 1: "full", 2: "split", 3: "reserved"}
SHCFG = {0: "non", 1: "incoming", 2: "outer", 3: "inner"}
SIZES = {0: "32 bits", 1: "36 bits", 2: "40 bits", 3: "42 bits", 4: "44 bits",
         5: "48 bits", 6: "52 bits", 7: "reserved"}
SIZE_BITS = (32, 36, 40, 42, 44, 48, 52, 0)
STAGE2_TG = {0: "4K", 1: "64K", 2: "16K", 3: "reserved"}
INCOMING = {0: "incoming", 1: "reserved"}
PRIVCFG = {0: "incoming", 1: "reserved", 2: "unprivileged", 3: "privileged"}
INSTCFG = {0: "incoming", 1: "reserved", 2: "data", 3: "instruction"}


def region(value):
    """T0SZ and its kind: the size of what is translated."""
    return f"{64 - value} bits of address" if value else "64 bits of address"


STE = (
    flag("V", 0, 0, "valid", "not valid"),
    num("Config", 0, 3, 1, CONFIG),
    num("S1Fmt", 0, 5, 4, S1FMT),
    address("S1ContextPtr", 0, 51, 6),
    num("S1CDMax", 0, 63, 59, lambda v: f"{1 << v} context descriptors" if v else "one"),
    num("S1DSS", 1, 1, 0, S1DSS),
    num("S1CIR", 1, 3, 2, CACHE),
    num("S1COR", 1, 5, 4, CACHE),
    num("S1CSH", 1, 7, 6, SHARE),
    num("S2HWU", 1, 11, 8),
    flag("DRE", 1, 12),
    num("CONT", 1, 16, 13),
    flag("DCP", 1, 17),
    flag("PPAR", 1, 18),
    flag("MEV", 1, 19, "similar events may be merged", "each event is recorded"),
    num("software", 1, 23, 20),
    flag("S2FWB", 1, 25),
    flag("S1MPAM", 1, 26),
    flag("S1STALLD", 1, 27, "stage 1 must not stall"),
    num("EATS", 1, 29, 28, EATS),
    num("STRW", 1, 31, 30, STRW),
    num("MemAttr", 1, 35, 32),
    flag("MTCFG", 1, 36, "MemAttr is used", "incoming"),
    num("ALLOCCFG", 1, 40, 37),
    num("SHCFG", 1, 45, 44, SHCFG),
    num("NSCFG", 1, 47, 46),
    num("PRIVCFG", 1, 49, 48, PRIVCFG),
    num("INSTCFG", 1, 51, 50, INSTCFG),
    num("S2VMID", 2, 15, 0),
    num("S2T0SZ", 2, 37, 32, region),
    num("S2SL0", 2, 39, 38),
    num("S2IR0", 2, 41, 40, CACHE),
    num("S2OR0", 2, 43, 42, CACHE),
    num("S2SH0", 2, 45, 44, SHARE),
    num("S2TG", 2, 47, 46, STAGE2_TG),
    num("S2PS", 2, 50, 48, SIZES),
    flag("S2AA64", 2, 51, "AArch64 tables", "AArch32 tables"),
    flag("S2ENDI", 2, 52, "big-endian tables"),
    flag("S2AFFD", 2, 53),
    flag("S2PTW", 2, 54),
    flag("S2HD", 2, 55),
    flag("S2HA", 2, 56),
    flag("S2S", 2, 57, "stage 2 faults stall"),
    flag("S2R", 2, 58, "stage 2 faults are recorded"),
    address("S2TTB", 3, 51, 4),
)
STE_BY_NAME = {f.name: f for f in STE}
STAGE1 = {"S1Fmt", "S1ContextPtr", "S1CDMax", "S1DSS", "S1CIR", "S1COR", "S1CSH", "S1MPAM",
          "S1STALLD", "STRW"}
STAGE2 = {f.name for f in STE if f.name.startswith("S2")}

CD = (
    num("T0SZ", 0, 5, 0, region),
    num("TG0", 0, 7, 6, STAGE2_TG),
    num("IR0", 0, 9, 8, CACHE),
    num("OR0", 0, 11, 10, CACHE),
    num("SH0", 0, 13, 12, SHARE),
    flag("EPD0", 0, 14, "no walks by TTB0"),
    flag("ENDI", 0, 15, "big-endian tables"),
    num("T1SZ", 0, 21, 16, region),
    num("TG1", 0, 23, 22, {0: "reserved", 1: "16K", 2: "4K", 3: "64K"}),
    num("IR1", 0, 25, 24, CACHE),
    num("OR1", 0, 27, 26, CACHE),
    num("SH1", 0, 29, 28, SHARE),
    flag("EPD1", 0, 30, "no walks by TTB1"),
    flag("V", 0, 31, "valid", "not valid"),
    num("IPS", 0, 34, 32, SIZES),
    flag("AFFD", 0, 35),
    flag("WXN", 0, 36),
    flag("UWXN", 0, 37),
    num("TBI", 0, 39, 38),
    flag("PAN", 0, 40),
    flag("AA64", 0, 41, "AArch64 tables", "AArch32 tables"),
    flag("HD", 0, 42, "hardware sets dirty"),
    flag("HA", 0, 43, "hardware sets accessed"),
    flag("S", 0, 44, "faults stall"),
    flag("R", 0, 45, "faults are recorded"),
    flag("A", 0, 46, "faults abort", "faulting accesses read zero, write nothing"),
    flag("ASET", 0, 47, "ASID is not shared with CPUs", "ASID is shared with CPUs"),
    num("ASID", 0, 63, 48),
    flag("NSCFG0", 1, 0),
    flag("HAD0", 1, 1),
    flag("E0PD0", 1, 2),
    address("TTB0", 1, 51, 4),
    num("HWU0", 1, 63, 60),
    flag("NSCFG1", 2, 0),
    flag("HAD1", 2, 1),
    flag("E0PD1", 2, 2),
    address("TTB1", 2, 51, 4),
    num("HWU1", 2, 63, 60),
    num("MAIR", 3, 63, 0),
)
CD_BY_NAME = {f.name: f for f in CD}

L1STD = (num("Span", 0, 4, 0), address("L2Ptr", 0, 51, 6))
L1CD = (flag("V", 0, 0, "valid", "not valid"), address("L2Ptr", 0, 51, 12))


def hex_words(words):
    return " ".join(f"0x{w:016x}" for w in words)


def padded(words):
    return list(words) + [0] * (8 - len(words))


# --- stream table entries ---

def ste_name(w):
    if not w[0] & 1:
        return "invalid"
    return CONFIG_NAMES[w[0] >> 1 & 7]


def ste_stage1(w, get):
    out = f" s1ctxptr=0x{get('S1ContextPtr'):x} s1fmt={S1FMT[get('S1Fmt')]} s1cdmax={get('S1CDMax')}"
    if get("S1CDMax"):
        out += f" s1dss={S1DSS[get('S1DSS')]}"
    out += (f" s1cir={CACHE[get('S1CIR')]} s1cor={CACHE[get('S1COR')]}"
            f" s1csh={SHARE[get('S1CSH')]} strw={STRW[get('STRW')]}")
    return out + (" s1stalld" if get("S1STALLD") else "")


def ste_stage2(w, get):
    out = (f" s2vmid={get('S2VMID')} s2ttb=0x{get('S2TTB'):x} s2t0sz={get('S2T0SZ')}"
           f" s2sl0={get('S2SL0')} s2tg={get('S2TG')} s2ps={get('S2PS')}"
           f" s2ir0={CACHE[get('S2IR0')]} s2or0={CACHE[get('S2OR0')]} s2sh0={SHARE[get('S2SH0')]}")
    for name in ("S2AA64", "S2PTW", "S2HA", "S2HD", "S2S", "S2R", "S2FWB"):
        out += f" {name.lower()}" if get(name) else ""
    return out


def ste_text(w):
    """As debugfs has it, from the column config on."""
    config = w[0] >> 1 & 7
    out = f"{ste_name(w):<8} {hex_words(w[:4])}"
    if not w[0] & 1 or config < 4:
        return out

    def get(name):
        return STE_BY_NAME[name].get(w)

    if config in (5, 7):
        out += ste_stage1(w, get)
    if config in (6, 7):
        out += ste_stage2(w, get)
    if config == 4:
        out += f" mtcfg={get('MTCFG')} memattr=0x{get('MemAttr'):x}"
    else:
        out += f" eats={EATS[get('EATS')]}"
    if config != 5 or get("S1DSS") == 1:
        out += f" shcfg={SHCFG[get('SHCFG')]}"
    if any(w[4:8]):
        out += " w4..w7=" + ",".join(f"0x{x:x}" for x in w[4:8])
    return out


def ste_stage1_problems(get, oas):
    fmt, cdmax, ptr = get("S1Fmt"), get("S1CDMax"), get("S1ContextPtr")
    out = []
    if cdmax and fmt == 3:
        out.append("S1Fmt 3 is reserved")
    if cdmax > 20:
        out.append(f"S1CDMax {cdmax} is beyond 20 bits of SubstreamID")
    if cdmax and get("S1DSS") == 3:
        out.append("S1DSS 3 is reserved")
    if get("S1CSH") == 1:
        out.append("S1CSH 1 is reserved")
    if get("STRW") in (1, 3):
        out.append(f"STRW {get('STRW')} is reserved")
    if ptr >> oas:
        out.append(f"S1ContextPtr 0x{ptr:x} is beyond {oas} bits of output address")
    size = table_bytes(fmt, cdmax)
    if cdmax <= 20 and ptr % size:
        out.append(f"S1ContextPtr 0x{ptr:x} is not aligned to its table of 0x{size:x} bytes")
    return out


def table_bytes(fmt, cdmax):
    """Bytes of the table that S1ContextPtr points to: its alignment."""
    if fmt == 0 or cdmax == 0:
        return 64 << cdmax
    leaf = 6 if fmt == 1 else 10
    return max(64, 8 << max(0, cdmax - leaf))


def ste_stage2_problems(get, oas):
    out = []
    if get("S2AA64") and get("S2TG") == 3:
        out.append("S2TG 3 is reserved")
    if get("S2PS") == 7:
        out.append("S2PS 7 is reserved")
    elif SIZE_BITS[get("S2PS")] > oas:
        out.append(f"S2PS of {SIZE_BITS[get('S2PS')]} bits is beyond {oas} bits of output address")
    if get("S2AA64") and not 12 <= get("S2T0SZ") <= 48:
        out.append(f"S2T0SZ {get('S2T0SZ')} is out of range")
    if get("S2SH0") == 1:
        out.append("S2SH0 1 is reserved")
    if get("S2HD") and not get("S2HA"):
        out.append("S2HD without S2HA")
    if get("S2TTB") >> oas:
        out.append(f"S2TTB 0x{get('S2TTB'):x} is beyond {oas} bits of output address")
    return out


def ste_problems(w, oas):
    if not w[0] & 1:
        return []
    config = w[0] >> 1 & 7

    def get(name):
        return STE_BY_NAME[name].get(w)

    out = reserved(STE, w, unknown=(4, 5, 6, 7))
    if config in (1, 2, 3):
        out.append(f"Config {config} is reserved: it aborts")
    if config in (5, 7):
        out += ste_stage1_problems(get, oas)
    if config in (6, 7):
        out += ste_stage2_problems(get, oas)
    if config >= 5 and get("EATS") == 3:
        out.append("EATS 3 is reserved")
    if config in (5, 6) and get("EATS") == 2:
        out.append("EATS split needs both stages")
    return out


def decode_ste(words, oas=52):
    w = padded(words)
    out = Decoded("ste", w, ste_text(w), STE, ste_problems(w, oas))
    config = w[0] >> 1 & 7
    out.unused = (set() if config & 5 == 5 else STAGE1) | (set() if config & 6 == 6 else STAGE2)
    return out


def diff_ste(old, new, oas=52):
    out = decode_ste(new, oas)
    out.changes = differences(STE, padded(old), padded(new))
    return out


# --- context descriptors ---

def cd_text(w):
    """As debugfs has it, from the column valid on."""
    def get(name):
        return CD_BY_NAME[name].get(w)

    out = f"{'yes' if get('V') else 'no':<5} {hex_words(w[:4])}"
    out += (f" asid={get('ASID')} ttb0=0x{get('TTB0'):x} t0sz={get('T0SZ')} tg0={get('TG0')}"
            f" ips={get('IPS')} ir0={get('IR0')} or0={get('OR0')} sh0={get('SH0')}"
            f" mair=0x{w[3]:x}")
    for name in ("EPD0", "EPD1", "AA64", "HA", "HD", "S", "R", "A", "ASET"):
        out += f" {name.lower()}" if get(name) else ""
    return out


def cd_half_problems(get, half, oas):
    if get(f"EPD{half}"):
        return []
    out = []
    tg, size, table = get(f"TG{half}"), get(f"T{half}SZ"), get(f"TTB{half}")
    if tg == (3, 0)[half]:
        out.append(f"TG{half} {tg} is reserved")
    if not 12 <= size <= 48:
        out.append(f"T{half}SZ {size} is out of range")
    if get(f"SH{half}") == 1:
        out.append(f"SH{half} 1 is reserved")
    if table >> oas:
        out.append(f"TTB{half} 0x{table:x} is beyond {oas} bits of output address")
    return out


def cd_problems(w, oas):
    def get(name):
        return CD_BY_NAME[name].get(w)

    if not get("V"):
        return []
    out = reserved(CD, w, unknown=(4, 5, 6, 7))
    if not get("AA64"):
        return out + ["AA64 is 0: AArch32 tables, fields not checked"]
    out += cd_half_problems(get, 0, oas) + cd_half_problems(get, 1, oas)
    if get("IPS") == 7:
        out.append("IPS 7 is reserved")
    elif SIZE_BITS[get("IPS")] > oas:
        out.append(f"IPS of {SIZE_BITS[get('IPS')]} bits is beyond {oas} bits of output address")
    if get("HD") and not get("HA"):
        out.append("HD without HA")
    return out


def decode_cd(words, oas=52):
    w = padded(words)
    return Decoded("cd", w, cd_text(w), CD, cd_problems(w, oas))


def diff_cd(old, new, oas=52):
    out = decode_cd(new, oas)
    out.changes = differences(CD, padded(old), padded(new))
    return out


# --- level 1 descriptors ---

def decode_l1std(word, oas=52):
    span, ptr = word & 0x1f, L1STD[1].get([word])
    problems = reserved(L1STD, [word])
    if span == 0:
        text = "invalid: no STE below"
    else:
        text = f"span {span} l2ptr 0x{ptr:x} ({1 << (span - 1)} STEs)"
        if span > 11:
            problems.append(f"Span {span} is reserved")
        elif ptr % (64 << (span - 1)):
            problems.append(f"L2Ptr 0x{ptr:x} is not aligned to its table")
        if ptr >> oas:
            problems.append(f"L2Ptr 0x{ptr:x} is beyond {oas} bits of output address")
    return Decoded("l1std", [word], text, L1STD, problems)


def decode_l1cd(word, oas=52):
    ptr = L1CD[1].get([word])
    if not word & 1:
        return Decoded("l1cd", [word], "invalid: no CD below", L1CD)
    problems = reserved(L1CD, [word])
    if ptr >> oas:
        problems.append(f"L2Ptr 0x{ptr:x} is beyond {oas} bits of output address")
    return Decoded("l1cd", [word], f"valid l2ptr 0x{ptr:x}", L1CD, problems)
