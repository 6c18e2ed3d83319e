# SPDX-License-Identifier: Apache-2.0
"""See what you sign: pages of OFD and PDF as pictures, and what an approver saw of them, through the public API.
use_test.py calls `all_claims`; run by itself with a service that demands that approvers see all pages."""
import base64
import json
import pathlib
import io
import struct
import subprocess
import urllib.request
import zipfile

from life import Life, Problem, sm3
from service import ROOT, demonstration

DATA = ROOT / "tests" / "data"


def refused(code, call, field=None, says=""):
    try:
        answer = call()
    except Problem as problem:
        assert problem.code == code, f"expected {code}, got {problem}"
        assert field is None or problem.body["field"] == field, problem
        assert says in problem.body["detail"], problem
        return problem
    raise AssertionError(f"expected {code}, got {answer!r:.200}")


def size_of(png):
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", png[16:24])


def pages(life, document, query="", role="approver"):
    return life.ask(role, "GET", f"/documents/{document['document_id']}/pages{query}")


def picture(life, document, page=1, ppm=4, role="approver"):
    return life.ask(role, "GET", f"/documents/{document['document_id']}/pages/{page}.png?ppm={ppm}")


def R15_1__pages_are_the_same_pictures_for_ofd_and_pdf(life, other, folder):
    for kind, by in (("ofd", "jinyin-render"), ("pdf", "pdftocairo")):
        document = life.upload((DATA / f"contract.{kind}").read_bytes())
        told = pages(life, document)
        assert (told["count"], told["ppm"], told["next"], told["digest"]) == (1, 4, None, document["digest"]), told
        page = told["items"][0]
        assert page["renderer"].startswith(by) and page["refusal"] is None, page
        for ppm in (2, 4, 8):
            png = picture(life, document, 1, ppm)
            assert size_of(png) == (round(page["width_mm"] * ppm), round(page["height_mm"] * ppm)), (kind, ppm)
            if ppm == 4:
                assert sm3(png) == page["sm3"] and size_of(png) == (page["width_px"], page["height_px"])
        for cached in (folder / "data" / "web" / "pages").iterdir():
            cached.unlink()                               # what the cache lost is drawn again, the same
        assert sm3(picture(life, document)) == page["sm3"]
        kept = folder / "data" / "web" / "pages" / page["sm3"]
        kept.write_bytes(kept.read_bytes()[:-1] + b"?")
        assert sm3(picture(life, document)) == page["sm3"] == sm3(kept.read_bytes()), "what a crash damaged is drawn again, and kept"
        refused("not_found", lambda: pages(other, document))
        refused("not_found", lambda: picture(other, document))
        for wrong in (0, 3, 16, "x"):
            refused("bad_field", lambda: picture(life, document, 1, wrong), "ppm")
        refused("page_out_of_range", lambda: picture(life, document, 2))
        refused("not_found", lambda: picture(life, document, "1x"))
    many = life.upload((DATA / "hundred-pages.ofd").read_bytes())
    first = pages(life, many, "?ppm=2")
    assert len(first["items"]) == 20 and first["next"] == 21 and first["count"] == 100
    assert [p["page"] for p in pages(life, many, "?ppm=2&page=99&limit=5")["items"]] == [99, 100]


def changed_pages(changes):
    """hundred-pages.ofd with what stands in `changes` put before the content of those pages (from 1)."""
    source, out = zipfile.ZipFile(DATA / "hundred-pages.ofd"), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name in source.namelist():
            data = source.read(name)
            for page, (before, what) in changes.items():
                if name == f"Doc_0/Pages/Page_{page - 1}/Content.xml":
                    data = data.replace(before, what + before)
            z.writestr(name, data)
    return out.getvalue()


def R15_1__one_bad_page_does_not_stop_the_others(life):
    missing = b'<ofd:ImageObject ID="900" ResourceID="4711" Boundary="20 20 50 50"/>'
    document = life.upload(changed_pages({
        2: (b"<ofd:Content>", b"<ofd:Area><ofd:PhysicalBox>0 0 9000 9000</ofd:PhysicalBox></ofd:Area>"), 3: (b"</ofd:Layer>", missing)}))
    first, bad, marked, last = pages(life, document, "?ppm=2&limit=4")["items"]
    assert first["refusal"] is None and first["notes"] == last["notes"] and last["sm3"] is not None
    assert (bad["refusal"], bad["sm3"]) == ("limit_exceeded", None) and "9000 × 9000 mm" in bad["notes"][0]["text"], bad
    refused("limit_exceeded", lambda: picture(life, document, 2, 2), "ppm")
    assert marked["sm3"] is not None and len(marked["notes"]) == len(first["notes"]) + 1, marked


