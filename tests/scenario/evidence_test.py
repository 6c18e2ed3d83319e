#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Evidence as a person keeps it: written with a verdict, read again later. usage: evidence_test.py JINYIN DATA"""
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from pki import Pki, call  # noqa: E402

tool, data = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()


def verify(expect, *arguments):
    done = subprocess.run([str(a) for a in (tool, "verify", *arguments)], capture_output=True, timeout=60)
    assert done.returncode == expect, f"{arguments}: {done.returncode}, expected {expect}\n{done.stdout.decode()}{done.stderr.decode()}"
    return done.stdout


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    pki = Pki(tool, data, folder / "pki")
    anchor, both, bundle, again = pki.folder / "ca.pem", folder / "both.pem", folder / "evidence.json", folder / "again.json"
    both.write_bytes(anchor.read_bytes() + pki.revocation_list())
    for kind in ("ofd", "pdf"):
        file = folder / f"stamped.{kind}"
        call(tool, *pki.stamp_arguments(data / f"contract.{kind}", file))
        report = verify(0, file, "--json", "--trust", both, "--write-evidence", bundle)
        assert set(json.loads(bundle.read_text())) == {"evidence", "document", "judged_at", "policy", "trust", "verdict", "certificates", "crls", "ocsp",
                                                       "time_stamps", "status", "stamps"}
        verify(2, file, "--trust", anchor)                                           # without the list nothing is certain
        verify(0, file, "--trust", anchor, "--evidence", bundle)
        verify(2, file, "--evidence", bundle)                                        # evidence is no anchor
        assert verify(0, file, "--json", "--trust", anchor, "--evidence", bundle, "--as-judged", "--write-evidence", again) == report
        assert again.read_bytes() == bundle.read_bytes()
        verify(2, file, "--trust", anchor, "--evidence", bundle, "--at", "2099-01-01T00:00:00Z")   # a claim, long after the certificate's end
        assert verify(0, file, "--json", "--trust", anchor, "--evidence", bundle, "--as-judged", "--at", "2099-01-01T00:00:00Z") == report
        verify(65, data / f"contract.{kind}", "--trust", anchor, "--evidence", bundle, "--as-judged")    # another document
        verify(65, file, "--trust", pki.folder / "maker.pem", "--evidence", bundle, "--as-judged")       # other anchors
    # Licensed makers: an input like the anchors, and a part of what makes the same verdict again.
    maker, stranger = pki.folder / "maker.pem", pki.folder / "signer.pem"
    for makers, standard, strict in ((maker, 0, 0), (anchor, 0, 0), (stranger, 2, 1)):
        verify(standard, file, "--trust", both, "--makers", makers)
        verify(strict, file, "--trust", both, "--makers", makers, "--policy", "strict")
        report = verify(standard, file, "--json", "--trust", both, "--makers", makers, "--write-evidence", bundle)
        licensed = [c["passed"] for c in json.loads(report)["signatures"][0]["checks"] if c["name"] == "SEAL_MAKER_LICENSED"]
        assert licensed == [standard == 0] and json.loads(bundle.read_text())["trust"]["makers"] == 1, report
        assert verify(standard, file, "--json", "--trust", anchor, "--makers", makers, "--evidence", bundle, "--as-judged") == report
        verify(65, file, "--trust", anchor, "--evidence", bundle, "--as-judged")                         # the list is missing
    verify(65, file, "--trust", anchor, "--makers", maker, "--evidence", bundle, "--as-judged")          # another list
    assert b"SEAL_MAKER_LICENSED" not in verify(0, file, "--json", "--trust", both)
    verify(2, file, "--makers", maker)                                                                   # a list of makers is no anchor
    verify(65, file, "--trust", both, "--makers", pki.folder / "crl.pem")
    verify(65, file, "--trust", both, "--makers", both)
    strict = json.loads(verify(0, file, "--json", "--trust", both, "--policy", "strict"))
    assert strict["policy"] == {"name": "strict", "maker_alive_now": False, "tolerance_seconds": 300}
    verify(64, file, "--as-judged")
    verify(64, file, "--policy", "lenient")
    verify(64, file, "--tolerance", "86401")
    verify(64, file, file, "--write-evidence", bundle)
    verify(73, file, "--write-evidence", folder / "nowhere" / "x")
print("evidence: kept, read again, and no more than it proves")
