#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The national platform (R5.2, N1): told of every change that concerns it, once and in order; its answers are believed only when they are
signed and new; our own answers to others are signed (N5). The same service speaks CMP with its CA."""
import base64
import json
import subprocess
import tempfile
import pathlib

from api_test import refused
from exchange_test import Sim, destination, events, freeze, settled, unfreeze
from life import Life, der
from service import demonstration, eventually


def taken(sim, es_id):
    return [(t["task"], t["data"].get("invalidType")) for t in sim.ask("/platform/taken")["taken"] if t["data"]["sealCode"] == es_id]


def run(life):
    made = life.ask("police", "POST", "/exchange/reconciliations", {"counterpart": "platform"})
    done = lambda: life.ask("police", "GET", f"/exchange/reconciliations/{made['run_id']}")
    eventually(lambda: done()["state"] in ("DONE", "FAILED"))
    return done(), [(d["es_id"], d["kind"], d["ours"]) for d in life.ask("police", "GET", f"/exchange/reconciliations/{made['run_id']}/differences")["items"]]


def a_seal_is_published_with_every_field(life, sim, es_id):
    eventually(lambda: settled(life))
    assert taken(sim, es_id) == [("207", None)], taken(sim, es_id)
    data = sim.ask("/platform/taken")["taken"][0]["data"]
    assert data["provincePubSysId"] == "jinyin-demo" and data["useUnitCode"] == life.organization["uscc"] and data["legalType"] == "1", data
    assert data["validStartTime"] == data["certStartTime"] and data["validEndTime"] == data["certEndTime"], data           # R13.3
    assert base64.b64decode(data["signCert"])[0] == 0x30


def every_fault_leaves_each_event_once_and_in_order(life, sim, seal_id, es_id):
    wanted = taken(sim, es_id)
    for fault in ("down", "garbage", "cut", "lost", "replayed", "wrong_nonce", "duplicate", "out_of_order", "slow"):
        sim.fault("platform", fault, delay_ms=200)
        freeze(life, seal_id)
        unfreeze(life, seal_id)
        if fault not in ("duplicate", "slow"):
            eventually(lambda: destination(life, "platform")["failures"] > 0)
        sim.fault("platform", "none")
        eventually(lambda: settled(life))
        wanted += [("209", "2"), ("207", None)]
        assert taken(sim, es_id) == wanted, (fault, taken(sim, es_id))


def a_platform_that_refuses_makes_a_dead_event(life, sim, seal_id):
    sim.ask("/control/platform", {"system_id": "another", "point": life.call("GET", "/api/v1/statement-keys")["keys"]["platform"]})
    freeze(life, seal_id)
    eventually(lambda: destination(life, "platform")["dead"] == 1 or destination(life, "platform")["failures"] > 0)
    sim.ask("/control/platform", {"system_id": "jinyin-demo", "point": life.call("GET", "/api/v1/statement-keys")["keys"]["platform"]})
    for event in events(life, state="DEAD"):
        life.ask("police", "POST", f"/exchange/events/{event['event_id']}/resend", {"reason": "registered again"})
    unfreeze(life, seal_id)
    eventually(lambda: settled(life))


def its_list_is_compared_with_ours(life, sim, seal_id, es_id):
    report, found = run(life)
    assert report["state"] == "DONE" and not found, (report, found)
    sim.ask("/control/platform", {"es_id": es_id, "listed": True})
    assert run(life)[1] == [(es_id, "state_differs", "ACTIVE")]
    sim.ask("/control/platform", {})
    freeze(life, seal_id)
    eventually(lambda: settled(life))
    sim.ask("/control/platform", {"es_id": es_id, "listed": False})
    found = []
    eventually(lambda: run(life)[1] == [(es_id, "missing_there", "FROZEN")])          # once the second of the delivery is over
    sim.ask("/control/platform", {})
    sim.ask("/control/platform", {"es_id": "1201019999999", "listed": True})
    assert run(life)[1] == [("1201019999999", "missing_here", "")]
    sim.ask("/control/platform", {})
    for fault in ("down", "garbage", "cut", "wrong_nonce", "replayed", "lost"):
        sim.fault("platform", fault, count=1)
        assert run(life)[0]["state"] == "FAILED", fault
    unfreeze(life, seal_id)
    eventually(lambda: settled(life))


def its_status_is_asked_and_believed_only_when_signed_and_new(life, sim, seal_id, es_id):
    ask = lambda: life.ask("police", "GET", f"/seals/{seal_id}/platform-status")
    answer = ask()
    assert answer["status"] == "valid" and answer["es_id"] == es_id, answer
    for fault in ("down", "garbage", "cut", "wrong_nonce", "lost", "replayed"):
        sim.fault("platform", fault, count=1)
        refused("counterpart_down", ask)
    refused("bad_field", lambda: life.ask("police", "GET", f"/seals/{seal_id}/platform-status?at=yesterday"), "at")
    before = life.ask("police", "GET", f"/seals/{seal_id}/platform-status?at=2020-01-01T00:00:00Z")
    assert before["at"] == "2020-01-01T00:00:00Z"


def our_own_answers_are_signed(life, es_id):
    answer = life.call("GET", f"/api/v1/seals/{es_id}/statement?nonce=abcdefgh12345678")
    statement = json.loads(answer["statement"])
    assert statement["es_id"] == es_id and statement["nonce"] == "abcdefgh12345678" and statement["state"] == "ACTIVE", statement
    key = life.call("GET", "/api/v1/statement-keys")["keys"]["seal-status"]
    assert key == answer["key"]
    algorithm = der(0x30, bytes.fromhex("06072a8648ce3d0201") + bytes.fromhex("06082a811ccf5501822d"))
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "key.der").write_bytes(der(0x30, algorithm + der(0x03, b"\0" + base64.b64decode(key))))
        (folder / "sig").write_bytes(base64.b64decode(answer["signature"]))

        def check(text):
            (folder / "text").write_text(text)
            return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", folder / "key.der", "-rawin", "-digest", "sm3",
                                   "-pkeyopt", "distid:1234567812345678", "-in", folder / "text", "-sigfile", folder / "sig"], capture_output=True).returncode
        assert check(answer["statement"]) == 0 and check(answer["statement"].replace("ACTIVE", "FROZEN")) != 0
    refused("bad_field", lambda: life.call("GET", f"/api/v1/seals/{es_id}/statement?nonce=short"), "nonce")
    refused("bad_field", lambda: life.call("GET", f"/api/v1/seals/{es_id}/statement?at=2999-01-01T00:00:00Z"), "at")


def keys_are_certified_by_cmp(life, sim):
    """A CA that wants each certificate confirmed; what an answer to another question brought is not taken, and the next try is the same request."""
    sim.ask("/control/ca", {"days": 0, "confirm": True})
    sim.fault("ca", "wrong_nonce")
    refused("counterpart_down", life.keys)
    sim.fault("ca", "none")
    life.keys()


def a_revocation_reaches_the_ca_by_cmp(life, sim, folder, seal_id):
    sim.fault("ca", "garbage")
    life.ask("police", "POST", f"/seals/{seal_id}/cancel", {"reason": "key_leaked"})
    eventually(lambda: destination(life, "ca")["failures"] > 0)
    sim.fault("ca", "none")
    eventually(lambda: settled(life))
    event, = events(life, destination="ca")
    assert event["state"] == "DELIVERED" and event["receipt"].startswith("cmp-"), event
    serial = life.ask("police", "GET", f"/exchange/events/{event['event_id']}")["body"]["serial"]
    assert [json.loads(line)["serial"] for line in (folder / "sim" / "revocations.jsonl").read_text().splitlines()] == [serial]
    assert not (folder / "sim" / "certificates.jsonl").read_text().count('"request_id":"seal-'), "nothing was asked by the other wire"


def main():
    with demonstration(platform=True, cmp=True, outbox_retry_max_seconds=1, outbox_refusals_max=2, link_timeout_seconds=2) as (folder, _):
        life = Life(folder, 1)
        sim = Sim(life.credentials["sim"])
        keys_are_certified_by_cmp(life, sim)
        seal_id = life.whole_seal()
        es_id = life.ask("police", "GET", f"/seals/{seal_id}")["es_id"]
        a_seal_is_published_with_every_field(life, sim, es_id)
        our_own_answers_are_signed(life, es_id)
        its_status_is_asked_and_believed_only_when_signed_and_new(life, sim, seal_id, es_id)
        every_fault_leaves_each_event_once_and_in_order(life, sim, seal_id, es_id)
        a_platform_that_refuses_makes_a_dead_event(life, sim, seal_id)
        its_list_is_compared_with_ours(life, sim, seal_id, es_id)
        a_revocation_reaches_the_ca_by_cmp(life, sim, folder, seal_id)
    print("platform: ok")


if __name__ == "__main__":
    main()
