#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Time stamps in stamps (RFC 3161, N4): required, preferred within the outage budget, and what every fault of the authority comes to."""
import io
import uuid
import zipfile

from api_test import OFD, PDF, refused, valid
from exchange_test import Sim
from life import Life
from service import demonstration, eventually

TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")          # id-ct-TSTInfo: there is a token
FAULTS = ("down", "garbage", "cut", "lost", "replayed", "wrong_nonce", "out_of_order")


def ordered(life, seal_id, data=OFD):
    order = life.order(seal_id, life.upload(data)["document_id"])
    life.approve(order["order_id"])
    return order["order_id"]


def has_time_stamp(life, document_id):
    data = life.content(document_id)
    report = life.verify(data)
    assert valid(report), report
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return any(TST_INFO in package.read(name) for name in package.namelist())
    return TST_INFO.hex().encode() in data.lower()


def a_required_time_stamp_is_in_the_stamp(life, seal_id):
    for data in (OFD, PDF):
        assert has_time_stamp(life, life.stamp(ordered(life, seal_id, data), seal_id)["document_id"])


def so_it_is_in_what_the_service_signs_itself(life, sim, seal_id):
    """R19.1: the register of use."""
    register = lambda: life.ask("custodian", "GET", f"/seals/{seal_id}/use-register/pdf")
    report = life.verify(register())
    assert valid(report) and report["signatures"][0]["time"]["known_by"] == "time_stamp", report
    sim.fault("tsa", "down")
    refused("counterpart_down", register)
    sim.fault("tsa", "none")


def no_stamp_without_a_required_time_stamp_whatever_the_authority_does(life, sim, seal_id):
    orders = []
    for fault in FAULTS:
        order, key = ordered(life, seal_id), uuid.uuid4().hex
        sim.fault("tsa", fault)
        problem = refused("counterpart_down", lambda: life.stamp(order, seal_id, key=key))
        assert "time stamp" in problem.body["detail"], problem
        assert life.ask("custodian", "GET", f"/orders/{order}")["state"] in ("APPROVED", "INTENT"), fault
        sim.fault("tsa", "none")
        orders.append(order)
    for order in orders:                                  # after its return each is finished, by the same order
        def finished():
            try:
                return has_time_stamp(life, life.stamp(order, seal_id)["document_id"])
            except Exception as problem:
                assert getattr(problem, "code", None) in ("counterpart_down",), problem
                return False
        eventually(finished, 15)


def preferred_goes_on_without_one_and_finds_back(life, sim, seal_id):
    assert has_time_stamp(life, life.stamp(ordered(life, seal_id), seal_id)["document_id"])
    for fault in FAULTS:
        sim.fault("tsa", fault)
        assert not has_time_stamp(life, life.stamp(ordered(life, seal_id), seal_id)["document_id"]), fault
    sim.fault("tsa", "none")
    eventually(lambda: has_time_stamp(life, life.stamp(ordered(life, seal_id), seal_id)["document_id"]), 20)


def main():
    with demonstration(time_stamp_policy="required", tsa_url="{sim}/tsa", link_timeout_seconds=2) as (folder, _):
        life, sim = Life(folder, 1), None
        sim = Sim(life.credentials["sim"])
        life.keys()
        seal_id = life.whole_seal()
        a_required_time_stamp_is_in_the_stamp(life, seal_id)
        so_it_is_in_what_the_service_signs_itself(life, sim, seal_id)
        no_stamp_without_a_required_time_stamp_whatever_the_authority_does(life, sim, seal_id)
    with demonstration(time_stamp_policy="preferred", tsa_url="{sim}/tsa", link_timeout_seconds=2) as (folder, _):
        life = Life(folder, 1)
        sim = Sim(life.credentials["sim"])
        life.keys()
        seal_id = life.whole_seal()
        preferred_goes_on_without_one_and_finds_back(life, sim, seal_id)
    print("time stamps: ok")


if __name__ == "__main__":
    main()
