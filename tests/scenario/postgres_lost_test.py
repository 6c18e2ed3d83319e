#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The database server is killed and started again while documents are stamped: every request is answered in the end, once; what was acknowledged is
there, and fsck finds nothing. Run by postgres.py."""
import os
import subprocess
import threading
import time
import urllib.error
import uuid

import postgres
from life import Life, Problem
from service import BUILD, ROOT, demonstration

STAMPINGS = int(os.environ.get("JINYIN_STAMPINGS", "6"))
KILLS = 3


def persist(call):
    """Ask again with the same key until the answer is one."""
    for _ in range(600):
        try:
            return call()
        except Problem as problem:
            if problem.status < 500:
                raise
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.1)
    raise AssertionError("no answer within a minute")


def stamp(life, seal_id, document_id, n):
    keys = [uuid.uuid4().hex for _ in range(3)]
    body = {"seal_id": seal_id, "document_id": document_id, "places": [{"pages": "1", "x_mm": 10 + n, "y_mm": 50}], "category": "agreement",
            "purpose": "a test"}
    order = persist(lambda: life.ask("agent", "POST", "/orders", body, key=keys[0]))["order_id"]
    about = persist(lambda: life.order_object("approver", order))
    secret = life.seal("approve", f"{about}/0", life.pins[life.approver_key_id])
    persist(lambda: life.ask("approver", "POST", f"/orders/{order}/approve", {"sealed": secret, "step": 0}, key=keys[1]))
    secret = life.seal("stamp", about, life.pins[seal_id])
    return order, persist(lambda: life.ask("custodian", "POST", f"/orders/{order}/stamp", {"sealed": secret}, key=keys[2]))["document_id"]


def main():
    server = postgres.Server(os.environ["JINYIN_POSTGRES"])
    with demonstration() as (folder, _):
        life = Life(folder, 1)
        life.keys()
        seal_id = life.whole_seal()
        document_id = life.upload((ROOT / "tests" / "data" / "contract.pdf").read_bytes())["document_id"]
        database = server.psql("SELECT datname FROM pg_stat_activity WHERE application_name = 'jinyin writer'")
        over = threading.Event()
        kills = []

        def killer():
            while not over.wait(1.5) and len(kills) < KILLS:
                server.kill_and_start()
                kills.append(time.monotonic())
        thread = threading.Thread(target=killer)
        thread.start()
        done = []
        try:
            while len(done) < STAMPINGS or len(kills) < KILLS:
                done.append(stamp(life, seal_id, document_id, len(done) % 80))
        finally:
            over.set()
            thread.join()
        for order, stamped in done:
            assert persist(lambda o=order: life.ask("custodian", "GET", f"/orders/{o}"))["state"] == "DONE", "an acknowledged stamping is lost"
            assert life.verify(persist(lambda s=stamped: life.content(s)))["verdict"] in ("valid", "valid_with_warning")
        records = [r["order_id"] for r in life.ask("police", "GET", "/stamp-records?limit=1000")["items"]]
        assert sorted(records) == sorted(order for order, _ in done), "a stamping is doubled, or half there"
        said = subprocess.run([BUILD / "jinyin", "fsck", "--config", folder / "jinyin.json", "--owner", server.words(database, postgres.OWNER)],
                              capture_output=True, text=True)
        assert said.returncode == 0, said.stdout + said.stderr
        print(f"{len(done)} stampings while the server was killed {len(kills)} times")


if __name__ == "__main__":
    main()
