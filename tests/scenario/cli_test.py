#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tool as a script uses it: exit codes, whole-or-nothing output, clear refusals. usage: cli_test.py JINYIN DATA"""
import json
import pathlib
import subprocess
import sys
import tempfile

tool, data = sys.argv[1], pathlib.Path(sys.argv[2])


def run(expect, *arguments):
    done = subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True, timeout=60)
    assert done.returncode == expect, f"{arguments}: {done.returncode}, expected {expect}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    for kind in ("ofd", "pdf"):
        report = json.loads(run(3, "verify", "--json", data / f"contract.{kind}"))
        assert report["verdict"] == "no_signature" and report["format"] == kind.upper()
        for cut in (30, 100, 1000):
            (folder / "cut").write_bytes((data / f"contract.{kind}").read_bytes()[:-cut])
            run(65, "verify", folder / "cut")
    (folder / "empty").write_bytes(b"")
    (folder / "text").write_text("neither OFD nor PDF")
    assert "file_empty" in run(65, "verify", folder / "empty")
    assert "file_format_unknown" in run(65, "verify", folder / "text")
    run(65, "verify", folder / "missing")
    run(65, "verify", folder)
    run(65, "verify", data / "contract.ofd", folder / "empty")                 # the worst of several
    for usage in ([], ["nothing"], ["verify"], ["verify", "--at", "yesterday", "x"], ["verify", "--wrong", "x"], ["stamp"],
                  ["stamp", "a", "b", "--page", "one"], ["seal"], ["seal", "make", "x"], ["seal", "show"]):
        run(64, *usage)
    for command in ("verify", "stamp", "seal"):
        assert command in run(0, "help", command)
    run(0, "--version")
    run(65, "stamp", data / "contract.pdf", folder / "out.pdf", "--seal", folder / "text", "--key", folder / "text", "--cert", folder / "text",
        "--page", 1, "--x", 1, "--y", 1)
    assert sorted(p.name for p in folder.iterdir()) == ["cut", "empty", "text"], "a refused stamping leaves nothing behind"
