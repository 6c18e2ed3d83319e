#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is applied for about a seal that exists: suspension, resumption, renewal, reissue, cancellation. Each claim is a function named after it.
What takes weeks is brought about in the database of the test."""
import concurrent.futures
import time

from api_test import OFD, refused
from life import Client, Life, Problem
from lifecycle_test import at_database, codes, filings, state
from service import demonstration, eventually


def applications_about_a_seal_have_the_fields_of_their_type(life, other, seal_id):
    refused("bad_field", lambda: life.apply_about(seal_id, "issue"), "type")
    refused("bad_field", lambda: life.apply_about(seal_id, "destruction"), "type")
    refused("bad_field", lambda: life.apply_about(seal_id, "reissue"), "physical_seal_code")
    refused("bad_field", lambda: life.apply_about(seal_id, "renewal", description="x"), "description")
    refused("bad_field", lambda: life.apply_about(seal_id, "suspension"), "description")
    refused("bad_field", lambda: life.apply_about(seal_id, "suspension", description="x", reason="bankrupt"), "reason")
    refused("reason_required", lambda: life.apply_about(seal_id, "cancellation"), "reason")
    refused("state_forbids", lambda: life.apply_about(seal_id, "resumption", description="x"))
    refused("not_found", lambda: other.apply_about(seal_id, "cancellation", reason="bankrupt"))
    refused("not_found", lambda: life.apply_about("0" * 32, "cancellation", reason="bankrupt"))


def N1__suspended_and_resumed_with_a_filing_each(life, seal_id):
    document = life.upload(OFD)
    order = life.order(seal_id, document["document_id"])
    life.approve(order["order_id"])
    done = life.carried_out(seal_id, "suspension", description="保管人离岗")
    assert done["seal_state"] == "SUSPENDED" and done["state"] == "CARRIED_OUT" and done["filing_number"], done
    refused("seal_not_live", lambda: life.stamp(order["order_id"], seal_id))
    refused("seal_not_live", lambda: life.order(seal_id, document["document_id"]))
    refused("state_forbids", lambda: life.ask("custodian", "POST", f"/seals/{seal_id}/unfreeze",
                                              {"sealed": life.seal("unfreeze", seal_id, life.pins[seal_id])}))
    refused("state_forbids", lambda: life.apply_about(seal_id, "reissue", physical_seal_code=life.organization["seal_code"], seal_name="x",
                                                      has_superior=False, foreign_script=False))
    application_id = life.accepted(life.apply_about(seal_id, "resumption", description="新保管人到岗"))
    refused("state_forbids", lambda: life.ask("maker", "POST", f"/applications/{application_id}/carry-out", {}), "type")
    resume = lambda pin: life.ask("custodian", "POST", f"/applications/{application_id}/resume", {"sealed": life.seal("unfreeze", seal_id, pin)})
    refused("pin_wrong", lambda: resume("Wrong-PIN-1"))
    assert state(life, seal_id) == "SUSPENDED"
    assert resume(life.pins[seal_id])["seal_state"] == "ACTIVE"
    assert life.stamp(order["order_id"], seal_id)["state"] == "DONE"
    assert filings(life, seal_id)[-2:] == ["suspend", "resume"]
    eventually(lambda: all(f["receipt"] for f in life.ask("police", "GET", "/filings?limit=1000")["items"]))


def R20_2__renewed_in_the_last_thirty_days_with_the_same_picture(life, folder, seal_id):
    refused("renewal_window", lambda: life.apply_about(seal_id, "renewal"))
    soon = int(time.time()) + 6 * 86400
    at_database(folder, "UPDATE seal SET valid_to = ? WHERE seal_id = ?", soon, seal_id)
    eventually(lambda: [r["days"] for r in life.ask("custodian", "GET", "/reminders")["items"] if r["seal_id"] == seal_id] == [7], 15)
    application = life.apply_about(seal_id, "renewal")
    assert codes(application) == {"renewal_request", "agent_id_original"}
    digest = at_database(folder, "SELECT impression_digest FROM seal WHERE seal_id = ?", seal_id)[0][0]
    at_database(folder, "UPDATE seal SET impression_digest = ? WHERE seal_id = ?", b"\1" * 32, seal_id)
    life.bring_materials(application)
    refused("picture_changed", lambda: life.ask("agent", "POST", f"/applications/{application['application_id']}/submit", {}))
    at_database(folder, "UPDATE seal SET impression_digest = ? WHERE seal_id = ?", digest, seal_id)
    made = life.make(life.accepted(application))
    before, after = (life.ask("custodian", "GET", f"/seals/{s}") for s in (seal_id, made["seal_id"]))
    assert before["state"] == "CANCELLED" and after["state"] == "FILED" and after["replaces_seal_id"] == seal_id, (before, after)
    assert after["impression_digest"] == before["impression_digest"] and after["custodian_id"] == before["custodian_id"]
    assert after["es_id"] != before["es_id"] and after["valid_to"] > before["valid_to"]
    refused("seal_not_live", lambda: life.own_pin("custodian", seal_id, life.pins[seal_id], "Another-PIN-1"))
    life.own_pin("custodian", made["seal_id"], made["activation_code"])
    assert state(life, made["seal_id"]) == "ACTIVE" and filings(life, seal_id)[-1] == "renew"
    return made["seal_id"]


def R20_1__reissued_while_the_old_one_ends_in_the_same_moment(life, folder, register, seal_id):
    new = next(s for s in register if s["uscc"] == life.organization["uscc"] and s["kind"] == "statutory" and s["seal_code"] != life.organization["seal_code"])
    facts = {"physical_seal_code": new["seal_code"], "seal_name": new["name"], "has_superior": False, "foreign_script": False}
    first, second = (life.apply_about(seal_id, "reissue", **facts) for _ in range(2))
    assert codes(first) == codes(life.apply()), "R20.1: the materials of an issue"
    for application in (first, second):
        life.bring_materials(application)
    third = life.apply_about(seal_id, "cancellation", reason="physical_seal_not_used")
    life.bring_materials(third)

    def submit(application):
        try:
            return life.ask("agent", "POST", f"/applications/{application['application_id']}/submit", {}) and application
        except Problem as problem:
            assert problem.code in ("second_statutory_seal", "conflict"), problem
            return None

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        through = [a for a in pool.map(submit, (first, second, third)) if a]
    assert len(through) == 1, "one application of a seal at a time"
    if through[0] is third:
        life.ask("agent", "POST", f"/applications/{third['application_id']}/withdraw", {})
        through = [submit(first)]
    life.accept(through[0])
    application_id = through[0]["application_id"]

    def make(_):
        try:
            return life.make(application_id)
        except Problem as problem:
            assert problem.code in ("state_forbids", "conflict", "second_statutory_seal"), problem
            return None

    def stamp():
        try:
            return life.stamp(order["order_id"], seal_id)["stamp_record_id"]
        except Problem as problem:
            assert problem.code in ("seal_not_live", "conflict"), problem
            return None

    life.in_use(seal_id)
    order = life.order(seal_id, life.upload(OFD)["document_id"], x_mm=30)
    life.approve(order["order_id"])
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        stamping = pool.submit(stamp)
        made = [m for m in pool.map(make, range(4)) if m]
        stamped = stamping.result()
    assert len(made) == 1, f"{len(made)} seals from one application"
    made = made[0]
    old = life.ask("custodian", "GET", f"/seals/{seal_id}")
    fresh = life.ask("maker", "GET", f"/seals/{made['seal_id']}")
    assert old["state"] == "CANCELLED" and fresh["state"] == "FILED" and fresh["width_mm"] == 42
    assert old["history"][-1]["since"] == fresh["history"][0]["since"] and old["history"][-1]["event"] == "replace"
    assert made["es_id"] == new["seal_code"]
    intents = [r["intent"] for r in life.ask("custodian", "GET", "/stamp-records")["items"] if r["stamp_record_id"] == stamped]
    assert all(intent <= old["history"][-1]["since"] for intent in intents), "no stamping begins after the seal has ended"
    living = at_database(folder, "SELECT count(*) FROM seal WHERE kind = 'statutory' AND organization_id = ? AND state IN "
                                 "('MADE', 'FILED', 'ACTIVE', 'FROZEN', 'SUSPENDED')", life.organization["organization_id"])
    assert living == [(1,)], living
    refused("seal_not_live", lambda: life.own_pin("custodian", seal_id, life.pins[seal_id], "Another-PIN-1"))
    at_database(folder, "UPDATE key_work SET done = NULL")          # as if the service had died between the commit and the key room
    eventually(lambda: at_database(folder, "SELECT count(*) FROM key_work WHERE done IS NULL") == [(0,)])
    return life.hand_over(made)


def R22_N2__cancelled_with_the_materials_of_the_reason(life, seal_id):
    application = life.apply_about(seal_id, "cancellation", reason="bankrupt")
    assert codes(application) == {"cancellation_request", "principal_id_copy", "agent_id_original", "agent_contact", "bankruptcy_ruling"}
    life.bring_materials(application, leave_out=["bankruptcy_ruling"])
    problem = refused("material_missing", lambda: life.ask("agent", "POST", f"/applications/{application['application_id']}/submit", {}), "bankruptcy_ruling")
    assert "N2" in problem.body["detail"]
    life.ask("custodian", "POST", f"/seals/{seal_id}/freeze", {"reason": "R21.2: before the paperwork"})
    application_id = life.accepted(application)
    refused("state_forbids", lambda: life.make(application_id), "type")
    refused("forbidden", lambda: life.ask("agent", "POST", f"/applications/{application_id}/carry-out", {}))
    assert life.ask("maker", "POST", f"/applications/{application_id}/carry-out", {})["seal_state"] == "CANCELLED"
    refused("state_forbids", lambda: life.ask("maker", "POST", f"/applications/{application_id}/carry-out", {}))
    assert life.ask("custodian", "GET", f"/seals/{seal_id}")["history"][-1]["reason"] == "bankrupt"


def R8_1__without_physical_seal_first_it_may_follow_until_the_making(life, register):
    """The national rule of 2025, a switch of the configuration. What is registered must fit all the same; nothing is made without an impression."""
    def submit(code, kind, name):
        application = life.apply(physical_seal_code=code, seal_kind=kind, seal_name=name)
        life.bring_materials(application)
        life.ask("agent", "POST", f"/applications/{application['application_id']}/submit", {})
        return application
    ended = next(s for s in register if s["state"] != "in_use")
    refused("physical_seal_cancelled", lambda: submit(ended["seal_code"], ended["kind"], ended["name"]), "physical_seal_code")
    refused("physical_seal_mismatch", lambda: submit(life.organization["seal_code"], "contract", "x"), "seal_kind")
    application = submit("9999999999999", "contract", "尚未刻制的合同专用章")
    life.accept(application)
    refused("physical_seal_unknown", lambda: life.make(application["application_id"]), "physical_seal_code")
    assert life.ask("agent", "GET", f"/applications/{application['application_id']}")["state"] == "ACCEPTED"


def main():
    with demonstration(physical_seal_first=False) as (folder, base):
        life, other = Life(folder, 1), Life(folder, 2)
        register = Client(life.credentials["sim"]).call("GET", "/seals")["seals"]
        life.keys()
        seal_id = life.whole_seal()
        applications_about_a_seal_have_the_fields_of_their_type(life, other, seal_id)
        N1__suspended_and_resumed_with_a_filing_each(life, seal_id)
        seal_id = R20_2__renewed_in_the_last_thirty_days_with_the_same_picture(life, folder, seal_id)
        seal_id = R20_1__reissued_while_the_old_one_ends_in_the_same_moment(life, folder, register, seal_id)
        R8_1__without_physical_seal_first_it_may_follow_until_the_making(life, register)
        R22_N2__cancelled_with_the_materials_of_the_reason(life, seal_id)
        print("all claims hold")


if __name__ == "__main__":
    main()
