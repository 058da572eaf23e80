# SPDX-License-Identifier: GPL-2.0
"""model - the files of debugfs as numbers and records.

Any file may be missing, of another version, or forged.  A number is what parses as one of
64 bits; malformed lines are skipped.
"""

import re

NUMBER = re.compile(r"-?\d{1,20}")
STATES = ("healthy", "timed_out", "quarantined", "resetting", "blocked")
HISTOGRAM_NAMES = ("sync_wait_ns", "full_wait_ns", "atc_wait_ns", "list_cmds", "range_bytes",
                   "map_life_ns")


def number(text, default=None):
    """@default for what is no number of 64 bits."""
    if text is None or not NUMBER.fullmatch(text):
        return default
    value = int(text)
    return value if -(1 << 63) <= value < 1 << 64 else default


def pairs(text):
    """'name: value' lines, up to the first empty one, in their order."""
    out = {}
    for line in (text or "").split("\n"):
        if not line.strip():
            if out:
                break
            continue
        name, colon, value = line.partition(":")
        if colon and name and " " not in name:
            out[name] = value.strip()
    return out


def records(text, columns):
    """Lines under a heading, cut into @columns; the last one takes what is left."""
    out = []
    for line in (text or "").split("\n")[1:]:
        parts = line.split(None, columns - 1)
        if len(parts) >= columns - 1 and parts:
            out.append(parts + [""] * (columns - len(parts)))
    return out


def second_part(text):
    """What stands behind the first empty line."""
    return (text or "").partition("\n\n")[2]


def histograms(text):
    """Name -> {from: count} of cmdq/latency."""
    out = {}
    for name, low, _, count in (r[:4] for r in records(second_part(text), 4)):
        low, count = number(low), number(count.strip())
        if low is not None and count is not None and low >= 0 and count >= 0:
            out.setdefault(name, {})[low] = count
    return out


class Sample:
    """The files of one SMMU at one time."""

    def __init__(self, ns, files, smmu):
        self.ns = ns
        self.smmu = smmu
        self._files = files
        self._pairs = {}

    def text(self, name):
        return self._files.get(f"debugfs/{self.smmu}/{name}")

    def values(self, name):
        if name not in self._pairs:
            self._pairs[name] = pairs(self.text(name))
        return self._pairs[name]

    def count(self, file, name):
        return number(self.values(file).get(name))

    def total(self, file, prefix):
        """Sum of the counters that begin so; None if there is none."""
        found = [number(v) for k, v in self.values(file).items() if k.startswith(prefix)]
        found = [v for v in found if v is not None]
        return sum(found) if found else None


def smmus(source):
    """Names of all SMMUs, from directories that look like one."""
    found = set()
    for _, files in [(0, source.files)] + source.samples:
        for name in files:
            m = re.fullmatch(r"debugfs/([^/]+)/(caps|gerror|(?:cmdq|evtq|pm|recovery)/[a-z]+)", name)
            if m and m[1] not in ("masters", "domains"):
                found.add(m[1])
    return sorted(found)


def masters(files):
    """Devices of a set of files: name -> (info, ats)."""
    out = {}
    for name in files:
        m = re.fullmatch(r"debugfs/masters/([^/]+)/(info|ats)", name)
        if m:
            both = out.setdefault(m[1], ({}, {}))
            both[m[2] == "ats"].update(pairs(files[name]))
    return dict(sorted(out.items()))


def series(source, smmu, most=600):
    """Samples of an SMMU, not more than can be drawn: counters only ever lose detail."""
    chosen = source.samples
    if len(chosen) > most:
        step = (len(chosen) - 1) / (most - 1)
        chosen = [chosen[round(i * step)] for i in range(most)]
    return [Sample(ns, files, smmu) for ns, files in chosen]


def rates(samples, value):
    """(from ns, to ns, per second) between samples; a counter that went back is a gap."""
    out = []
    for old, new in zip(samples, samples[1:]):
        was, now = value(old), value(new)
        if was is None or now is None or now < was or new.ns <= old.ns:
            continue
        out.append((old.ns, new.ns, (now - was) * 1e9 / (new.ns - old.ns)))
    return out


def heat(samples, name, columns=240):
    """(from ns, to ns, {bucket: count}) between samples."""
    step = max(1, -(-len(samples) // columns))
    chosen = samples[::step]
    if samples and chosen[-1] is not samples[-1]:
        chosen.append(samples[-1])
    found = [(s.ns, histograms(s.text("cmdq/latency")).get(name, {})) for s in chosen]
    out = []
    for (t0, old), (t1, new) in zip(found, found[1:]):
        delta = {low: new[low] - old.get(low, 0) for low in new}
        if t1 > t0 and all(n >= 0 for n in delta.values()):
            out.append((t0, t1, {low: n for low, n in delta.items() if n}))
    return out


def merged(source, smmu, file, columns):
    """Records of a history file of all samples, each once, oldest first."""
    found = {}
    for _, files in source.samples + [(0, source.files)]:
        for record in records(files.get(f"debugfs/{smmu}/{file}"), columns):
            ns = number(record[0])
            if ns is not None and ns >= 0:
                found[tuple(record)] = ns
    return [(ns, record) for record, ns in sorted(found.items(), key=lambda item: item[1])]


def pm_intervals(history, first, last, now):
    """(from, to, state, what) of an SMMU from its history; @now: its state at the end."""
    out, state, since = [], None, first
    for ns, (_, what, cause, took, errno, step, _) in history:
        took, errno = number(took, 0), number(errno, 0)
        before, between, after = (("on", "stopping", "suspended") if what == "suspend" else
                                  ("suspended", "starting", "on"))
        if errno:
            after = "on" if what == "suspend" else "failed"
        out.append((since, ns, state or before, ""))
        detail = f"{what}, cause {cause}, took {took / 1e6:.3f} ms"
        if errno:
            detail += f", failed with {errno} at {step}"
        out.append((ns, ns + took, "failed" if errno else between, detail))
        state, since = after, ns + took
    out.append((since, last, state or now or "unknown", ""))
    return clip(out, first, last)


def recovery_intervals(history, device, first, last, now):
    """The same of a device, from its SMMU's recovery history."""
    out, state, since = [], None, first
    for ns, (_, dev, _, before, after, _, ret, _, cause) in history:
        if dev != device:
            continue
        out.append((since, ns, state[0] if state else before, state[1] if state else ""))
        detail = f"{before} to {after}: {cause}"
        if ret not in ("0", ""):
            detail += f", error {ret}"
        state, since = (after, detail), ns
    out.append((since, last, state[0] if state else now, state[1] if state else ""))
    return clip(out, first, last)


def clip(intervals, first, last):
    out = []
    for begin, end, state, what in intervals:
        begin, end = max(begin, first), min(end, last)
        if begin <= end and not (begin == end and not what) and state:
            out.append((begin, end, state, what))
    return out
