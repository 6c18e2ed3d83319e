#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""N7: making, stamping and verification as nodes of their own on one database. Run by postgres.py."""
import base64
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid

import postgres
from life import Client, Problem
from nodes import People, city, demo
from service import BUILD, ROOT, eventually, jinyin


def refused(call, code, status=None):
    try:
        call()
    except Problem as problem:
        assert problem.code == code and status in (None, problem.status), problem
        return problem.body
    raise AssertionError(f"not refused with {code}")


def role_cannot_write(town):
    """The verification node's role, asked as anybody with its rights could: every table, every way to write."""
    server, node = town.server, town.verification
    rows = server.psql("SELECT c.relname || ' ' || (SELECT attname FROM pg_attribute WHERE attrelid = c.oid AND attnum = 1) FROM pg_class c "
                       "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'", town.database).splitlines()

    def as_node(*statements):
        return subprocess.run([postgres.programs() / "psql", "-X", "-A", "-t", "-q", "-h", server.folder, "-U", node.role, "-d", town.database],
                              input="".join(f"{sql};\n" for sql in statements), capture_output=True, text=True, timeout=60)

    writes = [sql for table, column in map(str.split, rows) for sql in
              (f"INSERT INTO {table} DEFAULT VALUES", f"DELETE FROM {table}", f"UPDATE {table} SET {column} = {column}", f"TRUNCATE {table}")]
    said = as_node(*writes, "CREATE TABLE mine (x BIGINT)", "CREATE TEMP TABLE mine (x BIGINT)").stderr.splitlines()
    refusals = [line for line in said if line.startswith("ERROR")]
    assert len(refusals) == len(writes) + 2 and all("permission denied" in line for line in refusals), [r for r in refusals if "permission denied" not in r]
    readable = set(as_node(*(f"SELECT '{row.split()[0]}' WHERE 0 <= (SELECT count(*) FROM {row.split()[0]})" for row in rows)).stdout.split())
    assert readable == {"schema_migration", "seal", "seal_event", "stamp_order", "trust", "maker_certificate", "evidence_source", "evidence_answer"}, readable


def roles_do_their_own(town):
    """The maker's side can stop a seal but never ask for a stamp, approve one or change who may; the stamping side makes no seal."""
    for node, denied in ((town.making, ("stamp_order", "approval", "seal_flow", "use_grant", "use_permission", "document", "seal_hold", "bootstrap")),
                         (town.stamping, ("seal", "workstation", "inspection", "seal_request"))):
        for table in denied:
            assert town.server.psql(f"SELECT has_table_privilege('{node.role}', '{table}', 'INSERT')", town.database) == "f", (node.kind, table)


def verification_node(town, people, stamped, seal_id):
    """Anybody verifies there; it has two rooms, no key and no way out, and answers nothing else."""
    node = town.verification
    pids = node.pids()
    assert "key" not in pids and "link" not in pids and pids["page"] == [] and pids["web"] and pids["doc"], pids
    assert not (node.folder / "data" / "key").exists() and not (node.folder / "data" / "unlock.secret").exists()
    service = people.at("verification", "GET", "/api/v1/service")
    assert service["node"] == "verification" and set(service["rooms"]) == {"web", "doc"}, service
    report = people.at("verification", "POST", "/api/v1/verify", raw=stamped)
    assert people.at("verification", "GET", f"/api/v1/seals/{seal_id}/status")["state"] == "ACTIVE"
    assert report["verdict"] in ("valid", "valid_with_warning"), report
    assert refused(lambda: people.at("verification", "POST", "/api/v1/session", {"login": "x", "password": "y"}), "not_this_node", 421)["field"] == "path"
    for method, path in (("GET", "/api/v1/key"), ("GET", "/api/v1/statement-keys"), ("GET", "/api/v1/seals"), ("POST", "/api/v1/orders")):
        refused(lambda: people.at("verification", method, path, {} if method == "POST" else None), "not_this_node", 421)
    refused(lambda: people.at("verification", "GET", "/api/v1/trust", token="0" * 64), "not_this_node", 421)


def refused_configurations():
    """On SQLite there are no nodes; a kind that does not exist is told; in both languages."""
    with tempfile.TemporaryDirectory() as folder:
        for config, words in (({"node": "making"}, ("PostgreSQL", "须共用")), ({"node": "everything", "store": "postgresql:host=/x dbname=y"}, ("whole", "须为"))):
            with open(f"{folder}/jinyin.json", "w") as out:
                json.dump(config, out)
            done = subprocess.run([BUILD / "jinyind", "--config", f"{folder}/jinyin.json", "--check"], capture_output=True, text=True)
            assert done.returncode != 0 and all(word in done.stdout + done.stderr for word in words), done


