#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at every named moment of every kind of transaction (points.def): what was acknowledged is there, once; journal, records, blobs and outbox
agree (jinyin fsck); what the outside was told arrived once and in order.
usage: kill_points_test.py FOLDER-OF-THE-ROOMS [--learn]; JINYIN_KILLS: how many; --learn: none, but moments.txt is written."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from board import Board
from walker import EACH_TIME, NOT_ONCE, Client, Plan, Walker
from walks import MEANWHILE, Receiver, Walks
import moments
import postgres
from exchange_test import Sim
from lifecycle_test import at_database
from service import BUILD, demonstration, pids

KILLS = int(os.environ.get("JINYIN_KILLS", "300"))
SEED = int(os.environ.get("JINYIN_SEED", time.time()))


def keep_young(folder):
    """Sessions and second factors that count for minutes: this goes on for hours."""
    at_database(folder, "UPDATE session SET fresh = ?, created = ?, last_seen = ?", *[int(time.time())] * 3)


def every_acknowledged_act_is_there_once(life, walks):
    recorded = dict(at_database(life.folder, "SELECT event, count(*) FROM audit WHERE outcome = 'ok' GROUP BY event"))
    for event, count in life.acknowledged.items():
        found = recorded.get(event, 0) - walks.before.get(event, 0)
        assert event in NOT_ONCE or found == count or (event in EACH_TIME and found > count), f"{event}: {count} acknowledged, {found} recorded"
    done = dict(at_database(life.folder, "SELECT order_id, result_document_id FROM stamp_order WHERE state = 'DONE'"))
    told = dict(walks.stamped)                                     # None: the document is the client's own (R18.1)
    assert len(told) == len(walks.stamped) and set(done) == set(told) and all(told[order] in (None, done[order]) for order in done), \
        f"acknowledged stamps and those in the records differ: {set(done.items()) ^ set(walks.stamped)}"
    twice = at_database(life.folder, "SELECT from_order_id FROM document WHERE from_order_id IS NOT NULL GROUP BY from_order_id HAVING count(*) > 1")
    assert not twice, f"orders with two documents: {twice}"
    assert not at_database(life.folder, "SELECT order_id FROM stamp_order WHERE state = 'INTENT'"), "a stamp is half there"
    made = {row[0] for row in at_database(life.folder, "SELECT seal_id FROM seal")}
    assert made == set(walks.seals), "seals were lost or doubled"
    assert not at_database(life.folder, "SELECT seal_id FROM key_work WHERE done IS NULL"), "a replaced seal's key still lives"


def every_stamp_verifies(life, walks, since):
    for document in filter(None, (document for _, document in walks.stamped[since:])):
        report = life.verify(life.content(document))
        assert report["verdict"].startswith("valid"), [(c["name"], c["detail"]) for s in report["signatures"] for c in s["checks"] if not c["passed"]]


def the_outside_was_told_once_and_in_order(life, sim, walks):
    filed = at_database(life.folder, "SELECT seal_id, event, event_id, receipt FROM filing ORDER BY seq")
    told = [f for f in sim.ask("/filings")["filings"]]
    for seal_id in walks.seals:
        ours = [(event, event_id) for s, event, event_id, _ in filed if s == seal_id]
        theirs = [(f["body"]["event"], f["event_id"]) for f in told if f["body"].get("seal_id") == seal_id]
        assert ours == theirs, f"{seal_id}: {ours} filed, {theirs} arrived"
    assert {event_id: receipt for _, _, event_id, receipt in filed} == {f["event_id"]: f["receipt"] for f in told}
    bodies = {}
    for event, body in walks.receiver.taken:
        body = {k: v for k, v in json.loads(body).items() if k != "event_id"}      # sent again on request it is another row of the outbox
        assert bodies.setdefault(event, body) == body, f"one event with two contents: {bodies[event]} {body}"