def R15_1__a_word_of_a_pdf_is_where_the_ofd_has_it(life, seal_id):
    found = []
    for kind in ("ofd", "pdf"):
        document = life.upload((DATA / f"contract.{kind}").read_bytes())
        def ask(**place):
            return life.ask("agent", "POST", "/orders", {"seal_id": seal_id, "document_id": document["document_id"], "places": [place],
                                                         "category": "agreement", "purpose": "用章", "width_mm": 12})
        found.append(ask(keyword="电子", which=0)["places"])
        refused("keyword_not_found", lambda: ask(keyword="没有这个词"))
        refused("bad_field", lambda: ask(keyword="电子"), "places", "say which")
    assert len(found[0]) == len(found[1]) > 1
    for a, b in zip(*found):                              # the two are set alike, but for a little more lead in the PDF
        assert a["page"] == b["page"] and abs(a["x_mm"] - b["x_mm"]) < 1.5 and abs(a["y_mm"] - b["y_mm"]) < 6, (a, b)


def R15_1__the_text_of_a_page_is_told_with_its_places(life, other):
    for kind in ("ofd", "pdf"):
        document = life.upload((DATA / f"contract.{kind}").read_bytes())
        path = f"/documents/{document['document_id']}/pages"
        told = life.ask("approver", "GET", f"{path}/1/text")
        assert (told["page"], told["format"], told["digest"]) == (1, kind.upper(), document["digest"]), told
        assert abs(told["width_mm"] - 210) < 0.1 and told["runs"][0]["text"] == "电子印章使用示范合同", told
        for run in told["runs"]:
            assert 0 <= run["x_mm"] and run["x_mm"] + run["width_mm"] <= 210 and 0 <= run["y_mm"] and run["y_mm"] + run["height_mm"] <= 297, run
        refused("page_out_of_range", lambda: life.ask("approver", "GET", f"{path}/2/text"))
        refused("not_found", lambda: life.ask("approver", "GET", f"{path}/1x/text"))
        refused("not_found", lambda: other.ask("approver", "GET", f"{path}/1/text"))


def approve(life, order_id, seen):
    order = life.ask("approver", "GET", f"/orders/{order_id}")
    about = f"{sm3(base64.b64decode(order['stamp_order']))}/0"
    body = {"sealed": life.seal("approve", about, life.pins[life.approver_key_id]), "step": 0}
    return life.ask("approver", "POST", f"/orders/{order_id}/approve", body if seen is None else {**body, "pages_seen": seen})


def R16_1__an_approval_says_which_pages_were_seen(life, seal_id, demanded):
    document, another = (life.upload((DATA / f"contract.{kind}").read_bytes()) for kind in ("pdf", "ofd"))
    page, foreign = pages(life, document)["items"][0], pages(life, another)["items"][0]
    order = life.order(seal_id, document["document_id"])["order_id"]
    seen = {"page": 1, "ppm": 4, "sm3": page["sm3"]}
    if demanded:
        refused("bad_field", lambda: approve(life, order, None), "pages_seen", "page 1 is missing")
        refused("bad_field", lambda: approve(life, order, []), "pages_seen", "page 1 is missing")
    refused("bad_field", lambda: approve(life, order, [{**seen, "sm3": "0" * 64}]), "pages_seen", "no picture that this service drew")
    refused("bad_field", lambda: approve(life, order, [{**seen, "sm3": foreign["sm3"]}]), "pages_seen", "no picture that this service drew")
    refused("bad_field", lambda: approve(life, order, [{**seen, "ppm": 8}]), "pages_seen", "no picture that this service drew")
    refused("bad_field", lambda: approve(life, order, [{**seen, "page": 2}]), "pages_seen", "page 2 of 1")
    refused("bad_field", lambda: approve(life, order, [seen, seen]), "pages_seen", "twice")
    assert approve(life, order, [seen])["state"] == "APPROVED"
    shown = life.ask("custodian", "GET", f"/orders/{order}")
    assert shown["approvals"][0]["pages_seen"] == [seen]
    line = f"0 {shown['approvals'][0]['person_id']} 1 4 {page['sm3']}\n"
    assert shown["pages_seen_digest"] == sm3(line.encode())
    stamped = life.stamp(order, seal_id)
    record = [r for r in life.ask("agent", "GET", "/stamp-records")["items"] if r["order_id"] == order][0]
    assert record["pages_seen_digest"] == shown["pages_seen_digest"]
    # The stamped document shows its stamp: another picture than before.
    assert pages(life, {"document_id": stamped["document_id"]})["items"][0]["sm3"] != page["sm3"]


