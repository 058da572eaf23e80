# SPDX-License-Identifier: GPL-2.0
"""registers - the SMMU's registers by name (IHI 0070 6.3), and page table entries.
"""

from .fields import Decoded, Field, address, flag, num, reserved
from .tables import SHARE, SIZES

# Cacheability and shareability of the SMMU's own accesses: CR1, queue and table bases.
CR1_CACHE = {0: "nc", 1: "wb", 2: "wt", 3: "reserved"}
ON = {0: "off", 1: "on"}


def bits(*names):
    """Single bits, each 'BIT NAME', of word 0."""
    out = []
    for each in names:
        bit, name = each.split()
        out.append(flag(name, 0, int(bit)))
    return tuple(out)


def n(name, hi, lo, means=None):
    return num(name, 0, hi, lo, means)


def log2(value):
    return f"{1 << value} entries"


INDEX = (n("index", 19, 0),)
ENABLES = bits("0 SMMUEN", "1 PRIQEN", "2 EVENTQEN", "3 CMDQEN", "4 ATSCHK", "10 DPT_WALK_EN")
GERRORS = bits("0 CMDQ_ERR", "2 EVENTQ_ABT_ERR", "3 PRIQ_ABT_ERR", "4 MSI_CMDQ_ABT_ERR",
               "5 MSI_EVENTQ_ABT_ERR", "6 MSI_PRIQ_ABT_ERR", "7 MSI_GERROR_ABT_ERR",
               "8 SFM_ERR", "9 CMDQP_ERR")
IRQS = bits("0 GERROR", "1 PRIQ", "2 EVENTQ")
QUEUE_BASE = (n("LOG2SIZE", 4, 0, log2), address("ADDR", 0, 51, 5), flag("RA_WA", 0, 62))
IRQ_CFG0 = (address("ADDR", 0, 51, 2),)
IRQ_CFG1 = (n("DATA", 31, 0),)
IRQ_CFG2 = (n("MEMATTR", 3, 0), n("SH", 5, 4, SHARE))
CERROR = {0: "CERROR_NONE", 1: "CERROR_ILL", 2: "CERROR_ABT", 3: "CERROR_ATC_INV_SYNC"}

IDR0 = bits("0 S2P", "1 S1P") + (
    n("TTF", 3, 2, {0: "reserved", 1: "AArch32", 2: "AArch64", 3: "AArch32 and AArch64"}),
) + bits("4 COHACC", "5 BTM") + (
    n("HTTU", 7, 6, {0: "none", 1: "accessed", 2: "accessed and dirty", 3: "and of tables"}),
) + bits("8 DORMHINT", "9 HYP", "10 ATS", "11 NS1ATS", "12 ASID16", "13 MSI", "14 SEV",
         "15 ATOS", "16 PRI", "17 VMW", "18 VMID16", "19 CD2L", "20 VATOS") + (
    n("TTENDIAN", 22, 21, {0: "mixed", 1: "reserved", 2: "little", 3: "big"}),
    flag("ATSRECERR", 0, 23),
    n("STALL_MODEL", 25, 24, {0: "stall and terminate", 1: "terminate only", 2: "stall only",
                              3: "reserved"}),
    flag("TERM_MODEL", 0, 26),
    n("ST_LEVEL", 28, 27, {0: "linear", 1: "linear and two levels", 2: "reserved",
                           3: "reserved"}))
IDR1 = (
    n("SIDSIZE", 5, 0, lambda v: f"{v} bits"), n("SSIDSIZE", 10, 6, lambda v: f"{v} bits"),
    n("PRIQS", 15, 11, log2), n("EVENTQS", 20, 16, log2), n("CMDQS", 25, 21, log2),
) + bits("26 ATTR_PERMS_OVR", "27 ATTR_TYPES_OVR", "28 REL", "29 QUEUES_PRESET",
         "30 TABLES_PRESET", "31 ECMDQ")
IDR3 = bits("2 HAD", "3 PBHA", "4 XNX", "5 PPS", "7 MPAM", "8 FWB", "9 STT", "10 RIL") + (
    n("BBML", 12, 11, {0: "level 0", 1: "level 1", 2: "level 2", 3: "reserved"}),
) + bits("13 E0PD", "14 PTWNNC", "15 DPT")
IDR5 = (n("OAS", 2, 0, SIZES),) + bits("4 GRAN4K", "5 GRAN16K", "6 GRAN64K", "7 DS") + (
    n("VAX", 11, 10, {0: "48 bits", 1: "52 bits", 2: "56 bits", 3: "reserved"}),
    n("STALL_MAX", 31, 16))
