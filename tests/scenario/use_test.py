#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How a seal is used through the public API (docs/design/use.md): places, flows with steps and deputies, permissions, hand-over, grants, the register."""
import base64
import csv
import io
import json
import secrets
import subprocess

import pages
from exchange_test import Sim
from grants import Grant, key_pair
from lifecycle_test import at_database
from life import Life, Problem, flow, now, path, sm3
from service import ROOT, demonstration

import digest_only

DATA = ROOT / "tests" / "data"


def refused(code, call, field=None):
    try:
        answer = call()
    except Problem as problem:
        assert problem.code == code, f"expected {code}, got {problem}"
        assert field is None or problem.body["field"] == field, problem
        return problem
    raise AssertionError(f"expected {code}, got {answer!r:.200}")


def join(life, role, roles, serial):
    """A further person of the organization, logged in as `role`."""
    digits = f"12010119900101{serial:03d}"
    number = digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2))) % 11]
    login = f"use-{role}"
    made = life.ask("admin", "POST", "/people", {"login": login, "name": "某人", "id_number": number, "phone": "13800000000", "roles": roles,
                                                 "organization_id": life.organization["organization_id"]})
    password = made["password"]
    session = life.log_in(login, password)
    if "change_password" in session["must"]:
        own = "Own-1" + secrets.token_urlsafe(18)
        life.call("PUT", "/api/v1/session/password", {"old": password, "new": own}, token=session["token"])
        session = life.log_in(login, own)
    life.tokens[role], life.logins[role], life.people[login] = session["token"], login, {"person_id": made["person_id"]}
    return made["person_id"]


def approver(life, role, serial):
    person = join(life, role, ["approver"], serial)
    made = life.ask(role, "POST", f"/people/{person}/key", {})
    life.own_pin(role, made["approver_key_id"], made["activation_code"])
    return made["approver_key_id"]


def stamped(life, order_id, seal_id):
    report = life.verify(life.content(life.stamp(order_id, seal_id)["document_id"]))
    assert report["verdict"].startswith("valid"), report["verdict"]


def order(life, seal_id, document, places, **more):
    return life.ask("agent", "POST", "/orders", {"seal_id": seal_id, "document_id": document["document_id"], "places": places, "category": "agreement",
                                                 "purpose": "用章", **more})


def R15_1__everywhere_that_the_tool_can_stamp(life, seal_id):
    pages = life.upload((DATA / "hundred-pages.ofd").read_bytes())
    made = order(life, seal_id, pages, [{"pages": "1-3,5,last", "x_mm": 10, "y_mm": 20, "corner": "bottom-right"}])
    assert [p["page"] for p in made["places"]] == [1, 2, 3, 5, 100]
    assert sm3(base64.b64decode(made["order"])) == life.order_object("agent", made["order_id"])
    seam = order(life, seal_id, pages, [{"pages": "1-4", "seam": "right"}, {"pages": "last", "x_mm": 100, "y_mm": 200}])
    strips = seam["places"][:4]
    assert len(seam["places"]) == 5 and abs(sum(p["clip"]["width_mm"] for p in strips) - strips[0]["width_mm"]) < 0.01, seam["places"]
    life.approve(seam["order_id"])
    stamped(life, seam["order_id"], seal_id)
    contract, pdf = (life.upload((DATA / f"contract.{kind}").read_bytes()) for kind in ("ofd", "pdf"))
    refused("keyword_not_found", lambda: order(life, seal_id, contract, [{"keyword": "没有这个词"}]))
    refused("keyword_not_found", lambda: order(life, seal_id, pdf, [{"keyword": "没有这个词"}]))
    refused("seam_impossible", lambda: order(life, seal_id, contract, [{"seam": "left"}]))
    for wrong in ({"pages": "1"}, {"pages": "1", "x_mm": 1}, {"pages": "1", "x_mm": 1, "y_mm": 1, "seam": "left"}, {"seam": "inside"},
                  {"pages": "1", "x_mm": 1, "y_mm": 1, "corner": "middle"}, {"keyword": "甲方", "margin_mm": 1},
                  {"pages": "1", "x_mm": 1, "y_mm": 1, "colour": 1}):
        refused("bad_field", lambda: order(life, seal_id, contract, [wrong]))
    refused("bad_field", lambda: order(life, seal_id, contract, []), "places")
    corner = [{"pages": "1", "x_mm": 1, "y_mm": 1}]
    assert abs(order(life, seal_id, contract, corner, height_mm=20)["places"][0]["width_mm"] - 20) < 0.01
    refused("bad_field", lambda: order(life, seal_id, contract, corner, width_mm=30, height_mm=20), "height_mm")      # a stretched seal is another one


