#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the pages of docs/ that come from tables in the code (PAGES below); --check only compares."""
import pathlib
import re
import sys

from routes_table import nodes_of, routes as route_rows

ROOT = pathlib.Path(__file__).resolve().parent.parent
STRING = r'"((?:[^"\\]|\\.)*)"'


def rows(path, macro, pattern):
    text = (ROOT / path).read_text()
    found = re.findall(rf"^{macro}\({pattern}\)", text, re.M)
    expected = len(re.findall(rf"^{macro}\(", text, re.M))
    if len(found) != expected or not found:
        raise SystemExit(f"{path}: {expected} rows of {macro}, {len(found)} understood")
    return found


def table(title, source, head, lines):
    out = [f"# {title}", "", f"Generated from `{source}` by `tools/gen_docs.py`; edit the table, not this page.", "",
           "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    out += ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
    return "\n".join(out) + "\n"


def errors():
    found = rows("include/jinyin/errors.def", "JY_ERROR", rf"(\w+), {STRING}, (\d+), {STRING}, {STRING}")
    return table("Errors", "include/jinyin/errors.def", ["code", "HTTP", "meaning", "含义"],
                 [[f"`{code}`", http, en, zh] for _, code, http, en, zh in found])


# The weights of checks.def: what a failure makes the signature under the standard and the strict policy.
WEIGHTS = {"INVALID": ("invalid", "invalid"), "INDETERMINATE": ("indeterminate", "indeterminate"), "WARNING": ("warning", "warning"),
           "DEVIATION": ("warning", "invalid"), "UNLISTED": ("indeterminate", "invalid"),
           "BY_TIME": ("invalid, or indeterminate while the signing time is only claimed",) * 2}


def checks():
    found = rows("include/jinyin/checks.def", "JY_CHECK_ROW", rf"(\w+), (\w+), {STRING}, {STRING}, {STRING}")
    return table("Checks of a verification", "include/jinyin/checks.def", ["check", "a failure makes it", "policy strict", "clause", "claim", "内容"],
                 [[f"`{name}`", *WEIGHTS[weight], clause, en, zh] for name, weight, clause, en, zh in found])


def limits():
    codes = {name: code for name, code, _, _, _ in rows("include/jinyin/errors.def", "JY_ERROR", rf"(\w+), {STRING}, (\d+), {STRING}, {STRING}")}
    lines = []
    for name, value, unit, what, error in rows("include/jinyin/limits.def", "JY_LIMIT", rf"(\w+), ([\du< ]+), {STRING}, {STRING}, (\w+)"):
        number, scale = eval(value.replace("u", "")), 0
        while unit == "bytes" and number >= 1024 and number % 1024 == 0:
            number, scale = number // 1024, scale + 1
        lines.append([f"`{name}`", f"{number:,} {('', 'Ki', 'Mi', 'Gi')[scale] + 'B' if scale else unit}", what, f"`{codes[error]}`"])
    return table("Limits", "include/jinyin/limits.def", ["limit", "at most", "of", "beyond it"], lines)


def deviations():
    found = rows("include/jinyin/deviations.def", "JY_DEVIATION_ROW", rf"(\w+), {STRING}, {STRING}, {STRING}")
    return table("Deviations that a report names", "include/jinyin/deviations.def", ["deviation", "clause", "met", "内容"],
                 [[f"`{name}`", clause, en, zh] for name, clause, en, zh in found])


def configuration():
    found = rows("ipc/config.def", "CONFIG", rf"{STRING}, (\w+), {STRING}, ([A-Z|]+), {STRING}")
    return table("Configuration", "ipc/config.def", ["key", "type", "default", "seen by", "meaning"],
                 [[f"`{key}`", kind.lower(), f"`{default}`" if default else "(empty)", who.lower().replace("|", ", "), text]
                  for key, kind, default, who, text in found])


def messages():
    text = (ROOT / "ipc/messages.def").read_text()
    lines = []
    for name, sender, receiver, reply, body in re.findall(
            r"^MESSAGE_BEGIN\((\w+), (\w+), (\w+), (\w+)\)\n(.*?)^MESSAGE_END\(\1\)", text, re.M | re.S):
        fields = [f"{field} {kind.lower()}" + (f" ≤ {limit}" if limit else "")
                  for kind, field, limit in re.findall(r"FIELD_(\w+)\((\w+)(?:, (\d+))?\)", body)]
        lines.append([f"`{name}`", f"{sender.lower()} → {receiver.lower()}", "" if reply == "NONE" else f"`{reply}`", ", ".join(fields)])
    if len(lines) != len(re.findall(r"^MESSAGE_BEGIN", text, re.M)):
        raise SystemExit("ipc/messages.def: a message was not understood")
    return table("Messages between the rooms", "ipc/messages.def", ["message", "from → to", "answer", "fields"], lines)


def routes():
    who = lambda roles: "everybody with a session" if len(roles) > 9 else ", ".join(roles)
    lines = [[f"`{r['method']} {r['path']}`", who(r["roles"]), r["scope"].replace("_", " "), "" if r["audit"] == "NULL" else r["audit"],
              {"NONE": "", "BYTES": "bytes", "JSON": ", ".join(f"{name}{mark}" for name, mark in r["fields"]) or "{}"}[r["body"]],
              "yes" if r["once"] else "", who(r["fresh"]), ", ".join(nodes_of(r["method"], r["path"])), r["source"]] for r in route_rows()]
    head = ["request", "who", "sees", "audit event", "body (? = optional)", "Idempotency-Key", "fresh second factor", "node (whole: all)", "source"]
    return table("Routes", "daemons/web/routes.c", head, lines)


def c_rows(path, name, count):
    """The rows of a table in C source: lists of cells as they stand there."""
    text = (ROOT / path).read_text()
    body = re.search(rf"{name}\[\] = \{{\n(.*?)^\}};", text, re.M | re.S)[1]
    found = [re.findall(rf"{STRING}|([\w |]+?)\s*(?:,|$)", row) for row in re.findall(r"^    \{ (.*) \},", body, re.M)]
    cells = [[(string or word).strip() for string, word in row if string or word.strip()] for row in found]
    if not cells or any(len(row) != count for row in cells) or len(cells) != len(re.findall(r"^    \{", body, re.M)):
        raise SystemExit(f"{path}: a row of {name} was not understood")
    return cells


def materials():
    types = {"NEW": "issue, reissue", "CHANGE": "renewal, suspension, resumption", "END": "cancellation", "TYPE_RENEWAL": "renewal",
             "TYPE_SUSPENSION": "suspension", "TYPE_RESUMPTION": "resumption"}
    seals = {"OFFICIAL": "official", "HEAD": "position: legal representative, operator, principal", "OTHER": "position: other offices",
             "POSITION": "position", "ANY": "any"}
    lines = []
    for code, zh, en, clause, applications, kept, handled, superior, script, reason, original in c_rows("core/materials.c", "materials", 11):
        only = [text for text, holds in (("by the person", handled == "SELF"), ("by an agent", handled == "AGENT"), ("there is a superior", superior == "true"),
                                         ("foreign or minority script", script == "true"), (f"reason `{reason}`", reason != "NULL")) if holds]
        lines.append([clause, f"`{code}`", en, zh, types[applications], seals[kept], ", ".join(only), "yes" if original == "true" else ""])
    return table("Materials of an application", "core/materials.c",
                 ["clause", "material", "meaning", "材料", "application", "seal", "only when", "original is seen"], lines)


def states():
    machines = ("application", "seal", "order", "maker", "workstation", "inspection", "rectification", "hold")
    lines = [[machine, move[0], f"`{move[1]}`", move[2], move[3]] for machine in machines
             for move in c_rows("core/states.c", f"{machine}_moves", 4) if move[0] != "NULL"]
    return table("States", "core/states.c", ["of", "from", "event", "to", "source"], lines)


stale = []
PAGES = (errors, checks, deviations, limits, configuration, messages, routes, materials, states)
for name, make in ((page.__name__, page) for page in PAGES):
    path, text = ROOT / "docs" / f"{name}.md", make()
    if "--check" not in sys.argv:
        path.write_text(text)
    elif not path.exists() or path.read_text() != text:
        stale.append(str(path.relative_to(ROOT)))
if stale:
    raise SystemExit("out of date, run python3 tools/gen_docs.py: " + ", ".join(stale))
