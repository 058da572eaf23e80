#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of smmux-report: required contents of a page, hostile names, damaged archives.

usage: report_test.py page ARCHIVE TEXT... | hostile | paths | fuzz COUNT SEED ARCHIVE...

page:    the page of ARCHIVE is well formed, has each TEXT, and loads nothing from outside.
hostile: no content of a file becomes an element of the page.
paths:   an archive with paths outside its folder writes nothing and is reported.
fuzz:    archives whose files are truncated, changed or missing, and truncated archives.
"""

import contextlib
import html.parser
import importlib.machinery
import importlib.util
import io
import os
import random
import re
import sys
import tarfile
import tempfile

sys.dont_write_bytecode = True
TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
VOID = {"meta", "br", "link", "img", "input"}
OURS = set("html head meta title style body header h1 h2 h3 p div b span ul li nav a section table "
           "thead tbody tr th td code pre small details summary footer svg text line path rect".split())


def load():
    path = os.path.join(TOP, "scripts", "smmux-report")
    loader = importlib.machinery.SourceFileLoader("smmux_report", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


TOOL = load()


class Checker(html.parser.HTMLParser):
    """Elements nest, are in OURS, and have no attribute that runs or fetches anything."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.bad, self.words = [], [], []

    def handle_starttag(self, tag, attributes):
        if tag not in OURS:
            self.bad.append(f"element {tag}")
        for name, value in attributes:
            if name.startswith("on") or name in ("src", "data") or (
                    name == "href" and not value.startswith("#")):
                self.bad.append(f"attribute {name}={value!r} of {tag}")
            if re.search("nan|inf", value or "") and name not in ("class", "content", "aria-label", "title"):
                self.bad.append(f"{name}={value!r} of {tag}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.bad.append(f"end of {tag}")

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)


def look(page):
    """The page's text, and the list of its errors."""
    checker = Checker()
    checker.feed(page)
    checker.close()
    bad = checker.bad + [f"{tag} is never closed" for tag in checker.open]
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202e]", page):
        bad.append("a control character")
    return "".join(checker.words), bad


def make(path):
    return TOOL.page.Report(TOOL.source.read(path)).html()


def page(path, wanted):
    text, bad = look(make(path))
    bad += [f"missing: {each!r}" for each in wanted if each not in text]
    return done(bad, f"{len(text)} characters, {len(wanted)} expected texts found")


def done(bad, good):
    for each in bad[:8]:
        print(each)
    if not bad:
        print(good)
    return 1 if bad else 0


def write_archive(path, files):
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


EVIL = '"><script>alert(1)</script><b onclick=\'x\'>&\x1b[31m\u202e'


def hostile():
    """Puts markup into every name and every value that a page shows."""
    e, n = EVIL.replace("/", "-"), EVIL.replace(" ", "_")
    samples = {}
    for number in range(3):
        top = f"x/samples/{10 ** 9 * (number + 1)}/debugfs"
        samples.update({
            f"{top}/{e}/cmdq/counters": f"commands: {number * 10}\ncmd.{n}: {number}\n",
            f"{top}/{e}/cmdq/state": f"size: {EVIL}\nused: 1\nhigh_water: 2\nsync_mode: {EVIL}\n",
            f"{top}/{e}/pm/state": f"state: {EVIL}\nrefused: {EVIL}\n",
            f"{top}/{e}/pm/history": f"h\n{10 ** 9 + 5} suspend {n} 5 -5 {EVIL} 0\n",
            f"{top}/{e}/recovery/history": f"h\n{10 ** 9 + 5} {n} 0x1 {n} {n} 1 -5 0 {EVIL}\n",
            f"{top}/{e}/cmdq/latency": f"sync_wait_ns.count: {number}\n\nh\nsync_wait_ns 512 1023 {number}\n"
                                       f"{n} 1 1 1\n",
            f"{top}/masters/{e}/info": f"smmu: {EVIL}\nsids: {EVIL}\nstate: {EVIL}\ndomain: {EVIL}\n"
                                       f"ats: {EVIL}\nfaults: {EVIL}\n",
            f"{top}/masters/{e}/ats": f"capable: yes\ncut_off: yes\nstate: {EVIL}\nincidents: {EVIL}\n"})
    files = dict(samples)
    files.update({
        "x/meta": f"hostname: {EVIL}\nkernel: {EVIL}\nversion: {EVIL}\ntime_utc: {EVIL}\n",
        "x/dmesg": f"smmux {EVIL}\n", "x/debugfs/features": f"{n}: {EVIL}\n",
        f"x/debugfs/{e}/caps": f"architecture: {EVIL}\noas_bits: {EVIL}\nfeature.{n}: on {EVIL}\n\n"
                               f"h\n{n} {n} {EVIL}\n",
        f"x/debugfs/{e}/evtq/recent": f"h\n5 a b c d 0 {EVIL}\n",
        f"x/debugfs/{e}/gerror": f"a: 1\n\nh\n5 0x1 0 {EVIL}\n", f"x/debugfs/{e}/lint": f"h\n{n} {EVIL}\n\n{EVIL}"})
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "evil&<b>.tar.gz")
        write_archive(path, {k: v.encode("utf-8") for k, v in files.items()})
        text, bad = look(make(path))
    if text.count("<script>alert(1)</script>") < 15:
        bad.append(f"only {text.count('<script>alert(1)')} of the hostile texts are shown")
    return done(bad, f"{text.count('<script>alert(1)')} hostile texts are shown as text")


