# SPDX-License-Identifier: GPL-2.0
"""page - a report as one self-contained HTML file without scripts.

All text from input files passes through svg.esc().
"""

import os

from . import findings, model, svg
from .svg import esc

KNOWN = ("0.1.", "0.2.")
MAX_ROWS = 400


def tag(text, kind):
    return f'<span class="tag {kind}">{esc(text)}</span>'


def table(heads, rows, numeric=()):
    """Cells are HTML already."""
    def cell(kind, at, text):
        return f'<{kind}{" class=n" if at in numeric else ""}>{text}</{kind}>'

    out = ["<table><thead><tr>", *(cell("th", i, esc(h)) for i, h in enumerate(heads)),
           "</tr></thead><tbody>"]
    for row in rows[:MAX_ROWS]:
        out += ["<tr>", *(cell("td", i, c) for i, c in enumerate(row)), "</tr>"]
    out.append("</tbody></table>")
    if len(rows) > MAX_ROWS:
        out.append(f'<p class="soft">and {len(rows) - MAX_ROWS} more</p>')
    return "".join(out)


def card(body):
    return f'<div class="card">{body}</div>'


def empty(text):
    return card(f'<p class="soft">{esc(text)}</p>')


class Report:
    """One page; each section is a function that returns HTML."""

    def __init__(self, source):
        self.source = source
        self.smmus = model.smmus(source)
        self.meta = model.pairs(source.files.get("meta"))
        self.notes = list(dict.fromkeys(source.notes))
        self.last_files = dict(source.samples[-1][1]) if source.samples else {}
        # Files that are copied once are from the end, and have what samples leave out.
        self.last_files = {**source.files, **self.last_files}
        self.version = (source.files.get("debugfs/version") or
                        self.of_meta("version", "smmux_version") or "").strip()
        self.span = self.find_span()
        self.check()

    def of_meta(self, *names):
        """The value under the first of these names that exists: the tools' names differ."""
        return next((self.meta[n] for n in names if self.meta.get(n)), None)

    def check(self):
        self.notes += [f"not copied: {line[:200]}" for line in
                       self.source.files.get("errors", "").split("\n") if line.strip()][:20]
        if "meta" not in self.source.files:
            self.notes.append("no file meta: the machine's name, kernel and time are unknown")
        if not self.version:
            self.notes.append("no file version: the driver's version is unknown")
        elif not self.version.startswith(KNOWN):
            self.notes.append(f"driver version {self.version[:40]}: unknown to this program "
                              f"({', '.join(k + 'x' for k in KNOWN)}), unknown data is left out")
        if not self.smmus:
            self.notes.append("no files of an SMMU")
        for smmu in self.smmus:
            missing = [f for f in ("caps", "cmdq/counters", "cmdq/state", "evtq/counters", "pm/state")
                       if f"debugfs/{smmu}/{f}" not in self.last_files]
            if missing:
                self.notes.append(f"{smmu}: missing files: {', '.join(missing)}")

    def find_span(self):
        """All of the recording; for a snapshot, the span of its histories."""
        if len(self.source.samples) > 1:
            return svg.Span(self.source.samples[0][0], self.source.samples[-1][0])
        times = [ns for smmu in self.smmus for file, columns in
                 (("pm/history", 7), ("recovery/history", 9))
                 for ns, _ in model.merged(self.source, smmu, file, columns)]
        now = model.number(self.meta.get("monotonic_ns"))
        if now is None or now < max(times, default=0):
            now = max(times, default=0)
        first = min(times, default=now)
        first -= (now - first) // 20
        return svg.Span(max(0, first), now, 0)

    def last(self, smmu):
        return model.Sample(self.span.last, self.last_files, smmu)

    # --- sections ---

    def header(self):
        kernel = self.of_meta("kernel", "kernel_release")
        said = [self.of_meta("machine", "architecture"), f"kernel {kernel}" if kernel else None,
                f"smmux {self.version}" if self.version else None,
                self.meta.get("time_utc")]
        if self.source.samples:
            length = self.source.samples[-1][0] - self.source.samples[0][0]
            said.append(f"{len(self.source.samples)} samples over {svg.duration(length)}")
        host = self.meta.get("hostname") or "unknown machine"
        facts = esc(" \u00b7 ".join(s for s in said if s))
        return (f"<header><h1>SMMU report: {esc(host)}</h1>"
                f'<p class="soft">{facts}</p></header>')

    def note_box(self):
        if not self.notes:
            return ""
        items = "".join(f"<li>{tag('note', 'move')} {esc(n)}</li>" for n in self.notes[:40])
        if len(self.notes) > 40:
            items += f"<li>and {len(self.notes) - 40} more</li>"
        return card(f'<ul class="find">{items}</ul>')

    def tiles(self):
        lasts = [self.last(s) for s in self.smmus]

        def total(file, name):
            found = [c for c in (s.count(file, name) for s in lasts) if c is not None]
            return sum(found) if found else None

        devices = model.masters(self.last_files)
        cut = sum(1 for _, ats in devices.values() if ats.get("cut_off") == "yes")
        rows = [("SMMUs", len(self.smmus), False), ("devices", len(devices), False),
                ("commands", total("cmdq/counters", "commands"), False),
                ("CMD_SYNC waits", total("cmdq/counters", "syncs"), False),
                ("events", total("evtq/counters", "events"), None),
                ("incidents", total("recovery/counters", "quarantined"), None),
                ("devices in quarantine", cut, None)]
        out = []
        for name, value, bad in rows:
            shown = "\u2013" if value is None else svg.short(value)
            exact = "" if value is None else f' title="{value:,}"'
            bad = "bad" if bad is None and value else ""
            out.append(f'<div class="tile {bad}"{exact}><b>{shown}</b><span>{esc(name)}</span></div>')
        return f'<div class="tiles">{"".join(out)}</div>'

    def findings(self):
        items = []
        for smmu in self.smmus:
            items += [(kind, f"{smmu}: {text}") for kind, text in findings.of_smmu(self.last(smmu))]
        items += findings.of_devices(model.masters(self.last_files))
        out = "".join(f"<li>{tag(kind, 'bad' if kind == 'problem' else 'move')} {esc(text)}</li>"
                      for kind, text in items)
        out = out or f"<li>{tag('ok', 'good')} no error, no loss, no device in quarantine</li>"
        body = card(f'<ul class="find">{out}</ul>')
        for smmu in self.smmus:
            text = self.last(smmu).text("lint")
            if text is not None and text.strip():
                body += card(lint_list(smmu, text))
        return body

    def masters(self):
        devices = model.masters(self.last_files)
        gone = {}
        for _, files in self.source.samples:
            gone.update(model.masters(files))
        gone = {name: both for name, both in gone.items() if name not in devices}
        if not devices and not gone:
            return empty("no devices")
        body = self.device_table(devices) if devices else ""
        if gone:
            body += ("<h3>removed during the recording<small>as in the last sample that had them"
                     f"</small></h3>{self.device_table(gone)}")
        return card(body)

    def device_table(self, devices):
        rows = []
        for name, (info, ats) in devices.items():
            domain = info.get("domain", "?")
            kind = model.pairs(self.last_files.get(f"debugfs/domains/{domain}/info")).get("type")
            state = ats.get("state", "")
            cut = ats.get("cut_off") == "yes"
            ats_word = info.get("ats", "?")
            rows.append([
                f"<code>{esc(name)}</code>", esc(info.get("smmu", "?")),
                f"<code>{esc(info.get('sids', '?'))}</code>", esc(info.get("state", "?")),
                esc(domain + (f" ({kind})" if kind else "")),
                tag(ats_word, "bad" if cut else "good" if ats_word == "on" else "off"),
                tag(state, "good" if state == "healthy" else "bad") if state and
                ats.get("capable") == "yes" else "",
                esc(ats.get("incidents", "")), esc(info.get("faults", "?"))])
        return table(["device", "SMMU", "StreamIDs", "traffic", "domain", "ATS", "recovery",
                      "incidents", "faults"], rows, {7, 8})

    def features(self):
        out = []
        for name, value in model.pairs(self.source.files.get("debugfs/features")).items():
            out.append((name, value, value == "present"))
        body = feature_list("features of this build, and module parameters", out) if out else ""
        for smmu in self.smmus:
            caps = model.pairs(self.last(smmu).text("caps"))
            rows = [(n.removeprefix("feature.").replace("_", " "), v, v.startswith("on"))
                    for n, v in caps.items() if n.startswith("feature.")]
            if rows:
                facts = ", ".join(f"{n.replace('_', ' ')} {caps[n]}" for n in
                                  ("ias_bits", "oas_bits", "sid_bits", "ssid_bits", "asid_bits",
                                   "vmid_bits") if n in caps)
                body += feature_list(f"{smmu}: {caps.get('architecture', '')}", rows, facts)
                body += caps_details(self.last(smmu).text("caps"))
        return body or empty("no files features and caps")

    def rates(self, smmu):
        samples = model.series(self.source, smmu)
        if len(samples) < 2:
            return empty("a snapshot has no rates: see smmux-record(8) for a recording")
        wanted = (
            ("commands", "a", lambda s: s.count("cmdq/counters", "commands")),
            ("CMD_SYNC waits", "b", lambda s: s.count("cmdq/counters", "syncs")),
            ("TLB invalidations", "c", lambda s: s.total("cmdq/counters", "cmd.TLBI_")),
            ("ATC invalidations", "d", lambda s: s.count("cmdq/counters", "cmd.ATC_INV")),
            ("events", "e", lambda s: s.count("evtq/counters", "events")))
        rows, silent = [], []
        for name, colour, value in wanted:
            points = model.rates(samples, value)
            if any(p[2] for p in points):
                rows.append((f"{name} per second", points, colour, "/s"))
            else:
                silent.append(name)
        body = svg.panels(rows, self.span, f"rates of {smmu} over time",
                          "time since the first sample") if rows else ""
        if silent:
            body += f'<p class="soft">rate 0 or no data: {esc(", ".join(silent))}</p>'
        return card(body)

    def latency(self, smmu):
        samples = model.series(self.source, smmu, 1200)
        body = ""
        if len(samples) > 1:
            columns = model.heat(samples, "sync_wait_ns")
            if any(each for _, _, each in columns):
                body += card(svg.heat_map(columns, self.span, "sync_wait_ns",
                                          f"waits for CMD_SYNC of {smmu} over time",
                                          "time since the first sample"))
        found = model.histograms(self.last(smmu).text("cmdq/latency"))
        totals = self.last(smmu).values("cmdq/latency")
        for name in [n for n in model.HISTOGRAM_NAMES if n in found and
                     (n != "sync_wait_ns" or not body)]:
            rows = [(low, found[name].get(low, 0)) for low in svg.all_buckets(found[name])]
            count, total = (model.number(totals.get(f"{name}.{w}"), 0) for w in ("count", "sum"))
            mean = svg.bucket_name(total / count, name) if count > 0 and name.endswith("_ns") else (
                f"{total / count:.3g}" if count > 0 else "")
            body += card(f"<h3>{esc(name)}<small>{esc(f'{count:,} values, mean {mean}' if mean else '')}"
                         f"</small></h3>" + svg.bars(rows, name, f"{name} of {smmu}"))
        if body:
            return body
        if self.last(smmu).text("cmdq/latency") is None:
            return empty("no file cmdq/latency")
        return empty("no waits recorded; to record: echo on > /sys/bus/platform/devices/<smmu>/smmux/latency")

    def queue(self, smmu):
        last = self.last(smmu)
        state = last.values("cmdq/state")
        if not state:
            return empty("no file cmdq/state")
        facts = ", ".join(f"{esc(n.replace('_', ' '))} {esc(state[n])}" for n in
                          ("size", "used", "high_water", "sync_mode", "closed", "dead") if n in state)
        counters = [("lists", "lists"), ("doorbells", "doorbells"), ("polls", "polls"),
                    ("full_waits", "waits for queue space"), ("sync_timeouts", "CMD_SYNC timeouts")]
        facts2 = ", ".join(f"{label} {svg.short(value)}" for name, label in counters
                           if (value := last.count("cmdq/counters", name)) is not None)
        body = f'<p>{facts}</p><p class="soft">{facts2}</p>'
        samples = model.series(self.source, smmu)
        if len(samples) > 1:
            rows = []
            for name, colour in (("used", "a"), ("high_water", "d")):
                points = [(a.ns, b.ns, v) for a, b in zip(samples, samples[1:])
                          if (v := a.count("cmdq/state", name)) is not None and v >= 0]
                if any(p[2] for p in points):
                    rows.append((f"entries {name.replace('_', ' ')}", points, colour, " entries"))
            body += svg.panels(rows, self.span, f"command queue of {smmu}",
                               "time since the first sample") if rows else ""
        return card(body) + self.opcodes(last)

    def opcodes(self, last):
        rows = [(n[4:], v) for n, text in last.values("cmdq/counters").items()
                if n.startswith("cmd.") and (v := model.number(text))]
        if not rows:
            return ""
        rows.sort(key=lambda r: -r[1])
        most = rows[0][1]
        return card(table(["command", "count", ""], [
            [f"<code>{esc(n)}</code>", f"{v:,}",
             f'<span class="meter" style="width:{max(1, round(320 * v / most))}px"></span>']
            for n, v in rows if v > 0], {1}))

    def timeline(self):
        lanes, asides = [], []
        first, last = self.span.first, self.span.last
        for smmu in self.smmus:
            state = self.last(smmu).values("pm/state")
            history = model.merged(self.source, smmu, "pm/history", 7)
            if any(h[1][2] != "trial" for h in history):
                lanes.append((smmu, model.pm_intervals(history, first, last, state.get("state"))))
            elif state:
                refused = state.get("refused", "-")
                asides.append(f"{smmu}: no suspend" +
                              (f"; runtime suspend refused, {refused}" if refused != "-" else ""))
            steps = model.merged(self.source, smmu, "recovery/history", 9)
            for device in dict.fromkeys(record[1] for _, record in steps):
                lanes.append((device, model.recovery_intervals(steps, device, first, last, None)))
        body = "".join(f'<p class="soft">{esc(a)}</p>' for a in asides)
        if lanes:
            title = "time since the first sample" if self.source.samples else "time since boot"
            body = svg.timeline(lanes[:60], self.span, "suspends and recovery over time", title) + body
        return card(body) if body else empty("no suspends, no incidents")

    def events(self):
        rows = []
        for smmu in self.smmus:
            for record in model.records(self.last(smmu).text("evtq/recent"), 7):
                ns = model.number(record[0], 0)
                rows.append((ns, [f"{ns / 1e9:.6f}", esc(smmu), f"<code>{esc(record[6])}</code>"]))
            for record in model.records(model.second_part(self.last(smmu).text("gerror")), 4):
                ns = model.number(record[0], 0)
                rows.append((ns, [f"{ns / 1e9:.6f}", esc(smmu), f"<code>global error: {esc(record[3])}</code>"]))
            for ns, step in model.merged(self.source, smmu, "recovery/history", 9):
                text = f"{step[1]}: {step[3]} to {step[4]}: {step[8]}"
                rows.append((ns, [f"{ns / 1e9:.6f}", esc(smmu), f"<code>{esc(text)}</code>"]))
        if not rows:
            return empty("no events, no errors")
        rows.sort(key=lambda r: -r[0])
        return card(table(["time (s since boot)", "SMMU", "event"], [r for _, r in rows], {0}))

    def log(self):
        lines = [line for line in self.source.files.get("dmesg", "").split("\n") if "smmux" in line]
        if not lines:
            return empty("no log lines of smmux")
        return card(f"<pre>{esc_lines(chr(10).join(lines[-120:]), 120)}</pre>")

    def sections(self):
        yield "findings", "Findings", self.findings()
        yield "devices", "Devices", self.masters()
        yield "timeline", "Suspends and recovery", self.timeline()
        for at, smmu in enumerate(self.smmus):
            where = f": {smmu}" if len(self.smmus) > 1 else ""
            if self.source.samples:
                yield f"rates{at}", f"Rates{where}", self.rates(smmu)
            yield f"latency{at}", f"Latency of CMD_SYNC{where}", self.latency(smmu)
            yield f"queue{at}", f"Command queue{where}", self.queue(smmu)
        yield "events", "Events and errors", self.events()
        yield "features", "Features", self.features()
        yield "log", "Kernel log", self.log()

    def html(self):
        sections = list(self.sections())
        css = os.path.join(os.path.dirname(__file__), "style.css")
        with open(css, encoding="utf-8") as file:
            style = file.read()
        links = "".join(f'<a href="#{name}">{esc(title)}</a>' for name, title, _ in sections)
        body = "".join(f'<section id="{name}"><h2>{esc(title)}</h2>{text}</section>'
                       for name, title, text in sections)
        host = self.meta.get("hostname") or self.source.title
        return ('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
                '<meta name="viewport" content="width=device-width, initial-scale=1">'
                '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
                'style-src \'unsafe-inline\'">'
                f"<title>SMMU report: {esc(host)}</title><style>{style}</style></head><body>"
                f"{self.header()}{self.note_box()}{self.tiles()}<nav><p>{links}</p></nav>{body}"
                f"<footer>made by smmux-report of {esc(self.source.title)}</footer></body></html>\n")


