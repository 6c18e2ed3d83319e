#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Applications for a seal of every kind through the public API: materials, holder and scope, correction, deadlines. Each claim is a function
named after it. What takes weeks is brought about in the database of the test."""
import json
import re
import sqlite3

from api_test import OFD, refused, valid
from life import Client, Life
import postgres
from service import demonstration, eventually

OFFICES = ("legal_representative", "operator", "principal", "finance_head", "authorized_representative")


def literal(value):
    return f"'\\x{value.hex()}'::bytea" if isinstance(value, bytes) else str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def parsed(cell):
    return bytes.fromhex(cell[2:]) if cell.startswith("\\x") else int(cell) if cell.lstrip("-").isdigit() and len(cell) < 12 else cell


def at_database(folder, statement, *values):
    """What takes weeks otherwise, or cannot be seen from outside: asked of the service's own database, whichever engine it is."""
    store = json.loads((folder / "jinyin.json").read_text()).get("store")
    if store is None:
        with sqlite3.connect(folder / "data" / "web" / "jinyin.db", timeout=10) as db:
            return db.execute(statement, values).fetchall()
    for value in values:
        statement = statement.replace("?", literal(value), 1)
    server, name = re.search(r"host=(\S+) dbname=(\S+)", store).groups()
    return [tuple(parsed(cell) for cell in line.split("|")) for line in postgres.Server(server).psql(statement, name).splitlines()]


def codes(application):
    return {item["code"] for item in application["checklist"]}


def physical(register, life, kind, code=None):
    row = next(s for s in register if s["uscc"] == life.organization["uscc"] and s["kind"] == kind and (code is None or s["seal_code"] == code))
    return {"seal_kind": kind, "physical_seal_code": row["seal_code"], "seal_name": row["name"]}


def holder(life, categories=("agreement",), **more):
    return {"holder_id": life.people[life.logins["custodian"]]["person_id"], "scope_categories": list(categories), **more}


def state(life, seal_id):
    return life.ask("custodian", "GET", f"/seals/{seal_id}")["state"]


def filings(life, seal_id):
    return [f["event"] for f in reversed(life.ask("police", "GET", "/filings?limit=1000")["items"]) if f["seal_id"] == seal_id]


def R3_1_R3_2__a_seal_of_every_kind_is_made_and_filed(life, register):
    made = {}
    kinds = sorted({s["kind"] for s in register if s["uscc"] == life.organization["uscc"]})
    assert len(kinds) == 14, kinds
    for kind in kinds:
        facts = physical(register, life, kind, life.organization["seal_code"] if kind == "statutory" else None)
        application = life.apply(**facts, **(holder(life) if kind in OFFICES else {}))
        made[kind] = life.make(life.accepted(application))["seal_id"]
        seal = life.ask("maker", "GET", f"/seals/{made[kind]}")
        assert seal["kind"] == kind and seal["name"] == facts["seal_name"] and seal["state"] == "FILED", seal
        assert (seal["holder_id"] is not None) == (kind in OFFICES) == (seal["scope"] is not None) == (seal["custodian_id"] is not None), seal
    return made


def R9_R10__the_checklist_follows_from_kind_and_handling(life, register):
    self_handled = life.apply(**physical(register, life, "contract"), by_agent=False)
    assert codes(self_handled) == {"registration_document", "principal_id_original", "principal_contact"}
    head = life.apply(**physical(register, life, "legal_representative"), **holder(life))
    assert codes(head) == {"registration_document", "power_of_attorney", "principal_id_copy", "agent_id_original", "agent_contact"}
    other = life.apply(**physical(register, life, "finance_head"), **holder(life), by_agent=False)
    assert codes(other) == {"registration_document", "organization_letter", "holder_id_original", "holder_contact"}
    refused("not_found", lambda: life.ask("agent", "PUT", f"/applications/{other['application_id']}/materials/principal_contact", raw=b"x"))
    for application in (self_handled, head, other):
        life.ask("agent", "POST", f"/applications/{application['application_id']}/withdraw", {})


