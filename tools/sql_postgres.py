# SPDX-License-Identifier: Apache-2.0
"""What tools/gen_sql.py needs to know of PostgreSQL: the one source of SQL, written for SQLite, said again for PostgreSQL 15, the type of
every parameter, and the rights that the statements need. Whatever is not known to mean the same in both engines stops the build with file,
line and what to write instead. store/README.md tells the rules."""

TYPES = {"INTEGER": "BIGINT", "TEXT": 'TEXT COLLATE "C"', "BLOB": "BYTEA"}     # "C": compared byte by byte, as SQLite does
CAST_TYPES = {"INTEGER": "BIGINT", "TEXT": "TEXT", "BLOB": "BYTEA"}
# Functions with one meaning in both engines, and the type of what they give (None: that of their arguments).
FUNCTIONS = {"coalesce": None, "nullif": None, "max": None, "min": None, "sum": "INTEGER", "count": "INTEGER", "lower": "TEXT", "upper": "TEXT",
             "length": "INTEGER", "abs": "INTEGER", "substr": "TEXT", "replace": "TEXT", "trim": "TEXT", "row_number": "INTEGER",
             "rank": "INTEGER", "dense_rank": "INTEGER", "lag": None, "lead": None, "first_value": None, "last_value": None}
# Words that a parenthesis may follow without being functions.
BEFORE_PARENTHESIS = {"IN", "VALUES", "AND", "OR", "NOT", "EXISTS", "WHERE", "ON", "CHECK", "KEY", "UNIQUE", "OVER", "AS", "FROM", "SELECT", "THEN",
                      "ELSE", "WHEN", "CASE", "UNION", "ALL", "EXCEPT", "INTERSECT", "JOIN", "CAST", "BY", "LIKE", "BETWEEN", "FILTER", "LIMIT",
                      "OFFSET", "CONFLICT", "HAVING", "SET", "DISTINCT", "RETURNING", "DEFAULT", "USING", "ABORT", "RAISE", "IS", "MATERIALIZED"}
INSTEAD = {
    "GLOB": "LIKE, or a range: code >= :from AND code < :to", "REGEXP": "LIKE", "MATCH": "LIKE", "COLLATE": "lower(x) on both sides",
    "AUTOINCREMENT": "seq INTEGER PRIMARY KEY alone", "ROWID": "a column seq INTEGER PRIMARY KEY", "_ROWID_": "a column seq INTEGER PRIMARY KEY",
    "OID": "a column of another name", "INDEXED": "nothing", "ILIKE": "LIKE, which is the same in SQLite", "ISNULL": "IS NULL", "NOTNULL": "IS NOT NULL",
    "NATURAL": "JOIN … ON", "GENERATED": "a plain column", "VIEW": "a statement of its own", "CURRENT_TIMESTAMP": "a parameter :now",
    "CURRENT_DATE": "a parameter :now", "CURRENT_TIME": "a parameter :now", "TRUE": "1", "FALSE": "0",
}
FUNCTION_INSTEAD = {
    "ifnull": "coalesce", "iif": "CASE WHEN … THEN … ELSE … END", "instr": "LIKE", "total": "coalesce(sum(x), 0)", "hex": "the BLOB itself",
    "avg": "sum and count, divided in C", "group_concat": "rows, joined in C", "strftime": "a parameter :now, UTC seconds",
    "unixepoch": "a parameter :now, UTC seconds", "datetime": "a parameter :now, UTC seconds", "random": "a parameter", "randomblob": "a parameter",
    "printf": "text made in C", "format": "text made in C", "json_extract": "JSON read in C", "likely": "the condition alone",
}
# Names that SQLite takes for columns and PostgreSQL does not.
RESERVED = set("""analyse analyze any array asymmetric authorization binary both concurrently current_catalog current_role current_user do end
    fetch for freeze grant ilike initially lateral leading localtime localtimestamp offset only overlaps placing session_user similar some
    symmetric tablesample trailing user variadic verbose window""".split())
COMPARE = {"=", "<", ">", "!"}
ARITHMETIC = {"+", "-", "*", "/", "%"}


class Schema:
    """Tables as the migrations leave them: columns with type and whether NULL is allowed; triggers with their table."""

    def __init__(self):
        self.tables, self.triggers = {}, {}


