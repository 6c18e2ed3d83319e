#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The first page in a real browser, before the real service: files that the tour stamped are valid, their changed copies invalid."""
import subprocess

from service import ROOT, demonstration, jinyin

with demonstration() as (folder, base):
    out = folder / "tour"
    jinyin("tour", "--dir", out, "--credentials", folder / "credentials.json")
    for kind in ("ofd", "pdf"):
        done = subprocess.run(["node", ROOT / "tests" / "browser" / "page_test.mjs", base, out / f"contract.stamped.{kind}",
                               out / f"contract.tampered.{kind}"], capture_output=True, text=True, timeout=400)
        print(f"{kind}:\n{done.stdout}{done.stderr}")
        if done.returncode == 77:
            raise SystemExit(77)
        assert done.returncode == 0, f"the page fails on the tour's {kind}"
