#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Memory of doc does not grow with the file: at 190 MB, at most 64 MB are its own while it inspects, prepares, finishes and verifies.
Pages of the mapped file itself can be taken back by the kernel at any time and do not count."""
import os
import shutil
import sys
import tempfile
import threading
import zipfile

from rooms import data, frame

SIZE = 190 << 20                 # with what stands around it below document_max_bytes
LIMIT_KB = 64 << 10

if shutil.disk_usage(tempfile.gettempdir()).free < 2 << 30:
    sys.exit(77)


def big_ofd(path):
    """The contract, and beside it an attachment that cannot be packed smaller."""
    shutil.copy(data / "contract.ofd", path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as z, z.open("Doc_0/Attachs/big.bin", "w") as out:
        for _ in range(SIZE >> 20):
            out.write(os.urandom(1 << 20))


def big_pdf(path):
    """One page, and one stream of random bytes that the catalog names."""
    objects = [b"<</Type/Catalog/Pages 2 0 R/Big 4 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"]
    with open(path, "wb") as out:
        offsets = []
        out.write(b"%PDF-1.7\n")
        for number, text in enumerate(objects, 1):
            offsets.append(out.tell())
            out.write(b"%d 0 obj\n%s\nendobj\n" % (number, text))
        offsets.append(out.tell())
        out.write(b"4 0 obj\n<</Length %d>>\nstream\n" % SIZE)
        for _ in range(SIZE >> 20):
            out.write(os.urandom(1 << 20))
        out.write(b"\nendstream\nendobj\n")
        xref = out.tell()
        out.write(b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % o for o in offsets))
        out.write(b"trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % xref)


def status(pid):
    with open(f"/proc/{pid}/status") as lines:
        return {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith(("RssAnon", "VmHWM", "RssFile"))}


class Watch:
    """The highest RssAnon of a process, looked at as often as this machine allows."""

    def __init__(self, pid):
        self.pid, self.peak, self.over = pid, 0, threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.over.wait(0.001):
            self.peak = max(self.peak, status(self.pid)["RssAnon"])

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *unused):
        self.over.set()
        self.thread.join()


for kind, make in (("ofd", big_ofd), ("pdf", big_pdf)):
    with frame(doc_workers=1) as f:
        big, stamped = f.documents / f"big.{kind}", f.documents / f"stamped.{kind}"
        make(big)
        f.start()
        worker = f.pids()["doc"][0]
        rest = status(worker)["RssAnon"]
        with Watch(worker) as watch:
            f.ask("inspect", document=big)
            f.stamp(big, stamped)
            verdict = f.ask("verify", document=stamped, trust=True)["verdict"]
        after = status(worker)
        assert verdict == "valid_with_warning", verdict
        assert f.pids()["doc"][0] == worker, "the worker lived through all of it"
        print(f"{kind}: file {big.stat().st_size >> 10} kB; RssAnon {rest} kB at rest, {watch.peak} kB at most, "
              f"{after['RssAnon']} kB after; VmHWM {after['VmHWM']} kB")
        assert watch.peak <= LIMIT_KB, f"{kind}: {watch.peak} kB of its own"