class Reader:
    """The code tokens of one statement, and the changes that make it PostgreSQL's."""

    def __init__(self, path, text, tokens, schema, refuse):
        self.path, self.text, self.t, self.schema = path, text, tokens, schema
        self.edits = []
        self._refuse = refuse

    def refuse(self, i, text):
        self._refuse(self.path, self.t[min(i, len(self.t) - 1)].line, text)

    def word(self, i):
        return self.t[i].text.upper() if 0 <= i < len(self.t) and self.t[i].kind == "word" else ""

    def is_char(self, i, char):
        return 0 <= i < len(self.t) and self.t[i].text == char

    def words(self, i, *expected):
        return all(self.word(i + k) == word for k, word in enumerate(expected))

    def name(self, i):
        """A name, plain or quoted, in the form that is compared."""
        if 0 <= i < len(self.t):
            if self.t[i].kind == "word":
                return self.t[i].text.lower()
            if self.t[i].kind == "quoted" and self.t[i].text[0] == '"':
                return self.t[i].text[1:-1].lower()
        return None

    def table(self, i):
        name = self.name(i)
        if name not in self.schema.tables:
            self.refuse(i, f"{self.t[min(i, len(self.t) - 1)].text}: no migration makes a table of this name")
        return name

    def replace(self, first, last, text):
        self.edits.append((self.t[first].at, self.t[last].at + len(self.t[last].text), text))

    def after(self, i, text):
        end = self.t[i].at + len(self.t[i].text)
        self.edits.append((end, end, text))

    def close(self, i):
        """Index of the parenthesis that closes the one at i."""
        depth = 0
        for k in range(i, len(self.t)):
            depth += self.is_char(k, "(") - self.is_char(k, ")")
            if depth == 0:
                return k
        self.refuse(i, "a parenthesis is not closed")

    def open(self, i):
        depth = 0
        for k in range(i, -1, -1):
            depth += self.is_char(k, ")") - self.is_char(k, "(")
            if depth == 0:
                return k
        self.refuse(i, "a parenthesis is not opened")

    def items(self, first, last):
        """What stands between the commas of first..last, as (first, last)."""
        depth, start = 0, first
        for k in range(first, last + 1):
            depth += self.is_char(k, "(") - self.is_char(k, ")")
            if depth == 0 and self.is_char(k, ","):
                yield start, k - 1
                start = k + 1
        if start <= last:
            yield start, last

    def result(self, start, end):
        out, at = [], start
        for first, last, text in sorted(self.edits, key=lambda edit: edit[:2]):
            out += [self.text[at:first], text]
            at = last
        return "".join(out) + self.text[at:end]

    # -- expressions --

    def expressions(self, first=0, last=None):
        """Everything that may stand in a statement's expressions, checked and said again."""
        last = len(self.t) - 1 if last is None else last
        for i in range(first, last + 1):
            token, word = self.t[i], self.word(i)
            after_dot = self.is_char(i - 1, ".")
            if word in INSTEAD and not after_dot:
                self.refuse(i, f"{token.text} has not the same meaning in SQLite and PostgreSQL: write {INSTEAD[word]}")
            if word == "X" and i < last and self.t[i + 1].kind == "quoted" and self.t[i + 1].at == token.at + 1:
                self.replace(i, i + 1, f"'\\x{self.t[i + 1].text[1:-1]}'::bytea")
            elif word == "LIKE":
                self.like(i)
            elif word == "IS" and not (self.words(i + 1, "NULL") or self.words(i + 1, "NOT", "NULL") or self.words(i + 1, "DISTINCT", "FROM") or
                                       self.words(i + 1, "NOT", "DISTINCT", "FROM")):
                self.refuse(i, "IS compares with NULL alone: write IS NOT DISTINCT FROM")
            elif word == "OR" and self.word(i - 1) in ("INSERT", "UPDATE"):
                self.refuse(i, f"{self.word(i - 1)} OR is SQLite's own: write ON CONFLICT (…) DO …")
            elif word == "REPLACE" and not self.is_char(i + 1, "("):
                self.refuse(i, "REPLACE is SQLite's own: write INSERT … ON CONFLICT (…) DO UPDATE SET …")
            elif word == "CAST" and self.is_char(i + 1, "("):
                self.cast(i)
            elif token.text == "=" and self.is_char(i + 1, "=") and self.t[i + 1].at == token.at + 1:
                self.refuse(i, "write = for ==")
            if token.kind == "word" and self.is_char(i + 1, "(") and word not in BEFORE_PARENTHESIS and not after_dot:
                self.call(i)

    def like(self, i):
        """SQLite's LIKE takes a for A and has no escape character; ILIKE over "C" texts does the same."""
        end = self.like_operand(i + 1)
        while self.is_char(end + 1, "|") and self.is_char(end + 2, "|"):
            end = self.like_operand(end + 3)
        self.replace(i, i, "ILIKE")
        if self.word(end + 1) != "ESCAPE":
            self.after(end, " ESCAPE ''")

    def like_operand(self, i):
        if i >= len(self.t) or not (self.t[i].kind in ("param", "quoted") or (self.t[i].kind == "word" and not self.is_char(i + 1, "("))):
            self.refuse(i, "after LIKE parameters, strings and columns are understood, joined by ||")
        return i + 2 if self.is_char(i + 1, ".") else i

    def cast(self, i):
        close = self.close(i + 1)
        if self.word(close - 2) != "AS" or self.word(close - 1) not in CAST_TYPES:
            self.refuse(i, f"CAST is to one of {', '.join(CAST_TYPES)}")
        self.replace(close - 1, close - 1, CAST_TYPES[self.word(close - 1)])

    def call(self, i):
        name = self.t[i].text.lower()
        before = self.word(i - 1)
        if before in ("INTO", "REFERENCES") or name in self.schema.tables or self.is_cte(i):
            return
        if name not in FUNCTIONS:
            self.refuse(i, f"{self.t[i].text}() is not in both engines" +
                        (f": write {FUNCTION_INSTEAD[name]}" if name in FUNCTION_INSTEAD else f"; there are {', '.join(sorted(FUNCTIONS))}"))
        if name in ("max", "min") and len(list(self.items(i + 2, self.close(i + 1) - 1))) > 1:
            self.refuse(i, f"{name}() of several values is SQLite's own: write CASE WHEN a > b THEN a ELSE b END")

    def is_cte(self, i):
        """name (columns) AS ( … ) of WITH."""
        return self.word(self.close(i + 1) + 1) == "AS" and self.is_char(self.close(i + 1) + 2, "(")


