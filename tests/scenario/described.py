# SPDX-License-Identifier: Apache-2.0
"""What the service answers, held to api/openapi.json: every scenario test does this with every answer that it gets."""
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
API = json.loads((ROOT / "api" / "openapi.json").read_text())
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def resolve(schema):
    while "$ref" in schema:
        found = API
        for name in schema["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        schema = found
    return schema


def is_type(value, name):
    if name in ("integer", "number"):
        return isinstance(value, int if name == "integer" else (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def unlike(schema, value, where=""):
    """The first way in which a value is not what its schema says, or None. The part of JSON Schema that the description uses."""
    schema = resolve(schema)
    for part in schema.get("allOf", []):
        if (found := unlike(part, value, where)):
            return found
    if "anyOf" in schema and all(unlike(part, value, where) for part in schema["anyOf"]):
        return f"{where}: none of the choices"
    kinds = schema.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if kinds and not any(is_type(value, kind) for kind in kinds):
        return f"{where}: {value!r:.60} is not {'/'.join(kinds)}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{where}: {value!r:.60} is not listed"
    if isinstance(value, str):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            return f"{where}: {value!r:.60} does not match {schema['pattern']}"
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            return f"{where}: {len(value)} characters"
    if isinstance(value, (int, float)) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        return f"{where}: {value}"
    if isinstance(value, list):
        return next(filter(None, (unlike(schema.get("items", {}), item, f"{where}[{i}]") for i, item in enumerate(value))), None)
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        missing = [name for name in schema.get("required", []) if name not in value]
        unknown = [name for name in value if name not in properties] if schema.get("additionalProperties") is False else []
        if missing or unknown:
            return f"{where}: missing {missing}, not described {unknown}"
        return next(filter(None, (unlike(properties[name], item, f"{where}.{name}") for name, item in value.items() if name in properties)), None)
    return None


def operation(method, path):
    """The description of a request, or None: (operation, the path's keys)."""
    path = path.partition("?")[0]
    for template, methods in API["paths"].items():
        match = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template), path)
        if match and method.lower() in methods:
            return methods[method.lower()], match.groupdict()
    return None, {}


def check(method, path, status, kind, text):
    """An answer that is not as described is an error of the test that got it."""
    described, _ = operation(method, path)
    if described is None or described.get("x-undeclared-answer"):
        return
    answer = resolve(described["responses"].get(str(status), {}))
    assert answer, f"{method} {path}: {status} is not described: {text[:200]!r}"
    if status == 204:
        assert not text, f"{method} {path}: 204 with a body"
        return
    schema = answer["content"].get(kind)
    assert schema, f"{method} {path} {status}: {kind} is not described"
    if kind.endswith("json"):
        found = unlike(schema["schema"], json.loads(text))
        assert not found, f"{method} {path} {status}: {found}"
