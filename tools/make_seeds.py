#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Seeds for the fuzz targets, made from tests/data: documents plain, stamped and stamped twice, their parts, seals, values, certificates.
usage: make_seeds.py JINYIN DATA OUT           one folder a target under OUT
       make_seeds.py JINYIN DATA --run REPLAY  make them, and let replay_NAME run over those of NAME, each also cut and changed
A target that has no list below gets every seed."""
import pathlib
import random
import subprocess
import sys
import tempfile
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "scenario"))
from evidence_seeds import der, evidence  # noqa: E402
from pki import DISTID, Pki, call  # noqa: E402

# target: kinds of seeds
WANTS = {"ses": ["der"], "verify": ["ofd", "pdf"], "zip": ["ofd"], "xml": ["xml"], "pdf": ["pdf"], "cert": ["cert"], "cms": ["cms"],
         "tsp": ["tsp"], "ocsp": ["ocsp"]}


def cms(certificate, attributes):
    """SignedData of GB/T 35275 with a signature that fits nothing: the structure is what a fuzzer needs."""
    def oid(last):
        return bytes.fromhex("060a2a811ccf5506010402") + bytes([last])
    sm3 = der(0x30, bytes.fromhex("06082a811ccf55018311"))
    issuer = der(0x30, der(0x30), der(0x02, b"\1"))
    digest = der(0x04, bytes(32))
    signed = der(0xA0, der(0x30, bytes.fromhex("06092a864886f70d010904"), der(0x31, digest))) if attributes else b""
    content = der(0x30, oid(1)) if attributes else der(0x30, oid(1), der(0xA0, digest))
    signer = der(0x30, der(0x02, b"\1"), issuer, sm3, signed, der(0x30, bytes.fromhex("06082a811ccf55018375")), der(0x04, bytes(64)))
    return der(0x30, oid(2), der(0xA0, der(0x30, der(0x02, b"\1"), der(0x31, sm3), content, der(0xA0, certificate), der(0x31, signer))))


def old_forms(certificate):
    """GM/T 0031-2014 and C0119, which the tool does not write: name → bytes. No signature fits; a fuzzer needs the structure."""
    def utc(text):
        return der(0x17, text)

    def seal(version, listed, tail):
        header = der(0x30, der(0x16, b"ES"), der(0x02, bytes([version])), der(0x16, b"MAKER"))
        picture = der(0x30, der(0x16, b"PNG"), der(0x04, b"picture"), der(0x02, b"\x28"), der(0x02, b"\x28"))
        times = [utc(b"260528202640Z"), utc(b"260528202640Z"), utc(b"360528202640Z")]
        info = der(0x30, header, der(0x16, b"code"), der(0x30, der(0x02, b"\1"), der(0x0C, b"name"), *listed, *times), picture)
        return der(0x30, info, *tail)

    def value(seal_der, version):
        signed = der(0x30, der(0x02, bytes([version])), seal_der, der(0x03, b"\0002026-05-28T20:26:40Z"), der(0x03, bytes(33)),
                     der(0x16, b"/Signature.xml"), der(0x04, certificate), algorithm)
        return der(0x30, signed, der(0x03, bytes(65)))
    algorithm = bytes.fromhex("06082a811ccf55018375")
    certificates, signature = der(0x30, der(0x04, certificate)), der(0x03, bytes(65))
    v1 = seal(1, [certificates], [der(0x30, der(0x04, certificate), algorithm, signature)])
    c0119 = seal(4, [der(0x02, b"\1"), certificates], [der(0x04, certificate), algorithm, signature])
    return {"seal-v1": v1, "value-v1": value(v1, 1), "seal-c0119": c0119, "value-c0119": value(c0119, 4)}


def make(tool, data, work):
    """name → (kind, bytes) of every seed."""
    pki, seeds = Pki(tool, data, work / "pki"), {}
    for kind in ("ofd", "pdf"):
        last = data / f"contract.{kind}"
        for number in range(3):
            seeds[f"contract-{number}.{kind}"] = (kind, last.read_bytes())
            following = work / f"stamped-{number}.{kind}"
            call(tool, *pki.stamp_arguments(last, following, x=10 + 45 * number))
            last = following
    with zipfile.ZipFile(work / "stamped-1.ofd") as package:
        for entry in package.infolist():
            if entry.filename.endswith(".xml"):
                seeds[entry.filename.replace("/", "_")] = ("xml", package.read(entry))
        seeds["value"] = ("der", package.read("Doc_0/Signs/Sign_0/SignedValue.dat"))
    seeds["seal"] = ("der", pki.seal.read_bytes())
    for name, options in (("seal-v5", ["--version", 5]), ("seal-digest", ["--list-digest"])):
        call(tool, *pki.seal_arguments(work / name), *options)
        seeds[name] = ("der", (work / name).read_bytes())
    for name, content in old_forms(call("openssl", "x509", "-in", pki.folder / "signer.pem", "-outform", "DER")).items():
        seeds[name] = ("der", content)
    for name in ("ca", "maker", "signer"):
        seeds[f"{name}.pem"] = ("cert", (pki.folder / f"{name}.pem").read_bytes())
        seeds[f"{name}.der"] = ("cert", call("openssl", "x509", "-in", pki.folder / f"{name}.pem", "-outform", "DER"))
    seeds["request"] = ("cert", call("openssl", "req", "-in", pki.folder / "maker.csr", "-outform", "DER"))
    (work / "index.txt").write_text("R\t401231000000Z\t260101000000Z,keyCompromise\t0A\tunknown\t/CN=revoked\n")
    (work / "ca.cnf").write_text(f"[ca]\ndefault_ca=d\n[d]\ndatabase={work}/index.txt\ndefault_md=sm3\ndefault_crl_days=30\n")
    call("openssl", "ca", "-config", work / "ca.cnf", "-gencrl", "-sigopt", DISTID, "-cert", pki.folder / "ca.pem", "-keyfile",
         pki.folder / "ca.key", "-out", work / "crl.pem")
    seeds["crl"] = ("cert", call("openssl", "crl", "-in", work / "crl.pem", "-outform", "DER"))
    seeds["trust.pem"] = ("cert", seeds["ca.pem"][1] + (work / "crl.pem").read_bytes())
    for form in (False, True):
        seeds[f"cms-{'ba'[not form]}"] = ("cms", cms(seeds["signer.der"][1], form))
    seeds.update(evidence(seeds["signer.der"][1], seeds["crl"][1]))
    return seeds


def write(seeds, target, folder, changes):
    """The seeds that a target wants, and of each `changes` variants: cut, a byte changed, a run repeated; always the same ones."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds, source, files = WANTS.get(target), random.Random(1), []
    for name, (kind, content) in seeds.items():
        if kinds is not None and kind not in kinds:
            continue
        variants = [content]
        for number in range(changes):
            at, what = source.randrange(len(content)), number % 3
            run = content[at:at + source.randrange(1, 64)]
            variants.append(content[:at] if what == 0 else content[:at] + bytes([source.randrange(256)]) + content[at + 1:] if what == 1
                            else content[:at] + run + content[at:])
        for number, variant in enumerate(variants):
            files.append(folder / f"{name}-{number}")
            files[-1].write_bytes(variant)
    return files


def main():
    tool, data = sys.argv[1], pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        seeds = make(tool, data, work)
        if sys.argv[3] == "--run":
            target = pathlib.Path(sys.argv[4]).name.removeprefix("replay_")
            files = write(seeds, target, work / "seeds", 60)
            sys.exit(run(sys.argv[4], files))
        for target in WANTS:
            write(seeds, target, pathlib.Path(sys.argv[3]) / target, 0)


def run(replay, files):
    done = subprocess.run([replay, *map(str, files)], capture_output=True, text=True, errors="replace")
    print(done.stdout, done.stderr[-6000:] if done.returncode != 0 else "", sep="")
    return 0 if done.returncode == 0 else 1


if __name__ == "__main__":
    main()
