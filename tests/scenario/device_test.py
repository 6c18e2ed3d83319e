#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""R12.1 with the whole service: a maker's key in a (soft) device behind the locked-down key room, also while the device is away."""
import pathlib
import shutil
import tempfile

from life import Life, Problem
from service import BUILD, ROOT, demonstration

SLOTS = {1: "11" * 32, 2: "12" * 32, 9: "19" * 32}


def refused(code, call):
    try:
        answer = call()
    except Problem as problem:
        assert problem.code == code, f"expected {code}, got {problem}"
        return problem
    raise AssertionError(f"expected {code}, got {answer!r:.200}")


def R12_1__a_life_with_the_device_away_in_the_middle(life, fault):
    fault.write_text("SDF_InternalSign_ECC 0x01000004\n")
    problem = refused("device_down", lambda: life.ask("maker", "POST", f"/makers/{life.maker_id}/key", {}))
    assert "SDF_InternalSign_ECC: 0x01000004 HARDFAIL" in problem.body["detail"], problem
    fault.unlink()
    life.keys()
    application = life.apply()
    life.bring_materials(application)
    life.ask("agent", "POST", f"/applications/{application['application_id']}/submit", {})
    life.accept(application)
    fault.write_text("SDF_GetPrivateKeyAccessRight 0x01000003\n")
    refused("device_down", lambda: life.make(application["application_id"]))
    assert life.ask("agent", "GET", f"/applications/{application['application_id']}")["state"] == "ACCEPTED"
    fault.unlink()
    seal_id = life.hand_over(life.make(application["application_id"]))
    order = life.order(seal_id, life.upload((ROOT / "tests" / "data" / "contract.ofd").read_bytes())["document_id"])["order_id"]
    life.approve(order)
    fault.write_text("SDF_OpenDevice 0x01000005\n")           # stamping does not need the maker's key
    stamped = life.stamp(order, seal_id)
    fault.unlink()
    assert life.verify(life.content(stamped["document_id"]))["verdict"].startswith("valid")
    (device,) = life.ask("cryptography", "GET", "/inventory")["devices"]
    assert device["kind"] == "sdf_device" and device["remark"] == "Jinyin NOT-FOR-USE 0001" and not device["certified"], device


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        library, access = folder / "sdf.so", folder / "access"
        shutil.copy(BUILD / "tests" / "unit" / "key" / "libsoft_sdf.so", library)
        (folder / "sdf.so.keys").write_text("".join(f"{slot} access-{slot} {d}\n" for slot, d in SLOTS.items()))
        access.write_text("maker 1 access-1\nmaker 2 access-2\nstatement-seal-status 9 access-9\n")
        access.chmod(0o600)
        with demonstration(sdf_library=str(library), sdf_access_file=str(access)) as (demo, _):
            R12_1__a_life_with_the_device_away_in_the_middle(Life(demo, 1), folder / "sdf.so.fault")
    print("all claims hold")


if __name__ == "__main__":
    main()
