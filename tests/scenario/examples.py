# SPDX-License-Identifier: Apache-2.0
"""
The examples of the API: one script that performs every request of api/openapi.json at least once, and writes down what was asked and answered.
What differs from run to run (ids, tokens, codes, times, long binary values) gets a value of its own that only looks like it, so that two runs
write down the same. tools/record_examples.py keeps what it wrote, openapi_test.py performs it again and compares.
"""
import base64
import contextlib
import datetime
import pathlib
import re
import tempfile

import described
from exchange_test import Sim, events, settled
from grants import Grant, key_pair
from life import Client, Life, flow, path as flow_path, sm3
from service import ROOT, demonstration, eventually
from webhook_test import Receiver

LONG = "A" * 87 + "="                                    # base64 of what is too long for an example
TIME = "2026-01-31T09:00:00Z"


class Recorder(Life):
    """A Life that remembers what it did."""

    def __init__(self, folder, number):
        self.shown, self.ids, self.secrets, self.orders, self.seen, self.roles = [], {}, {}, {}, {}, None
        super().__init__(folder, number)
        self.roles = {token: role for role, token in self.tokens.items()}
        self.file_of = {}

    @contextlib.contextmanager
    def quietly(self):
        """Nothing of this is an example: waiting, trying what is refused."""
        roles, self.roles = self.roles, None
        try:
            yield
        finally:
            self.roles = roles

    def pretty(self, value, name="", items=2):
        if isinstance(value, dict):
            return {key: self.pretty(item, key, items) for key, item in value.items()}
        if isinstance(value, list):
            return [self.pretty(item, name, items) for item in value[:items]]
        if not isinstance(value, str):
            return 1000 if name in ("size", "seq", "next") and value is not None else value
        if name in ("token", "password", "password_first_half", "password_second_half", "activation_code", "old", "new", "secret",
                    "recovery_codes") or (name == "code" and re.fullmatch(r"\d{6}", value)):
            if name == "code":
                return self.number(value, lambda n: f"{n:06}")
            digits = len(value) if name in ("token", "secret") and re.fullmatch(r"[0-9a-f]+", value) else 64 if name in ("token", "secret") else 0
            return self.number(value, lambda n: f"{n:0{digits}x}" if digits else f"EXAMPLE-CODE-{n:04}")
        if re.match(r"http://127\.0\.0\.1:\d+/events", value):
            return "https://example.com/events"
        if value.startswith("otpauth:"):
            return "otpauth://totp/Jinyin:example?secret=EXAMPLE"
        if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value):
            return TIME
        if name in ("filing_number", "receipt", "certificate_serial"):
            return self.number(value, lambda n: f"{n:016}")
        if len(value) >= 80 and re.fullmatch(r"[A-Za-z0-9+/=]+", value):
            return LONG
        return re.sub(r"(?<![0-9a-f])[0-9a-f]{32}(?:[0-9a-f]{32})?(?![0-9a-f])", lambda m: self.number(m[0], lambda n: f"{n:0{len(m[0])}x}"), value)

    def number(self, value, form):
        return self.ids.setdefault(value, form(len(self.ids) + 1))

    def seal(self, purpose, about, pin, new_pin=None, when=None):
        sealed = super().seal(purpose, about, pin, new_pin, when)
        head, slash, step = about.partition("/")
        about = f"order {self.orders[head]}{slash}{step}" if head in self.orders else about
        self.secrets[sealed] = {"purpose": purpose, "about": self.pretty(about), "pin": self.ids.get(pin, self.pretty(pin)),
                                **({"new_pin": new_pin} if new_pin else {})}
        return sealed

    def call(self, method, path, body=None, token=None, raw=None, key=None, headers=None):
        answer = super().call(method, path, body, token, raw, key, headers)
        if isinstance(answer, dict) and "order_id" in answer and (order := answer.get("stamp_order", answer.get("order"))):
            self.orders[sm3(base64.b64decode(order))] = answer["order_id"]
        described_as, keys = described.operation(method, path)
        if self.roles is not None and described_as is not None and isinstance(body, (dict, type(None))):
            self.remember(described_as["operationId"], path, keys, body, token, raw, answer)
        return answer

    def remember(self, operation, path, keys, body, token, raw, answer):
        if operation == "session_log_in":
            role = re.sub(r"\d", "", body["login"])
        else:
            role = self.roles.get(token, "anybody") if token else "anybody"
        count = self.seen[operation] = self.seen.get(operation, 0) + 1
        row = {"name": f"{operation}_{count}", "operation": operation, "order": len(self.shown) + 1, "as": role}
        if keys:
            row["path"] = self.pretty(keys)
        if "?" in path:
            row["query"] = dict(pair.split("=") for pair in path.partition("?")[2].split("&"))
        if isinstance(body, dict):
            row["body"] = {key: LONG if key in ("sealed", "flow") else value if key.startswith("valid") else self.pretty(value, key, None)
                           for key, value in body.items()}
            if "sealed" in body:
                row["sealed"] = self.secrets[body["sealed"]]
        if raw is not None:
            row["file"] = self.file_of.get(raw, "a scan")
        if isinstance(answer, dict):
            row["answer"] = self.pretty(answer)
        self.shown.append(row)


