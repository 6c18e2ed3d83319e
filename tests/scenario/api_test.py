#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rules of the life through the public API: every refusal by its stable code, and nothing half-done after it. Each claim is a
function named after it; R-keys stand where the duty is shown."""
import base64
import concurrent.futures
import datetime
import hashlib
import io
import json
import os
import threading
import time
import uuid
import zipfile

from life import Client, Life, Problem
from service import ROOT, demonstration

DATA = ROOT / "tests" / "data"
OFD, PDF = (DATA / "contract.ofd").read_bytes(), (DATA / "contract.pdf").read_bytes()


def refused(code, call, field=None, status=None):
    """The call must be refused with this code (and field)."""
    try:
        answer = call()
    except Problem as problem:
        assert problem.code == code, f"expected {code}, got {problem}"
        assert field is None or problem.body["field"] == field, problem
        assert status is None or problem.status == status, problem
        assert problem.body["title"] and problem.body["title_zh"], problem
        return problem
    raise AssertionError(f"expected {code}, got {answer!r:.200}")


def valid(report):
    return report["verdict"] in ("valid", "valid_with_warning")


def failed_checks(report):
    return {c["name"] for s in report["signatures"] for c in s["checks"] if not c["passed"]}


# -- who may ask what --

def nobody_without_a_session_and_no_role_beyond_its_own(life):
    refused("unauthenticated", lambda: life.call("GET", "/api/v1/seals"), status=401)
    refused("unauthenticated", lambda: life.call("GET", "/api/v1/seals", token="0" * 64))
    refused("bad_login", lambda: life.log_in("agent1", "wrong"))
    refused("bad_login", lambda: life.log_in("nobody", "wrong"))
    refused("forbidden", lambda: life.ask("agent", "POST", "/makers", {}))
    refused("forbidden", lambda: life.ask("custodian", "GET", "/filings"))
    refused("not_found", lambda: life.call("GET", "/api/v1/nothing"))
    refused("method_not_allowed", lambda: life.call("DELETE", "/api/v1/verify"))


def a_body_is_checked_field_by_field(life):
    facts = {"seal_kind": "statutory", "seal_name": "x", "physical_seal_code": "1201901000001", "has_superior": False, "by_agent": True,
             "foreign_script": False, "agent_id_number": "11010519491231002X", "agent_phone": "13800000000"}
    post = lambda body: life.ask("agent", "POST", "/applications", body)
    refused("bad_field", lambda: post({k: v for k, v in facts.items() if k != "seal_name"}), "seal_name")
    refused("bad_field", lambda: post({**facts, "unknown": 1}), "unknown")
    refused("bad_field", lambda: post({**facts, "has_superior": "no"}), "has_superior")
    refused("bad_field", lambda: post({**facts, "seal_kind": "royal"}), "seal_kind")
    refused("bad_id_number", lambda: post({**facts, "agent_id_number": "110105194912310021"}), "agent_id_number")
    refused("bad_field", lambda: post({**facts, "physical_seal_code": "123456"}), "physical_seal_code")
    refused("bad_json", lambda: post(b'{"a":1,"a":2}'))
    refused("bad_json", lambda: post(b"[" * 100))
    refused("bad_json", lambda: post(b"[]"))
    refused("bad_json", lambda: post(b""))
    refused("limit_exceeded", lambda: post(b'{"a":"' + b"x" * 20000 + b'"}'))
    refused("idempotency_key_missing", lambda: life.ask("agent", "POST", "/applications", facts, key="short"))


def wrong_codes_are_refused(life, admin):
    body = {"uscc": "91120101MA0Y00011X", "name": "x", "kind": "enterprise", "district": "120101"}
    refused("bad_uscc", lambda: life.call("POST", "/api/v1/organizations", body, token=admin), "uscc")
    refused("bad_field", lambda: life.call("POST", "/api/v1/organizations", {**body, "uscc": life.organization["uscc"], "district": "110101"},
                                           token=admin), "district")
    refused("conflict", lambda: life.call("POST", "/api/v1/organizations", {**body, "uscc": life.organization["uscc"]}, token=admin), "uscc")
    person = {"login": "someone", "name": "x", "id_number": "11010519491231002X", "phone": "13800000000", "roles": ["system_administrator", "police"]}
    refused("bad_field", lambda: life.call("POST", "/api/v1/people", person, token=admin), "roles")
    refused("bad_field", lambda: life.call("POST", "/api/v1/people", {**person, "roles": ["agent"]}, token=admin), "organization_id")


def the_same_key_gives_the_same_answer_and_another_request_is_refused(life, admin):
    key = uuid.uuid4().hex
    person = {"login": "once", "name": "甲", "id_number": "11010519491231002X", "phone": "13800000000", "roles": ["police"], "district": "120101"}
    first = life.call("POST", "/api/v1/people", person, token=admin, key=key)
    assert life.call("POST", "/api/v1/people", person, token=admin, key=key) == first, "asking again must give the same password"
    refused("idempotency_key_reused", lambda: life.call("POST", "/api/v1/people", {**person, "login": "twice"}, token=admin, key=key))
    refused("conflict", lambda: life.call("POST", "/api/v1/people", person, token=admin), "login")
    session = life.log_in("once", first["password"])
    assert session["name"] == "甲" and session["roles"] == ["police"]
    return session["token"]                       # a district officer of 120101


def a_password_is_changed_and_ends_the_sessions(life, admin):
    made = life.call("POST", "/api/v1/people", {"login": "changer", "name": "乙", "id_number": "11010519491231002X", "phone": "13800000000",
                                                "roles": ["agent"], "organization_id": life.organization["organization_id"]}, token=admin)
    token = life.log_in("changer", made["password"])["token"]
    refused("bad_field", lambda: life.call("PUT", "/api/v1/session/password", {"old": made["password"], "new": "short"}, token=token), "new")
    life.call("PUT", "/api/v1/session/password", {"old": made["password"], "new": "a long New password"}, token=token)
    refused("unauthenticated", lambda: life.call("GET", "/api/v1/session", token=token))
    refused("bad_login", lambda: life.log_in("changer", made["password"]))
    token = life.log_in("changer", "a long New password")["token"]
    life.call("DELETE", "/api/v1/session", token=token)
    refused("unauthenticated", lambda: life.call("GET", "/api/v1/session", token=token))


def five_wrong_passwords_lock_the_account(life, admin):
    made = life.call("POST", "/api/v1/people", {"login": "locked", "name": "丙", "id_number": "11010519491231002X", "phone": "13800000000",
                                                "roles": ["agent"], "organization_id": life.organization["organization_id"]}, token=admin)
    for _ in range(5):
        refused("bad_login", lambda: life.log_in("locked", "wrong password"))
    refused("bad_login", lambda: life.log_in("locked", made["password"]))


# -- application and making --

def R9__a_missing_material_is_named_with_its_clause(life):
    application = life.apply(by_agent=False, has_superior=True, foreign_script=True)
    required = {i["code"] for i in application["checklist"] if i["required"]}
    assert required == {"registration_document", "introduction_letter", "principal_id_original", "principal_contact", "translation"}, required
    life.bring_materials(application, leave_out=["translation"])
    problem = refused("material_missing", lambda: life.ask("agent", "POST", f"/applications/{application['application_id']}/submit", {}), "translation")
    assert "R9.5" in problem.body["detail"], problem
    refused("not_found", lambda: life.ask("agent", "PUT", f"/applications/{application['application_id']}/materials/passport", raw=b"x"))
    refused("file_empty", lambda: life.ask("agent", "PUT", f"/applications/{application['application_id']}/materials/translation", raw=b""))
    shown = life.ask("agent", "GET", f"/applications/{application['application_id']}")
    assert shown["agent_id_number"] == "110***********002X" and "002X" not in shown["agent_phone"], "R25.1: masked"
    assert sum(i["uploaded"] for i in shown["checklist"]) == 4
    life.ask("agent", "POST", f"/applications/{application['application_id']}/withdraw", {})
    refused("state_forbids", lambda: life.ask("agent", "POST", f"/applications/{application['application_id']}/submit", {}))


def R8_1__the_physical_seal_must_fit(life, register):
    def submit(code, **facts):
        application = life.apply(physical_seal_code=code, **facts)
        life.bring_materials(application)
        return life.ask("agent", "POST", f"/applications/{application['application_id']}/submit", {})

    ended = next(s for s in register if s["state"] != "in_use")
    foreign = next(s for s in register if s["uscc"] != life.organization["uscc"] and s["state"] == "in_use")
    refused("physical_seal_unknown", lambda: submit("9999999999999"), "physical_seal_code")
    refused("physical_seal_cancelled", lambda: submit(ended["seal_code"], seal_kind=ended["kind"]), "physical_seal_code")
    refused("physical_seal_mismatch", lambda: submit(foreign["seal_code"], seal_kind=foreign["kind"]), "uscc")
    refused("physical_seal_mismatch", lambda: submit(life.organization["seal_code"], seal_kind="contract"), "seal_kind")


def R14_1__one_statutory_seal_also_by_twenty_at_once(life):
    applications = [life.apply() for _ in range(20)]
    for application in applications:
        life.bring_materials(application)

    def submit(application):
        try:
            life.ask("agent", "POST", f"/applications/{application['application_id']}/submit", {})
            return application
        except Problem as problem:
            assert problem.code == "second_statutory_seal", problem
            return None

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        through = [a for a in pool.map(submit, applications) if a]
    assert len(through) == 1, f"{len(through)} of 20 came through"
    return through[0]


def R13_2__originals_are_seen_before_acceptance(life, application):
    path = f"/applications/{application['application_id']}/accept"
    refused("original_not_seen", lambda: life.ask("maker", "POST", path, {"originals_seen": []}), "registration_document")
    life.accept(application)
    refused("state_forbids", lambda: life.accept(application))


def R7_1__a_suspended_maker_cannot_make(life, application):
    life.ask("police", "POST", f"/makers/{life.maker_id}/suspend", {"reason": "inspection"})
    refused("maker_licence", lambda: life.make(application["application_id"]), "maker.state")
    life.ask("police", "POST", f"/makers/{life.maker_id}/resume", {"reason": "rectified"})
    refused("state_forbids", lambda: life.ask("police", "POST", f"/makers/{life.maker_id}/resume", {"reason": "again"}))


def R7_1__an_expired_licence_cannot_make(life, admin, application):
    past = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
    made = life.ask("police", "POST", "/makers", {"licence_number": "expired-1", "name": "过期制作机构（演示）", "uscc": life.organization["uscc"],
                                                  "valid_from": "2020-01-01T00:00:00Z", "valid_to": past.strftime("%Y-%m-%dT%H:%M:%SZ")})
    person = life.call("POST", "/api/v1/people", {"login": "expiredmaker", "name": "丁", "id_number": "11010519491231002X", "phone": "13800000000",
                                                  "roles": ["maker_staff"], "maker_id": made["maker_id"]}, token=admin)
    token = life.log_in("expiredmaker", person["password"])["token"]
    refused("maker_licence", lambda: life.call("POST", f"/api/v1/applications/{application['application_id']}/accept", {"originals_seen": []},
                                               token=token), "maker.valid_to")


def R13_2__made_and_filed_at_once_or_not_at_all(life, application):
    refused("pin_wrong", lambda: life.make(application["application_id"], pin="Wrong-PIN-1"))
    assert life.ask("maker", "GET", f"/applications/{application['application_id']}")["state"] == "ACCEPTED"
    key = uuid.uuid4().hex
    seal_id = uuid.uuid4().hex
    made = life.make(application["application_id"], seal_id=seal_id, key=key)
    assert life.make(application["application_id"], seal_id=seal_id, key=key) == made, "asked again: the same seal and activation code"
    refused("state_forbids", lambda: life.make(application["application_id"]))
    filed = [f for f in life.ask("police", "GET", "/filings")["items"] if f["seal_id"] == seal_id]
    assert len(filed) == 1 and filed[0]["filing_number"] == made["filing_number"] and filed[0]["uscc"] == life.organization["uscc"]
    seal = life.ask("maker", "GET", f"/seals/{seal_id}")
    assert seal["state"] == "FILED" and seal["valid_from"] < seal["valid_to"]
    assert "second_statutory_seal" == refused("second_statutory_seal", lambda: submit_again(life)).code
    return made


def submit_again(life):
    application = life.apply()
    life.bring_materials(application)
    return life.ask("agent", "POST", f"/applications/{application['application_id']}/submit", {})


def R19__the_seal_is_handed_over_and_its_pin_replaced(life, made):
    seal_id = made["seal_id"]
    custodian = life.people[life.logins["custodian"]]["person_id"]
    refused("bad_field", lambda: life.ask("agent", "POST", f"/seals/{seal_id}/custodian", {"person_id": life.people[life.logins["agent"]]["person_id"]}))
    refused("forbidden", lambda: life.own_pin("custodian", seal_id, made["activation_code"]))
    life.ask("agent", "POST", f"/seals/{seal_id}/custodian", {"person_id": custodian})
    about = f"{seal_id}/{custodian}"
    refused("pin_weak", lambda: life.own_pin("custodian", seal_id, made["activation_code"], "short", about=about))
    refused("pin_wrong", lambda: life.own_pin("custodian", seal_id, "not-the-code-123", about=about))
    refused("secret_unreadable", lambda: life.own_pin("custodian", seal_id, made["activation_code"], about=f"{seal_id}/{life.person('agent')}"))
    refused("secret_unreadable", lambda: life.ask("custodian", "PUT", f"/keys/{seal_id}/pin", {"sealed": life.seal("stamp", seal_id, "a", "b")}))
    stale = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
    refused("secret_stale", lambda: life.ask("custodian", "PUT", f"/keys/{seal_id}/pin",
                                             {"sealed": life.seal("change-pin", about, made["activation_code"], "Own-PIN-2026", stale)}))
    life.hand_over(made)
    assert life.ask("custodian", "GET", f"/seals/{seal_id}")["state"] == "ACTIVE"
    refused("state_forbids", lambda: life.ask("agent", "POST", f"/seals/{seal_id}/custodian", {"person_id": custodian}))


def R4_1__a_district_officer_sees_the_district(life, officer, seal_id):
    assert any(s["seal_id"] == seal_id for s in life.call("GET", "/api/v1/seals", token=officer)["items"])
    other = life.call("GET", "/api/v1/filings?limit=1000", token=officer)["items"]
    assert all(f["district"] == "120101" for f in other)


def another_organization_sees_nothing(life, other, seal_id, document_id):
    refused("not_found", lambda: other.ask("custodian", "GET", f"/seals/{seal_id}"))
    refused("not_found", lambda: other.ask("agent", "GET", f"/documents/{document_id}/content"))
    refused("not_found", lambda: other.order(seal_id, document_id))
    assert other.ask("agent", "GET", "/seals")["items"] == []


# -- use --

def documents_that_cannot_be_read_are_refused(life):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("OFD.xml", b"\0" * (300 << 20))
    dots = io.BytesIO()
    with zipfile.ZipFile(dots, "w") as z:
        z.writestr("OFD.xml", b"<x/>")
        z.writestr("../evil", b"x")
    doctype = io.BytesIO()
    with zipfile.ZipFile(doctype, "w") as z:
        z.writestr("OFD.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    for name, data, codes in (("empty", b"", {"file_empty"}), ("text", b"hello", {"file_format_unknown"}),
                              ("truncated OFD", OFD[:len(OFD) // 2], {"file_damaged", "container_ambiguous", "format"}),
                              ("truncated PDF", PDF[:len(PDF) // 2], {"file_damaged"}), ("zip bomb", bomb.getvalue(), {"file_hostile", "limit_exceeded"}),
                              ("dots", dots.getvalue(), {"container_ambiguous", "file_hostile"}),
                              ("doctype", doctype.getvalue(), {"file_hostile", "file_damaged"})):
        for call in (life.upload, life.verify):
            try:
                answer = call(data)
                raise AssertionError(f"{name}: {answer!r:.200}")
            except Problem as problem:
                assert problem.code in codes, f"{name}: {problem}"


def R16_1__no_stamp_without_the_approval_of_exactly_this_order(life, seal_id):
    document = life.upload(OFD)
    refused("page_out_of_range", lambda: life.order(seal_id, document["document_id"], page=99))
    refused("stamp_off_page", lambda: life.order(seal_id, document["document_id"], x_mm=1000))
    refused("excluded_by_law", lambda: life.order(seal_id, document["document_id"], category="classified"))
    refused("bad_field", lambda: life.order(seal_id, document["document_id"], category="anything"), "category")
    refused("not_found", lambda: life.order(seal_id, "0" * 32), "document_id")
    order = life.order(seal_id, document["document_id"])
    refused("no_approval", lambda: life.stamp(order["order_id"], seal_id))
    refused("forbidden", lambda: life.ask("agent", "POST", f"/orders/{order['order_id']}/approve", {"sealed": "AAAA" * 30, "step": 0}))
    refused("pin_wrong", lambda: life.approve(order["order_id"], "Wrong-PIN-1"))
    life.approve(order["order_id"])
    refused("state_forbids", lambda: life.approve(order["order_id"]))
    second = life.order(seal_id, document["document_id"], x_mm=20)
    life.ask("approver", "POST", f"/orders/{second['order_id']}/refuse", {"reason": "not this one"})
    refused("state_forbids", lambda: life.stamp(second["order_id"], seal_id))
    return document, order


def N4__a_stamp_is_made_once_and_recorded(life, seal_id, order):
    refused("pin_wrong", lambda: life.stamp(order["order_id"], seal_id, "Wrong-PIN-1"))
    assert life.ask("custodian", "GET", f"/orders/{order['order_id']}")["state"] == "APPROVED", "a wrong PIN does not spend the order"
    key = uuid.uuid4().hex
    done = life.stamp(order["order_id"], seal_id, key=key)
    assert life.stamp(order["order_id"], seal_id, key=key) == done
    assert life.stamp(order["order_id"], seal_id)["document_id"] == done["document_id"], "under another key: the same stamp"
    stamped = life.content(done["document_id"])
    report = life.verify(stamped)
    assert valid(report), report["verdict"]
    assert report["signatures"][0]["time"]["known_by"] == "register"
    assert "VALID" in life.call("POST", "/api/v1/verify?form=text", raw=stamped).decode()
    refused("bad_field", lambda: life.call("POST", "/api/v1/verify?form=xml", raw=stamped), "form")
    assert "TEST_ONLY" in failed_checks(report), "R11.1: made with the simulators, and says so"
    records = [r for r in life.ask("police", "GET", "/stamp-records?limit=1000")["items"] if r["order_id"] == order["order_id"]]
    assert len(records) == 1 and records[0]["state"] == "DONE"
    for member in ("requester_id", "approver_id", "custodian_id", "document_digest", "result_digest", "value_digest", "stamped", "approved"):
        assert records[0][member], member
    return stamped


def a_second_stamp_keeps_the_first_valid(life, seal_id, stamped):
    document = life.upload(stamped)
    assert document["refusal"] == ""
    order = life.order(seal_id, document["document_id"], x_mm=30)
    life.approve(order["order_id"])
    report = life.verify(life.content(life.stamp(order["order_id"], seal_id)["document_id"]))
    assert valid(report) and len(report["signatures"]) == 2


def R16_1__what_was_prepared_and_changed_since_is_refused(life, seal_id, folder):
    """Whoever owns the disk changes the bytes that were approved: no stamp comes out, and the order has failed."""
    document = life.upload(PDF)
    blobs = folder / "data" / "web" / "blobs"
    before = set(blobs.rglob("*"))
    order = life.order(seal_id, document["document_id"], x_mm=70)
    (prepared,) = [p for p in set(blobs.rglob("*")) - before if p.is_file()]
    life.approve(order["order_id"])
    content = prepared.read_bytes()
    prepared.write_bytes(content.replace(b"%PDF-1.", b"%PDF-2.", 1))
    refused("document_changed", lambda: life.stamp(order["order_id"], seal_id))
    assert life.ask("custodian", "GET", f"/orders/{order['order_id']}")["state"] == "FAILED"
    prepared.write_bytes(content)
    refused("state_forbids", lambda: life.stamp(order["order_id"], seal_id))


def R11_2__the_picture_is_the_impression_of_the_engraving_system(life, made, sim):
    impression = base64.b64decode(sim.call("GET", f"/seals/{life.organization['seal_code']}")["picture"])
    seal = life.ask("maker", "GET", f"/seals/{made['seal_id']}")
    assert impression in base64.b64decode(seal["seal"]), "the e-seal holds the very bytes"
    assert seal["impression_digest"] == hashlib.new("sm3", impression).hexdigest()


def web_does_not_grow_with_the_document(life, seal_id, folder):
    """A document of 120 MB through upload, order, stamping, download and verification: web's own memory stays where it was."""
    large = io.BytesIO(OFD)
    with zipfile.ZipFile(large, "a", zipfile.ZIP_STORED) as z:
        z.writestr("Doc_0/Attachs/large.bin", os.urandom(120 << 20))
    pid = json.loads((folder / "data" / "pids.json").read_text())["web"]
    own = lambda: next(int(line.split()[1]) for line in open(f"/proc/{pid}/status") if line.startswith("RssAnon"))
    before, peak, over = own(), [0], threading.Event()
    watch = threading.Thread(target=lambda: [peak.__setitem__(0, max(peak[0], own())) for _ in iter(lambda: over.wait(0.005), True)])
    watch.start()
    document = life.upload(large.getvalue())
    order = life.order(seal_id, document["document_id"])
    life.approve(order["order_id"])
    stamped = life.content(life.stamp(order["order_id"], seal_id)["document_id"])
    assert valid(life.verify(stamped))
    over.set()
    watch.join()
    assert len(stamped) > 120 << 20 and peak[0] - before < 16 << 10, f"{before} KiB before, {peak[0]} KiB at most"
    print(f"a document of {len(stamped) >> 20} MiB: web {before} KiB before, {peak[0]} KiB at most")


