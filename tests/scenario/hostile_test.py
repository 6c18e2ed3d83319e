#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Bad input, everywhere: every route of api/openapi.json and every field of it, with what nobody should send – types, lengths, ranges, characters, dates,
JSON, heads, queries, paths. Every answer is a refusal with a stable code, the field and both languages; nothing is written but the record of it; no room
ends. A new route or field is tested by being described. JINYIN_FULL=1: every character in every field, not each in some.
"""
import concurrent.futures
import contextlib
import http.client
import itertools
import json
import os
import re
import socket
import sqlite3
import sys
import threading
import time
import urllib.parse
import uuid

import described
from life import Life
from service import ROOT, demonstration, pids

FULL = os.environ.get("JINYIN_FULL") == "1"
API = json.loads((ROOT / "api" / "openapi.json").read_text())
SLOWEST_SECONDS = 5                                         # of one answer, on a machine that does other things
NOBODYS = "0" * 32
# Values that pass where a pattern alone does not tell one: everything else follows from the schema.
GOOD = {"uscc": "91120101MA0Y000245", "id_number": "11010519491231002X", "agent_id_number": "11010519491231002X", "system_id_number": "11010519491231002X",
        "security_id_number": "11010519491231002X", "phone": "13800000000", "agent_phone": "13800000000", "system_phone": "13800000000",
        "security_phone": "13800000000", "district": "120101", "physical_seal_code": "1201901000001", "idempotency_key": "hostile-0001", "login": "hostile",
        "system_login": "hostile-1", "security_login": "hostile-2", "secret": "0" * 64, "url": "https://example.com/hook"}
CHARACTERS = {"U+0001": "\x01", "U+001F": "\x1f", "U+007F": "\x7f", "C1": "\x85", "soft hyphen": "\xad", "zero width": "\u200b", "joiner": "\u200d",
              "right-to-left mark": "\u200f", "override": "\u202e", "isolate": "\u2066", "line separator": "\u2028", "word joiner": "\u2060",
              "filler": "\u3164", "byte order mark": "\ufeff", "noncharacter": "\ufffe", "astral noncharacter": "\U0001ffff", "tag": "\U000e0041",
              "not composed": "e\u0301", "not composed, Han": "\uf900", "variation": "\ufe0f"}
DATES = ["2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-00-10T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-31T24:00:00Z",
         "2026-01-31T23:60:00Z", "2026-01-31T23:59:61Z", "2026-01-31 00:00:00Z", "2026-01-31T00:00:00", "2026-01-31T00:00:00z ", "2026-01-31T00:00:00+24:00",
         "2026-01-31T00:00:00+08", "20260131T000000Z0000", "-026-01-31T00:00:00Z", "2026-01-31T00:00:0０Z", "99999-01-31T00:00:00Z", "2026-1-31T00:00:00.0Z"]
rotation = itertools.count()


def some(values, count):
    """All of them in the full form, else so many, others at each call."""
    values = list(values)
    return values if FULL else [values[next(rotation) % len(values)] for _ in range(min(count, len(values)))]


def resolve(schema):
    while "$ref" in schema:
        node = API
        for part in schema["$ref"].removeprefix("#/").split("/"):
            node = node[part]
        schema = node
    return schema


def good(name, schema):
    """A value that the schema takes."""
    schema = resolve(schema)
    kind = schema.get("type")
    if "enum" in schema:
        return schema["enum"][0]
    if name in GOOD and kind == "string":
        return GOOD[name]
    if kind == "object":
        return {n: good(n, s) for n, s in schema.get("properties", {}).items() if n in schema.get("required", [])}
    if kind == "array":
        return [good(name, schema["items"]) for _ in range(max(1, schema.get("minItems", 0)))]
    if kind == "boolean":
        return True
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 1), 1)
    if schema.get("format") == "date-time":
        return "2026-01-31T09:00:00Z"
    if schema.get("pattern", "").startswith("^(") and "|" in schema["pattern"]:
        return schema["pattern"][2:].split("|")[0].rstrip(")$")
    length = max(schema.get("minLength", 1), 1)
    if "{64}" in schema.get("pattern", ""):
        length = 64
    elif "{32}" in schema.get("pattern", ""):
        length = 32
    elif "contentEncoding" in schema or "base64" in schema.get("description", ""):
        length = (max(length, 96) + 3) // 4 * 4
    return ("A" if "contentEncoding" in schema or "base64" in schema.get("description", "") else "0") * length


def bad_texts(schema, value):
    if schema.get("format") == "date-time":
        yield from DATES
        return
    longest = schema.get("maxLength")
    if longest is not None:
        yield "0" * (longest + 1)
        yield "津" * (longest // 3 + 1)                      # bytes are counted, not characters
    if schema.get("minLength", 0) > 0 or "pattern" in schema or "enum" in schema:
        yield ""
    for text in some(CHARACTERS.values(), 4):
        keep = max(len(value.encode()) - len(text.encode()), 0)
        yield value[:keep] + text
    if "enum" in schema or "pattern" in schema:
        yield value[:-1] + "\u0430" if value else "\u0430"    # looks like an "a"
        if "pattern" in schema and not re.fullmatch(schema["pattern"], " "):
            yield value + " "


def bad_values(name, schema):
    """Values that this field must not take; bytes are JSON text."""
    schema = resolve(schema)
    kind, value = schema.get("type"), good(name, schema)
    yield from (v for v in ([1, True, None, [], {}] if kind == "string" else ["1", True, None, 1.5, [], b"1e2", b"99999999999999999999", b"-1e999"]
                            if kind == "integer" else ["1", True, None, [], b"1e999"] if kind == "number" else ["true", 0, None, []]
                            if kind == "boolean" else [{}, "x", None, 1] if kind == "array" else []))
    if kind == "string":
        yield from bad_texts(schema, value)
        yield from (b'"\\ud800"', b'"\\udc00\\ud800"', b'"\\u0000"', b'"\xc0\xaf"', b'"\xed\xa0\x80"', b'"\xff"')
    elif kind in ("integer", "number"):
        if "minimum" in schema:
            yield schema["minimum"] - 1
        if "maximum" in schema:
            yield schema["maximum"] + (1 if kind == "integer" else schema["maximum"])
    elif kind == "array":
        if schema.get("minItems", 0) > 0:
            yield []
        if "maxItems" in schema and schema["maxItems"] < 100:
            yield value[:1] * (schema["maxItems"] + 1)
        if resolve(schema["items"]).get("type") == "string":
            yield from ([1], [None], [[]], ["\u202e"], ["0" * 65])


def text_of(body):
    """JSON of a body in which bytes stand for themselves."""
    marks = {}

    def mark(value):
        if isinstance(value, bytes):
            name = f"@{uuid.uuid4().hex}@"
            marks[name] = value
            return name
        if isinstance(value, dict):
            return {k: mark(v) for k, v in value.items()}
        return [mark(v) for v in value] if isinstance(value, list) else value
    text = json.dumps(mark(body), ensure_ascii=False).encode("utf-8", "surrogatepass")
    for name, value in marks.items():
        text = text.replace(f'"{name}"'.encode(), value)
    return text


def field_cases(schema, whole, place=()):
    """(body text, field that the answer must name) for every field of an object, those of lists of objects included."""
    def at(change):
        body = json.loads(json.dumps(whole))
        node = body
        for step in place:
            node = node[step]
        change(node)
        return body
    prefix = f"{place[0]}[{place[1]}]." if place else ""
    for name, field in schema.get("properties", {}).items():
        for value in bad_values(name, field):
            yield text_of(at(lambda node: node.__setitem__(name, value))), prefix + name
        if name in schema.get("required", []):
            yield text_of(at(lambda node: node.pop(name))), prefix + name
        inner = resolve(field)
        if inner.get("type") == "array" and resolve(inner["items"]).get("type") == "object" and not place:
            start = json.loads(json.dumps(whole))
            start[name] = [good(name, inner["items"])]
            yield from field_cases(resolve(inner["items"]), start, (name, 0))
            yield text_of(at(lambda node: node.__setitem__(name, ["x"]))), name
    for name in ("unknown", "__proto__", "\u202etxt.exe", "x" * 500, ""):
        yield text_of(at(lambda node: node.__setitem__(name, 1))), None
    for name in list(schema.get("properties", {}))[:1]:
        yield text_of(at(lambda node: node.__setitem__(name.upper(), 1))), prefix + name.upper()


def body_cases(whole):
    """Texts that are no JSON object as described."""
    text = json.dumps(whole).encode()
    name = next(iter(whole), "a")
    yield from (b"", b"null", b"[]", b'"x"', b"1", b"{", text + b"x", text + text, b"\xef\xbb\xbf" + text, text.decode().encode("utf-16"), b"\0" + text,
                b'{"%s":1,"%s":1}' % (name.encode(), name.encode()), b'{"%s":1,"\\u%04x%s":1}' % (name.encode(), ord(name[0]), name[1:].encode()),
                b'{"%s":%s}' % (name.encode(), b"[" * 40 + b"]" * 40), b'{"%s":%s}' % (name.encode(), b'{"a":' * 33 + b"1" + b"}" * 33),
                b"[" * 16000, b'{"a":' * 3000, b"{" + b"\t" * 200 + b"'a':1}", b'{"a":NaN}', b'{"a":01}', b'{"a":0x10}', b'{"a":1,}', b"<xml/>", b"a=1&b=2")


class Asker(threading.local):
    """One connection a thread."""
    connection = None

    def ask(self, base, method, target, body, headers):
        for again in (False, True):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(base).netloc, timeout=30)
            try:
                began = time.monotonic()
                self.connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
                for name, value in headers:
                    self.connection.putheader(name, value)
                if body is not None:
                    self.connection.putheader("Content-Length", str(len(body)))
                self.connection.endheaders(body)
                answer = self.connection.getresponse()
                text = answer.read()
                if answer.getheader("Connection", "").lower() == "close":
                    self.close()
                return answer.status, answer.getheader("Content-Type", "").split(";")[0], text, time.monotonic() - began
            except (http.client.HTTPException, ConnectionError):
                self.close()
                if again:
                    raise
        return None

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


class Hostile:
    def __init__(self, base, tokens, log):
        self.base, self.tokens, self.log = base, tokens, log
        self.asker, self.codes, self.wrong, self.asked, self.to_record, self.slowest = Asker(), {}, [], 0, 0, (0, "")
        self.lock = threading.Lock()

    def one(self, case):
        what, method, path, target, body, headers, field, wanted = case
        try:
            status, kind, text, seconds = self.asker.ask(self.base, method, target, body, headers)
        except (OSError, http.client.HTTPException) as error:
            with self.lock:
                self.wrong.append(f"{what}: no answer: {error!r}")
            return
        answer, problem = {}, None
        try:
            answer = json.loads(text)
            if not 400 <= status < 500 and answer["code"] != "counterpart_down":
                problem = f"{status}, not a refusal"
            elif kind != "application/problem+json" or not all(isinstance(answer.get(n), str) and answer[n] for n in ("code", "title", "title_zh")):
                problem = "no problem with code and both languages"
            elif not isinstance(answer.get("field"), str) or answer["status"] != status:
                problem = "no field"
            elif answer["code"] not in KNOWN or (wanted is not None and answer["code"] not in wanted):
                problem = f"code {answer['code']}, not {wanted}"
            elif field is not None and answer["code"] != "bad_json" and answer["field"] != field:
                problem = f"names {answer['field']!r}, not {field!r}"
            elif any(c in text.decode() for c in ("\u202e", "\u200b", "\ufeff")):
                problem = "gives hostile characters back"
            else:
                if path is not None:
                    described.check(method, path, status, kind, text)
        except (json.JSONDecodeError, UnicodeDecodeError, AssertionError) as error:
            problem = f"{type(error).__name__} {error}"
        with self.lock:
            self.asked += 1
            self.slowest = max(self.slowest, (seconds, what))
            self.codes[answer.get("code")] = self.codes.get(answer.get("code"), 0) + 1
            self.to_record += answer.get("code") == "bad_field" and any(n == "Authorization" for n, _ in headers)
            if problem is not None:
                self.wrong.append(f"{what}: {problem}: {text[:300]!r} to {body[:200] if body else body!r}")

    def all(self, cases):
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            for _ in pool.map(self.one, cases, chunksize=8):
                pass


KNOWN = set(API["components"]["schemas"]["problem"]["properties"]["code"]["enum"])
FIELD_CODES = {"bad_field", "bad_json", "bad_uscc", "bad_id_number", "reason_required"}


TYPES = ("text/plain", "application/x-www-form-urlencoded", "application/jsonx", "application/json; charset=utf-16", "multipart/form-data", "")
KEYS = (None, "", "short", "a" * 65, "with a blank", "quote\"quote", "schlüssel".encode("latin-1"), "line\tline", "../../../etc")
QUERIES = ("unknown=1", "limit=1&limit=1", "%6Cimit=1&limit=1", "=1", "a=%00", "a=%0a", "a=%ff", "a=%zz", "a=1+1", "&".join(f"q{i}=1" for i in range(17)))
IDS = ("..", ".", "%2e%2e", "%2f", "..%2f..%2fetc", "a" * 65, "%00", "a%00", "\\..\\..", "%c0%ae%c0%ae", "%E2%80%AE", "a;b", "a:b", "~", "*", "'%20or%201=1")
TOKENS = ("Bearer", "Bearer " + "0" * 64, "Bearer " + "0" * 63, "Basic YTpi", "bearer x", "Bearer \u00e9".encode("latin-1"))
HOST, JSON_TYPE = ("Host", "127.0.0.1"), ("Content-Type", "application/json")


class Operation:
    """One request of the description, as it would be right, for the cases that are each wrong in one thing."""

    def __init__(self, method, path, described_, tokens):
        self.method, self.path, self.described, self.write = method, path, described_, described_.get("x-idempotent")
        self.here = path.replace("{id}", NOBODYS).replace("{code}", "translation")
        role = next((r for r in described_["x-roles"] if r in tokens), None)
        self.session = [("Authorization", f"Bearer {tokens[role]}")] if role is not None else []
        content = described_.get("requestBody", {}).get("content", {}).get("application/json")
        self.schema = resolve(content["schema"]) if content else None
        self.whole = good("", self.schema) if content else None
        self.body = json.dumps(self.whole).encode() if content else None

    def case(self, what, codes, target=None, body=b"-", session=None, kind=JSON_TYPE, keys=None, field=None, described_=True):
        keys = [uuid.uuid4().hex] * bool(self.write) if keys is None else keys
        headers = [HOST, *(self.session if session is None else session), *([kind] if kind and self.body is not None else []),
                   *(("Idempotency-Key", key) for key in keys)]
        return (f"{self.method} {self.path} {what}", self.method, self.here if described_ else None, target or self.here,
                self.body if body == b"-" else body, headers, field, codes)

    def cases(self):
        if self.body is not None:
            for text, field in field_cases(self.schema, self.whole):
                yield self.case(f"field {field}", FIELD_CODES, body=text, field=field)
            for text in some(body_cases(self.whole), 12):
                yield self.case("body", {"bad_json", "bad_field", "limit_exceeded"}, body=text)
            for kind in TYPES:
                yield self.case(f"type {kind}", {"bad_json"}, kind=("Content-Type", kind) if kind else None, field="Content-Type")
            yield self.case("large", {"limit_exceeded"}, body=b" " * (1 << 20) + self.body, field="body")
        if self.write:
            for wrong in KEYS:
                yield self.case(f"key {wrong}", {"idempotency_key_missing", "bad_argument"}, keys=[] if wrong is None else [wrong])
            yield self.case("two keys", {"bad_argument"}, keys=[uuid.uuid4().hex, uuid.uuid4().hex], described_=False)
        for query in some(QUERIES, 5):
            yield self.case(f"?{query}", {"bad_field", "bad_argument"}, target=f"{self.here}?{query}", described_=False)
        for parameter in map(resolve, self.described.get("parameters", [])):
            for value in bad_queries(parameter["schema"]) if parameter["in"] == "query" else ():
                yield self.case(f"?{parameter['name']}={value}", {"bad_field", "bad_argument"},
                                target=f"{self.here}?{parameter['name']}={urllib.parse.quote(value, safe='')}")
        for wrong in some(IDS, 6) if "{id}" in self.path else ():
            yield self.case(f"id {wrong}", {"not_found", "bad_argument", "method_not_allowed", "bad_field"},
                            target=self.path.replace("{id}", wrong, 1).replace("{code}", "translation"), described_=False)
        for wrong in some(TOKENS, 2) if self.session else ():
            yield self.case("token", {"unauthenticated", "bad_argument"}, session=[("Authorization", wrong)], described_=False)
        if self.method == "GET":
            yield self.case("a body", None, body=b"{}", described_=False)


def cases(tokens):
    """Every request that must be refused: (what, method, described path, target, body, headers, field, codes)."""
    for path, operations in API["paths"].items():
        for method, operation in operations.items():
            if method in ("get", "post", "put", "delete") and path.startswith("/api/v1"):
                yield from Operation(method.upper(), path, operation, tokens).cases()


def bad_queries(schema):
    if schema.get("type") == "integer":
        yield from ("", "x", "-1", "+1", " 1", "1 ", "1e3", "0x10", "1.0", "99999999999999999999", "１")
        if "maximum" in schema:
            yield str(schema["maximum"] + 1)
        yield str(schema.get("minimum", 1) - 1)
    elif schema.get("format") == "date-time":
        yield from DATES[:8]
    elif "enum" in schema:
        yield from ("", "x", schema["enum"][0] + " ", schema["enum"][0].upper() + "X")


def heads(base):
    """What no HTTP library sends."""
    host = urllib.parse.urlsplit(base)
    for raw in (b"GET /livez\r\n\r\n", b"GET /api/v1/seals HTTP/1.0\r\nHost: h\r\n\r\n",
                b"GET  /livez HTTP/1.1\r\nHost: h\r\n\r\n", b"GET /livez HTTP/1.1\r\n\r\n",
                b"GET /livez HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", b"GET /livez HTTP/1.1\r\nHost: h\r\n folded: x\r\n\r\n",
                b"POST /api/v1/session HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
                b"POST /api/v1/session HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
                b"POST /api/v1/session HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1\r\n\r\nx",
                b"POST /api/v1/session HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n",
                b"GET /livez HTTP/1.1\r\nHost: h\r\nX: " + b"a" * 60000 + b"\r\n\r\n", b"GET /" + b"a" * 60000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
                b"GET /livez HTTP/1.1\r\nHost: h\r\n" + b"".join(b"X%d: 1\r\n" % i for i in range(300)) + b"\r\n", b"BREW /livez HTTP/1.1\r\nHost: h\r\n\r\n",
                b"GET /livez HTTP/1.1\r\nHost: h\r\nX\x00Y: 1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
                b"GET http://elsewhere/livez HTTP/1.1\r\nHost: h\r\n\r\n", b"GET /livez HTTP/1.1\nHost: h\n\n"):
        with socket.create_connection((host.hostname, host.port), timeout=SLOWEST_SECONDS + 5) as s:
            s.sendall(raw)
            s.shutdown(socket.SHUT_WR)
            answer = b""
            with contextlib.suppress(ConnectionError):
                while chunk := s.recv(65536):
                    answer += chunk
        assert answer == b"" or answer.split(b" ")[1][:1] in (b"4", b"5") and not answer.split(b" ")[1].startswith(b"500"), f"{raw[:80]!r}: {answer[:200]!r}"


def rows(folder):
    """How many rows each table has; the audit record, tries of log-ins and what the background writes apart."""
    place = f"file:{folder / 'data' / 'web' / 'jinyin.db'}?mode=ro"
    with contextlib.closing(sqlite3.connect(place, uri=True)) as db:
        names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        counts = {n: db.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0] for n in names}
    audit = counts.pop("audit")
    for name in ("login_source", "challenge", "evidence_source", "evidence_answer", "outage", "trust", "notification"):
        counts.pop(name, None)
    return counts, audit


def main():
    with demonstration(password_function="pbkdf2-hmac-sm3") as (folder, base):
        life = Life(folder, 1)
        life.keys()
        tokens = {"system_administrator": life.tokens["admin"], "security_administrator": life.tokens["security"],
                  "audit_administrator": life.tokens["audit"], "coordination_group": life.tokens["coordination"],
                  "cryptography_authority": life.tokens["cryptography"], "police": life.tokens["police"], "maker_staff": life.tokens["maker"],
                  "agent": life.tokens["agent"], "custodian": life.tokens["custodian"], "approver": life.tokens["approver"]}
        before, audit_before = rows(folder)
        rooms = pids(folder)
        hostile = Hostile(base, tokens, folder / "log.jsonl")
        began = time.monotonic()
        hostile.all(cases(tokens))
        heads(base)
        seconds = time.monotonic() - began
        after, audit_after = rows(folder)
        print(f"{hostile.asked} requests in {seconds:.1f} s, slowest {hostile.slowest[0]:.2f} s ({hostile.slowest[1]}), {audit_after - audit_before} recorded")
        print(dict(sorted(hostile.codes.items(), key=lambda c: -c[1])))
        for line in sorted(hostile.wrong)[::max(1, len(hostile.wrong) // int(os.environ.get("SHOWN", "40")))]:
            print("WRONG", line)
        assert not hostile.wrong, f"{len(hostile.wrong)} of {hostile.asked} were not refused as they should be"
        assert before == after, f"something was written: {[(n, before.get(n), c) for n, c in after.items() if before.get(n) != c]}"
        assert audit_after - audit_before >= hostile.to_record, "a refusal of somebody known is not in the audit record"
        assert rooms == pids(folder), "a room ended"
        assert hostile.slowest[0] < SLOWEST_SECONDS, hostile.slowest
        assert life.ask("audit", "GET", "/audit/check")["intact"] is True
        names_of_people_are_taken(life)
        log = (folder / "log.jsonl").read_text()
        assert "request_failed" not in log and "audit_failed" not in log, "something failed inside"
        print("all claims hold")


def names_of_people_are_taken(life):
    """Characters beyond the first plane stand in names of Tianjin's people (GB 18030-2022)."""
    made = life.ask("admin", "POST", "/organizations", {"uscc": "91120104MA0Y00067X", "name": "𠮷𡈽𬭎公司", "kind": "enterprise", "district": "120101"})
    assert made["organization_id"]


if __name__ == "__main__":
    main()
