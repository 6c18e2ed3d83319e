#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What goes to the counterparts arrives once, in order for each seal, whatever they do meanwhile (R5.2, R13.2). Small intervals in the
configuration stand for a day of outage: nothing here depends on how long it lasted."""
import json
import os
import signal
import time
import urllib.request

from api_test import refused
from life import Life
from service import demonstration, eventually, pids


class Sim:
    def __init__(self, url):
        self.url = url

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data=data), timeout=20) as answer:
            return json.load(answer)

    def fault(self, counterpart, fault, **more):
        self.ask("/control/faults", {"counterpart": counterpart, "fault": fault, **more})

    def filings(self, seal_id):
        return [f["body"]["event"] for f in self.ask("/filings")["filings"] if f["body"].get("seal_id") == seal_id]


def events(life, **query):
    text = "&".join(f"{k}={v}" for k, v in query.items())
    return life.ask("police", "GET", "/exchange/events?limit=1000&" + text)["items"]


def open_events(life):
    return events(life, state="WAITING") + events(life, state="DEAD")


def settled(life):
    return not open_events(life)


def freeze(life, seal_id):
    life.ask("custodian", "POST", f"/seals/{seal_id}/freeze", {"reason": "test"})


def unfreeze(life, seal_id):
    life.ask("custodian", "POST", f"/seals/{seal_id}/unfreeze", {"sealed": life.seal("unfreeze", seal_id, life.pins[seal_id])})


def destination(life, name):
    return next(d for d in life.ask("police", "GET", "/exchange")["destinations"] if d["destination"] == name)


def every_fault_of_the_engraving_system_leaves_each_event_once_and_in_order(life, sim, seal_id):
    wanted = sim.filings(seal_id)
    for fault in ("down", "garbage", "cut", "lost", "replayed", "wrong_nonce", "duplicate", "out_of_order", "slow"):
        sim.fault("engraving", fault, delay_ms=300)
        freeze(life, seal_id)
        unfreeze(life, seal_id)
        if fault not in ("duplicate", "slow"):
            eventually(lambda: destination(life, "engraving")["failures"] > 0)
            assert not destination(life, "engraving")["answers"], fault
            waiting = events(life, destination="engraving", state="WAITING")
            assert len(waiting) in (1, 2) and waiting[0]["receipt"] is None, (fault, waiting)
        sim.fault("engraving", "none")
        eventually(lambda: settled(life))
        wanted += ["freeze", "unfreeze"]
        assert sim.filings(seal_id) == wanted, (fault, sim.filings(seal_id))
    delivered = events(life, destination="engraving", state="DELIVERED")
    receipts = [e["receipt"] for e in delivered]
    assert len(set(receipts)) == len(receipts), "two events have one receipt"
    arrived = {f["event_id"]: f["receipt"] for f in sim.ask("/filings")["filings"]}
    assert {e["event_id"]: e["receipt"] for e in delivered} == arrived


def a_dead_event_holds_up_its_seal_only_until_a_person_settles_it(life, other, sim, seal_id, other_seal):
    before, other_before = sim.filings(seal_id), sim.filings(other_seal)
    sim.fault("engraving", "refuse")
    freeze(life, seal_id)
    eventually(lambda: events(life, state="DEAD"))
    sim.fault("engraving", "none")
    dead = events(life, state="DEAD")
    assert len(dead) == 1 and dead[0]["seal_id"] == seal_id and dead[0]["problem"] == "bad_field" and dead[0]["refusals"] == 2, dead
    assert dead[0]["detail"], dead
    unfreeze(life, seal_id)
    freeze(other, other_seal)
    eventually(lambda: sim.filings(other_seal) == other_before + ["freeze"])
    assert sim.filings(seal_id) == before, "an event overtook the dead one"
    one = life.ask("police", "GET", f"/exchange/events/{dead[0]['event_id']}")
    assert one["body"]["seal_id"] == seal_id
    path = f"/exchange/events/{dead[0]['event_id']}"
    refused("forbidden", lambda: life.ask("custodian", "POST", path + "/resend", {"reason": "mine"}))
    refused("bad_field", lambda: life.ask("police", "POST", path + "/resend", {}))
    refused("not_found", lambda: life.ask("police", "POST", "/exchange/events/" + "0" * 32 + "/resend", {"reason": "x"}))
    life.ask("police", "POST", path + "/resend", {"reason": "the other side was repaired"})
    eventually(lambda: settled(life))
    assert sim.filings(seal_id) == before + ["freeze", "unfreeze"]
    refused("state_forbids", lambda: life.ask("police", "POST", path + "/resend", {"reason": "again"}))
    refused("state_forbids", lambda: life.ask("police", "POST", path + "/abandon", {"reason": "again"}))


def an_abandoned_event_lets_those_behind_it_go_on(life, sim, seal_id):
    before = sim.filings(seal_id)
    sim.fault("engraving", "refuse")
    freeze(life, seal_id)
    eventually(lambda: events(life, state="DEAD"))
    sim.fault("engraving", "none")
    unfreeze(life, seal_id)
    dead = events(life, state="DEAD")[0]["event_id"]
    life.ask("police", "POST", f"/exchange/events/{dead}/abandon", {"reason": "told by letter"})
    eventually(lambda: settled(life))
    assert sim.filings(seal_id) == before + ["unfreeze"]
    kept = events(life, state="ABANDONED")
    assert len(kept) == 1 and kept[0]["settled_reason"] == "told by letter" and kept[0]["settled_by"]


def a_killed_web_between_delivery_and_receipt_doubles_nothing(life, sim, folder, seal_id):
    before = sim.filings(seal_id)
    sim.fault("engraving", "slow", delay_ms=1500)
    freeze(life, seal_id)
    eventually(lambda: sim.filings(seal_id) == before + ["freeze"])
    assert len(events(life, destination="engraving", state="WAITING")) == 1
    sim.fault("engraving", "none")
    os.kill(pids(folder)["web"], signal.SIGKILL)

    def back():
        try:
            return settled(life)
        except (urllib.error.URLError, ConnectionError, OSError):
            return False
    eventually(back, 20)
    assert sim.filings(seal_id) == before + ["freeze"], sim.filings(seal_id)
    unfreeze(life, seal_id)
    eventually(lambda: settled(life))


def a_revocation_reaches_the_ca_after_its_return(life, sim, seal_id):
    sim.fault("ca", "down")
    life.ask("police", "POST", f"/seals/{seal_id}/cancel", {"reason": "key_leaked"})
    eventually(lambda: destination(life, "ca")["failures"] > 0)
    eventually(lambda: destination(life, "engraving")["waiting"] == 0)           # one that is gone holds up no other
    sim.fault("ca", "lost", count=1)
    eventually(lambda: settled(life))
    assert [e["state"] for e in events(life, destination="ca")] == ["DELIVERED"]


def readiness_shows_the_exchange(life):
    ready = life.call("GET", "/readyz")
    assert {"engraving", "ca"} <= {d["destination"] for d in ready["exchange"]}, ready


def main():
    with demonstration(outbox_retry_max_seconds=1, outbox_refusals_max=2, link_timeout_seconds=2) as (folder, _):
        life, other = Life(folder, 1), Life(folder, 2)
        sim = Sim(life.credentials["sim"])
        life.keys()
        other.pins.update(life.pins)
        other.maker_key_id = life.maker_key_id
        other.approver_key()
        seal_id, other_seal = life.whole_seal(), other.whole_seal()
        eventually(lambda: settled(life))
        readiness_shows_the_exchange(life)
        every_fault_of_the_engraving_system_leaves_each_event_once_and_in_order(life, sim, seal_id)
        a_dead_event_holds_up_its_seal_only_until_a_person_settles_it(life, other, sim, seal_id, other_seal)
        an_abandoned_event_lets_those_behind_it_go_on(life, sim, seal_id)
        a_killed_web_between_delivery_and_receipt_doubles_nothing(life, sim, folder, seal_id)
        a_revocation_reaches_the_ca_after_its_return(life, sim, seal_id)
    print("exchange: ok")


if __name__ == "__main__":
    started = time.monotonic()
    main()
    print(f"{time.monotonic() - started:.1f} s")
