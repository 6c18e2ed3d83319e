#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A private PostgreSQL for one test: temporary folder, Unix socket only, gone at the end. As a program: postgres.py COMMAND… runs the
command with JINYIN_POSTGRES set to the folder of the socket. Roles: postgres (superuser), jinyin_owner (schema), jinyin_web (service)."""
import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile

ADMIN, OWNER, SERVICE = "postgres", "jinyin_owner", "jinyin_web"


def programs():
    """Debian's newest server; its programs are not on the path."""
    folders = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parent.parent.name))
    if not folders:
        raise SystemExit("PostgreSQL is not installed: ./dev setup")
    return folders[-1].parent


def as_server(command):
    """initdb and the server refuse root."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--", *command]


class Server:
    def __init__(self, folder):
        self.folder = folder

    def words(self, database, role):
        return f"postgresql:host={self.folder} dbname={database} user={role}"

    def psql(self, sql, database="postgres"):
        done = subprocess.run([programs() / "psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", ADMIN, "-d", database],
                              input=sql, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def kill_and_start(self):
        """As after a power cut: every process of the server ends at once."""
        data = pathlib.Path(self.folder) / "data"
        control(data, "-m", "immediate", "-w", "stop")
        control(data, "-l", data.parent / "log", "-w", "-t", "60", "-o", options(data.parent), "start")

    def database(self, name):
        """An empty one of the schema's owner, as an operator makes it (docs/operation/postgresql.md)."""
        self.psql(f"CREATE DATABASE {name} OWNER {OWNER} ENCODING 'UTF8' TEMPLATE template0")


def control(data, *arguments):
    """pg_ctl; its exit code."""
    return subprocess.run(as_server([programs() / "pg_ctl", "-D", data, *arguments]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
                          env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}).returncode


def options(folder):
    return f"-c listen_addresses='' -c unix_socket_directories={folder} -c shared_buffers=64MB -c max_connections=60 -c autovacuum=off"


@contextlib.contextmanager
def server():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="jypg"))
    folder.chmod(0o700)
    data, log = folder / "data", folder / "log"
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
    try:
        # A city's own order of texts as the default: what the store promises must not hang on it.
        subprocess.run(as_server([programs() / "initdb", "-D", data, "-U", ADMIN, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                                  "--locale-provider=icu", "--icu-locale=zh", "--no-sync"]),
                       check=True, capture_output=True, env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}, cwd="/")
        if control(data, "-l", log, "-w", "-t", "60", "-o", options(folder), "start") != 0:
            raise SystemExit("PostgreSQL did not start:\n" + (log.read_text(errors="replace") if log.exists() else ""))
        found = Server(folder)
        found.psql(f"CREATE ROLE {OWNER} LOGIN; CREATE ROLE {SERVICE} LOGIN")
        yield found
    finally:
        if (data / "postmaster.pid").exists():
            control(data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))       # a test that takes too long: the server goes as well
    with server() as made:
        command = [sys.executable] * sys.argv[1].endswith(".py") + sys.argv[1:]
        code = subprocess.run(command, env={**os.environ, "JINYIN_POSTGRES": str(made.folder)}).returncode
    sys.exit(code)