# -- the script: everything once, in parts by subject --

OFD = (ROOT / "tests" / "data" / "contract.ofd").read_bytes()
REASON = {"reason": "an example"}


def in_days(days):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def service_and_sessions(life):
    for role in life.tokens:                             # whoever replays learns from these whose ids stand in the rest
        life.ask(role, "GET", "/session")
    life.log_in("approver1", life.passwords["approver1"])
    for path in ("/service", "/key", "/trust", "/session/challenge", "/statement-keys"):
        life.call("GET", "/api/v1" + path)


def organizations_and_people(life):
    organization = life.ask("admin", "POST", "/organizations", {"uscc": "91350100M000100Y43", "name": "天津示例有限公司", "kind": "enterprise",
                                                               "district": "120101"})["organization_id"]
    facts = {"name": "张三", "id_number": "11010519491231002X", "phone": "13800000000"}
    person = life.ask("admin", "POST", "/people", {"login": "example1", **facts, "roles": ["agent"], "organization_id": organization})["person_id"]
    life.ask("admin", "GET", "/people?limit=1")
    life.ask("admin", "GET", f"/people/{person}")
    life.ask("admin", "POST", "/people/search", {"login": "example1"})
    life.ask("admin", "POST", f"/people/{person}/reveal", {"field": "phone", "reason": "a call back"})
    life.ask("admin", "PUT", f"/people/{person}/roles", {"roles": ["agent", "approver"]})
    life.ask("security", "POST", f"/people/{person}/unlock", {})
    life.ask("security", "DELETE", f"/people/{person}/sessions")
    life.ask("admin", "POST", f"/people/{person}/disable", {"reason": "left the office"})
    # Acts that two administrators do together.
    wanted = life.ask("admin", "POST", "/people", {"login": "example2", **facts, "roles": ["audit_administrator"]})
    life.ask("security", "GET", "/account-acts?limit=1")
    life.ask("security", "POST", f"/account-acts/{wanted['act_id']}/confirm", {})
    unwanted = life.ask("admin", "POST", f"/people/{wanted['person_id']}/acts", {"kind": "reset_password", "reason": "forgotten"})
    life.ask("security", "POST", f"/account-acts/{unwanted['act_id']}/refuse", {"reason": "it was found again"})


def makers(life):
    other = life.ask("police", "POST", "/makers", {"licence_number": "津公刻字第0009号", "name": "天津示例印章制作有限公司", "uscc": "91350100M000100Y43",
                                                   "valid_from": "2026-01-01T00:00:00Z", "valid_to": "2031-01-01T00:00:00Z"})["maker_id"]
    life.keys()
    maker = f"/makers/{life.maker_id}"
    life.ask("police", "POST", maker + "/suspend", {"reason": "an inspection"})
    life.ask("police", "POST", maker + "/resume", {"reason": "findings mended"})
    life.ask("police", "POST", f"/makers/{other}/revoke", {"reason": "the licence was given back"})
    station = life.ask("maker", "POST", maker + "/workstations", {"name": "一号工位", "place": "和平区示例路1号"})["workstation_id"]
    life.ask("maker", "GET", maker + "/workstations")
    life.ask("maker", "GET", maker + "/staff?limit=1")
    life.ask("police", "POST", f"/workstations/{station}/confirm", {})
    life.ask("maker", "POST", f"/workstations/{station}/revoke", {"reason": "迁址"})
    inspection = life.ask("police", "POST", maker + "/inspections", {"kind": "routine", "note": "季度检查", "sample": 0})["inspection_id"]
    path = f"/inspections/{inspection}"
    life.ask("police", "POST", path + "/findings", {"clause": "R13.2", "description": "材料未留存"})
    first, second = (life.ask("police", "POST", path + "/rectifications", {"demand": demand, "due": in_days(10)})["rectification_id"]
                     for demand in ("补齐材料", "培训"))
    life.ask("maker", "POST", f"/rectifications/{first}/answer", {"description": "已补齐"})
    life.ask("police", "POST", f"/rectifications/{first}/reject", {"reason": "缺一份", "due": in_days(5)})
    life.ask("maker", "POST", f"/rectifications/{first}/answer", {"description": "现已补齐"})
    life.ask("police", "POST", f"/rectifications/{first}/accept", {})
    life.ask("police", "POST", f"/rectifications/{second}/withdraw", {"reason": "重复"})
    life.ask("police", "POST", path + "/close", {"conclusion": "合格"})
    life.ask("police", "GET", "/inspections?limit=1")
    life.ask("police", "GET", path)


