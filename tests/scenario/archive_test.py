#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""R24.1: stamped documents are packed with their evidence, and the package alone gives the verdict again when every certificate has ended."""
import io
import json
import zipfile

from life import Life, Problem
from service import ROOT, demonstration, jinyin

DATA = ROOT / "tests" / "data"
ENTRIES = ["metadata.json", "record.json", "register.json", "status.json", "evidence.json", "trust.pem", "makers.pem", "report.json", "manifest.json",
           "signature.json"]
CENTURY = "2126-01-01T00:00:00Z"


def refused(code, call):
    try:
        answer = call()
    except Problem as problem:
        assert problem.code == code, f"expected {code}, got {problem}"
        return problem
    raise AssertionError(f"expected {code}, got {answer!r:.200}")


def stamped(life, seal_id, name):
    order = life.order(seal_id, life.upload((DATA / name).read_bytes())["document_id"])["order_id"]
    refused("state_forbids", lambda: life.ask("agent", "GET", f"/stamp-records/{order}/archive"))
    life.approve(order)
    life.stamp(order, seal_id)
    return order


def R24_1__a_package_gives_the_verdict_again_after_every_certificate_ended(life, folder, seal_id, name, key):
    order = stamped(life, seal_id, name)
    package = life.ask("custodian", "GET", f"/stamp-records/{order}/archive")
    path = folder / (name + ".zip")
    path.write_bytes(package)
    with zipfile.ZipFile(io.BytesIO(package)) as z:
        assert z.testzip() is None and z.namelist() == ["document" + name[-4:]] + ENTRIES, z.namelist()
        assert z.read(z.namelist()[0]) == life.content(life.ask("agent", "GET", f"/orders/{order}")["result_document_id"])
        record, metadata = json.loads(z.read("record.json")), json.loads(z.read("metadata.json"))
    assert record["approvals"] and record["approver_certificates"] and record["flows"] and record["stamp_record"]["order_id"] == order
    assert metadata["文件实体"]["来源"]["立档单位名称"] == life.organization["name"]
    told = json.loads(jinyin("archive", "verify", path, "--service-key", key, "--json"))
    assert told["verdict"] == told["packed_verdict"] == told["packed_verdict_again"] and told["verdict"].startswith("valid") and told["vouched"], told
    later = json.loads(jinyin("archive", "verify", path, "--service-key", key, "--at", CENTURY, "--json"))
    assert later["verdict"] == told["verdict"] and later["report"]["checked_at"] == CENTURY, later
    assert "NOBODY VOUCHES" in jinyin("archive", "verify", path, expect=2)                    # it only speaks for itself
    return path


def R24_1__a_changed_or_missing_piece_is_found(life, folder, path, key):
    package = path.read_bytes()
    bad = folder / "bad.zip"
    for at in (10, len(package) // 3, package.rindex(b"PK\1\2") + 38, len(package) - 1):   # each byte: tests/unit/verify/archive_test.c
        bad.write_bytes(package[:at] + bytes([package[at] ^ 1]) + package[at + 1:])
        jinyin("archive", "verify", bad, "--service-key", key, expect=(1, 2, 65))
    for more in (package + b"\0", b"\0" + package):
        bad.write_bytes(more)
        jinyin("archive", "verify", bad, "--service-key", key, expect=(1, 65))
    with zipfile.ZipFile(io.BytesIO(package)) as z:
        for missing in (z.namelist()[0], "evidence.json", "signature.json"):
            with zipfile.ZipFile(bad, "w") as out:
                for name in z.namelist():
                    if name != missing:
                        out.writestr(name, z.read(name))
            jinyin("archive", "verify", bad, "--service-key", key, expect=2)
    other = life.call("GET", "/api/v1/statement-keys")["keys"]["seal-status"]
    jinyin("archive", "verify", path, "--service-key", other, expect=1)
    jinyin("archive", "verify", path, "--service-key", key, "--at", "2020-01-01T00:00:00Z", expect=65)


def R24_1__only_the_organization_packs_and_it_is_recorded(life, other, order):
    refused("not_found", lambda: other.ask("custodian", "GET", f"/stamp-records/{order}/archive"))
    refused("forbidden", lambda: life.ask("police", "GET", f"/stamp-records/{order}/archive"))
    refused("not_found", lambda: life.ask("agent", "GET", f"/stamp-records/{'0' * 32}/archive"))
    rows = life.ask("audit", "GET", f"/audit?event=document_archived&object={order}")["items"]
    assert any(row["outcome"] == "ok" and json.loads(row["detail"])["verdict"].startswith("valid") for row in rows), rows
    assert any(row["outcome"] == "not_found" for row in rows), rows


def R24_1_N8__what_was_void_is_archived_as_invalid(life, folder, seal_id, order, key):
    life.ask("police", "POST", "/session/step-up", {"password": life.passwords["police"], "code": life.phones["police"]()})
    life.ask("police", "POST", f"/seals/{seal_id}/void", {"reason": "made without a licence"})
    path = folder / "void.zip"
    path.write_bytes(life.ask("agent", "GET", f"/stamp-records/{order}/archive"))
    told = json.loads(jinyin("archive", "verify", path, "--service-key", key, "--json", expect=1))
    assert told["verdict"] == told["packed_verdict"] == "invalid", told


def main():
    with demonstration() as (folder, _):
        life, other = Life(folder, 1), Life(folder, 2)
        life.keys()
        seal_id = life.whole_seal()
        key = life.call("GET", "/api/v1/statement-keys")["keys"]["archive"]
        for name in ("contract.pdf", "contract.ofd"):
            path = R24_1__a_package_gives_the_verdict_again_after_every_certificate_ended(life, folder, seal_id, name, key)
        R24_1__a_changed_or_missing_piece_is_found(life, folder, path, key)
        order = stamped(life, seal_id, "contract.ofd")
        life.ask("agent", "GET", f"/stamp-records/{order}/archive")
        R24_1__only_the_organization_packs_and_it_is_recorded(life, other, order)
        R24_1_N8__what_was_void_is_archived_as_invalid(life, folder, seal_id, order, key)
        print("all claims hold")


if __name__ == "__main__":
    main()
