# SPDX-License-Identifier: GPL-2.0
"""find - words in pasted text.

Each kind of line that the driver prints is a row of KINDS: a pattern, and a function that
makes a Decoded of its match.  Lines of debugfs and the log also have the driver's own
decoding.  If it differs from this one, one of them is wrong, and the output says so.
"""

import re

from . import queues, registers, tables
from .fields import Decoded

W = r"(0x[0-9a-f]{16})"
ANY = r"(0x[0-9a-f]{1,16})"
MAX_LINE = 1 << 16


def words(*texts):
    return [int(t, 16) & (1 << 64) - 1 for t in texts]


def array(text):
    """{0x1,0x2,...} of a trace event; None if it is not of four words."""
    parts = text.split(",")
    if len(parts) != 4 or not all(re.fullmatch(ANY, p) for p in parts):
        return None
    return words(*parts)


def compare(out, theirs):
    """@theirs: the driver's text for the same words."""
    theirs = theirs.strip()
    if theirs and theirs != out.text:
        out.problems.append(f"the input's own text differs: '{theirs[:160]}'")
    return out


def from_ste(m, oas):
    rest = re.search(rf" w4\.\.w7={ANY},{ANY},{ANY},{ANY}", m[7])
    more = words(*rest.groups()) if rest else []
    out = compare(tables.decode_ste(words(*m.groups()[2:6]) + more, oas), m[0][len(m[1]):])
    out.where = {"sid": m[1]}
    return out


def from_cd(m, oas):
    out = compare(tables.decode_cd(words(*m.groups()[2:6]), oas), m[0][len(m[1]):])
    out.where = {"ssid": m[1]}
    return out


def from_entry(m, oas):
    out = compare(queues.decode_cmd(words(m[3], m[4])), m[5])
    out.where = {"position": m[1], "state": m[2]}
    return out


def from_recent(m, oas):
    out = compare(queues.decode_cmd(words(m[4], m[5])), m[6])
    out.where = {"time_ns": m[1], "position": m[2], "task": m[3]}
    return out


def from_record(m, oas):
    out = compare(queues.decode_evt(words(*m.groups()[1:5])), m[6])
    out.where = {"time_ns": m[1]}
    return out


def from_gerror(m, oas):
    cerror = next((n for n, name in registers.CERROR.items() if m[3].endswith(name)), None)
    out = registers.decode_gerror(int(m[2], 16), cerror)
    out.where = {"time_ns": m[1]}
    return compare(out, m[2] + m[3])


def from_register(m, oas):
    if m[1] not in registers.REGISTERS or int(m[2], 16) >> registers.REGISTERS[m[1]][0]:
        return None
    return registers.decode_reg(m[1], int(m[2], 16))


def from_gbpa(m, oas):
    return registers.decode_reg("GBPA", int(m[1], 16))


def from_trace_cmd(m, oas):
    out = queues.decode_cmd(words(m[5], m[6]))
    out.where = {"event": m[1], "smmu": m[2], "position": m[3]}
    if out.text.split(" ", 1)[0] not in (m[4], "?"):
        out.problems.append(f"the input's own name differs: '{m[4][:40]}'")
    return out


def from_write(m, oas):
    old, new = array(m[6]), array(m[7])
    if old is None or new is None:
        return None
    diff = tables.diff_ste if m[1] == "ste" else tables.diff_cd
    out = diff(old, new, oas)
    out.where = {"event": f"{m[1]}_write", "of": m[2], m[3]: m[4],
                 "old": [hex(w) for w in old], "breaking": m[5]}
    return out


def from_trace_event(m, oas):
    raw = array(m[3])
    if raw is None:
        return None
    out = queues.decode_evt(raw)
    out.where = {"event": "event", "smmu": m[1], "device": m[2]}
    return out


def from_log_error(m, oas):
    out = queues.decode_cmd(words(m[3], m[4]))
    out.where = {"position": m[2], "error": registers.CERROR.get(int(m[1]), "reserved")}
    return out


def number(pattern, text):
    m = re.search(pattern, text)
    return int(m[1], 16) if m else 0