def R21_2__a_frozen_seal_does_not_stamp_until_its_custodian_says_so(life, seal_id, document):
    order = life.order(seal_id, document["document_id"], x_mm=50)
    life.approve(order["order_id"])
    refused("forbidden", lambda: life.ask("agent", "POST", f"/seals/{seal_id}/freeze", {"reason": "x"}))
    life.ask("custodian", "POST", f"/seals/{seal_id}/freeze", {"reason": "reported stolen"})
    refused("seal_not_live", lambda: life.stamp(order["order_id"], seal_id))
    refused("seal_not_live", lambda: life.order(seal_id, document["document_id"]))
    refused("pin_wrong", lambda: life.ask("custodian", "POST", f"/seals/{seal_id}/unfreeze", {"sealed": life.seal("unfreeze", seal_id, "Wrong-PIN-1")}))
    life.ask("custodian", "POST", f"/seals/{seal_id}/unfreeze", {"sealed": life.seal("unfreeze", seal_id, life.pins[seal_id])})
    assert life.stamp(order["order_id"], seal_id)["state"] == "DONE"


def five_wrong_pins_lock_the_seal(life, seal_id, document):
    order = life.order(seal_id, document["document_id"], x_mm=60)
    life.approve(order["order_id"])
    for _ in range(5):
        refused("pin_wrong", lambda: life.stamp(order["order_id"], seal_id, "Wrong-PIN-1"))
    refused("pin_locked", lambda: life.stamp(order["order_id"], seal_id), status=423)