# -- migrations --

class Migration:
    def __init__(self, path, text, tokens, schema, refuse):
        self.path, self.text, self.schema, self.refuse = path, text, schema, refuse
        self.code = [token for token in tokens if token.kind != "comment"]

    def translated(self):
        """[(line, statement), …]"""
        out, first = [], 0
        for last in self.ends():
            reader = Reader(self.path, self.text, self.code[first:last], self.schema, self.refuse)
            self.statement(reader)
            out.append((self.code[first].line, reader.result(self.code[first].at, self.code[last].at)))
            first = last + 1
        return out

    def ends(self):
        """The ; of each statement; those inside a trigger end nothing."""
        first, inside = 0, False
        for i, token in enumerate(self.code):
            word = token.text.upper()
            if word == "BEGIN" and self.code[first].text.upper() == "CREATE":
                inside = True
            if token.kind == "end" and not (inside and self.code[i - 1].text.upper() != "END"):
                if i == first:
                    self.refuse(self.path, token.line, "an empty statement")
                yield i
                first, inside = i + 1, False

    def statement(self, r):
        kinds = (("CREATE TABLE", self.create_table), ("CREATE INDEX", self.create_index), ("CREATE UNIQUE INDEX", self.create_index),
                 ("CREATE TRIGGER", self.create_trigger), ("DROP TABLE", self.drop_table), ("DROP INDEX", self.drop), ("DROP TRIGGER", self.drop_trigger),
                 ("ALTER TABLE", self.alter_table), ("INSERT", self.data), ("UPDATE", self.data), ("DELETE", self.data))
        for words, translate in kinds:
            if r.words(0, *words.split()):
                translate(r)
                return
        r.refuse(0, f"a migration's statement begins with one of: {', '.join(words for words, _ in kinds)}")

    def new_name(self, r, i):
        if r.word(i) == "IF":
            r.refuse(i, "IF [NOT] EXISTS has no place in a migration: it runs once, on a schema that is known")
        name = r.name(i)
        if name is None or name in RESERVED:
            r.refuse(i, f"{r.t[i].text if i < len(r.t) else ''}: PostgreSQL keeps this word for itself; another name")
        return name

    def create_table(self, r):
        name = self.new_name(r, 2)
        if not r.is_char(3, "("):
            r.refuse(3, "after the table's name its columns are expected")
        end = r.close(3)
        tail = [r.word(i) for i in range(end + 1, len(r.t)) if not r.is_char(i, ",")]
        if tail not in (["STRICT"], ["STRICT", "WITHOUT", "ROWID"], ["WITHOUT", "ROWID", "STRICT"]):
            r.refuse(end, f"a table ends in ) STRICT; or ) STRICT, WITHOUT ROWID; (table {name})")
        r.replace(end + 1, len(r.t) - 1, "")
        self.schema.tables[name] = columns = {}
        for first, last in r.items(4, end - 1):
            if r.word(first) in ("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"):
                self.constraint(r, first, last)
                if r.word(first) == "PRIMARY" or r.words(first + 2, "PRIMARY"):
                    opening = next(i for i in range(first, last) if r.is_char(i, "("))
                    for a, _ in r.items(opening + 1, r.close(opening) - 1):
                        columns[r.name(a)] = (columns[r.name(a)][0], True)
            else:
                self.column(r, first, last, columns)

    def constraint(self, r, first, last):
        if any(r.words(i, "INITIALLY", "IMMEDIATE") for i in range(first, last)) or any(
                r.word(i) == "DEFERRABLE" and not r.words(i + 1, "INITIALLY", "DEFERRED") for i in range(first, last + 1)):
            r.refuse(first, "a key is immediate, or DEFERRABLE INITIALLY DEFERRED")
        r.expressions(first, last)

    def column(self, r, first, last, columns):
        name, kind = self.new_name(r, first), r.word(first + 1) if first < last else ""
        if kind not in TYPES:
            r.refuse(first, f"column {name}: its type is one of {', '.join(TYPES)}")
        identity = r.words(first + 2, "PRIMARY", "KEY") and kind == "INTEGER"
        r.replace(first + 1, first + 1, TYPES[kind] + (" GENERATED BY DEFAULT AS IDENTITY" if identity else ""))
        not_null = any(r.words(i, "NOT", "NULL") or r.words(i, "PRIMARY", "KEY") for i in range(first + 2, last))
        self.constraint(r, first + 2, last) if first + 2 <= last else None
        columns[name] = (kind, not_null)

    def create_index(self, r):
        on = next((i for i in range(len(r.t)) if r.word(i) == "ON"), len(r.t) - 1)
        self.new_name(r, on - 1)
        r.table(on + 1)
        r.expressions(on + 2)

    def create_trigger(self, r):
        """What both engines do alike: refuse. jinyin_refuse() is the driver's."""
        form = "CREATE TRIGGER name BEFORE INSERT|UPDATE [OF column]|DELETE ON table [WHEN condition] BEGIN SELECT RAISE(ABORT, 'text'); END;"
        name = self.new_name(r, 2)
        on = next((i for i in range(len(r.t)) if r.word(i) == "ON"), 0)
        begin = next((i for i in range(on, len(r.t)) if r.word(i) == "BEGIN"), 0)
        if r.word(3) != "BEFORE" or r.word(4) not in ("INSERT", "UPDATE", "DELETE") or on == 0 or begin == 0 or len(r.t) != begin + 10 or \
           not r.words(begin + 1, "SELECT", "RAISE") or r.word(begin + 4) != "ABORT" or r.t[begin + 6].kind != "quoted" or r.word(begin + 9) != "END":
            r.refuse(0, f"a trigger may only refuse: {form}")
        table, text = r.table(on + 1), r.t[begin + 6].text
        if begin > on + 2:
            if r.word(on + 2) != "WHEN":
                r.refuse(on + 2, f"a trigger may only refuse: {form}")
            r.expressions(on + 3, begin - 1)
            r.after(on + 2, " (")
            r.after(begin - 1, ")")
        r.after(on + 1, " FOR EACH ROW")
        r.replace(begin, len(r.t) - 1, f"EXECUTE FUNCTION jinyin_refuse({text})")
        self.schema.triggers[name] = table

    def drop_table(self, r):
        name = r.table(2)
        r.after(2, " CASCADE")        # keys of other tables that point here come back when a table of this name is there again
        del self.schema.tables[name]
        self.schema.triggers = {trigger: table for trigger, table in self.schema.triggers.items() if table != name}

    def drop(self, r):
        self.new_name(r, 2)

    def drop_trigger(self, r):
        name = self.new_name(r, 2)
        if name not in self.schema.triggers:
            r.refuse(2, f"{name}: no migration makes a trigger of this name")
        r.after(2, f" ON {self.schema.triggers.pop(name)}")

    def alter_table(self, r):
        name = r.table(2)
        columns = self.schema.tables[name]
        if r.words(3, "RENAME", "TO"):
            new = self.new_name(r, 5)
            self.schema.tables[new] = self.schema.tables.pop(name)
            self.schema.triggers = {trigger: new if table == name else table for trigger, table in self.schema.triggers.items()}
        elif r.words(3, "RENAME"):
            at = 5 if r.word(4) == "COLUMN" else 4
            columns[self.new_name(r, at + 2)] = columns.pop(r.name(at))
        elif r.words(3, "ADD"):
            self.column(r, 5 if r.word(4) == "COLUMN" else 4, len(r.t) - 1, columns)
        elif r.words(3, "DROP", "COLUMN"):
            columns.pop(r.name(5), None)
        else:
            r.refuse(3, "ALTER TABLE: RENAME TO, RENAME COLUMN, ADD COLUMN or DROP COLUMN")

    def data(self, r):
        r.expressions()


