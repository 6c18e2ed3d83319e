#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whom the service's verdicts rest on: the operator's roots, not whatever the CA sends; the register's makers (R7.1) and those he names (N6)."""
import os
import pathlib
import signal
import tempfile
import urllib.error
import urllib.request

from api_test import refused, valid
from evidence_store_test import stamped, verify
from life import Life
from pki import Pki, call
from service import BUILD, ROOT, demonstration, eventually, pids


DATA = ROOT / "tests" / "data"


def licensed(report):
    return [check["passed"] for check in report["signatures"][0]["checks"] if check["name"] == "SEAL_MAKER_LICENSED"]


def restart_web(life, folder):
    os.kill(pids(folder)["web"], signal.SIGKILL)

    def ready():
        try:
            return life.call("GET", "/readyz")
        except (urllib.error.URLError, ConnectionError, AssertionError):
            return False
    eventually(ready)


def roots_that_nobody_configured_count_for_nothing(life, folder, roots):
    refused("certificate_period", life.keys)
    with urllib.request.urlopen(life.credentials["sim"] + "/ca/trust", timeout=10) as answer:
        (roots / "city.pem").write_bytes(answer.read())
    restart_web(life, folder)
    life.keys()


def seals_of_the_registers_own_makers_are_valid(life):
    report, _ = verify(life, stamped(life, life.whole_seal()))
    assert valid(report) and licensed(report) == [True], report


def seals_of_another_region_are_valid_by_the_makers_that_are_named(life, pki, folder):
    call(BUILD / "jinyin", *pki.stamp_arguments(DATA / "contract.ofd", folder / "region.ofd"))
    report, _ = verify(life, (folder / "region.ofd").read_bytes())
    assert valid(report) and licensed(report) == [True], report


def a_seal_made_by_a_mere_customer_of_a_trusted_ca_is_not(life, pki, folder):
    call(BUILD / "jinyin", *pki.seal_arguments(folder / "customer.esl", maker="signer"))
    pki.seal = folder / "customer.esl"
    call(BUILD / "jinyin", *pki.stamp_arguments(DATA / "contract.ofd", folder / "customer.ofd"))
    report, _ = verify(life, (folder / "customer.ofd").read_bytes())
    assert report["verdict"] == "indeterminate" and licensed(report) == [False], report


def main():
    with tempfile.TemporaryDirectory(prefix="jinyin-region-") as made:
        made = pathlib.Path(made)
        pki = Pki(BUILD / "jinyin", DATA, made / "pki")
        roots, makers = made / "roots", made / "makers"
        roots.mkdir()
        makers.mkdir()
        (roots / "region.pem").write_bytes((pki.folder / "ca.pem").read_bytes() + pki.revocation_list())
        (makers / "region.pem").write_bytes((pki.folder / "maker.pem").read_bytes())
        with demonstration(trust_path=str(roots), makers_path=str(makers)) as (folder, _):
            life = Life(folder, 1)
            roots_that_nobody_configured_count_for_nothing(life, folder, roots)
            seals_of_the_registers_own_makers_are_valid(life)
            seals_of_another_region_are_valid_by_the_makers_that_are_named(life, pki, made)
            a_seal_made_by_a_mere_customer_of_a_trusted_ca_is_not(life, pki, made)
    print("trust: ok")


if __name__ == "__main__":
    main()
