#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""R26.1: a backup taken while documents are stamped, put back elsewhere, and served from; a damaged one is refused; and what fsck finds."""
import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
import uuid

import postgres
from life import Life, Problem
from service import BUILD, ROOT, demonstration, eventually, free_ports

PDF = (ROOT / "tests" / "data" / "contract.pdf").read_bytes()
POSTGRES = postgres.Server(os.environ["JINYIN_POSTGRES"]) if "JINYIN_POSTGRES" in os.environ else None


def care(command, *arguments, expect=0):
    done = subprocess.run([BUILD / "jinyin", command, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    assert done.returncode == expect, f"{command} → {done.returncode}, expected {expect}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


class Site:
    """A configuration with the place of its database, and how an operator names the latter's owner."""

    def __init__(self, config):
        self.config, self.folder = config, config.parent
        self.database = None
        if POSTGRES:
            store = json.loads(config.read_text())["store"]
            self.database = dict(word.split("=") for word in store.removeprefix("postgresql:").split())["dbname"]

    def options(self, role=False):
        owner = ["--owner", POSTGRES.words(self.database, postgres.OWNER)] if POSTGRES else []
        return ["--config", self.config, *owner, *(["--role", postgres.SERVICE] if POSTGRES and role else [])]

    def sql(self, text):
        if POSTGRES:
            POSTGRES.psql(text, self.database)
            return
        with contextlib.closing(sqlite3.connect(self.folder / "data" / "web" / "jinyin.db")) as db:
            db.executescript(text)

    def fsck(self, *expected):
        """Its output; each expected part must be in a line that says WRONG."""
        said = care("fsck", *self.options(), expect=1 if expected else 0)
        for part in expected:
            assert any(line.startswith("WRONG") and part in line for line in said.splitlines()), f"no line WRONG … {part}\n{said}"
        return said


def other_site(folder, like, secret=True):
    """An empty place of the same kind, on ports of its own."""
    config = json.loads(like.read_text()) | {"http_loopback_port": free_ports(1)[0]}
    folder.mkdir()
    (folder / "data").mkdir()
    if POSTGRES:
        name = f"restored_{uuid.uuid4().hex[:12]}"
        POSTGRES.database(name)
        config["store"] = POSTGRES.words(name, postgres.SERVICE)
    (folder / "jinyin.json").write_text(json.dumps(config))
    if secret:
        shutil.copy(like.parent / "data" / "unlock.secret", folder / "data")
    return Site(folder / "jinyin.json")


@contextlib.contextmanager
def served(site):
    with open(site.folder / "log.jsonl", "ab") as log:
        process = subprocess.Popen([BUILD / "jinyind", "--config", site.config], stderr=log, stdout=log)
    base = f"http://127.0.0.1:{json.loads(site.config.read_text())['http_loopback_port']}"
    try:
        eventually(lambda: subprocess.run(["curl", "-sf", base + "/readyz"], capture_output=True).returncode == 0, 30)
        yield base
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


class Load(threading.Thread):
    """Stampings one after another; what was acknowledged, when, and its bytes."""

    def __init__(self, life, seal_id, document_id):
        super().__init__()
        self.life, self.seal_id, self.document_id = life, seal_id, document_id
        self.done, self.over, self.problem = [], False, None

    def run(self):
        try:
            for n in range(10 ** 6):
                if self.over:
                    return
                order = self.life.order(self.seal_id, self.document_id, x_mm=10 + n % 100)["order_id"]
                self.life.approve(order)
                stamped = self.life.stamp(order, self.seal_id)["document_id"]
                self.done.append((time.time(), order, stamped, hashlib.sha256(self.life.content(stamped)).digest()))
        except Exception as problem:                     # told by the main thread
            self.problem = problem


def a_backup_while_documents_are_stamped(folder, site, life, seal_id, document_id):
    load = Load(life, seal_id, document_id)
    load.start()
    eventually(lambda: len(load.done) >= 2 or load.problem, 30)
    assert "whole" in care("backup", folder / "first", *site.options())
    assert "nothing is wrong" in site.fsck(), "fsck beside a running service"
    begun = time.time()
    care("backup", folder / "second", *site.options())
    finished = len(load.done)
    eventually(lambda: len(load.done) >= finished + 2 or load.problem, 30)
    load.over = True
    load.join()
    assert load.problem is None, load.problem
    return begun, load.done


def what_was_acknowledged_before_the_backup_is_served_from_it(site, life, begun, done, seal_id, document_id, left):
    before = [d for d in done if d[0] < begun]
    assert len(before) >= 2
    with served(site) as base:
        life.base, old = base, life.base
        for _, order, stamped, digest in before:
            data = life.content(stamped)
            assert hashlib.sha256(data).digest() == digest, "an acknowledged document changed"
            assert life.ask("custodian", "GET", f"/orders/{order}")["state"] == "DONE"
        assert life.verify(data)["verdict"] in ("valid", "valid_with_warning")
        # What was open then may have been stamped since: it never is from here.
        try:
            life.stamp(left, seal_id)
            raise AssertionError("an order from before the backup was stamped after it")
        except Problem as problem:
            assert problem.status in (403, 409, 410), problem
        # Keys, PINs and approvals work as before.
        order = life.order(seal_id, document_id, x_mm=77)["order_id"]
        life.approve(order)
        life.stamp(order, seal_id)
        life.base = old
    assert "nothing is wrong" in site.fsck()


def damaged_backups_are_refused_and_leave_nothing(folder, config, backup):
    target = other_site(folder / "never", config)

    def refused(part, damage):
        copy = folder / "damaged"
        shutil.copytree(backup, copy)
        damage(copy)
        said = care("restore", copy, *target.options(role=True), expect=65)
        assert part in said, said
        assert not (target.folder / "data" / "web").exists() and not (target.folder / "data" / "key").exists()
        shutil.rmtree(copy)

    def flip(path):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    def cut(path):
        path.write_bytes(path.read_bytes()[:-1])

    database = "store/jinyin.dump" if POSTGRES else "store/jinyin.db"
    refused("is damaged", lambda b: flip(b / database))
    refused("is damaged", lambda b: flip(b / "key" / "journal"))
    refused("is damaged", lambda b: cut(b / "key" / "journal"))
    refused("is damaged", lambda b: flip(next((b / "blobs").glob("*/*"))))
    refused("is damaged", lambda b: flip(next((b / "key" / "keys").iterdir())))
    refused("No such file", lambda b: next((b / "blobs").glob("*/*")).unlink())
    refused("no finished backup", lambda b: (b / "MANIFEST").unlink())
    refused("MANIFEST", lambda b: flip(b / "MANIFEST"))
    refused("MANIFEST", lambda b: cut(b / "MANIFEST"))
    refused("MANIFEST", lambda b: (b / "MANIFEST").write_text((b / "MANIFEST").read_text().replace("key/journal", "../journal")))
    (target.folder / "data" / "unlock.secret").unlink()
    assert "unlock secret is kept apart" in care("restore", backup, *target.options(role=True), expect=65)


def the_secret_of_another_service_is_refused(folder, config, backup):
    target = other_site(folder / "foreign", config, secret=False)
    (target.folder / "data" / "unlock.secret").write_bytes(os.urandom(32))
    (target.folder / "data" / "unlock.secret").chmod(0o600)
    assert "not a journal of this unlock secret" in care("restore", backup, *target.options(role=True), expect=65)
    # Half a restore is not served.
    done = subprocess.run([BUILD / "jinyind", "--config", target.config], capture_output=True, text=True, timeout=30)
    assert done.returncode != 0 and "did not finish" in done.stdout + done.stderr, done


def fsck_finds_what_does_not_fit(site, done, digest):
    data = site.folder / "data"
    _, order, stamped, _ = done[0]
    triggers = "ALTER TABLE {t} DISABLE TRIGGER USER;" if POSTGRES else "DROP TRIGGER {t}_is_final_u; DROP TRIGGER {t}_is_final_d;"
    site.sql("UPDATE seal SET state = 'CANCELLED'")
    site.fsck("its state is not that of its last event")
    site.sql("UPDATE filing SET receipt = 'forged' WHERE seq = 1")
    site.fsck("what went to the engraving system is not what was filed")
    site.sql("DELETE FROM filing WHERE seq = 2")
    site.fsck("an event was not filed")
    site.sql("UPDATE outbox SET receipt = NULL WHERE seq = (SELECT max(seq) FROM outbox WHERE delivered IS NOT NULL)")
    site.fsck("delivered without a receipt")
    site.sql(triggers.format(t="audit") + "UPDATE audit SET outcome = 'forged' WHERE seq = 3")
    site.fsck("audit 3: the chain breaks here")
    site.sql("DELETE FROM audit WHERE seq = 5")
    site.fsck("audit 3: ", "audit 6: the chain breaks here")
    site.sql(("ALTER TABLE stamp_order DISABLE TRIGGER USER;" if POSTGRES else "DROP TRIGGER stamp_order_done_is_final; DROP TRIGGER stamp_order_stays;") +
             f"UPDATE stamp_order SET signed_digest = {'decode(md5(order_id), $$hex$$)' if POSTGRES else 'zeroblob(32)'} WHERE order_id = '{order}'")
    site.fsck(f"order {order}: has another signature")
    site.sql(f"UPDATE stamp_order SET state = 'EXPIRED', value_digest = NULL, signed_digest = NULL WHERE order_id = '{order}'")
    site.fsck(f"order {order}: has ended without a stamp")
    site.sql(f"DELETE FROM stamp_order WHERE order_id = '{order}'")
    site.fsck(f"order {order}: was signed, and the database does not know it")
    blob = next((data / "web" / "blobs").glob(f"*/{digest}"))
    blob.write_bytes(blob.read_bytes() + b"x")
    site.fsck(f"document {blob.name}: is damaged")
    blob.unlink()
    site.fsck("its file is missing")
    key = next((data / "key" / "keys").iterdir())
    record = key.read_bytes()
    key.write_bytes(record[:-1] + bytes([record[-1] ^ 1]))
    site.fsck("no file of this key is the version that the journal names")


def main():
    with demonstration() as (folder, _):
        site = Site(folder / "jinyin.json")
        life = Life(folder, 1)
        life.keys()
        seal_id = life.whole_seal()
        uploaded = life.upload(PDF)
        document_id = uploaded["document_id"]
        left = life.order(seal_id, document_id, x_mm=5)["order_id"]
        life.approve(left)
        begun, done = a_backup_while_documents_are_stamped(folder, site, life, seal_id, document_id)
        assert "is not empty" in care("backup", folder / "second", *site.options(), expect=65)
        assert "the service runs" in care("restore", folder / "second", *site.options(role=True), expect=65)
        assert (folder / "second").stat().st_mode & 0o77 == 0
        damaged_backups_are_refused_and_leave_nothing(folder, site.config, folder / "first")
        the_secret_of_another_service_is_refused(folder, site.config, folder / "first")
        restored = other_site(folder / "restored", site.config)
        said = care("restore", folder / "second", *restored.options(role=True))
        assert "open orders abandoned" in said and "nothing is wrong" in said, said
        assert "is not empty" in care("restore", folder / "second", *restored.options(role=True), expect=65)
        what_was_acknowledged_before_the_backup_is_served_from_it(restored, life, begun, done, seal_id, document_id, left)
        assert "nothing is wrong" in site.fsck()
        fsck_finds_what_does_not_fit(restored, done, uploaded["digest"])
        print(f"{len(done)} stampings, {sum(d[0] < begun for d in done)} of them before the backup that was put back")


if __name__ == "__main__":
    main()
