# SPDX-License-Identifier: Apache-2.0
"""The routes of daemons/web/routes.c as Python values: for the document (gen_docs.py) and for the test that walks routes × roles."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROLES = {"ROLE_SYSTEM_ADMINISTRATOR": "system_administrator", "ROLE_SECURITY_ADMINISTRATOR": "security_administrator",
         "ROLE_AUDIT_ADMINISTRATOR": "audit_administrator", "ROLE_COORDINATION_GROUP": "coordination_group",
         "ROLE_CRYPTOGRAPHY_AUTHORITY": "cryptography_authority", "ROLE_POLICE": "police", "ROLE_MAKER_STAFF": "maker_staff", "ROLE_AGENT": "agent",
         "ROLE_CUSTODIAN": "custodian", "ROLE_APPROVER": "approver"}
GROUPS = {"ORGANIZATION_ROLES": ["agent", "custodian", "approver"], "LOGGED_IN": list(ROLES.values()), "ANYBODY": ["anybody"]}


def named(who):
    """Role codes of a C expression such as ROLE_AGENT | ROLE_POLICE."""
    roles = []
    for part in (p.strip() for p in who.split("|")):
        roles += GROUPS.get(part) or [ROLES[part]]
    return roles


def nodes():
    """The rows of daemons/web/nodes.c: [(method or *, path, may go on, [nodes])]."""
    names = {"M": "making", "S": "stamping", "V": "verification"}
    text = (ROOT / "daemons/web/nodes.c").read_text()
    rows = re.findall(r'^    \{ "(\w+|\*)",\s+(API )?"([^"]+)",\s+([MSV |]+) \},$', text, re.M)
    if not rows or len(rows) != len(re.findall(r'^    \{ "', text, re.M)):
        raise SystemExit("nodes.c: a row was not understood")
    return [(method, ("/api/v1" if api else "") + path.rstrip("*"), path.endswith("*"), [names[n.strip()] for n in who.split("|")])
            for method, api, path, who in rows]


def nodes_of(method, path):
    return next(who for m, p, more, who in nodes() if m in ("*", method) and (path.startswith(p) if more else path == p))


def routes():
    """[{method, path, roles, scope, audit, body, fields, once, source, fresh, early}], in the table's order."""
    text = (ROOT / "daemons/web/routes.c").read_text()
    macros = {name: body.replace("\\\n", " ") for name, body in re.findall(r"^#define (\w+) ((?:.*\\\n)*.*)$", text, re.M)}
    expand = lambda body: re.sub(r"\b(PROOF|PAGES_SEEN|ITEM_KEY|\w+_FIELDS)\b", lambda found: expand(macros[found.group(1)]), body)
    fields = {"nothing": []}
    for name, body in re.findall(r"^FIELDS\((\w+), (.*?)\);\n", text, re.M | re.S):
        body = expand(body)
        found = re.findall(r'\{ "(\w+)", (IN_\w+), [^}]*?(true|false)(?:, \w+)? \}|ID_FIELD\("(\w+)"\)', body)
        fields[name] = [(plain or id_field, "" if id_field or optional == "false" else "?") for plain, _, optional, id_field in found]
    rows = re.findall(r'^    \{ "(\w+)",\s+(API )?"([^"]+)",\s+(\w+),\s+([^,]+?),\s+SCOPE_(\w+),\s+(NULL|"\w+"),'
                      r'\s+BODY_(\w+),\s+(\w+),\s+(\w+),\s+(true|false),\s+"([^"]+)"(?:, ([^,}]+?))?(?:, (true|false))? \},$',
                      text, re.M)
    expected = len(re.findall(r'^    \{ "(?:GET|POST|PUT|DELETE)"', text, re.M))
    if len(rows) != expected or not rows:
        raise SystemExit(f"routes.c: {expected} rows, {len(rows)} understood")
    out = []
    for method, api, path, _, who, scope, audit, body, _, field_list, once, source, fresh, early in rows:
        roles, fresh_roles = named(who), [] if fresh in ("", "0") else named(fresh)
        out.append({"method": method, "path": ("/api/v1" if api else "") + path, "roles": roles, "scope": scope.lower(), "audit": audit.strip('"'),
                    "body": body, "fields": fields.get(field_list, []), "once": once == "true", "source": source,
                    "fresh": fresh_roles, "early": early == "true"})
    return out
