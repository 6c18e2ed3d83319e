#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""R4.1, R27.2: every route of the table asked by every role, and the class of the answer compared with the table: refused, allowed, or
scoped – allowed, and blind for what belongs to somebody else. The rows come from daemons/web/routes.c: a new route is tested by being there."""
import sys
import uuid

from life import Life, Problem
from service import ROOT, demonstration

sys.path.insert(0, str(ROOT / "tools"))
from routes_table import ROLES, routes  # noqa: E402

ID_NUMBER = "11010519491231002X"
NOBODYS = "0" * 32
# A body that passes the table's checks, so that the handler is reached; what is not here is left to the checks.
SAMPLES = {"reason": "a test of roles", "field": "phone", "kind": "reset_password", "roles": ["agent"], "originals_seen": [], "seal_id": "1" * 32,
           "sealed": "AAAA" * 40, "person_id": "2" * 32, "approver_key_id": "approver-" + "2" * 32, "page": 1, "x_mm": 10, "y_mm": 10,
           "category": "agreement", "purpose": "roles", "document_id": "3" * 32, "description": "roles"}
SAMPLES_OF = {"/api/v1/seals/{id}/cancel": {"reason": "key_leaked"}, "/api/v1/applications/{id}/reveal": {"field": "agent_phone"}}


def ask(life, route, token, object_id, body=None):
    """Status and stable code of one call; of a list that came, "empty" when nothing stands in it."""
    path = route["path"].replace("{id}", object_id).replace("{code}", "translation")
    try:
        answer = life.call(route["method"], path, body if body is not None else (b"{}" if route["body"] != "NONE" else None), token=token)
        return 200, "empty" if isinstance(answer, dict) and answer.get("items") == [] else None
    except Problem as problem:
        return problem.status, problem.code


def every_cell(life, tokens):
    cells = {"allowed": 0, "refused": 0}
    for route in routes():
        if route["method"] == "DELETE" and route["path"] == "/api/v1/session":
            continue                                       # would end the session that asks: the last claim of this test
        for role, token in tokens.items():
            status, code = ask(life, route, token, NOBODYS)
            cell = f"{role} {route['method']} {route['path']}: {status} {code}"
            if route["roles"] == ["anybody"]:
                assert status != 403 and (status != 401 or code == "bad_login"), cell
                cells["allowed"] += 1
            elif role in route["roles"]:
                # The handler itself may still know better; that the role is refused it may not say.
                assert code not in ("unauthenticated", "forbidden", "account_incomplete", "step_up_required"), cell
                cells["allowed"] += 1
            else:
                assert (status, code) == ((401, "unauthenticated") if role == "anybody" else (403, "forbidden")), cell
                cells["refused"] += 1
    assert len(tokens) == 1 + len(ROLES), "a role without a token is a column without cells"
    return cells


def nobody_sees_what_is_not_theirs(life, tokens, objects):
    """R4.1: the scope is in the question. A read of another's object is not found; a write neither happens nor tells its state."""
    cells = 0
    for route in routes():
        if "{id}" not in route["path"] or route["scope"] not in ("own_organization", "own_maker", "by_role"):
            continue
        object_id = next((o for prefix, o in objects.items() if route["path"].startswith("/api/v1" + prefix)), None)
        if object_id is None:
            continue
        body = {name: {**SAMPLES, **SAMPLES_OF.get(route["path"], {})}[name] for name, _ in route["fields"] if name in SAMPLES} \
            if route["body"] == "JSON" else None
        for role in route["roles"]:
            if role not in tokens:
                continue
            status, code = ask(life, route, tokens[role], object_id, body)
            cell = f"{role} {route['method']} {route['path']} of another: {status} {code}"
            cells += 1
            if route["method"] == "GET" and code == "empty":
                continue                                   # a list of what belongs to it shows nothing
            assert status >= 400 and status != 409, cell
            if route["method"] == "GET" or route["body"] != "JSON" or set(body) >= {n for n, mark in route["fields"] if not mark}:
                assert status == 404 or code in ("forbidden", "two_persons", "maker_licence", "counterpart_down"), cell
    return cells