def R16_1__steps_thresholds_and_deputies(life, seal_id, first, second, boss, deputy):
    steps = (("部门会签", 2, [first, second]), ("法定代表人", 1, [boss]))
    small = path(("审批", 1, [first]), categories=["agreement", "voucher"], amount_max=100000)
    away = [(boss, deputy, now(minutes=-1), now(hours=1))]
    life.set_flow(seal_id, flow(seal_id, 2, [small, path(*steps)], away))
    assert life.ask("agent", "GET", f"/seals/{seal_id}/flow")["says"]["paths"][1]["steps"][0]["needed"] == 2
    refused("conflict", lambda: life.set_flow(seal_id, flow(seal_id, 2, [small])))
    refused("pin_wrong", lambda: life.set_flow(seal_id, flow(seal_id, 3, [small]), "Wrong-PIN-1"))
    refused("bad_field", lambda: life.set_flow(seal_id, flow(seal_id, 3, [path()], authority=boss)), "flow")
    document = life.upload((DATA / "contract.pdf").read_bytes())
    spot = [{"pages": "1", "x_mm": 60, "y_mm": 60}]
    quick = order(life, seal_id, document, spot, amount_fen=99, reference="HT-2026-1", copies=2)
    assert life.approve(quick["order_id"])["state"] == "APPROVED"
    stamped(life, quick["order_id"], seal_id)
    large = order(life, seal_id, document, spot, amount_fen=100001)["order_id"]
    refused("no_approval", lambda: life.approve(large, role="boss", key_id=boss, step=1))
    refused("forbidden", lambda: life.approve(large, role="boss", key_id=boss, step=0))
    waits = life.approve(large)
    assert (waits["state"], waits["step"], waits["step_waits_for"]) == ("REQUESTED", 0, 1), waits
    assert life.approve(large, step=0)["step_waits_for"] == 1, "the same approval again is the same"
    refused("no_approval", lambda: life.stamp(large, seal_id))
    assert life.approve(large, role="second", key_id=second)["step"] == 1
    assert life.approve(large, role="deputy", key_id=deputy)["state"] == "APPROVED"
    shown = life.ask("custodian", "GET", f"/orders/{large}")
    assert [(a["step"], a["in_place_of"]) for a in shown["approvals"]] == [(0, ""), (0, ""), (1, boss)]
    stamped(life, large, seal_id)
    void = order(life, seal_id, document, spot, amount_fen=5)["order_id"]
    life.approve(void)
    life.set_flow(seal_id, flow(seal_id, 3, [path(("审批", 1, [first, second]))]))
    refused("no_approval", lambda: life.stamp(void, seal_id))                  # approved under the flow before
    assert life.ask("agent", "GET", f"/orders/{void}")["state"] == "FAILED"


