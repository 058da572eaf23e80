#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Checks the user tools on the trees in tests/host/trees; see tests/host/metrics.sh.

Usage: metrics.py SEED CASES, inside the tool tree.  Expected output is computed here from
the files, independently of the tools' own parser.
"""

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from trees import load, store

TOP = os.getcwd()
LIB = f"{TOP}/scripts/lib"
PROMTOOL = f"{TOP}/build/promtool/promtool"
BUSYBOX = f"{TOP}/build/promtool/busybox"
SMMU = "9050000.smmuv3"
problems = []


def wrong(what):
    problems.append(what)
    print(what)


def run(command, root, awk, stdin=b""):
    """Output of a command that must succeed without messages."""
    env = {"PATH": f"{awk}:/usr/bin:/bin:/usr/sbin", "SMMUX_DEBUGFS": root, "LC_ALL": "C"}
    done = subprocess.run(command, env=env, input=stdin, capture_output=True, timeout=60)
    if done.returncode or done.stderr:
        wrong(f"{os.path.basename(awk)}: {command[:3]} ended with {done.returncode}: {done.stderr[:300]}")
    return done.stdout


def metrics(root, awk, style="prometheus"):
    return run([f"{TOP}/scripts/smmux-metrics", "--format", style], root, awk)


def promtool(text, about):
    done = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, timeout=60)
    if done.returncode or done.stderr:
        wrong(f"{about}: promtool ended with {done.returncode}: {(done.stdout + done.stderr)[:400]}")


def samples(text):
    """{name{labels}: value}; a duplicate series is an error."""
    found = {}
    for line in text.decode().splitlines():
        if line and not line.startswith("#"):
            key, number = line.rsplit(" ", 1)
            if key in found:
                wrong(f"twice: {key}")
            found[key] = number
    return found


def values(text):
    return dict(re.findall(r"^([A-Za-z0-9_.-]+): (.*)$", text, re.M))


# The file and name that a metric comes from; the label has the rest of the name.
PREFIXED = (
    ("cmdq/counters", "cmd.", "smmux_cmdq_commands_total", "op"),
    ("cmdq/counters", "error.", "smmux_cmdq_errors_total", "error"),
    ("evtq/counters", "evt.", "smmux_events_total", "event"),
    ("pm/state", "elided.", "smmux_pm_elided_commands_total", "class"),
)
PLAIN = [("cmdq/counters", name, f"smmux_cmdq_{name}_total") for name in (
    "lists", "syncs", "doorbells", "polls", "full_waits", "full_timeouts", "sync_timeouts", "refused")]
PLAIN += [("cmdq/state", name, f"smmux_cmdq_{name}_commands") for name in ("size", "used", "high_water")]
PLAIN += [("recovery/counters", name, f"smmux_recovery_{name}_total") for name in (
    "timeouts", "asked_again", "transient", "quarantined", "relapses", "resets", "resets_failed",
    "resets_seen", "recovered", "blocked", "removed", "fail_stops", "injected")]


def expected(files):
    """The samples that must be present, from the files."""
    want = {}
    for path, prefix, metric, label in PREFIXED:
        for name, number in values(files[f"{SMMU}/{path}"]).items():
            if name.startswith(prefix):
                want[f'{metric}{{smmu="{SMMU}",{label}="{name[len(prefix):]}"}}'] = number
    for path, name, metric in PLAIN:
        want[f'{metric}{{smmu="{SMMU}"}}'] = values(files[f"{SMMU}/{path}"])[name]
    power = values(files[f"{SMMU}/pm/state"])
    for state in "on", "stopping", "suspended", "starting", "failed":
        where = f'{{smmu="{SMMU}",state="{state}"}}'
        want["smmux_power_state" + where] = str(int(power["state"] == state))
        want["smmux_power_state_seconds_total" + where] = f'{int(power[f"in_{state}_ns"]) / 1e9:.9f}'
    for path, text in files.items():
        if path.startswith("masters/") and path.endswith("/info"):
            where = f'{{device="{path.split("/")[1]}",smmu="{SMMU}"}}'
            want["smmux_master_faults_total" + where] = values(text)["faults"]
            ats = values(files[path.removesuffix("info") + "ats"])
            if ats["capable"] == "yes":
                want["smmux_device_quarantined" + where] = str(int(ats["state"] != "healthy"))
    return want


def check_histogram(files, got, about):
    latency = files.get(f"{SMMU}/cmdq/latency")
    rows = re.findall(r"^sync_wait_ns +(\d+) +(\d+) +(\d+)$", latency or "", re.M)
    prefix = f'smmux_cmdq_sync_wait_seconds_bucket{{smmu="{SMMU}",le="'
    buckets = [(key[len(prefix):-2], int(n)) for key, n in got.items() if key.startswith(prefix)]
    if bool(buckets) != bool(latency):
        return wrong(f"{about}: {len(buckets)} buckets")
    for bound, number in buckets:
        if number != sum(int(n) for _, to, n in rows if int(to) <= float(bound) * 1e9 + 0.1):
            wrong(f"{about}: bucket {bound} has {number}")
    if buckets and buckets[-1] != ("+Inf", int(values(latency)["sync_wait_ns.count"])):
        wrong(f"{about}: the last bucket is {buckets[-1]}")


def check_recorded(name, root, awk):
    files = load(name)
    store(files, root)
    about = f"{name}, {os.path.basename(awk)}"
    text = metrics(root, awk)
    promtool(text, about)
    got = samples(text)
    want = expected(files)
    for key, number in want.items():
        if got.get(key) != number:
            wrong(f"{about}: {key} is {got.get(key)}, not {number}")
    if len(want) < 90 or got.get("smmux_up") != "1":
        wrong(f"{about}: {len(want)} samples, up {got.get('smmux_up')}")
    check_histogram(files, got, about)
    text = metrics(root, awk, "openmetrics")
    if len(list(text_string_to_metric_families(text.decode()))) < 40 or not text.endswith(b"\n# EOF\n"):
        wrong(f"{about}: too little OpenMetrics")
    # Both styles have the same samples.
    if samples(text) != got:
        wrong(f"{about}: the styles differ")
    check_summary(name, summary(root, awk), about)


# Patterns that each summary must contain, and must not contain.
SUMMARY = {
    "healthy": (rb"Findings: none\n", rb"!"),
    "suspended": (rb"suspended for [0-9]+ms in total, gate stopped", rb"!"),
    "incident": (rb"! 0000:01:00.0: quarantined, ATC invalidation not answered", rb"Findings: none"),
}


def check_summary(name, text, about):
    says, says_not = SUMMARY[name]
    if not re.search(says, text) or re.search(says_not, text):
        wrong(f"{about}: summary: {text.decode()}")


def summary(root, awk):
    meta = b"==> meta <==\nhostname: h\nkernel_release: 6.12\ndebugfs: copied\nmonotonic_ns: 5\n"
    files = sorted(os.path.relpath(f"{at}/{name}", root) for at, _, names in os.walk(root) for name in names)
    tree = b"".join(b"\n==> %s <==\n%s" % (path.encode(), open(f"{root}/{path}", "rb").read()) for path in files)
    return run(["awk", "-f", f"{LIB}/tree.awk", "-f", f"{LIB}/summary.awk"], root, awk, meta + tree)


def top(root, awk, events, batch=""):
    command = ["awk", "-v", f"batch={batch}", "-v", "color=1", "-v", "sort_key=device", "-v", "limit=0"]
    for name in "tree", "top", "top-view":
        command += ["-f", f"{LIB}/{name}.awk"]
    return run(command, root, awk, events)


def check_screen(text, rows, columns, about):
    for frame in text.decode("latin-1").split("\033[H")[1:]:
        lines = re.sub(r"\033\[[0-9;]*[mKJ]", "", frame).split("\r\n")
        if len(lines) != rows or max(map(len, lines)) > columns:
            wrong(f"{about}: {len(lines)} lines of at most {max(map(len, lines))} in {rows}x{columns}")


def check_top(root, awk):
    """Views have their contents; a counter without an earlier value has no rate."""
    store(load("incident"), root)
    text = top(root, awk, b"tick 24 80 1\ntick 24 80 1\nkey 24 80 1 " + b"j" * 7 + b"\r\n").decode()
    for must in "queue 0 used, 1024 free, high water 4", "1 device is in quarantine", "quarantined", "STREAM TABLE", "eats=abort":
        if must not in text:
            wrong(f"top does not show '{must}'")
    store(dict(load("incident"), **{"masters/x/info": "sids: " + "0x10 " * 5000}), root)
    check_screen(top(root, awk, b"tick 24 80 1\n"), 24, 80, "a long line")
    store(load("incident"), root)
    text = top(root, awk, b"tick 24 80 1\ntick 24 80 1\n", "1").decode()
    rates = [line.split()[6:17] for line in text.splitlines() if line.startswith(SMMU)]
    if rates[0] != ["-"] * 11:
        wrong(f"top has rates without an earlier sample: {rates}")


class Watch:
    """A smmux-top -b whose ticks, and changes between them, the test controls."""

    def __init__(self, root, awk):
        self.command = subprocess.Popen(
            [f"{awk}/awk", *(["-W", "interactive"] if awk.endswith("mawk") else []), "-v", "batch=1", "-v", "sort_key=device",
             *(word for name in ("tree", "top", "top-view") for word in ("-f", f"{LIB}/{name}.awk"))],
            env={"PATH": f"{awk}:/usr/bin:/bin", "SMMUX_DEBUGFS": root, "LC_ALL": "C"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def tick(self):
        """Interval and the words of the SMMU's line; None if there is no such SMMU."""
        time.sleep(0.2)
        self.command.stdin.write(b"tick 24 80 1\n")
        self.command.stdin.flush()
        passed, line = None, None
        for row in iter(self.command.stdout.readline, b"\n"):
            words = row.decode().split()
            if words[0] == "time":
                passed = words[5]
            elif words[0] == SMMU:
                line = words
        return passed, line

    def end(self):
        self.command.stdin.close()
        if self.command.wait(timeout=10):
            wrong(f"top -b ended with {self.command.returncode}")


