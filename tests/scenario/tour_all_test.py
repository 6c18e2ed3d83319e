#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every kind of seal through every kind of application, every outside system failing in every way in between; at the end the data are whole.
A slice of the kinds; all of them in the full form, where every system has met every fault."""
import os
import pathlib
import subprocess
import sys
import tempfile

from service import BUILD, ROOT, demonstration

SLICE = ("statutory", "finance_head")                     # kept by a custodian, and by its holder


def main():
    full = "JINYIN_FULL" in os.environ or "--all" in sys.argv
    with tempfile.TemporaryDirectory() as secrets:
        secret = pathlib.Path(secrets) / "sms.secret"
        with open(os.open(secret, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
            out.write("sim-sms-secret\n")
        with demonstration(platform=True, outbox_retry_max_seconds=1, link_timeout_seconds=2, sms_url="{sim}/sms", sms_secret_file=str(secret),
                           tsa_url="{sim}/tsa", time_stamp_policy="required", smtp_url="{smtp}", smtp_from="jinyin@example.org",
                           notify_mail_to="duty@example.org") as (folder, _):
            keep = pathlib.Path(os.environ.get("JINYIN_TOUR_DIR", folder / "tour"))
            keep.mkdir(parents=True, exist_ok=True)
            command = [BUILD / "jinyin", "tour", "--all", "--dir", keep, "--credentials", folder / "credentials.json"]
            for kind in () if full else SLICE:
                command += ["--kind", kind]
            run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
            text = ""
            for line in run.stdout:
                print(line, end="", flush=True)
                text += line
            assert run.wait(60) == 0, f"exit {run.returncode}"
            assert text.count("✓ 审批、加盖、验章") == 4 * (14 if full else len(SLICE)), "stamped after each making and after the resumption"
            assert not full or "pairs marked" not in text, "an outside system has not met a fault"
            assert len(list(keep.glob("*.stamped.page1.png"))) >= (14 if full else len(SLICE))


if __name__ == "__main__":
    main()