def R16_2__a_position_seal_has_a_holder_and_a_scope(life, other, register):
    facts = physical(register, life, "finance_head")
    refused("bad_field", lambda: life.apply(**facts), "holder_id")
    refused("bad_field", lambda: life.apply(**facts, holder_id=holder(life)["holder_id"]), "scope_categories")
    refused("bad_field", lambda: life.apply(**facts, **holder(life, ["agreement", "agreement"])), "scope_categories")
    refused("bad_field", lambda: life.apply(**facts, **holder(life, ["anything"])), "scope_categories")
    refused("bad_field", lambda: life.apply(**facts, **holder(life, ["agreement voucher"])), "scope_categories")
    refused("excluded_by_law", lambda: life.apply(**facts, **holder(life, ["classified"])), "scope_categories")
    refused("bad_field", lambda: life.apply(**facts, **holder(life, scope_valid_to="2020-01-01T00:00:00Z")), "scope_valid_to")
    refused("bad_field", lambda: life.apply(**facts, **holder(life, scope_amount_max_fen=-1)), "scope_amount_max_fen")
    refused("bad_field", lambda: life.apply(**facts, **{**holder(life), "holder_id": holder(other)["holder_id"]}), "holder_id")
    refused("bad_field", lambda: life.apply(**facts, **{**holder(life), "holder_id": life.people[life.logins["agent"]]["person_id"]}), "holder_id")
    refused("bad_field", lambda: life.apply(**physical(register, life, "contract"), **holder(life)), "holder_id")


def R16_2__it_stamps_within_its_scope_only(life, register):
    application = life.apply(**physical(register, life, "finance_head"), **holder(life, ["voucher", "agreement"], scope_valid_to="2099-01-01T00:00:00Z"))
    made = life.make(life.accepted(application))
    seal_id = made["seal_id"]
    refused("state_forbids", lambda: life.ask("agent", "POST", f"/seals/{seal_id}/custodian", {"person_id": holder(life)["holder_id"]}), "holder_id")
    life.own_pin("custodian", seal_id, made["activation_code"])
    life.in_use(seal_id)
    assert life.ask("custodian", "GET", f"/seals/{seal_id}")["scope"] == {"categories": ["voucher", "agreement"], "amount_max_fen": None,
                                                                         "valid_to": "2099-01-01T00:00:00Z"}
    document = life.upload(OFD)
    refused("outside_scope", lambda: life.order(seal_id, document["document_id"], category="certificate"), "category")
    order = life.order(seal_id, document["document_id"], category="voucher")
    life.approve(order["order_id"])
    assert valid(life.verify(life.content(life.stamp(order["order_id"], seal_id)["document_id"])))
    return seal_id


def R16_2__a_limit_without_an_amount_and_an_ended_authority_are_refused(life, folder, seal_id):
    document = life.upload(OFD)
    order = life.order(seal_id, document["document_id"], x_mm=50)
    life.approve(order["order_id"])
    at_database(folder, "UPDATE seal SET scope_valid_to = 1 WHERE seal_id = ?", seal_id)
    refused("outside_scope", lambda: life.stamp(order["order_id"], seal_id), "scope_valid_to")
    at_database(folder, "UPDATE seal SET scope_valid_to = 0, scope_amount_max_fen = 100 WHERE seal_id = ?", seal_id)
    refused("outside_scope", lambda: life.order(seal_id, document["document_id"]), "amount")