GBPA = (n("MemAttr", 3, 0), flag("MTCFG", 0, 4), n("ALLOCCFG", 11, 8), n("SHCFG", 13, 12),
        n("PRIVCFG", 17, 16), n("INSTCFG", 19, 18),
        flag("ABORT", 0, 20, "traffic aborts", "traffic bypasses"), flag("UPDATE", 0, 31))
CR1 = (n("QUEUE_IC", 1, 0, CR1_CACHE), n("QUEUE_OC", 3, 2, CR1_CACHE),
       n("QUEUE_SH", 5, 4, SHARE), n("TABLE_IC", 7, 6, CR1_CACHE),
       n("TABLE_OC", 9, 8, CR1_CACHE), n("TABLE_SH", 11, 10, SHARE))

# name: width, fields; no fields: the maker's
REGISTERS = {
    "IDR0": (32, IDR0), "IDR1": (32, IDR1), "IDR2": (32, (n("BA_VATOS", 9, 0),)),
    "IDR3": (32, IDR3), "IDR4": (32, ()), "IDR5": (32, IDR5),
    "IIDR": (32, (n("Implementer", 11, 0), n("Revision", 15, 12), n("Variant", 19, 16),
                  n("ProductID", 31, 20))),
    "AIDR": (32, (n("ArchMinorRev", 3, 0, lambda v: f"SMMUv3.{v}"), n("ArchMajorRev", 7, 4))),
    "CR0": (32, ENABLES + (n("VMW", 8, 6),)), "CR0ACK": (32, ENABLES + (n("VMW", 8, 6),)),
    "CR1": (32, CR1),
    "CR2": (32, bits("0 E2H", "1 RECINVSID", "2 PTM", "3 REC_CFG_ATS")),
    "STATUSR": (32, bits("0 DORMANT")), "GBPA": (32, GBPA),
    "IRQ_CTRL": (32, IRQS), "IRQ_CTRLACK": (32, IRQS),
    "GERROR": (32, GERRORS), "GERRORN": (32, GERRORS),
    "STRTAB_BASE": (64, (address("ADDR", 0, 51, 6), flag("RA", 0, 62))),
    "STRTAB_BASE_CFG": (32, (n("LOG2SIZE", 5, 0), n("SPLIT", 10, 6),
                             n("FMT", 17, 16, {0: "linear", 1: "two levels", 2: "reserved",
                                               3: "reserved"}))),
    "CMDQ_BASE": (64, QUEUE_BASE), "EVENTQ_BASE": (64, QUEUE_BASE),
    "PRIQ_BASE": (64, QUEUE_BASE),
    "CMDQ_PROD": (32, INDEX), "CMDQ_CONS": (32, INDEX + (n("ERR", 30, 24, CERROR),)),
    "EVENTQ_PROD": (32, INDEX + (flag("OVFLG", 0, 31),)),
    "EVENTQ_CONS": (32, INDEX + (flag("OVACKFLG", 0, 31),)),
    "PRIQ_PROD": (32, INDEX + (flag("OVFLG", 0, 31),)),
    "PRIQ_CONS": (32, INDEX + (flag("OVACKFLG", 0, 31),)),
}
for _owner in ("GERROR", "EVENTQ", "PRIQ"):
    REGISTERS[f"{_owner}_IRQ_CFG0"] = (64, IRQ_CFG0)
    REGISTERS[f"{_owner}_IRQ_CFG1"] = (32, IRQ_CFG1)
    REGISTERS[f"{_owner}_IRQ_CFG2"] = (32, IRQ_CFG2)


def register_name(text):
    """The table's name for what a person wrote, or None."""
    name = text.upper().removeprefix("SMMU_").removeprefix("RAW.")
    return name if name in REGISTERS else None


def field_text(field: Field, value):
    if field.hi == field.lo and not field.means:
        return field.name
    meaning = field.meaning(value)
    if field.hi == field.lo:
        return f"{field.name} ({meaning})" if meaning else field.name
    return f"{field.name} 0x{value:x} ({meaning})" if meaning else f"{field.name} 0x{value:x}"


def register_problems(name, fields, word, width):
    # What is unknown in an ID register may be a feature that is newer than this table.
    out = reserved(fields, [word], width) if fields and "IDR" not in name else []
    for field in fields:
        if field.meaning(field.get([word])) == "reserved":
            out.append(f"{field.name} {field.get([word])} is reserved")
    return out


def decode_reg(name, word):
    width, fields = REGISTERS[name]
    said = [field_text(f, f.get([word])) for f in fields if f.get([word]) or f.name == "ABORT"]
    text = f"{name} 0x{word:0{width // 4}x} " + (", ".join(said) if said else "-")
    out = Decoded("reg", [word], text, fields, register_problems(name, fields, word, width),
                  name)
    return out