def applications(life):
    """The seal that the rest is about."""
    ask = lambda role, application, step, body: life.ask(role, "POST", f"/applications/{application['application_id']}/{step}", body)
    withdrawn = life.apply()
    life.ask("agent", "PUT", f"/applications/{withdrawn['application_id']}", {"agent_phone": "13900000000"})
    ask("agent", withdrawn, "withdraw", {})
    refused = life.apply()
    life.bring_materials(refused)
    ask("agent", refused, "submit", {})
    ask("maker", refused, "correct", {"reason": "the scan cannot be read"})
    ask("agent", refused, "submit", {})
    ask("maker", refused, "refuse", {"reason": "the power of attorney is not signed"})
    application = life.apply()
    life.bring_materials(application)
    ask("agent", application, "submit", {})
    life.ask("agent", "GET", "/applications?limit=1")
    life.accept(application)
    ask("maker", application, "reveal", {"field": "agent_id_number", "reason": "to compare with the original"})
    life.ask("maker", "GET", f"/applications/{application['application_id']}")
    seal_id = life.hand_over(life.make(application["application_id"]))
    life.ask("custodian", "GET", f"/seals/{seal_id}")
    life.ask("custodian", "GET", "/seals?limit=1")
    life.call("GET", f"/api/v1/seals/{seal_id}/status")
    life.call("GET", f"/api/v1/seals/{seal_id}/statement?nonce=an-example")
    return seal_id


def orders(life, seal_id):
    document = life.upload(OFD)
    life.ask("agent", "GET", f"/documents/{document['document_id']}")
    unwanted = life.order(seal_id, document["document_id"], x_mm=20)
    with life.quietly():
        eventually(lambda: life.ask("approver", "GET", "/notifications?limit=1")["items"])
    told = life.ask("approver", "GET", "/notifications?limit=1")["items"][0]
    life.ask("approver", "POST", f"/notifications/{told['notification_id']}/read", {})
    life.ask("approver", "POST", f"/orders/{unwanted['order_id']}/refuse", {"reason": "not this contract"})
    order = life.order(seal_id, document["document_id"])
    life.approve(order["order_id"])
    done = life.stamp(order["order_id"], seal_id)
    made = life.ask("agent", "POST", "/order-batches", {"items": [
        {"idempotency_key": f"example-item-{n}", "seal_id": seal_id, "document_id": document["document_id"] if n < 3 else "0" * 32,
         "places": [{"pages": "1", "x_mm": 30 * n, "y_mm": 60}], "category": "agreement", "purpose": "a batch"} for n in (1, 2, 3)]})["items"]
    of_batch = [(o["answer"]["order_id"], sm3(base64.b64decode(o["answer"]["order"]))) for o in made if o["status"] == 201]
    life.ask("approver", "POST", "/order-batches/approve", {"items": [
        {"idempotency_key": f"example-approval-{n}", "order_id": order_id, "step": 0,
         "sealed": life.seal("approve", digest + "/0", life.pins[life.approver_key_id])} for n, (order_id, digest) in enumerate(of_batch)]})
    life.ask("custodian", "POST", "/order-batches/stamp", {"items": [
        {"idempotency_key": f"example-stamping-{n}", "order_id": order_id, "sealed": life.seal("stamp", digest, life.pins[seal_id])}
        for n, (order_id, digest) in enumerate(of_batch)]})
    life.ask("agent", "GET", "/stamp-records?limit=1")
    life.ask("agent", "GET", f"/stamp-records/{order['order_id']}/archive")
    stamped = life.ask("agent", "GET", f"/documents/{done['document_id']}/content")
    life.file_of[stamped] = "the stamped document"
    life.verify(stamped)
    path = f"/documents/{done['document_id']}"
    life.ask("agent", "GET", path + "/pages")
    life.ask("agent", "GET", path + "/pages/1.png?ppm=2")
    life.ask("agent", "GET", path + "/pages/1/text")
    copy = life.ask("agent", "POST", path + "/copies", {})
    life.ask("agent", "GET", f"{path}/copies/{copy['code']}.pdf")
    life.call("GET", f"/api/v1/copies/{copy['code']}")


