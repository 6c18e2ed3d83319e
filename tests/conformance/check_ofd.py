#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks a stamped OFD from the outside: GB/T 33190 clause 18 and GB/T 38540 chapter 7 with zipfile, an XML parser and the openssl command,
and no code of Jinyin. usage: check_ofd.py FILE…; exit 1 and a line for each thing that is wrong.

What it asks is what a strict reader asks, and what ofdrw asks on top: the namespace, the order of elements, absolute locations, MaxSignId.
"""
import base64
import hashlib
import pathlib
import posixpath
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
import zipfile

NS = "{http://www.ofdspec.org/2016}"
SM3, SM2_WITH_SM3 = "1.2.156.10197.1.401", bytes.fromhex("06082a811ccf55018375")
ORDER = {
    "Signatures": ["MaxSignId", "Signature"],
    "Signature": ["SignedInfo", "SignedValue"],
    "SignedInfo": ["Provider", "SignatureMethod", "SignatureDateTime", "References", "StampAnnot", "Seal"],
    "DocBody": ["DocInfo", "DocRoot", "Versions", "Signatures"],
}


class Wrong(Exception):
    pass


def must(claim, text):
    if not claim:
        raise Wrong(text)


def openssl(*arguments, data=None):
    done = subprocess.run(["openssl", *map(str, arguments)], input=data, capture_output=True, timeout=60)
    return done.returncode, done.stdout


def sm3(data):
    if "sm3" in hashlib.algorithms_available:               # the same OpenSSL without a process for each part
        return hashlib.new("sm3", data).digest()
    code, out = openssl("dgst", "-sm3", "-binary", data=data)
    must(code == 0 and len(out) == 32, "openssl dgst -sm3 failed")
    return out


# -- DER: (tag, content, whole) of one value; strict lengths --

def read(data, at=0):
    must(at + 2 <= len(data), "DER ends too early")
    tag, length, head = data[at], data[at + 1], 2
    if length >= 0x80:
        count = length & 0x7F
        must(1 <= count <= 4 and at + 2 + count <= len(data), "DER length")
        length, head = int.from_bytes(data[at + 2:at + 2 + count], "big"), 2 + count
        must(length >= 0x80 and data[at + 2] != 0, "DER length is not minimal")
    must(at + head + length <= len(data), "DER ends too early")
    return tag, data[at + head:at + head + length], data[at:at + head + length]


def children(content):
    out, at = [], 0
    while at < len(content):
        item = read(content, at)
        out.append(item)
        at += len(item[2])
    return out


def sequence(item, tags, what):
    """The children of a SEQUENCE whose tags must be these, in this order."""
    must(item[0] == 0x30, f"{what} is not a SEQUENCE")
    found = children(item[1])
    must([f"{c[0]:02x}" for c in found] == tags.split(), f"{what}: {' '.join(f'{c[0]:02x}' for c in found)}, expected {tags}")
    return found


def bits(item, what):
    must(item[0] == 0x03 and item[1][:1] == b"\0", f"{what}: unused bits")
    return item[1][1:]


def minimal_sm2(signature, what):
    for item in sequence(read(signature), "02 02", what):
        number = item[1]
        must(0 < len(number) <= 33 and not number[0] & 0x80 and not (len(number) > 1 and number[0] == 0 and not number[1] & 0x80),
             f"{what}: INTEGER is not minimal or not positive")
    must(len(read(signature)[2]) == len(signature), f"{what}: trailing bytes")


def sm2_verifies(certificate, message, signature, what):
    """By the openssl command with the default identifier of GM/T 0009."""
    minimal_sm2(signature, what)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "cert").write_bytes(certificate)
        (folder / "message").write_bytes(message)
        (folder / "sig").write_bytes(signature)
        code, key = openssl("x509", "-inform", "DER", "-in", folder / "cert", "-pubkey", "-noout")
        must(code == 0, f"{what}: the certificate is unreadable")
        (folder / "key").write_bytes(key)
        code, _ = openssl("pkeyutl", "-verify", "-rawin", "-digest", "sm3", "-in", folder / "message", "-sigfile", folder / "sig", "-pubin",
                          "-inkey", folder / "key", "-pkeyopt", "distid:1234567812345678")
        must(code == 0, f"{what}: the signature does not fit")


def check_time(item, what):
    must(item[0] == 0x18 and re.fullmatch(rb"\d{14}Z", item[1]), f"{what}: {item[1]!r} is not YYYYMMDDHHMMSSZ")


def check_seal(whole):
    """GB/T 38540-2020 6.1: structure, and the maker's signature over eSealInfo. Returns the certificates of its list."""
    info, certificate, algorithm, value = sequence(read(whole), "30 04 06 03", "SESeal")
    header, es_id, properties, picture = sequence(info, "30 16 30 30", "eSealInfo")
    ident, version, vendor = sequence(header, "16 02 16", "header")
    must(ident[1] == b"ES" and version[1] == b"\4" and vendor[1] and es_id[1], "header: ES, version 4, Vid, esID")
    kind, name, list_type, certs, created, start, end = sequence(properties, "02 0c 02 30 18 18 18", "property")
    must(kind[1] and name[1].decode() and list_type[1] in (b"\1", b"\2"), "property")
    for item, what in ((created, "createDate"), (start, "validStart"), (end, "validEnd")):
        check_time(item, what)
    must(start[1] < end[1], "validStart before validEnd")
    form, data, width, height = sequence(picture, "16 04 02 02", "picture")
    must(form[1].upper() in (b"PNG", b"JPG", b"GIF", b"BMP", b"SVG", b"OFD") and data[1] and width[1] != b"\0" and height[1] != b"\0", "picture")
    must(algorithm[2] == SM2_WITH_SM3, "signAlgID")
    sm2_verifies(certificate[1], info[2], bits(value, "signedValue"), "the maker's signature over eSealInfo")
    return list_type[1], [c[1] if c[0] == 0x04 else children(c[1])[1][1] for c in children(certs[1])]


