# SPDX-License-Identifier: Apache-2.0
"""The life of a seal from a client that shares no code with the service: standard library and the openssl command only."""
import base64
import datetime
import hashlib
import json
import pathlib
import subprocess
import tempfile
import urllib.error
import sys
import urllib.request
import uuid

import described

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
from totp import Authenticator  # noqa: E402


class Problem(Exception):
    """A refusal: status, stable code, and the whole problem+json."""

    def __init__(self, status, body):
        self.status, self.body = status, body
        self.code = body.get("code") if isinstance(body, dict) else None
        super().__init__(f"{status} {body}")


def der(tag, content):
    length = len(content)
    head = bytes([length]) if length < 128 else bytes([0x81, length]) if length < 256 else bytes([0x82, length >> 8, length & 255])
    return bytes([tag]) + head + content


def integer(value):
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def ia5(text):
    return der(0x16, text.encode())


def utf8(text):
    return der(0x0C, text.encode())


def instant(when):
    return der(0x18, when.strftime("%Y%m%d%H%M%SZ").encode())


def sequence(*parts):
    return der(0x30, b"".join(parts))


def boolean(value):
    return der(0x01, b"\xff" if value else b"\0")


def now(**delta):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**delta)


def path(*steps, categories=(), amount_max=-1, digest_only=False):
    """One path of a flow; a step is (name, needed, [approver key ids])."""
    return sequence(sequence(*map(ia5, categories)), integer(amount_max),
                    sequence(*(sequence(utf8(name), integer(needed), sequence(*map(ia5, approvers))) for name, needed, approvers in steps)),
                    *([boolean(True)] if digest_only else []))


def flow(seal_id, number, paths, deputies=(), authority="", custodian_may_approve=False, once=True, begin=None, end=None):
    """docs/protocol/stamp-order.md; a deputy is (principal, deputy, from, to)."""
    return sequence(integer(1), ia5(seal_id), integer(number), instant(begin or now(minutes=-1)), instant(end or now(days=365)),
                    boolean(custodian_may_approve), boolean(once), ia5(authority), sequence(*paths),
                    sequence(*(sequence(ia5(p), ia5(d), instant(a), instant(b)) for p, d, a, b in deputies)))


def sm3(data):
    return hashlib.new("sm3", data).hexdigest()


class Client:
    def __init__(self, base):
        self.base = base
        self._point = None
        self.phones = {}                                  # login → Authenticator

    def call(self, method, path, body=None, token=None, raw=None, key=None, headers=None):
        """JSON (or bytes) of a 2xx answer; Problem otherwise."""
        head = {"Idempotency-Key": key or uuid.uuid4().hex, **(headers or {})}
        if token:
            head["Authorization"] = "Bearer " + token
        data = raw
        if raw is None and body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            head.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(self.base + path, data=data, method=method, headers=head)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text, kind = answer.read(), answer.headers.get_content_type()
                described.check(method, path, answer.status, kind, text)
        except urllib.error.HTTPError as error:
            text = error.read()
            described.check(method, path, error.code, error.headers.get_content_type(), text)
            try:
                raise Problem(error.code, json.loads(text)) from None
            except json.JSONDecodeError:
                raise Problem(error.code, text) from None
        return json.loads(text) if text and kind == "application/json" else text

    def log_in(self, login, password, **more):
        """A whole session: with the second factor of whoever has one, set up first for whoever needs one."""
        if login in self.phones and not more:
            more = {"code": self.phones[login]()}
        session = self.call("POST", "/api/v1/session", {"login": login, "password": password, **more})
        if "enrol_second_factor" in session["must"]:
            self.enrol(login, session["token"])
        return session

    def enrol(self, login, token):
        """Set up a second factor as with a phone; its recovery codes."""
        phone = Authenticator(self.call("POST", "/api/v1/session/second-factor", {}, token=token)["secret"])
        codes = self.call("POST", "/api/v1/session/second-factor/confirm", {"code": phone()}, token=token)["recovery_codes"]
        self.phones[login] = phone
        return codes

    def seal(self, purpose, about, pin, new_pin=None, when=None):
        """docs/protocol/sealed-secret.md, base64."""
        if self._point is None:
            self._point = base64.b64decode(self.call("GET", "/api/v1/key")["sealing_point"])
        when = when or datetime.datetime.now(datetime.timezone.utc)
        plain = der(0x30, der(0x02, b"\1") + der(0x16, purpose.encode()) + der(0x16, about.encode()) +
                    der(0x18, when.strftime("%Y%m%d%H%M%SZ").encode()) + der(0x0C, pin.encode()) +
                    (der(0x0C, new_pin.encode()) if new_pin is not None else b""))
        algorithm = der(0x30, bytes.fromhex("06072a8648ce3d0201") + bytes.fromhex("06082a811ccf5501822d"))
        spki = der(0x30, algorithm + der(0x03, b"\0" + self._point))
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "point.der").write_bytes(spki)
            (folder / "plain").write_bytes(plain)
            subprocess.run(["openssl", "pkeyutl", "-encrypt", "-pubin", "-keyform", "DER", "-inkey", folder / "point.der", "-in", folder / "plain",
                            "-out", folder / "sealed"], check=True, capture_output=True)
            return base64.b64encode((folder / "sealed").read_bytes()).decode()


