# SPDX-License-Identifier: GPL-2.0
"""layers - which file may include which, and that files call only what they include.

A file of module/ may include its own folder and those below it.  ORDER lists the folders
from the bottom; module/ itself is above them.  There is no list of files: the path of a file
decides.  Also errors: circles of includes, calls without an include, kernel versions outside
compat/, and a source whose own header is not its first include.

smmux.h contains the types that the rooms share by value, so it includes the headers of most
rooms.  That does not count as an include: a caller of a room includes its header.
"""
import pathlib
import re
import sys

ORDER = ("arch", "pure", "trace", "hw", "core", "view")
CIRCLE = {"hw/cmdq", "hw/cmdq_wait", "hw/cmdq_gate", "hw/gerror"}  # see hw/cmdq.c
SHARED = "smmux.h"
SEES_SHARED = ("trace", "hw", "core", "view", "")
PLANE = "../debugfs/debugfs.h"
SEES_PLANE = ("core/master.c", "core/domain.c", "main.c", "probe.c")

INCLUDE = re.compile(r'^#[ \t]*include[ \t]+"([^"]*)"', re.M)
FIRST = re.compile(r'^#[ \t]*include[ \t]+["<]([^">]*)', re.M)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"", re.S)
# A line in column 0 that declares a function, a variable or a macro with arguments.
DECLARED = re.compile(r"^(?:#define[ \t]+|(?![#\s}])[^\n=;{]*?\b)"
                      r"(smmux_\w+)\s*(?:\(|;|\[|,|\))", re.M)
TAG = re.compile(r"\b(?:struct|enum|union)\s+smmux_\w+")
NAME = re.compile(r"\bsmmux_\w+")
VERSION = re.compile(r"LINUX_VERSION_CODE|KERNEL_VERSION *\(|UTS_RELEASE")


def read_sources(top):
    """{path: text} of all checked files."""
    found = [top / "Kbuild", *top.glob("*.[ch]")]
    for folder in ("module", "debugfs"):
        found += (top / folder).rglob("*.[ch]")
    return {path.relative_to(top).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted(found)}


class Tree:
    """The sources below module/ and debugfs/, by the name that an include uses."""

    def __init__(self, sources):
        self.wrong = []
        self.text, self.path = {}, {}
        for path, text in sources.items():
            folder, _, rel = path.partition("/")
            if rel:
                name = rel if folder == "module" else "../" + path
                self.text[name], self.path[name] = text, path
        self.code = {name: TAG.sub("tag", COMMENT.sub(" ", text))
                     for name, text in self.text.items()}
        self.includes = {name: self.resolve(name) for name in self.text}

    def bad(self, name, what):
        self.wrong.append(f"{self.path.get(name, name)}: {what}")

    def resolve(self, name):
        """Its includes; files of debugfs/ include each other without a path."""
        found = []
        for include in INCLUDE.findall(self.text[name]):
            beside = "../debugfs/" + include
            if name.startswith("../") and beside in self.text:
                include = beside
            if include not in self.text:
                self.bad(name, f"includes {include}: no such file")
                continue
            found.append(include)
        return found

    def all_of(self, name):
        """Files that it includes, directly or not, but not through smmux.h."""
        seen, todo = set(), [name]
        while todo:
            for include in self.includes[todo.pop()]:
                if include not in seen:
                    seen.add(include)
                    if include != SHARED:
                        todo.append(include)
        return seen


def folder_of(name):
    return name.rpartition("/")[0]


def room_of(name):
    """A header *_priv.h is part of the room whose files share it."""
    return name.rpartition(".")[0].removesuffix("_priv")


def rank(name):
    folder = folder_of(name)
    return ORDER.index(folder) if folder else len(ORDER)


def check_includes(tree, name):
    folder = folder_of(name)
    if folder == "compat":
        for include in tree.includes[name]:
            tree.bad(name, f"must not include {include}: compat depends on nothing else")
        return
    if folder and folder not in ORDER:
        tree.bad(name, f"is in no folder of the order, which is: {' '.join(ORDER)}")
        return
    for include in tree.includes[name]:
        other = folder_of(include)
        if include.startswith("../"):
            if include != PLANE or name not in SEES_PLANE:
                tree.bad(name, f"must not include {include}: the control plane is seen by "
                         f"{', '.join(SEES_PLANE)}, through debugfs.h")
        elif include == SHARED:
            if folder not in SEES_SHARED:
                tree.bad(name, f"must not include {include}: it knows no devices")
        elif folder == "arch":
            tree.bad(name, f"must not include {include}: layouts include nothing")
        elif other and other not in ORDER:
            pass  # reported for that file
        elif rank(include) > rank(name):
            tree.bad(name, f"must not include {include}: that is upwards")


def check_own_header(tree, name):
    own = room_of(name) + ".h"
    if name.endswith(".h") or own not in tree.text or name == "trace/trace.c":
        return
    first = FIRST.search(tree.text[name])
    if not first or first[1] != own:
        tree.bad(name, "its own header is not its first include")


def circles(edges):
    """The strongly connected components of more than one room."""
    number, low, stack, found = {}, {}, [], []

    def visit(room):
        number[room] = low[room] = len(number)
        stack.append(room)
        for other in sorted(edges[room]):
            if other not in number:
                visit(other)
                low[room] = min(low[room], low[other])
            elif other in stack:
                low[room] = min(low[room], number[other])
        if low[room] == number[room]:
            part = stack[stack.index(room):]
            del stack[stack.index(room):]
            if len(part) > 1:
                found.append(sorted(part))

    for room in sorted(edges):
        if room not in number:
            visit(room)
    return found


