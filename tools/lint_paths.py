#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every path of the project that a document names in backticks or links exists."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOP = {p.name for p in ROOT.iterdir() if not p.name.startswith(".")} - {"build", "var"}

missing = []
for page in sorted(ROOT.rglob("*.md")):
    if any(part.startswith("build") or part in ("var", "node_modules") for part in page.relative_to(ROOT).parts):
        continue
    text = page.read_text()
    names = [n for n in re.findall(r"`([\w./-]+)`", text) if n.split("/")[0] in TOP and ("/" in n or "." in n)]
    names += [n.split("#")[0] for n in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in n and not n.startswith("#")]
    for name in names:
        if not (ROOT / name).exists() and not (page.parent / name).exists():
            missing.append(f"{page.relative_to(ROOT)}: {name} does not exist")
if missing:
    raise SystemExit("\n".join(missing))