def use_management(life, seal_id, folder):
    seal = f"/seals/{seal_id}"
    # A flow that names an authority needs its consent.
    step = ("审批", 1, [life.approver_key_id])
    second = flow(seal_id, 2, [flow_path(step), flow_path(step, digest_only=True)], authority=life.approver_key_id)
    life.ask("approver", "POST", seal + "/flow/approve",
             {"flow": base64.b64encode(second).decode(), "sealed": life.seal("approve", sm3(second) + "/0", life.pins[life.approver_key_id])})
    life.set_flow(seal_id, second)
    life.ask("custodian", "GET", seal + "/flow")
    permission = life.ask("custodian", "POST", seal + "/permissions", {"person_id": life.person("agent"), "categories": ["voucher"]})["permission_ids"][0]
    life.ask("custodian", "GET", seal + "/permissions?limit=1")
    life.ask("custodian", "POST", f"/permissions/{permission}/revoke", {})
    # A business system stamps under a grant.
    grant = Grant(life, seal_id, folder / "client.pem", key_pair(folder / "client.pem"), categories=("agreement",))
    grant.write()
    life.ask("custodian", "GET", seal + "/grants?limit=1")
    grant.approve()
    grant.give()
    life.ask("custodian", "GET", f"/grants/{grant.grant_id}")
    order = life.order(seal_id, life.upload(OFD)["document_id"], x_mm=50, amount_fen=100)
    life.ask("agent", "POST", f"/orders/{order['order_id']}/stamp-granted", grant.use(order["order"]))
    with life.quietly():
        next_one = life.order(seal_id, life.upload(OFD)["document_id"], x_mm=60, amount_fen=100)
    life.ask("agent", "POST", "/order-batches/stamp-granted", {"items": [
        {"idempotency_key": "example-granted-1", "order_id": next_one["order_id"], **grant.use(next_one["order"])}]})
    grant.revoke()
    # The file stays with its client, who prepared it and sends digests.
    digests = {"seal_id": seal_id, "format": "OFD", "size": 12345, "document_digest": sm3(b"an example"), "data_hash": sm3(b"its Signature.xml"),
               "property_info": "/Doc_0/Signs/Sign_0/Signature.xml", "slot": "Doc_0/Signs/Sign_0/SignedValue.dat",
               "places": [{"page": 1, "x_mm": 120, "y_mm": 200, "width_mm": 40, "height_mm": 40}], "category": "agreement", "purpose": "合同"}
    life.ask("agent", "POST", "/digest-orders", digests)
    life.ask("agent", "POST", "/digest-order-batches", {"items": [{"idempotency_key": f"example-digest-{n}", **digests} for n in (1, 2)]})
    life.ask("custodian", "GET", seal + "/use-register?limit=1")
    life.ask("custodian", "GET", seal + "/use-register/export")
    life.file_of[life.ask("custodian", "GET", seal + "/use-register/pdf")] = "the register of use"