def R16_1__who_may_ask_is_the_custodians_word(life, seal_id):
    document = life.upload((DATA / "contract.ofd").read_bytes())
    spot = [{"pages": "1", "x_mm": 60, "y_mm": 60}]
    (all_of_them,) = [p for p in life.ask("custodian", "GET", f"/seals/{seal_id}/permissions")["items"] if p["revoked"] is None]
    refused("forbidden", lambda: life.ask("agent", "POST", f"/permissions/{all_of_them['permission_id']}/revoke", {}))
    life.ask("custodian", "POST", f"/permissions/{all_of_them['permission_id']}/revoke", {})
    refused("not_found", lambda: life.ask("custodian", "POST", f"/permissions/{all_of_them['permission_id']}/revoke", {}))
    refused("use_not_permitted", lambda: order(life, seal_id, document, spot))
    give = lambda **more: life.ask("custodian", "POST", f"/seals/{seal_id}/permissions", {"person_id": life.person("agent"), "categories": ["voucher"], **more})
    refused("bad_field", lambda: give(categories=["anything"]), "categories")
    refused("bad_field", lambda: give(valid_to="2020-01-01T00:00:00Z"), "valid_to")
    refused("bad_field", lambda: give(person_id=life.person("approver")), "person_id")
    give(valid_from="2090-01-01T00:00:00Z", valid_to="2091-01-01T00:00:00Z")
    refused("use_not_permitted", lambda: order(life, seal_id, document, spot, category="voucher"))
    give()
    order(life, seal_id, document, spot, category="voucher")
    refused("use_not_permitted", lambda: order(life, seal_id, document, spot))
    give(categories=["*"])
    order(life, seal_id, document, spot)


def R18_1__a_business_system_stamps_under_its_grant(life, seal_id, folder):
    key = folder / "client.pem"
    grant = Grant(life, seal_id, key, key_pair(key))
    assert grant.write()["state"] == "REQUESTED"
    refused("conflict", grant.write, "grant")
    refused("no_approval", grant.give)
    grant.approve()
    grant.give()
    document = life.upload((DATA / "contract.ofd").read_bytes())

    def use(amount, secret=None, x_mm=20, order_id=None):
        made = order_id or order(life, seal_id, document, [{"pages": "1", "x_mm": x_mm, "y_mm": 90}], category="voucher", amount_fen=amount)["order_id"]
        return life.ask("agent", "POST", f"/orders/{made}/stamp-granted", grant.use(life.ask("agent", "GET", f"/orders/{made}")["stamp_order"], secret))
    refused("grant_exceeded", lambda: use(501))
    refused("grant_exceeded", lambda: use(10, "00" * 32))
    done = use(300)
    assert life.verify(life.content(done["document_id"]))["verdict"].startswith("valid")
    assert use(300, order_id=done["stamp_record_id"])["document_id"] == done["document_id"], "the same order again: the same stamp"
    # R16.1, R19.1: another flow: who decides now has not said yes to it. Approved and given once more it goes on with what is left.
    shown = lambda: life.ask("custodian", "GET", f"/grants/{grant.grant_id}")
    assert shown()["in_force"] and shown()["state"] == "GRANTED"
    refused("state_forbids", grant.give)
    number = life.ask("custodian", "GET", f"/seals/{seal_id}/flow")["number"]
    life.set_flow(seal_id, flow(seal_id, number + 1, [path(("审批", 1, [life.approver_key_id]))]))
    assert not shown()["in_force"] and not life.ask("custodian", "GET", f"/seals/{seal_id}/grants")["items"][0]["in_force"] and shown()["step"] == 0
    waiting = order(life, seal_id, document, [{"pages": "1", "x_mm": 40, "y_mm": 90}], category="voucher", amount_fen=400)["order_id"]
    refused("grant_exceeded", lambda: use(400, order_id=waiting))
    assert life.ask("agent", "GET", f"/orders/{waiting}")["state"] == "REQUESTED", "it may be carried out afterwards"
    refused("no_approval", grant.give)
    grant.approve()
    secret = grant.secret
    grant.give()
    assert grant.secret == secret and shown()["in_force"]
    refused("grant_exceeded", lambda: use(401, x_mm=30))                        # 700 in all
    use(400, order_id=waiting)
    refused("grant_exceeded", lambda: use(0, x_mm=50))                          # two in all
    records = [r for r in life.ask("custodian", "GET", "/stamp-records?limit=1000")["items"] if r["grant_id"] == grant.grant_id and r["state"] == "DONE"]
    assert len(records) == 2
    assert grant.revoke()["state"] == "REVOKED"
    refused("grant_exceeded", lambda: use(0, x_mm=60))


