#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The examples of api/openapi.json, asked again in their order of a service of this test: each is answered as it says. What an example can only
show the look of (ids, tokens, codes, sealed secrets) is this run's own."""
import json
import re

import described
import examples

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


def every_operation_has_an_example():
    lacking = [operation["operationId"] for _, _, operation in operations() if not operation.get("x-replay")]
    assert not lacking, f"tools/record_examples.py records none of {lacking}"


def published():
    """The examples of api/openapi.json, as tests/scenario/examples.py writes them down, in their order."""
    rows = []
    for _, _, operation in operations():
        asked = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {})
        answered = next((media["examples"] for status in ("200", "201", "202")
                         for media in operation["responses"].get(status, {}).get("content", {}).values() if "examples" in media), {})
        for name, how in operation.get("x-replay", {}).items():
            row = {"name": name, "operation": operation["operationId"], **how}
            row |= {"body": asked[name]["value"]} if name in asked else {}
            row |= {"answer": answered[name]["value"]} if name in answered else {}
            rows.append(row)
    return sorted(rows, key=lambda row: row["order"])


# Words that a program decides by; what else is a text may differ from run to run.
WORDS = ("state", "event", "kind", "verdict", "clause", "role", "type", "format")


def alike(example, actual, where):
    """Same members, same types, same words."""
    if isinstance(example, dict):
        assert isinstance(actual, dict) and set(example) == set(actual), f"{where}: {set(example) ^ set(actual)}"
        for key, item in example.items():
            alike(item, actual[key], f"{where}.{key}")
    elif isinstance(example, list):
        assert isinstance(actual, list) and len(actual) == len(example), f"{where}: {len(actual)} items, not {len(example)}"
        for i, item in enumerate(example):
            alike(item, actual[i], f"{where}[{i}]")
    else:
        assert type(example) is type(actual), f"{where}: {actual!r}, not {example!r}"
        if where.rsplit(".", 1)[-1] in WORDS:
            assert example == actual, f"{where}: {actual!r}, not {example!r}"


PLACE = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{32})(?![0-9a-f])|EXAMPLE-CODE-\d+|\b\d{6}\b|\b\d{16}\b")


def same(example, actual, names, where):
    """Equal but for the names of things, which are one run's own: the same thing has the same name throughout."""
    example, actual = (json.dumps(value, ensure_ascii=False, sort_keys=True) for value in (example, actual))
    assert PLACE.sub("#", example) == PLACE.sub("#", actual), f"{where}: {actual}, not {example} (./dev describe)"
    for mine, its in zip(PLACE.findall(example), PLACE.findall(actual)):
        assert names.setdefault(mine, its) == its, f"{where}: {its}, and {names[mine]} before (./dev describe)"


def each_example_is_asked_again_and_answered_as_it_says():
    """What is sent is, but for what belongs to one run only, what the description shows."""
    performed, _ = examples.perform()
    shown, names = published(), {}
    for example, actual in zip(shown, performed):
        for part in ("name", "as", "path", "query", "body", "sealed", "file"):
            same(example.get(part), actual.get(part), names, f"{example['name']} {part}")
        if "answer" in example:
            alike(example["answer"], actual["answer"], example["name"])
    assert len(shown) == len(performed), "./dev describe"
    print(f"{len(shown)} examples answered as described")


def main():
    R5_1__every_function_of_the_service_is_described()
    every_operation_has_a_clause_roles_and_a_name_of_its_own()
    every_operation_has_an_example()
    each_example_is_asked_again_and_answered_as_it_says()


if __name__ == "__main__":
    main()
