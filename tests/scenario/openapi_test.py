#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The examples of api/openapi.json, replayed in their order against a service of this test: each is answered as it says. What an example
can only show the look of (ids, tokens, codes, sealed secrets) is learned from the answers on the way."""
import re

import described
from life import Life, Problem
from service import ROOT, demonstration

# R5.1: the ten functions of the service, each by the requests that perform it.
FUNCTIONS = {
    "application": ("application_create", "material_put", "application_submit"), "making": ("application_accept", "seal_make"),
    "filing": ("filing_list",), "query": ("seal_status", "seal_show"), "change": ("seal_freeze", "seal_unfreeze"), "cancellation": ("seal_cancel",),
    "stamping": ("order_stamp",), "verification": ("document_verify",), "stamp records": ("stamp_record_list",),
    "use management": ("seal_custodian", "flow_set", "permission_create", "order_create", "order_approve", "order_refuse"),
}


def operations():
    for path, methods in described.API["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def R5_1__every_function_of_the_service_is_described():
    names = {operation["operationId"] for _, _, operation in operations()}
    for function, needed in FUNCTIONS.items():
        assert names.issuperset(needed), f"{function}: {set(needed) - names}"


def every_operation_has_a_clause_roles_and_a_name_of_its_own():
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names)
    for method, path, operation in operations():
        assert re.fullmatch(r"(R\d+(\.\d+)?|N\d)([, –-]+(R\d+(\.\d+)?|N\d))*", operation["x-clause"]), (method, path, operation["x-clause"])
        assert method == "GET" or operation["x-audit-event"], f"{method} {path}: a write without an audit event"
        assert operation["x-roles"] or operation["x-scope"] == "public", (method, path)


class Replay(Life):
    """Values of the examples → values of this service."""

    def __init__(self, folder):
        super().__init__(folder, 1)
        self.known, self.stamped, self.order_of = {}, None, {}

    def own(self, value):
        if isinstance(value, dict):
            return {key: self.own(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.own(item) for item in value]
        if not isinstance(value, str):
            return value
        if value in self.known:
            return self.known[value]
        return re.sub(r"[0-9a-f]{32,64}", lambda m: self.known.get(m[0], m[0]), value)

    def learn(self, example, actual, where):
        """Same members, same types; texts that are not of this run only are the same."""
        if isinstance(example, dict):
            assert isinstance(actual, dict) and set(example) <= set(actual), f"{where}: {set(example) - set(actual)}"
            for key, item in example.items():
                if key not in ("name", "organization_name", "uscc", "seal_name"):
                    self.learn(item, actual[key], f"{where}.{key}")
        elif isinstance(example, list):
            assert isinstance(actual, list) and len(actual) >= len(example), where
            for i, item in enumerate(example):
                self.learn(item, actual[i], f"{where}[{i}]")
        elif isinstance(example, str):
            assert isinstance(actual, str), f"{where}: {actual!r}"
            if example != actual:
                assert where.rsplit(".", 1)[-1] not in ("state", "event", "kind", "verdict", "clause"), f"{where}: {actual!r}, not {example!r}"
                self.known.setdefault(example, actual)
        else:
            assert type(example) is type(actual), f"{where}: {actual!r}"

    def secret(self, sealed):
        about, pin = sealed["about"], self.own(sealed["pin"])
        if about.startswith("order "):
            about = self.order_object("custodian", self.own(about[6:]))
        return self.seal(sealed["purpose"], self.own(about), pin, sealed.get("new_pin"))

    def bytes_of(self, name):
        return self.stamped if name == "the stamped document" else (ROOT / name).read_bytes() if name.startswith("tests/") else b"a scan"

    def step(self, method, path, operation, name, how):
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {}).get(name, {}).get("value")
        raw = self.bytes_of(how["file"]) if "file" in how else None
        if body is not None:
            body = {key: self.secret(how["sealed"]) if key == "sealed" else self.own(item) for key, item in body.items()}
        if operation["operationId"] == "session_log_in":
            body["password"] = self.passwords[body["login"]]
            if "code" in body:
                body["code"] = self.phones[body["login"]]()
        elif operation["operationId"] == "session_change_password":
            body["old"] = self.passwords["approver1"]
        path = re.sub(r"\{(\w+)\}", lambda m: self.own(how["path"][m[1]]), path)
        query = "?" + "&".join(f"{key}={value}" for key, value in how["query"].items()) if "query" in how else ""
        answer = self.call(method, path + query, body, token=self.tokens.get(how["as"]), raw=raw)
        if operation["operationId"] == "document_content":
            self.stamped = answer
        for status in ("200", "201"):
            media = operation["responses"].get(status, {}).get("content", {}).get("application/json", {})
            if name in media.get("examples", {}):
                self.learn(media["examples"][name]["value"], answer, operation["operationId"])


def main():
    R5_1__every_function_of_the_service_is_described()
    every_operation_has_a_clause_roles_and_a_name_of_its_own()
    with demonstration() as (folder, _):
        replay = Replay(folder)
        steps = sorted(((how["order"], method, path, operation, name, how) for method, path, operation in operations()
                        for name, how in operation.get("x-replay", {}).items()), key=lambda step: step[0])
        for _, method, path, operation, name, how in steps:
            try:
                replay.step(method, path, operation, name, how)
            except (Problem, AssertionError, KeyError) as problem:
                raise AssertionError(f"{name} ({method} {path}): {problem!r}") from problem
        print(f"{len(steps)} examples answered as described")


if __name__ == "__main__":
    main()