def custody(life, seal_id):
    """A key locked by wrong PINs and opened by two; handed over to a second custodian."""
    seal = f"/seals/{seal_id}"
    life.ask("custodian", "POST", seal + "/freeze", {"reason": "the custodian's bag was lost"})
    unfreeze = lambda pin: life.ask("custodian", "POST", seal + "/unfreeze", {"sealed": life.seal("unfreeze", seal_id, pin)})
    with life.quietly():
        for _ in range(6):
            try:
                unfreeze("Wrong-PIN-1")
            except Exception as problem:
                if getattr(problem, "code", "") == "pin_locked":
                    break
    for role, key in (("approver", life.approver_key_id), ("maker", life.maker_key_id)):
        life.ask(role, "POST", f"/keys/{seal_id}/unlock", {"sealed": life.seal("unlock", seal_id, life.pins[key])})
    unfreeze(life.pins[seal_id])
    with life.quietly():
        made = life.ask("admin", "POST", "/people", {"login": "example3", "name": "李四", "id_number": "11010519491231002X", "phone": "13800000000",
                                                     "roles": ["custodian"], "organization_id": life.organization["organization_id"]})
        life.tokens["newcomer"] = life.log_in("example3", made["password"])["token"]
    life.roles[life.tokens["newcomer"]] = "newcomer"
    about, code = f"{seal_id}/{made['person_id']}", "Hand-Over-77"
    life.ask("custodian", "POST", seal + "/hand-over", {"person_id": made["person_id"], "sealed": life.seal("hand-over", about, life.pins[seal_id], code)})
    life.ask("newcomer", "POST", seal + "/take-over", {"sealed": life.seal("take-over", about, code, "Own-PIN-2027")})
    life.ask("police", "GET", seal + "/custody")
    life.pins[seal_id] = "Own-PIN-2027"
    life.tokens["custodian"], life.tokens["former"] = life.tokens["newcomer"], life.tokens["custodian"]


def holds(life, seal_id):
    """The police hold a seal; two officers whom the hold names lift it together."""
    with life.quietly():
        life.officer("officer")
        for login in ("police", "officer"):
            life.officer_key(login)
    life.roles[life.tokens["officer"]] = "officer"
    hold = life.ask("police", "POST", f"/seals/{seal_id}/freeze", {"reason": "an investigation"})
    for login in ("police", "officer"):
        life.lift(login, seal_id, hold["hold_id"])


def ends(life, seal_id):
    life.carried_out(seal_id, "suspension", description="保管人离岗")
    application = life.accepted(life.apply_about(seal_id, "resumption", description="新保管人到岗"))
    life.ask("custodian", "POST", f"/applications/{application}/resume", {"sealed": life.seal("unfreeze", seal_id, life.pins[seal_id])})
    life.carried_out(seal_id, "cancellation", reason="electronic_seal_not_used", description="no longer needed")
    for kind, name, code, step, body in (("contract", "合同专用章", "1201901000101", "cancel", {"reason": "bankrupt", "description": "by court order"}),
                                         ("finance", "财务专用章", "1201901000201", "void", {"reason": "obtained by deceit"})):
        with life.quietly():
            made = life.make(life.accepted(life.apply(seal_kind=kind, physical_seal_code=code, seal_name=life.organization["name"] + name)))
        life.ask("police", "POST", f"/seals/{made['seal_id']}/{step}", body)


def counterparts(life, sim, seal_id):
    arrived = lambda: settled(life)
    with life.quietly():
        eventually(arrived)
    life.ask("police", "GET", "/exchange")
    life.ask("police", "GET", "/exchange/events?limit=1")
    life.ask("police", "GET", "/exchange/sources?limit=1")
    life.ask("police", "GET", f"/seals/{seal_id}/platform-status")
    for step in ("resend", "abandon"):                   # the engraving system refuses: an event that a person must settle
        sim.fault("engraving", "refuse")
        with life.quietly():
            life.ask("custodian", "POST", f"/seals/{seal_id}/freeze", REASON)
            eventually(lambda: events(life, destination="engraving", state="DEAD"))
            dead = events(life, destination="engraving", state="DEAD")[0]["event_id"]
        sim.fault("engraving", "none")
        if step == "resend":
            life.ask("police", "GET", f"/exchange/events/{dead}")
        life.ask("police", "POST", f"/exchange/events/{dead}/{step}", {"reason": "repaired" if step == "resend" else "told by telephone"})
        with life.quietly():
            eventually(arrived)
            life.ask("custodian", "POST", f"/seals/{seal_id}/unfreeze", {"sealed": life.seal("unfreeze", seal_id, life.pins[seal_id])})
            eventually(arrived)
    run = f"/exchange/reconciliations/{life.ask('police', 'POST', '/exchange/reconciliations', {'counterpart': 'engraving'})['run_id']}"
    with life.quietly():
        eventually(lambda: life.ask("police", "GET", run)["state"] == "DONE")
    life.ask("police", "GET", run)
    life.ask("police", "GET", "/exchange/reconciliations?limit=1")
    life.ask("police", "GET", run + "/differences?limit=1")


