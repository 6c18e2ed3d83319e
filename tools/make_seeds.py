#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Seeds for the fuzz targets, made from tests/data: documents plain, stamped and stamped twice, their parts, seals, values, certificates.
usage: make_seeds.py JINYIN DATA OUT           one folder a target under OUT
       make_seeds.py JINYIN DATA --run REPLAY…  make them, and let each replay_NAME run over those of NAME, also cut and changed
A target that has no list below gets every seed."""
import base64
import datetime
import hashlib
import io
import json
import multiprocessing.pool
import os
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "scenario"))
from evidence_seeds import der, evidence  # noqa: E402
from life import flow, ia5, instant, integer, path, sequence, utf8  # noqa: E402
from pki import DISTID, Pki, call  # noqa: E402

FUZZED_MAX = 32768              # bytes: of small inputs a fuzzer tries the more
# target: kinds of seeds
WANTS = {
    "archive": ["archive"],
    "cert": ["cert"],
    "cmp": ["cmp"],
    "cms": ["cms"],
    "copy": ["page"],
    "digest": ["digest"],
    "evidence": ["evidence"],
    "inspect": ["ofd", "pdf", "der", "cms"],
    "jbig2": ["jbig2"],
    "manifest": ["manifest"],
    "ocsp": ["ocsp"],
    "ofd": ["ofd"],
    "order": ["order"],
    "pdf": ["pdf"],
    "picture": ["picture"],
    "place": ["place"],
    "render": ["ofd"],
    "ses": ["der"],
    "table": ["table"],
    "tsp": ["tsp"],
    "xml": ["xml"],
    "zip": ["ofd"],
}


def cms(certificate, attributes):
    """SignedData of GB/T 35275 with a signature that fits nothing: the structure is what a fuzzer needs."""
    def oid(last):
        return bytes.fromhex("060a2a811ccf5506010402") + bytes([last])
    sm3 = der(0x30, bytes.fromhex("06082a811ccf55018311"))
    issuer = der(0x30, der(0x30), der(0x02, b"\1"))
    digest = der(0x04, bytes(32))
    signed = der(0xA0, der(0x30, bytes.fromhex("06092a864886f70d010904"), der(0x31, digest))) if attributes else b""
    content = der(0x30, oid(1)) if attributes else der(0x30, oid(1), der(0xA0, digest))
    signer = der(0x30, der(0x02, b"\1"), issuer, sm3, signed, der(0x30, bytes.fromhex("06082a811ccf55018375")), der(0x04, bytes(64)))
    return der(0x30, oid(2), der(0xA0, der(0x30, der(0x02, b"\1"), der(0x31, sm3), content, der(0xA0, certificate), der(0x31, signer))))


def old_forms(certificate):
    """GM/T 0031-2014 and C0119, which the tool does not write: name → bytes. No signature fits; a fuzzer needs the structure."""
    def utc(text):
        return der(0x17, text)

    def seal(version, listed, tail):
        header = der(0x30, der(0x16, b"ES"), der(0x02, bytes([version])), der(0x16, b"MAKER"))
        picture = der(0x30, der(0x16, b"PNG"), der(0x04, b"picture"), der(0x02, b"\x28"), der(0x02, b"\x28"))
        times = [utc(b"260528202640Z"), utc(b"260528202640Z"), utc(b"360528202640Z")]
        info = der(0x30, header, der(0x16, b"code"), der(0x30, der(0x02, b"\1"), der(0x0C, b"name"), *listed, *times), picture)
        return der(0x30, info, *tail)

    def value(seal_der, version):
        signed = der(0x30, der(0x02, bytes([version])), seal_der, der(0x03, b"\0002026-05-28T20:26:40Z"), der(0x03, bytes(33)),
                     der(0x16, b"/Signature.xml"), der(0x04, certificate), algorithm)
        return der(0x30, signed, der(0x03, bytes(65)))
    algorithm = bytes.fromhex("06082a811ccf55018375")
    certificates, signature = der(0x30, der(0x04, certificate)), der(0x03, bytes(65))
    v1 = seal(1, [certificates], [der(0x30, der(0x04, certificate), algorithm, signature)])
    c0119 = seal(4, [der(0x02, b"\1"), certificates], [der(0x04, certificate), algorithm, signature])
    return {"seal-v1": v1, "value-v1": value(v1, 1), "seal-c0119": c0119, "value-c0119": value(c0119, 4)}


def page_of_everything(data):
    """A package whose page has one of each thing that can be drawn; stored, so that a fuzzer reaches the bytes."""
    colour = '<FillColor Value="200 0 0" ColorSpace="5"/>'
    shade = ('<FillColor><{0}Shd StartPoint="0 0" EndPoint="9 9" StartRadius="0" EndRadius="9" Extend="3" MapType="Reflect" MapUnit="4">'
             '<Segment Position="0"><Color Value="1 2 3"/></Segment><Segment Position="1"><Color Value="255 9 9" Alpha="90"/></Segment></{0}Shd></FillColor>')
    points = ('<FillColor><{0}>' + "".join(f'<Point X="{n % 2 * 9}" Y="{n // 2 * 9}" EdgeFlag="{n // 3}"><Color Value="{n} 99 9"/></Point>' for n in range(4)) +
              '<BackColor Value="9 9 200"/></{1}></FillColor>')
    square = '<AbbreviatedData>M 0 0 L 9 0 Q 12 4 9 9 B 7 8 3 8 0 9 A 5 5 0 0 1 0 0 C</AbbreviatedData>'
    objects = [f'<PathObject Boundary="1 1 20 20" Fill="true" Rule="Even-Odd" DrawParam="6">{fill}{square}</PathObject>'
               for fill in (colour, shade.format("Axial"), shade.format("Radial"), points.format("GouraudShd Extend='1'", "GouraudShd"),
                            points.format("LaGourandShd VerticesPerRow='2'", "LaGourandShd"), '<FillColor Index="1" ColorSpace="4"/>',
                            '<FillColor><Pattern Width="3" Height="3" CTM="1 0 0 1 1 1" ReflectMethod="RowAndColumn" RelativeTo="Page">'
                            '<CellContent><PathObject Boundary="0 0 2 2">'
                            '<AbbreviatedData>M 0 0 L 2 2</AbbreviatedData></PathObject></CellContent></Pattern></FillColor>')]
    objects += ['<TextObject Boundary="1 20 40 9" Font="3" Size="4" CTM="1 0 .2 1 0 0" HScale=".8" CharDirection="90" ReadDirection="180" Weight="700" '
                'Italic="true" Stroke="true"><CGTransform CodePosition="1" CodeCount="1" GlyphCount="2"><Glyphs>7 8</Glyphs></CGTransform>'
                '<TextCode X="1" Y="4" DeltaX="g 2 4 3" DeltaY="0 1"> 天津 ab</TextCode></TextObject>',
                '<ImageObject Boundary="20 1 9 9" CTM="9 0 0 9 0 0" ResourceID="7" ImageMask="7" Alpha="99">'
                '<Border DashPattern="1" HorizonalCornerRadius="1" VerticalCornerRadius="2"/></ImageObject>',
                '<PageBlock><CompositeObject Boundary="30 1 9 9" ResourceID="8" CTM="1 0 0 1 0 0"><Clips TransFlag="false"><Clip><Area CTM="1 0 0 1 0 0">'
                f'<Path Boundary="0 0 9 9">{square}</Path></Area><Area><Text Boundary="0 0 9 9" Font="3" Size="9"><TextCode X="0" Y="9">A</TextCode></Text>'
                '</Area></Clip></Clips></CompositeObject></PageBlock>']
    layers = "".join(f'<Layer Type="{kind}" DrawParam="6">{"".join(objects)}</Layer>' for kind in ("Foreground", "Background"))
    parts = {
        "OFD.xml": "<OFD><DocBody><DocRoot>D.xml</DocRoot></DocBody></OFD>",
        "D.xml": '<Document><CommonData><PageArea><PhysicalBox>0 0 50 40</PhysicalBox></PageArea><PublicRes>R.xml</PublicRes>'
                 '<TemplatePage ID="9" BaseLoc="P.xml" ZOrder="Foreground"/><DefaultCS>5</DefaultCS></CommonData><Pages><Page ID="1" BaseLoc="P.xml"/></Pages>'
                 '<Annotations>A.xml</Annotations></Document>',
        "R.xml": '<Res><Fonts><Font ID="3" FontName="黑体"><FontFile>F.ttf</FontFile></Font></Fonts>'
                 '<ColorSpaces><ColorSpace ID="4" Type="CMYK" BitsPerComponent="4"><Palette>'
                 '<CV>1 2 3 4</CV><CV>#f 0 0 1</CV></Palette></ColorSpace><ColorSpace ID="5" Type="RGB"/></ColorSpaces>'
                 '<DrawParams><DrawParam ID="6" Relative="6" '
                 'LineWidth="1" Cap="Round" Join="Bevel" DashPattern="2 1" DashOffset="1"><StrokeColor Value="0 0 255"/></DrawParam></DrawParams><MultiMedias>'
                 '<MultiMedia ID="7" Type="Image"><MediaFile>i</MediaFile></MultiMedia></MultiMedias>'
                 '<CompositeGraphicUnits><CompositeGraphicUnit ID="8" '
                 f'Width="9" Height="9"><Content><PathObject Boundary="0 0 9 9">{square}</PathObject></Content>'
                 '</CompositeGraphicUnit></CompositeGraphicUnits></Res>',
        "P.xml": f'<Page><Template TemplateID="9"/><PageRes>R.xml</PageRes><Content>{layers}</Content></Page>',
        "A.xml": '<Annotations><Page PageID="1"><FileLoc>B.xml</FileLoc></Page></Annotations>',
        "B.xml": f'<PageAnnot><Annot><Appearance Boundary="5 5 9 9">{objects[0]}</Appearance></Annot></PageAnnot>',
        "i": (data / "pictures" / "seal-palette.png").read_bytes(),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def place_seeds(data):
    """A first byte for the reader: page specifications, pdftotext's words of a PDF, pages of an OFD. name → bytes."""
    seeds = {f"pages-{n}": b"\0" + spec.encode() for n, spec in enumerate(("1-3,5,last", "all", "odd，even", "2--2, -3-last", "1-,x", "last-1"))}
    word = '<word xMin="70.8" yMin="67.4" xMax="297.6" yMax="100.0">%s</word>\n'
    page = '<page width="595.000000" height="842.000000">\n%s</page>\n'
    seeds["words"] = ("\1" + page % (word % "请在盖章处盖章" + word % "a &lt;x&gt;") + page % (word % "乙方(章)")).encode()
    text = ('<Page><Template TemplateID="9"/><Content><Layer>%s</Layer></Content></Page>' %
            ('<TextObject Boundary="9 9 99 9" Size="4" CTM="1 0 0 1 0 0"><CGTransform CodePosition="0"><Glyphs>1</Glyphs></CGTransform>'
             '<TextCode X="0" Y="4" DeltaX="g 3 4.5 4" DeltaY="0 0">请在盖章处x</TextCode></TextObject><PageBlock Visible="true"/>'))
    seeds["content"] = b"\2" + text.encode()
    with zipfile.ZipFile(data / "contract.ofd") as package:
        seeds["contract"] = b"\2" + package.read("Doc_0/Pages/Page_0/Content.xml")
    return seeds


