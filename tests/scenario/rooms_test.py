#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""jinyind and doc as they are shipped: stamping, hostile files, deaths and restarts, clean and unclean ends."""
import json
import os
import signal
import socket
import stat
import time
import zipfile

from rooms import eventually, frame, is_alive


def stamping(f):
    assert f.ask("hello")["now"] == 7 and f.ask("trust")["pem"] == "from link"
    for kind in ("ofd", "pdf"):
        plain, stamped, twice = (f.documents / f"{name}.{kind}" for name in ("contract", "stamped", "twice"))
        seen = f.ask("inspect", document=plain)
        assert (seen["format"], seen["refusal"]) == (kind.upper(), "")
        assert json.loads(seen["json"]) == {"pages": [[210.0, 297.0]], "signatures": []}
        assert f.ask("verify", document=plain, trust=True)["verdict"] == "no_signature"
        f.stamp(plain, stamped)
        f.stamp(stamped, twice)
        assert [len(json.loads(f.ask("inspect", document=d)["json"])["signatures"]) for d in (stamped, twice)] == [1, 2]
        assert f.ask("verify", document=twice, trust=True)["verdict"] == "valid_with_warning"
        assert f.ask("verify", document=twice, trust=False)["verdict"] == "indeterminate"
        changed = bytearray(twice.read_bytes())
        changed[len(changed) // 3] ^= 1
        (f.documents / "changed").write_bytes(changed)
        verdict = f.send("verify", document=f.documents / "changed", trust=True)()
        assert verdict["code"] != "ok" or verdict["verdict"] == "invalid", verdict


def hostile(f):
    def package(name, **entries):
        with zipfile.ZipFile(f.documents / name, "w", zipfile.ZIP_DEFLATED) as z:
            for path, content in entries.items():
                z.writestr(path.replace("__", "/"), content)
        return f.documents / name

    good = (f.documents / "contract.ofd").read_bytes()
    files = {"empty": b"", "text": b"neither", "cut.ofd": good[:-100], "cut.pdf": (f.documents / "contract.pdf").read_bytes()[:-100],
             "twice.ofd": good + good, "pdf-in-zip": b"%PDF-1.7\n" + good}
    for name, content in files.items():
        (f.documents / name).write_bytes(content)
    bomb = package("bomb.ofd", **{"OFD.xml": b"<" + b" " * (300 << 20)})
    entities = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'
    paths = [*(f.documents / n for n in files), bomb, package("entities.ofd", **{"OFD.xml": entities}),
             package("deep.ofd", **{"OFD.xml": b"<a>" * 100000}),
             package("outside.ofd", **{"OFD.xml": b"<x/>", "..__..__etc__passwd": b"x"})]
    before = f.pids()["doc"]
    for path in paths:
        for op in ("inspect", "verify", "prepare"):
            answer = f.send(op, document=path, output=f.documents / "out", page=1)()
            assert answer["code"] not in ("ok", "unavailable", "internal"), f"{op} {path.name}: {answer}"
            assert (f.documents / "out").stat().st_size == 0 if op == "prepare" else True
    assert f.pids()["doc"] == before, "no hostile file ends a worker"
    for worker in before:
        children = open(f"/proc/{worker}/task/{worker}/children").read()
        assert children == "", "the process of a document ends with its answer"
    f.ask("inspect", document=f.documents / "contract.ofd")


def endless(f):
    """A PDF of a gigabyte of holes under one signature: its digest takes longer than doc_timeout_seconds."""
    head = (b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[4 0 R]>>>>\nendobj\n"
            b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
            b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots[4 0 R]>>\nendobj\n"
            b"4 0 obj\n<</Type/Annot/Subtype/Widget/FT/Sig/T(s)/Rect[0 0 9 9]/P 3 0 R/V 5 0 R>>\nendobj\n")
    size = 1000 << 20
    signature = b"5 0 obj\n<</Type/Sig/Filter/GM.OES/SubFilter/GM.sm2seal/Contents<%s>/ByteRange[0 %010d %010d %010d]>>\nendobj\n"
    contents = b"3000" + b"00" * 100
    start = len(head) + signature.index(b"<%s>")
    stream = b"6 0 obj\n<</Length %d>>\nstream\n" % size
    offsets = [head.index(b"%d 0 obj" % n) for n in (1, 2, 3, 4)] + [len(head)]
    gap = len(contents) + 2
    body = len(head) + len(signature % (contents, 0, 0, 0))
    xref = body + len(stream) + size + len(b"\nendstream\nendobj\n")
    tail = b"\nendstream\nendobj\nxref\n0 7\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % o for o in offsets + [body])
    tail += b"trailer\n<</Size 7/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % xref
    total = body + len(stream) + size + len(tail)
    with open(f.documents / "endless.pdf", "wb") as out:
        out.write(head + signature % (contents, start, start + gap, total - start - gap) + stream)
        out.seek(size, os.SEEK_CUR)
        out.write(tail)
    return f.documents / "endless.pdf"


with frame(doc_workers=2) as f:
    f.start()
    pids = f.pids()
    assert list(pids) == ["jinyind", "web", "doc", "key", "link", "page"] and len(pids["doc"]) == 2 and pids["jinyind"] == f.process.pid
    assert all(os.getpgid(p) == p for p in f.all_pids()[1:]), "each room is its own process group"
    for pid in f.all_pids()[1:]:
        environment = open(f"/proc/{pid}/environ", "rb").read()
        assert environment == b"PATH=/usr/bin:/bin\0LC_ALL=C.UTF-8\0TZ=UTC0\0", environment
    for folder in ("data", "data/key"):
        assert stat.S_IMODE((f.folder / folder).stat().st_mode) == 0o700, folder
    assert stat.S_IMODE((f.folder / "data/web.sock").stat().st_mode) == 0o660
    stamping(f)
    hostile(f)

    # A second jinyind on the same data is refused and harms nothing.
    code, said = f.run()
    assert code == 69 and "another jinyind" in said, (code, said)
    f.ask("hello")

    # Each room is killed: it comes back, with new edges on both sides, whoever was the caller.
    for room in ("key", "link", "web"):
        old = f.pids()[room]
        os.kill(old, signal.SIGKILL)
        eventually(lambda: f.pids()[room] not in (old, None))
        assert f.ask("hello")["now"] == 7 and f.ask("trust")["pem"] == "from link"
        f.ask("inspect", document=f.documents / "contract.pdf")
    assert len(f.events("room_ended")) == 3 and all("SIGKILL" in e["text"] for e in f.events("room_ended"))

    # Clean stop: nothing is left, neither process nor name.
    everyone = f.all_pids()
    f.process.send_signal(signal.SIGTERM)
    assert f.process.wait(15) == 0
    assert not any(map(is_alive, everyone)) and f.events("stopped")
    assert not (f.folder / "data/pids.json").exists() and not (f.folder / "data/web.sock").exists()

with frame(doc_workers=1, doc_timeout_seconds=1, document_max_bytes=1 << 30) as f:
    f.start()
    # Killed with a request in its hands: the caller hears of it, the next worker serves.
    worker = f.pids()["doc"][0]
    os.kill(worker, signal.SIGSTOP)
    answer = f.send("inspect", document=f.documents / "contract.pdf")
    time.sleep(0.3)
    os.kill(worker, signal.SIGKILL)
    assert answer()["code"] == "unavailable"
    f.ask("inspect", document=f.documents / "contract.pdf")
    assert f.pids()["doc"][0] != worker

    # A worker that is silent until the caller gives up: its late answer goes nowhere, and it gets a new connection.
    worker = f.pids()["doc"][0]
    os.kill(worker, signal.SIGSTOP)
    f.ask("inspect", expect="unavailable", deadline_ms=300, document=f.documents / "contract.ofd")
    f.ask("inspect", expect="unavailable", deadline_ms=300, document=f.documents / "contract.ofd")       # nobody is there
    os.kill(worker, signal.SIGCONT)
    assert f.ask("inspect", document=f.documents / "contract.pdf")["format"] == "PDF"
    assert f.pids()["doc"][0] == worker

    # A document that takes too long ends its worker, not the service.
    endless_file = endless(f)
    f.ask("inspect", expect="unavailable", document=endless_file)
    assert "longer than 1 s" in f.events("document_timeout", "doc")[0]["text"]
    f.ask("inspect", document=f.documents / "contract.pdf")
    endless_file.unlink()

    # A room ends again and again: each time it comes back, and all the time the others serve.
    killed = None
    for _ in range(4):
        eventually(lambda: f.pids()["link"] not in (killed, None))
        killed = f.pids()["link"]
        os.kill(killed, signal.SIGKILL)
        f.ask("hello")
    eventually(lambda: f.pids()["link"] not in (killed, None))
    assert f.ask("trust")["pem"] == "from link"

    # jinyind is killed: within two seconds no room lives.
    everyone = f.all_pids()
    f.process.kill()
    f.process.wait()
    eventually(lambda: not any(map(is_alive, everyone)), seconds=2)

    # What it left behind (socket, pids.json) does not stop the next one.
    f.start()
    f.ask("hello")
    everyone = f.all_pids()
    f.process.send_signal(signal.SIGINT)
    assert f.process.wait(15) == 0 and not any(map(is_alive, everyone))

    # A room that does not stop when told is killed after ten seconds, and jinyind still ends well.
    f.start()
    everyone = f.all_pids()
    os.kill(f.pids()["key"], signal.SIGSTOP)
    f.process.send_signal(signal.SIGTERM)
    assert f.process.wait(15) == 0 and not any(map(is_alive, everyone))

# Refusals before anything starts; the configuration is only read by --check.
with frame() as f:
    assert f.run("--check") == (0, f"{f.folder}/jinyin.json: good\n") and not (f.folder / "data").exists()
    f.configure(doc_worker=1)
    code, said = f.run("--check")
    assert code == 78 and "doc_worker" in said
    f.configure(http_socket="x" * 120)
    code, said = f.run()
    assert code == 69 and "http_socket" in said
    f.configure(http_socket="file")
    (f.folder / "file").write_text("somebody's")
    code, said = f.run()
    assert code == 69 and "not a socket" in said and (f.folder / "file").read_text() == "somebody's"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(f.folder / "other.sock"))
        other.listen()
        f.configure(http_socket="other.sock")
        code, said = f.run()
        assert code == 69 and "in use" in said and (f.folder / "other.sock").exists()
    f.configure()
    (f.folder / "data" / "key").chmod(0o750)
    code, said = f.run()
    assert code == 69 and "key_dir" in said
    (f.folder / "data" / "key").chmod(0o700)
    (f.folder / "jinyin-link").unlink()
    code, said = f.run()
    assert code == 69 and "jinyin-link" in said
    (f.folder / "jinyin.json").unlink()
    assert f.run()[0] == 78
