# SPDX-License-Identifier: GPL-2.0
"""Recorded debugfs trees (tests/host/trees), as files for the tools."""

import os
import shutil

TREES = f"{os.path.dirname(os.path.abspath(__file__))}/trees"


def load(name):
    """A recorded tree: {path: text}."""
    files, path = {}, None
    for line in open(f"{TREES}/{name}.txt"):
        if line.startswith("==> ") and line.endswith(" <==\n"):
            path = line[4:-5]
            files[path] = ""
        else:
            files[path] += line
    # The recording has an empty line before each heading.
    last = list(files)[-1]
    return {path: text if path == last else text.removesuffix("\n") for path, text in files.items()}


def store(files, root):
    shutil.rmtree(root, ignore_errors=True)
    os.mkdir(root)
    for path, text in files.items():
        os.makedirs(os.path.dirname(f"{root}/{path}"), exist_ok=True)
        with open(f"{root}/{path}", "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
