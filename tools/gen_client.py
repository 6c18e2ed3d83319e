#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""api/client/jinyin.ts, the TypeScript client, from api/openapi.json: a method an operation, a type a record. --check only compares."""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
API = json.loads((ROOT / "api" / "openapi.json").read_text())
PAGE = ROOT / "api" / "client" / "jinyin.ts"
PLAIN = {"string": "string", "boolean": "boolean", "integer": "number", "number": "number", "null": "null"}
HEAD = '''// SPDX-License-Identifier: Apache-2.0
// The client of /api/v1, generated from api/openapi.json by tools/gen_client.py; edit that, not this file.

/** A refusal: a stable code, the field, the clause, both languages (docs/errors.md). */
export class Refusal extends Error {
  constructor(readonly status: number, readonly problem: Problem, readonly retryAfter: number | null) {
    super(`${status} ${problem.code}: ${problem.title} ${problem.field} ${problem.detail}`);
  }
}

/** A request before it is sent: what a signer needs (docs/protocol/api-signature.md). */
export interface Outgoing { method: string; path: string; query: string; headers: Record<string, string>; body: Uint8Array }

export interface Options {
  /** The same key and the same request: the same answer. Drawn anew without it. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export class Jinyin {
  /** Session token of sessionLogIn(); sent as it is. */
  token: string | null = null;
  /** Adds what identifies an application; instead of a token. */
  sign: ((request: Outgoing) => Promise<Record<string, string>>) | null = null;

  constructor(readonly base: string, private readonly send: typeof fetch = fetch) {}

  private async ask(method: string, path: string, query: object, body: object | Uint8Array | null, once: boolean, options: Options): Promise<Response> {
    const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
    const search = pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&");
    const headers: Record<string, string> = {};
    if (once) headers["Idempotency-Key"] = options.idempotencyKey ?? crypto.randomUUID();
    const bytes = body === null ? new Uint8Array() : body instanceof Uint8Array ? body : new TextEncoder().encode(JSON.stringify(body));
    if (body !== null) headers["Content-Type"] = body instanceof Uint8Array ? "application/octet-stream" : "application/json";
    if (this.token !== null) headers["Authorization"] = `Bearer ${this.token}`;
    if (this.sign !== null) Object.assign(headers, await this.sign({ method, path, query: search, headers, body: bytes }));
    const answer = await this.send(this.base + path + (search === "" ? "" : `?${search}`), {
      method, headers, ...(body === null ? {} : { body: bytes }), ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (answer.ok) return answer;
    const text = await answer.text(), after = answer.headers.get("Retry-After");
    let problem: Problem;
    try {
      problem = JSON.parse(text) as Problem;
    } catch {
      throw new Error(`${answer.status} without a problem: ${text.slice(0, 200)}`);
    }
    throw new Refusal(answer.status, problem, after === null ? null : Number(after));
  }
'''


def type_name(record):
    return "".join(word.capitalize() for word in record.split("_"))


def ts(schema, indent=0):
    if "$ref" in schema:
        return type_name(schema["$ref"].rsplit("/", 1)[1])
    if "anyOf" in schema:
        return " | ".join(ts(part, indent) for part in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    kinds = schema.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if not kinds:
        return "unknown"
    return " | ".join(ts_kind(kind, schema, indent) for kind in kinds)


def ts_kind(kind, schema, indent):
    if kind == "array":
        inner = ts(schema["items"], indent)
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if kind == "object":
        if not schema.get("properties"):
            return "Record<string, unknown>" if schema.get("additionalProperties") is not False else "Record<string, never>"
        pad = "  " * (indent + 1)
        required = schema.get("required", [])
        return "{\n" + "".join(f"{pad}{name}{'' if name in required else '?'}: {ts(item, indent + 1)};\n"
                               for name, item in schema["properties"].items()) + "  " * indent + "}"
    return PLAIN[kind]


def method(path, verb, operation):
    words = operation["operationId"].split("_")
    name = words[0] + "".join(word.capitalize() for word in words[1:])
    keys = re.findall(r"\{(\w+)\}", path)
    arguments = [f"{key}: string" for key in keys]
    queries = [p for p in operation.get("parameters", []) if p.get("in") == "query"]
    content = operation.get("requestBody", {}).get("content", {})
    body = "null"
    if "application/json" in content:
        arguments.append(f"body: {type_name(operation['operationId'])}Body")
        body = "body"
    elif content:
        arguments.append("body: Uint8Array")
        body = "body"
    if queries:
        arguments.append("query: { " + "; ".join(f"{q['name']}?: {ts(q['schema'])}" for q in queries) + " } = {}")
    arguments.append("options: Options = {}")
    status, good = next((s, r) for s, r in operation["responses"].items() if s.startswith("2"))
    answer = good.get("content", {})
    target = re.sub(r"{(\w+)}", r"${encodeURIComponent(\1)}", path)
    once = "true" if operation["x-idempotent"] else "false"
    call = f'await this.ask("{verb.upper()}", `{target}`, {"query" if queries else "{}"}, {body}, {once}, options)'
    if status == "204":
        kind, lines = "void", [f"{call};"]
    elif "application/json" in answer:
        schema = answer["application/json"]["schema"]
        kind = ts(schema) if "$ref" in schema else type_name(operation["operationId"]) + "Answer"
        lines = [f"return (await ({call}).json()) as {kind};"]
    else:
        kind, lines = "Uint8Array", [f"return new Uint8Array(await ({call}).arrayBuffer());"]
    who = ", ".join(operation["x-roles"]) or "anybody"
    return "\n".join([f"  /** {operation['summary']} ({operation['x-clause']}). Who: {who}. */",
                      f"  async {name}({', '.join(arguments)}): Promise<{kind}> {{", *(f"    {line}" for line in lines), "  }"])


def client():
    methods, types = [], []
    for path, verbs in API["paths"].items():
        for verb, operation in verbs.items():
            methods.append(method(path, verb, operation))
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                types.append(f"export type {type_name(operation['operationId'])}Body = {ts(content['application/json']['schema'])};")
            for status, answer in operation["responses"].items():
                schema = answer.get("content", {}).get("application/json", {}).get("schema", {"$ref": ""})
                if status.startswith("2") and "$ref" not in schema:
                    types.append(f"export type {type_name(operation['operationId'])}Answer = {ts(schema)};")
    records = [f"export type {type_name(name)} = {ts(schema)};" for name, schema in API["components"]["schemas"].items()]
    return "\n".join([HEAD + "\n" + "\n\n".join(methods), "}", "", *records, "", *types, ""])


text = client()
if "--check" not in sys.argv:
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text)
elif not PAGE.exists() or PAGE.read_text() != text:
    raise SystemExit("out of date, run python3 tools/gen_client.py: api/client/jinyin.ts")
