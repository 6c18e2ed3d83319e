#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""People are told once, in the service, by short message and by mail, whatever the gateways do meanwhile (R20.2, R16.1, R5.2)."""
import base64
import os
import pathlib
import tempfile

from api_test import OFD, refused
from exchange_test import Sim, destination, events, freeze, settled, unfreeze
from life import Life
from lifecycle_test import at_database
from service import demonstration, eventually


def told(life, role, kind):
    return [n for n in life.ask(role, "GET", "/notifications?limit=1000")["items"] if n["kind"] == kind]


def a_waiting_approval_is_told_to_the_approver_once(life, sim, seal_id):
    order = life.order(seal_id, life.upload(OFD)["document_id"])["order_id"]
    eventually(lambda: [n for n in told(life, "approver", "approval_waiting") if n["object"] == order])
    eventually(lambda: settled(life))
    mine = [n for n in told(life, "approver", "approval_waiting") if n["object"] == order]
    assert len(mine) == 1 and mine[0]["text"] and mine[0]["text_zh"] and mine[0]["read_at"] is None, mine
    assert not [n for n in told(life, "custodian", "approval_waiting") if n["object"] == order]
    path = f"/notifications/{mine[0]['notification_id']}/read"
    refused("not_found", lambda: life.ask("custodian", "POST", path, {}))
    for _ in range(2):
        life.ask("approver", "POST", path, {})
    assert not [n for n in life.ask("approver", "GET", "/notifications?unread=true")["items"] if n["object"] == order]
    refused("bad_field", lambda: life.ask("approver", "GET", "/notifications?unread=maybe"), "unread")


def R19_2__an_old_pin_is_reminded_of_once(life, sim, folder, seal_id):
    """The custodian of a seal and the holder of an approver's key, pin_remind_days before the end; a new PIN begins anew."""
    about = lambda role, key_id: [n for n in told(life, role, "pin_ageing") if n["object"] == key_id]
    age = lambda days, key_id: at_database(folder, "UPDATE key_pin SET since = since - ? WHERE key_id = ?", days * 86400, key_id)
    age(75, seal_id)
    age(77, life.approver_key_id)
    eventually(lambda: about("approver", life.approver_key_id))
    assert not about("custodian", seal_id), "75 days of 90: not yet"
    age(2, seal_id)
    eventually(lambda: about("custodian", seal_id))
    eventually(lambda: settled(life))
    assert len([m for m in sim.ask("/sms")["messages"].values() if "口令" in m["text"]]) == 2
    old = life.pins[seal_id]
    life.ask("custodian", "PUT", f"/keys/{seal_id}/pin", {"sealed": life.seal("change-pin", seal_id, old, "Newer-PIN-2026")})
    life.pins[seal_id] = "Newer-PIN-2026"
    age(80, seal_id)
    eventually(lambda: len(about("custodian", seal_id)) == 2)
    assert len(about("approver", life.approver_key_id)) == 1
    eventually(lambda: settled(life))


def every_fault_of_the_gateway_leaves_one_message(life, sim, seal_id):
    for fault in ("down", "garbage", "cut", "lost", "replayed", "wrong_nonce", "duplicate", "out_of_order", "slow"):
        before = len(sim.ask("/sms")["messages"])
        sim.fault("sms", fault, delay_ms=200)
        life.order(seal_id, life.upload(OFD)["document_id"])
        eventually(lambda: events(life, destination="sms", state="WAITING") or len(sim.ask("/sms")["messages"]) > before)
        if fault not in ("duplicate", "slow"):
            eventually(lambda: destination(life, "sms")["failures"] > 0)
        sim.fault("sms", "none")
        eventually(lambda: settled(life))
        assert len(sim.ask("/sms")["messages"]) == before + 1, fault
    for event_id, message in sim.ask("/sms")["messages"].items():
        assert message["phone"] == "13800000000" and message["text"].startswith("【津印】"), message