def rebuild(text):
    """The words of an event from the line that the log has of it."""
    raw = re.search(rf" raw {W} {W} {W} {W}$", text)
    if raw:
        return words(*raw.groups())
    name = text.split(" ", 1)[0]
    if name not in queues.EVENT_IDS or " sid " not in text:
        return None
    w = [queues.EVENT_IDS[name] | number(rf" sid {ANY}", text) << 32, 0,
         number(rf" iova {ANY}", text), 0]
    if " ssid " in text:
        w[0] |= 1 << 11 | number(rf" ssid {ANY}", text) << 12
    for pattern, bit in ((r" stalled, tag ", 31), (r" privileged\b", 33), (r" instruction\b", 34),
                         (r" read\b(?<!table read)", 35), (r" non-secure\b", 38),
                         (r" (stage 2|ipa)\b", 39), (r" of table read\b", 44)):
        if re.search(pattern, text):
            w[1] |= 1 << bit
    w[1] |= number(rf" tag {ANY}", text) | number(rf" reason {ANY}", text)
    found = re.search(r" class (\w+)", text)
    if found:
        classes = {v: k for k, v in queues.CLASSES.items()}
        w[1] |= classes.get(found[1], 3) << 40
    w[3] = number(rf" ipa {ANY}", text) | number(rf" fetched from {ANY}", text)
    return [x & (1 << 64) - 1 for x in w]


def from_log_event(m, oas):
    found = rebuild(m[2])
    if found is None:
        return None
    out = compare(queues.decode_evt(found), m[2])
    out.where = {"device": m[1]}
    return out


def row(pattern, make):
    return re.compile(pattern), make


KINDS = (
    row(rf"^(0x[0-9a-f]{{8}}) (invalid|abort|bypass|s1|s2|nested) +{W} {W} {W} {W}(.*)$",
        from_ste),
    row(rf"^(0x[0-9a-f]{{6}}) (yes|no) +{W} {W} {W} {W}(.*)$", from_cd),
    row(rf"^(\d+) +\d+ +(consumed|published|reserved) +{W} {W} (.*)$", from_entry),
    row(rf"^(\d+) +(\d+) +\d+ +\d+ +(\S{{1,64}}) +{W} {W} (.*)$", from_recent),
    row(rf"^(\d+) +{W} {W} {W} {W} \d+ +(.*)$", from_record),
    row(r"^(\d+) +(0x[0-9a-f]{8}) \d+ *((?: [A-Z_]+_ERR\b| reserved bits| CERROR_\w+| reserved)+)$",
        from_gerror),
    row(r"^raw\.([A-Z0-9]+): (0x[0-9a-f]{8})$", from_register),
    row(r"^0x[0-9a-f]{5} ([A-Z0-9_]+) +(0x[0-9a-f]{16}|0x[0-9a-f]{8}) ", from_register),
    row(r"^gbpa_at_resume: (0x[0-9a-f]{1,8})$", from_gbpa),
    row(rf"\b(cmd|cmdq_error): (\S+) pos=(\d+) (?:cerror=\S+ )?(\S+) w0={W} w1={W}", from_trace_cmd),
    row(r"\b(ste|cd)_write: (\S+) (sid|ssid)=(0x[0-9a-f]+) phases=\d+ breaking=(\d+)"
        r" old=\{([^}]*)\} new=\{([^}]*)\}", from_write),
    row(r"\bevent: (\S+) (\S+) \S+ sid=.* raw=\{([^}]*)\}", from_trace_event),
    row(r"\bpm_resume: .* gbpa=(0x[0-9a-f]{1,8})\b", from_gbpa),
    row(rf"\bcommand error (\d{{1,3}}) at (0x[0-9a-f]+): \S+ {W} {W}", from_log_error),
    row(r"\bevent: (\S+): ([A-Z][A-Z0-9_]+ .*)$", from_log_event),
)
OAS = re.compile(r"^oas_bits: (\d{1,2})$")


def decode_line(line, oas) -> "Decoded | None":
    line = line.rstrip("\r\n")[:MAX_LINE].strip()
    for pattern, make in KINDS:
        m = pattern.search(line)
        out = make(m, oas) if m else None
        if out:
            return out
    return None


def decode_text(lines, oas):
    """Yields all that the lines hold; a line oas_bits counts for those after it."""
    for line in lines:
        size = OAS.match(line)
        if size and 32 <= int(size[1]) <= 56:
            oas = min(oas, int(size[1]))
        out = decode_line(line, oas)
        if out:
            yield out