def supervision(life):
    life.ask("police", "GET", "/filings?limit=1")
    life.ask("agent", "GET", "/reminders?limit=1")
    life.ask("police", "GET", "/statistics?by=district&from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z")
    life.ask("security", "GET", "/configuration")
    life.ask("audit", "GET", "/audit?limit=1")
    life.ask("audit", "GET", "/audit/export?event=personal_data_revealed")
    life.ask("audit", "GET", "/audit/check")
    life.ask("cryptography", "GET", "/inventory")
    life.ask("cryptography", "GET", "/inventory/certificates?limit=1")


def webhook(life, path):
    with life.quietly():
        delivered = lambda: [d for d in life.ask("agent", "GET", path + "/deliveries")["items"] if d["state"] == "DELIVERED"]
        eventually(lambda: settled(life))
        told = delivered()[0]["event_id"]
    life.ask("agent", "GET", path + "/deliveries?limit=1")
    life.ask("agent", "POST", f"{path}/deliveries/{told}/replay", {})
    life.ask("agent", "POST", path + "/end", REASON)


def clients(life):
    client = life.ask("agent", "POST", "/clients", {"name": "财务系统", "algorithm": "hmac-sm3", "scopes": ["verify", "documents", "orders"], "per_day": 1000})
    path = f"/clients/{client['client_id']}"
    life.ask("agent", "GET", path)
    life.ask("agent", "GET", "/clients?limit=1")
    life.ask("agent", "POST", path + "/rotate", {"overlap_hours": 24})
    for act in ("suspend", "resume", "revoke"):
        life.ask("agent", "POST", f"{path}/{act}", REASON)


def own_account(life):
    listed = life.ask("approver", "GET", "/sessions")["items"]
    life.ask("approver", "DELETE", f"/sessions/{next(s['session_id'] for s in listed if not s['current'])}")
    life.ask("approver", "PUT", "/session/password", {"old": life.passwords[life.logins["approver"]], "new": "A-new-Password-2026"})
    life.ask("agent", "POST", "/session/step-up", {"password": life.passwords[life.logins["agent"]]})
    life.enrol(life.logins["agent"], life.tokens["agent"])
    life.ask("agent", "POST", "/session/recovery-codes", {})
    life.ask("custodian", "DELETE", "/session")


def first_start(base, folder, life):
    """The first request of a service that nobody has begun to use; told as one of `life`'s examples."""
    secret = (folder / "data" / "bootstrap.secret").read_text().strip()
    body = {"secret": secret, "system_login": "admin", "system_name": "系统管理员", "system_id_number": "11010519491231002X", "system_phone": "13800000000",
            "security_login": "security", "security_name": "安全管理员", "security_id_number": "120101198001019025", "security_phone": "13800000000"}
    answer = Client(base).call("POST", "/api/v1/bootstrap", body)
    life.remember("bootstrap", "/api/v1/bootstrap", {}, body, None, None, answer)


def live(life, folder):
    """Everything once."""
    life.file_of[OFD] = "tests/data/contract.ofd"
    service_and_sessions(life)
    organizations_and_people(life)
    makers(life)
    hook = life.ask("agent", "POST", "/webhooks", {"url": Receiver().url, "events": ["seal", "stamp"]})
    life.ask("agent", "GET", "/webhooks?limit=1")
    path = f"/webhooks/{hook['webhook_id']}"
    life.ask("agent", "GET", path)
    seal_id = applications(life)
    orders(life, seal_id)
    use_management(life, seal_id, folder)
    custody(life, seal_id)
    holds(life, seal_id)
    counterparts(life, Sim(life.credentials["sim"]), seal_id)
    ends(life, seal_id)
    webhook(life, path)
    supervision(life)
    clients(life)
    own_account(life)


def short(report):
    return {key: report[key] for key in ("verdict", "format", "size", "digest", "checked_at", "policy")} | {
        "signatures": [{"kind": s["kind"], "verdict": s["verdict"]} for s in report["signatures"]]}


def perform():
    """Everything on services of its own: the examples, and the operations of which there is one."""
    with tempfile.TemporaryDirectory() as keys, demonstration(platform=True, outbox_retry_max_seconds=1, outbox_refusals_max=1,
                                                              link_timeout_seconds=2) as (folder, _):
        life = Recorder(folder, 1)
        live(life, pathlib.Path(keys))
        with demonstration(bare=True) as (bare, base):
            first_start(base, bare, life)
    for row in life.shown:                               # reports are long: one signature without its checks shows the form
        if row["operation"] == "document_verify":
            row["answer"] = short(row["answer"])
        elif row["operation"] == "copy_show":
            row["answer"]["report"] = short(row["answer"]["report"])
    return life.shown, set(life.seen)
