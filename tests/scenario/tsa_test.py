#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Time stamps and OCSP over HTTP: what our authority and responder say, OpenSSL reads as we do; `jinyin stamp --tsa` puts a token into a stamp,
`jinyin archive --tsa` a document time stamp into a PDF. usage: tsa_test.py JINYIN JINYIN_SIM DATA"""
import base64
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile

from pki import DISTID, Pki, call
from sim_test import free_port

TOOL, SIM, DATA = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])


def post(url, body, content_type):
    request = urllib.request.Request(url, data=body, headers={"Content-Type": content_type})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read()


def check_time_stamps(url, work):
    """OpenSSL asks, our authority answers, OpenSSL reads the answer: status, imprint, serial, time and nonce as they were."""
    (work / "data").write_bytes(b"what is stamped")
    digest = call("openssl", "dgst", "-sm3", "-binary", work / "data")
    call("openssl", "ts", "-query", "-data", work / "data", "-sm3", "-cert", "-out", work / "query.tsq")
    before = int(time.time())
    status, kind, reply = post(url, (work / "query.tsq").read_bytes(), "application/timestamp-query")
    assert (status, kind) == (200, "application/timestamp-reply"), (status, kind)
    (work / "reply.tsr").write_bytes(reply)
    text = call("openssl", "ts", "-reply", "-in", work / "reply.tsr", "-text").decode()
    assert "Status: Granted." in text and "Hash Algorithm: sm3" in text and "Policy OID: 2.999.120.1" in text, text
    dumped = "".join(re.findall(r"^ +[0-9a-f]{4} - ((?:[0-9a-f]{2}[ -]){1,16})", text, re.M)).replace(" ", "").replace("-", "")
    assert dumped == digest.hex(), (dumped, digest.hex())
    nonce = re.search(r"Nonce: 0x([0-9A-F]+)", text)[1]
    assert nonce in call("openssl", "ts", "-query", "-in", work / "query.tsq", "-text").decode(), text
    stamped = re.search(r"Time stamp: (.*) GMT", text)[1]
    assert before - 1 <= time.mktime(time.strptime(stamped, "%b %d %H:%M:%S %Y")) - time.timezone <= time.time() + 1, stamped
    # The token by itself is a SignedData that OpenSSL parses whole: certificates, attributes, signer.
    call("openssl", "ts", "-reply", "-in", work / "reply.tsr", "-token_out", "-out", work / "token.der")
    printed = call("openssl", "cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", work / "token.der").decode()
    for part in ("eContentType: id-smime-ct-TSTInfo", "sm3", "SM2-with-SM3", "id-smime-aa-signingCertificateV2", "signingTime", "messageDigest",
                 "Jinyin Simulated Time Stamp Authority", "version: 3"):
        assert part in printed, (part, printed)
    assert printed.count("cert_info:") == 2, "the authority and its CA"
    # A request that cannot be served is refused in the same language.
    call("openssl", "ts", "-query", "-data", work / "data", "-sha256", "-out", work / "sha256.tsq")
    for query, reason in ((work / "sha256.tsq", "unrecognized or unsupported algorithm identifier"), (work / "data", "transaction not permitted or supported")):
        (work / "refused.tsr").write_bytes(post(url, query.read_bytes(), "application/timestamp-query")[2])
        text = call("openssl", "ts", "-reply", "-in", work / "refused.tsr", "-text").decode()
        assert "Status: Rejected." in text and reason in text, text


def check_ocsp(base, pki, work):
    """OpenSSL asks by SHA-1 and by SM3, reads the answer, and finds the serial, the status and the nonce that it asked with."""
    trust = urllib.request.urlopen(f"{base}/ca/trust", timeout=20).read()
    certificates = re.findall(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", trust, re.S)
    (work / "issuing.pem").write_bytes(certificates[1])
    call("openssl", "req", "-new", "-sm3", "-sigopt", DISTID, "-key", pki.folder / "signer.key", "-subj", "/C=CN/O=Test/CN=asked", "-outform",
         "DER", "-out", work / "asked.csr")
    body = json.dumps({"request_id": "r-1", "profile": "seal", "csr": base64.b64encode((work / "asked.csr").read_bytes()).decode()})
    der = base64.b64decode(json.loads(post(f"{base}/ca/certificates", body.encode(), "application/json")[2])["certificate"])
    (work / "asked.der").write_bytes(der)
    call("openssl", "x509", "-inform", "DER", "-in", work / "asked.der", "-out", work / "asked.pem")
    assert f"{base}/ca/ocsp".encode() in call("openssl", "x509", "-in", work / "asked.pem", "-noout", "-ocsp_uri")
    serial = call("openssl", "x509", "-in", work / "asked.pem", "-noout", "-serial").decode().strip().split("=")[1]

    def ask(digest):
        call("openssl", "ocsp", f"-{digest}", "-issuer", work / "issuing.pem", "-cert", work / "asked.pem", "-reqout", work / "ask.der")
        status, kind, answer = post(f"{base}/ca/ocsp", (work / "ask.der").read_bytes(), "application/ocsp-request")
        assert (status, kind) == (200, "application/ocsp-response"), (status, kind)
        (work / "answer.der").write_bytes(answer)
        text = call("openssl", "ocsp", "-respin", work / "answer.der", "-reqin", work / "ask.der", "-resp_text", "-noverify").decode()
        assert "successful (0x0)" in text and serial in text and "Jinyin Simulated OCSP Responder" in text and "SM2-with-SM3" in text, text
        assert "WARNING: no nonce" not in text, text
        return text

    for digest in ("sha1", "sm3"):
        assert "Cert Status: good" in ask(digest)
    event = {"event_id": "e-1", "serial": serial, "reason": 1, "at": "2020-01-01T00:00:00Z"}
    assert post(f"{base}/ca/revocations", json.dumps(event).encode(), "application/json")[0] == 201
    text = ask("sm3")
    assert "Cert Status: revoked" in text and "keyCompromise" in text and "Jan  1 00:00:00 2020" in text, text
    # Of the root's certificates it does not speak; rubbish is a malformed request.
    (work / "root.pem").write_bytes(certificates[0])
    call("openssl", "ocsp", "-issuer", work / "root.pem", "-cert", work / "issuing.pem", "-reqout", work / "ask.der")
    assert post(f"{base}/ca/ocsp", (work / "ask.der").read_bytes(), "application/ocsp-request")[2] == bytes.fromhex("30030a0106")
    assert post(f"{base}/ca/ocsp", b"rubbish", "application/ocsp-request")[2] == bytes.fromhex("30030a0101")


def check_stamping(url, pki, work):
    for kind in ("ofd", "pdf"):
        target = work / f"stamped.{kind}"
        call(TOOL, *pki.stamp_arguments(DATA / f"contract.{kind}", target), "--tsa", url)
        if kind == "ofd":
            with zipfile.ZipFile(target) as package:
                value = package.read("Doc_0/Signs/Sign_0/SignedValue.dat")
        else:
            value = bytes.fromhex(re.search(rb"/Contents ?<([0-9A-Fa-f]+)>", target.read_bytes())[1].decode())
        (work / "value.der").write_bytes(value)
        lines = call("openssl", "asn1parse", "-inform", "DER", "-in", work / "value.der").decode().splitlines()
        outer = [line for line in lines if ":d=1 " in line]
        assert len(outer) == 5 and "cont [ 0 ]" in outer[4], outer
        signature = int(outer[3].split(":")[0])
        length = int(re.search(r" l= *(\d+)", outer[3])[1])
        head = int(re.search(r"hl=(\d)", outer[3])[1])
        digest = subprocess.run(["openssl", "dgst", "-sm3", "-binary"], input=value[signature + head + 1:signature + head + length],
                                capture_output=True, check=True).stdout
        bits = value[int(outer[4].split(":")[0]) + int(re.search(r"hl=(\d)", outer[4])[1]):]
        header = 2 if bits[1] < 0x80 else 2 + (bits[1] & 0x7F)
        (work / "token.der").write_bytes(bits[header + 1:])
        text = call("openssl", "ts", "-reply", "-token_in", "-in", work / "token.der", "-token_out", "-text").decode()
        dumped = "".join(re.findall(r"^ +[0-9a-f]{4} - ((?:[0-9a-f]{2}[ -]){1,16})", text, re.M)).replace(" ", "").replace("-", "")
        assert dumped == digest.hex(), "the imprint is the digest of the signature value (GB/T 38540-2020 7.1)"
    # Nobody there, or no authority: nothing is written.
    for wrong, code in ((f"http://127.0.0.1:{free_port()}/tsa", "counterpart_down"), (url.replace("/tsa", "/seals"), "counterpart_down")):
        done = subprocess.run([TOOL, *pki.stamp_arguments(DATA / "contract.ofd", work / "none.ofd"), "--tsa", wrong], capture_output=True, text=True,
                              timeout=60)
        assert done.returncode != 0 and code in done.stderr and not (work / "none.ofd").exists(), done


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


def check_more_stamps(base, pki, work):
    """What else carries a time stamp: a signature without a seal, a seal of GM/T 0031-2025; and what proves a stamp, kept when it is made."""
    url, trust = f"{base}/tsa", work / "trust.pem"

    def run(expect, *arguments):
        done = subprocess.run([str(a) for a in (TOOL, *arguments)], capture_output=True, text=True, timeout=60)
        assert done.returncode == expect, f"{arguments}: {done.returncode}, not {expect}\n{done.stdout}{done.stderr}"
        return done.stdout if expect < 60 else done.stderr

    for kind in ("ofd", "pdf"):
        run(0, "sign", DATA / f"contract.{kind}", work / f"signed.{kind}", "--key", pki.key, "--cert", pki.cert, "--tsa", url)
        report = json.loads(run(0, "verify", "--json", "--trust", trust, work / f"signed.{kind}"))
        assert report["verdict"] == "valid" and report["signatures"][0]["time"]["known_by"] == "time_stamp", report
    down = f"http://127.0.0.1:{free_port()}/tsa"
    assert "counterpart_down" in run(65, "sign", DATA / "contract.pdf", work / "none", "--key", pki.key, "--cert", pki.cert, "--tsa", down)

    run(0, *pki.seal_arguments(work / "five.esl"), "--version", 5, "--tsa", url)
    shown = json.loads(run(0, "seal", "show", "--json", work / "five.esl"))
    assert "time_stamp" in json.dumps(shown), shown
    assert "time stamp" in run(65, *pki.seal_arguments(work / "none"), "--tsa", url), "a seal of version 4 has no place for it"
    assert "counterpart_down" in run(65, *pki.seal_arguments(work / "none"), "--version", 5, "--tsa", down)

    for kind in ("ofd", "pdf"):
        target, kept = work / f"kept.{kind}", work / f"kept.{kind}.json"
        arguments = pki.stamp_arguments(DATA / f"contract.{kind}", target)
        run(64, *arguments, "--write-evidence", kept)
        run(0, *arguments, "--tsa", url, "--trust", trust, "--write-evidence", kept)
        anchors = work / "anchors.pem"
        at = json.loads(kept.read_text())
        for by in (("--as-judged", "--trust", trust), ("--trust", anchors)):
            report = json.loads(run(0, "verify", "--json", "--evidence", kept, *by, target))
            assert report["verdict"] == "valid" and report["signatures"][0]["time"]["known_by"] == "time_stamp", (report, at.keys())
    assert not (work / "none").exists()


def main():
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="jinyin-tsa-") as folder:
        work = pathlib.Path(folder)
        pki = Pki(TOOL, DATA, work / "pki")
        sim = subprocess.Popen([SIM, "--data", work / "sim", "--port", str(port)], stdout=subprocess.PIPE, text=True)
        try:
            assert "NOT FOR PRODUCTION" in sim.stdout.readline()
            check_time_stamps(f"http://127.0.0.1:{port}/tsa", work)
            check_ocsp(f"http://127.0.0.1:{port}", pki, work)
            check_stamping(f"http://127.0.0.1:{port}/tsa", pki, work)
            check_archive(f"http://127.0.0.1:{port}", pki, work)
            check_more_stamps(f"http://127.0.0.1:{port}", pki, work)
            sim.send_signal(signal.SIGTERM)
            assert sim.wait(10) == 0
            print("time stamps: ok")
        finally:
            if sim.poll() is None:
                sim.kill()


if __name__ == "__main__":
    main()