def R21_1_N5__cancelled_for_a_reason_and_known_at_any_time(life, seal_id, stamped):
    status = lambda at: life.call("GET", f"/api/v1/seals/{seal_id}/status?at={at}")["state"]
    now = lambda: datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    refused("reason_required", lambda: life.apply_about(seal_id, "cancellation", reason="because"), "reason")
    refused("forbidden", lambda: life.ask("agent", "POST", f"/seals/{seal_id}/cancel", {"reason": "key_leaked"}))
    before = now()
    time.sleep(1.1)
    life.carried_out(seal_id, "cancellation", reason="key_leaked", description="seen by a stranger")
    assert status(before) == "ACTIVE" and status("2020-01-01T00:00:00Z") == "NOT_MADE"
    assert status(now()) == "CANCELLED"
    refused("bad_field", lambda: status("2999-01-01T00:00:00Z"), "at")
    refused("not_found", lambda: life.call("GET", "/api/v1/seals/1201999999999/status"))
    report = life.verify(stamped)
    assert valid(report) and "SEAL_STATUS_NOW" in failed_checks(report), report["verdict"]
    history = [h["event"] for h in life.ask("custodian", "GET", f"/seals/{seal_id}")["history"]]
    assert history == ["file", "activate", "freeze", "unfreeze", "cancel"], history
    refused("state_forbids", lambda: life.apply_about(seal_id, "cancellation", reason="key_leaked"))
    refused("state_forbids", lambda: life.ask("police", "POST", f"/seals/{seal_id}/cancel", {"reason": "key_leaked"}))


