# SPDX-License-Identifier: Apache-2.0
"""A demonstration of its own for one test: temporary folder, free ports, stopped at the end whatever happens."""
import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid

import postgres

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("JINYIN_BUILD", ROOT / "build"))


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def store_arguments():
    """SQLite; with JINYIN_POSTGRES (set by postgres.py) an empty database of that server."""
    if "JINYIN_POSTGRES" not in os.environ:
        return []
    server, name = postgres.Server(os.environ["JINYIN_POSTGRES"]), f"demo_{uuid.uuid4().hex[:12]}"
    server.database(name)
    return ["--store", server.words(name, postgres.SERVICE), "--owner", server.words(name, postgres.OWNER)]


# Settings under which people are made or log in otherwise than a prepared folder has them.
PEOPLE_SETTINGS = {"password_change_first", "password_function", "sdf_library"}


@contextlib.contextmanager
def prepared_demonstration():
    """A folder with the people and organizations of a demonstration that was stopped; made once a build, as to stretch so many passwords takes seconds."""
    made_of = [BUILD / name for name in ("jinyind", "jinyin-web", "jinyin-key", "jinyin-sim")] + [ROOT / "tools" / "demo.py"]
    folder = BUILD / "demonstration" / str(max(path.stat().st_mtime_ns for path in made_of))
    folder.parent.mkdir(exist_ok=True)
    with open(folder.parent / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            for old in folder.parent.glob("[0-9]*"):
                shutil.rmtree(old)
            with tempfile.TemporaryDirectory(prefix="jinyin-") as made:
                with running(pathlib.Path(made) / "demo"):
                    pass
                shutil.copytree(pathlib.Path(made) / "demo", folder.with_suffix(".half"))
            folder.with_suffix(".half").rename(folder)
        yield folder


def copy_prepared(folder):
    with prepared_demonstration() as prepared:
        shutil.copytree(prepared, folder)
    now = int(time.time())
    with sqlite3.connect(folder / "data" / "web" / "jinyin.db") as database:
        database.execute("UPDATE session SET created = ?, last_seen = ?, fresh = ?", (now, now, now))
        database.execute("DELETE FROM reconciliation")      # the night's, asked for when it was made


@contextlib.contextmanager
def demonstration(platform=False, bare=False, jinyind=None, cwd=None, cmp=False, **config):
    """Yields (folder, base URL). The folder holds credentials.json, data/, log.jsonl. config: further keys; {sim} in a text is the
    simulator's URL, {smtp} that of its mail server. cmp: the CA is spoken to by CMP. bare: without people and organizations.
    jinyind: another one than that of the build, with the rooms beside it; cwd: the folder in which it is started."""
    with tempfile.TemporaryDirectory(prefix="jinyin-") as folder:
        folder = pathlib.Path(folder) / "demo"
        # Other rooms may stretch passwords otherwise (tests/kill/kill_point.c).
        if "JINYIN_POSTGRES" not in os.environ and not bare and jinyind is None and not PEOPLE_SETTINGS & set(config):
            copy_prepared(folder)
        with running(folder, platform, bare, jinyind, cwd, config, cmp) as base:
            yield folder, base


@contextlib.contextmanager
def running(folder, platform=False, bare=False, jinyind=None, cwd=None, config={}, cmp=False):
    port, sim_port, smtp_port = free_ports(3)
    process = subprocess.Popen(
        [sys.executable, ROOT / "tools" / "demo.py", "--keep", "--port", str(port), "--sim-port", str(sim_port), "--smtp-port", str(smtp_port),
         "--dir", folder, *store_arguments()] +
        [f"--set={key}={json.dumps(value)}" for key, value in config.items()] + ["--platform"] * platform + ["--cmp"] * cmp + ["--bare"] * bare +
        (["--jinyind", jinyind] if jinyind else []), cwd=cwd,
        env={**os.environ, "JINYIN_BUILD": str(BUILD)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        else:
            log = folder / "log.jsonl"
            raise AssertionError("the demonstration did not start:\n" + "".join(lines) +
                                 (log.read_text(errors="replace")[-4000:] if log.exists() else ""))
        yield f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
        assert process.returncode == 0 and "stopped" in rest, f"no clean stop: {process.returncode} {rest}"
    except BaseException:
        log = folder / "log.jsonl"
        if log.exists():
            sys.stderr.write("---- end of log.jsonl\n" + log.read_text(errors="replace")[-4000:] + "\n")
        raise
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def jinyin(*arguments, expect=0, timeout=300):
    """Run the command-line tool; its output. The exit code must be the expected one (or one of a tuple)."""
    done = subprocess.run([BUILD / "jinyin", *map(str, arguments)], capture_output=True, text=True, timeout=timeout, cwd=ROOT)
    allowed = expect if isinstance(expect, tuple) else (expect,)
    assert done.returncode in allowed, f"jinyin {arguments} → {done.returncode}, expected {expect}\n{done.stdout}{done.stderr}"
    return done.stdout


def pids(folder):
    return json.loads((folder / "data" / "pids.json").read_text())


def eventually(claim, seconds=10):
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, "it did not become true in time"
        time.sleep(0.05)
