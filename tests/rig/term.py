#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Connects this terminal, or standard input, to a machine's console on a socket.

Waits up to a minute for the socket. Ends when the machine ends.
"""

import os
import select
import socket
import sys
import termios
import time
import tty


def connect(path):
    sock = socket.socket(socket.AF_UNIX)
    end = time.monotonic() + 60
    while True:
        try:
            sock.connect(path)
            return sock
        except OSError as error:
            if time.monotonic() > end:
                sys.exit(f"term: no machine at {path}: {error}")
            time.sleep(0.2)


def join(sock):
    """Without a terminal, input is sent only after the machine's first output."""
    sources, ready = [sock], os.isatty(0)
    if ready:
        sources.append(0)
    while True:
        for source in select.select(sources, [], [])[0]:
            if source is sock:
                data = sock.recv(65536)
                if not data:
                    return
                os.write(1, data)
                if not ready:
                    ready = True
                    sources.append(0)
                continue
            data = os.read(0, 4096)
            if data:
                sock.sendall(data)
            else:
                sources.remove(0)


def main():
    sock = connect(sys.argv[1])
    saved = termios.tcgetattr(0) if os.isatty(0) else None
    try:
        if saved:
            tty.setraw(0)
        join(sock)
    except ConnectionError:
        pass
    finally:
        if saved:
            termios.tcsetattr(0, termios.TCSADRAIN, saved)


if __name__ == "__main__":
    main()
