#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Generate the names of module/spec/ptscope.yaml for library, client, manual and completion.

    gen_names.py SPEC REPOSITORY             write the headers and the completion
    gen_names.py SPEC REPOSITORY --client C  also write the manual; C is the built client
    --check                                  write nothing; fail if a file differs

The tables of columns in the manual come from --list-columns of the client.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import textwrap

import yaml

MADE = "Made by scripts/gen-spec from module/spec/ptscope.yaml; edit that instead."
HEADER = "userspace/cli/spec_names.h"
COMPLETION = "userspace/completion/ptscope.bash"
MANUAL = "userspace/man/ptscope.8"

CENSUS = "userspace/cli/spec_census.h"
LIBRARY = "userspace/lib/ptscope_census.h"

# Arrays of the header: name, definition in the spec, description.
ARRAYS = [
    ("spec_levels", "level", "Levels of the page tables"),
    ("spec_states", "state", "States of a page"),
    ("spec_flags", "flag", "Flags of a page, by the numbers of their bits"),
    ("spec_details", "detail", "Details of a run, by the numbers of their bits"),
    ("spec_folios", "folio", "Properties of a folio, by the numbers of their bits"),
    ("spec_memory_types", "memory-type", "Memory types"),
    ("spec_vma_flags", "vma-flag", "Flags of a VMA, by the letters of smaps"),
]

# Descriptions of levels and memory types for the manual; the spec has none.
LEVEL_MEANING = {
    "pte": "the lowest table; its leaves are base pages",
    "pmd": "second from below; its leaves are huge pages, 2 MiB on x86",
    "pud": "third from below; its leaves are gigantic pages, 1 GiB on x86",
    "p4d": "fourth from below; folded unless there are five levels",
    "pgd": "the top table",
}
MEMORY_MEANING = {
    "unknown": "not known",
    "wb": "x86: write-back, the usual type, which is not shown",
    "wc": "x86: write-combining",
    "uc-minus": "x86: uncached, unless an MTRR says write-combining",
    "uc": "x86: uncached",
    "wt": "x86: write-through",
    "wp": "x86: write-protected",
    "normal": "arm64: Normal, the usual type, which is not shown",
    "normal-tagged": "arm64: Normal with memory tags",
    "normal-nc": "arm64: Normal Non-cacheable",
    "device-ngnrne": "arm64: Device-nGnRnE",
    "device-ngnre": "arm64: Device-nGnRE",
    "pma": "RISC-V: as the physical memory attributes say, the usual type, not shown",
    "nc": "RISC-V: non-cacheable",
    "io": "RISC-V: I/O",
}


def one_line(text):
    return " ".join((text or "").split())


def identifier(*words):
    return "_".join(words).replace("-", "_")


class Spec:
    def __init__(self, path):
        spec = yaml.safe_load(path.read_text(encoding="utf-8"))
        self.family = spec["name"]
        self.definitions = {d["name"]: d for d in spec["definitions"]}
        self.sets = {s["name"]: s for s in spec["attribute-sets"]}

    def names(self, kind):
        """The entries of a definition: index in an array, name, meaning."""
        rows = []
        is_flags = self.definitions[kind]["type"] == "flags"
        for bit, entry in enumerate(self.definitions[kind]["entries"]):
            if isinstance(entry, str):
                entry = {"name": entry}
            name, doc = entry["name"], one_line(entry.get("doc"))
            index = str(bit) if is_flags else identifier(self.family, kind, name).upper()
            if kind == "vma-flag":
                name, doc = doc, name.replace("-", " ")
            elif kind == "level":
                doc = doc or LEVEL_MEANING.get(name, "")
            elif kind == "memory-type":
                doc = doc or MEMORY_MEANING.get(name, "")
            rows.append((index, name, doc))
        return rows

    def counters(self):
        """The counters of a census: member, name, meaning. Nested attributes are skipped."""
        return [(identifier(a["name"]), a["name"], one_line(a.get("doc")))
                for a in self.sets["census"]["attributes"] if a["type"] in ("uint", "u64")]


