# SPDX-License-Identifier: Apache-2.0
"""Nodes that share one PostgreSQL (N7), each with a folder, a configuration and a database role of its own; and people who ask the right one."""
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid

import postgres
from life import Client, Life, Problem
from service import BUILD, ROOT, free_ports, jinyin

sys.path.insert(0, str(ROOT / "tools"))
import demo  # noqa: E402


class Node:
    def __init__(self, city, kind, port):
        self.city, self.kind, self.base = city, kind, f"http://127.0.0.1:{port}"
        self.folder, self.role, self.process = city.folder / kind, f"jinyin_{kind}_{uuid.uuid4().hex[:6]}", None
        self.folder.mkdir()
        (self.folder / "data").mkdir(mode=0o700)
        self.config = {"node": kind, "http_loopback_port": port, "store": city.server.words(city.database, self.role), "development": True, "doc_workers": 1,
                       **({} if kind == "verification" else {
                           "engraving_url": city.sim, "ca_url": city.sim + "/ca", "password_change_first": False, "login_source_tries": 1000,
                           "evidence_hosts": city.sim.removeprefix("http://"), "making_four_eyes": False, "making_workstation": False})}
        city.server.psql(f"CREATE ROLE {self.role} LOGIN")

    def write(self, **more):
        self.config |= more
        (self.folder / "jinyin.json").write_text(json.dumps(self.config))
        return self.folder / "jinyin.json"

    def migrate(self):
        jinyin("migrate", "--config", self.write(), "--owner", self.city.server.words(self.city.database, postgres.OWNER), "--role", self.role)

    def start(self):
        with open(self.folder / "log.jsonl", "a") as log:
            self.process = subprocess.Popen([BUILD / "jinyind", "--config", self.write()], stdout=log, stderr=log, start_new_session=True)
        demo.wait_for(self.base + "/readyz", 20, [self.process])

    def pids(self):
        return json.loads((self.folder / "data" / "pids.json").read_text())

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()


class City:
    """A simulator of the outside, a database, and its nodes by their kinds."""

    def __init__(self, folder, *kinds):
        self.folder, self.server, self.database = folder, postgres.Server(os.environ["JINYIN_POSTGRES"]), f"nodes_{uuid.uuid4().hex[:10]}"
        self.server.database(self.database)
        sim_port, *ports = free_ports(1 + len(kinds))
        self.sim = f"http://127.0.0.1:{sim_port}"
        (folder / "sim").mkdir()
        self.outside = subprocess.Popen([BUILD / "jinyin-sim", "--data", folder / "sim", "--port", str(sim_port)], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        self.nodes = {kind: Node(self, kind, port) for kind, port in zip(kinds, ports)}
        demo.wait_for(self.sim + "/ca/trust", 10, [self.outside])

    def __getattr__(self, kind):
        return self.nodes[kind]

    def stop(self):
        for node in self.nodes.values():
            node.stop()
        self.outside.terminate()
        self.outside.wait(10)

    def people(self):
        """As the demonstration makes them: each request at the node that answers it."""
        first, plain = next(iter(self.nodes.values())), demo.call

        def call(base, method, path, *rest, **more):
            making = self.nodes.get("making")
            return plain(making.base if making and path.startswith("/api/v1/makers") else base, method, path, *rest, **more)
        demo.call = call
        try:
            made = demo.prepare(first.base, first.folder / "data", self.sim, False)
        finally:
            demo.call = plain
        (self.folder / "credentials.json").write_text(json.dumps({**made, "base": first.base, "sim": self.sim}))


class People(Life):
    """Asks each node in turn until one does not say `not_this_node`; seals a secret to the key room where it will be opened."""

    def __init__(self, city, number):
        self.city, self.points = city, {}
        super().__init__(city.folder, number)

    def call(self, method, path, body=None, **more):
        for node in self.city.nodes.values():
            self.base = node.base
            try:
                return super().call(method, path, body, **more)
            except Problem as problem:
                if problem.code != "not_this_node":
                    raise
                refused = problem
        raise refused

    def at(self, kind, method, path, body=None, **more):
        """Asked of this very node."""
        client = Client(self.city.nodes[kind].base)
        return client.call(method, path, body, **more)

    def seal(self, purpose, about, *rest, **more):
        making = "making" in self.city.nodes and (purpose == "make" or about.startswith("maker-"))
        client = self.points.setdefault(making, Client(self.city.nodes["making" if making else next(iter(self.city.nodes))].base))
        return client.seal(purpose, about, *rest, **more)


@contextlib.contextmanager
def city(*kinds):
    with tempfile.TemporaryDirectory(prefix="jinyin-") as folder:
        made = City(pathlib.Path(folder), *kinds)
        try:
            yield made
        except BaseException:
            for node in made.nodes.values():
                log = node.folder / "log.jsonl"
                if log.exists():
                    sys.stderr.write(f"---- end of the {node.kind} node's log\n" + log.read_text(errors="replace")[-3000:] + "\n")
            raise
        finally:
            made.stop()
