#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The library as another project gets it: installed into a folder, found by pkg-config, compiled against, linked, run.
usage: install_test.py BUILD INCLUDE"""
import os
import pathlib
import subprocess
import sys
import tempfile

build, include = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
here = pathlib.Path(__file__).resolve().parent


def call(*arguments, **options):
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True, timeout=120, **options)
    assert done.returncode == 0, f"{arguments}\n{done.stdout}{done.stderr}"
    return done.stdout


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    call("meson", "install", "-C", build, "--destdir", folder, "--no-rebuild", "--tags", "devel")
    description = next(folder.rglob("jinyin.pc"))
    headers = next(folder.rglob("include/jinyin"))
    assert {p.name for p in headers.iterdir()} == {p.name for p in include.iterdir()}, "every public header is installed, and nothing else"
    assert next(folder.rglob("libjinyin.a")).stat().st_size > 100000
    environment = os.environ | {"PKG_CONFIG_PATH": str(description.parent), "PKG_CONFIG_SYSROOT_DIR": ""}
    prefix = folder / call("pkg-config", "--variable=prefix", "jinyin", env=environment).strip().lstrip("/")
    flags = call("pkg-config", f"--define-variable=prefix={prefix}", "--cflags", "--libs", "jinyin", env=environment).split()
    program = folder / "consumer"
    call("cc", "-std=c11", "-Wall", "-Wextra", "-Werror", here / "consumer.c", "-o", program, *flags)
    assert call(program).strip() == "file_format_unknown"
    print("installed, found, linked, run")
