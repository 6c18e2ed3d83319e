#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SQL files → sql_names.h and sql_text.c: gen_sql.py OUT_DIR QUERIES_DIR MIGRATIONS_DIR [--depfile FILE]

A query file holds named statements: `-- name: seal_by_code`, comment lines if any, one statement ended by `;`, parameters as :name.
A migration file NNNN_what.sql holds any number of statements; numbers run from 0001 without a gap. What is wrong stops the build
with file and line. A folder that does not exist counts as empty. The .sql files are SQLite's; sql_postgres.py says them again for
PostgreSQL. store/README.md tells the rules.
"""
import hashlib
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from sql_postgres import Migration, Query, Schema, rights_of  # noqa: E402

STARTS = {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES"}
# The store alone begins and ends transactions, and only it changes the engine's settings.
FORBIDDEN = {"COMMIT", "ROLLBACK", "SAVEPOINT", "ATTACH", "DETACH", "VACUUM", "PRAGMA"}
PARAMS_MAX = 64                           # struct db_row notes what is bound in 64 bits
NAME = re.compile(r"[a-z][a-z0-9_]*")
TOKEN = re.compile(r"""
    (?P<space>\s+)
  | (?P<comment>--[^\n]*|/\*.*?\*/)
  | (?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*")
  | (?P<param>:\w+)
  | (?P<word>[^\W\d]\w*)
  | (?P<number>\d[\w.]*)
  | (?P<end>;)
  | (?P<wrong>/\*|['"`\[?@$:\\\0])
  | (?P<other>.)""", re.X | re.S)
WRONG = {"'": "a string is not closed", '"': "a quoted name is not closed", "/*": "a comment is not closed"}


class Refused(Exception):
    pass

SIDES = ("whole", "making", "stamping", "verification")        # enum db_side of store/db.h: bit 0, 1, …


class Token:
    def __init__(self, kind, text, at, line):
        self.kind, self.text, self.at, self.line = kind, text, at, line


def refuse(path, line, text):
    raise Refused(f"{path}:{line}: {text}")


def read(path):
    raw = path.read_bytes()
    try:
        return raw, raw.decode("utf-8")
    except UnicodeDecodeError as error:
        refuse(path, raw.count(b"\n", 0, error.start) + 1, "not UTF-8")


def tokens(path, text):
    """Everything but white space; strings and quoted names are one token each, so nothing inside them is taken for SQL."""
    line = 1
    for match in TOKEN.finditer(text):
        kind, piece = match.lastgroup, match[0]
        if kind == "wrong":
            refuse(path, line, WRONG.get(piece, f"{piece!r} has no place here: parameters are :name, quotes are ' and \""))
        if kind == "word" and piece.upper() in FORBIDDEN:
            refuse(path, line, f"{piece} is not for SQL files: the store runs transactions and sets the engine up")
        if kind != "space":
            yield Token(kind, piece, match.start(), line)
        line += piece.count("\n")


class Statement:
    def __init__(self, path, line, name):
        self.path, self.line, self.name = path, line, name
        self.start = self.text = None
        self.sides = SIDES[0:1] + ("making", "stamping")
        self.params, self.code = [], []

    def serve(self, token):
        """`-- for: making, verification`: the nodes that use it, beside the whole service (N7); `-- for: whole`: none of them."""
        names = [name.strip() for name in token.text[2:].split(":", 1)[1].split(",")]
        if self.start is not None or not (set(names) <= set(SIDES[1:]) or names == ["whole"]) or len(set(names)) != len(names):
            refuse(self.path, token.line, f"{self.name}: before the statement, `-- for:` and some of {', '.join(SIDES[1:])}, or whole")
        self.sides = SIDES[0:1] + tuple(name for name in names if name != "whole")

    def take(self, token):
        if self.text is not None:
            refuse(self.path, token.line, f"two statements under the name {self.name}")
        if token.kind == "end":
            refuse(self.path, token.line, f"{self.name} holds no statement")
        if self.start is None:
            if token.text.upper() not in STARTS:
                refuse(self.path, token.line, f"{self.name} begins with {token.text}, not with one of {', '.join(sorted(STARTS))}")
            self.start = token.at
        self.code.append(token)
        if token.kind == "param":
            param = token.text[1:]
            if not NAME.fullmatch(param):
                refuse(self.path, token.line, f"parameter {token.text}: only a-z, 0-9 and _, a letter first")
            if param not in self.params:
                self.params.append(param)
            if len(self.params) > PARAMS_MAX:
                refuse(self.path, token.line, f"{self.name} has more than {PARAMS_MAX} parameters")

    def end(self, text, at, schema):
        self.text = text[self.start:at]
        self.query = Query(self.path, text, self.code, schema, refuse, self.params)
        self.query.run()
        self.postgres = self.query.result(self.start, at)


def statements_of(path, schema):
    _, text = read(path)
    found = []
    for token in tokens(path, text):
        current = found[-1] if found else None
        if token.kind == "comment" and re.match(r"--\s*name\b", token.text):
            if current and current.text is None:
                refuse(path, token.line, f"{current.name} has no terminator ;" if current.start is not None else
                       f"{current.name} holds no statement")
            header = re.fullmatch(r"-- name: (\S+)\s*", token.text)
            if not header:
                refuse(path, token.line, "a header has the form `-- name: seal_by_code`")
            if not NAME.fullmatch(header[1]):
                refuse(path, token.line, f"name {header[1]}: only a-z, 0-9 and _, a letter first")
            found.append(Statement(path, token.line, header[1]))
        elif token.kind == "comment" and current and re.match(r"--\s*for\s*:", token.text):
            current.serve(token)
        elif token.kind == "comment":
            continue
        elif current is None:
            refuse(path, token.line, "SQL before the first `-- name:`")
        elif token.kind == "end" and current.start is not None and current.text is None:
            current.end(text, token.at, schema)
        else:
            current.take(token)
    if found and found[-1].text is None:
        refuse(path, found[-1].line, f"{found[-1].name} " +
               ("has no terminator ;" if found[-1].start is not None else "holds no statement"))
    return found


def queries_of(folder, schema):
    found, seen = [], {}
    for path in sorted(folder.glob("*.sql")):
        for statement in statements_of(path, schema):
            if statement.name in seen:
                first = seen[statement.name]
                refuse(path, statement.line, f"the name {statement.name} is taken by {first.path}:{first.line}")
            seen[statement.name] = statement
            found.append(statement)
    return found


def migrations_of(folder, schema):
    found = []
    for path in sorted(folder.glob("*.sql")):
        match = re.fullmatch(r"(\d{4})_[a-z0-9_]+\.sql", path.name)
        if not match:
            refuse(path, 1, "a migration is named NNNN_what.sql")
        if int(match[1]) != len(found) + 1:
            refuse(path, 1, f"the next migration is {len(found) + 1:04}: numbers run from 0001, each once, without a gap")
        raw, text = read(path)
        everything = list(tokens(path, text))
        code = [token for token in everything if token.kind != "comment"]
        if not code:
            refuse(path, 1, "the migration holds no statement")
        if code[-1].kind != "end":
            refuse(path, code[-1].line, "the last statement has no terminator ;")
        params = [token for token in code if token.kind == "param"]
        if params:
            refuse(path, params[0].line, f"{params[0].text}: a migration has no parameters")
        postgres = Migration(path, text, everything, schema, refuse).translated()
        found.append((int(match[1]), path.name, text, postgres, hashlib.new("sm3", raw).hexdigest()))
    return found


def c_string(text, indent):
    """One C literal a line of SQL."""
    def escape(char):
        return {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}.get(char) or (f"\\{ord(char):03o}" if ord(char) < 32 else char)
    return "\n".join(indent + '"' + "".join(map(escape, line)) + '"' for line in text.splitlines(keepends=True))


def names_h(queries):
    lines = ["/* Generated by tools/gen_sql.py. */", "#ifndef JY_SQL_NAMES_H", "#define JY_SQL_NAMES_H", "", "enum sql_name {"]
    lines += [f"    SQL_{statement.name.upper()}," for statement in queries]
    return "\n".join(lines + ["    SQL__COUNT", "};", "", "#endif"]) + "\n"


def text_c(queries, migrations):
    lines = ["/* Generated by tools/gen_sql.py. */", '#include "store/driver.h"', ""]
    # A table ends in an empty row, so that a store without a single file still is C.
    lines += ["const struct db_statement db_statements[] = {"]
    for statement in queries:
        params = ", ".join(param_c(param, *statement.query.types[param]) for param in statement.params)
        sides = sum(1 << SIDES.index(side) for side in statement.sides)
        lines += [f'    {{ "{statement.name}", "{statement.path.name}", {statement.line}, {sides}, {len(statement.params)},',
                  f"      (const struct db_param[]){{ {params or '{ NULL, DB_NULL, NULL }'} }},", c_string(statement.text, "      ") + ",",
                  c_string(statement.postgres, "      ") + " },"]
    lines += ["    { NULL, NULL, 0, 0, 0, NULL, NULL, NULL },", "};", f"const size_t db_statement_count = {len(queries)};", ""]
    lines += ["const struct db_migration db_migrations[] = {"]
    for number, name, text, postgres, digest in migrations:
        lines += [f'    {{ {number}, "{name}", "{digest}",', c_string(text, "      ") + ",", "      (const struct db_step[]){"]
        for line, statement in postgres:
            lines += [f"        {{ {line},", c_string(statement, "          ") + " },"]
        lines += ["        { 0, NULL }", "      } },"]
    lines += ["    { 0, NULL, NULL, NULL, NULL },", "};", f"const size_t db_migration_count = {len(migrations)};", ""]
    rights = [(1 << i, table, words) for i, side in enumerate(SIDES)
              for table, words in rights_of([statement.query for statement in queries if side in statement.sides])]
    lines += ["const struct db_right db_rights[] = {"] + [f'    {{ {side}, "{table}", "{words}" }},' for side, table, words in rights]
    return "\n".join(lines + ["    { 0, NULL, NULL },", "};", f"const size_t db_right_count = {len(rights)};"]) + "\n"


def param_c(name, kind, column):
    return f'{{ "{name}", DB_{kind}, {f"{chr(34)}{column}{chr(34)}" if column else "NULL"} }}'


def depfile(out, folders):
    """The folders stand in it as well: a new or removed file is a change too. Of a folder that is not there, the one above it."""
    inputs = []
    for folder in folders:
        inputs += sorted(folder.glob("*.sql")) + [folder if folder.is_dir() else folder.parent]
    return f"{out}: " + " ".join(str(path).replace(" ", "\\ ") for path in inputs) + "\n"


def main(arguments):
    depends = arguments[4] if arguments[3:4] == ["--depfile"] and len(arguments) == 5 else None
    if len(arguments) != 3 and depends is None:
        raise SystemExit(__doc__)
    out, queries_dir, migrations_dir = map(pathlib.Path, arguments[:3])
    try:
        schema = Schema()
        migrations = migrations_of(migrations_dir, schema)
        queries = queries_of(queries_dir, schema)
    except Refused as error:
        raise SystemExit(str(error))
    (out / "sql_names.h").write_text(names_h(queries), encoding="utf-8")
    (out / "sql_text.c").write_text(text_c(queries, migrations), encoding="utf-8")
    if depends:
        pathlib.Path(depends).write_text(depfile(out / "sql_names.h", (queries_dir, migrations_dir)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