def paths():
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "in", "a.tar.gz")
        os.mkdir(os.path.dirname(path))
        with tarfile.open(path, "w:gz") as archive:
            for name in ("../out", "/tmp/smmux-report-out", "a/../../out", "a/debugfs/version"):
                member = tarfile.TarInfo(name)
                member.size = 3
                archive.addfile(member, io.BytesIO(b"0.1"))
            link = tarfile.TarInfo("a/debugfs/s/caps")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(link)
        text, bad = look(make(path))
        bad += [] if text.count("path outside the archive") == 3 else ["not all paths are reported"]
        bad += ["a link was followed"] if "root:" in text else []
        if os.listdir(place) != ["in"] or os.path.exists("/tmp/smmux-report-out"):
            bad.append("something was written")
    return done(bad, "paths outside the folder are reported, nothing is written")


def members(path):
    with tarfile.open(path) as archive:
        return {m.name: archive.extractfile(m).read() for m in archive if m.isfile()}


NUMBERS = [b"0", b"-1", b"18446744073709551615", b"99999999999999999999999", b"1e308", b"nan", b"",
           b"\xff\xfe", b"9223372036854775808", b"\xd9\xa3", b"0x", b"yes", b"suspended"]


def damage(rng, data):
    for _ in range(rng.randrange(1, 5)):
        what = rng.randrange(5)
        at = rng.randrange(len(data) + 1)
        if what == 0:
            data = data[:at]
        elif what == 1:
            found = list(re.finditer(rb"\d+", data))
            if found:
                m = rng.choice(found)
                data = data[:m.start()] + rng.choice(NUMBERS) + data[m.end():]
        elif what == 2:
            data = data[:at] + bytes(rng.randrange(256) for _ in range(rng.randrange(9))) + data[at:]
        elif what == 3:
            lines = data.split(b"\n")
            rng.shuffle(lines)
            data = b"\n".join(lines)
        else:
            data = data.replace(b"\n", rng.choice([b"\r\n", b"\n\n", b" ", b"\x00"]), rng.randrange(9))
    return data


def fuzz_case(rng, files, path):
    names = sorted(files)
    chosen = {}
    for name in names:
        roll = rng.random()
        if roll < 0.1:
            continue
        data = damage(rng, files[name]) if roll < 0.4 else files[name]
        if rng.random() < 0.02:
            name = re.sub(r"samples/\d+", f"samples/{rng.choice(['0', '18446744073709551615', 'x', '-1'])}", name)
        chosen[name] = data
    write_archive(path, chosen)
    if rng.random() < 0.3:
        with open(path, "rb") as file:
            data = file.read()
        cut = data[:rng.randrange(len(data))]
        if rng.random() < 0.5:
            at = rng.randrange(len(cut) + 1)
            cut = cut[:at] + bytes([rng.randrange(256)]) + data[at + 1:]
        with open(path, "wb") as file:
            file.write(cut)


def fuzz(count, seed, archives):
    rng = random.Random(seed)
    known = [members(path) for path in archives]
    noted = 0
    with tempfile.TemporaryDirectory() as place:
        path, out = os.path.join(place, "f.tar.gz"), os.path.join(place, "out.html")
        for number in range(count):
            files = known[number % len(known)]
            # Few samples at a time: the kinds of damage matter, not the size.
            keep = rng.sample(sorted(files), min(len(files), rng.randrange(5, 90)))
            fuzz_case(rng, {n: files[n] for n in keep}, path)
            said = io.StringIO()
            sys.argv = ["smmux-report", "-o", out, path]
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                code = TOOL.main()
            text, bad = look(open(out, encoding="utf-8").read())
            if code or bad:
                print(f"seed {seed}, case {number}: exit code {code}: {bad[:3]} {said.getvalue()}")
                return 1
            noted += "note" in text
    print(f"fuzz, seed {seed}: {count} archives, {noted} pages with notes")
    return 0 if noted > count / 4 else 1


def main():
    what, rest = sys.argv[1], sys.argv[2:]
    if what == "page":
        return page(rest[0], rest[1:])
    if what == "hostile":
        return hostile()
    if what == "paths":
        return paths()
    return fuzz(int(rest[0]), int(rest[1]), rest[2:])


if __name__ == "__main__":
    sys.exit(main())
