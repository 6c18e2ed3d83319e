#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds on a seal (R21.2, R4.1, N1): its organization's and the police's stand beside each other, each is lifted by its own owner alone, and nobody
outside is told of more than the effective state. Each claim is a function named after it."""
import concurrent.futures
import time

from api_test import OFD, refused
from backup_test import Site
from exchange_test import Sim, settled
from life import Life, Problem
from platform_test import taken
from service import demonstration, eventually

CITY, DISTRICT = ("police", "officer-2"), "officer-d"


def seal_of(life, seal_id):
    return life.ask("custodian", "GET", f"/seals/{seal_id}")


def own(life, seal_id, reason="the bag was lost"):
    return life.ask("custodian", "POST", f"/seals/{seal_id}/freeze", {"reason": reason})


def thaw(life, seal_id, pin=None):
    return life.ask("custodian", "POST", f"/seals/{seal_id}/unfreeze", {"sealed": life.seal("unfreeze", seal_id, pin or life.pins[seal_id])})


def hold(life, seal_id, officer="police", **more):
    return life.ask(officer, "POST", f"/seals/{seal_id}/freeze", {"reason": "an investigation"}, **more)


def a_district_without_keys_can_stop_and_says_that_nobody_can_lift(life, other, seal_id):
    """Stopping is always allowed; the answer says whom the hold names."""
    held = hold(life, seal_id, DISTRICT)
    assert held["may_lift"] == [] and held["needed"] == 2 and held["held_by"] == ["district_police"], held
    refused("seal_held", lambda: thaw(other, seal_id))
    life.ask("police", "POST", f"/seals/{seal_id}/cancel", {"reason": "key_leaked"})
    refused("state_forbids", lambda: hold(life, seal_id))


def R21_2__frozen_as_long_as_any_hold_stands(life, sim, seal_id, es_id, own_first, own_lifted_first):
    """Both orders of coming, both of going: one thaw at the end, and the outside hears of one freezing and one lifting."""
    history, filed, told = [h["event"] for h in seal_of(life, seal_id)["history"]], sim.filings(seal_id), taken(sim, es_id)
    first, second = (own, hold) if own_first else (hold, own)
    assert first(life, seal_id)["state"] == "FROZEN"
    both = second(life, seal_id)
    assert both["state"] == "FROZEN" and sorted(both["held_by"]) == ["city_police", "organization"], both
    police = next(h for h in seal_of(life, seal_id)["holds"] if h["owner"] == "city_police" and h["state"] == "STANDING")
    assert len(police["may_lift"]) == 2 and police["needed"] == 2, police
    lift = lambda officer: life.lift(officer, seal_id, police["hold_id"])
    if own_lifted_first:
        assert thaw(life, seal_id) == {"state": "FROZEN", "held_by": ["city_police"]}
        refused("seal_held", lambda: thaw(life, seal_id))
        assert lift("police") == {"state": "STANDING", "missing": 1, "seal_state": "FROZEN", "held_by": ["city_police"]}
        assert lift("officer-2") == {"state": "LIFTED", "missing": 0, "seal_state": "ACTIVE", "held_by": []}
    else:
        assert lift("officer-2")["missing"] == 1 and lift("officer-2")["missing"] == 1, "the same one again is no second one"
        assert lift("police") == {"state": "LIFTED", "missing": 0, "seal_state": "FROZEN", "held_by": ["organization"]}
        assert thaw(life, seal_id) == {"state": "ACTIVE", "held_by": []}
    refused("state_forbids", lambda: lift("officer-2"))
    eventually(lambda: settled(life))
    assert [h["event"] for h in seal_of(life, seal_id)["history"]] == history + ["freeze", "unfreeze"]
    assert sim.filings(seal_id) == filed + ["freeze", "unfreeze"] and taken(sim, es_id) == told + [("209", "2"), ("207", None)]


def R21_2__the_status_at_a_time_is_the_effective_one(life, seal_id):
    status = lambda at: life.call("GET", f"/api/v1/seals/{seal_id}/status?at={at}")["state"]
    standing = [h for h in seal_of(life, seal_id)["holds"]]
    assert all(h["state"] == "LIFTED" and h["lifted_by"] and h["placed_by"] for h in standing), standing
    freezes = [h["since"] for h in seal_of(life, seal_id)["history"] if h["event"] == "freeze"]
    thaws = [h["since"] for h in seal_of(life, seal_id)["history"] if h["event"] == "unfreeze"]
    # A second in which it was frozen and thawed ends thawed; between the holds of one period nothing thawed it.
    for begin, end in zip(freezes, thaws):
        assert status(end) in ("ACTIVE", "FROZEN") and (status(begin) == "FROZEN" or begin == end), (begin, end)


def R4_1__each_hold_is_its_owners(life, other, seal_id, order_id):
    own(life, seal_id)
    mine = seal_of(life, seal_id)["holds"][-1]
    refused("forbidden", lambda: life.lift("police", seal_id, mine["hold_id"]))                     # the organization's is the custodian's to lift
    district, city = hold(life, seal_id, DISTRICT), hold(life, seal_id)
    assert sorted(city["held_by"]) == ["city_police", "district_police", "organization"], city
    refused("state_forbids", lambda: hold(life, seal_id, "officer-2"))                              # the city holds it already
    refused("state_forbids", lambda: own(life, seal_id))
    assert len(city["may_lift"]) == 2 and len(district["may_lift"]) == 3 and set(city["may_lift"]) < set(district["may_lift"])
    refused("forbidden", lambda: life.lift(DISTRICT, seal_id, city["hold_id"]))                     # not named by the city's
    for role in ("custodian", "agent", "approver", "maker", "admin"):
        refused("forbidden", lambda: life.ask(role, "POST", f"/holds/{city['hold_id']}/lift", {"reason": "x", "sealed": "AAAA" * 40}))
    refused("not_found", lambda: other.ask("custodian", "POST", f"/seals/{seal_id}/unfreeze", {"sealed": "AAAA" * 40}))
    for call in (lambda: life.stamp(order_id, seal_id), lambda: life.order(seal_id, life.upload(OFD)["document_id"])):
        try:
            call()
        except Problem as problem:
            assert problem.code == "seal_not_live", problem
            assert "municipal police since" in problem.body["detail"] and "its own organization since" in problem.body["detail"], problem.body
        else:
            raise AssertionError("a held seal was used")
    # A wrong PIN, a word for another hold, a word for another act: nothing of it counts.
    refused("pin_wrong", lambda: life.lift("police", seal_id, city["hold_id"], pin="Wrong-PIN-1"))
    body = lambda purpose, about: {"reason": "x", "sealed": life.seal(purpose, about, life.pins["police"])}
    for purpose, about in (("lift", f"{seal_id}/{district['hold_id']}"), ("unfreeze", seal_id), ("lift", city["hold_id"])):
        refused("secret_unreadable", lambda: life.ask("police", "POST", f"/holds/{city['hold_id']}/lift", body(purpose, about)))
    assert life.lift(DISTRICT, seal_id, district["hold_id"])["missing"] == 1
    assert life.lift("officer-2", seal_id, district["hold_id"])["seal_state"] == "FROZEN"
    thaw(life, seal_id)
    life.lift("police", seal_id, city["hold_id"])
    assert life.lift("officer-2", seal_id, city["hold_id"])["seal_state"] == "ACTIVE"
    assert life.stamp(order_id, seal_id)["state"] == "DONE"
    agreed = next(h for h in seal_of(life, seal_id)["holds"] if h["hold_id"] == city["hold_id"])["agreements"]
    assert [a["reason"] for a in agreed] == ["police agrees", "officer-2 agrees"], agreed


def N1__a_suspended_seal_is_held_and_not_resumed_under_a_hold(life, seal_id):
    own(life, seal_id)
    life.carried_out(seal_id, "suspension", description="保管人离岗")
    city = hold(life, seal_id)
    assert city["state"] == "SUSPENDED" and city["held_by"] == ["organization", "city_police"], city
    application_id = life.accepted(life.apply_about(seal_id, "resumption", description="到岗"))
    resume = lambda: life.ask("custodian", "POST", f"/applications/{application_id}/resume", {"sealed": life.seal("unfreeze", seal_id, life.pins[seal_id])})
    refused("seal_held", resume)
    life.lift("police", seal_id, city["hold_id"])
    assert life.lift("officer-2", seal_id, city["hold_id"]) == {"state": "LIFTED", "missing": 0, "seal_state": "SUSPENDED", "held_by": ["organization"]}
    assert resume()["seal_state"] == "ACTIVE"
    assert seal_of(life, seal_id)["holds"][-2]["lifted_reason"] == "resumed"


def R21_2__eight_at_once_place_one_hold_each_owner(life, seal_id):
    before = len(seal_of(life, seal_id)["holds"])

    def one(i):
        try:
            return (own if i % 2 else hold)(life, seal_id)["owner"]
        except Problem as problem:
            assert problem.code in ("state_forbids", "conflict"), problem
            return None
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        placed = sorted(filter(None, pool.map(one, range(8))))
    assert placed == ["city_police", "organization"], placed
    assert len(seal_of(life, seal_id)["holds"]) == before + 2 and seal_of(life, seal_id)["state"] == "FROZEN"
    thaw(life, seal_id)
    city = next(h for h in seal_of(life, seal_id)["holds"] if h["state"] == "STANDING")
    life.lift("police", seal_id, city["hold_id"])
    assert life.lift("officer-2", seal_id, city["hold_id"])["seal_state"] == "ACTIVE"


def fsck_finds_a_hold_that_the_key_does_not_have(life, folder, seal_id):
    site = Site(folder / "jinyin.json")
    hold(life, seal_id)
    assert "nothing is wrong" in site.fsck()
    site.sql(f"UPDATE seal_hold SET state = 'LIFTED' WHERE seal_id = '{seal_id}' AND state = 'STANDING';")
    site.fsck("its state is not what the holds on it make of it", "is not held by the police, and its key is")


def main():
    with demonstration(platform=True, outbox_retry_max_seconds=1) as (folder, _):
        life, other = Life(folder, 1), Life(folder, 2)
        sim = Sim(life.credentials["sim"])
        life.keys()
        other.approver_key()
        other.maker_key_id, other.pins[life.maker_key_id] = life.maker_key_id, life.pins[life.maker_key_id]
        life.officer(DISTRICT, "120101")
        a_district_without_keys_can_stop_and_says_that_nobody_can_lift(life, other, other.whole_seal())
        for login in CITY[1:]:
            life.officer(login)
        for login in (*CITY, DISTRICT):
            life.officer_key(login)
        seal_id = life.whole_seal()
        es_id = seal_of(life, seal_id)["es_id"]
        eventually(lambda: settled(life))
        order = life.order(seal_id, life.upload(OFD)["document_id"])
        life.approve(order["order_id"])
        for rows in ((True, True), (False, False)):        # all four: tests/unit/key/redteam_hold_test.c
            R21_2__frozen_as_long_as_any_hold_stands(life, sim, seal_id, es_id, *rows)
        R21_2__the_status_at_a_time_is_the_effective_one(life, seal_id)
        R4_1__each_hold_is_its_owners(life, other, seal_id, order["order_id"])
        N1__a_suspended_seal_is_held_and_not_resumed_under_a_hold(life, seal_id)
        R21_2__eight_at_once_place_one_hold_each_owner(life, seal_id)
        fsck_finds_a_hold_that_the_key_does_not_have(life, folder, seal_id)
        print("all claims hold")


if __name__ == "__main__":
    begun = time.monotonic()
    main()
    print(f"{time.monotonic() - begun:.1f} s")
