#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Records api/examples.json: one whole life on a private demonstration, each request and its answer. What differs from run to run (ids,
tokens, codes, times, long binary values) is given a value of its own that only looks like it; tests/scenario/openapi_test.py replays the
examples and puts its own values in their place. After it run tools/gen_openapi.py.
"""
import base64
import json
import pathlib
import re
import sys
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "scenario"))
import described  # noqa: E402
from life import Life, sm3  # noqa: E402
from service import demonstration  # noqa: E402

LONG = "A" * 87 + "="                                    # base64 of what is too long for an example
TIME = "2026-01-31T09:00:00Z"


class Recorder(Life):
    """A Life that remembers what it did."""

    def __init__(self, folder, number):
        self.shown, self.ids, self.secrets, self.orders, self.seen, self.roles = [], {}, {}, {}, {}, None
        super().__init__(folder, number)
        self.roles = {token: role for role, token in self.tokens.items()}

    def pretty(self, value, name="", items=2):
        if isinstance(value, dict):
            return {key: self.pretty(item, key, items) for key, item in value.items()}
        if isinstance(value, list):
            return [self.pretty(item, name, items) for item in value[:items]]
        if not isinstance(value, str):
            return 1000 if name in ("size", "seq", "next") and value is not None else value
        if name in ("token", "password", "activation_code", "old", "new", "secret", "recovery_codes") or (name == "code" and re.fullmatch(r"\d{6}", value)):
            prefix = {"token": 64, "secret": 64}.get(name)
            return self.number(value, lambda n: f"{n:0{prefix}x}" if prefix else f"EXAMPLE-CODE-{n:04}")
        if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value):
            return TIME
        if name in ("filing_number", "receipt", "certificate_serial"):
            return self.number(value, lambda n: f"{n:016}")
        if len(value) > 88 and re.fullmatch(r"[A-Za-z0-9+/=]+", value):
            return LONG
        return re.sub(r"(?<![0-9a-f])[0-9a-f]{32}(?:[0-9a-f]{32})?(?![0-9a-f])", lambda m: self.number(m[0], lambda n: f"{n:0{len(m[0])}x}"), value)

    def number(self, value, form):
        return self.ids.setdefault(value, form(len(self.ids) + 1))

    def seal(self, purpose, about, pin, new_pin=None, when=None):
        sealed = super().seal(purpose, about, pin, new_pin, when)
        head, slash, step = about.partition("/")
        about = f"order {self.orders[head]}{slash}{step}" if head in self.orders else about
        self.secrets[sealed] = {"purpose": purpose, "about": self.pretty(about), "pin": self.ids.get(pin, pin),
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


def live(life):
    """Everything once."""
    ofd = (ROOT / "tests" / "data" / "contract.ofd").read_bytes()
    life.file_of = {ofd: "tests/data/contract.ofd"}
    for role in life.tokens:                             # whoever replays learns from these whose ids stand in the rest
        life.ask(role, "GET", "/session")
    life.log_in("approver1", life.passwords["approver1"])
    for path in ("/service", "/key"):
        life.call("GET", "/api/v1" + path)
    made = life.ask("admin", "POST", "/organizations", {"uscc": "91350100M000100Y43", "name": "天津示例有限公司", "kind": "enterprise",
                                                       "district": "120101"})
    life.ask("admin", "POST", "/people", {"login": "example1", "name": "张三", "id_number": "11010519491231002X", "phone": "13800000000",
                                         "roles": ["agent"], "organization_id": made["organization_id"]})
    life.ask("police", "POST", "/makers", {"licence_number": "津公刻字第0009号", "name": "天津示例印章制作有限公司", "uscc": "91350100M000100Y43",
                                           "valid_from": "2026-01-01T00:00:00Z", "valid_to": "2031-01-01T00:00:00Z"})
    life.keys()
    life.ask("police", "POST", f"/makers/{life.maker_id}/suspend", {"reason": "an inspection"})
    life.ask("police", "POST", f"/makers/{life.maker_id}/resume", {"reason": "findings mended"})
    withdrawn = life.apply()
    life.ask("agent", "POST", f"/applications/{withdrawn['application_id']}/withdraw", {})
    refused = life.apply()
    life.bring_materials(refused)
    life.ask("agent", "POST", f"/applications/{refused['application_id']}/submit", {})
    life.ask("maker", "POST", f"/applications/{refused['application_id']}/correct", {"reason": "the scan cannot be read"})
    life.ask("agent", "POST", f"/applications/{refused['application_id']}/submit", {})
    life.ask("maker", "POST", f"/applications/{refused['application_id']}/refuse", {"reason": "the power of attorney is not signed"})
    application = life.apply()
    life.bring_materials(application)
    life.ask("agent", "POST", f"/applications/{application['application_id']}/submit", {})
    life.ask("agent", "GET", "/applications?limit=1")
    life.accept(application)
    life.ask("maker", "GET", f"/applications/{application['application_id']}")
    seal_id = life.hand_over(life.make(application["application_id"]))
    life.ask("custodian", "GET", f"/seals/{seal_id}")
    life.ask("custodian", "GET", "/seals?limit=1")
    life.call("GET", f"/api/v1/seals/{seal_id}/status")
    document = life.upload(ofd)
    life.ask("agent", "GET", f"/documents/{document['document_id']}")
    unwanted = life.order(seal_id, document["document_id"], x_mm=20)
    life.ask("approver", "POST", f"/orders/{unwanted['order_id']}/refuse", {"reason": "not this contract"})
    order = life.order(seal_id, document["document_id"])
    life.approve(order["order_id"])
    done = life.stamp(order["order_id"], seal_id)
    life.ask("agent", "POST", "/order-batches", {"items": [
        {"idempotency_key": f"example-item-{n}", "seal_id": seal_id, "document_id": document["document_id"] if n < 3 else "0" * 32,
         "places": [{"pages": "1", "x_mm": 30 * n, "y_mm": 60}], "category": "agreement", "purpose": "a batch"} for n in (1, 2, 3)]})
    life.ask("agent", "GET", "/stamp-records?limit=1")
    life.ask("agent", "GET", f"/stamp-records/{order['order_id']}/archive")
    stamped = life.ask("agent", "GET", f"/documents/{done['document_id']}/content")
    life.file_of[stamped] = "the stamped document"
    life.verify(stamped)
    life.ask("police", "GET", "/filings?limit=1")
    life.ask("custodian", "POST", f"/seals/{seal_id}/freeze", {"reason": "the custodian's bag was lost"})
    life.ask("custodian", "POST", f"/seals/{seal_id}/unfreeze", {"sealed": life.seal("unfreeze", seal_id, life.pins[seal_id])})
    life.call("GET", f"/api/v1/seals/{seal_id}/statement?nonce=an-example")
    life.call("GET", "/api/v1/statement-keys")
    life.ask("agent", "GET", "/reminders?limit=1")
    life.ask("police", "GET", "/statistics?by=district&from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z")
    life.carried_out(seal_id, "cancellation", reason="electronic_seal_not_used", description="no longer needed")
    client = life.ask("agent", "POST", "/clients", {"name": "财务系统", "algorithm": "hmac-sm3", "scopes": ["verify", "documents", "orders"], "per_day": 1000})
    path = f"/clients/{client['client_id']}"
    life.ask("agent", "GET", path)
    life.ask("agent", "GET", "/clients?limit=1")
    life.ask("agent", "POST", path + "/rotate", {"overlap_hours": 24})
    for act in ("suspend", "resume", "revoke"):
        life.ask("agent", "POST", f"{path}/{act}", {"reason": "an example"})
    life.ask("approver", "PUT", "/session/password", {"old": life.passwords[life.logins["approver"]], "new": "A-new-Password-2026"})
    hook = life.ask("agent", "POST", "/webhooks", {"url": "https://example.com/events", "events": ["seal", "stamp"]})
    life.ask("agent", "GET", "/webhooks?limit=1")
    life.ask("agent", "GET", f"/webhooks/{hook['webhook_id']}")
    life.ask("agent", "GET", f"/webhooks/{hook['webhook_id']}/deliveries")
    life.ask("agent", "POST", f"/webhooks/{hook['webhook_id']}/end", {"reason": "an example"})
    life.ask("custodian", "DELETE", "/session")


def main():
    with demonstration() as (folder, _):
        life = Recorder(folder, 1)
        live(life)
        for row in life.shown:                           # reports are long: one signature without its checks shows the form
            if row["operation"] == "document_verify":
                row["answer"] = {key: row["answer"][key] for key in ("verdict", "format", "size", "digest", "checked_at", "policy", "signatures")}
                row["answer"]["signatures"] = [{"kind": s["kind"], "verdict": s["verdict"]} for s in row["answer"]["signatures"]]
        (ROOT / "api" / "examples.json").write_text(json.dumps(life.shown, ensure_ascii=False, indent=1) + "\n")
        missing = [op["operationId"] for methods in described.API["paths"].values() for op in methods.values() if op["operationId"] not in life.seen]
        print(f"{len(life.shown)} examples; without: {', '.join(missing) or 'none'}")


main()
