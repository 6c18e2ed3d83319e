#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makers through the public API: registered workstations and four eyes on making (R13.4), inspections with findings and orders to rectify (R13.6).
Each claim is a function named after it."""
import datetime
import uuid

from api_test import refused
from life import Life
from lifecycle_test import at_database
from service import demonstration, eventually


def in_days(days):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def make(life, application_id, token, workstation=None):
    seal_id = uuid.uuid4().hex
    sealed = life.seal("make", seal_id, life.pins[life.maker_key_id])
    return life.call("POST", f"/api/v1/applications/{application_id}/seal", {"seal_id": seal_id, "sealed": sealed}, token=token,
                     headers={"X-Workstation": workstation} if workstation else {})


def staff(life, admin, login, maker_id):
    person = life.call("POST", "/api/v1/people", {"login": login, "name": "制章员乙", "id_number": "11010519491231002X", "phone": "13800000000",
                                                  "roles": ["maker_staff"], "maker_id": maker_id}, token=admin)
    return life.log_in(login, person["password"])["token"], person["person_id"]


def R13_4__made_by_another_member_of_staff_at_a_registered_workstation(life, second, second_id, foreign):
    refused("not_found", lambda: life.call("POST", f"/api/v1/makers/{life.maker_id}/workstations", {"name": "x", "place": "x"}, token=foreign))
    asked = life.ask("maker", "POST", f"/makers/{life.maker_id}/workstations", {"name": "一号工位", "place": "和平区示例路1号"})
    application_id = life.accepted(life.apply())
    refused("four_eyes", lambda: make(life, application_id, life.tokens["maker"], asked["token"]), "accepted_by")
    refused("workstation", lambda: make(life, application_id, second), "X-Workstation")
    refused("workstation", lambda: make(life, application_id, second, asked["token"]), "X-Workstation")
    refused("forbidden", lambda: life.ask("maker", "POST", f"/workstations/{asked['workstation_id']}/confirm", {}))
    life.ask("police", "POST", f"/workstations/{asked['workstation_id']}/confirm", {})
    for wrong in ("0" * 64, asked["token"][:-1], asked["token"].upper(), asked["workstation_id"], "x" * 4000):
        refused("workstation", lambda: make(life, application_id, second, wrong), "X-Workstation")
    made = make(life, application_id, second, asked["token"])
    seal = life.ask("police", "GET", f"/seals/{made['seal_id']}")
    assert seal["maker_person_id"] == second_id and seal["maker_workstation_id"] == asked["workstation_id"], seal
    assert life.ask("police", "GET", f"/applications/{application_id}")["accepted_by"] != second_id
    listed = life.ask("maker", "GET", f"/makers/{life.maker_id}/workstations")["items"]
    assert [w["state"] for w in listed] == ["REGISTERED"] and "token" not in str(listed)
    return asked, made["seal_id"]


def R13_4__a_revoked_workstation_makes_nothing(life, second, asked, foreign):
    refused("not_found", lambda: life.call("POST", f"/api/v1/workstations/{asked['workstation_id']}/revoke", {"reason": "x"}, token=foreign))
    life.ask("maker", "POST", f"/workstations/{asked['workstation_id']}/revoke", {"reason": "迁址"})
    application_id = life.accepted(life.apply(seal_kind="contract", physical_seal_code="1201901000101", seal_name=life.organization["name"] + "合同专用章"))
    refused("workstation", lambda: make(life, application_id, second, asked["token"]), "X-Workstation")
    refused("state_forbids", lambda: life.ask("police", "POST", f"/workstations/{asked['workstation_id']}/confirm", {}))


def R13_4__the_staff_are_known_by_name_to_their_maker_and_its_police(life, second_id, officer, other_officer, foreign):
    path = f"/api/v1/makers/{life.maker_id}/staff"
    for token in (life.tokens["maker"], life.tokens["police"], officer):
        rows = life.call("GET", path, token=token)["items"]
        assert second_id in [r["person_id"] for r in rows] and {r["login"] for r in rows} == {"maker", "maker2"}, rows
        assert all(r["name"].count("*") == len(r["name"]) - 1 and "phone" not in r and "id_number" not in r for r in rows), rows       # R13.5, R25.1
    for blind in (foreign, other_officer):
        assert life.call("GET", path, token=blind)["items"] == [], "R4.1"
    assert len(life.call("GET", path + "?limit=1", token=officer)["items"]) == 1
    refused("forbidden", lambda: life.ask("agent", "GET", f"/makers/{life.maker_id}/staff"))


def R13_6__inspected_found_ordered_answered_and_closed(life, folder, officer, other_officer, foreign, seal_id):
    ask = lambda token, method, path, body=None: life.call(method, "/api/v1" + path, body, token=token)
    refused("not_found", lambda: ask(other_officer, "POST", f"/makers/{life.maker_id}/inspections", {"kind": "routine", "note": "", "sample": 0}))
    refused("bad_field", lambda: ask(officer, "POST", f"/makers/{life.maker_id}/inspections", {"kind": "friendly", "note": "", "sample": 0}), "kind")
    refused("bad_field", lambda: ask(officer, "POST", f"/makers/{life.maker_id}/inspections", {"kind": "routine", "note": "", "sample": 51}), "sample")
    refused("forbidden", lambda: ask(life.tokens["maker"], "POST", f"/makers/{life.maker_id}/inspections", {"kind": "routine", "note": "", "sample": 0}))
    opened = ask(officer, "POST", f"/makers/{life.maker_id}/inspections", {"kind": "sampling", "note": "季度抽查", "sample": 10})["inspection_id"]
    path = f"/inspections/{opened}"
    refused("bad_field", lambda: ask(officer, "POST", path + "/findings", {"clause": "R13.2", "description": "x", "seal_id": "0" * 32}), "seal_id")
    ask(officer, "POST", path + "/findings", {"clause": "R13.2", "description": "材料未留存", "seal_id": seal_id})
    refused("bad_field", lambda: ask(officer, "POST", path + "/rectifications", {"demand": "补齐", "due": in_days(-1)}), "due")
    first = ask(officer, "POST", path + "/rectifications", {"demand": "补齐材料", "due": in_days(10)})["rectification_id"]
    second = ask(officer, "POST", path + "/rectifications", {"demand": "培训", "due": in_days(10)})["rectification_id"]
    refused("state_forbids", lambda: ask(officer, "POST", path + "/close", {"conclusion": "x"}), "rectifications")
    refused("not_found", lambda: ask(foreign, "POST", f"/rectifications/{first}/answer", {"description": "x"}))
    refused("state_forbids", lambda: ask(officer, "POST", f"/rectifications/{first}/accept", {}))
    ask(life.tokens["maker"], "POST", f"/rectifications/{first}/answer", {"description": "已补齐"})
    ask(officer, "POST", f"/rectifications/{first}/reject", {"reason": "缺一份", "due": in_days(5)})
    at_database(folder, "UPDATE rectification SET due = 1 WHERE rectification_id = ?", first)
    eventually(lambda: ask(officer, "GET", path)["rectifications"][0]["state"] == "OVERDUE", 15)
    ask(life.tokens["maker"], "POST", f"/rectifications/{first}/answer", {"description": "现已补齐"})
    ask(officer, "POST", f"/rectifications/{first}/accept", {})
    ask(officer, "POST", f"/rectifications/{second}/withdraw", {"reason": "重复"})
    refused("forbidden", lambda: ask(life.tokens["maker"], "POST", path + "/close", {"conclusion": "x"}))
    ask(officer, "POST", path + "/close", {"conclusion": "合格"})
    refused("state_forbids", lambda: ask(officer, "POST", path + "/findings", {"clause": "R13.2", "description": "x"}))
    shown = ask(life.tokens["maker"], "GET", path)
    assert shown["state"] == "CLOSED" and [s["seal_id"] for s in shown["sample"]] == [seal_id] and shown["findings"][0]["seal_id"] == seal_id
    assert [(h["event"], h["state"]) for h in shown["history"] if h["rectification_id"] == first] == [
        ("order", "ORDERED"), ("answer", "ANSWERED"), ("reject", "ORDERED"), ("overdue", "OVERDUE"), ("answer", "ANSWERED"), ("accept", "ACCEPTED")]
    assert [i["inspection_id"] for i in ask(officer, "GET", "/inspections")["items"]] == [opened]
    for blind in (foreign, other_officer):
        assert ask(blind, "GET", "/inspections")["items"] == []
        refused("not_found", lambda: ask(blind, "GET", path))


def main():
    with demonstration(making_four_eyes=True, making_workstation=True) as (folder, base):
        life = Life(folder, 1)
        admin = life.tokens["admin"]
        life.keys()

        def officer(district):
            person = life.call("POST", "/api/v1/people", {"login": f"officer{district}", "name": "民警", "id_number": "11010519491231002X",
                                                          "phone": "13800000000", "roles": ["police"], "district": district}, token=admin)
            return life.log_in(f"officer{district}", person["password"])["token"]

        other_maker = life.ask("police", "POST", "/makers", {"licence_number": "second-1", "name": "另一制作机构（演示）", "uscc": "91120116MA0Y00040J",
                                                             "valid_from": in_days(-1), "valid_to": in_days(100)})["maker_id"]
        (second, second_id), (foreign, _) = staff(life, admin, "maker2", life.maker_id), staff(life, admin, "othermaker", other_maker)
        asked, seal_id = R13_4__made_by_another_member_of_staff_at_a_registered_workstation(life, second, second_id, foreign)
        R13_4__a_revoked_workstation_makes_nothing(life, second, asked, foreign)
        ours, theirs = officer("120101"), officer("120103")
        R13_4__the_staff_are_known_by_name_to_their_maker_and_its_police(life, second_id, ours, theirs, foreign)
        R13_6__inspected_found_ordered_answered_and_closed(life, folder, ours, theirs, foreign, seal_id)
        print("all claims hold")


if __name__ == "__main__":
    main()
