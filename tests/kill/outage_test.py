#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The outside systems are gone for a day: nothing is lost, nothing dies, and after their return everything arrives, once, in order for each seal
(R5.2, R13.2). The day is the rooms' own, told by the board: their clock runs ahead. usage: outage_test.py FOLDER-OF-THE-ROOMS"""
import datetime
import os
import pathlib
import sys
import tempfile
import time

from board import Board
from walker import Client, Life
from walks import PDF, Receiver
from exchange_test import Sim, destination, events, settled
from lifecycle_test import at_database, physical, state
from service import demonstration, eventually

DAY = 86400
BUSY = 3 * 3600                            # so often is something done
STEP = 300 if os.environ.get("JINYIN_FULL") else 900
OUTSIDE = ("engraving", "ca", "platform", "sms")


class Ahead(Life):
    """People of the rooms' time."""

    def __init__(self, folder, number, board):
        self.board, self.folder = board, folder
        super().__init__(folder, number)

    def seal(self, purpose, about, pin, new_pin=None, when=None):
        now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=self.board.clock)
        return super().seal(purpose, about, pin, new_pin, when or now)


def forward(life, board, seconds):
    """The clock, and with it the sessions, which a day would end."""
    board.clock += seconds
    at = int(time.time()) + board.clock
    at_database(life.folder, "UPDATE session SET fresh = ?, created = ?, last_seen = ?", at, at, at)


def live(life, seal_ids, hour, receipts):
    """What a day is made of: seals are stopped and go on, documents are stamped, people are told."""
    for seal_id in seal_ids:
        life.ask("custodian", "POST", f"/seals/{seal_id}/freeze", {"reason": "a test"})
        life.ask("custodian", "POST", f"/seals/{seal_id}/unfreeze", {"sealed": life.seal("unfreeze", seal_id, life.pins[seal_id])})
    if hour % 6 == 0:
        order = life.order(seal_ids[0], life.upload(PDF)["document_id"], x_mm=20 + hour)["order_id"]
        life.approve(order)
        receipts.append(life.stamp(order, seal_ids[0])["document_id"])


def a_day_without_the_outside(life, board, sim, receiver, seal_ids):
    for counterpart in OUTSIDE:
        sim.fault(counterpart, "down")
    receiver.answers = 503
    stamped = []
    for at in range(0, DAY, STEP):
        if at % BUSY == 0:
            live(life, seal_ids, at // 3600, stamped)
        forward(life, board, STEP)
        time.sleep(0.11)                                           # a courier looks every tenth of a second
        if at == 6 * 3600:
            life.ask("police", "POST", f"/seals/{life.third}/cancel", {"reason": "key_leaked"})
    assert not events(life, state="DEAD"), events(life, state="DEAD")
    waiting = {d: len([e for e in events(life, state="WAITING") if e["destination"] == d]) for d in (*OUTSIDE, "webhook")}
    assert waiting["engraving"] == 4 * DAY // BUSY + 1 and waiting["ca"] == 1 and min(waiting.values()) > 0, waiting
    for name in ("engraving", "ca", "platform"):
        assert not destination(life, name)["answers"], name
    return waiting, stamped


def everything_arrives_after_the_return(life, board, sim, receiver, seal_ids, before):
    for counterpart in OUTSIDE:
        sim.fault(counterpart, "none")
    receiver.answers = 200
    end = time.monotonic() + 60
    while not settled(life):
        assert not events(life, state="DEAD") and time.monotonic() < end, "it does not arrive"
        forward(life, board, 60)
        time.sleep(0.15)
    filed = at_database(life.folder, "SELECT seal_id, event, event_id, receipt FROM filing ORDER BY seq")
    arrived = sim.ask("/filings")["filings"]
    for seal_id in (*seal_ids, life.third):
        ours = [(event, event_id) for s, event, event_id, _ in filed if s == seal_id]
        assert ours == [(f["body"]["event"], f["event_id"]) for f in arrived if f["body"].get("seal_id") == seal_id], seal_id
    assert {event_id: receipt for _, _, event_id, receipt in filed} == {f["event_id"]: f["receipt"] for f in arrived}, "lost, doubled or not receipted"
    told = [event for event, _ in receiver.taken[before:]]
    wanted = at_database(life.folder, "SELECT event_id FROM outbox WHERE destination = 'webhook' AND state = 'DELIVERED'")
    assert len(told) == len(set(told)) == len(wanted) - before, f"{len(wanted)} webhook events, {len(told)} arrived"
    assert [e["state"] for e in events(life, destination="ca")][:1] == ["DELIVERED"]
    messages = sim.ask("/sms")["messages"]
    sent = at_database(life.folder, "SELECT event_id FROM outbox WHERE destination = 'sms'")
    assert {row[0] for row in sent} == set(messages), "short messages"


def main():
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="jinyin-board-") as boards:
        board = Board(boards)
        secret = pathlib.Path(boards) / "sms.secret"
        with open(os.open(secret, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
            out.write("sim-sms-secret\n")
        with demonstration(platform=True, jinyind=pathlib.Path(sys.argv[1]).resolve() / "jinyind", cwd=boards, link_timeout_seconds=2,
                           sms_url="{sim}/sms", sms_secret_file=str(secret)) as (folder, _):
            life, other, third = (Ahead(folder, n, board) for n in (1, 2, 3))
            sim, receiver = Sim(life.credentials["sim"]), Receiver()
            life.keys()
            for one in (other, third):
                one.pins, one.maker_key_id = life.pins, life.maker_key_id
                one.approver_key()
            seal_ids = [life.whole_seal()]
            life.third = third.whole_seal()
            seal_ids.append(life.whole_seal(**physical(Client(life.credentials["sim"]).call("GET", "/seals")["seals"], life, "contract")))
            life.ask("agent", "POST", "/webhooks", {"url": f"http://127.0.0.1:{receiver.server_port}/", "events": ["seal", "stamp"]})
            eventually(lambda: settled(life))
            before = len(receiver.taken)
            waiting, stamped = a_day_without_the_outside(life, board, sim, receiver, seal_ids)
            everything_arrives_after_the_return(life, board, sim, receiver, seal_ids, before)
            assert state(life, seal_ids[0]) == "ACTIVE"
            for document in stamped:
                assert life.verify(life.content(document))["verdict"].startswith("valid")
            print(f"a day: {waiting} waited, all arrived; {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
