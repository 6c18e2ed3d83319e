#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The client generated from api/openapi.json: compiles under the strictest settings and performs the whole life (R5.1). Exit 77 without its packages."""
import pathlib
import shutil
import subprocess
import tempfile

from service import ROOT, demonstration

CLIENT = ROOT / "tests" / "client"
COMPILER = CLIENT / "node_modules" / "typescript" / "bin" / "tsc"
SETTINGS = ("--target", "es2022", "--module", "nodenext", "--strict", "--noUncheckedIndexedAccess", "--noUnusedLocals", "--noUnusedParameters",
            "--exactOptionalPropertyTypes", "--types", "node", "--typeRoots", CLIENT / "node_modules" / "@types")


def main():
    if shutil.which("node") is None or not COMPILER.exists():
        print("the npm packages of tests/client are not installed (./dev setup): skipped")
        raise SystemExit(77)
    with tempfile.TemporaryDirectory(prefix="jinyin-") as folder:
        folder = pathlib.Path(folder)
        (folder / "package.json").write_text('{"type": "module"}')
        for source in (ROOT / "api" / "client" / "jinyin.ts", CLIENT / "life.ts"):
            shutil.copy(source, folder)
        done = subprocess.run(["node", COMPILER, *SETTINGS, folder / "life.ts"], capture_output=True, text=True, cwd=folder)
        assert done.returncode == 0, done.stdout + done.stderr
        with demonstration() as (demo, _):
            done = subprocess.run(["node", folder / "life.js", demo / "credentials.json", ROOT / "tests" / "data" / "contract.ofd"],
                                  capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, done.stdout + done.stderr
            print(done.stdout.strip())


if __name__ == "__main__":
    main()
