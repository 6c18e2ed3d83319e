#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the tool stamps, judged by others: qpdf for PDF, tests/conformance/check_ofd.py for OFD. Own fixtures, and every file of the corpus
that may be stamped (they are left out where the corpus is absent). usage: conformance_test.py JINYIN DATA CORPUS"""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "conformance")]
import check_ofd  # noqa: E402
from pki import Pki  # noqa: E402

tool, data, corpus = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
csv.field_size_limit(1 << 24)
# What a signature that nobody trusts yet, made a moment ago, may lack.
NOT_TRUSTED = {"SIGNER_TRUST", "SEAL_MAKER_TRUST", "TIME_CLAIMED"}


def run(*arguments):
    return subprocess.run([str(a) for a in arguments], capture_output=True, text=True, errors="replace", timeout=120)


def stamp(pki, source, target, **place):
    done = run(tool, *pki.stamp_arguments(source, target, x=1, y=1, size=8, **place))
    return done.returncode, done.stdout + done.stderr


def own_verdict(path):
    """Nothing but trust may be missing from the last signature; the earlier ones must be as intact as they were."""
    done = run(tool, "verify", "--json", path)
    if done.returncode not in (1, 2):
        return f"verify: {done.returncode} {done.stderr}"
    last = json.loads(done.stdout)["signatures"][-1]
    failed = {c["name"] for c in last["checks"] if not c["passed"]}
    return "" if failed <= NOT_TRUSTED and last["places"] else f"failed checks: {sorted(failed)}, places {last['places']}"


def qpdf(path):
    return run("qpdf", "--check", path).returncode


def check_one_ofd(pki, source, target):
    code, text = stamp(pki, source, target)
    if code != 0:
        return f"not stamped: {text}"
    try:
        check_ofd.check(target)
    except (check_ofd.Wrong, ValueError, AttributeError, TypeError) as error:
        return f"check_ofd: {error}"
    return own_verdict(target)


def check_one_pdf(pki, source, target):
    before = qpdf(source)
    code, text = stamp(pki, source, target)
    if code != 0:
        return f"not stamped: {text}"
    if not target.read_bytes().startswith(source.read_bytes()):
        return "earlier bytes were changed"
    after = qpdf(target)
    if after != 0 and after > before:
        return f"qpdf --check: {after}, the original {before}\n{run('qpdf', '--check', target).stdout[-400:]}"
    return own_verdict(target)


def rows():
    """(file, kind) of the corpus that the table says can be stamped."""
    if not (corpus / "MANIFEST.tsv").exists():
        print("no corpus: only the fixtures")
        return
    seen = set()
    with open(corpus / "MANIFEST.tsv", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
            name, expected = row["file"], row["expected_strict"]
            if name not in seen and ((row["kind"] == "ofd" and expected == "NOT-SIGNED") or expected == "stamp:ok"):
                seen.add(name)
                yield corpus / name, row["kind"]


def refusal_is_right(text):
    """An OFD may forbid itself, be one that no two programs read alike, or be sealed by GM/T 0099."""
    return any(code in text for code in ("[stamp_forbidden]", "[container_ambiguous]", "[document_locked]", "OFDEntries.xml"))


def check_the_checker(stamped, folder):
    """A judge that never says no is none: a changed page, a changed list and a changed value are found."""
    with zipfile.ZipFile(stamped) as old:
        for name in [n for n in old.namelist() if "Signatures.xml" not in n]:
            bad = folder / "bad.ofd"
            with zipfile.ZipFile(bad, "w") as new:
                for entry in old.infolist():
                    content = old.read(entry)
                    new.writestr(entry.filename, content if entry.filename != name else content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
            try:
                check_ofd.check(bad)
            except (check_ofd.Wrong, check_ofd.ElementTree.ParseError, ValueError, AttributeError, TypeError):
                continue
            raise SystemExit(f"check_ofd.py accepts a changed {name}")


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    pki = Pki(tool, data, folder / "pki")
    wrong, counts = [], {"ofd": 0, "pdf": 0}
    for source, kind in [(data / "contract.ofd", "ofd"), (data / "hundred-pages.ofd", "ofd"), (data / "contract.pdf", "pdf"), *rows()]:
        for number in (1, 2):                           # a stamp, and a further one on top
            target = folder / f"stamped-{number}.{kind}"
            fault = (check_one_ofd if kind == "ofd" else check_one_pdf)(pki, source, target)
            if fault and kind == "ofd" and number == 1 and refusal_is_right(fault):
                print(f"refused {source.name}: {fault.strip()}")
                break
            if fault:
                wrong.append(f"{source} stamp {number}: {fault}")
                break
            counts[kind] += 1
            source = target
    check_one_ofd(pki, data / "contract.ofd", folder / "stamped-1.ofd")
    check_the_checker(folder / "stamped-1.ofd", folder)
    print("\n".join(wrong))
    print(f"{counts['ofd']} OFD and {counts['pdf']} PDF stamps conform, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)
