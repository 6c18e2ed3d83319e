#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the rooms during stampings; the number comes from JINYIN_STAMPINGS (CI: a short slice, `./dev kill`: 200)."""
import os
import subprocess
import sys

from service import ROOT, demonstration

with demonstration() as (folder, base):
    program = sys.argv[1]
    subprocess.run([program, folder / "credentials.json", folder / "data" / "pids.json", ROOT / "tests" / "data" / "contract.ofd",
                    os.environ.get("JINYIN_STAMPINGS", "12")], check=True, timeout=1200)
