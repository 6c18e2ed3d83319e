#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Branches of the verifier core that no test takes, against those argued for in docs/coverage.md. usage: coverage.py BUILD [--write]
Fails when a branch is neither taken nor argued for, when a reason is none of REASONS, or when an argument is about a line that has fewer such
branches by now (but for memory: where it ends depends on sizes that differ from run to run). --write makes the list anew, keeps what was
argued and leaves the rest to be argued."""
import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CORE = ("lib/verify/", "lib/container/", "lib/ses/", "lib/cms/", "lib/tsp/",
        *(f"lib/crypto/{name}.c" for name in ("chain", "crl", "makers", "ocsp", "revocation")))
BESIDE = ("lib/container/bbox.c",)      # where words stand, to place a stamp: no part of any verdict
LIST = ROOT / "docs" / "coverage.md"
HEAD = """# Branches that no test takes

The verifier core (`lib/verify`, `lib/container`, `lib/ses`, `lib/cms`, `lib/tsp`, and of `lib/crypto` chains, lists, answers and makers) line by
line: every branch that the tests leave untaken, and why. `./dev coverage` measures (gcov) and fails when there is another one.
`bbox.c` reads where words stand, to place stamps, and has no part in a verdict: it is not measured.
A line is named by its text, so it may move; written by `tools/coverage.py --write`, argued by hand.

Reasons:

{reasons}

| file | line | branches | why no test takes them |
|---|---|---|---|
"""
REASONS = {
    "memory": "memory ends here, or after our own trouble nothing more is noted. `tests/unit/verify/memory_test.c` and "
              "`tests/unit/ses/memory_test.c` fail every allocation of what they do once and find no other outcome; on this line nothing is allocated there, "
              "or another line meets the same end first.",
    "library": "a failure inside OpenSSL or jansson other than memory, or of our own: no input brings it about; it ends as the tested end of memory does.",
    "macro": "a part of a macro of jansson that asks again what has been asked before it.",
    "enum": "a switch with a case for every value: the compiler counts one more way.",
    "never": "no input leads there, for the reason told.",
}

BAR = "\\|"                             # a bar inside a cell of the table


def measured(build):
    """file → [branches, taken, {line's text: untaken}]."""
    found = {}
    for data in sorted(build.glob("lib/libjinyin.a.p/*.gcda")):
        if not data.name.startswith(tuple(part.removeprefix("lib/").replace("/", "_") for part in CORE)):
            continue
        done = subprocess.run(["gcov", "--json-format", "--branch-probabilities", "--stdout", data.name], cwd=data.parent, capture_output=True, check=True)
        for file in json.loads(done.stdout)["files"]:
            path = (data.parent.parent.parent / file["file"]).resolve()
            name = file["file"] if not path.exists() else str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else file["file"]
            name = name.removeprefix("./")
            if not name.startswith(CORE) or name in BESIDE:
                continue
            text = (ROOT / name).read_text().splitlines()
            entry = found.setdefault(name, [0, 0, collections.Counter()])
            for line in file["lines"]:
                entry[0] += len(line["branches"])
                untaken = sum(branch["count"] == 0 for branch in line["branches"])
                entry[1] += len(line["branches"]) - untaken
                if untaken:
                    entry[2][text[line["line_number"] - 1].strip()] += untaken
    return found


def argued():
    rows = {}
    for line in LIST.read_text().splitlines() if LIST.exists() else ():
        match = re.fullmatch(r"\| `(lib/\S+)` \| `` (.*) `` \| (\d+) \| (.*) \|", line)
        if match:
            rows[match[1], match[2].replace(BAR, "|")] = (int(match[3]), match[4])
    return rows


files, known, wrong = measured(pathlib.Path(sys.argv[1]).resolve()), argued(), []
if not files:
    raise SystemExit("nothing was measured: build with -Db_coverage=true and run the tests")
rows = [(name, text, count) for name, entry in sorted(files.items()) for text, count in entry[2].items()]
if "--write" in sys.argv:
    kept = [(name, text, count, known.get((name, text), (0, ""))[1] or ("memory" if count == 1 and text.startswith("NOTE") else ""))
            for name, text, count in rows]
    told = "\n".join(f"* {key}: {text}" for key, text in REASONS.items())
    table = "".join(f"| `{name}` | `` {text.replace('|', BAR)} `` | {count} | {why} |\n" for name, text, count, why in kept)
    LIST.write_text(HEAD.format(reasons=told) + table)
    known = argued()
for name, text, count in rows:
    allowed, why = known.get((name, text), (0, ""))
    if count > allowed:
        wrong.append(f"{name}: {count - allowed} branches neither taken nor argued for: {text}")
    elif count < allowed and not why.startswith("memory"):
        wrong.append(f"{name}: {allowed - count} branches fewer than argued for: {text}")
    elif re.split("[:;]", why)[0] not in REASONS:
        wrong.append(f"{name}: not argued for: {text}")
untaken = {(name, text) for name, text, _ in rows}
wrong += [f"{name}: argued for, but taken or gone: {text}" for (name, text), (_, why) in known.items()
          if (name, text) not in untaken and not (why.startswith("memory") and text in (ROOT / name).read_text())]
print(f"table: {'branches of the verifier core':<32} {'all':>6} {'taken':>6} {'argued for':>11} {'taken %':>8}")
for name, (count, taken, _) in sorted(files.items()):
    print(f"table: {name:<32} {count:6} {taken:6} {count - taken:11} {100 * taken / max(count, 1):8.1f}")
for line in wrong:
    print(line)
sys.exit(1 if wrong else 0)
