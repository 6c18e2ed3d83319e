#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The police through the public API: the filing register and its filters, statistics, scopes (R4.1), a seal declared void (N8), a licence revoked
(R7.1). Each claim is a function named after it."""
import datetime
import time

from api_test import OFD, failed_checks, refused
from life import Life
from lifecycle_test import at_database
from service import demonstration


def ask(life, path, token=None):
    return life.call("GET", "/api/v1" + path, token=token or life.tokens["police"])


def officer(life, admin, district):
    person = life.call("POST", "/api/v1/people", {"login": f"officer{district}", "name": "民警", "id_number": "11010519491231002X",
                                                  "phone": "13800000000", "roles": ["police"], "district": district}, token=admin)
    return life.log_in(f"officer{district}", person["password"])["token"]


def R13_2__the_register_is_filtered_and_shows_receipts(life, seal_id):
    every = ask(life, "/filings?limit=1000")["items"]
    assert [f["event"] for f in every if f["seal_id"] == seal_id] == ["activate", "file"] and all(f["maker_id"] == life.maker_id for f in every)
    made = ask(life, "/filings?event=file&kind=statutory&district=120101")["items"]
    assert made and all(f["event"] == "file" for f in made)
    assert ask(life, "/filings?event=file&kind=contract")["items"] == [] == ask(life, "/filings?maker_id=" + "0" * 32)["items"]
    assert ask(life, "/filings?to=2020-01-01T00:00:00Z")["items"] == [] and len(ask(life, "/filings?from=2020-01-01T00:00:00Z")["items"]) == len(every)
    for _ in range(100):
        if ask(life, "/filings?waiting=true")["items"] == []:
            break
        time.sleep(0.1)
    assert all(f["receipt"] for f in ask(life, "/filings?limit=1000")["items"])
    refused("bad_field", lambda: ask(life, "/filings?from=yesterday"), "from")
    refused("bad_field", lambda: ask(life, "/filings?waiting=maybe"), "waiting")
    refused("bad_field", lambda: ask(life, "/filings?district=120107"), "district")


def R4_1__statistics_by_district_kind_maker_and_month(life):
    district = ask(life, "/statistics?by=district")["items"]
    assert district == [{"item": "120101", "name": "和平区", "events": {"file": 2, "activate": 2}, "states": {"ACTIVE": 2}, "stamps": 1}], district
    assert ask(life, "/statistics?by=kind")["items"][0]["name"] == "法定名称章"
    assert ask(life, "/statistics?by=maker")["items"][0]["item"] == life.maker_id
    month = ask(life, "/statistics?by=month")["items"]
    assert month[-1]["item"] == datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m") and month[-1]["stamps"] == 1, month
    assert ask(life, "/statistics?by=district&to=2020-01-01T00:00:00Z")["items"] == []
    refused("bad_field", lambda: ask(life, "/statistics"), "by")
    refused("bad_field", lambda: ask(life, "/statistics?by=person"), "by")
    refused("bad_field", lambda: ask(life, "/statistics?by=month&from=2000-01-01T00:00:00Z"), "from")
    refused("bad_field", lambda: ask(life, "/statistics?by=kind&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z"), "from")
    refused("forbidden", lambda: ask(life, "/statistics?by=kind", life.tokens["agent"]))
    assert ask(life, "/statistics?by=district", life.tokens["coordination"])["items"] == district, "the coordination group sees the city's numbers"
    refused("forbidden", lambda: ask(life, "/filings", life.tokens["coordination"]))


def R4_1__another_districts_officer_finds_nothing_and_is_recorded(life, folder, admin, seal_id):
    own, other = officer(life, admin, "120101"), officer(life, admin, "120103")
    assert ask(life, "/filings?district=120101", own)["items"] and ask(life, "/statistics?by=kind", own)["items"]
    assert ask(life, "/filings", other)["items"] == [] == ask(life, "/statistics?by=district", other)["items"]
    assert ask(life, "/filings?district=120101", other)["items"] == []
    asked = at_database(folder, "SELECT object, outcome FROM audit WHERE event = 'asked_outside_scope'")
    assert [(str(district), outcome) for district, outcome in asked] == [("120101", "empty")], asked
    refused("not_found", lambda: life.call("POST", f"/api/v1/seals/{seal_id}/void", {"reason": "x"}, token=other))


def N8__a_void_seal_never_was(life, seal_id, stamped):
    before = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    status = lambda at: life.call("GET", f"/api/v1/seals/{seal_id}/status?at={at}")["state"]
    assert status(before) == "ACTIVE"
    refused("forbidden", lambda: life.ask("agent", "POST", f"/seals/{seal_id}/void", {"reason": "x"}))
    assert life.ask("police", "POST", f"/seals/{seal_id}/void", {"reason": "以虚假材料申请"})["state"] == "VOID"
    assert status(before) == "VOID" and status("2020-01-01T00:00:00Z") == "NOT_MADE"
    report = life.verify(stamped)
    assert report["verdict"] == "invalid" and "SEAL_VOID" in failed_checks(report), report["verdict"]
    refused("state_forbids", lambda: life.ask("police", "POST", f"/seals/{seal_id}/void", {"reason": "again"}))
    refused("state_forbids", lambda: life.apply_about(seal_id, "renewal"))
    assert life.ask("police", "GET", "/filings?event=void")["items"][0]["seal_id"] == seal_id


def N8__also_after_it_was_cancelled(life, seal_id):
    life.ask("police", "POST", f"/seals/{seal_id}/cancel", {"reason": "licence_revoked"})
    assert life.ask("police", "POST", f"/seals/{seal_id}/void", {"reason": "以虚假材料申请"})["state"] == "VOID"


def R7_1__a_revoked_licence_ends_making_for_good(life):
    application = life.apply()
    life.bring_materials(application)
    life.ask("agent", "POST", f"/applications/{application['application_id']}/submit", {})
    life.ask("police", "POST", f"/makers/{life.maker_id}/revoke", {"reason": "R13.6"})
    refused("maker_licence", lambda: life.accept(application), "maker.state")
    refused("state_forbids", lambda: life.ask("police", "POST", f"/makers/{life.maker_id}/resume", {"reason": "x"}))


def main():
    with demonstration() as (folder, base):
        life, other = Life(folder, 1), Life(folder, 2)
        admin = life.tokens["admin"]
        life.keys()
        other.approver_key()
        other.maker_key_id, other.pins = life.maker_key_id, {**other.pins, **life.pins}
        seal_id, second = life.whole_seal(), other.whole_seal()
        order = life.order(seal_id, life.upload(OFD)["document_id"])
        life.approve(order["order_id"])
        stamped = life.content(life.stamp(order["order_id"], seal_id)["document_id"])
        R13_2__the_register_is_filtered_and_shows_receipts(life, seal_id)
        R4_1__statistics_by_district_kind_maker_and_month(life)
        R4_1__another_districts_officer_finds_nothing_and_is_recorded(life, folder, admin, seal_id)
        N8__a_void_seal_never_was(life, seal_id, stamped)
        N8__also_after_it_was_cancelled(life, second)
        R7_1__a_revoked_licence_ends_making_for_good(life)
        print("all claims hold")


if __name__ == "__main__":
    main()
