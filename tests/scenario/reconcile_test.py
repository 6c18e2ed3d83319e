#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our register against the engraving system's (R5.2): whatever differs is told, and nothing is silently repaired."""
import datetime

from api_test import refused
from exchange_test import Sim, freeze, settled, unfreeze
from life import Life
from service import demonstration, eventually


def run(life):
    made = life.ask("police", "POST", "/exchange/reconciliations", {"counterpart": "engraving"})
    done = lambda: life.ask("police", "GET", f"/exchange/reconciliations/{made['run_id']}")
    eventually(lambda: done()["state"] in ("DONE", "FAILED"))
    found = life.ask("police", "GET", f"/exchange/reconciliations/{made['run_id']}/differences")["items"]
    return done(), sorted((d["es_id"], d["kind"], d["ours"], d["theirs"]) for d in found)


def registers_that_agree_have_no_difference(life):
    report, found = run(life)
    assert report["state"] == "DONE" and report["differences"] == 0 and report["ours"] == report["theirs"] == 1, report
    assert not found


def each_kind_of_difference_is_told_and_not_repaired(life, sim, es_id):
    for change, expected in (
            ({"es_id": es_id, "state": "CANCELLED"}, [(es_id, "state_differs", "ACTIVE", "CANCELLED")]),
            ({"es_id": es_id, "impression_digest": "0" * 64}, [(es_id, "picture_differs", "", "")]),
            ({"es_id": es_id, "forget": True}, [(es_id, "missing_there", "ACTIVE", "")]),
            ({"es_id": "1201010099999", "state": "ACTIVE", "impression_digest": "0" * 64}, [("1201010099999", "missing_here", "", "ACTIVE")])):
        sim.ask("/control/register", change)
        for _ in range(2):
            report, found = run(life)
            assert found == expected and report["differences"] == 1, (change, found, report)
        sim.ask("/control/register", {})
    assert life.call("GET", f"/api/v1/seals/{es_id}/status")["state"] == "ACTIVE"
    registers_that_agree_have_no_difference(life)


def what_is_on_its_way_is_no_difference(life, sim, seal_id):
    sim.fault("engraving", "lost", count=1)          # they have it, we have no receipt yet
    freeze(life, seal_id)
    _, found = run(life)
    assert not found, found
    eventually(lambda: settled(life))
    unfreeze(life, seal_id)
    eventually(lambda: settled(life))


def every_fault_of_the_other_side_fails_the_run_or_does_nothing(life, sim):
    for fault in ("down", "garbage", "cut", "lost", "refuse", "replayed", "wrong_nonce", "out_of_order"):
        sim.fault("engraving", fault, count=1)
        report, found = run(life)
        assert report["state"] == "FAILED" and report["problem"] == "counterpart_down" and report["detail"] and not found, (fault, report)
    for fault in ("duplicate", "slow"):
        sim.fault("engraving", fault, count=1, delay_ms=300)
        report, found = run(life)
        assert report["state"] == "DONE" and not found, (fault, report)


def a_run_happens_once_a_day_by_itself(life):
    nightly = lambda: [r for r in life.ask("police", "GET", "/exchange/reconciliations?limit=1000")["items"] if r["cause"] == "nightly"]
    eventually(nightly)
    assert len(nightly()) == 1, nightly()


def only_those_who_supervise_may_ask(life):
    refused("forbidden", lambda: life.ask("custodian", "GET", "/exchange/reconciliations"))
    refused("forbidden", lambda: life.ask("maker", "POST", "/exchange/reconciliations", {"counterpart": "engraving"}))
    refused("bad_field", lambda: life.ask("police", "POST", "/exchange/reconciliations", {"counterpart": "nobody"}), "counterpart")


def main():
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%H:%M")
    with demonstration(outbox_retry_max_seconds=1, link_timeout_seconds=2, reconcile_at=now) as (folder, _):
        life = Life(folder, 1)
        sim = Sim(life.credentials["sim"])
        a_run_happens_once_a_day_by_itself(life)
        life.keys()
        seal_id = life.whole_seal()
        es_id = life.ask("police", "GET", f"/seals/{seal_id}")["es_id"]
        eventually(lambda: settled(life))
        registers_that_agree_have_no_difference(life)
        each_kind_of_difference_is_told_and_not_repaired(life, sim, es_id)
        what_is_on_its_way_is_no_difference(life, sim, seal_id)
        every_fault_of_the_other_side_fails_the_run_or_does_nothing(life, sim)
        a_run_happens_once_a_day_by_itself(life)
        only_those_who_supervise_may_ask(life)
    print("reconcile: ok")


if __name__ == "__main__":
    main()
