#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The form of the sources: what no compiler checks. No general formatter keeps hand-aligned tables, and the tables are what is read here.
usage: lint_format.py [--fix]   --fix mends what can be mended without judgement: tabs, trailing blanks, the last newline."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
COLUMNS = 160
KINDS = {".c", ".h", ".def", ".py", ".sql", ".mjs", ".js", ".css"}
LICENSED = {".c", ".h", ".def", ".py"}
# A row of a table may be longer: breaking it would hide what the table says.
ROW = re.compile(r'^\s*(\{ |JY_\w+\(|CONFIG\(|FIELD_|/\* method)')
DEFINITION = re.compile(r"^(?:static |const |struct |enum |unsigned |void |int |bool |jy_\w+ |size_t |char |_Noreturn )+\**(\w+)\([^;]*\)$")
KEYWORD = re.compile(r"^\s*(?:\} else )?(if|for|while|switch)\(")


def complaints(path, text):
    lines = text.split("\n")
    if path.suffix in LICENSED and "SPDX-License-Identifier: Apache-2.0" not in "\n".join(lines[:3]):
        yield 1, "no SPDX line"
    for number, line in enumerate(lines, 1):
        if "\t" in line:
            yield number, "a tab"
        if line != line.rstrip():
            yield number, "blanks at the end"
        if len(line) > COLUMNS and path.suffix in (".c", ".h", ".py") and not ROW.match(line):
            yield number, f"{len(line)} columns"
        if path.suffix in (".c", ".h"):
            if KEYWORD.match(line):
                yield number, "a blank belongs between keyword and parenthesis"
            match = DEFINITION.match(line)
            if match and number < len(lines) and lines[number] == "{":
                yield number, f"the name of {match[1]} belongs at column 0"
            if re.match(r"^\w[^;=]*\) ?\{$", line):
                yield number, "the brace of a function stands on its own line"
    if text and (not text.endswith("\n") or text.endswith("\n\n")):
        yield len(lines), "the file ends with one newline"


def mended(text):
    return "\n".join(line.expandtabs(4).rstrip() for line in text.split("\n")).rstrip("\n") + "\n"


wrong = []
names = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
for path in sorted(ROOT / name for name in names.split("\n") if pathlib.Path(name).suffix in KINDS):
    if not path.exists():
        continue
    text = path.read_text()
    if "--fix" in sys.argv and text != mended(text):
        path.write_text(mended(text))
        text = path.read_text()
    wrong += [f"{path.relative_to(ROOT)}:{number}: {what}" for number, what in complaints(path, text)]
if wrong:
    raise SystemExit("\n".join(wrong))