def R19_1__handed_over_with_both_sides_word(life, seal_id):
    newcomer = join(life, "newcomer", ["custodian"], 77)
    about, pin, code = f"{seal_id}/{newcomer}", life.pins[seal_id], "Hand-Over-77"
    hand = lambda pin: life.ask("custodian", "POST", f"/seals/{seal_id}/hand-over", {"person_id": newcomer, "sealed": life.seal("hand-over", about, pin, code)})
    take = lambda code: life.ask("newcomer", "POST", f"/seals/{seal_id}/take-over", {"sealed": life.seal("take-over", about, code, "New-PIN-2026")})
    refused("state_forbids", lambda: take(code))
    refused("pin_wrong", lambda: hand("Wrong-PIN-1"))
    hand(pin)
    refused("pin_wrong", lambda: take("Wrong-Code-1"))
    take(code)
    kept = life.ask("police", "GET", f"/seals/{seal_id}/custody")["items"]
    assert [k["to_person_id"] for k in kept] == [life.person("custodian"), newcomer] and all(k["confirmed"] for k in kept)
    document = life.upload((DATA / "contract.ofd").read_bytes())
    made = order(life, seal_id, document, [{"pages": "1", "x_mm": 60, "y_mm": 60}])["order_id"]
    life.approve(made)
    refused("forbidden", lambda: life.stamp(made, seal_id))
    life.tokens["custodian"] = life.tokens["newcomer"]
    refused("pin_wrong", lambda: life.stamp(made, seal_id))                     # the PIN of before
    life.pins[seal_id] = "New-PIN-2026"
    stamped(life, made, seal_id)


def R19_2__a_locked_seal_is_unlocked_by_two(life, seal_id):
    document = life.upload((DATA / "contract.ofd").read_bytes())
    made = order(life, seal_id, document, [{"pages": "1", "x_mm": 20, "y_mm": 20}])["order_id"]
    life.approve(made)
    agree = lambda role, key_id: life.ask(role, "POST", f"/keys/{seal_id}/unlock", {"sealed": life.seal("unlock", seal_id, life.pins[key_id])})
    refused("state_forbids", lambda: agree("approver", life.approver_key_id))
    for _ in range(5):
        refused("pin_wrong", lambda: life.stamp(made, seal_id, "Wrong-PIN-1"))
    refused("pin_locked", lambda: life.stamp(made, seal_id))
    assert agree("approver", life.approver_key_id)["unlocked"] is False
    refused("pin_locked", lambda: life.stamp(made, seal_id))
    assert agree("maker", life.maker_key_id)["unlocked"] is True
    stamped(life, made, seal_id)


def R19_1__the_register_of_use_is_a_table_for_everybody(life, seal_id, other):
    document = life.upload((DATA / "contract.ofd").read_bytes())
    order(life, seal_id, document, [{"pages": "1", "x_mm": 60, "y_mm": 60}], purpose='=HYPERLINK("http://evil")', reference="+1,\"2\"")
    register = life.ask("agent", "GET", f"/seals/{seal_id}/use-register?limit=1000")["items"]
    assert {"DONE", "FAILED", "REQUESTED"} <= {r["state"] for r in register}
    text = life.ask("approver", "GET", f"/seals/{seal_id}/use-register/export")
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline="")))
    assert len(rows) == len(register) + 1 and all(len(row) == len(rows[0]) for row in rows)
    assert rows[1][7] == "'=HYPERLINK(\"http://evil\")" and rows[1][8] == "'+1,\"2\"", rows[1]
    assert not any(cell[:1] in ("=", "+", "-", "@") for row in rows for cell in row)
    assert life.ask("agent", "GET", f"/seals/{seal_id}/use-register?to=2020-01-01T00:00:00Z")["items"] == []
    refused("bad_field", lambda: life.ask("agent", "GET", f"/seals/{seal_id}/use-register?from=yesterday"), "from")
    refused("not_found", lambda: other.ask("agent", "GET", f"/seals/{seal_id}/use-register"))
    refused("not_found", lambda: other.ask("agent", "GET", f"/seals/{seal_id}/flow"))


