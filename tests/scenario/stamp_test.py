#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`jinyin stamp` in all the ways people place a stamp, on OFD and PDF. usage: stamp_test.py JINYIN DATA"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from pki import Pki  # noqa: E402

tool, data = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2]).resolve()
HUNDRED = data / "hundred-pages.ofd"


def run(expect, *arguments):
    done = subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    assert done.returncode == expect, f"{arguments}: {done.returncode}, expected {expect}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    pki = Pki(tool, data, folder / "pki")
    out = folder / "out"
    seal = ("--seal", pki.seal, "--key", pki.key, "--cert", pki.cert)

    def stamped(source, *where):
        """The signatures of the result; qpdf finds no fault in a PDF."""
        out.unlink(missing_ok=True)
        run(0, "stamp", source, out, *where)
        if source.suffix == ".pdf":
            assert out.read_bytes().startswith(source.read_bytes()), "earlier bytes were touched"
            if shutil.which("qpdf"):
                subprocess.run(["qpdf", "--check", out], check=True, capture_output=True)
        report = json.loads(run(2, "verify", "--json", out))
        assert all(check["passed"] for s in report["signatures"] for check in s["checks"]
                   if check["name"] in ("DOC_HASH", "DOC_MODIFIED", "LATER_CHANGE", "COVERAGE", "PLACEMENT", "SIG_SIGNATURE")), report
        return report["signatures"]

    def refused(code, source, *where, at=""):
        out.unlink(missing_ok=True)
        answer = run(65, "stamp", source, out, *where)
        assert f"[{code}]" in answer and at in answer, answer
        assert not out.exists() and not list(folder.glob("out.*")), "a refused stamping leaves nothing behind"

    def unheard(what, *arguments):
        answer = run(64, "stamp", HUNDRED, out, *arguments)
        assert what in answer and not out.exists(), answer

    # The same place on many pages, from another corner; the old way to say it.
    places = stamped(HUNDRED, *seal, "--page", "1-3,5,last", "--at", "10,20,bottom-right", "--width", 30)[0]["places"]
    assert [p["page"] for p in places] == [1, 2, 3, 5, 100] and all(abs(p["width_mm"] - 30) < .01 for p in places)
    assert abs(places[0]["x_mm"] - 170) < .1 and abs(places[0]["y_mm"] - 247) < .1, places[0]
    assert stamped(data / "contract.pdf", "--x", 5, "--y", 6, *seal, "--page", 1)[0]["places"][0]["x_mm"] - 5 < .01

    refused("bad_argument", HUNDRED, *seal, "--page", "1", "--at", "10,20", "--width", 30, "--height", 20, at="stretch the seal")
    assert abs(stamped(HUNDRED, *seal, "--page", "1", "--at", "10,20", "--height", 30)[0]["places"][0]["width_mm"] - 30) < .01

    # Seams: groups, edges, the picture whole in every group.
    for edge, size, where in (("right", "width_mm", "x_mm"), ("bottom", "height_mm", "y_mm")):
        places = stamped(HUNDRED, *seal, "--seam", f"{edge},group=7,min=2", "--page", "1-20")[0]["places"]
        assert len(places) == 20 and sum(p["clip"][where] == 0 for p in places) == 3
        assert abs(sum(p["clip"][size] for p in places) - 3 * places[0][size]) < .001
    refused("seam_impossible", data / "contract.pdf", *seal, "--seam", "right")
    refused("seam_impossible", HUNDRED, *seal, "--seam", "left,min=30", at="min")

    # A keyword: which one, beside it, on OFD and PDF alike.
    for kind in ("ofd", "pdf"):
        source = data / f"contract.{kind}"
        refused("bad_argument", source, *seal, "--keyword", "电子", at="say which")
        refused("keyword_not_found", source, *seal, "--keyword", "不在其中", at="不在其中")
        refused("keyword_not_found", source, *seal, "--keyword", "示范合同,9")
        refused("page_out_of_range", source, *seal, "--keyword", "电子", "--page", "2", at="pages 1 to 1")
        every = stamped(source, *seal, "--width", 12, "--keyword", "电子,all")[0]["places"]
        last = stamped(source, *seal, "--width", 12, "--keyword", "电子,last")[0]["places"]
        assert len(every) > 1 and last == [every[-1]], (every, last)
        title = stamped(source, *seal, "--width", 12, "--keyword", "示范合同,right,dx=2")[0]["places"][0]
        assert 100 < title["x_mm"] < 112 and 22 < title["y_mm"] < 32, title

    # Several places are one signature; several seals are several, and a lock ends it.
    signatures = stamped(HUNDRED, *seal, "--page", 1, "--at", "10,10", "--page", "last", "--at", "10,10", "--page", "all", "--seam",
                         "right", *seal, "--page", "2", "--at", "20,20", *seal, "--page", 3, "--at", "30,30", "--lock")
    assert [len(s["places"]) for s in signatures] == [102, 1, 1], signatures
    locked = folder / "locked.ofd"
    shutil.copy(out, locked)
    refused("document_locked", locked, *seal, "--page", 1, "--at", "10,10")
    stamped(data / "contract.pdf", *seal, "--page", 1, "--at", "10,10", *seal, "--page", 1, "--at", "60,10", "--lock")
    locked = folder / "locked.pdf"
    shutil.copy(out, locked)
    refused("document_locked", locked, *seal, "--page", 1, "--at", "10,10")
    out.unlink(missing_ok=True)
    # The second stamp cannot be made: the first is not left behind.
    refused("page_out_of_range", HUNDRED, *seal, "--page", 1, "--at", "1,1", *seal, "--page", 101, "--at", "1,1", at="101")

    unheard("--page: is missing", *seal, "--at", "1,1")
    unheard("--at, --seam or --keyword", *seal, "--page", "1")
    unheard("--key: is missing for stamp 2", *seal, "--page", "1", "--at", "1,1", "--seal", pki.seal)
    unheard("not X,Y", *seal, "--page", "1", "--at", "1;1")
    unheard("no corner", *seal, "--page", "1", "--at", "1,1,middle")
    unheard("no edge", *seal, "--seam", "up")
    unheard("out of range", *seal, "--seam", "right,group=1")
    unheard("after the edge come", *seal, "--seam", "right,gap=1")
    unheard("after the word come", *seal, "--keyword", "a,b")
    unheard("counted from 1", *seal, "--keyword", "a,0")
    unheard("nothing can follow", *seal, "--page", "1", "--at", "1,1", "--lock", *seal, "--page", "1", "--at", "1,1")
    unheard("--y: is missing", *seal, "--page", "1", "--x", "1")
    unheard("third file", "x", *seal, "--page", "1", "--at", "1,1")
