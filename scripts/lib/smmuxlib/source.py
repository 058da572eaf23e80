# SPDX-License-Identifier: GPL-2.0
"""source - the files of a snapshot or a recording, in memory.

An archive or a directory, complete or not: readable files are read, and @notes lists the
others.  Nothing is extracted; names serve as keys only.  Text comes from another machine:
it is decoded so that no byte can cause an error.
"""

import os
import posixpath
import re
import tarfile
import zlib

MAX_FILE = 4 << 20
MAX_TOTAL = 512 << 20
MAX_FILES = 400000
MARKS = ("debugfs", "samples", "meta")


class Source:
    """@files: name below the top directory -> text; @samples: (ns, files), in order."""

    def __init__(self, title):
        self.title = title
        self.notes = []
        self.files = {}
        self.samples = []
        self._raw = {}
        self._total = 0

    def add(self, name, data):
        """False when there is no room for more."""
        if len(self._raw) >= MAX_FILES or self._total + len(data) > MAX_TOTAL:
            self.notes.append("the input is too large, the rest is left out")
            return False
        self._raw[name] = data
        self._total += len(data)
        return True

    def arrange(self):
        """Finds the top directory, and separates samples from files that exist once."""
        samples, top = {}, top_of(self._raw)
        for name, data in self._raw.items():
            if not name.startswith(top):
                continue
            name, text = name[len(top):], data.decode("utf-8", "replace")
            m = re.fullmatch(r"samples/(\d{1,20})/(.+)", name)
            if m:
                samples.setdefault(int(m[1]), {})[m[2]] = text
            else:
                self.files[name] = text
        self.samples = sorted(samples.items())
        self._raw = {}
        if not self.files and not self.samples:
            self.notes.append("no snapshot and no recording found")


def top_of(names):
    """What stands before debugfs/, samples/ or meta in the most names."""
    votes = {}
    for name in names:
        parts = name.split("/")
        for at, part in enumerate(parts):
            if part in MARKS and (at < len(parts) - 1 or part == "meta"):
                top = "".join(f"{p}/" for p in parts[:at])
                votes[top] = votes.get(top, 0) + 1
                break
    return max(sorted(votes), key=lambda top: votes[top]) if votes else ""


def clean(name):
    """A member's name as a key, or None if it leads out of the archive."""
    if name.startswith("/") or ".." in name.split("/"):
        return None
    return posixpath.normpath(name)


def read_archive(path, out):
    """Members as far as the archive goes."""
    try:
        with tarfile.open(path, "r:*") as archive:
            for member in archive:
                name = clean(member.name)
                if not member.isfile():
                    continue
                if name is None:
                    out.notes.append(f"left out, path outside the archive: {member.name[:100]}")
                elif member.size > MAX_FILE:
                    out.notes.append(f"left out, too large ({member.size} bytes): {name[:100]}")
                elif not out.add(name, archive.extractfile(member).read(MAX_FILE)):
                    return
    except (tarfile.TarError, EOFError, zlib.error, OSError, ValueError, OverflowError,
            MemoryError, AttributeError) as error:
        out.notes.append(f"the archive is damaged or truncated: {type(error).__name__}: "
                         f"{str(error)[:120]}; the part before that is shown")
    except Exception as error:      # lzma's and what other versions of tarfile let out
        out.notes.append(f"the archive cannot be read: {type(error).__name__}: {str(error)[:120]}")


def read_directory(path, out):
    for place, directories, names in os.walk(path):
        directories.sort()
        for name in sorted(names):
            full = os.path.join(place, name)
            key = os.path.relpath(full, path).replace(os.sep, "/")
            if os.path.islink(full) or not os.path.isfile(full):
                continue
            try:
                # Write-only files of debugfs are not data.
                if not os.stat(full).st_mode & 0o444:
                    continue
                with open(full, "rb") as file:
                    data = file.read(MAX_FILE + 1)
            except OSError as error:
                out.notes.append(f"cannot be read: {key[:100]}: {error.strerror}")
                continue
            if len(data) > MAX_FILE:
                out.notes.append(f"left out, too large: {key[:100]}")
            elif not out.add(key, data):
                return


def read(path):
    """The Source for what the user named; OSError if it is not there at all."""
    out = Source(os.path.basename(os.path.normpath(path)))
    if os.path.isdir(path):
        read_directory(path, out)
        if "version" in out._raw and not any(n.startswith("debugfs/") for n in out._raw):
            # The live tree, or a plain copy of it.
            out._raw = {f"debugfs/{name}": data for name, data in out._raw.items()}
    else:
        with open(path, "rb"):
            pass
        read_archive(path, out)
    out.arrange()
    return out
