#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Applications that use the API (R18.1–18.3): what each tier may be granted, signed requests and answers, every hostile variation of a
signed request, quotas, the life of credentials, and the examples of api/examples run as they are."""
import base64
import datetime
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile

from api_test import refused
from grants import Grant
from life import Life, Problem
from service import BUILD, ROOT, demonstration, eventually, pids

sys.path.insert(0, str(ROOT / "api" / "examples"))
from jinyin_client import Application, Refused  # noqa: E402

OFD = (ROOT / "tests" / "data" / "contract.ofd").read_bytes()
EXAMPLES = ROOT / "api" / "examples"


def declined(code, call, field=None):
    try:
        answer = call()
    except Refused as problem:
        assert problem.body["code"] == code, f"expected {code}, got {problem}"
        assert field is None or problem.body["field"] == field, problem
        return problem
    raise AssertionError(f"expected {code}, got {answer!r:.200}")


def client_of(life, role="agent", key=None, **facts):
    body = {"name": "业务系统", "algorithm": "sm2" if key else "hmac-sm3", "scopes": ["verify"], **facts}
    if key:
        body["public_key"] = base64.b64encode(key[1]).decode()
    made = life.ask(role, "POST", "/clients", body)
    return Application(life.base, made["client_id"], made["secret"], key[0] if key else None), made


def sm2_key(folder, name):
    file = folder / f"{name}.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-out", file], check=True, capture_output=True)
    spki = subprocess.run(["openssl", "pkey", "-in", file, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
    return file, spki[-65:]


def raw(base, head, body=b""):
    """Bytes as they are, past every library: status and code of the answer."""
    host, port = base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as s:
        s.sendall(head + body)
        answer = b""
        while b"\r\n\r\n" not in answer or len(answer.partition(b"\r\n\r\n")[2]) < 2:
            chunk = s.recv(65536)
            if not chunk:
                break
            answer += chunk
    return int(answer.split()[1]), answer


def R18__the_tier_says_what_can_be_granted(life):
    facts = {"name": "业务系统", "algorithm": "hmac-sm3", "scopes": ["verify"]}
    refused("bad_field", lambda: life.ask("agent", "POST", "/clients", {**facts, "scopes": ["making"]}), "scopes")
    refused("bad_field", lambda: life.ask("agent", "POST", "/clients", {**facts, "scopes": ["everything"]}), "scopes")
    refused("bad_field", lambda: life.ask("maker", "POST", "/clients", {**facts, "scopes": ["orders"]}), "scopes")
    refused("bad_field", lambda: life.ask("agent", "POST", "/clients", {**facts, "per_minute": 100000}), "per_minute")
    refused("bad_field", lambda: life.ask("agent", "POST", "/clients", {**facts, "algorithm": "md5"}), "algorithm")
    refused("bad_field", lambda: life.ask("agent", "POST", "/clients", {**facts, "algorithm": "sm2"}), "public_key")
    refused("bad_field", lambda: life.ask("agent", "POST", "/clients", {**facts, "algorithm": "sm2", "public_key": "A" * 86 + "=="}), "public_key")
    refused("forbidden", lambda: life.ask("custodian", "POST", "/clients", facts))


def R25_1__the_secret_is_shown_once_and_kept_wrapped(life, folder):
    application, made = client_of(life)
    shown = life.ask("agent", "GET", f"/clients/{application.client_id}")
    assert made["secret"] not in json.dumps(shown) and shown["state"] == "ACTIVE" and shown["tier"] == made["tier"]
    assert any(row["client_id"] == application.client_id for row in life.ask("agent", "GET", "/clients")["items"])
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert made["secret"].encode() not in content and bytes.fromhex(made["secret"]) not in content, file
    return application


def R18_3__a_signed_request_is_answered_and_the_answer_signed(life, application):
    assert application.ask("POST", "/api/v1/verify", OFD)["verdict"] == "no_signature"
    assert application.ask("POST", "/api/v1/verify", OFD, query="form=text").decode()
    declined("bad_field", lambda: application.ask("POST", "/api/v1/verify", OFD, query="form=xml"), "form")
    assert life.verify(OFD)["verdict"] == "no_signature", "R18.3: and without any account"


def hostile_variations_of_a_signed_request_are_refused(life, application, folder):
    sign = application.signed
    now = datetime.datetime.now(datetime.timezone.utc)
    verify = lambda headers, body=OFD, query="": application.ask("POST", "/api/v1/verify", body, query=query, headers=headers)
    head = sign("POST", "/api/v1/verify", "", OFD)
    verify(dict(head))
    declined("client_nonce_used", lambda: verify(dict(head)))
    for seconds in (-301, 301, -86400):
        time = (now + datetime.timedelta(seconds=seconds + (5 if seconds > 0 else 0))).strftime("%Y-%m-%dT%H:%M:%SZ")
        declined("client_time", lambda: verify(sign("POST", "/api/v1/verify", "", OFD, time=time)))
    for time in ("2026-13-41T99:99:99Z", "yesterday", "", "2026-01-31T09:00:00.000Z"):
        code = {"2026-13-41T99:99:99Z": "client_time"}.get(time, "client_signature")
        declined(code, lambda: verify({**sign("POST", "/api/v1/verify", "", OFD), "Jinyin-Time": time}))
    declined("client_digest", lambda: verify(sign("POST", "/api/v1/verify", "", b"another body")))
    declined("client_signature", lambda: verify({**sign("POST", "/api/v1/verify", "", b"another body"), "Jinyin-Digest": hashlib.new("sm3", OFD).hexdigest()}))
    declined("client_signature", lambda: verify(sign("POST", "/api/v1/verify", "form=text", OFD), query="form=json"))
    declined("client_signature", lambda: verify(sign("GET", "/api/v1/verify", "", OFD)))
    declined("client_signature", lambda: verify(sign("POST", "/api/v1/documents", "", OFD)))
    declined("client_signature", lambda: verify({**sign("POST", "/api/v1/verify", "", OFD), "Idempotency-Key": "another-key"}))
    wrong = Application(life.base, application.client_id, "0" * 64)
    unknown = Application(life.base, "0" * 32, application.secret)
    same = [declined("client_signature", lambda: a.ask("POST", "/api/v1/verify", OFD)).body for a in (wrong, unknown)]
    assert same[0] == same[1], "who is unknown is not told apart from who signs wrongly"
    for name, value in (("Jinyin-Nonce", "short"), ("Jinyin-Nonce", "x" * 65), ("Jinyin-Digest", "0" * 63), ("Jinyin-Digest", "A" * 64),
                        ("Jinyin-Signature", "AAAA"), ("Jinyin-Signature", "A" * 400), ("Jinyin-Signature", "?"), ("Jinyin-Client", "x" * 32)):
        declined("client_signature", lambda: verify({**sign("POST", "/api/v1/verify", "", OFD), name: value}), None)
    for name in ("Jinyin-Time", "Jinyin-Nonce", "Jinyin-Digest", "Jinyin-Signature"):
        declined("client_signature", lambda: verify({k: v for k, v in sign("POST", "/api/v1/verify", "", OFD).items() if k != name}), name)
    # Query order and spelling are part of what is signed.
    seals, _ = client_of(life, scopes=["seals"])
    assert seals.ask("GET", "/api/v1/seals", query="limit=2&before=9")["items"] == []
    declined("client_signature", lambda: seals.ask("GET", "/api/v1/seals", query="before=9&limit=2",
                                                   headers=seals.signed("GET", "/api/v1/seals", "limit=2&before=9")))
    declined("client_signature", lambda: seals.ask("GET", "/api/v1/seals", query="limit=%32", headers=seals.signed("GET", "/api/v1/seals", "limit=2")))
    # A second header of the same name, a path that is not ASCII.
    lines = lambda headers: "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
    for name in ("Jinyin-Client", "Jinyin-Time", "Jinyin-Nonce", "Jinyin-Digest", "Jinyin-Signature", "Idempotency-Key"):
        head = seals.signed("GET", "/api/v1/seals", idempotency_key="key-of-eight")
        status, answer = raw(life.base, b"GET /api/v1/seals HTTP/1.1\r\nHost: x\r\n" + lines(head) + f"{name}: {head[name]}\r\n\r\n".encode())
        assert status == 400 and b"bad_argument" in answer, (name, answer)
    for path in ("/api/v1/seals/%E5%8D%B0", "/api/v1/印章", "/api/v1/./seals", "/api/v1//seals"):
        status, answer = raw(life.base, b"GET " + path.encode() + b" HTTP/1.1\r\nHost: x\r\n" + lines(seals.signed("GET", path)) + b"\r\n")
        assert status == 400 and b"bad_argument" in answer, (path, answer)
    # More bytes than the request may have, and than were signed.
    big = {"purpose": " " * (20 << 10)}
    orders, _ = client_of(life, scopes=["orders"])
    declined("limit_exceeded", lambda: orders.ask("POST", "/api/v1/orders", big))


def a_nonce_stays_used_when_web_starts_again(life, application, folder):
    head = application.signed("POST", "/api/v1/verify", "", OFD)
    application.ask("POST", "/api/v1/verify", OFD, headers=dict(head))
    old = pids(folder)["web"]
    os.kill(old, signal.SIGKILL)

    def serves():
        try:
            return pids(folder)["web"] != old and life.call("GET", "/readyz")
        except (OSError, Problem):
            return False
    eventually(serves, 20)
    declined("client_nonce_used", lambda: application.ask("POST", "/api/v1/verify", OFD, headers=dict(head)))
    application.ask("POST", "/api/v1/verify", OFD)


def R18_1__an_application_orders_and_its_people_approve_and_stamp(life, other, seal_id, folder):
    application, _ = client_of(life, scopes=["verify", "documents", "orders", "records"], key=sm2_key(folder, "orders"))
    document = application.ask("POST", "/api/v1/documents", OFD)
    facts = {"seal_id": seal_id, "document_id": document["document_id"], "places": [{"pages": "1", "x_mm": 100, "y_mm": 180}],
             "category": "agreement", "purpose": "对账"}
    order = application.ask("POST", "/api/v1/orders", facts, key="the-same-key")
    assert application.ask("POST", "/api/v1/orders", facts, key="the-same-key") == order, "the same key: the same answer"
    declined("idempotency_key_reused", lambda: application.ask("POST", "/api/v1/orders", {**facts, "copies": 2}, key="the-same-key"))
    order_id, digest = order["order_id"], hashlib.new("sm3", base64.b64decode(order["order"])).hexdigest()
    assert application.ask("GET", f"/api/v1/orders/{order_id}")["requester_id"] == life.people[life.logins["agent"]]["person_id"]
    # No application approves or stamps by itself, and a session of somebody else's organization does not help.
    approve = {"sealed": life.seal("approve", f"{digest}/0", life.pins[life.approver_key_id]), "step": 0}
    declined("client_scope", lambda: application.ask("POST", f"/api/v1/orders/{order_id}/approve", approve), "Authorization")
    declined("client_scope", lambda: application.ask("POST", f"/api/v1/orders/{order_id}/approve", approve, session=other.tokens["approver"]), "Authorization")
    declined("forbidden", lambda: application.ask("POST", f"/api/v1/orders/{order_id}/approve", approve, session=life.tokens["custodian"]))
    application.ask("POST", f"/api/v1/orders/{order_id}/approve", approve, session=life.tokens["approver"])
    done = application.ask("POST", f"/api/v1/orders/{order_id}/stamp", {"sealed": life.seal("stamp", digest, life.pins[seal_id])},
                           session=life.tokens["custodian"])
    stamped = application.ask("GET", f"/api/v1/documents/{done['document_id']}/content")
    assert application.ask("POST", "/api/v1/verify", stamped)["verdict"].startswith("valid")
    assert any(r["order_id"] == order_id for r in application.ask("GET", "/api/v1/stamp-records")["items"])
    # What was not granted, and what no application may ask.
    declined("client_scope", lambda: application.ask("GET", "/api/v1/seals"), "scopes")
    declined("client_scope", lambda: application.ask("POST", "/api/v1/clients", {}), "path")
    declined("client_scope", lambda: application.ask("POST", f"/api/v1/seals/{seal_id}/freeze", {"reason": "x"}, session=life.tokens["custodian"]), "path")
    stranger, _ = client_of(other, scopes=["seals", "documents", "orders"])
    declined("not_found", lambda: stranger.ask("GET", f"/api/v1/documents/{done['document_id']}"))
    declined("not_found", lambda: stranger.ask("GET", f"/api/v1/orders/{order_id}"))
    assert stranger.ask("GET", "/api/v1/seals")["items"] == [], "R4.1: nobody else's seals"
    refused("not_found", lambda: other.ask("agent", "GET", f"/clients/{application.client_id}"))
    refused("not_found", lambda: other.ask("agent", "POST", f"/clients/{application.client_id}/revoke", {"reason": "x"}))
    return application, order_id


def R18_1__an_application_stamps_by_itself_under_a_grant_until_it_is_spent_or_revoked(life, seal_id, folder, algorithm):
    """Signed requests only, no person at hand: document, order, stamp, content, verdict. The grant's key is the application's own."""
    file, point = sm2_key(folder, f"grant-{algorithm}")
    application, _ = client_of(life, scopes=["verify", "documents", "orders", "records"], key=(file, point) if algorithm == "sm2" else None)
    grant = Grant(life, seal_id, file, point, categories=("voucher", "agreement"), count=2, each=500, total=700, client=application.client_id[:32])
    ask = lambda method, path, body=None, **more: application.ask(method, "/api/v1" + path, body, **more)
    document = ask("POST", "/documents", OFD)["document_id"]
    order = lambda n, amount=100: ask("POST", "/orders", {"seal_id": seal_id, "document_id": document, "places": [{"pages": "1", "x_mm": 20 * n, "y_mm": 90}],
                                                          "category": "voucher", "purpose": "对账", "amount_fen": amount})["order_id"]
    use = lambda order_id, key=None, **more: ask("POST", f"/orders/{order_id}/stamp-granted",
                                                 grant.use(ask("GET", f"/orders/{order_id}")["stamp_order"], **more), key=key)
    grant.write()
    declined("grant_exceeded", lambda: use(order(1), secret="00" * 32))     # written, and given by nobody yet; an order is tried once
    declined("client_scope", lambda: ask("POST", f"/grants/{grant.grant_id}/approve", {"sealed": "AAAA", "step": 0}), "path")
    grant.approve()
    declined("client_scope", lambda: ask("POST", f"/grants/{grant.grant_id}/grant", {"sealed": "AAAA"}), "path")
    grant.give()
    assert ask("GET", f"/grants/{grant.grant_id}")["state"] == "GRANTED"
    another, _ = sm2_key(folder, f"other-{algorithm}")
    declined("grant_exceeded", lambda: use(order(1), secret="11" * 32))
    foreign = order(1)
    declined("grant_exceeded", lambda: ask("POST", f"/orders/{foreign}/stamp-granted", grant.use(ask("GET", f"/orders/{foreign}")["stamp_order"], key=another)))
    first = order(1, 300)
    done = use(first, key=f"granted-{algorithm}")
    assert use(first)["document_id"] == done["document_id"], "the same order again: the same stamp, counted once"
    stamped = ask("GET", f"/documents/{done['document_id']}/content")
    assert ask("POST", "/verify", stamped)["verdict"].startswith("valid")
    declined("grant_exceeded", lambda: use(order(2, 401)))                  # 700 fen in all
    use(order(3, 400))
    declined("grant_exceeded", lambda: use(order(4, 0)))                    # two in all
    mine = [r for r in ask("GET", "/stamp-records", query="limit=1000")["items"] if r["grant_id"] == grant.grant_id and r["state"] == "DONE"]
    assert len(mine) == 2, mine
    fresh = Grant(life, seal_id, file, point, client=application.client_id[:32])
    fresh.write(), fresh.approve(), fresh.give()
    assert fresh.revoke("police" if algorithm == "sm2" else "custodian")["state"] == "REVOKED"
    last = order(5, 0)
    declined("grant_exceeded", lambda: ask("POST", f"/orders/{last}/stamp-granted", fresh.use(ask("GET", f"/orders/{last}")["stamp_order"])))
    rows = [(r["event"], r["outcome"]) for r in life.ask("audit", "GET", "/audit?limit=1000")["items"] if r["actor_id"] == application.client_id]
    assert rows.count(("document_stamped_under_grant", "ok")) >= 2 and any(e == "document_stamped_under_grant" and o == "grant_exceeded" for e, o in rows), rows


def R15_1__a_batch_is_many_requests_each_with_its_own_outcome(life, seal_id, folder):
    application, _ = client_of(life, scopes=["documents", "orders"], per_day=40)
    documents = [application.ask("POST", "/api/v1/documents", data)["document_id"] for data in (OFD, (ROOT / "tests" / "data" / "contract.pdf").read_bytes())]
    item = lambda n, document, **more: {"idempotency_key": f"item-{n:04}", "seal_id": seal_id, "document_id": document,
                                        "places": [{"pages": str(more.pop("page", 1)), "x_mm": 60 + n, "y_mm": 90}], "category": "agreement",
                                        "purpose": "批量", **more}
    items = [item(1, documents[0]), item(2, documents[1]), item(3, "0" * 32), item(4, documents[0], category="classified"), item(5, documents[0], page=99)]
    many = lambda path, items, session=None: application.ask("POST", f"/api/v1/order-batches{path}", {"items": items}, session=session)["items"]
    made = many("", items)
    assert [o["status"] for o in made] == [201, 201, 404, 409, 422], made
    assert [o["problem"]["code"] for o in made[2:]] == ["not_found", "excluded_by_law", "page_out_of_range"]
    again = many("", items)
    assert [o.get("answer") for o in again[:2]] == [o["answer"] for o in made[:2]], "idempotent item by item"
    single = {name: value for name, value in items[0].items() if name != "idempotency_key"}
    assert application.ask("POST", "/api/v1/orders", single, key="item-0001") == made[0]["answer"], "an item is the request that it would be alone"
    declined("bad_field", lambda: many("", [items[0], items[0]]), "items")
    declined("bad_field", lambda: many("", [items[0], item(9, documents[0], copies=0)]), "items[1].copies")
    declined("bad_field", lambda: many("", []), "items")
    declined("bad_field", lambda: many("", [item(n, documents[0]) for n in range(51)]), "items")
    digests = {o["answer"]["order_id"]: hashlib.new("sm3", base64.b64decode(o["answer"]["order"])).hexdigest() for o in made[:2]}
    sealed = lambda purpose, pins, mark: [{"idempotency_key": f"{mark}-{order_id}", "order_id": order_id,
                                           **({"sealed": life.seal(purpose, digest + "/0", pin), "step": 0} if purpose == "approve" else
                                              {"sealed": life.seal(purpose, digest, pin)})} for (order_id, digest), pin in zip(digests.items(), pins)]
    pin, approver_pin = life.pins[seal_id], life.pins[life.approver_key_id]
    declined("client_scope", lambda: many("/approve", sealed("approve", [approver_pin] * 2, "alone")), "Authorization")
    assert [o["status"] for o in many("/approve", sealed("approve", [approver_pin] * 2, "approve"), life.tokens["approver"])] == [200, 200]
    done = many("/stamp", sealed("stamp", [pin, "Wrong-PIN-1"], "first"), life.tokens["custodian"])
    assert [o["status"] for o in done] == [200, 403] and done[1]["problem"]["code"] == "pin_wrong", done
    done = many("/stamp", sealed("stamp", [pin, pin], "second"), life.tokens["custodian"])
    assert [o["answer"]["state"] for o in done] == ["DONE", "DONE"]
    for outcome in done:
        assert life.verify(life.content(outcome["answer"]["document_id"]))["verdict"].startswith("valid")
    # A batch counts as many requests as it holds.
    declined("quota_exceeded", lambda: many("", [item(n, documents[0]) for n in range(20, 60)]), "per_day")


def R28_1__its_acts_are_recorded_as_its_own(life, application, order_id):
    rows = [(r["event"], r["actor_id"], r["source"], r["outcome"]) for r in life.ask("audit", "GET", "/audit?limit=1000")["items"]
            if r["object"] == order_id or r["actor_id"] == application.client_id]
    assert ("order_created", application.client_id, "local", "ok") in rows, rows
    assert any(event == "document_stamped" and source == f"local via {application.client_id}" and outcome == "ok" for event, _, source, outcome in rows), rows
    assert any(outcome == "client_scope" for *_, outcome in rows), "refused acts too"


def R18_2__a_maker_makes_with_its_own_system(life):
    application, made = client_of(life, "maker", scopes=["applications", "making", "seals", "verify"])
    assert made["tier"] == "maker"
    case = life.apply()
    life.bring_materials(case)
    life.ask("agent", "POST", f"/applications/{case['application_id']}/submit", {})
    assert any(a["application_id"] == case["application_id"] for a in application.ask("GET", "/api/v1/applications")["items"])
    seen = [item["code"] for item in case["checklist"] if item["required"]]
    path = f"/api/v1/applications/{case['application_id']}"
    declined("client_scope", lambda: application.ask("POST", f"{path}/accept", {"originals_seen": seen}), "Authorization")
    application.ask("POST", f"{path}/accept", {"originals_seen": seen}, session=life.tokens["maker"])
    seal_id = os.urandom(16).hex()
    sealed = life.seal("make", seal_id, life.pins[life.maker_key_id])
    result = application.ask("POST", f"{path}/seal", {"seal_id": seal_id, "sealed": sealed}, session=life.tokens["maker"])
    assert result["filing_number"] and application.ask("GET", f"/api/v1/seals/{seal_id}")["state"] == "FILED"
    return life.hand_over(result)


def R18_1__a_quota_ends_and_says_when_to_come_again(life):
    application, _ = client_of(life, per_day=3)
    for _ in range(3):
        application.ask("GET", "/api/v1/key")
    head = application.signed("GET", "/api/v1/key")
    problem = declined("quota_exceeded", lambda: application.ask("GET", "/api/v1/key", headers=dict(head)), "per_day")
    assert problem.status == 429 and 0 < int(problem.headers["Retry-After"]) <= 86400
    declined("quota_exceeded", lambda: application.ask("GET", "/api/v1/key", headers=dict(head)))
    other, _ = client_of(life)
    other.ask("GET", "/api/v1/key")


def R18_1__credentials_are_renewed_with_overlap_and_end(life, folder):
    application, _ = client_of(life)
    path = f"/clients/{application.client_id}"
    refused("bad_field", lambda: life.ask("agent", "POST", f"{path}/rotate", {"overlap_hours": 1000}), "overlap_hours")
    refused("bad_field", lambda: life.ask("agent", "POST", f"{path}/rotate", {"overlap_hours": 1, "public_key": "A" * 88}), "public_key")
    fresh = Application(life.base, application.client_id, life.ask("agent", "POST", f"{path}/rotate", {"overlap_hours": 24})["secret"])
    for a in (application, fresh):
        a.ask("GET", "/api/v1/key")
    last = Application(life.base, application.client_id, life.ask("agent", "POST", f"{path}/rotate", {"overlap_hours": 0})["secret"])
    for a in (application, fresh):
        declined("client_signature", lambda: a.ask("GET", "/api/v1/key"))
    last.ask("GET", "/api/v1/key")
    life.ask("agent", "POST", f"{path}/suspend", {"reason": "maintenance"})
    declined("client_not_active", lambda: last.ask("GET", "/api/v1/key"))
    refused("state_forbids", lambda: life.ask("agent", "POST", f"{path}/suspend", {"reason": "again"}))
    life.ask("agent", "POST", f"{path}/resume", {"reason": "done"})
    last.ask("GET", "/api/v1/key")
    life.ask("police", "POST", f"{path}/suspend", {"reason": "misuse reported"})
    refused("forbidden", lambda: life.ask("agent", "POST", f"{path}/resume", {"reason": "we think not"}))
    life.ask("police", "POST", f"{path}/resume", {"reason": "cleared"})
    life.ask("agent", "POST", f"{path}/revoke", {"reason": "replaced"})
    declined("client_not_active", lambda: last.ask("GET", "/api/v1/key"))
    refused("state_forbids", lambda: life.ask("agent", "POST", f"{path}/resume", {"reason": "x"}))
    refused("state_forbids", lambda: life.ask("agent", "POST", f"{path}/rotate", {"overlap_hours": 0}))
    signer, _ = client_of(life, key=sm2_key(folder, "first"))
    new_key = sm2_key(folder, "second")
    answer = life.ask("agent", "POST", f"/clients/{signer.client_id}/rotate", {"overlap_hours": 0, "public_key": base64.b64encode(new_key[1]).decode()})
    declined("client_signature", lambda: signer.ask("GET", "/api/v1/key"))
    Application(life.base, signer.client_id, answer["secret"], new_key[0]).ask("GET", "/api/v1/key")


def the_examples_run_as_they_are(life, seal_id, folder):
    application, _ = client_of(life, scopes=["verify", "documents", "orders"])
    signer, _ = client_of(life, scopes=["verify", "documents", "orders"], key=sm2_key(folder, "example"))
    contract, base = ROOT / "tests" / "data" / "contract.pdf", life.base
    for command in (["bash", EXAMPLES / "client.sh", base, application.client_id, application.secret, contract, seal_id],
                    [sys.executable, EXAMPLES / "jinyin_client.py", base, application.client_id, application.secret, contract, seal_id],
                    [sys.executable, EXAMPLES / "jinyin_client.py", base, signer.client_id, signer.secret, contract, seal_id, "--key", signer.key],
                    [BUILD / "tests" / "scenario" / "api_example", base, application.client_id, application.secret, contract]):
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{command[0]} {command[1]}: {done.stdout}{done.stderr}"
        print(done.stdout.strip())


def main():
    with demonstration() as (folder, _), tempfile.TemporaryDirectory() as keys:
        import pathlib
        keys = pathlib.Path(keys)
        life, other = Life(folder, 1), Life(folder, 2)
        life.keys()
        R18__the_tier_says_what_can_be_granted(life)
        application = R25_1__the_secret_is_shown_once_and_kept_wrapped(life, folder)
        R18_3__a_signed_request_is_answered_and_the_answer_signed(life, application)
        hostile_variations_of_a_signed_request_are_refused(life, application, folder)
        seal_id = R18_2__a_maker_makes_with_its_own_system(life)
        orderer, order_id = R18_1__an_application_orders_and_its_people_approve_and_stamp(life, other, seal_id, keys)
        R28_1__its_acts_are_recorded_as_its_own(life, orderer, order_id)
        for algorithm in ("hmac-sm3", "sm2"):
            R18_1__an_application_stamps_by_itself_under_a_grant_until_it_is_spent_or_revoked(life, seal_id, keys, algorithm)
        R15_1__a_batch_is_many_requests_each_with_its_own_outcome(life, seal_id, folder)
        R18_1__a_quota_ends_and_says_when_to_come_again(life)
        R18_1__credentials_are_renewed_with_overlap_and_end(life, keys)
        the_examples_run_as_they_are(life, seal_id, keys)
        a_nonce_stays_used_when_web_starts_again(life, application, folder)
        print("all claims hold")


if __name__ == "__main__":
    main()