def check_rates(root, awk):
    """A growing counter has its rate; one that was reset, or is new, has none."""
    files = load("healthy")
    store(files, root)
    counters = f"{SMMU}/cmdq/counters"
    watch = Watch(root, awk)
    watch.tick()
    grown = re.sub(r"^(commands|doorbells): (\d+)", lambda m: f"{m[1]}: {int(m[2]) + 1000}", files[counters], flags=re.M)
    store(dict(files, **{counters: grown}), root)
    passed, line = watch.tick()
    for column, want in (6, 1000), (7, 0), (12, 1000):
        if abs(float(line[column]) * float(passed) - want) > 0.2:
            wrong(f"{os.path.basename(awk)}: rate {line[column]} over {passed} s is not {want}")
    store(files, root)
    if watch.tick()[1][6:16] != ["-"] * 10:
        wrong("top has rates after a reset")
    store({path: text for path, text in files.items() if not path.startswith(SMMU)}, root)
    if watch.tick()[1]:
        wrong("top shows an SMMU that was removed")
    store(files, root)
    if watch.tick()[1][6:17] != ["-"] * 11 or watch.tick()[1][6:17] != ["0.0"] * 11:
        wrong("top has rates for a new SMMU, or none for one that stays")
    watch.end()


SECRETS = ("hunter2", "52:54:00:12:34:56", "10.9.0.1", "fe80::1", "2001:db8:0:0:0:0:0:1", "S3RIAL77",
           "123e4567-e89b-12d3-a456-426614174000", "bare-word", "00-11-22-ff-fe-33-44-55", "a quoted one")