def library(spec):
    """The members of struct ptscope_census, for the header of the library."""
    rows = spec.counters()
    out = ["/* SPDX-License-Identifier: LGPL-2.1-or-later */\n",
           f"/* {MADE} */\n",
           "#ifndef PTSCOPE_CENSUS_H\n#define PTSCOPE_CENSUS_H\n\n#include <stdint.h>\n\n",
           "/** Counters that a struct ptscope_census has room for. */\n",
           "#define PTSCOPE_COUNTERS 64\n\n/*\n * Counters, in bytes:\n *\n"]
    for member, _, doc in rows:
        first, *rest = textwrap.wrap(f"{member}: {doc}", width=88)
        out += [f" * {first}\n"] + [f" *\t{line}\n" for line in rest]
    out += [" */\n#define PTSCOPE_CENSUS_FIELDS \\\n\tuint64_t reserved_0; \\\n"]
    out += [f"\tuint64_t {member}; \\\n" for member, _, _ in rows]
    out += [f"\tuint64_t reserved[PTSCOPE_COUNTERS - {len(rows) + 1}]\n\n",
            "#endif /* PTSCOPE_CENSUS_H */\n"]
    return "".join(out)


def c_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def c_array(array, rows):
    lines = [f"static const struct spec_name {array}[] = {{"]
    for index, name, doc in rows:
        lines += [f"\t[{index}] = {{", f"\t\t{c_string(name)},", f"\t\t{c_string(doc)},", "\t},"]
    return "\n".join(lines + ["};"]) + "\n"


def header(spec):
    out = ["/* SPDX-License-Identifier: GPL-2.0-only */\n",
           f"/* {MADE} */\n",
           "#ifndef CLI_SPEC_NAMES_H\n#define CLI_SPEC_NAMES_H\n\n",
           "struct spec_name {\n\tconst char *name;\n\tconst char *meaning;\n};\n"]
    for array, kind, what in ARRAYS:
        out.append(f"\n/* {what}. */\n{c_array(array, spec.names(kind))}")
    out.append("\n#endif /* CLI_SPEC_NAMES_H */\n")
    return "".join(out)


def census(spec):
    """Counters; the including file defines COUNTER()."""
    out = ["/* SPDX-License-Identifier: GPL-2.0-only */\n", f"/* {MADE} */\n",
           "/* COUNTER(member of struct ptscope_census, name, meaning) */\n"]
    out += [f"COUNTER({member}, {c_string(name)},\n\t{c_string(doc)})\n"
            for member, name, doc in spec.counters()]
    return "".join(out)


def completion(spec):
    lists = [("states", "state"), ("flags", "flag"), ("details", "detail")]
    return "".join(f"_ptscope_{variable}='{' '.join(name for _, name, _ in spec.names(kind))}'\n"
                   for variable, kind in lists)


def roff(text):
    """Escape text for roff; no line may begin with a control character."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in ".'" else text


def roff_table(rows):
    lines = [".TS", "tab(|);", "l lx."]
    for name, doc in rows:
        lines += [f"{roff(name)}|T{{", roff(doc), "T}"]
    return "\n".join(lines + [".TE"]) + "\n"


def columns(client, verb):
    """Columns of a verb, or of a verb with an option: "pages --summary"."""
    listing = subprocess.run([client, *verb.split(), "--list-columns"], check=True,
                             capture_output=True, text=True).stdout
    return [tuple(line.split(None, 1)) for line in listing.splitlines()]


def manual_table(spec, client, what):
    kind, _, argument = what.partition(" ")
    if kind == "columns":
        return roff_table(columns(client, argument))
    if kind == "names":
        return roff_table([(name, doc) for _, name, doc in spec.names(argument)])
    sys.exit(f"gen_names.py: {MANUAL}: unknown table '{what}'")


def replace_marked(text, begin, end, make):
    """Replace the lines between the markers of a generated part."""
    pattern = re.compile(rf"(?m)(^{re.escape(begin)}(.*)\n)(?:.*\n)*?(^{re.escape(end)}\n)")
    text, count = pattern.subn(lambda m: m.group(1) + make(m.group(2).strip()) + m.group(3), text)
    if not count:
        sys.exit(f"gen_names.py: line not found: '{begin}'")
    return text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("spec", type=pathlib.Path)
    parser.add_argument("repository", type=pathlib.Path)
    parser.add_argument("--client")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()

    spec = Spec(args.spec)
    made = {HEADER: header(spec), CENSUS: census(spec), LIBRARY: library(spec)}
    path = args.repository / COMPLETION
    made[COMPLETION] = replace_marked(path.read_text(encoding="utf-8"), "# BEGIN GENERATED",
                                      "# END GENERATED", lambda _: completion(spec))
    if args.client:
        path = args.repository / MANUAL
        made[MANUAL] = replace_marked(path.read_text(encoding="utf-8"), '.\\" BEGIN GENERATED',
                                      '.\\" END GENERATED',
                                      lambda what: manual_table(spec, args.client, what))
    stale = False
    for name, text in made.items():
        path = args.repository / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale = True
        if args.check:
            print(f"{name} differs from the spec or the client; run 'make spec'",
                  file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8")
    return 1 if args.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
