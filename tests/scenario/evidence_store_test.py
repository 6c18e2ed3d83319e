#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Revocation data are fetched, kept and used; a source that is gone, wrong or old is told, and what was good stays (N5, R13.3)."""
import datetime
import json
import urllib.request
import uuid

from api_test import OFD, refused, valid
from exchange_test import Sim
from life import Life
from service import demonstration, eventually


def sources(life):
    return {s["url"]: s for s in life.ask("police", "GET", "/exchange/sources")["items"]}


def stamped(life, seal_id):
    document = life.upload(OFD)
    order = life.order(seal_id, document["document_id"])
    life.approve(order["order_id"])
    return life.content(life.stamp(order["order_id"], seal_id)["document_id"])


def verify(life, data):
    request = urllib.request.Request(life.base + "/api/v1/verify", data=data, method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer), answer.headers["Jinyin-Evidence"]


def lists_that_certificates_name_are_found_and_kept(life, url):
    eventually(lambda: sources(life).get(url, {}).get("last_ok"))
    source = sources(life)[url]
    assert source["issuer"] and source["next_update"] and not source["stale"] and source["problem"] is None, source


def every_fault_of_a_source_is_told_and_what_was_good_stays(life, sim, url):
    for fault in ("down", "garbage", "cut", "lost", "refuse"):
        good = sources(life)[url]["next_update"]
        sim.fault("crl", fault)
        eventually(lambda: sources(life)[url]["failures"] > 0)
        source = sources(life)[url]
        assert source["problem"] == "counterpart_down" and source["detail"] and source["next_update"] == good, (fault, source)
        assert life.call("GET", "/readyz")["evidence"]["failing"] >= 1
        sim.fault("crl", "none")
        eventually(lambda: sources(life)[url]["failures"] == 0)


def a_host_that_nobody_configured_is_not_called(life, url):
    eventually(lambda: sources(life).get(url, {}).get("problem"))
    source = sources(life)[url]
    assert source["problem"] == "forbidden" and "evidence_hosts" in source["detail"] and source["last_ok"] is None and source["stale"], source


def a_verification_says_what_it_rested_on(life, stamped):
    report, told = verify(life, stamped)
    assert valid(report), report
    assert told.startswith("lists=") and "lists=0" not in told and "stale=0" in told, told


def a_responder_that_fails_stops_no_stamping_while_lists_are_fresh(life, sim, seal_id):
    for fault in ("down", "garbage", "wrong_nonce", "replayed", "slow"):
        sim.fault("ocsp", fault, delay_ms=100)
        assert stamped(life, seal_id), fault
    sim.fault("ocsp", "none")


def a_revoked_certificate_stamps_nothing(life, sim, seal_id, url):
    serial = life.ask("police", "GET", f"/seals/{seal_id}")["certificate_serial"]
    at = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    sim.ask("/ca/revocations", {"event_id": uuid.uuid4().hex, "serial": serial, "reason": 1, "at": at})
    told = sources(life)[url]["this_update"]
    eventually(lambda: sources(life)[url]["this_update"] > told)
    refused("certificate_period", lambda: stamped(life, seal_id))


def main():
    elsewhere = "http://127.0.0.1:9/list.crl"
    with demonstration(evidence_refresh_seconds=1, evidence_crl_urls=elsewhere, stamping_revocation="required", link_timeout_seconds=2) as (folder, _):
        life = Life(folder, 1)
        sim = Sim(life.credentials["sim"])
        url = life.credentials["sim"] + "/ca/crl/issuing"
        life.keys()
        seal_id = life.whole_seal()
        a_host_that_nobody_configured_is_not_called(life, elsewhere)
        lists_that_certificates_name_are_found_and_kept(life, url)
        every_fault_of_a_source_is_told_and_what_was_good_stays(life, sim, url)
        a_responder_that_fails_stops_no_stamping_while_lists_are_fresh(life, sim, seal_id)
        a_verification_says_what_it_rested_on(life, stamped(life, seal_id))
        a_revoked_certificate_stamps_nothing(life, sim, seal_id, url)
    print("evidence store: ok")


if __name__ == "__main__":
    main()
