#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records api/examples.json from services of its own (tests/scenario/examples.py); after it run tools/gen_openapi.py."""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "scenario"))
import described  # noqa: E402
import examples  # noqa: E402

shown, seen = examples.perform()
(ROOT / "api" / "examples.json").write_text(json.dumps(shown, ensure_ascii=False, indent=1) + "\n")
missing = [op["operationId"] for methods in described.API["paths"].values() for op in methods.values() if op["operationId"] not in seen]
print(f"{len(shown)} examples; without: {', '.join(missing) or 'none'}")