def check_redaction(root, awk):
    lines = "".join(f"<6>[ 1.0] smmux x: 0000:01:00.0: at 0xdead0000 {how}\n" for how in (
        "password=hunter2", "mac 52:54:00:12:34:56,", "ip 10.9.0.1:22", "(fe80::1)", "2001:db8:0:0:0:0:0:1",
        "serial: S3RIAL77", "Serial Number S3RIAL77", "uuid 123e4567-e89b-12d3-a456-426614174000.",
        "00-11-22-ff-fe-33-44-55", "API_KEY: hunter2"))
    text = lines + "<14>[ 1.0] smmux hunter2\n<5>[ 0.0] Kernel command line: iommu.x=hunter2\n<6>[ 1.0] eth0: other news\n"
    redact = ["awk", "-v", "what=dmesg", "-f", f"{LIB}/redact.awk"]
    said = run(redact, root, awk, text.encode()).decode()
    if said.count("0000:01:00.0: at 0xdead0000") != 10 or said.count("\n") != 10:
        wrong(f"redaction removes too much: {said}")
    redact[2] = "what=cmdline"
    line = (b'root=UUID=123e4567-e89b-12d3-a456-426614174000 iommu.strict=1 smmux.ats=on luks.key=hunter2 '
            b'x="a quoted one" ip=10.9.0.1 smmux_password=hunter2 console="a quoted one" bare-word quiet\n')
    cmdline = run(redact, root, awk, line).decode()
    if "iommu.strict=1 smmux.ats=on luks.key=<redacted>" not in cmdline or not cmdline.endswith(" quiet\n"):
        wrong(f"redaction of the command line: {cmdline}")
    redact[2] = "what=lspci"
    lspci = run(redact, root, awk, b"01:00.0 X [0200]\n\tCapabilities: [140] Device Serial Number 00-11-22-ff-fe-33-44-55\n"
                b"\t\t[SN] Serial number: S3RIAL77\n\t\t[V0] Vendor specific: hunter2\n\tKernel driver in use: igb\n").decode()
    if "Kernel driver in use: igb" not in lspci:
        wrong(f"redaction of lspci: {lspci}")
    for secret in SECRETS:
        if secret in said + cmdline + lspci:
            wrong(f"{os.path.basename(awk)}: a secret is printed: {secret}")