def R17_1__a_copy_says_so_and_is_never_valid(life, other, folder, seal_id, demanded):
    original = life.upload((DATA / "contract.ofd").read_bytes())
    order = life.order(seal_id, original["document_id"])["order_id"]
    approve(life, order, [{"page": 1, "ppm": 4, "sm3": pages(life, original)["items"][0]["sm3"]}] if demanded else None)
    stamped = life.stamp(order, seal_id)
    for document in (stamped, life.upload((DATA / "contract.pdf").read_bytes())):
        path = f"/documents/{document['document_id']}/copies"
        made = life.ask("agent", "POST", path, {})
        assert made["source_digest"] == document["digest"] and made["code"] in made["link"], made
        copy = life.ask("agent", "GET", f"{path}/{made['code']}.pdf")
        assert copy == life.ask("agent", "GET", f"{path}/{made['code']}.pdf"), "the same each time it is drawn"
        report = life.verify(copy)
        assert (report["verdict"], report["copy_of"], report["signatures"]) == ("no_signature", document["digest"], []), report
        text = life.call("POST", "/api/v1/verify?form=text", raw=copy).decode()
        assert text.startswith("复印件 · COPY, NOT AN ORIGINAL") and document["digest"] in text
        refused("not_found", lambda: other.ask("agent", "POST", path, {}))
        refused("not_found", lambda: other.ask("agent", "GET", f"{path}/{made['code']}.pdf"))
        plain, marked = picture(life, document), life.ask("agent", "GET", f"/documents/{document['document_id']}/pages/1.png?marks=signatures")
        assert size_of(plain) == size_of(marked) and (plain != marked) == (document is stamped), "stamps are framed where there are any"
        # What stands on the first page leads there: the address, read off the picture by a reader of QR codes, with the copy's own code in it.
        (folder / "copy.pdf").write_bytes(copy)
        said = subprocess.run(["pdftotext", "-raw", folder / "copy.pdf", "-"], capture_output=True, text=True, check=True).stdout
        assert "电子印章使用示范合同" in said, ("text stays text", said)
        subprocess.run(["pdftoppm", "-r", "150", "-png", "-singlefile", folder / "copy.pdf", folder / "copy"], check=True)
        read = subprocess.run(["zbarimg", "--quiet", "--raw", folder / "copy.png"], capture_output=True, text=True).stdout.split()
        assert read == [made["link"]] and made["link"] == f"{life.base}/?copy={made['code']}", (read, made)
        assert b"<html" in urllib.request.urlopen(read[0], timeout=20).read(), "the page, which asks for what follows"
        source = life.call("GET", f"/api/v1/copies/{made['code']}")     # anybody, by what the QR code says
        assert source["source_digest"] == document["digest"] and source["report"]["digest"] == document["digest"], source
        assert "copy_of" not in source["report"] and source["report"]["verdict"].startswith("valid" if document is stamped else "no_signature")
    refused("bad_field", lambda: life.ask("agent", "GET", f"/documents/{document['document_id']}/pages/1.png?marks=all"), "marks")
    refused("not_found", lambda: life.call("GET", "/api/v1/copies/" + "0" * 32))
    # Whoever stamps a copy makes no original of it.
    again = life.upload(copy)
    order = life.order(seal_id, again["document_id"], x_mm=20, y_mm=20)["order_id"]
    approve(life, order, [{"page": 1, "ppm": 4, "sm3": pages(life, again)["items"][0]["sm3"]}] if demanded else None)
    report = life.verify(life.content(life.stamp(order, seal_id)["document_id"]))
    assert report["verdict"] == "invalid" and report["copy_of"] == made["source_digest"], report
    assert [c["name"] for c in report["signatures"][0]["checks"] if not c["passed"] and c["severity"] == "invalid"] == ["COPY"], report


def all_claims(life, other, folder, seal_id, demanded=False):
    R15_1__pages_are_the_same_pictures_for_ofd_and_pdf(life, other, folder)
    R15_1__one_bad_page_does_not_stop_the_others(life)
    R15_1__a_word_of_a_pdf_is_where_the_ofd_has_it(life, seal_id)
    R16_1__an_approval_says_which_pages_were_seen(life, seal_id, demanded)
    R15_1__the_text_of_a_page_is_told_with_its_places(life, other)
    R17_1__a_copy_says_so_and_is_never_valid(life, other, folder, seal_id, demanded)


if __name__ == "__main__":
    with demonstration(approval_sees_all_pages=True) as (demo, _):
        first, second = Life(demo, 1), Life(demo, 2)
        first.keys()
        all_claims(first, second, demo, first.whole_seal(), True)
        print("all claims hold")
