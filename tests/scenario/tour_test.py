#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The whole life on the project's own files: the folder holds what the README says, and the tool alone comes to the same verdicts."""
import json
import subprocess
import urllib.request

from lifecycle_test import at_database
from service import demonstration, jinyin

with demonstration() as (folder, base):
    out = folder / "tour"
    print(jinyin("tour", "--dir", out, "--credentials", folder / "credentials.json"))
    trust = folder / "trust.pem"
    trust.write_bytes(urllib.request.urlopen(base + "/api/v1/trust", timeout=10).read())
    for kind in ("ofd", "pdf"):
        stamped, tampered = out / f"contract.stamped.{kind}", out / f"contract.tampered.{kind}"
        report = json.loads((out / f"contract.stamped.{kind}.report.json").read_text())
        assert report["verdict"] in ("valid", "valid_with_warning"), report["verdict"]
        assert any(c["name"] == "TEST_ONLY" and not c["passed"] for s in report["signatures"] for c in s["checks"]), \
            "R11.1: a stamp made with the simulators must say so"
        assert any(c["name"] == "SEAL_REGISTERED" and c["passed"] for s in report["signatures"] for c in s["checks"]), \
            "R21: the register says that it is this very seal that it knows by its code"
        refused = json.loads((out / f"contract.tampered.{kind}.report.json").read_text())
        assert refused["verdict"] == "invalid"
        after = json.loads((out / f"contract.stamped.{kind}.after-cancellation.json").read_text())
        assert after["verdict"] in ("valid", "valid_with_warning")
        assert any(c["name"] == "SEAL_STATUS_NOW" and not c["passed"] for s in after["signatures"] for c in s["checks"]), \
            "N5: after the cancellation the report says that the seal has ended"
        assert (out / f"contract.stamped.{kind}.report.txt").stat().st_size > 200
        # Without the register the time is only claimed: valid until the revocation has reached the CRL, then indeterminate.
        jinyin("verify", stamped, "--trust", trust, expect=(0, 2))
        jinyin("verify", stamped, expect=2)
        jinyin("verify", tampered, "--trust", trust, expect=1)
    assert (out / "contract.stamped.page1.png").read_bytes()[:4] == b"\x89PNG"
    subprocess.run(["qpdf", "--check", out / "contract.stamped.pdf"], check=True, stdout=subprocess.DEVNULL)
    # Later, when acts need a fresh second factor (R27.2), and a second tour in the same service: the keys of the first are used again, the
    # ended seal does not stand in the way (R14.1).
    at_database(folder, "UPDATE session SET fresh = 0")
    jinyin("tour", "--dir", folder / "tour2", "--credentials", folder / "credentials.json")