def R13_2__sent_back_corrected_and_submitted_again(life, register):
    application = life.apply(**physical(register, life, "contract"))
    path = f"/applications/{application['application_id']}"
    refused("material_missing", lambda: life.ask("agent", "POST", path + "/submit", {}))
    life.bring_materials(application)
    life.ask("agent", "POST", path + "/submit", {})
    refused("state_forbids", lambda: life.ask("agent", "PUT", path, {"by_agent": False}), "state")
    refused("state_forbids", lambda: life.ask("agent", "PUT", path + "/materials/agent_contact", raw=b"x"), "state")
    assert life.ask("maker", "POST", path + "/correct", {"reason": "授权书未盖章"})["state"] == "CORRECTION"
    shown = life.ask("agent", "GET", path)
    assert shown["reason"] == "授权书未盖章" and shown["deadline"] is not None
    changed = life.ask("agent", "PUT", path, {"by_agent": False, "agent_phone": "13900000000"})
    assert codes(changed) == {"registration_document", "principal_id_original", "principal_contact"} and changed["state"] == "CORRECTION"
    refused("bad_field", lambda: life.ask("agent", "PUT", path, {"seal_kind": "finance"}), "seal_kind")
    refused("bad_field", lambda: life.ask("agent", "PUT", path, {"physical_seal_code": "12"}), "physical_seal_code")
    refused("material_missing", lambda: life.ask("agent", "POST", path + "/submit", {}), "principal_id_original")
    life.bring_materials(changed | application | {"checklist": changed["checklist"]})
    life.ask("agent", "POST", path + "/submit", {})
    life.ask("maker", "POST", path + "/refuse", {"reason": "印章名称不符"})
    events = [(h["event"], h["state"]) for h in life.ask("agent", "GET", path)["history"]]
    assert events == [("submit", "SUBMITTED"), ("correct", "CORRECTION"), ("submit", "SUBMITTED"), ("refuse", "REFUSED")], events
    refused("state_forbids", lambda: life.ask("agent", "POST", path + "/submit", {}))


def R8_1__the_name_must_be_the_physical_seals(life, register):
    application = life.apply(**{**physical(register, life, "contract"), "seal_name": "别的合同专用章"})
    life.bring_materials(application)
    refused("physical_seal_mismatch", lambda: life.ask("agent", "POST", f"/applications/{application['application_id']}/submit", {}), "seal_name")


def R23__the_cancellation_of_a_position_seal_asks_for_its_holder(life, seal_id):
    assert codes(life.apply_about(seal_id, "cancellation", reason="electronic_seal_not_used")) == {
        "cancellation_request", "holder_id_copy", "agent_id_original", "agent_contact"}


def R13_2__an_application_lapses_when_its_time_is_over(life, folder, register):
    path, expected = {}, {}
    for wanted in ("DRAFT", "CORRECTION", "SUBMITTED", "ACCEPTED"):
        application = life.apply(**physical(register, life, "finance"))
        path[wanted] = f"/applications/{application['application_id']}"
        if wanted != "DRAFT":
            life.bring_materials(application)
            life.ask("agent", "POST", path[wanted] + "/submit", {})
        if wanted == "CORRECTION":
            life.ask("maker", "POST", path[wanted] + "/correct", {"reason": "x"})
        if wanted == "ACCEPTED":
            life.accept(application)
        assert life.ask("agent", "GET", path[wanted])["state"] == wanted
        expected[wanted] = {"DRAFT": "not_submitted_in_time", "CORRECTION": "not_corrected_in_time", "SUBMITTED": "not_answered_in_time",
                            "ACCEPTED": "not_carried_out_in_time"}[wanted]
        at_database(folder, "UPDATE application SET deadline = 1 WHERE application_id = ?", application["application_id"])
    eventually(lambda: all(life.ask("agent", "GET", p)["state"] == "LAPSED" for p in path.values()), 15)
    for wanted, p in path.items():
        shown = life.ask("agent", "GET", p)
        assert shown["reason"] == expected[wanted] and shown["history"][-1]["actor_id"] is None and shown["deadline"] is None, shown
        refused("state_forbids", lambda: life.ask("agent", "POST", p + "/withdraw", {}))


def main():
    with demonstration() as (folder, base):
        life, other = Life(folder, 1), Life(folder, 2)
        register = Client(life.credentials["sim"]).call("GET", "/seals")["seals"]
        life.keys()
        R16_2__a_position_seal_has_a_holder_and_a_scope(life, other, register)
        R9_R10__the_checklist_follows_from_kind_and_handling(life, register)
        R8_1__the_name_must_be_the_physical_seals(life, register)
        R13_2__sent_back_corrected_and_submitted_again(life, register)
        seal_id = R16_2__it_stamps_within_its_scope_only(life, register)
        R16_2__a_limit_without_an_amount_and_an_ended_authority_are_refused(life, folder, seal_id)
        made = R3_1_R3_2__a_seal_of_every_kind_is_made_and_filed(life, register)
        R23__the_cancellation_of_a_position_seal_asks_for_its_holder(life, made["operator"])
        R13_2__an_application_lapses_when_its_time_is_over(life, folder, register)
        print("all claims hold")


if __name__ == "__main__":
    main()
