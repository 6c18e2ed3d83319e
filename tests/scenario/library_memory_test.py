#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Documents of 200 MB are stamped and verified with at most 64 MiB of writable private memory. usage: memory_test.py JINYIN DATA"""
import json
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from pki import Pki  # noqa: E402

tool, data = sys.argv[1], pathlib.Path(sys.argv[2])
SIZE, ALLOWED = 200 << 20, 64 << 20
BLOCK = 1 << 20


def blocks(kind):
    """200 MB, a megabyte at a time: noise that no packer shortens, or numbers that it halves."""
    source = random.Random(1)
    for _ in range(SIZE // BLOCK):
        noise = source.randbytes(BLOCK if kind == "noise" else BLOCK // 2)
        yield noise if kind == "noise" else noise.hex().encode()


def large_ofd(path, method, kind):
    with zipfile.ZipFile(data / "contract.ofd") as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for entry in old.infolist():
            new.writestr(entry, old.read(entry))
        entry = zipfile.ZipInfo("Doc_0/Attachs/large.bin")
        entry.compress_type = method
        with new.open(entry, "w") as out:
            for block in blocks(kind):
                out.write(block)


def large_pdf(path):
    """One page and an embedded file as one stream."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(large) 5 0 R] >> >> >>",
               b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> >>",
               b"<< /Length 20 >>\nstream\n0 0 m 100 100 l S   \nendstream",
               b"<< /Type /Filespec /F (large) /EF << /F 6 0 R >> >>"]
    with open(path, "wb") as out:
        out.write(b"%PDF-1.7\n")
        offsets = []
        for number, body in enumerate(objects, 1):
            offsets.append(out.tell())
            out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        offsets.append(out.tell())
        out.write(b"6 0 obj\n<< /Type /EmbeddedFile /Length %d >>\nstream\n" % SIZE)
        for block in blocks("noise"):
            out.write(block)
        out.write(b"\nendstream\nendobj\n")
        xref = out.tell()
        out.write(b"xref\n0 7\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in offsets))
        out.write(b"trailer\n<< /Size 7 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % xref)


def limited(*arguments):
    """RLIMIT_DATA counts what is private and writable: the heap, not the mapped file."""
    return subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True, timeout=300,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (ALLOWED, ALLOWED)))


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    pki = Pki(tool, data, folder / "pki")
    rows = {"stored.ofd": lambda p: large_ofd(p, zipfile.ZIP_STORED, "noise"),
            "deflated.ofd": lambda p: large_ofd(p, zipfile.ZIP_DEFLATED, "hex"), "large.pdf": large_pdf}
    for name, make in rows.items():
        source, target = folder / name, folder / f"stamped-{name}"
        make(source)
        done = limited(*pki.stamp_arguments(source, target))
        assert done.returncode == 0, f"stamping {name}: {done.returncode} {done.stdout}{done.stderr}"
        source.unlink()
        done = limited("verify", "--json", target)
        assert done.returncode == 2, f"verifying {name}: {done.returncode} {done.stdout}{done.stderr}"
        checks = {c["name"]: c["passed"] for c in json.loads(done.stdout)["signatures"][0]["checks"]}
        assert checks["DOC_HASH"] and checks["SIG_SIGNATURE"] and checks["PDF_BYTERANGE" if name.endswith(".pdf") else "COVERAGE"], f"{name}: {checks}"
        target.unlink()
        print(f"{name}: stamped and verified within {ALLOWED >> 20} MiB")