NUMBERS = (b"-1", b"", b"18446744073709551615", b"99999999999999999999999999", b"1e9", b"nan", b"0x10",
           b"007", b"+1", b"1.5", b"\xff\xfe", b"a\tb", b"\"\\", b"%s%n", b"\033[2J", b"suspended")


def break_text(rng, text):
    """Damage a file in one of eight ways."""
    how = rng.randrange(8)
    lines = text.split(b"\n")
    at = rng.randrange(len(lines))
    if how == 0:
        return text[:rng.randrange(len(text) + 1)]
    if how == 1:
        return bytes(rng.randrange(256) for _ in range(rng.randrange(300)))
    if how == 2:
        lines[at] = re.sub(rb"[0-9]+", lambda _: rng.choice(NUMBERS), lines[at])
    elif how == 3:
        lines[at:at] = lines[rng.randrange(len(lines)):]
    elif how == 4:
        rng.shuffle(lines)
    elif how == 5:
        del lines[at]
    elif how == 6:
        lines[at] += rng.choice(NUMBERS) * rng.randrange(1, 400)
    else:
        at = rng.randrange(len(text) + 1)
        return text[:at] + bytes([rng.randrange(256)]) + text[at + 1:]
    return b"\n".join(lines)


def broken(rng, files):
    files = {path: text.encode() for path, text in files.items()}
    for _ in range(rng.randrange(1, 12)):
        path = rng.choice(list(files))
        if rng.random() < 0.15:
            del files[path]
        elif rng.random() < 0.05 and path.startswith(SMMU):
            files["other" + path] = files[path]
        else:
            files[path] = break_text(rng, files[path])
        if not files:
            break
    files.setdefault("version", b"0.1.0\n")
    return files


KEYS = (b"j", b"k", b"\r", b"\033", b"\033[A", b"\033OB", b"\033[5~", b"s", b"f", b"h", b"p", b"x", b"\xff", b"\t")


def fuzz_one(rng, recorded, root, awk, about):
    store(broken(rng, rng.choice(recorded)), root)
    # A run of promtool costs more than the rest of a case.
    style = "prometheus" if rng.random() < 0.1 else "openmetrics"
    text = metrics(root, awk, style)
    if style == "prometheus":
        promtool(text, about)
    else:
        try:
            list(text_string_to_metric_families(text.decode()))
        except ValueError as why:
            wrong(f"{about}: no OpenMetrics: {why}")
    summary(root, awk)
    rows, columns = rng.randrange(3, 60), rng.randrange(1, 160)
    size = b"%d %d 1" % (rows, columns)
    keys = b"".join(rng.choice(KEYS) for _ in range(rng.randrange(1, 8)))
    events = b"tick %b\ntick %b\nkey %b %b\ntick %b\n" % (size, size, size, keys, size)
    check_screen(top(root, awk, events), rows, columns, about)
    if rng.random() < 0.2:
        top(root, awk, b"tick 24 80 1\n", "1")


def main():
    seed, cases = int(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as scratch:
        awks = []
        for name, program in ("mawk", "/usr/bin/mawk"), ("busybox", f"{BUSYBOX} awk"):
            os.mkdir(f"{scratch}/{name}")
            with open(f"{scratch}/{name}/awk", "w") as file:
                file.write(f'#!/bin/sh\nexec {program} "$@"\n')
            os.chmod(f"{scratch}/{name}/awk", 0o755)
            awks.append(f"{scratch}/{name}")
        root = f"{scratch}/tree"
        for awk in awks:
            for name in SUMMARY:
                check_recorded(name, root, awk)
            check_top(root, awk)
            check_rates(root, awk)
            check_redaction(root, awk)
            promtool(metrics(f"{scratch}/nothing", awk), "no driver")
        recorded = [load(name) for name in SUMMARY]
        for case in range(cases):
            awk = awks[case % 2]
            fuzz_one(rng, recorded, root, awk, f"case {case} of seed {seed}, {os.path.basename(awk)}")
            if len(problems) > 20:
                break
    print(f"{len(problems)} problems" if problems else f"{cases} damaged trees, seed {seed}: no problems")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
