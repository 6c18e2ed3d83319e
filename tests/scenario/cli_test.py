#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tool as a script uses it: exit codes, whole-or-nothing output, clear refusals. usage: cli_test.py JINYIN DATA"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import zipfile

from pki import Pki

tool, data = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2]).resolve()


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
    os.mkfifo(folder / "pipe")                                                 # nobody writes to it: no waiting
    run(65, "verify", folder / "pipe")
    run(65, "verify", "--trust", folder / "pipe", data / "contract.ofd")
    (folder / "pipe").unlink()
    run(65, "verify", data / "contract.ofd", folder / "empty")                 # the worst of several
    for usage in ([], ["nothing"], ["verify"], ["verify", "--at", "yesterday", "x"], ["verify", "--wrong", "x"], ["stamp"],
                  ["stamp", "a", "b", "--page", "one"], ["seal"], ["seal", "make", "x"], ["seal", "show"], ["inspect"]):
        run(64, *usage)
    for command in ("verify", "stamp", "inspect", "seal"):
        assert command in run(0, "help", command)
    run(0, "--version")
    run(65, "stamp", data / "contract.pdf", folder / "out.pdf", "--seal", folder / "text", "--key", folder / "text", "--cert", folder / "text",
        "--page", 1, "--x", 1, "--y", 1)
    assert sorted(p.name for p in folder.iterdir()) == ["cut", "empty", "text"], "a refused stamping leaves nothing behind"

# -- a signature without a seal, and the one that locks --

with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    pki = Pki(tool, data, folder / "pki")
    who = ["--key", pki.key, "--cert", pki.cert]
    for kind in ("ofd", "pdf"):
        one, two, three = (folder / f"{name}.{kind}" for name in ("one", "two", "three"))
        run(0, "sign", data / f"contract.{kind}", one, *who)
        run(0, *pki.stamp_arguments(one, two))
        run(0, "sign", two, three, *who, "--lock")
        report = json.loads(run(2, "verify", "--json", three))                 # nobody is trusted here
        assert [s["kind"] for s in report["signatures"]] == ["plain", "seal", "plain"], report
        run(2, "verify", three, "--pictures", folder / "pictures")             # the one stamp, framed with the number 2
        assert [p.name for p in (folder / "pictures").iterdir()] == ["page-1.png"]
        assert not [c for s in report["signatures"] for c in s["checks"] if not c["passed"] and c["severity"] == "invalid"], report
        copy, signed = folder / "copy.pdf", folder / "signed-copy.pdf"
        run(0, "export", data / f"contract.{kind}", "-o", copy)
        run(0, "sign", copy, signed, *who)
        report = json.loads(run(1, "verify", "--json", signed))                # R17.1
        assert ["COPY"] == [c["name"] for c in report["signatures"][0]["checks"] if not c["passed"] and c["severity"] == "invalid"], report
        assert "document_locked" in run(65, "sign", three, folder / "four", *who)
        assert "document_locked" in run(65, *pki.stamp_arguments(three, folder / "four"))
        assert not (folder / "four").exists()

# -- R17.1: a copy says so, whoever rewrites or signs it --

with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    for kind in ("ofd", "pdf"):
        original = data / f"contract.{kind}"
        digest = json.loads(run(3, "verify", "--json", original))["digest"]
        for form in ("pdf", "png"):
            copy = folder / f"{kind}.{form}"
            run(0, "export", original, "-o", copy)
            report = json.loads(run(3, "verify", "--json", copy))
            assert (report["verdict"], report["copy_of"]) == ("no_signature", digest), report
            assert "复印件" in run(3, "verify", copy)
        rewritten = folder / f"{kind}-rewritten.pdf"
        subprocess.run(["qpdf", "--object-streams=generate", folder / f"{kind}.pdf", rewritten], check=True)
        assert b"jinyin-copy-of" not in rewritten.read_bytes()
        assert json.loads(run(3, "verify", "--json", rewritten))["copy_of"] == digest
        assert "copy the original" in run(65, "export", folder / f"{kind}.pdf", "-o", folder / "again.pdf")
    run(64, "export", original, "-o", folder / "copy.txt")
    assert "page_out_of_range" in run(65, "export", original, "-o", folder / "two.png", "--page", "2")

# -- R17.1: the text of a copy is text, and its QR code says what it was told to say --

with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    lines = [line for line in run(0, "text", data / "contract.ofd").splitlines() if line]
    assert lines[0] == "电子印章使用示范合同" and len(lines) > 5, lines
    assert [line for line in run(0, "text", data / "contract.pdf").splitlines() if line] == lines
    (page,) = json.loads(run(0, "text", data / "contract.ofd", "--json"))
    assert (page["page"], page["width_mm"], page["runs"][0]["x_mm"]) == (1, 210, 25), page
    assert "page_out_of_range" in run(65, "text", data / "contract.ofd", "--page", "2")
    link = "https://seals.example.cn/?copy=0123456789abcdef"
    for kind in ("ofd", "pdf"):
        copy = folder / f"{kind}.pdf"
        run(0, "export", data / f"contract.{kind}", "-o", copy, "--code", "0123456789abcdef", "--link", link)
        subprocess.run(["pdftoppm", "-r", "150", "-png", "-singlefile", copy, folder / kind], check=True)
        read = subprocess.run(["zbarimg", "--quiet", "--raw", folder / f"{kind}.png"], capture_output=True, text=True)
        assert read.stdout.split() == [link], read
    for kind in ("ofd", "pdf"):                                                # of a PDF beneath the picture of its page
        said = subprocess.run(["pdftotext", "-raw", folder / f"{kind}.pdf", "-"], capture_output=True, text=True, check=True).stdout
        assert [line for line in said.splitlines() if line.strip()][:len(lines)] == lines, said