def check_value(value, signature_xml, path, seal_file):
    """GB/T 38540-2020 7.1: structure, data hash, the signer's signature over TBS_Sign."""
    outer = read(value)
    must(len(outer[2]) == len(value), "SignedValue: trailing bytes")
    tbs, certificate, algorithm, signature = sequence(outer, "30 04 06 03", "SES_Signature")
    version, seal, time, data_hash, properties = sequence(tbs, "02 30 18 03 16", "TBS_Sign")
    must(version[1] == b"\4", "TBS_Sign.version")
    check_time(time, "timeInfo")
    must(bits(data_hash, "dataHash") == sm3(signature_xml), "dataHash is not the SM3 of Signature.xml")
    must(properties[1].decode("ascii") == "/" + path, f"propertyInfo {properties[1]!r}")
    must(algorithm[2] == SM2_WITH_SM3, "signatureAlgID")
    sm2_verifies(certificate[1], tbs[2], bits(signature, "signature"), "the signer's signature over TBS_Sign")
    must(seal[2] == seal_file, "Seal.esl is not the seal in the value")
    list_type, listed = check_seal(seal[2])
    wanted = certificate[1] if list_type == b"\1" else sm3(certificate[1])
    must(wanted in listed, "the signer's certificate is not in the seal's list")


# -- the package --

class Package:
    def __init__(self, path):
        self.zip = zipfile.ZipFile(path)
        self.entries = {self.name_of(entry): entry for entry in self.zip.infolist()}
        must(len(self.zip.infolist()) == len({n.lower() for n in self.entries}), "two entries of one name")
        must(self.zip.testzip() is None, "a CRC does not fit")

    @staticmethod
    def name_of(entry):
        """Without the flag for UTF-8 a name is UTF-8 all the same, or GB 18030 (Chinese Windows)."""
        if entry.flag_bits & 0x800:
            return entry.filename
        raw = entry.filename.encode("cp437")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return raw.decode("gb18030")

    def read(self, path):
        must(path in self.entries, f"{path} is missing")
        return self.zip.read(self.entries[path])

    def xml(self, path):
        return ElementTree.fromstring(self.read(path))


def absolute(location, what):
    must(location is not None and location.startswith("/") and posixpath.normpath(location) == location, f"{what}: {location} is not absolute")
    return location[1:]


def in_order(node, name):
    order, last = ORDER[name], -1
    must(node.tag == NS + name, f"{node.tag} instead of {name}")
    for child in node:
        must(child.tag.startswith(NS) and child.tag[len(NS):] in order, f"{name}: {child.tag}")
        at = order.index(child.tag[len(NS):])
        must(at >= last, f"{name}: {child.tag} stands too late")
        last = at
    return node


def any_ns(node, *names):
    """Children by local name: the rest of the document is somebody else's, and need not be strict."""
    for name in names:
        node = next((c for c in node if c.tag.split("}")[-1] == name), None)
        if node is None:
            return None
    return node


