#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""R14.1: five hundred tries at once for a second statutory seal (JINYIN_FULL=1: ten thousand), at submission and at making: one of each."""
import concurrent.futures
import os
import uuid

from life import Life, Problem
from service import demonstration

TRIES = 10000 if os.environ.get("JINYIN_FULL") else 500
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


def main():
    with demonstration() as (folder, base):
        life = Life(folder, 1)
        life.keys()
        applications = [life.apply() for _ in range(4)]
        for application in applications:
            life.bring_materials(application)
        R14_1__one_seal_of_many_makings(life, R14_1__one_submission_of_many(life, applications))
        print("all claims hold")


if __name__ == "__main__":
    main()
