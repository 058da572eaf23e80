# SPDX-License-Identifier: GPL-2.0
"""svg - charts as text; the page's style sheet defines the colours of their classes.

All charts share one width and one left margin, so that equal times are aligned.
"""

import html
import math
import re

WIDTH, LEFT, RIGHT = 960, 132, 18
PLOT = WIDTH - LEFT - RIGHT
AXIS = 34


# Control characters, and those that turn the direction of what follows.
UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def esc(text):
    """Text for HTML: nothing in it is markup, and nothing in it acts."""
    return html.escape(UNSHOWN.sub("\ufffd", str(text)), quote=True)


def short(value):
    """1234567 as 1.23M."""
    for limit, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            return f"{value / limit:.3g}{unit}"
    return f"{value:.3g}" if value != int(value) else str(int(value))


def duration(ns):
    """1234 as 1.23 us."""
    for limit, unit in ((3600e9, "h"), (60e9, "min"), (1e9, "s"), (1e6, "ms"), (1e3, "\u00b5s")):
        if ns >= limit:
            return f"{ns / limit:.3g} {unit}"
    return f"{ns:.0f} ns"


def steps(most, count):
    """Round numbers from 0 past @most, about @count of them."""
    if most <= 0:
        return [0, 1]
    raw = most / count
    unit = 10 ** math.floor(math.log10(raw))
    step = next(unit * m for m in (1, 2, 5, 10) if unit * m >= raw * 0.999)
    return [i * step for i in range(int(math.ceil(most / step - 1e-9)) + 1)]


class Span:
    """From a time to a place: @first and @last in ns, shown as seconds since @zero."""

    def __init__(self, first, last, zero=None):
        self.first, self.last = first, max(last, first + 1)
        self.zero = first if zero is None else zero

    def x(self, ns):
        at = (ns - self.first) / (self.last - self.first)
        return LEFT + PLOT * min(1.0, max(0.0, at))

    def unit(self):
        length = (self.last - self.first) / 1e9
        for limit, name, size in ((7200, "h", 3600), (300, "min", 60), (0.5, "s", 1),
                                  (0.0005, "ms", 1e-3)):
            if length >= limit:
                return name, size * 1e9
        return "\u00b5s", 1e3

    def axis(self, y, title):
        """Ticks and their numbers below @y."""
        name, size = self.unit()
        begin, end = (self.first - self.zero) / size, (self.last - self.zero) / size
        step = steps(end - begin, 8)[1]
        out = []
        for number in range(math.ceil(begin / step - 1e-9), math.floor(end / step + 1e-9) + 1):
            x = self.x(self.zero + number * step * size)
            out.append(f'<line class="tick" x1="{x:.1f}" x2="{x:.1f}" y1="{y}" y2="{y + 4}"/>'
                       f'<text class="num" x="{x:.1f}" y="{y + 16}" text-anchor="middle">'
                       f'{short(round(number * step, 6))}</text>')
        out.append(f'<text class="unit" x="{LEFT + PLOT}" y="{y + 30}" text-anchor="end">'
                   f'{esc(title)} ({name})</text>')
        return "".join(out)


def frame(height, label, body):
    return (f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{esc(label)}" '
            f'xmlns="http://www.w3.org/2000/svg">{body}</svg>')


def value_axis(top, height, most, count=3, form=short):
    """Grid lines with their numbers; returns the text and the value at the top."""
    ticks = steps(most, count)
    out = []
    for tick in ticks:
        y = top + height - height * tick / ticks[-1]
        out.append(f'<line class="grid" x1="{LEFT}" x2="{LEFT + PLOT}" y1="{y:.1f}" y2="{y:.1f}"/>'
                   f'<text class="num" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{form(tick)}</text>')
    return "".join(out), ticks[-1]


