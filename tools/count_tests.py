#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the tables of the last `meson test` of each build folder (lines `table: …` of a test), and the closing line
`N passed, N failed, N skipped`."""
import json
import pathlib
import sys

passed = failed = skipped = 0
for folder in sys.argv[1:]:
    log = pathlib.Path(folder, "meson-logs", "testlog.json")
    if not log.exists():
        continue
    for line in log.read_text().splitlines():
        test = json.loads(line)
        result = test["result"]
        for row in test.get("stdout", "").splitlines():
            if row.startswith("table: "):
                print(row.removeprefix("table: "))
        if result == "OK":
            passed += 1
        elif result == "SKIP":
            skipped += 1
        else:
            failed += 1
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed or not passed else 0)
