# SPDX-License-Identifier: Apache-2.0
"""Time stamps, OCSP messages and SignedData for make_seeds.py. No signature fits anything: the structure is what a fuzzer needs."""
import hashlib
import subprocess

SM3, SHA1 = bytes.fromhex("06082a811ccf55018311"), bytes.fromhex("06052b0e03021a")
SM2_SM3 = bytes.fromhex("06082a811ccf55018375")
PKCS7_SIGNED, TST_INFO = bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("060b2a864886f70d0109100104")
# The public key of GB/T 32918.5-2017 Annex A: fuzz_ocsp.c has an issuer with it.
POINT = bytes.fromhex("0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13")
TIME, LATER = b"20260528202640Z", b"20260628202640Z"


def der(tag, *parts):
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def attribute(oid, value):
    return der(0x30, bytes.fromhex(oid), der(0x31, value))


def token(certificate, issuer_and_serial, lists=b"", outer=PKCS7_SIGNED):
    """TSTInfo with every optional field, in a SignedData with the attributes that RFC 3161 asks for."""
    algorithm = der(0x30, SM3, b"\5\0")
    info = der(0x30, der(2, b"\1"), bytes.fromhex("06052a03040506"), der(0x30, algorithm, der(4, bytes(32))), der(2, b"\1\2\3"),
               der(0x18, b"20260528202640.634219Z"), der(0x30, der(2, b"\1"), der(0x80, b"\1\xF4"), der(0x81, b"\x64")), der(1, b"\xFF"), der(2, b"\x40\1"),
               der(0xA0, der(0xA4, der(0x30))), der(0xA1, der(0x30, bytes.fromhex("06032a0304"), der(4, b"\5\0"))))
    certified = der(0x30, der(0x30, der(0x30, der(0x30, SM3), der(4, bytes(32)), der(0x30, der(0x30, der(0xA4, der(0x30))), der(2, b"\1")))))
    signed = [attribute("06092a864886f70d010903", TST_INFO), attribute("06092a864886f70d010905", der(0x17, TIME[2:])),
              attribute("06092a864886f70d010904", der(4, bytes(32))), attribute("060b2a864886f70d010910022f", certified)]
    signer = der(0x30, der(2, b"\1"), issuer_and_serial, der(0x30, SM3), der(0xA0, *sorted(signed)), der(0x30, SM2_SM3), der(4, bytes(64)),
                 der(0xA1, attribute("060b2a864886f70d010910020e", der(0x30))))
    data = der(0x30, der(2, b"\3"), der(0x31, der(0x30, SM3)), der(0x30, TST_INFO, der(0xA0, der(4, info))), der(0xA0, certificate), lists,
               der(0x31, signer))
    return info, der(0x30, outer, der(0xA0, data))


def sm3(data):
    return subprocess.run(["openssl", "dgst", "-sm3", "-binary"], input=data, capture_output=True, check=True).stdout


def ocsp(certificate):
    """A request and responses about serial 2 of the issuer of fuzz_ocsp.c, by both digests; and an error response."""
    name = der(0x30, *(der(0x31, der(0x30, bytes.fromhex(oid), text)) for oid, text in
                       (("0603550406", der(0x13, b"CN")), ("0603550403", der(0x0C, b"fuzz")))))
    seeds = {"ocsp-refused": bytes.fromhex("30030a0106")}
    for label, oid, digest in (("sha1", SHA1, lambda d: hashlib.sha1(d).digest()), ("sm3", SM3, sm3)):
        cert_id = der(0x30, der(0x30, oid, b"\5\0"), der(4, digest(name)), der(4, digest(POINT)), der(2, b"\2"))
        nonce = der(0x30, der(0x30, bytes.fromhex("06092b0601050507300102"), der(4, der(4, bytes(16)))))
        seeds[f"ocsp-request-{label}"] = der(0x30, der(0x30, der(0x30, der(0x30, cert_id)), der(0xA2, nonce)))
        revoked = der(0xA1, der(0x18, TIME), der(0xA0, der(0x0A, b"\1")))
        for kind, status in (("good", b"\x80\0"), ("revoked", revoked), ("unknown", b"\x82\0")):
            cutoff = der(0xA1, der(0x30, der(0x30, bytes.fromhex("06092b0601050507300106"), der(4, der(0x18, TIME)))))
            single = der(0x30, cert_id, status, der(0x18, TIME), der(0xA0, der(0x18, LATER)), cutoff)
            data = der(0x30, der(0xA2, der(4, bytes(20))), der(0x18, TIME), der(0x30, single), der(0xA1, nonce))
            basic = der(0x30, data, der(0x30, SM2_SM3), der(3, bytes.fromhex("003006020101020101")), der(0xA0, der(0x30, certificate)))
            seeds[f"ocsp-{kind}-{label}"] = der(0x30, der(0x0A, b"\0"), der(0xA0, der(0x30, bytes.fromhex("06092b0601050507300101"), der(4, basic))))
    return seeds