def use_seeds():
    """A first byte for the reader: an order, an approval, a flow, a grant. name → bytes."""
    begin = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    dates = instant(begin) + instant(begin + datetime.timedelta(days=9))
    octets = lambda n, value=1: der(0x04, bytes([value]) * n)
    place = lambda *clip: sequence(*map(integer, (1, 120000, -5, 42000, 42000)), *clip)
    strip = der(0xA0, b"".join(map(integer, (0, 0, 2100, 42000))))
    order = sequence(integer(2), ia5("order-1"), ia5("seal-1"), ia5("1201010000001"), octets(32), octets(32, 2), utf8("/Doc_0/Signs"),
                     sequence(place(), place(strip)), ia5("agreement"), utf8("合同"), integer(123456), integer(2), utf8("HT-1"), ia5("person-1"), dates)
    approval = sequence(integer(2), octets(32), octets(32, 2), integer(1), ia5("approver-1"), ia5("approver-2"), instant(begin), octets(70))
    steps = path(("部门", 1, ["approver-1", "approver-2"]), ("法定代表人", 1, ["approver-3"]), categories=["agreement"], amount_max=10000000)
    whole = flow("seal-1", 3, [steps, path(("会签", 2, ["approver-1", "approver-2"]))], [("approver-1", "approver-4", begin, begin + datetime.timedelta(1))],
                 "approver-3", True, False, begin, begin + datetime.timedelta(days=365))
    alone = flow("seal-2", 1, [path(categories=["voucher"], amount_max=0)], authority="approver-1", begin=begin, end=begin + datetime.timedelta(days=365))
    grant = sequence(integer(1), ia5("grant-1"), ia5("seal-1"), ia5("client-1"), octets(65, 4), sequence(ia5("voucher")), dates, integer(100), integer(-1),
                     integer(-1))
    return {"order": b"\0" + order, "approval": b"\1" + approval, "flow": b"\2" + whole, "flow-alone": b"\2" + alone, "grant": b"\3" + grant}


