#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Sends keys to smmux-top in a pseudo-terminal and checks the screen after each key.

The tree is a recorded one with an incident. The screen is the output since the tool last
moved to the upper left corner, without colours.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time

from trees import load, store

ROWS, COLUMNS = 24, 100
# Seconds to wait for each expected screen, enough for slow machines.
PATIENCE = 15
problems = []


class Top:
    def __init__(self, root, *arguments, term="xterm"):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
            os.environ.update(SMMUX_DEBUGFS=root, TERM=term, LC_ALL="C")
            os.execv("/bin/sh", ["sh", "scripts/smmux-top", *arguments])
        self.text = ""

    def read(self, seconds):
        """False when the tool has ended."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.text += data.decode("latin-1")
        return bool(data)

    def screen(self):
        frame = self.text.split("\033[H")[-1]
        return re.sub(r"\033\[[0-9;?]*[a-zA-Z]", "", frame).replace("\r", "")

    def shows(self, regexp):
        """Wait until the screen matches; false if it does not in time."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if re.search(regexp, self.screen(), re.S | re.M):
                return True
            if not self.read(0.1):
                break
        return False

    def key(self, keys, regexp, what):
        os.write(self.fd, keys.encode())
        if not self.shows(regexp):
            problems.append(f"{what}: not on the screen: {regexp}")
            print(problems[-1], self.screen(), sep="\n")

    def resize(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def ends(self):
        """Its exit code or, negative, the signal that killed it."""
        end = time.monotonic() + PATIENCE
        while self.read(0.1) and time.monotonic() < end:
            pass
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.1)
        os.kill(self.pid, signal.SIGKILL)
        return "not"


def must(what, value, expected):
    if value != expected:
        problems.append(f"{what}: {value}, not {expected}")
        print(problems[-1])


def first_device(bdf):
    """The table, sorted so that this device is the first."""
    return rf"^DEVICE[^\n]*\n{re.escape(bdf)} "


def walk_keys(root):
    top = Top(root, "-d", "0.5")
    top.key("", first_device("0000:00:00.0"), "at first, by device")
    top.key("f", r"FAULT\*.*s sort: faults", "f sorts by faults")
    top.key("", first_device("0000:00:03.0"), "the most faults first")
    top.key("a", first_device("0000:01:00.0"), "a: ATS first that is not well")
    top.key("m", r"SMMU\*.*s sort: smmu", "m sorts by SMMU")
    top.key("r", r"s sort: rate", "r sorts by rate")
    top.key("s", r"s sort: ats", "s goes to the next")
    top.key("d", r"^DEVICE\*.*s sort: device", "d sorts by device")
    top.key("h", r"KEYS\n  q  .*Esc back", "h is the help")
    top.key("h", first_device("0000:00:00.0"), "h once more ends it")
    top.key("jj\r", r"DEVICE 0000:00:01\.0\nINFO\n.*sids +0x8 .*STREAM TABLE", "Enter: more of the second")
    top.key("\033", first_device("0000:00:00.0"), "Esc: back")
    top.key("\033[B\033[C", r"DEVICE 0000:00:02\.0\n", "arrows do the same")
    top.key("\033[D", first_device("0000:00:00.0"), "and back")
    top.key("kkkkkk\r", r"^POWER\n.*^COMMAND QUEUE ", "above the devices is the SMMU")
    top.key("\033", first_device("0000:00:00.0"), "back from the SMMU")
    top.key("+", r"every 0\.6 s", "+: longer")
    top.key("-", r"every 0\.5 s", "-: shorter")
    top.key("p", r"every 0\.5 s +PAUSED", "p: pause")
    top.key("p", r"every 0\.5 s *\n", "and on")
    top.key("xyz\001\033[99~", first_device("0000:00:00.0"), "others do nothing")
    return top


def change_and_quit(top, root, files):
    store(dict(files, **{"masters/0000:00:09.0/info": files["masters/0000:00:01.0/info"].replace("0x8", "0x48")}), root)
    top.key("", r"^0000:00:09\.0 .*0x48", "a device that is new")
    top.resize(12, 60)
    top.key("", r"\A([^\n]{0,60}\n){11}q quit[^\n]{0,54}\Z", "a smaller terminal")
    os.write(top.fd, b"q")
    must("q ends it", top.ends(), 0)
    must("what is wrong was red", "\033[1;31m" in top.text, True)
    must("keys are lines again", bool(termios.tcgetattr(top.fd)[3] & termios.ICANON), True)
    must("the screen is given back", top.text.rstrip().endswith("\033[?25h\033[?1049l"), True)


def ends_well(root):
    for how, code in ("\003", 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129):
        top = Top(root)
        must("it starts", top.shows("q quit"), True)
        if isinstance(how, str):
            os.write(top.fd, how.encode())
        else:
            os.kill(top.pid, how)
        must(f"{how!r} ends it", top.ends(), code)
        must(f"{how!r}: the screen is given back", "\033[?1049l" in top.text, True)
    top = Top(root, term="dumb")
    must("without colours", (top.shows("q quit"), re.findall(r"\033\[3\dm", top.text)), (True, []))
    must("it reads keys, not lines", bool(termios.tcgetattr(top.fd)[3] & termios.ICANON), False)
    os.write(top.fd, b"q")
    top.ends()


def main():
    files = load("incident")
    info = "masters/0000:00:03.0/info"
    files[info] = re.sub(r"^faults: \d+", "faults: 7", files[info], flags=re.M)
    with tempfile.TemporaryDirectory() as directory:
        root = f"{directory}/tree"
        store(files, root)
        change_and_quit(walk_keys(root), root, files)
        store(files, root)
        ends_well(root)
    print(f"{len(problems)} problems")
    sys.exit(bool(problems))


main()