def step_path(points, span, top, height, most):
    """(from, to, value) as a line of steps, broken where there is a gap, and its area."""
    line, area, last = [], [], None
    base = top + height
    for begin, end, value in points:
        x0, x1 = span.x(begin), span.x(end)
        y = base - height * min(1.0, value / most)
        if last != begin:
            if area:
                area.append(f"V{base:.1f}Z")
            line.append(f"M{x0:.1f} {y:.1f}")
            area.append(f"M{x0:.1f} {base:.1f}V{y:.1f}")
        else:
            line.append(f"V{y:.1f}")
            area.append(f"V{y:.1f}")
        line.append(f"H{x1:.1f}")
        area.append(f"H{x1:.1f}")
        last = end
    if area:
        area.append(f"V{base:.1f}Z")
    return "".join(line), "".join(area)


def panels(rows, span, label, title):
    """Charts below each other on one time axis; a row: (name, points, colour, unit)."""
    height, gap, top, out = 74, 34, 26, []
    for name, points, colour, unit in rows:
        most = max((p[2] for p in points), default=0)
        grid, high = value_axis(top, height, most, 2)
        line, area = step_path(points, span, top, height, high)
        out.append(f'{grid}<text class="name" x="{LEFT}" y="{top - 9}">{esc(name)}</text>'
                   f'<text class="unit" x="{LEFT + PLOT}" y="{top - 9}" text-anchor="end">'
                   f'peak {short(most)}{esc(unit)}</text>'
                   f'<path class="area {colour}" d="{area}"/><path class="line {colour}" d="{line}"/>')
        top += height + gap
    bottom = top - gap
    return frame(bottom + AXIS, label, "".join(out) + span.axis(bottom, title))


def bucket_name(low, kind):
    if kind.endswith("_ns"):
        return duration(low)
    if kind.endswith("_bytes"):
        for limit, unit in ((1 << 40, "T"), (1 << 30, "G"), (1 << 20, "M"), (1 << 10, "K")):
            if low >= limit:
                return f"{low // limit}{unit}"
    return short(low)


def all_buckets(found):
    """From the least to the most that was seen, without holes, a little more for a view."""
    low, high = min(found), max(found)
    exponents = range(max(0, low.bit_length() - 1), min(63, high.bit_length() - 1) + 1)
    return ([0] if low == 0 else []) + [1 << e for e in exponents]


def quantile(buckets, part):
    """Place in rows of buckets where @part of all counts is below."""
    total = sum(buckets.values())
    seen = 0
    for low in sorted(buckets):
        seen += buckets[low]
        if seen >= total * part:
            return low
    return None


def heat_line(columns, span, rows, top, row, part, name):
    """A mark in each column, at the bucket of a quantile."""
    d = []
    for begin, end, found in columns:
        low = quantile(found, part)
        if low in rows:
            y = top + (len(rows) - 1 - rows.index(low)) * row + row / 2
            d.append(f"M{span.x(begin):.1f} {y:.1f}H{span.x(end):.1f}")
    return f'<path class="mark {name}" d="{"".join(d)}"/>'


def heat_map(columns, span, kind, label, title):
    """Time by bucket; the darker the more, on a logarithmic scale."""
    found = [low for _, _, each in columns for low in each]
    rows, row, top = all_buckets(found), 17, 34
    rows = rows or [0]
    most = max((n for _, _, each in columns for n in each.values()), default=1)
    out, bottom = [], top + row * len(rows)
    for at, low in enumerate(rows):
        y = bottom - (at + 1) * row
        out.append(f'<text class="num" x="{LEFT - 8}" y="{y + 13}" text-anchor="end">'
                   f'{bucket_name(low, kind)}</text>'
                   f'<line class="grid" x1="{LEFT}" x2="{LEFT + PLOT}" y1="{y + row}" y2="{y + row}"/>')
    for begin, end, each in columns:
        x, w = span.x(begin), max(1.0, span.x(end) - span.x(begin))
        for low, count in each.items():
            if low in rows:
                y = bottom - (rows.index(low) + 1) * row
                out.append(f'<rect class="heat" x="{x:.1f}" y="{y}" width="{w + 0.2:.1f}" '
                           f'height="{row}" fill-opacity="{shade(count, most):.2f}">'
                           f'<title>{bucket_name(low, kind)} and more: {count}</title></rect>')
    out.append(heat_line(columns, span, rows, top, row, 0.5, "half"))
    out.append(heat_line(columns, span, rows, top, row, 0.99, "late"))
    out.append(f'<text class="unit" x="{LEFT - 8}" y="20" text-anchor="end">at least</text>'
               + heat_legend(most))
    return frame(bottom + AXIS, label, "".join(out) + span.axis(bottom, title))


