#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
api/openapi.json (OpenAPI 3.1) from the tables that check: routes and fields (asked of the program build/dump_api, which holds the very
rows of web), answers (daemons/web/answers.def), errors, and the examples recorded from a running service (api/examples.json).
gen_openapi.py BUILD [--check]
"""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "api" / "openapi.json"
STRING = r'"((?:[^"\\]|\\.)*)"'
BASE = "/api/v1"
KEYS = {"id": "a long number of 32 hex digits", "code": "a code of the checklist"}
TYPES = {
    "id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    "text": {"type": "string"},
    "time": {"type": "string", "format": "date-time"},
    "bool": {"type": "boolean"},
    "int": {"type": "integer"},
    "number": {"type": "number"},
    "sm3": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    "base64": {"type": "string", "contentEncoding": "base64"},
    "texts": {"type": "array", "items": {"type": "string"}},
    "any": {},
}
# The first word of a path → its group; a group's name in both languages.
GROUPS = {"service": "Service", "key": "Service", "trust": "Verification", "verify": "Verification", "session": "Sessions",
          "organizations": "People", "people": "People", "keys": "People", "makers": "Makers", "applications": "Applications", "seals": "Seals",
          "filings": "Seals", "documents": "Use", "orders": "Use", "order-batches": "Use", "digest-order-batches": "Use",
          "stamp-records": "Use", "copies": "Verification",
          "clients": "API clients", "webhooks": "API clients",
          "bootstrap": "Sessions", "sessions": "Sessions", "account-acts": "People", "configuration": "Oversight", "audit": "Oversight",
          "inventory": "Oversight", "statistics": "Oversight", "exchange": "Counterparts", "statement-keys": "Verification", "reminders": "Seals",
          "workstations": "Makers", "inspections": "Makers", "rectifications": "Makers"}
GROUP_WORDS = {"Service": "What runs here. 服务状态", "Verification": "Verifying, by anybody. 验章", "Sessions": "Logging in. 会话",
               "People": "Organizations, people and their keys. 单位与人员", "Makers": "Licensed makers. 制作机构",
               "Applications": "From application to seal. 申请与制发", "Seals": "Seals, their states, their filing. 印章与备案",
               "Use": "Documents, orders, stamps, records. 用章", "Counterparts": "Outside systems: events, comparisons. 对接",
               "API clients": "Applications of others that use this API. 接口调用方",
               "Oversight": "For those who only look. 监督与审计", "Other": "Other. 其他"}
ANYWAY = ("unauthenticated", "not_found", "method_not_allowed", "bad_argument", "internal", "unavailable", "not_this_node", "no_memory", "io")


def split(text):
    """At commas outside brackets."""
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += (c in "[{(") - (c in "]})")
        if c == "," and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    return [part for part in parts + [text[start:].strip()] if part]


class Answers:
    def __init__(self, path):
        text = path.read_text()
        self.records = dict(re.findall(rf"^RECORD\((\w+), {STRING}\)$", text, re.M))
        self.queries = {name: (kind, what) for name, kind, what in re.findall(rf"^QUERY\({STRING}, {STRING}, {STRING}\)$", text, re.M)}
        rows = re.findall(rf"^ANSWER\((\w+), {STRING}, (\d+), {STRING}, {STRING}, {STRING}, {STRING}\)$", text, re.M)
        self.rows = {(method, BASE + path): {"status": status, "en": en, "zh": zh, "query": query.split(), "members": members}
                     for method, path, status, en, zh, query, members in rows}
        if len(rows) != len(re.findall(r"^ANSWER\(", text, re.M)) or len(self.rows) != len(rows) or \
                len(self.records) != len(re.findall(r"^RECORD\(", text, re.M)) or len(self.queries) != len(re.findall(r"^QUERY\(", text, re.M)):
            raise SystemExit(f"{path}: a row was not understood, or stands twice")

    def type(self, text):
        if text.endswith("|null"):
            inner = self.type(text[:-5])
            if "type" in inner:
                return {**inner, "type": [inner["type"], "null"]}
            return {"anyOf": [inner, {"type": "null"}]} if inner else inner
        if text.startswith("["):
            return {"type": "array", "items": self.type(text[1:-1])}
        if text.startswith("{"):
            return self.object(text[1:-1])
        if text in self.records or text == "problem":
            return {"$ref": f"#/components/schemas/{text}"}
        if text not in TYPES:
            raise SystemExit(f"answers.def: there is no type {text!r}")
        return dict(TYPES[text])

    def object(self, members):
        properties, required = {}, []
        for member in split(members):
            name, _, kind = member.partition(":")
            if not name.endswith("?"):
                required.append(name)
            properties[name.rstrip("?")] = self.type(kind)
        out = {"type": "object", "additionalProperties": False, "properties": properties}
        return {**out, "required": required} if required else out

    def whole(self, members):
        page = re.fullmatch(r"page\((\w+)\)", members)
        if page:
            return {"type": "object", "additionalProperties": False, "required": ["items", "next"],
                    "properties": {"items": {"type": "array", "items": self.type(page[1])}, "next": {"type": ["integer", "null"]}}}
        return self.type(members) if members in self.records else self.object(members)

    def query(self, name):
        kind, what = self.queries[name]
        words = kind.split()
        schema = {"int": {"type": "integer"}, "time": TYPES["time"], "text": {"type": "string"}, "enum": {"type": "string", "enum": words[1:]}}[words[0]]
        if words[0] == "int":
            schema = {**schema, **dict(zip(("minimum", "maximum"), map(int, words[1:])))}
        return {"name": name, "in": "query", "required": False, "description": what, "schema": schema}


def field_schema(field):
    """min and max of texts are bytes of UTF-8: characters are at most as many, so only the upper bound can be said."""
    kind, low, high = field["kind"], field["min"], field["max"]
    if kind in ("text", "time", "sealed"):
        ascii_only = "pattern" in field or "codes" in field or kind != "text"
        out = {"type": "string"}
        if "codes" in field:
            out["enum"] = field["codes"]
        else:
            out["minLength"] = (low * 4 // 3 if kind == "sealed" else low) if ascii_only else min(low, 1)
            out["maxLength"] = (high + 2) // 3 * 4 if kind == "sealed" else high
        if "pattern" in field:
            out["pattern"] = field["pattern"]
        if kind == "time":
            out["format"] = "date-time"
        if kind == "sealed":
            out["contentEncoding"] = "base64"
            if "pattern" not in field:                                 # else it is DER: a flow, a grant, a signature
                out["description"] = "A sealed secret, docs/protocol/sealed-secret.md."
        if not ascii_only:
            out["description"] = f"{low} to {high} bytes of UTF-8, no control characters."
        if field.get("form") == "id" and low == high == 32:            # other lengths are secrets and challenges
            out = dict(TYPES["id"])
        return out
    if kind == "bool":
        return {"type": "boolean"}
    if kind in ("int", "number"):
        return {"type": {"int": "integer"}.get(kind, kind), "minimum": low, "maximum": high}
    if kind == "objects":
        return {"type": "array", "minItems": low, "maxItems": high, "items": body_schema(field["members"])}
    return {"type": "array", "minItems": low, "maxItems": high, "items": {"type": "string", "maxLength": 64}}


def body_schema(fields):
    out = {"type": "object", "additionalProperties": False, "properties": {f["name"]: field_schema(f) for f in fields}}
    required = [f["name"] for f in fields if not f["optional"]]
    return {**out, "required": required} if required else out


def problems(route, errors):
    """Which refusals by status; every code that a status can carry is in the schema `problem`."""
    statuses = {error["status"] for error in errors if error["code"] in ANYWAY} | {422, 429}
    if route["roles"]:
        statuses |= {403}
    if route["body"] != "none":
        statuses |= {409, 413, 415}
    if "/pages" in route["path"] or "/copies/" in route["path"]:
        statuses |= {413}                                  # a page beyond a limit of drawing
    if route["once"]:
        statuses |= {409, 423, 502}
    if route["method"] == "GET" and route["audit"] and "{id}" in route["path"]:
        statuses |= {409}                                # what is made of an object on being asked needs its state
    known = {error["status"] for error in errors}
    return {str(status): {"$ref": f"#/components/responses/problem_{status}"} for status in sorted(statuses & known)}


def group(route):
    return GROUPS.get(route["path"].split("/")[3], "Other")


def operation(route, answers, examples, errors):
    answer = answers.rows.get((route["method"], route["path"]))
    who = ", ".join(route["roles"]) or "anybody"
    out = {"operationId": route["operation"], "summary": answer["en"] if answer else route["operation"].replace("_", " "),
           "description": (answer["zh"] + "。" if answer else "") + f"Who: {who}; sees: {route['scope'].replace('_', ' ')}.",
           "tags": [group(route)],
           "x-roles": route["roles"], "x-scope": route["scope"], "x-audit-event": route["audit"], "x-clause": route["source"],
           "x-idempotent": route["once"], "x-fresh-factor": route["fresh"], "security": [{"session": []}] if route["roles"] else []}
    if "right" in route:                                 # an application alone, or with the person whose act it is
        right = route["right"]
        out["security"].append({"client": [], "session": []} if right["needs_person"] else {"client": []})
        out["x-client"] = right
    parameters = [{"name": name, "in": "path", "required": True, "description": KEYS.get(name, name),
                   "schema": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[A-Za-z0-9_-]+$"}}
                  for name in re.findall(r"\{(\w+)\}", route["path"])]
    if route["once"]:
        parameters.append({"$ref": "#/components/parameters/idempotency_key"})
    parameters += [answers.query(name) for name in (answer["query"] if answer else [])]
    if parameters:
        out["parameters"] = parameters
    shown = [e for e in examples if e["operation"] == route["operation"]]
    if route["body"] == "json":
        media = {"schema": body_schema(route["fields"])}
        if shown:
            media["examples"] = {e["name"]: {"value": e["body"]} for e in shown}
        out["requestBody"] = {"required": True, "content": {"application/json": media}}
    elif route["body"] == "bytes":
        limit = {"maxLength": route["body_max"]} if route["body_max"] else {}
        out["requestBody"] = {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary", **limit}}}}
    good = {"description": answer["en"] if answer else "done"}
    if not answer:
        good["content"] = {"application/json": {"schema": {"type": "object"}}}
        out["x-undeclared-answer"] = True
    elif answer["members"].startswith("bytes"):
        good["content"] = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in answer["members"].split()[1:]}
    elif answer["members"] != "none":
        media = {"schema": answers.whole(answer["members"])}
        if shown:
            media["examples"] = {e["name"]: {"value": e["answer"]} for e in shown}
        good["content"] = {"application/json": media}
        if "form" in answer["query"]:
            good["content"]["text/plain"] = {"schema": {"type": "string"}}
    out["responses"] = {(answer["status"] if answer else "200"): good, **problems(route, errors)}
    if shown:
        out["x-replay"] = {e["name"]: {k: e[k] for k in ("order", "as", "path", "query", "file", "sealed") if k in e} for e in shown}
    return out


def document(facts, answers, examples):
    rows = [r for r in facts["routes"] if r["path"].startswith(BASE)]
    names = [r["handler"] for r in rows]
    for r in rows:                                       # a handler of several paths: the path tells them apart
        last = re.sub(r"\W+", "_", r["path"].removeprefix(BASE)).strip("_")
        r["operation"] = r["handler"] if names.count(r["handler"]) == 1 else f"{r['method'].lower()}_{last}"
    unknown = [f"{m} {p}" for m, p in answers.rows if (m, p) not in {(r["method"], r["path"]) for r in rows}]
    if unknown:
        raise SystemExit(f"answers.def: {unknown[0]} is no route")
    paths = {}
    for r in rows:
        paths.setdefault(r["path"], {})[r["method"].lower()] = operation(r, answers, examples, facts["errors"])
    schemas = {name: answers.object(members) for name, members in answers.records.items()}
    schemas["problem"] = {
        "type": "object", "additionalProperties": False, "required": ["code", "title", "title_zh", "status", "field", "detail", "source"],
        "description": "RFC 9457 problem: a stable code, the field, the clause, both languages.",
        "properties": {"code": {"type": "string", "enum": [e["code"] for e in facts["errors"]]}, "title": {"type": "string"},
                       "title_zh": {"type": "string"}, "status": {"type": "integer"}, "field": {"type": "string"}, "detail": {"type": "string"},
                       "source": {"type": "string"}}}
    responses = {}
    for status in sorted({e["status"] for e in facts["errors"]}):
        codes = [e for e in facts["errors"] if e["status"] == status]
        headers = {"Retry-After": {"description": "seconds after which to ask again", "schema": {"type": "integer"}}} if status in (429, 503) else {}
        responses[f"problem_{status}"] = {
            "description": "; ".join(f"`{e['code']}` {e['en']}" for e in codes), **({"headers": headers} if headers else {}),
            "content": {"application/problem+json": {"schema": {"allOf": [
                {"$ref": "#/components/schemas/problem"},
                {"type": "object", "properties": {"code": {"enum": [e["code"] for e in codes]}}}]}}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Jinyin 津印", "version": facts["version"], "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
                 "summary": "The electronic-seal service of the city of Tianjin",
                 "description": "Applying for, making, filing, using, verifying, cancelling electronic seals. The story of the API is "
                                "docs/design/life.md. Times are RFC 3339 UTC; binary values are base64; unknown members are refused."},
        "servers": [{"url": "http://127.0.0.1:8080", "description": "the demonstration (./dev run)"}],
        "tags": [{"name": name, "description": GROUP_WORDS[name]} for name in dict.fromkeys(map(group, rows))],
        "paths": paths,
        "components": {
            "schemas": schemas, "responses": responses,
            "parameters": {"idempotency_key": {
                "name": "Idempotency-Key", "in": "header", "required": True,
                "description": "The same key and the same request: the same answer, carried out once. Kept for a day.",
                "schema": {"type": "string", "minLength": 8, "maxLength": 64, "pattern": "^[A-Za-z0-9_.:-]+$"}}},
            "securitySchemes": {
                "session": {"type": "http", "scheme": "bearer", "description": "The token of POST /api/v1/session."},
                **({"client": {"type": "apiKey", "in": "header", "name": "Jinyin-Signature",
                               "description": "A signed request of an application, docs/protocol/api-signature.md."}}
                   if any("right" in r for r in rows) else {})}}}


def main():
    facts = json.loads(subprocess.run([pathlib.Path(sys.argv[1]) / "dump_api"], check=True, capture_output=True, text=True).stdout)
    examples_file = ROOT / "api" / "examples.json"
    examples = json.loads(examples_file.read_text()) if examples_file.exists() else []
    text = json.dumps(document(facts, Answers(ROOT / "daemons" / "web" / "answers.def"), examples), ensure_ascii=False, indent=1) + "\n"
    undeclared = text.count('"x-undeclared-answer"')
    if undeclared:
        print(f"api/openapi.json: {undeclared} routes without a row in daemons/web/answers.def", file=sys.stderr)
    if "--check" not in sys.argv:
        PAGE.write_text(text)
    elif not PAGE.exists() or PAGE.read_text() != text:
        raise SystemExit("out of date, run python3 tools/gen_openapi.py build: api/openapi.json")


if __name__ == "__main__":
    main()