def cmp_messages(certificate):
    """Requests and answers of every kind, each with everything that may stand in one; no MAC fits: fuzz_cmp.c makes it anew."""
    def octets(tag, value):
        return der(tag, der(4, value))

    def oid(text):
        return bytes.fromhex(text)

    def message(body, content, protected=True, info=b""):
        mac = der(0x30, oid("06092a864886f67d07420d"), der(0x30, der(4, bytes(16)), der(0x30, SM3), der(2, b"\1\xF4"),
                                                          der(0x30, oid("06092a811ccf5501831102"))))
        name = der(0xA4, der(0x30))
        header = der(0x30, der(2, b"\2"), name, name, der(0xA0, der(0x18, TIME)), der(0xA1, mac) if protected else b"", octets(0xA2, b"jinyin"),
                     octets(0xA3, b"key"), octets(0xA4, bytes(16)), octets(0xA5, bytes(16)), octets(0xA6, bytes(16)),
                     der(0xA7, der(0x30, der(0x0C, b"free text"))), der(0xA8, der(0x30, info)) if info else b"")
        return der(0x30, header, der(0xA0 | body, content), der(0xA0, der(3, bytes(33))) if protected else b"", der(0xA1, der(0x30, certificate)))
    implicit = der(0x30, oid("06082b0601050507040d"), b"\5\0")
    profile = der(0x30, oid("06082b06010505070415"), der(0x30, der(0x0C, b"seal")))
    accepted, rejected = der(0x30, der(2, b"\0")), der(0x30, der(2, b"\2"), der(0x30, der(0x0C, b"no")), der(3, b"\6\0\x40"))
    pair = der(0x30, der(0xA0, certificate), der(0xA1, der(0x30, der(2, b"\0"))))
    response = der(0x30, der(2, b"\xFF"), accepted, pair, der(4, b"info"))
    extensions = der(0x30, der(0x30, oid("0603551d15"), der(4, bytes.fromhex("0a0104"))), der(0x30, oid("0603551d18"), der(4, der(0x18, TIME))))
    revoked = der(0xA0, der(0x30, der(0x30, der(0xA4, der(0x30)), der(2, b"\2"))))
    error = der(0x30, rejected, der(2, b"\5"), der(0x30, der(0x0C, b"details")))
    return {"cmp-p10cr": message(4, certificate, info=implicit + profile),
            "cmp-cp": message(3, der(0x30, der(0xA1, der(0x30, certificate)), der(0x30, response)), info=implicit),
            "cmp-cp-refused": message(3, der(0x30, der(0x30, der(0x30, der(2, b"\xFF"), rejected)))),
            "cmp-cert-conf": message(24, der(0x30, der(0x30, der(4, bytes(32)), der(2, b"\xFF"), accepted))), "cmp-pki-conf": message(19, b"\5\0"),
            "cmp-rr": message(11, der(0x30, der(0x30, der(0x30, der(0x81, b"\2"), der(0xA3, der(0x30)), der(0xA5, der(0x30))), extensions))),
            "cmp-rp": message(12, der(0x30, der(0x30, accepted), revoked, der(0xA1, der(0x30)))), "cmp-rp-revoked": message(12, der(0x30, der(0x30, rejected))),
            "cmp-error": message(23, error), "cmp-error-unprotected": message(23, error, protected=False)}


def evidence(certificate, revocation_list):
    """name → (kind, bytes)."""
    tbs = certificate[4 + 4:]                            # Certificate and TBSCertificate have two length octets each
    serial_at = 5 if tbs[0] == 0xA0 else 0
    serial = tbs[serial_at:serial_at + 2 + tbs[serial_at + 1]]
    rest = tbs[serial_at + len(serial):]
    issuer = rest[2 + rest[1]:]
    issuer = issuer[:2 + issuer[1]]
    signer = der(0x30, issuer, serial)
    ocsp_seeds = ocsp(certificate)
    other = der(0xA1, bytes.fromhex("06082b06010505071002"), ocsp_seeds["ocsp-good-sm3"])
    info, whole = token(certificate, signer, der(0xA1, revocation_list, other))
    query = der(0x30, der(2, b"\1"), der(0x30, der(0x30, SM3, b"\5\0"), der(4, bytes(32))), bytes.fromhex("06052a03040506"), der(2, b"\x40\1"),
                der(1, b"\xFF"))
    seeds = {"tst-info": ("tsp", info), "token": ("tsp", whole), "tsp-reply": ("tsp", der(0x30, der(0x30, der(2, b"\0")), whole)),
             "tsp-refused": ("tsp", der(0x30, der(0x30, der(2, b"\2"), der(0x30, der(0x0C, b"no")), der(3, b"\5\x20")))),
             "tsp-query": ("tsp", query), "token-ber": ("tsp", b"\x30\x80" + whole[4:] + b"\0\0"), "cms-token": ("cms", whole),
             "cms-ber": ("cms", b"\x30\x80" + whole[4:] + b"\0\0"), "cms-bare": ("cms", der(0x30, der(2, b"\1"), der(2, b"\2")))}
    seeds.update({name: ("ocsp", content) for name, content in ocsp_seeds.items()})
    seeds.update({name: ("cmp", content) for name, content in cmp_messages(certificate).items()})
    return seeds