def decode_gerror(word, cerror=None):
    """As the driver's file gerror has it."""
    names = [f.name for f in GERRORS if f.get([word])]
    if reserved(GERRORS, [word]):
        names.append("reserved bits")
    if word & 1 and cerror is not None:
        names.append(CERROR.get(cerror, "reserved"))
    text = f"0x{word:08x}" + "".join(f" {name}" for name in names)
    return Decoded("gerror", [word], text, GERRORS, reserved(GERRORS, [word], 32))


# --- entries of translation tables, VMSAv8-64 ---

GRANULES = {"4k": 12, "16k": 14, "64k": 16}
AP = {0: "privileged read-write", 1: "read-write", 2: "privileged read-only", 3: "read-only"}
S2AP = {0: "no access", 1: "read-only", 2: "write-only", 3: "read-write"}
SOFTWARE = n("software", 58, 55)
PTE_TABLE = (flag("valid", 0, 0), flag("table", 0, 1), address("next", 0, 47, 12),
             n("ignored", 58, 51), flag("PXNTable", 0, 59), flag("UXNTable", 0, 60),
             n("APTable", 62, 61), flag("NSTable", 0, 63))


def pte_leaf(stage, shift, granule_shift):
    """Fields of a block or page whose output address begins at bit @shift."""
    common = (flag("valid", 0, 0), flag("page", 0, 1), n("SH", 9, 8, SHARE), flag("AF", 0, 10),
              address("OA", 0, 47, shift), flag("DBM", 0, 51), flag("contiguous", 0, 52))
    if granule_shift == 16:
        common += (n("OA[51:48]", 15, 12),)
    if stage == 2:
        return common + (n("MemAttr", 5, 2), n("S2AP", 7, 6, S2AP), n("XN", 54, 53), SOFTWARE,
                         n("PBHA", 62, 59))
    return common + (n("AttrIndx", 4, 2), flag("NS", 0, 5), n("AP", 7, 6, AP),
                     flag("nG", 0, 11), flag("GP", 0, 50), flag("PXN", 0, 53),
                     flag("UXN", 0, 54), SOFTWARE, n("PBHA", 62, 59))


def pte_leaf_text(fields, word, stage, what, granule_shift):
    by_name = {f.name: f for f in fields}

    def get(name):
        return by_name[name].get([word])

    oa = get("OA") | (get("OA[51:48]") << 48 if granule_shift == 16 else 0)
    out = f"{what} oa 0x{oa:x}"
    if stage == 1:
        out += f" attrindx {get('AttrIndx')} {AP[get('AP')]}"
        words = ("nG", "NS", "PXN", "UXN")
    else:
        out += f" memattr 0x{get('MemAttr'):x} {S2AP[get('S2AP')]}"
        out += f" xn {get('XN')}" if get("XN") else ""
        words = ()
    out += f" sh {SHARE[get('SH')]}"
    for name in ("AF", "DBM", "contiguous") + words:
        out += f" {name.lower()}" if get(name) else ""
    return out


def pte_block_allowed(granule, level):
    return level in {"4k": (1, 2), "16k": (2,), "64k": (1, 2)}[granule]


def decode_pte(word, granule="4k", level=3, stage=1, oas=52):
    shift, problems = GRANULES[granule], []
    table = bool(word & 2)
    if not word & 1:
        return Decoded("pte", [word], "invalid", (flag("valid", 0, 0),))
    if level < 3 and table:
        fields = PTE_TABLE[:2] + (address("next", 0, 47, shift),) + PTE_TABLE[3:]
        at = fields[2].get([word])
        if shift == 16:
            fields += (n("next[51:48]", 15, 12),)
            at |= (word >> 12 & 15) << 48
        if at >> oas:
            problems.append(f"table 0x{at:x} is beyond {oas} bits of output address")
        return Decoded("pte", [word], f"table at 0x{at:x}", fields, problems)
    if level == 3 and not table:
        return Decoded("pte", [word], "reserved: faults", (flag("valid", 0, 0),),
                       ["bit 1 is 0 in a level 3 entry: reserved, it faults"])
    if level < 3 and not pte_block_allowed(granule, level):
        problems.append(f"no blocks at level {level} with {granule.upper()} pages")
    output = shift + (3 - level) * (shift - 3)
    fields = pte_leaf(stage, min(output, 47), shift)
    what = "page" if level == 3 else f"block of 0x{1 << output:x} bytes"
    by_name = {f.name: f for f in fields}
    if by_name["SH"].get([word]) == 1:
        problems.append("SH 1 is reserved")
    if by_name["OA"].get([word]) >> oas:
        problems.append(f"the output address is beyond {oas} bits")
    text = pte_leaf_text(fields, word, stage, what, shift)
    return Decoded("pte", [word], text, fields, problems + reserved(fields, [word]))
