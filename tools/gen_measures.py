#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
docs/measures.md from docs/measures.def and the R- and N-keys in code, tests and routes: for every duty the code that carries it, the
tests that show it, the requests that demonstrate it. A duty that lacks one and is not on the NOT_YET list is an error.
--check only compares; --complete only looks for duties that lack something.
"""
import pathlib
import re
import sys

from routes_table import routes

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "measures.def"
PAGE = ROOT / "docs" / "measures.md"
CODE = ("include", "lib", "core", "ipc", "store", "net", "daemons", "cli", "packaging")
TESTS = ("tests",)
SUFFIXES = (".c", ".h", ".def", ".sql", ".py", ".js", ".mjs", ".ts", ".conf")
STRING = r'"((?:[^"\\]|\\.)*)"'
# R13.3, R13_3 in a test's name, and ranges: R9.1–9.5, R18.1-18.3.
KEY = re.compile(r"(?<![A-Za-z0-9])(R(\d+)[._](\d+)(?:[–-]R?(\d+)[._](\d+))?|N([1-8]))(?![A-Za-z0-9])")
PARTS = ("code", "test", "request")


def keys_of(text):
    for match in KEY.finditer(text):
        if match[6]:
            yield f"N{match[6]}"
        elif match[4] == match[2]:
            yield from (f"R{match[2]}.{item}" for item in range(int(match[3]), int(match[5]) + 1))
        else:
            yield f"R{match[2]}.{match[3]}"


def files_by_key(folders):
    found = {}
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in SUFFIXES and "node_modules" not in path.parts:
                for key in set(keys_of(path.read_text(errors="replace"))):
                    found.setdefault(key, []).append(str(path.relative_to(ROOT)))
    return found


def table():
    text = TABLE.read_text()
    measures = re.findall(rf"^MEASURE\({STRING}, {STRING}, {STRING}\)$", text, re.M)
    waiting = re.findall(rf"^NOT_YET\({STRING}, {STRING}, {STRING}\)$", text, re.M)
    if len(measures) + len(waiting) != len(re.findall(r"^(?:MEASURE|NOT_YET)\(", text, re.M)):
        raise SystemExit("docs/measures.def: a row was not understood")
    keys = [key for key, _, _ in measures]
    for wrong in [key for key in keys if keys.count(key) > 1] + [key for key, _, _ in waiting if key not in keys]:
        raise SystemExit(f"docs/measures.def: {wrong} stands twice, or waits without being a duty")
    return measures, {key: (set(lacking.split(", ")), why) for key, lacking, why in waiting}


def requests_by_key(measures):
    rows = routes()
    known = {f"{r['method']} {r['path'].removeprefix('/api/v1')}" for r in rows}
    found = {}
    for key, _, named in measures:
        named = [name for name in named.split(", ") if name]
        unknown = [name for name in named if name not in known]
        if unknown:
            raise SystemExit(f"docs/measures.def: {key} names {unknown[0]}, which is no route")
        by_source = [f"{r['method']} {r['path'].removeprefix('/api/v1')}" for r in rows
                     if key in keys_of(r["source"]) and r["path"].startswith("/api/v1")]
        found[key] = named + [name for name in by_source if name not in named]
    return found


def page(measures, code, tests, requests, waiting):
    def files(paths):
        return "<br>".join(f"[`{path}`](../{path})" for path in paths) or "—"

    lines = ["# The measures, duty by duty", "",
             "Generated from `docs/measures.def`, the keys in code and tests, and the routes by `tools/gen_measures.py`; edit those, not this page.",
             f"{len(measures)} duties, {len(measures) - len(waiting)} of them with code, test and request; {len(waiting)} listed at the end as not yet whole.",
             "Requests stand under `/api/v1`.", "",
             "| duty | in short | carried by | shown by | request |", "|---|---|---|---|---|"]
    for key, duty, _ in measures:
        lines.append(f"| {key} | {duty} | {files(code.get(key, []))} | {files(tests.get(key, []))} | " +
                     ("<br>".join(f"`{name}`" for name in requests[key]) or "—") + " |")
    if waiting:
        lines += ["", "## Not yet", "", "| duty | lacking | why |", "|---|---|---|"]
        lines += [f"| {key} | {', '.join(part for part in PARTS if part in lacking)} | {why} |" for key, (lacking, why) in waiting.items()]
    return "\n".join(lines) + "\n"


def drop_done(lacking):
    """Rewrite the NOT_YET rows so that they say what is true, and no more."""
    def row(match):
        key, listed, why = match.groups()
        still = [part for part in PARTS if part in listed.split(", ") and part in lacking.get(key, ())]
        return f'NOT_YET("{key}", "{", ".join(still)}", "{why}")\n' if still else ""
    TABLE.write_text(re.sub(rf"^NOT_YET\({STRING}, {STRING}, {STRING}\)\n", row, TABLE.read_text(), flags=re.M))


def main():
    measures, waiting = table()
    code, tests, requests = files_by_key(CODE), files_by_key(TESTS), requests_by_key(measures)
    lacking = {}
    for key, _, _ in measures:
        missing = {part for part, found in zip(PARTS, (code.get(key), tests.get(key), requests[key])) if not found}
        if missing:
            lacking[key] = missing
    errors = [f"{key} lacks {', '.join(sorted(missing - waiting.get(key, (set(), ''))[0]))}" for key, missing in lacking.items()
              if missing - waiting.get(key, (set(), ""))[0]]
    if errors:
        raise SystemExit("docs/measures.def: " + "; ".join(errors))
    if "--complete" in sys.argv:
        print(f"{len(measures)} duties, {len(lacking)} not yet whole and listed as such")
        return
    done = any(listed - lacking.get(key, set()) for key, (listed, _) in waiting.items())
    if "--check" not in sys.argv:
        if done:
            drop_done(lacking)
            measures, waiting = table()
        PAGE.write_text(page(measures, code, tests, requests, waiting))
    elif done or not PAGE.exists() or PAGE.read_text() != page(measures, code, tests, requests, waiting):
        raise SystemExit("out of date, run python3 tools/gen_measures.py: docs/measures.md")


main()
