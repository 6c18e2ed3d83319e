#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Five hundred tries at once (JINYIN_FULL=1: ten thousand) for a second statutory seal (R14.1), at submission and at making, for a second use of an
order (R16.1), and for a second effect of one Idempotency-Key: one of each."""
import concurrent.futures
import os
import uuid

from lifecycle_test import at_database
from life import Life, Problem
from service import ROOT, demonstration

TRIES = 10000 if os.environ.get("JINYIN_FULL") else int(os.environ.get("JINYIN_TRIES", "500"))
AT_ONCE = 16


def through(call, tries, allowed):
    """How many of the tries came through; the others must be refused with one of the codes."""
    def once(n):
        try:
            return call(n)
        except Problem as problem:
            assert problem.code in allowed, problem
            return None

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return [answer for answer in pool.map(once, range(tries)) if answer]


def R14_1__one_submission_of_many(life, applications):
    def submit(n):
        application = applications[n % len(applications)]
        return life.ask("agent", "POST", f"/applications/{application['application_id']}/submit", {}) and application

    done = through(submit, TRIES, ("second_statutory_seal", "state_forbids", "conflict"))
    assert len(done) == 1, f"{len(done)} of {TRIES} submissions came through"
    return done[0]


def R14_1__one_seal_of_many_makings(life, application):
    life.accept(application)

    def make(n):
        seal_id = uuid.uuid4().hex
        return life.ask("maker", "POST", f"/applications/{application['application_id']}/seal", {"seal_id": seal_id, "sealed": sealed[n % len(sealed)][1]}
                        if n % 2 else {"seal_id": sealed[n % len(sealed)][0], "sealed": sealed[n % len(sealed)][1]})

    sealed = [(seal_id, life.seal("make", seal_id, life.pins[life.maker_key_id])) for seal_id in (uuid.uuid4().hex for _ in range(8))]
    # A secret for another seal id is refused by the key room; one that was used is not taken again.
    done = through(make, 64, ("state_forbids", "conflict", "second_statutory_seal", "secret_unreadable", "secret_used"))
    assert len(done) == 1, f"{len(done)} seals"
    living = [s for s in life.ask("agent", "GET", "/seals")["items"] if s["state"] == "FILED"]
    assert len(living) == 1 and living[0]["seal_id"] == done[0]["seal_id"], living
    return done[0]


def R16_1__one_stamp_of_many_uses_of_an_order(life, folder, seal_id):
    document = life.upload((ROOT / "tests" / "data" / "contract.pdf").read_bytes())
    order = life.order(seal_id, document["document_id"])["order_id"]
    life.approve(order)
    about = life.order_object("custodian", order)
    secrets = [life.seal("stamp", about, life.pins[seal_id]) for _ in range(8)]
    done = through(lambda n: life.ask("custodian", "POST", f"/orders/{order}/stamp", {"sealed": secrets[n % len(secrets)]}), TRIES,
                   ("conflict", "state_forbids"))
    assert done and len({answer["document_id"] for answer in done}) == 1 == len({answer["digest"] for answer in done}), "two stamps of one order"
    assert at_database(folder, "SELECT count(*) FROM document WHERE from_order_id = ?", order) == [(1,)]
    assert at_database(folder, "SELECT state, result_document_id FROM stamp_order WHERE order_id = ?", order) == [("DONE", done[0]["document_id"])]


def one_effect_of_many_requests_under_one_key(life, folder, seal_id):
    document = life.upload((ROOT / "tests" / "data" / "contract.pdf").read_bytes())["document_id"]
    body = {"seal_id": seal_id, "document_id": document, "places": [{"pages": "1", "x_mm": 20, "y_mm": 20}], "category": "agreement", "purpose": "a test"}
    count = lambda table: at_database(folder, f"SELECT count(*) FROM {table}")[0][0]
    audits = lambda event: at_database(folder, "SELECT count(*) FROM audit WHERE event = ? AND outcome = 'ok'", event)[0][0]
    before, key = count("stamp_order"), uuid.uuid4().hex
    answers = through(lambda n: life.ask("agent", "POST", "/orders", body, key=key), TRIES, ())
    assert len(answers) == TRIES and len({answer["order_id"] for answer in answers}) == 1 and count("stamp_order") == before + 1
    # A step: who comes second meets the state that the first one made, and is answered as the first one was.
    before, key = audits("seal_frozen"), uuid.uuid4().hex
    answers = through(lambda n: life.ask("custodian", "POST", f"/seals/{seal_id}/freeze", {"reason": "a test"}, key=key), TRIES, ())
    assert len(answers) == TRIES and all(answer == answers[0] for answer in answers) and audits("seal_frozen") == before + 1


def main():
    with demonstration() as (folder, base):
        life = Life(folder, 1)
        life.keys()
        applications = [life.apply() for _ in range(4)]
        for application in applications:
            life.bring_materials(application)
        made = R14_1__one_seal_of_many_makings(life, R14_1__one_submission_of_many(life, applications))
        seal_id = life.hand_over(made)
        R16_1__one_stamp_of_many_uses_of_an_order(life, folder, seal_id)
        one_effect_of_many_requests_under_one_key(life, folder, seal_id)
        print("all claims hold")


if __name__ == "__main__":
    main()