def fsck(folder):
    arguments = ["--config", folder / "jinyin.json"]
    if "JINYIN_POSTGRES" in os.environ:
        words = json.loads((folder / "jinyin.json").read_text())["store"]
        database = dict(word.split("=") for word in words.removeprefix("postgresql:").split())["dbname"]
        arguments += ["--owner", postgres.Server(os.environ["JINYIN_POSTGRES"]).words(database, postgres.OWNER)]
    said = subprocess.run([BUILD / "jinyin", "fsck", *arguments], capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr


def the_service_agrees_with_itself(life, sim, walks, since=0):
    walks.settled()
    every_acknowledged_act_is_there_once(life, walks)
    the_outside_was_told_once_and_in_order(life, sim, walks)
    every_stamp_verifies(life, walks, since)
    fsck(life.folder)


def main():
    started = time.monotonic()
    learning = "--learn" in sys.argv
    if not learning:
        moments.must_fit(moments.read(), MEANWHILE)
    with tempfile.TemporaryDirectory(prefix="jinyin-board-") as boards:
        board = Board(boards)
        with demonstration(platform=True, jinyind=pathlib.Path(sys.argv[1]).resolve() / "jinyind", cwd=boards, outbox_retry_max_seconds=1) as (folder, _):
            plan = Plan(board, SEED, None if learning else moments.read(), 0 if learning else KILLS)
            life = Walker(folder, 1, None)
            life.plan = None
            life.keys()
            life.officer("officer-2")
            for officer in ("police", "officer-2"):
                life.officer_key(officer)
            life.plan = plan
            life.acknowledged.clear()
            sim = Sim(life.credentials["sim"])
            walks = Walks(life, sim, Client(life.credentials["sim"]).call("GET", "/seals")["seals"], Receiver())
            walks.before = dict(at_database(folder, "SELECT event, count(*) FROM audit WHERE outcome = 'ok' GROUP BY event"))
            print(f"seed {SEED}; set up in {time.monotonic() - started:.1f} s", flush=True)
            rounds = 0
            while rounds < 2 if learning else plan.left > 0 or (plan.never_reached() and rounds < KILLS // 40):
                keep_young(folder)
                since, before = len(walks.stamped), time.monotonic()
                for walk in walks.all():
                    walk_began, kills = time.monotonic(), plan.total
                    walk()
                    if os.environ.get("JINYIN_VERBOSE"):
                        print(f"  {walk.__name__}: {plan.total - kills} kills, {time.monotonic() - walk_began:.1f} s", flush=True)
                the_service_agrees_with_itself(life, sim, walks, since)
                walks.serial += 1
                rounds += 1
                print(f"round {rounds}: {plan.total} kills, {time.monotonic() - before:.1f} s", flush=True)
            if learning:
                moments.write(plan.passed)
                print(f"{len(plan.passed)} requests written to {moments.FILE}")
                return
            never = plan.never_reached()
            places = len({(m.point, m.kind) for _, m, _ in plan.kills})
            print(f"{plan.total} kills at {len(plan.of_point)} named points, {places} moments of {len(plan.passed)} requests, {len(plan.kills)} pairs; "
                  f"{sum(plan.missed.values())} that did not come; {time.monotonic() - started:.0f} s")
            for (label, moment, nth), times in plan.missed.items():
                print(f"  did not come: {label}, {moment.point} of {moment.kind}, passage {nth}: {times}")
            ticks = (pathlib.Path("/proc") / str(pids(folder)["jinyind"]) / "stat").read_text().rsplit(")", 1)[1].split()[13:15]
            print(f"the rooms that ended took {sum(map(int, ticks)) / os.sysconf('SC_CLK_TCK'):.0f} s of work")
            assert not never or KILLS < 200, f"points that nothing reaches: {never}. {moments.RENEW}"
            stale = sorted(plan.stale())
            assert not stale, "\n  ".join([*stale, moments.RENEW])


if __name__ == "__main__":
    main()