def key_files(node):
    """What kinds of keys lie in a node's key folder: the key room's own log of refusals aside, by the ids (maker-…, approver-…, 32 hex digits a seal's)."""
    return {path.stem for path in (node.folder / "data" / "key" / "keys").glob("*.key")}


def start_three(town):
    stamping, making = town.stamping, town.making
    for node in (stamping, making):
        with open(os.open(node.folder / "data.key", os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out:
            out.write(b"the same thirty-two bytes, both.")
    (stamping.folder / "makers").mkdir()
    stamping.write(data_key_file="data.key", seal_makers_path="makers")
    making.write(data_key_file="data.key")
    for node in town.nodes.values():
        node.migrate()
    stamping.start()
    point = base64.b64decode(people_of_nobody(stamping).call("GET", "/api/v1/statement-keys")["keys"]["key-request"]).hex()
    assert f'"key_request_key","text":"{point}"' in (stamping.folder / "log.jsonl").read_text().lower()
    making.write(key_request_key=point)
    making.start()
    town.verification.start()


def people_of_nobody(node):
    return Client(node.base)


def making_apart(town, people):
    """The maker's signature in one key room, the seal's key in another; a maker that the stamping node does not know makes nothing."""
    made = people.ask("maker", "POST", f"/makers/{people.maker_id}/key", {})
    people.own_pin("maker", made["maker_key_id"], made["activation_code"])
    people.maker_key_id = made["maker_key_id"]
    people.approver_key()
    application = people.apply()
    people.bring_materials(application)
    people.ask("agent", "POST", f"/applications/{application['application_id']}/submit", {})
    people.accept(application)
    seal_id = uuid.uuid4().hex
    told = refused(lambda: people.make(application["application_id"], seal_id=seal_id), "forbidden")
    assert "seal_makers_path" in told["field"] + told["detail"] or "whose seals" in told["detail"], told
    assert people.ask("agent", "GET", f"/applications/{application['application_id']}")["state"] == "ACCEPTED"
    (town.stamping.folder / "makers" / "maker.crt").write_bytes(base64.b64decode(made["certificate"]))
    return application["application_id"], seal_id


def persist(call, seconds=40):
    """As a client does: the same request until there is an answer."""
    end = time.monotonic() + seconds
    while True:
        try:
            return call()
        except (Problem, urllib.error.URLError, OSError) as problem:
            if (isinstance(problem, Problem) and problem.status < 500) or time.monotonic() > end:
                raise
        time.sleep(0.2)


def kill(node, *rooms):
    """kill -9 of a node's rooms, which start again."""
    before = node.pids()
    for room in rooms:
        os.kill(before[room], signal.SIGKILL)
    eventually(lambda: all(node.pids()[room] not in (None, before[room]) for room in rooms))


def three_nodes():
    with city("stamping", "making", "verification") as town:
        start_three(town)
        town.people()
        people = People(town, 1)
        application_id, seal_id = making_apart(town, people)
        # Killed while the request waits for the other node: the same request goes on.
        key, body = uuid.uuid4().hex, {"seal_id": seal_id, "sealed": people.seal("make", seal_id, people.pins[people.maker_key_id])}
        killer = threading.Timer(0.15, lambda: (kill(town.stamping, "web", "key"), kill(town.making, "key", "web")))
        killer.start()
        made = persist(lambda: people.ask("maker", "POST", f"/applications/{application_id}/seal", body, key=key))
        killer.join()
        again = persist(lambda: people.ask("maker", "POST", f"/applications/{application_id}/seal", body, key=key))
        assert made == again and made["seal_id"] == seal_id, (made, again)
        for node in town.nodes.values():
            demo.wait_for(node.base + "/readyz", 20, [node.process])
        people.hand_over(made)
        order = people.order(seal_id, people.upload((ROOT / "tests" / "data" / "contract.pdf").read_bytes())["document_id"])["order_id"]
        people.approve(order)
        stamped = people.content(people.stamp(order, seal_id)["document_id"])
        kill(town.verification, "web")
        demo.wait_for(town.verification.base + "/readyz", 20, [town.verification.process])
        verification_node(town, people, stamped, seal_id)
        role_cannot_write(town)
        roles_do_their_own(town)
        # Keys: of makers on the making node, of seals and approvers on the stamping node.
        assert key_files(town.making) == {people.maker_key_id, seal_id} and people.maker_key_id not in key_files(town.stamping)
        assert key_files(town.stamping) == {seal_id, people.approver_key_id}
        for kind, method, path in (("making", "POST", "/orders"), ("making", "POST", f"/orders/{order}/stamp"), ("making", "POST", "/verify"),
                                   ("making", "POST", f"/seals/{seal_id}/freeze"), ("making", "PUT", f"/keys/{seal_id}/pin"),
                                   ("stamping", "POST", "/applications"), ("stamping", "POST", f"/applications/{application_id}/seal"),
                                   ("stamping", "PUT", f"/keys/{people.maker_key_id}/pin"), ("stamping", "POST", f"/makers/{people.maker_id}/key")):
            body = {"sealed": "A" * 88} if path.endswith("pin") else {}
            role = "maker" if people.maker_key_id in path else "custodian"
            refused(lambda: people.at(kind, method, "/api/v1" + path, body, token=people.tokens[role]), "not_this_node", 421)
        # One audit record, without a fork, whoever wrote.
        check = people.ask("audit", "GET", "/audit/check")
        assert check["intact"] and check["whole"] and check["checked"] > 50, check
        if "JINYIN_FULL" in os.environ:
            later_life(town, people, seal_id)
        for node in (town.stamping, town.making):
            told = jinyin("fsck", "--config", node.folder / "jinyin.json", "--owner", town.server.words(town.database, postgres.OWNER))
            assert "nothing is wrong" in told, told
        jinyin("backup", town.folder / "backup", "--config", town.making.folder / "jinyin.json", "--owner", "postgresql:x", expect=65)
        another_data_key(town)


def later_life(town, people, seal_id):
    """What acts on a seal's key is done where that key lies, also by the maker's staff; a reissue on the making node ends the old key there (R20.1)."""
    state = lambda seal: people.ask("custodian", "GET", f"/seals/{seal}")["state"]
    assert people.carried_out(seal_id, "suspension", description="保管人离岗")["seal_state"] == "SUSPENDED"
    application_id = people.accepted(people.apply_about(seal_id, "resumption", description="新保管人到岗"))
    assert people.ask("custodian", "POST", f"/applications/{application_id}/resume",
                      {"sealed": people.seal("unfreeze", seal_id, people.pins[seal_id])})["seal_state"] == "ACTIVE"
    with urllib.request.urlopen(town.sim + "/seals", timeout=5) as answer:
        register = json.load(answer)
    register = register["seals"] if isinstance(register, dict) else register
    new = next(s for s in register if s["uscc"] == people.organization["uscc"] and s["kind"] == "statutory" and s["state"] == "in_use" and
               s["seal_code"] != people.organization["seal_code"])
    made = people.make(people.accepted(people.apply_about(seal_id, "reissue", physical_seal_code=new["seal_code"], seal_name=new["name"], has_superior=False,
                                                          foreign_script=False)))
    assert state(seal_id) == "CANCELLED" and state(made["seal_id"]) == "FILED"
    people.hand_over(made)
    assert state(made["seal_id"]) == "ACTIVE"
    eventually(lambda: town.server.psql("SELECT count(*) FROM key_work WHERE done IS NULL", town.database) == "0")
    assert people.ask("custodian", "POST", f"/seals/{made['seal_id']}/freeze", {"reason": "lost"})["state"] == "FROZEN"
    assert people.at("verification", "GET", f"/api/v1/seals/{made['seal_id']}/status")["state"] == "FROZEN"      # at once, wherever it is asked
    refused(lambda: people.ask("maker", "POST", f"/keys/{seal_id}/unlock", {"sealed": "A" * 88}), "unsupported")


def another_data_key(town):
    """Two keys of personal data in one database would make rows that nobody reads: the second one does not start."""
    making = town.making
    making.stop()
    (making.folder / "data.key").write_bytes(b"x" * 32)
    with open(making.folder / "log.jsonl", "a") as log:
        making.process = subprocess.Popen([BUILD / "jinyind", "--config", making.folder / "jinyin.json"], stdout=log, stderr=log, start_new_session=True)
    eventually(lambda: "另一密钥" in (making.folder / "log.jsonl").read_text())


def main():
    refused_configurations()
    three_nodes()


if __name__ == "__main__":
    sys.exit(main())