def lint_list(smmu, text):
    """The driver's own findings about tables and registers."""
    table_part, _, sums = text.partition("\n\n")
    found = [(r[0], r[1]) for r in model.records(table_part, 2)]
    items = "".join(f"<li>{tag(level, 'bad' if level == 'error' else 'move')} "
                    f"<code>{esc(what)}</code></li>" for level, what in found[:MAX_ROWS])
    items = items or f"<li>{tag('ok', 'good')} tables, registers and the driver's state agree</li>"
    return (f'<h3>lint of {esc(smmu)}</h3><ul class="find">{items}</ul>'
            f'<p class="soft">{esc_lines(sums, 4)}</p>')


def esc_lines(text, most):
    lines = text.rstrip("\n").split("\n")
    out = "\n".join(esc(line[:400]) for line in lines[:most])
    return out + (f"\nand {len(lines) - most} more" if len(lines) > most else "")


def feature_list(title, rows, aside=""):
    items = "".join(f"<div><span>{esc(n)}</span>{tag(v[:60], 'good' if good else 'off')}</div>"
                    for n, v, good in rows[:MAX_ROWS])
    aside = f'<p class="soft">{esc(aside)}</p>' if aside else ""
    return card(f'<h3>{esc(title)}</h3>{aside}<div class="features">{items}</div>')


def caps_details(text):
    rows = [[f"<code>{esc(n)}</code>", f"<code>{esc(v)}</code>", esc(state)]
            for n, v, state in model.records(model.second_part(text), 3)]
    if not rows:
        return ""
    return card(f"<details><summary>all {len(rows)} fields of the ID registers</summary>"
                f"{table(['field', 'value', 'state'], rows)}</details>")