def shade(count, most):
    return 0.12 + 0.88 * (math.log(count) / math.log(most) if most > 1 else 1)


def heat_legend(most):
    out, x = [f'<text class="unit" x="{LEFT}" y="20">count</text>'], LEFT + 42
    marks = sorted({max(1, round(most ** (i / 4))) for i in range(5)})
    for count in marks:
        out.append(f'<rect class="heat" x="{x}" y="9" width="16" height="14" '
                   f'fill-opacity="{shade(count, most):.2f}"/>'
                   f'<text class="num" x="{x + 21}" y="20">{short(count)}</text>')
        x += 34 + 7 * len(short(count))
    for name, text in (("half", "median"), ("late", "99th percentile")):
        out.append(f'<path class="mark {name}" d="M{x + 14} 16h20"/>'
                   f'<text class="unit" x="{x + 40}" y="20">{text}</text>')
        x += 64 + 6 * len(text)
    return "".join(out)


def timeline(lanes, span, label, title):
    """Lanes of states; a lane: (name, [(from, to, state, what)])."""
    row, gap, top, out = 20, 8, 32, []
    states = []
    for at, (name, intervals) in enumerate(lanes):
        y = top + at * (row + gap)
        shown = name if len(name) <= 18 else name[:17] + "\u2026"
        out.append(f'<text class="lane" x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{esc(shown)}'
                   f'<title>{esc(name)}</title></text>')
        # Short states would hide behind the long ones that follow.
        for begin, end, state, what in sorted(intervals, key=lambda i: i[0] - i[1]):
            x = min(span.x(begin), LEFT + PLOT - 2.5)
            w = max(2.5, span.x(end) - x)
            states += [state] if state not in states else []
            tip = f"{state} for {duration(end - begin)}" + (f"; {what}" if what else "")
            out.append(f'<rect class="state {css(state)}" x="{x:.1f}" y="{y}" width="{w:.1f}" '
                       f'height="{row}"><title>{esc(tip)}</title></rect>')
    bottom = top + len(lanes) * (row + gap)
    return frame(bottom + AXIS, label, state_legend(states) + "".join(out) +
                 f'<line class="grid" x1="{LEFT}" x2="{LEFT + PLOT}" y1="{bottom}" y2="{bottom}"/>' +
                 span.axis(bottom, title))


ORDER = ("on", "stopping", "suspended", "starting", "failed", "healthy", "timed_out", "quarantined",
         "resetting", "blocked")


def css(state):
    """A class for a state; an unknown state gets a neutral one."""
    return f"s-{state}" if state in ORDER else "s-unknown"


def state_legend(states):
    out, x = [], LEFT
    for state in sorted(states, key=lambda s: ORDER.index(s) if s in ORDER else 99)[:12]:
        shown = state[:16]
        out.append(f'<rect class="state {css(state)}" x="{x}" y="8" width="14" height="14"/>'
                   f'<text class="unit" x="{x + 19}" y="19">{esc(shown)}</text>')
        x += 34 + 6.6 * len(shown)
    return "".join(out)


def bars(rows, kind, label):
    """A histogram on its side; a row: (low, count)."""
    most = max((n for _, n in rows), default=1) or 1
    row, out = 18, []
    for at, (low, count) in enumerate(rows):
        y, w = 4 + at * row, (PLOT - 90) * count / most
        out.append(f'<text class="num" x="{LEFT - 8}" y="{y + 13}" text-anchor="end">'
                   f'{bucket_name(low, kind)}</text>'
                   f'<rect class="bar" x="{LEFT}" y="{y + 2}" width="{max(w, 0.7 if count else 0):.1f}" '
                   f'height="{row - 4}"/>'
                   f'<text class="num" x="{LEFT + w + 6:.1f}" y="{y + 13}">{count:,}</text>')
    return frame(8 + row * len(rows), label, "".join(out))
