# SPDX-License-Identifier: Apache-2.0
"""jinyind with the real doc, and test_room in the place of web, key and link: in a folder of its own, since jinyind takes the rooms
that stand beside it. usage of the tests: NAME_test.py JINYIND JINYIN_DOC TEST_ROOM DATA"""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

jinyind, doc, test_room, data = map(pathlib.Path, sys.argv[1:5])


def eventually(claim, seconds=10):
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, "it did not become true in time"
        time.sleep(0.02)


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Frame:
    def __init__(self, folder):
        self.folder = folder
        self.process = None
        self.documents = folder / "documents"        # web's folder: it can read no other
        shutil.copytree(data, self.documents)
        for name, source in (("jinyind", jinyind), ("jinyin-doc", doc), ("jinyin-web", test_room), ("jinyin-key", test_room),
                             ("jinyin-link", test_room), ("jinyin-page", doc.with_name("jinyin-page"))):
            shutil.copy2(source, folder / name)

    def configure(self, **keys):
        (self.folder / "jinyin.json").write_text(json.dumps({"http_loopback_port": 0, "web_dir": "documents", **keys}))

    def run(self, *arguments):
        """A jinyind that is expected to end by itself: exit code and what it said."""
        done = subprocess.run([self.folder / "jinyind", "--config", self.folder / "jinyin.json", *arguments], capture_output=True,
                              text=True, timeout=20)
        return done.returncode, done.stdout + done.stderr

    def start(self):
        log = open(self.folder / "log", "ab")
        before = len(self.events("serving"))
        self.process = subprocess.Popen([self.folder / "jinyind", "--config", self.folder / "jinyin.json"], stdout=log, stderr=log)
        eventually(lambda: len(self.events("serving")) > before or self.process.poll() is not None)
        assert self.process.poll() is None, self.log()

    def log(self):
        return (self.folder / "log").read_text()

    def events(self, event, room=None):
        lines = [json.loads(line) for line in self.log().splitlines()]
        return [l for l in lines if l["event"] == event and (room is None or l["room"] == room)]

    def pids(self):
        return json.loads((self.folder / "data" / "pids.json").read_text())

    def all_pids(self):
        pids = self.pids()
        return [pids["jinyind"], pids["web"], *pids["doc"], pids["key"], pids["link"], *pids["page"]]

    def connect(self):
        s = socket.socket(socket.AF_UNIX)
        s.connect(str(self.folder / "data" / "web.sock"))
        return s

    def send(self, op, deadline_ms=20000, **more):
        """A question on its way: call the result for the answer."""
        s = self.connect()
        s.sendall(json.dumps({"op": op, "deadline_ms": deadline_ms, **more}, default=str).encode() + b"\n")

        def answer():
            with s, s.makefile() as lines:
                return json.loads(lines.readline())
        return answer

    def ask(self, op, expect="ok", **more):
        answer = self.send(op, **more)()
        assert answer["code"] == expect, f"{op} {more}: {answer}, expected {expect}"
        return answer

    def stamp(self, document, stamped, page=1):
        prepared = self.documents / "prepared"
        p = self.ask("prepare", document=document, output=prepared, page=page)
        self.ask("finish", prepared=prepared, output=stamped, slot=p["slot"], data_hash=p["data_hash"], property_info=p["property_info"])
        prepared.unlink()


@contextlib.contextmanager
def frame(**keys):
    with tempfile.TemporaryDirectory(prefix="jinyin-") as folder:
        f = Frame(pathlib.Path(folder))
        f.configure(**keys)
        try:
            yield f
        except BaseException:
            if (f.folder / "log").exists():
                sys.stderr.write("---- end of the log\n" + f.log()[-4000:] + "\n")
            raise
        finally:
            if f.process is not None and f.process.poll() is None:
                f.process.kill()
                f.process.wait()