def R19_1__the_register_of_use_is_a_document_that_the_service_signs(life, seal_id, other, folder, sim):
    path = f"/seals/{seal_id}/use-register/pdf"
    for fault in ("down", "lost", "garbage"):                                    # there is no certificate yet
        sim.fault("ca", fault)
        refused("counterpart_down", lambda: life.ask("custodian", "GET", path))
    sim.fault("ca", "none")
    pdf = life.ask("custodian", "GET", path)
    report = life.verify(pdf)
    (signature,) = report["signatures"]
    assert report["verdict"].startswith("valid") and signature["kind"] == "plain", report
    failed = [c["name"] for c in signature["checks"] if not c["passed"]]
    assert failed == ["TIME_CLAIMED", "TEST_ONLY"], failed
    assert "津印电子印章服务" in signature["signer"]["subject"], signature
    says = "".join(subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode().split())
    register = life.ask("agent", "GET", f"/seals/{seal_id}/use-register?limit=1000")["items"]
    for entry in register:
        assert entry["document_digest"] in says and (entry["result_digest"] or "") in says, entry
    for word in ("用章登记簿", "已用印", "待审批", '=HYPERLINK("http://evil")', f"{len(register)}", life.ask("agent", "GET", f"/seals/{seal_id}")["es_id"]):
        assert word in says, word
    assert "某人" not in says and "某*" in says, "people stand there masked (R25.1)"
    at = pdf.index(b"/MediaBox")
    assert life.verify(pdf[:at] + b"/MediaBOX" + pdf[at + 9:])["verdict"] == "invalid"
    sim.fault("ca", "down")                                                     # the certificate is kept
    again = life.verify(life.ask("approver", "GET", path + "?to=2020-01-01T00:00:00Z"))
    sim.fault("ca", "none")
    assert again["signatures"][0]["signer"] == signature["signer"]
    rows = [r for r in life.ask("audit", "GET", f"/audit?event=use_register_signed&object={seal_id}")["items"] if r["outcome"] == "ok"]
    assert sm3(pdf) in [json.loads(r["detail"])["sm3"] for r in rows] and len(rows) == 2, rows
    (asked,) = at_database(folder, "SELECT request_id FROM service_certificate")      # one request, however often its answer was lost
    assert [r["object"] for r in life.ask("audit", "GET", "/audit?event=service_certified")["items"]] == list(asked)
    refused("not_found", lambda: other.ask("agent", "GET", path))
    refused("bad_field", lambda: life.ask("agent", "GET", path + "?from=yesterday"), "from")


def main():
    with demonstration() as (folder, _):
        life, other = Life(folder, 1), Life(folder, 2)
        life.keys()
        seal_id = life.whole_seal()
        second, boss, deputy = (approver(life, role, 70 + n) for n, role in enumerate(("second", "boss", "deputy")))
        pages.all_claims(life, other, folder, seal_id)    # before the seal gets a flow of its own
        R15_1__everywhere_that_the_tool_can_stamp(life, seal_id)
        R16_1__steps_thresholds_and_deputies(life, seal_id, life.approver_key_id, second, boss, deputy)
        R16_1__who_may_ask_is_the_custodians_word(life, seal_id)
        R18_1__a_business_system_stamps_under_its_grant(life, seal_id, folder)
        digest_only.all_claims(life, other, seal_id, folder)
        R19_1__handed_over_with_both_sides_word(life, seal_id)
        R19_2__a_locked_seal_is_unlocked_by_two(life, seal_id)
        R19_1__the_register_of_use_is_a_table_for_everybody(life, seal_id, other)
        R19_1__the_register_of_use_is_a_document_that_the_service_signs(life, seal_id, other, folder, Sim(life.credentials["sim"]))
        print("all claims hold")


if __name__ == "__main__":
    main()
