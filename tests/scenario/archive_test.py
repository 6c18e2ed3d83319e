#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`jinyin archive --tsa` against the simulated time stamp authority. usage: archive_test.py JINYIN JINYIN_SIM DATA"""
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request

from pki import DISTID, Pki, call
from sim_test import free_port

TOOL, SIM, DATA = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])


def failures(signature):
    return {c["name"] for c in signature["checks"] if not c["passed"]}


def check_archive(base, pki, work):
    """A stamped PDF under document time stamps, twice: each names itself, proves the time of what stands before it, and qpdf finds no fault."""
    url, trust, anchors = f"{base}/tsa", work / "trust.pem", work / "anchors.pem"
    call("touch", work / "index.txt")
    (work / "ca.cnf").write_text(f"[ca]\ndefault_ca=d\n[d]\ndatabase={work}/index.txt\ndefault_md=sm3\ndefault_crl_days=10\n")
    ours = (pki.folder / "ca.pem").read_bytes()
    theirs = urllib.request.urlopen(f"{base}/ca/trust", timeout=20).read()
    call("openssl", "ca", "-config", work / "ca.cnf", "-gencrl", "-sigopt", DISTID, "-cert", pki.folder / "ca.pem", "-keyfile", pki.folder / "ca.key",
         "-out", work / "crl.pem")
    trust.write_bytes(ours + (work / "crl.pem").read_bytes() + theirs)
    anchors.write_bytes(ours + re.search(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", theirs, re.S)[0])

    def run(expect, *arguments):
        done = subprocess.run([str(a) for a in (TOOL, *arguments)], capture_output=True, text=True, timeout=60)
        assert done.returncode == expect, f"{arguments}: {done.returncode}, not {expect}\n{done.stdout}{done.stderr}"
        return done.stdout if expect < 60 else done.stderr

    files = [work / f"archive{i}.pdf" for i in range(3)]
    call(TOOL, *pki.stamp_arguments(DATA / "contract.pdf", files[0]))
    assert "TIME_CLAIMED" in failures(json.loads(run(0, "verify", "--json", "--trust", trust, files[0]))["signatures"][0])
    for i in (1, 2):
        run(0, "archive", files[i - 1], files[i], "--tsa", url, "--trust", trust)
        assert files[i].read_bytes().startswith(files[i - 1].read_bytes()), "what was signed stands as it stood"
        call("qpdf", "--check", files[i])
        for by in (trust, anchors):                      # what else is needed was put into the document
            report = json.loads(run(0, "verify", "--json", "--trust", by, files[i]))
            seal, *stamps = report["signatures"]
            assert seal["kind"] == "seal" and [s["kind"] for s in stamps] == ["time_stamp"] * i, report
            assert report["verdict"] == seal["verdict"] == "valid" and not failures(seal), failures(seal)
            assert seal["time"]["known_by"] == "document_time_stamp" and seal["time"]["value"] == stamps[0]["time"]["value"], seal["time"]
            for stamp in stamps:
                assert stamp["verdict"] == "valid" and "TS_INVALID" in {c["name"] for c in stamp["checks"]}, stamp
                assert "Jinyin Simulated Time Stamp Authority" in stamp["signer"]["subject"], stamp
    # Only the authority's word: without its root the stamp proves nothing, and the seal's time is its own claim again.
    alone = work / "alone.pem"
    alone.write_bytes(ours + (work / "crl.pem").read_bytes())
    report = json.loads(run(2, "verify", "--json", "--trust", alone, files[1]))
    assert "TS_TRUST" in failures(report["signatures"][1]) and report["signatures"][0]["time"]["known_by"] == "claimed", report
    # A changed byte under the stamp.
    changed = bytearray(files[1].read_bytes())
    changed[changed.index(b"/MediaBox") + 11] ^= 1
    (work / "changed.pdf").write_bytes(changed)
    report = json.loads(run(1, "verify", "--json", "--trust", trust, work / "changed.pdf"))
    assert [s["verdict"] for s in report["signatures"]] == ["invalid", "invalid"], report
    # An OFD has no such place; nobody there; nothing is written.
    none = work / "none.pdf"
    call(TOOL, *pki.stamp_arguments(DATA / "contract.ofd", work / "archive.ofd"))
    assert "[unsupported" in run(65, "archive", work / "archive.ofd", none, "--tsa", url)
    run(69, "archive", files[0], none, "--tsa", f"http://127.0.0.1:{free_port()}/tsa")
    assert not none.exists()


def main():
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="jinyin-archive-") as folder:
        work = pathlib.Path(folder)
        pki = Pki(TOOL, DATA, work / "pki")
        sim = subprocess.Popen([SIM, "--data", work / "sim", "--port", str(port)], stdout=subprocess.PIPE, text=True)
        try:
            assert "NOT FOR PRODUCTION" in sim.stdout.readline()
            check_archive(f"http://127.0.0.1:{port}", pki, work)
            sim.send_signal(signal.SIGTERM)
            assert sim.wait(10) == 0
            print("archive: ok")
        finally:
            if sim.poll() is None:
                sim.kill()


if __name__ == "__main__":
    main()