def no_phone_number_lies_in_the_outbox(life):
    for event in events(life, destination="sms"):
        assert "13800000000" not in str(life.ask("police", "GET", f"/exchange/events/{event['event_id']}")["body"]), event


MAIL_FAULTS = ("down", "garbage", "cut", "lost", "replayed", "wrong_nonce", "duplicate", "out_of_order", "slow")


def every_fault_of_the_mail_server_leaves_each_dead_event_mailed(life, sim, seal_id):
    """A lost answer makes the same mail come twice, under the same Message-ID: SMTP knows no receipt (docs/protocol/counterparts.md)."""
    for fault in MAIL_FAULTS if "JINYIN_FULL" in os.environ else ("down", "lost", "duplicate"):
        before = sim.ask("/mails")["mails"]
        sim.fault("mail", fault, delay_ms=200)
        sim.fault("engraving", "refuse")
        freeze(life, seal_id)
        eventually(lambda: sim.ask("/control/faults")["counterparts"]["mail"]["met"] > 0)
        sim.fault("mail", "none")
        sim.fault("engraving", "none")
        eventually(lambda: destination(life, "mail")["waiting"] == 0)
        arrived = {key: mail for key, mail in sim.ask("/mails")["mails"].items() if key not in before}
        assert len(arrived) == 1, (fault, arrived)
        (mail,) = arrived.values()
        assert mail["count"] == (2 if fault in ("garbage", "cut", "lost", "duplicate", "out_of_order") else 1), (fault, mail)
        head, _, body = mail["data"].partition("\r\n\r\n")
        assert mail["to"] == ["duty@example.org", "second@example.org"] and mail["from"] == "jinyin@example.org" and "From: <jinyin@example.org>" in head, mail
        (dead,) = events(life, state="DEAD")
        assert dead["event_id"] in base64.b64decode(body).decode() and dead["event_id"] == told(life, "police", "event_dead")[0]["object"]
        life.ask("police", "POST", f"/exchange/events/{dead['event_id']}/resend", {"reason": "repaired"})
        eventually(lambda: settled(life))
        unfreeze(life, seal_id)
        eventually(lambda: settled(life))


def a_mail_that_is_refused_is_not_sent_again_and_again(life, sim, seal_id):
    sim.fault("mail", "refuse")
    sim.fault("engraving", "refuse")
    freeze(life, seal_id)
    eventually(lambda: len(events(life, state="DEAD")) == 2)
    met = sim.ask("/control/faults")["counterparts"]["mail"]["met"]
    assert met == 2, "outbox_refusals_max"
    for counterpart in ("mail", "engraving"):
        sim.fault(counterpart, "none")
    for dead in events(life, state="DEAD"):
        life.ask("police", "POST", f"/exchange/events/{dead['event_id']}/resend", {"reason": "repaired"})
    eventually(lambda: settled(life))


def main():
    with tempfile.TemporaryDirectory() as folder:
        secret = pathlib.Path(folder) / "sms.secret"
        with open(os.open(secret, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
            out.write("sim-sms-secret\n")
        with demonstration(outbox_retry_max_seconds=1, outbox_refusals_max=2, link_timeout_seconds=2, sms_url="{sim}/sms", sms_secret_file=str(secret),
                           smtp_url="{smtp}", smtp_from="jinyin@example.org",
                           notify_mail_to="duty@example.org second@example.org") as (demo, _):
            life = Life(demo, 1)
            sim = Sim(life.credentials["sim"])
            life.keys()
            seal_id = life.whole_seal()
            a_waiting_approval_is_told_to_the_approver_once(life, sim, seal_id)
            R19_2__an_old_pin_is_reminded_of_once(life, sim, demo, seal_id)
            every_fault_of_the_gateway_leaves_one_message(life, sim, seal_id)
            no_phone_number_lies_in_the_outbox(life)
            every_fault_of_the_mail_server_leaves_each_dead_event_mailed(life, sim, seal_id)
            a_mail_that_is_refused_is_not_sent_again_and_again(life, sim, seal_id)
    print("notifications: ok")


if __name__ == "__main__":
    main()