def lists_show_nothing_of_others(life, tokens, organization_id):
    for path in ("/applications", "/seals", "/filings", "/stamp-records"):
        for role in ("agent", "custodian", "approver", "maker_staff", "police"):
            try:
                items = life.call("GET", "/api/v1" + path, token=tokens[role])["items"]
            except Problem as problem:
                assert problem.code == "forbidden", problem
                continue
            assert not [i for i in items if i.get("organization_id", organization_id) == organization_id], f"{role} {path}"


def a_look_out_of_scope_is_recorded(life, officer, seal_id):
    """R4.1: a district officer's question for another district finds nothing and leaves a record."""
    person_id = life.call("GET", "/api/v1/session", token=officer)["person_id"]
    rows = life.ask("audit", "GET", f"/audit?actor={person_id}&object={seal_id}&outcome=not_found")["items"]
    assert any(r["event"] == "read" and "/seals/{id}" in r["detail"] for r in rows), rows


def main():
    with demonstration(password_function="pbkdf2-hmac-sm3") as (folder, _):
        life, other = Life(folder, 1), Life(folder, 2)
        tokens = {"anybody": None, "system_administrator": life.tokens["admin"], "security_administrator": life.tokens["security"],
                  "audit_administrator": life.tokens["audit"], "coordination_group": life.tokens["coordination"],
                  "cryptography_authority": life.tokens["cryptography"], "police": life.tokens["police"], "maker_staff": life.tokens["maker"],
                  "agent": life.tokens["agent"], "custodian": life.tokens["custodian"], "approver": life.tokens["approver"]}
        cells = every_cell(life, tokens)

        # Organization 2 with one of everything; then the people of organization 1, another maker and another district.
        other.keys()
        seal_id = other.whole_seal()
        document = other.upload((ROOT / "tests" / "data" / "contract.pdf").read_bytes())
        order = other.order(seal_id, document["document_id"])
        application = other.apply(seal_kind="contract")
        hold_id = other.ask("custodian", "POST", f"/seals/{seal_id}/freeze", {"reason": "a test of roles"})["hold_id"]
        other.ask("custodian", "POST", f"/seals/{seal_id}/unfreeze", {"sealed": other.seal("unfreeze", seal_id, other.pins[seal_id])})
        maker = life.ask("police", "POST", "/makers", {"licence_number": "roles-2", "name": "另一家制作机构（演示）", "uscc": life.organization["uscc"],
                                                       "valid_from": "2020-01-01T00:00:00Z", "valid_to": "2099-01-01T00:00:00Z"})
        strangers = {role: life.tokens[role] for role in ("agent", "custodian", "approver")}
        for login, role, more in (("roles-maker", "maker_staff", {"maker_id": maker["maker_id"]}), ("roles-police", "police", {"district": "120102"})):
            made = life.ask("admin", "POST", "/people", {"login": login, "name": "某", "id_number": ID_NUMBER, "phone": "13800000000", "roles": [role], **more})
            strangers[role] = life.log_in(login, made["password"])["token"]
        objects = {"/applications/": application["application_id"], "/seals/": seal_id, "/keys/": seal_id, "/documents/": document["document_id"],
                   "/orders/": order["order_id"], "/holds/": hold_id, "/makers/": life.maker_id, "/people/": life.people["agent2"]["person_id"]}
        scoped = nobody_sees_what_is_not_theirs(life, strangers, objects)
        lists_show_nothing_of_others(life, strangers, other.organization["organization_id"])
        a_look_out_of_scope_is_recorded(life, strangers["police"], seal_id)
        assert other.ask("custodian", "GET", f"/seals/{seal_id}")["state"] == "ACTIVE", "nothing was done to it"
        life.call("DELETE", "/api/v1/session", token=strangers["police"], key=uuid.uuid4().hex)
        assert life.ask("audit", "GET", "/audit/check")["intact"]
        print(f"{cells['allowed']} cells allowed, {cells['refused']} refused, {scoped} asked for what is another's")
        assert scoped > 40, scoped


if __name__ == "__main__":
    main()
