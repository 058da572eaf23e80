#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Runs one QEMU: starts it, stores its results, serves its requests, ends it.

QEMU inherits two socket pairs, so no socket has a name or a race: the result channel (a
virtio serial port in the guest) and QMP (QEMU Machine Protocol). A line of the guest that
starts with "@qmp " is a QMP command, in which %out stands for the directory of the results;
the answer goes back as a line "= {json}". "@begin" marks the start of the test. All other
lines are results and go to DIR/results unchanged.

With --give, the guest receives a file after a line with its size. With --save, the machine
ends when the guest sends "@ready", and its state is written to a file.
"""

import argparse
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time


class Lines:
    """A stream socket that is read line by line and never blocks the reader."""

    def __init__(self, sock):
        self.sock = sock
        self.rest = b""
        self.unsent = b""
        self.open = True
        sock.setblocking(False)

    def fileno(self):
        return self.sock.fileno()

    def send(self, text):
        self.give(text.encode() + b"\n")

    def give(self, data):
        self.unsent += data
        self.write()

    def write(self):
        """As much as is taken now."""
        try:
            self.unsent = self.unsent[self.sock.send(self.unsent):]
        except BlockingIOError:
            pass
        except OSError:
            self.open = False

    def read(self):
        try:
            data = self.sock.recv(65536)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        if not data:
            self.open = False
        *lines, self.rest = (self.rest + data).split(b"\n")
        return [line.decode(errors="replace") for line in lines]


class Machine:
    """One QEMU process with its result channel and its QMP channel."""

    def __init__(self, command, out, echo, save):
        ours, theirs = zip(socket.socketpair(), socket.socketpair())
        log = open(f"{out}/qemu.log", "wb")
        command = command + [
            "-chardev", f"socket,id=results,fd={theirs[0].fileno()}",
            "-chardev", f"socket,id=qmp,fd={theirs[1].fileno()}",
            "-mon", "chardev=qmp,mode=control",
        ]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            pass_fds=[sock.fileno() for sock in theirs])
        for sock in theirs:
            sock.close()
        self.results = Lines(ours[0])
        self.qmp = Lines(ours[1])
        self.qmp.send('{"execute": "qmp_capabilities", "id": "hello"}')
        self.file = open(f"{out}/results", "w", buffering=1)
        self.talk = open(f"{out}/qmp.log", "w", buffering=1)
        self.out = out
        self.echo = echo
        self.save = save
        self.saved = None
        self.begun = None

    def on_result(self, line):
        if line.startswith("@qmp "):
            command = line[5:].replace("%out", self.out)
            self.talk.write("-> " + command + "\n")
            self.qmp.send(command)
            return
        if line == "@begin":
            self.begun = time.monotonic()
            return
        if line == "@ready" and self.save:
            for command in (
                    {"execute": "migrate-set-parameters",
                     "arguments": {"max-bandwidth": 1 << 40}},
                    {"execute": "migrate", "arguments": {"uri": "file:" + self.save}},
                    {"execute": "query-migrate", "id": "save"}):
                self.qmp.send(json.dumps(command))
            return
        self.file.write(line + "\n")
        if self.echo:
            print(line, flush=True)

    def on_qmp(self, line):
        self.talk.write("<- " + line + "\n")
        try:
            answer = json.loads(line)
        except ValueError:
            return
        if answer.get("id") == "save":
            self.on_save(answer.get("return", {}).get("status"))
        elif self.save:
            pass
        elif ("return" in answer or "error" in answer) and answer.get("id") != "hello":
            self.results.send("= " + json.dumps(answer))

    def on_save(self, status):
        if status in ("completed", "failed", "cancelled", None):
            self.saved = status == "completed"
            self.qmp.send('{"execute": "quit"}')
            return
        time.sleep(0.05)
        self.qmp.send('{"execute": "query-migrate", "id": "save"}')

    def serve(self, deadline):
        """Serve until QEMU ends; return its exit code, or None after the deadline."""
        handlers = [(self.results, self.on_result), (self.qmp, self.on_qmp)]
        while True:
            code = self.process.poll()
            watch = [lines for lines, _ in handlers if lines.open]
            full = [lines for lines in watch if lines.unsent]
            if time.monotonic() > deadline:
                return None
            ready, free, _ = select.select(watch, full, [], 0 if code is not None else 0.2)
            for lines in free:
                lines.write()
            if code is not None and not ready:
                return code
            for lines, handler in handlers:
                if lines in ready:
                    for line in lines.read():
                        handler(line)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def stop(*_):
    """Only exit here: the interrupted code may hold a lock that end() needs."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(130)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, help="directory for results")
    parser.add_argument("--timeout", type=float, default=120)
    parser.add_argument("--give", help="a file for the guest")
    parser.add_argument("--save", help="where to save a machine that is ready")
    parser.add_argument("--echo", action="store_true", help="show results live")
    parser.add_argument("command", nargs="+")
    args = parser.parse_args()

    machine = Machine(args.command, args.out, args.echo, args.save)
    for number in SIGNALS:
        signal.signal(number, stop)
    start = time.monotonic()
    if args.give:
        with open(args.give, "rb") as file:
            content = file.read()
        machine.results.give(b"%d\n" % len(content) + content)
    try:
        code = machine.serve(start + args.timeout)
    finally:
        machine.end()
    with open(f"{args.out}/status", "w") as status:
        if code is None:
            status.write(f"timeout after {args.timeout:.0f} s\n")
        elif code == 0:
            status.write("done\n")
        else:
            status.write(f"QEMU ended with {code}\n")
        end = time.monotonic()
        begun = machine.begun or end
        status.write(f"seconds {end - start:.1f}\n")
        status.write(f"boot {begun - start:.1f}\nbody {end - begun:.1f}\n")
    os._exit(0 if code == 0 and (machine.saved or not args.save) else 1)


if __name__ == "__main__":
    main()