PHONES = {}                                               # secret → Authenticator: one for the whole test, whoever asks


class Life(Client):
    """One organization of a demonstration (tools/demo.py) and the people around it."""

    def __init__(self, folder, number):
        self.credentials = json.loads((folder / "credentials.json").read_text())
        super().__init__(self.credentials["base"])
        self.organization = self.credentials["organizations"][number - 1]
        self.passwords = {p["login"]: p["password"] for p in self.credentials["people"]}
        self.people = {p["login"]: p for p in self.credentials["people"]}
        for p in self.credentials["people"]:
            if "totp" in p:
                self.phones[p["login"]] = PHONES.setdefault(p["totp"], Authenticator(p["totp"], p["totp_step"]))
        self.tokens = {role: self.token_of(login)
                       for role, login in (("police", "police"), ("maker", "maker"), ("agent", f"agent{number}"), ("custodian", f"custodian{number}"),
                                           ("approver", f"approver{number}"), ("admin", "admin"), ("security", "security"), ("audit", "audit"),
                                           ("coordination", "coordination"), ("cryptography", "cryptography"))}
        self.logins = {"agent": f"agent{number}", "custodian": f"custodian{number}", "approver": f"approver{number}"}
        self.maker_id = self.credentials["maker"]["maker_id"]
        self.pins = {}

    def token_of(self, login):
        """The session that the demonstration opened, while it lives: a one-time code counts once, and many tests begin at the same time."""
        token = self.people[login].get("token")
        try:
            if token and self.call("GET", "/api/v1/session", token=token):
                return token
        except Problem as problem:
            assert problem.code == "unauthenticated", problem
        return self.log_in(login, self.passwords[login])["token"]

    def ask(self, role, method, path, body=None, **more):
        return self.call(method, "/api/v1" + path, body, token=self.tokens[role], **more)

    def own_pin(self, role, key_id, code, pin="Own-PIN-2026", about=None):
        """A seal's first PIN names its custodian as well (R19.1); keys of makers and approvers have a dash in their id."""
        activates = "-" not in key_id and key_id not in self.pins
        about = about or (f"{key_id}/{self.person(role)}" if activates else key_id)
        self.ask(role, "PUT", f"/keys/{key_id}/pin", {"sealed": self.seal("change-pin", about, code, pin)})
        self.pins[key_id] = pin

    def keys(self):
        """Keys and own PINs of the maker (once in a demonstration) and of the approver."""
        made = self.ask("maker", "POST", f"/makers/{self.maker_id}/key", {})
        self.own_pin("maker", made["maker_key_id"], made["activation_code"])
        self.maker_key_id = made["maker_key_id"]
        self.approver_key()

    def approver_key(self):
        person = self.people[self.logins["approver"]]["person_id"]
        made = self.ask("approver", "POST", f"/people/{person}/key", {})
        self.own_pin("approver", made["approver_key_id"], made["activation_code"])
        self.approver_key_id = made["approver_key_id"]

    def officer(self, login, district=None):
        """A further officer of the police, of the city or of a district; asks as the role of this name."""
        made = self.ask("admin", "POST", "/people", {"login": login, "name": "民警", "id_number": "11010519491231002X", "phone": "13800000000",
                                                     "roles": ["police"], **({"district": district} if district else {})})
        self.people[login] = {"person_id": made["person_id"]}
        self.tokens[login] = self.log_in(login, made["password"])["token"]

    def officer_key(self, login):
        """R21.2: an officer's own key, by whose PIN he lifts holds that name him."""
        made = self.ask(login, "POST", f"/people/{self.people[login]['person_id']}/key", {})
        self.own_pin(login, made["approver_key_id"], made["activation_code"])
        self.pins[login] = self.pins[made["approver_key_id"]]

    def lift(self, officer, seal_id, hold_id, pin=None):
        return self.ask(officer, "POST", f"/holds/{hold_id}/lift",
                        {"reason": f"{officer} agrees", "sealed": self.seal("lift", f"{seal_id}/{hold_id}", pin or self.pins.get(officer, "No-PIN-2026"))})

    def apply(self, **changes):
        facts = {"seal_kind": "statutory", "seal_name": self.organization["name"], "physical_seal_code": self.organization["seal_code"],
                 "has_superior": False, "by_agent": True, "foreign_script": False, "agent_id_number": "11010519491231002X",
                 "agent_phone": "13800000000", **changes}
        return self.ask("agent", "POST", "/applications", facts)

    def bring_materials(self, application, leave_out=()):
        for item in application["checklist"]:
            if item["required"] and item["code"] not in leave_out:
                self.ask("agent", "PUT", f"/applications/{application['application_id']}/materials/{item['code']}", raw=b"a scan of " + item["code"].encode())

    def accept(self, application):
        seen = [item["code"] for item in application["checklist"] if item["required"]]
        return self.ask("maker", "POST", f"/applications/{application['application_id']}/accept", {"originals_seen": seen})

    def make(self, application_id, pin=None, seal_id=None, key=None):
        seal_id = seal_id or uuid.uuid4().hex
        return self.ask("maker", "POST", f"/applications/{application_id}/seal",
                        {"seal_id": seal_id, "sealed": self.seal("make", seal_id, pin or self.pins[self.maker_key_id])}, key=key)

    def person(self, role):
        return self.people[self.logins[role]]["person_id"]

    def hand_over(self, made):
        seal_id = made["seal_id"]
        self.ask("agent", "POST", f"/seals/{seal_id}/custodian", {"person_id": self.person("custodian")})
        self.own_pin("custodian", seal_id, made["activation_code"])
        return self.in_use(seal_id)

    def in_use(self, seal_id):
        """The simplest flow, and the agent may ask for everything."""
        self.set_flow(seal_id, flow(seal_id, 1, [path(("审批", 1, [self.approver_key_id]))]))
        self.ask("custodian", "POST", f"/seals/{seal_id}/permissions", {"person_id": self.person("agent"), "categories": ["*"]})
        return seal_id

    def set_flow(self, seal_id, bytes_, pin=None, role="custodian"):
        sealed = self.seal("flow", sm3(bytes_), pin or self.pins[seal_id])
        return self.ask(role, "PUT", f"/seals/{seal_id}/flow", {"flow": base64.b64encode(bytes_).decode(), "sealed": sealed})

    def whole_seal(self, **changes):
        """Applied for, made, filed, handed over: the id of a living seal."""
        application = self.apply(**changes)
        self.bring_materials(application)
        self.ask("agent", "POST", f"/applications/{application['application_id']}/submit", {})
        self.accept(application)
        return self.hand_over(self.make(application["application_id"]))

    def apply_about(self, seal_id, kind, **facts):
        """An application about a seal that exists: reissue, renewal, cancellation, suspension, resumption."""
        return self.ask("agent", "POST", f"/seals/{seal_id}/applications",
                        {"type": kind, "by_agent": True, "agent_id_number": "11010519491231002X", "agent_phone": "13800000000", **facts})

    def accepted(self, application):
        """With its materials, submitted and accepted: the application's id."""
        self.bring_materials(application)
        self.ask("agent", "POST", f"/applications/{application['application_id']}/submit", {})
        self.accept(application)
        return application["application_id"]

    def carried_out(self, seal_id, kind, **facts):
        application_id = self.accepted(self.apply_about(seal_id, kind, **facts))
        return self.ask("maker", "POST", f"/applications/{application_id}/carry-out", {})

    def upload(self, data):
        return self.ask("agent", "POST", "/documents", raw=data)

    def order(self, seal_id, document_id, page=1, x_mm=100, y_mm=180, **changes):
        return self.ask("agent", "POST", "/orders", {"seal_id": seal_id, "document_id": document_id,
                                                     "places": [{"pages": str(page), "x_mm": x_mm, "y_mm": y_mm}], "category": "agreement",
                                                     "purpose": "a test", **changes})

    def order_object(self, role, order_id):
        """What a secret for this order is sealed to: SM3 of the order's own bytes."""
        return sm3(base64.b64decode(self.ask(role, "GET", f"/orders/{order_id}")["stamp_order"]))

    def approve(self, order_id, pin=None, role="approver", key_id=None, step=None):
        order = self.ask(role, "GET", f"/orders/{order_id}")
        step = order.get("step", 0) if step is None else step
        about = f"{sm3(base64.b64decode(order['stamp_order']))}/{step}"
        sealed = self.seal("approve", about, pin or self.pins[key_id or self.approver_key_id])
        return self.ask(role, "POST", f"/orders/{order_id}/approve", {"sealed": sealed, "step": step})

    def stamp(self, order_id, seal_id, pin=None, key=None):
        sealed = self.seal("stamp", self.order_object("custodian", order_id), pin or self.pins[seal_id])
        return self.ask("custodian", "POST", f"/orders/{order_id}/stamp", {"sealed": sealed}, key=key)

    def content(self, document_id):
        return self.ask("agent", "GET", f"/documents/{document_id}/content")

    def verify(self, data):
        return self.call("POST", "/api/v1/verify", raw=data)