def check_circles(tree):
    edges = {}
    for name, includes in tree.includes.items():
        if name == SHARED:
            continue
        to = edges.setdefault(room_of(name), set())
        to |= {room_of(i) for i in includes if i != SHARED} - {room_of(name)}
    for part in circles(edges):
        if not set(part) <= CIRCLE:
            tree.wrong.append(f"a circle of includes: {' '.join(part)}")


def check_calls(tree):
    owner = {}
    for name in tree.text:
        if name.endswith(".h"):
            for symbol in DECLARED.findall(tree.code[name]):
                owner.setdefault(symbol, name)
    for name in tree.text:
        known = tree.all_of(name) | {name}
        missing = {}
        for symbol in set(NAME.findall(tree.code[name])):
            if owner.get(symbol, name) not in known:
                missing.setdefault(owner[symbol], []).append(symbol)
        for header, symbols in sorted(missing.items()):
            tree.bad(name, f"uses {', '.join(sorted(symbols)[:3])} and does not include {header}")


def check_stray(tree, sources):
    """Sources outside the folders, and kernel versions outside compat/."""
    for path, text in sources.items():
        if "/" not in path and path != "Kbuild":
            tree.wrong.append(f"{path}: is in no folder")
        if VERSION.search(text) and not path.startswith("module/compat/"):
            tree.wrong.append(f"{path}: a kernel version outside module/compat")


def check(sources):
    """The violations, a line each."""
    tree = Tree(sources)
    for name in tree.text:
        if not name.startswith("../"):
            check_includes(tree, name)
        check_own_header(tree, name)
    check_circles(tree)
    check_calls(tree)
    check_stray(tree, sources)
    return tree.wrong


# A line that is added to a file, and the expected violation.
BREAKS = (
    ("module/hw/irq.c", '#include "core/domain.h"',
     "module/hw/irq.c: must not include core/domain.h: that is upwards"),
    ("module/trace/stats.h", '#include "hw/queue.h"',
     "module/trace/stats.h: must not include hw/queue.h: that is upwards"),
    ("module/view/regs.h", '#include "params.h"',
     "module/view/regs.h: must not include params.h: that is upwards"),
    ("module/core/domain.c", '#include "core/attach.h"',
     "a circle of includes: core/attach core/domain"),
    ("module/pure/ste.h", '#include "pure/lint.h"', "a circle of includes: pure/lint pure/ste"),
    ("module/hw/cmdq.c", '#include "hw/strtab.h"',
     "a circle of includes: hw/cmdq hw/cmdq_wait hw/gerror hw/strtab"),
    ("module/misc/new.c", "", "module/misc/new.c: is in no folder"),
    ("module/core/sub/new.h", "", "module/core/sub/new.h: is in no folder"),
    ("new.c", "", "new.c: is in no folder"),
    ("module/pure/cmd.c", '#include "smmux.h"',
     "module/pure/cmd.c: must not include smmux.h: it knows no devices"),
    ("module/pure/cmd.c", '#include "trace/trace.h"',
     "module/pure/cmd.c: must not include trace/trace.h: that is upwards"),
    ("module/arch/cmd.h", '#include "arch/evt.h"',
     "module/arch/cmd.h: must not include arch/evt.h: layouts include nothing"),
    ("module/hw/evtq.c", '#include "../debugfs/debugfs.h"',
     "must not include ../debugfs/debugfs.h: the control plane"),
    ("module/core/master.c", '#include "../debugfs/plane.h"',
     "must not include ../debugfs/plane.h: the control plane"),
    ("module/compat/compat.h", '#include "smmux.h"',
     "must not include smmux.h: compat depends on nothing"),
    ("module/trace/life.c", "void f(void) { smmux_tlb_inv_all(0); }",
     "module/trace/life.c: uses smmux_tlb_inv_all and does not include core/tlb.h"),
    ("module/fw.c", '#include "hw/none.h"', "module/fw.c: includes hw/none.h: no such file"),
    ("debugfs/pm.c", '#include "none.h"', "debugfs/pm.c: includes none.h: no such file"),
    ("debugfs/pm.c", "#if LINUX_VERSION_CODE > 5",
     "debugfs/pm.c: a kernel version outside module/compat"),
)


def check_itself(sources):
    """Each rule reports a file that breaks it, and nothing else."""
    unseen = []
    for path, line, told in BREAKS:
        wrong = check({**sources, path: f"{sources.get(path, '')}\n{line}\n"})
        if len(wrong) != 1 or told not in wrong[0]:
            unseen.append(f"'{line}' in {path}: reported {wrong}, expected '{told}'")
    path = "module/hw/queue.c"
    wrong = check({**sources, path: "#include <linux/types.h>\n" + sources[path]})
    if wrong != [f"{path}: its own header is not its first include"]:
        unseen.append(f"own header not first in {path}: reported {wrong}")
    return unseen


def main():
    sources = read_sources(pathlib.Path(__file__).resolve().parents[2])
    wrong = check(sources)
    if len(sources) < 100:
        wrong.append(f"only {len(sources)} files were found")
    wrong = wrong or check_itself(sources)
    print("\n".join(wrong or [f"{len(sources)} files obey the rules; "
                               f"{len(BREAKS) + 1} violations on purpose are detected"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