def small_pdf():
    """One page with a text field, and its table of entries."""
    objects = ["<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] >> >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> /Annots [5 0 R] >>",
               "<< /Length 20 >>\nstream\n0 0 m 100 100 l S   \nendstream",
               "<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (x) /Rect [9 9 99 19] /P 3 0 R /AP << /N 6 0 R >> >>",
               "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /Font << /F << /Subtype /Type1 /BaseFont /Helvetica >> >> >> /Length 29 >>\n"
               "stream\nBT /F 9 Tf [(x) 1 <20>] TJ ET\nendstream"]
    out, offsets = "%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    count = len(objects) + 1
    return (out + f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n").encode()


def tight(pdf):
    """Without the zeros behind each value, that are most of a small file and of a fuzzer's time; what tells where something lies follows. A digest then fits no
    more, which ends no question that is asked. As it is, if an entry of its own says where (a cross-reference stream)."""
    zeros = [(m.end(2), len(m[2]) // 2 * 2) for m in re.finditer(rb"/Contents\s*<([0-9a-f]{64,}?)(0{64,})>", pdf)]
    if not zeros or b"/XRef" in pdf:
        return pdf

    def moved(at):
        return at - sum(count for end, count in zeros if end <= at)

    def place(m):
        return b"%s%0*d" % (m[1], len(m[2]), moved(int(m[2])))

    def covered(m):
        a, b, end = int(m[1]), int(m[2]), int(m[2]) + int(m[3])
        return (b"/ByteRange [0 %d %d %d" % (moved(a), moved(b), moved(end) - moved(b))).ljust(len(m[0]) - 1) + b"]"
    pdf = re.sub(rb"(\n)(\d{10})(?= \d{5} n)", place, pdf)
    pdf = re.sub(rb"(startxref\n|/Prev )(\d+)", place, pdf)
    pdf = re.sub(rb"/ByteRange \[0 (\d+) (\d+) (\d+) *\]", covered, pdf)
    for end, count in reversed(zeros):
        pdf = pdf[:end - count] + pdf[end:]
    return pdf


def make(tool, data, work):
    """name → (kind, bytes) of every seed."""
    # Small pictures and documents: a fuzzer tries the more of them, and what stands between is what it is after.
    pki, seeds = Pki(tool, data, work / "pki", picture="pictures/seal-alpha.png"), {}
    (work / "contract.pdf").write_bytes(small_pdf())
    (work / "contract.ofd").write_bytes((data / "contract.ofd").read_bytes())
    for kind in ("ofd", "pdf"):
        last = work / f"contract.{kind}"
        for number in range(3):
            seeds[f"contract-{number}.{kind}"] = (kind, last.read_bytes())
            if kind == "pdf" and number > 0:
                seeds[f"contract-{number}-tight.pdf"] = (kind, tight(last.read_bytes()))
            following = work / f"stamped-{number}.{kind}"
            call(tool, *pki.stamp_arguments(last, following, x=10 + 45 * number))
            last = following
    with zipfile.ZipFile(work / "stamped-1.ofd") as package:
        for entry in package.infolist():
            if entry.filename.endswith(".xml"):
                seeds[entry.filename.replace("/", "_")] = ("xml", package.read(entry))
        seeds["value"] = ("der", package.read("Doc_0/Signs/Sign_0/SignedValue.dat"))
    seeds["seal"] = ("der", pki.seal.read_bytes())
    for name, options in (("seal-v5", ["--version", 5]), ("seal-digest", ["--list-digest"])):
        call(tool, *pki.seal_arguments(work / name), *options)
        seeds[name] = ("der", (work / name).read_bytes())
    for name, content in old_forms(call("openssl", "x509", "-in", pki.folder / "signer.pem", "-outform", "DER")).items():
        seeds[name] = ("der", content)
    for name in ("ca", "maker", "signer"):
        seeds[f"{name}.pem"] = ("cert", (pki.folder / f"{name}.pem").read_bytes())
        seeds[f"{name}.der"] = ("cert", call("openssl", "x509", "-in", pki.folder / f"{name}.pem", "-outform", "DER"))
    seeds["request"] = ("cert", call("openssl", "req", "-in", pki.folder / "maker.csr", "-outform", "DER"))
    (work / "index.txt").write_text("R\t401231000000Z\t260101000000Z,keyCompromise\t0A\tunknown\t/CN=revoked\n")
    (work / "ca.cnf").write_text(f"[ca]\ndefault_ca=d\n[d]\ndatabase={work}/index.txt\ndefault_md=sm3\ndefault_crl_days=30\n")
    call("openssl", "ca", "-config", work / "ca.cnf", "-gencrl", "-sigopt", DISTID, "-cert", pki.folder / "ca.pem", "-keyfile",
         pki.folder / "ca.key", "-out", work / "crl.pem")
    seeds["crl"] = ("cert", call("openssl", "crl", "-in", work / "crl.pem", "-outform", "DER"))
    seeds["trust.pem"] = ("cert", seeds["ca.pem"][1] + (work / "crl.pem").read_bytes())
    for name, content in use_seeds().items():
        seeds[name] = ("order", content)
    for name, content in place_seeds(data).items():
        seeds[name] = ("place", content)
    (work / "trust").mkdir()
    (work / "trust" / "trust.pem").write_bytes(seeds["trust.pem"][1])
    for picture in sorted([*(data / "pictures").iterdir(), *(data / "tiff").iterdir()]):
        seeds[picture.name] = ("picture", picture.read_bytes())
    for picture in sorted((data / "jbig2").glob("*.jb2")):
        seeds[picture.name] = ("jbig2", picture.read_bytes())
    seeds["MANIFEST"] = ("manifest", manifest())
    seeds["everything.ofd"] = ("ofd", page_of_everything(data))
    seeds["page-of-everything.ofd"] = ("page", seeds["everything.ofd"][1])
    seeds["page-of-text.ofd"] = ("page", (data / "contract.ofd").read_bytes())
    seeds["page-of-words"] = ("page", place_seeds(data)["words"][1:])
    seeds["package-as-picture"] = ("picture", (data / "contract.ofd").read_bytes())
    for form in (False, True):
        seeds[f"cms-{'ba'[not form]}"] = ("cms", cms(seeds["signer.der"][1], form))
    seeds.update(evidence(seeds["signer.der"][1], seeds["crl"][1]))
    call(tool, "verify", work / "stamped-2.ofd", "--trust", work / "trust", "--write-evidence", work / "evidence.json")
    seeds["evidence.json"] = ("evidence", (work / "evidence.json").read_bytes())
    seeds["table.json"] = ("table", table())
    seeds["answer.json"] = ("digest", b'{"state":"DONE","stamp_record_id":"1","value":"MAA=","slot":"contents:1:4"}')
    statement = b"[{},{}]"
    seeds["package.zip"] = ("archive", archive(work, [
        ("document.ofd", (work / "stamped-2.ofd").read_bytes()), ("metadata.json", b"{}"), ("record.json", b"{}"), ("register.json", b"{}"),
        ("status.json", statement), ("evidence.json", seeds["evidence.json"][1]), ("trust.pem", seeds["trust.pem"][1]), ("makers.pem", b""),
        ("report.json", b"{}")]))
    seeds["register.json"] = ("evidence", b'{"status":[{"seal_id":"1","since":"2026-01-01T00:00:00Z","state":"ACTIVE"}],"stamps":[{"digest":"' +
                              b"0" * 64 + b'","recorded":"2026-01-01T00:00:00Z"}]}')
    return seeds


def attacks(tool, work):
    """Some of the attack corpus (tests/attacks), where its programs are built: a fuzzer goes on from there. Every fifth, and nothing large."""
    seeds = {}
    for program in sorted((pathlib.Path(tool).resolve().parent / "tests" / "attacks").glob("attacks_*")):
        if not program.is_file():
            continue
        out = work / "attacks"
        out.mkdir(exist_ok=True)
        subprocess.run([program], env=os.environ | {"ATTACKS": str(out)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        files = sorted(path for kind in ("ofd", "pdf") for path in out.glob(f"{program.name.removeprefix('attacks_')}/*.{kind}"))
        for path in files[::5]:
            seed = tight(path.read_bytes()) if path.suffix == ".pdf" else path.read_bytes()
            if len(seed) <= FUZZED_MAX:
                seeds[f"{program.name}-{path.stem}"] = (path.suffix[1:], seed)
    for path in (work / "attacks").glob("ofd/xml-*.ofd"):
        with zipfile.ZipFile(path) as package:
            part = package.read("Doc_0/Pages/Page_1/Content.xml")
            if len(part) <= FUZZED_MAX:
                seeds[path.stem] = ("xml", part)
    return seeds


def table():
    """Of every kind of column, with what is hard to wrap."""
    def term(zh, en, **more):
        return {"zh": zh, "en": en, **more}
    return json.dumps({
        "title": term("用章登记簿", "Register of use"), "made": "2026-01-01T00:00:00Z", "foot": "one\ntwo",
        "facts": [term("印章", "seal", value="公章"), term("期间", "period", value="")],
        "columns": [term("序号", "No.", width_mm=8, kind="number"), term("用途", "purpose", width_mm=60), term("摘要", "SM3", width_mm=9.5, kind="code")],
        "rows": [["1", "合同（补充）， contract-with/long_words", "0f" * 32], ["2", "\u202ea\u0301\n\n\U0001f600", ""], ["", "甲" * 400, "\u0001"]],
    }, ensure_ascii=False).encode()


def manifest():
    """Of a backup (care/manifest.h)."""
    files = "".join(f"file {i:064x} {i * 1000} {path}\n" for i, path in enumerate(("blobs/ab/abcd", "key/journal", "key/keys/maker.key", "store/jinyin.db")))
    text = f"jinyin-backup 1\nbegun 2026-01-01T00:00:00Z\nfinished 2026-01-01T00:00:09Z\nversion 0.1.0\nengine sqlite\n{files}".encode()
    return text + f"end {hashlib.new('sm3', text).hexdigest()}\n".encode()


def archive(work, entries):
    """An archive package (lib/archive) of these entries: signed, so that a fuzzer begins behind the signature."""
    head = {"archive": 1, "about": "stamp-record", "record_id": "0" * 32, "packed": "2026-01-01T00:00:00Z", "verdict": "valid", "entries": [
        {"name": name, "size": len(content), "sm3": hashlib.new("sm3", content).hexdigest()} for name, content in entries]}
    manifest = json.dumps(head, separators=(",", ":")).encode()
    key, text, value = work / "archive.key", work / "archive.manifest", work / "archive.sig"
    text.write_bytes(manifest)
    subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-out", key], check=True, capture_output=True)
    subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-digest", "sm3", "-pkeyopt", DISTID, "-inkey", key, "-in", text, "-out", value], check=True,
                   capture_output=True)
    point = subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout[-65:]
    proof = {"algorithm": "SM2-SM3", "purpose": "archive", "key": base64.b64encode(point).decode(), "value": base64.b64encode(value.read_bytes()).decode()}
    body, directory = b"", b""
    entries = [*entries, ("manifest.json", manifest), ("signature.json", json.dumps(proof, separators=(",", ":")).encode())]
    for name, content in entries:
        sizes = struct.pack("<HHHHIIIHH", 0, 0, 0, 0x5c21, zlib.crc32(content), len(content), len(content), len(name), 0)
        directory += b"PK\1\2\x14\0\x14\0" + sizes + struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name.encode()
        body += b"PK\3\4\x14\0" + sizes + name.encode() + content
    return body + directory + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries), len(directory), len(body), 0)


def write(seeds, target, folder, changes):
    """The seeds that a target wants, and of each `changes` variants: cut, a byte changed, a run repeated; always the same ones."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds, source, files = WANTS.get(target), random.Random(1), []
    for name, (kind, content) in seeds.items():
        if kinds is not None and kind not in kinds:
            continue
        variants = [content]
        for number in range(changes):
            at, what = source.randrange(len(content)), number % 3
            run = content[at:at + source.randrange(1, 64)]
            variants.append(content[:at] if what == 0 else content[:at] + bytes([source.randrange(256)]) + content[at + 1:] if what == 1
                            else content[:at] + run + content[at:])
        for number, variant in enumerate(variants):
            files.append(folder / f"{name}-{number}")
            files[-1].write_bytes(variant)
    return files


def replay(program, seeds, work):
    target = pathlib.Path(program).name.removeprefix("replay_")
    files = write(seeds, target, work / "seeds" / target, 20)
    done = subprocess.run([program, *map(str, files)], capture_output=True, text=True, errors="replace")
    print(f"{target}: {done.stdout}", done.stderr[-6000:] if done.returncode != 0 else "", sep="", end="", flush=True)
    return done.returncode == 0


def main():
    tool, data = sys.argv[1], pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        seeds = make(tool, data, work)
        seeds.update(attacks(tool, work))
        if sys.argv[3] == "--run":
            with multiprocessing.pool.ThreadPool(os.cpu_count()) as pool:
                sys.exit(not all(pool.map(lambda program: replay(program, seeds, work), sys.argv[4:], 1)))
        small = {name: seed for name, seed in seeds.items() if len(seed[1]) <= FUZZED_MAX}
        for target in WANTS:
            write(small, target, pathlib.Path(sys.argv[3]) / target, 0)


if __name__ == "__main__":
    main()