# -- queries --

class Query(Reader):
    """One named statement: its text for PostgreSQL, its parameters' types, the rights it needs."""

    def __init__(self, path, text, tokens, schema, refuse, params):
        super().__init__(path, text, tokens, schema, refuse)
        self.params = params
        self.types = {}               # param → (type, "table.column" or None)
        self.rights = {}              # table → set of SELECT, INSERT, DELETE, ("UPDATE", column)
        self.aliases = {}             # alias → table, or None when it means two
        self.ctes = set()

    def run(self):
        self.find_tables()
        self.expressions()
        for i, token in enumerate(self.t):
            if token.kind == "param":
                self.replace(i, i, f"${self.params.index(token.text[1:]) + 1}")
                self.note(i, self.type_of(i))
        self.order_by()
        for param in self.params:
            if param not in self.types:
                self.refuse(0, f"what type :{param} has cannot be told: compare it with a column, or write CAST(:{param} AS INTEGER), AS TEXT, AS BLOB")

    def note(self, i, found):
        param = self.t[i].text[1:]
        if found is None:
            return
        known = self.types.get(param)
        if known is not None and known[0] != found[0]:
            self.refuse(i, f":{param} is {known[0]} and {found[0]}: give it two names")
        self.types[param] = found if known is None or known[1] is None else known

    # tables and rights

    def need(self, table, *rights):
        self.rights.setdefault(table, set()).update(rights)

    def alias(self, i, table):
        """The name under which the table at i is spoken of; index after it."""
        self.add_alias(table, table)
        k = i + 1
        if self.word(k) == "AS":
            k += 1
        name = self.name(k)
        if name is not None and self.t[k].text.upper() not in CLAUSES:
            self.add_alias(name, table)
            k += 1
        return k

    def add_alias(self, name, table):
        self.aliases[name] = table if self.aliases.get(name, table) == table else None

    def find_tables(self):
        for i in range(len(self.t)):
            if self.word(i) == "AS" and self.is_char(i + 1, "("):
                before = self.open(i - 1) - 1 if self.is_char(i - 1, ")") else i - 1
                if self.word(before - 1) in ("WITH", "RECURSIVE") or self.is_char(before - 1, ","):
                    self.ctes.add(self.name(before))
        for i in range(len(self.t)):
            word = self.word(i)
            if word == "INTO" and self.word(i - 1) == "INSERT":
                table = self.table(i + 1)
                self.alias(i + 1, table)
                self.need(table, "INSERT", *(["SELECT"] if any(self.word(k) in ("CONFLICT", "RETURNING") for k in range(len(self.t))) else []))
                self.updated(table)
            elif word == "UPDATE" and self.word(i - 1) != "DO":
                table = self.table(i + 1)
                self.alias(i + 1, table)
                self.need(table, "SELECT")
                self.updated(table)
            elif word in ("FROM", "JOIN") and not (word == "FROM" and self.word(i - 1) == "DISTINCT"):
                k = i + 1
                while True:
                    if self.is_char(k, "("):
                        k = self.close(k)
                    else:
                        table = self.name(k) if self.name(k) in self.ctes else self.table(k)
                        if table not in self.ctes:
                            self.need(table, "SELECT", *(["DELETE"] if self.word(i - 1) == "DELETE" else []))
                    k = self.alias(k, table if not self.is_char(k, ")") else None)
                    if not self.is_char(k, ","):
                        break
                    k += 1

    def updated(self, table):
        """The columns after SET: the only ones that the service may change."""
        start = next((i for i in range(len(self.t)) if self.word(i) == "SET"), None)
        if start is None:
            return
        depth, end = 0, start + 1
        while end < len(self.t) and (depth > 0 or self.word(end) not in ("WHERE", "FROM", "RETURNING")) and depth >= 0:
            depth += self.is_char(end, "(") - self.is_char(end, ")")
            end += 1
        for first, _ in self.items(start + 1, end - 1):
            column = self.name(first)
            if not self.is_char(first + 1, "=") or column not in self.schema.tables[table]:
                self.refuse(first, f"SET {self.t[first].text}: table {table} has no such column")
            self.need(table, ("UPDATE", column))

    # types

    def column_type(self, i):
        """Of the column whose last token stands at i."""
        name = self.name(i)
        if name is None:
            return None
        if self.is_char(i - 1, "."):
            table = self.aliases.get(self.name(i - 2))
            if self.name(i - 2) == "excluded":
                table = next((t for t, rights in self.rights.items() if "INSERT" in rights), None)
            tables = [table] if table in self.schema.tables else []
        else:
            tables = sorted({t for t in self.aliases.values() if t in self.schema.tables})
        found = {(self.schema.tables[t][name][0], f"{t}.{name}") for t in tables if name in self.schema.tables[t]}
        kinds = {kind for kind, _ in found}
        return (kinds.pop(), found.pop()[1] if len(found) == 1 else None) if len(kinds) == 1 else None

    def literal(self, i):
        token = self.t[i]
        if token.kind == "number":
            return "INTEGER", None
        if token.kind == "quoted" and token.text[0] == "'":
            return ("BLOB" if self.word(i - 1) == "X" else "TEXT"), None
        return None

    def operand_left(self, i):
        """The type of the operand that ends at i."""
        if i < 0 or self.t[i].kind == "param":
            return None
        if self.is_char(i, ")"):
            opening = self.open(i)
            return self.call_type(opening - 1, opening, i)
        return self.literal(i) or (self.column_type(i) if self.word(i) not in CLAUSES else None)

    def operand_right(self, i):
        if i >= len(self.t) or self.t[i].kind == "param":
            return None
        if self.is_char(i, "-"):
            return self.operand_right(i + 1)
        if self.is_char(i + 1, "("):
            return self.call_type(i, i + 1, self.close(i + 1))
        if self.is_char(i + 1, "."):
            i += 2
        return self.literal(i) or (self.column_type(i) if self.word(i) not in CLAUSES else None)

    def call_type(self, name, opening, closing):
        function = self.t[name].text.lower() if name >= 0 and self.t[name].kind == "word" else ""
        if function == "cast":
            return self.word(closing - 1), None
        if function in FUNCTIONS and FUNCTIONS[function] is not None:
            return FUNCTIONS[function], None
        if function in FUNCTIONS or function in ("", "in", "and", "or", "where"):
            for first, last in self.items(opening + 1, closing - 1):
                found = self.operand_left(last) if self.word(first) != "SELECT" else None
                if found is not None:
                    return found[0], None
        return None

    def before_compare(self, i):
        """The index where the operand left of a comparison that ends at i - 1 ends; None without one."""
        k = i - 1
        while k >= 0 and self.t[k].text in COMPARE:
            k -= 1
        if k < i - 1:
            return k
        if self.word(k) == "LIKE":
            return k - 2 if self.word(k - 1) == "NOT" else k - 1
        if self.words(k - 1, "DISTINCT", "FROM"):
            return k - 4 if self.word(k - 2) == "NOT" else k - 3
        return None

    def type_of(self, i):
        """Of the parameter at i (or of a whole call that ends where it stands), from what stands beside it."""
        return self.beside(i, i) or self.inside(i)

    def beside(self, first, last):
        left = self.before_compare(first)
        if left is not None and (found := self.operand_left(left)) is not None:
            return found
        k = last + 1
        while k < len(self.t) and self.t[k].text in COMPARE:
            k += 1
        if self.words(k, "IS", "NOT", "DISTINCT", "FROM"):
            k += 4
        elif self.words(k, "IS", "DISTINCT", "FROM"):
            k += 3
        elif self.word(k) in ("LIKE", "ESCAPE"):
            return "TEXT", None
        if k > last + 1 and (found := self.operand_right(k)) is not None:
            return found
        before, after = self.word(first - 1), self.word(last + 1)
        if before in ("LIMIT", "OFFSET"):
            return "INTEGER", None
        if before in ("LIKE", "ESCAPE"):
            return "TEXT", None
        if before == "BETWEEN":
            return self.operand_left(first - 3 if self.word(first - 2) == "NOT" else first - 2)
        if before == "AND" and (left := self.between(first - 1)) is not None:
            return left
        if after in ("BETWEEN",):
            return self.operand_right(last + 2)
        if after == "IN" or (after == "NOT" and self.word(last + 2) == "IN"):
            opening = last + (2 if after == "IN" else 3)
            return self.call_type(-1, opening, self.close(opening)) or self.selected(opening)
        if before in ("THEN", "ELSE"):
            return self.case(first)
        if before == "CASE" and after == "WHEN":
            return self.operand_right(last + 2)
        for at, step in ((first - 1, -1), (last + 1, 1)):
            if 0 <= at < len(self.t) and self.t[at].text in ARITHMETIC:
                return "INTEGER", None
            if 0 <= at < len(self.t) and self.t[at].text == "|" and self.is_char(at + step, "|"):
                return "TEXT", None
        return None

    def selected(self, opening):
        """The type of the one column of a subquery."""
        if self.word(opening + 1) != "SELECT":
            return None
        k = opening + 2 + (self.word(opening + 2) == "DISTINCT")
        return self.operand_right(k)

    def between(self, i):
        """i is an AND: of x BETWEEN a AND …, the type of x."""
        for back in range(2, 7):
            if self.word(i - back) == "BETWEEN":
                return self.operand_left(i - back - (2 if self.word(i - back - 1) == "NOT" else 1))
            if self.word(i - back) in ("AND", "OR", "WHERE"):
                return None
        return None

    def case(self, i):
        depth, k = 0, i
        while k >= 0 and not (depth == 0 and self.word(k) == "CASE"):
            depth += (self.word(k) == "END") - (self.word(k) == "CASE")
            k -= 1
        start, depth = k, 0
        for k in range(start + 1, len(self.t)):
            if depth == 0 and self.word(k) in ("THEN", "ELSE") and k + 1 != i and (found := self.operand_right(k + 1)) is not None:
                return found
            if depth == 0 and self.word(k) == "END":
                return self.beside(start, k)
            depth += (self.word(k) == "CASE") - (self.word(k) == "END")
        return None

    def inside(self, i):
        """From the parentheses around: values of an INSERT, IN ( … ), arguments of a function."""
        opening = self.opening(i)
        inserted = self.inserted(i, opening)
        if inserted is not None or opening is None:
            return inserted
        before = self.word(opening - 1)
        if before == "IN":
            return self.operand_left(opening - (3 if self.word(opening - 2) == "NOT" else 2))
        if before == "CAST":
            return self.word(self.close(opening) - 1), None
        if before.lower() in FUNCTIONS:
            function, closing = before.lower(), self.close(opening)
            if function in ("lower", "upper", "length", "trim", "replace") or (function == "substr" and self.is_char(i + 1, ",") and i == opening + 1):
                return "TEXT", None
            if function in ("substr", "abs", "sum"):
                return "INTEGER", None
            return self.call_type(opening - 1, opening, closing) or self.beside(opening - 1, closing) or self.inside(opening - 1)
        if before in ("AND", "OR", "WHERE", "NOT", "ON", "WHEN", "") and self.is_char(i - 1, "(") and self.is_char(i + 1, ")"):
            return self.beside(opening, i + 1)
        return None

    def opening(self, i):
        depth = 0
        for k in range(i - 1, -1, -1):
            depth += self.is_char(k, ")") - self.is_char(k, "(")
            if depth < 0:
                return k
        return None

    def inserted(self, i, opening):
        """The column that the value at i, a row of VALUES or the list of INSERT … SELECT, goes into."""
        into = next((k for k in range(len(self.t)) if self.words(k, "INSERT", "INTO")), None)
        if into is None or not self.is_char(into + 3, "("):
            return None
        close = self.close(into + 3)
        columns = [self.name(first) for first, _ in self.items(into + 4, close - 1)]
        table = self.name(into + 2)
        if self.word(close + 1) == "VALUES" and opening is not None and (opening == close + 2 or (opening > close and self.is_char(opening - 1, ",") and
                                                                                                   self.opening(opening) is None)):
            values = list(self.items(opening + 1, self.close(opening) - 1))
        elif self.word(close + 1) == "SELECT" and opening is None:
            end = next((k for k in range(close + 2, len(self.t)) if self.word(k) in ("FROM", "WHERE", "ON") and self.opening(k) is None), len(self.t))
            values = list(self.items(close + 2, end - 1))
        else:
            return None
        for column, (first, last) in zip(columns, values):
            if first == i and (last == i or self.word(i + 1) == "AS"):
                if column not in self.schema.tables.get(table, {}):
                    self.refuse(i, f"table {table} has no column {column}")
                return self.schema.tables[table][column][0], f"{table}.{column}"
            if first <= i <= last:
                kind = self.schema.tables.get(table, {}).get(column)
                return (kind[0], None) if kind is not None and self.word(first) in ("COALESCE", "NULLIF", "CASE") else None
        return None

    # SQLite sorts NULL before everything, PostgreSQL after it

    def order_by(self):
        for i in range(len(self.t)):
            if not self.words(i, "ORDER", "BY"):
                continue
            end, depth = i + 2, 0
            while end < len(self.t) and depth >= 0 and not (depth == 0 and self.word(end) in ("LIMIT", "OFFSET", "ROWS", "RANGE")):
                depth += self.is_char(end, "(") - self.is_char(end, ")")
                end += 1
            if depth < 0:
                end -= 1
            for first, last in self.items(i + 2, end - 1):
                down = self.word(last) == "DESC"
                at = last - 1 if self.word(last) in ("ASC", "DESC") else last
                if self.word(last) in ("FIRST", "LAST"):
                    continue
                place = self.place(at) if at - first in (0, 2) else None
                if place is not None and not self.schema.tables[place[0]][place[1]][1]:
                    self.after(last, " NULLS LAST" if down else " NULLS FIRST")

    def place(self, i):
        found = self.column_type(i)
        return found[1].split(".") if found is not None and found[1] is not None else None


CLAUSES = {"WHERE", "ON", "JOIN", "LEFT", "RIGHT", "INNER", "CROSS", "FULL", "OUTER", "SET", "ORDER", "GROUP", "LIMIT", "OFFSET", "HAVING", "UNION", "EXCEPT",
           "INTERSECT", "VALUES", "SELECT", "FROM", "RETURNING", "AND", "OR", "NOT", "IN", "IS", "LIKE", "BETWEEN", "CASE", "WHEN", "THEN", "ELSE",
           "END", "AS", "USING", "WINDOW", "DO", "CONFLICT", "NULL", "ASC", "DESC", "DISTINCT", "BY", "EXISTS", "FILTER", "OVER"}


def rights_of(queries):
    """For each table the rights that all statements together need, in the words of GRANT."""
    all_rights = {}
    for query in queries:
        for table, rights in query.rights.items():
            all_rights.setdefault(table, set()).update(rights)
    out = []
    for table, rights in sorted(all_rights.items()):
        words = [word for word in ("SELECT", "INSERT", "DELETE") if word in rights]
        columns = sorted(right[1] for right in rights if isinstance(right, tuple))
        if columns:
            words.append(f"UPDATE ({', '.join(columns)})")
        out.append((table, ", ".join(words)))
    return out