def page_boxes(package, document_path):
    """Page ID → physical box, in document order."""
    document = package.xml(document_path)
    folder, boxes = posixpath.dirname(document_path), {}
    area = any_ns(document, "CommonData", "PageArea", "PhysicalBox")
    for page in any_ns(document, "Pages"):
        location = page.get("BaseLoc")
        path = location[1:] if location.startswith("/") else posixpath.normpath(posixpath.join(folder, location))
        own = any_ns(package.xml(path), "Area", "PhysicalBox") if path in package.entries else None
        box = own if own is not None else area
        boxes[page.get("ID")] = [float(x) for x in box.text.split()]
    return boxes


def check_stamp(package, entry, boxes, others, last):
    path = absolute(entry.get("BaseLoc"), "BaseLoc")
    must(entry.get("Type") in (None, "Seal"), f"Type {entry.get('Type')}")
    raw = package.read(path)
    node = in_order(ElementTree.fromstring(raw), "Signature")
    info = in_order(node.find(NS + "SignedInfo"), "SignedInfo")
    provider = info.find(NS + "Provider")
    must(provider is not None and provider.get("ProviderName"), "Provider/@ProviderName")
    must(info.findtext(NS + "SignatureMethod") == "1.2.156.10197.1.501", "SignatureMethod")
    must(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", info.findtext(NS + "SignatureDateTime") or ""), "SignatureDateTime")
    references = info.find(NS + "References")
    must(references is not None and references.get("CheckMethod") == SM3, "CheckMethod")
    covered = set()
    for reference in references:
        must(reference.tag == NS + "Reference" and [c.tag for c in reference] == [NS + "CheckValue"], "Reference holds one CheckValue")
        part = absolute(reference.get("FileRef"), "FileRef")
        must(part not in covered, f"{part} is referenced twice")
        covered.add(part)
        must(base64.b64decode(reference.findtext(NS + "CheckValue"), validate=True) == sm3(package.read(part)), f"digest of {part}")
    seal = absolute(info.findtext(f"{NS}Seal/{NS}BaseLoc"), "Seal/BaseLoc")
    value = absolute(node.findtext(NS + "SignedValue"), "SignedValue")
    must(seal in covered, "the seal is not protected")
    must(not covered & {path, value, others["list"]}, "a file that cannot be protected is")
    if last:
        missing = {n for n in package.entries if not n.endswith("/")} - covered - {path, value, others["list"]}
        must(not missing, f"not protected: {sorted(missing)}")
    ids = [entry.get("ID")]
    for stamp in info.findall(NS + "StampAnnot"):
        ids.append(stamp.get("ID"))
        must(stamp.get("PageRef") in boxes, f"PageRef {stamp.get('PageRef')} is no page")
        x, y, w, h = (float(v) for v in stamp.get("Boundary").split())
        box = boxes[stamp.get("PageRef")]
        must(w >= 1 and h >= 1 and x >= -0.01 and y >= -0.01 and x + w <= box[2] + 0.02 and y + h <= box[3] + 0.02, f"Boundary {x} {y} {w} {h}")
    must(len(ids) > 1, "no StampAnnot")
    check_value(package.read(value), raw, path, package.read(seal))
    return ids


def check(path):
    """Checks every Type="Seal" signature that a file of ours may hold; the last must protect everything."""
    package = Package(path)
    root = package.xml("OFD.xml")
    bodies = [c for c in root if c.tag.split("}")[-1] == "DocBody"]
    must(len(bodies) == 1, "one DocBody")
    location = any_ns(bodies[0], "DocRoot").text
    document = posixpath.normpath(location.lstrip("/"))
    node = any_ns(bodies[0], "Signatures")
    must(node is not None, "OFD.xml names no signature list")
    list_path = posixpath.normpath(node.text.lstrip("/"))
    signatures = package.xml(list_path)
    boxes, ids = page_boxes(package, document), []
    entries = signatures.findall(NS + "Signature")
    must(entries, "no signature in the list")
    in_order(signatures, "Signatures")
    for number, entry in enumerate(entries):
        ids += check_stamp(package, entry, boxes, {"list": list_path}, number == len(entries) - 1)
    must(len(ids) == len(set(ids)), f"an ID twice: {ids}")
    highest = max(int(re.search(r"(\d+)$", i)[1]) for i in ids)
    must(int(re.search(r"(\d+)$", signatures.findtext(NS + "MaxSignId"))[1]) >= highest, "MaxSignId is not the highest")
    return len(entries)


def main(paths):
    bad = 0
    for path in paths:
        try:
            print(f"{path}: {check(path)} signature(s) conform")
        except (Wrong, ElementTree.ParseError, zipfile.BadZipFile, ValueError, AttributeError, TypeError) as error:
            bad += 1
            print(f"{path}: WRONG: {error}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