def R5_2__every_event_reaches_the_engraving_system(life):
    for _ in range(100):
        open_filings = [f for f in life.ask("police", "GET", "/filings?limit=1000")["items"] if f["receipt"] is None]
        if not open_filings:
            return
        time.sleep(0.1)
    raise AssertionError(f"{len(open_filings)} filings without a receipt")


def a_seal_is_issued_again_after_the_end_of_the_first(life, first_es_id):
    seal_id = life.whole_seal()
    es_id = life.ask("custodian", "GET", f"/seals/{seal_id}")["es_id"]
    assert es_id != first_es_id and es_id.startswith(first_es_id), "R20.1: an esID never means two seals"


def lists_are_paged(life):
    first = life.ask("police", "GET", "/filings?limit=1")
    assert len(first["items"]) == 1 and first["next"] is not None
    second = life.ask("police", "GET", f"/filings?limit=1&before={first['next']}")
    assert second["items"][0]["filing_number"] != first["items"][0]["filing_number"]
    refused("bad_field", lambda: life.ask("police", "GET", "/filings?limit=100000"), "limit")


def main():
    with demonstration() as (folder, base):
        life, other = Life(folder, 1), Life(folder, 2)
        admin = life.tokens["admin"]
        sim = Client(life.credentials["sim"])
        register = sim.call("GET", "/seals")["seals"]
        life.keys()
        other.approver_key()
        nobody_without_a_session_and_no_role_beyond_its_own(life)
        a_body_is_checked_field_by_field(life)
        wrong_codes_are_refused(life, admin)
        officer = the_same_key_gives_the_same_answer_and_another_request_is_refused(life, admin)
        a_password_is_changed_and_ends_the_sessions(life, admin)
        five_wrong_passwords_lock_the_account(life, admin)
        R9__a_missing_material_is_named_with_its_clause(life)
        R8_1__the_physical_seal_must_fit(life, register)
        application = R14_1__one_statutory_seal_also_by_twenty_at_once(life)
        R7_1__an_expired_licence_cannot_make(life, admin, application)
        R13_2__originals_are_seen_before_acceptance(life, application)
        R7_1__a_suspended_maker_cannot_make(life, application)
        made = R13_2__made_and_filed_at_once_or_not_at_all(life, application)
        seal_id = made["seal_id"]
        R11_2__the_picture_is_the_impression_of_the_engraving_system(life, made, sim)
        R19__the_seal_is_handed_over_and_its_pin_replaced(life, made)
        R4_1__a_district_officer_sees_the_district(life, officer, seal_id)
        documents_that_cannot_be_read_are_refused(life)
        document, order = R16_1__no_stamp_without_the_approval_of_exactly_this_order(life, seal_id)
        another_organization_sees_nothing(life, other, seal_id, document["document_id"])
        stamped = N4__a_stamp_is_made_once_and_recorded(life, seal_id, order)
        a_second_stamp_keeps_the_first_valid(life, seal_id, stamped)
        R16_1__what_was_prepared_and_changed_since_is_refused(life, seal_id, folder)
        web_does_not_grow_with_the_document(life, seal_id, folder)
        R21_2__a_frozen_seal_does_not_stamp_until_its_custodian_says_so(life, seal_id, document)
        five_wrong_pins_lock_the_seal(life, seal_id, document)
        R21_1_N5__cancelled_for_a_reason_and_known_at_any_time(life, seal_id, stamped)
        R5_2__every_event_reaches_the_engraving_system(life)
        a_seal_is_issued_again_after_the_end_of_the_first(life, made["es_id"])
        lists_are_paged(life)
        print("all claims hold")


if __name__ == "__main__":
    main()