# -- render: every page into a folder, a bad one not stopping the others --

with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    told = run(0, "render", data / "hundred-pages.ofd", "-o", folder / "pages", "--ppm", "0.5", "--page", "1-12,last")
    assert sorted(p.name for p in (folder / "pages").iterdir()) == [f"page-{n:03}.png" for n in [*range(1, 13), 100]]
    assert "\r" not in told and told.count("Noto") <= 1, told
    with zipfile.ZipFile(data / "hundred-pages.ofd") as whole, zipfile.ZipFile(folder / "bad.ofd", "w") as bad:
        for name in whole.namelist():
            large = b"<ofd:Area><ofd:PhysicalBox>0 0 50000 50000</ofd:PhysicalBox></ofd:Area><ofd:Content>" if "Page_1/" in name else b"<ofd:Content>"
            bad.writestr(name, whole.read(name).replace(b"<ofd:Content>", large))
    assert "bad.ofd, 2:" in run(65, "render", folder / "bad.ofd", "-o", folder / "bad", "--ppm", "0.5", "--page", "1-3")
    assert sorted(p.name for p in (folder / "bad").iterdir()) == ["page-001.png", "page-003.png"]
    run(64, "render", data / "hundred-pages.ofd", "-o", folder / "one.png", "--page", "all")
    run(73, "render", data / "contract.ofd", "-o", folder / "no" / "such" / "folder")

# -- every wrong form of an argument: an answer of the documented kind, never a crash, and nothing written --

EXITS = {0, 1, 2, 3, 64, 65, 73}
COMMANDS = {
    "verify": {"--json": [], "--trust": ["file"], "--makers": ["file"], "--at": ["2026-01-31T09:00:00Z"], "--policy": ["strict"],
               "--tolerance": ["60"], "--maker-alive": [], "--evidence": ["file"], "--from-register": [], "--as-judged": [],
               "--write-evidence": ["nowhere/evidence"], "--pictures": ["nowhere/there/pictures"]},
    "stamp": {"--seal": ["file"], "--key": ["file"], "--cert": ["file"], "--page": ["1"], "--x": ["1"], "--y": ["1"], "--width": ["10"],
              "--height": ["10"], "--trust": ["file"], "--at": ["1,1,centre"], "--seam": ["right,at=5,margin=1,group=9,min=2"],
              "--keyword": ["word,last,right,dx=1,fit"], "--lock": []},
    "sign": {"--key": ["file"], "--cert": ["file"], "--trust": ["file"], "--lock": []},
    "seal show": {"--json": [], "--picture": ["nowhere/picture"]},
    "inspect": {"--json": []},
    "render": {"--out": ["nowhere/page.png"], "--page": ["1"], "--dpi": ["72"], "--ppm": ["2"]},
    "text": {"--page": ["1"], "--json": []},
    "export": {"--out": ["nowhere/copy.png"], "--page": ["1"]},
    "seal make": {"--maker-key": ["file"], "--maker-cert": ["file"], "--signer-cert": ["file"], "--picture": ["file"], "--name": ["n"],
                  "--id": ["1"], "--width": ["40"], "--height": ["40"], "--type": ["1"], "--version": ["5"], "--list-digest": []},
    "help": {}, "nothing": {}, "": {},
}
STRANGE = ["", " ", "-", "--", "---", "-1", "0", "1e309", "nan", "inf", "-inf", "0x10", "99999999999999999999", "1.5", "1 ", "%s%n%s%n",
           "../../../../etc/passwd", "/", "/dev/null", "/dev/zero", "a" * 5000, "\u202e\u0007", "印章", b"\xff\xfe", "--json", "--page", "--no-such",
           "9999-99-99", "0000-00-00T00:00:00Z", "2026-02-30", "2026-01-31T09:00:00+99:99"]


def some(source):
    """Of the strange arguments; all of them in the full form."""
    return STRANGE if os.environ.get("JINYIN_FULL") else source.sample(STRANGE, 10)


def survives(folder, command, arguments):
    done = subprocess.run([tool, *command.split(), *arguments], capture_output=True, timeout=60, cwd=folder)
    assert done.returncode in EXITS, f"{command} {arguments}: {done.returncode}\n{done.stderr!r}"
    assert done.returncode in (0, 1, 2, 3) or done.stderr, f"{command} {arguments}: {done.returncode} without a word"


with tempfile.TemporaryDirectory() as folder:
    folder, source = pathlib.Path(folder), random.Random(1)
    (folder / "file").write_bytes((data / "contract.ofd").read_bytes())
    for command, options in COMMANDS.items():
        whole = [part for name, values in options.items() for part in (name, *values)]
        for name, values in options.items():
            survives(folder, command, [name])                                          # alone, its value missing
            survives(folder, command, ["file", *whole[:-1]])
            survives(folder, command, ["file", "out", *whole, name, *values])          # twice
            for strange in some(source):
                survives(folder, command, ["file", "out", *[p for n, v in options.items() if n != name for p in (n, *v)], name, strange])
        for strange in some(source):
            survives(folder, command, [strange])
            survives(folder, command, [*whole, strange, strange])
        survives(folder, command, ["file"] * 300)
        for _ in range(40):                                                            # and anything after anything
            survives(folder, command, source.choices([*options, *STRANGE, "file", "out"], k=source.randrange(8)))
    assert sorted(p.name for p in folder.iterdir()) == ["file"], f"written: {sorted(p.name for p in folder.iterdir())}"
