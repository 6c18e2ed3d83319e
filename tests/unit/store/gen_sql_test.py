#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What tools/gen_sql.py refuses, with file and line, and what it makes of strings, comments and parameters."""
import importlib.util
import pathlib
import subprocess
import sys
import tempfile
import unittest

GENERATOR = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "tools/gen_sql.py").resolve()

spec = importlib.util.spec_from_file_location("gen_sql", GENERATOR)
gen_sql = importlib.util.module_from_spec(spec)
sys.dont_write_bytecode = True
spec.loader.exec_module(gen_sql)


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        self.out = self.root / "out"
        self.out.mkdir()

    def put(self, name, text):
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def generate(self, *more):
        gen_sql.main([str(self.out), str(self.root / "queries"), str(self.root / "migrations"), *more])

    def made(self):
        self.generate()
        return (self.out / "sql_names.h").read_text(), (self.out / "sql_text.c").read_text()

    def assert_refused(self, path, line, reason):
        with self.assertRaises(SystemExit) as refused:
            self.generate()
        self.assertIn(f"{path}:{line}: ", str(refused.exception))
        self.assertIn(reason, str(refused.exception))
        self.assertEqual(list(self.out.iterdir()), [])

    def refused_query(self, text, line, reason):
        self.assert_refused(self.put("queries/q.sql", text), line, reason)

    def refused_migration(self, text, line, reason):
        self.assert_refused(self.put("migrations/0001_m.sql", text), line, reason)


class Queries(Case):
    def test_a_name_twice_is_refused(self):
        self.refused_query("-- name: a\nSELECT 1;\n\n-- name: a\nSELECT 2;\n", 4, "taken by")

    def test_a_name_twice_in_two_files_is_refused(self):
        first = self.put("queries/a.sql", "-- name: a\nSELECT 1;\n")
        self.assert_refused(self.put("queries/b.sql", "\n-- name: a\nSELECT 1;\n"), 2, f"taken by {first}:1")

    def test_two_statements_under_a_name_are_refused(self):
        self.refused_query("-- name: a\nSELECT 1;\nDELETE FROM seal;\n", 3, "two statements")

    def test_a_second_terminator_is_refused(self):
        self.refused_query("-- name: a\nSELECT 1;;\n", 2, "two statements")

    def test_no_terminator_at_the_end_is_refused(self):
        self.refused_query("-- name: a\nSELECT ';' -- ;\n", 1, "no terminator")

    def test_no_terminator_before_the_next_name_is_refused(self):
        self.refused_query("-- name: a\nSELECT 1\n-- name: b\nSELECT 2;\n", 3, "a has no terminator")

    def test_a_name_without_a_statement_is_refused(self):
        self.refused_query("-- name: a\n-- name: b\nSELECT 2;\n", 2, "a holds no statement")
        self.refused_query("-- name: a\n-- nothing\n", 1, "a holds no statement")
        self.refused_query("-- name: a\n;\n", 2, "a holds no statement")

    def test_sql_without_a_name_is_refused(self):
        self.refused_query("-- seals\nSELECT 1;\n", 2, "before the first")

    def test_names_of_other_characters_are_refused(self):
        for name in ("Seal", "seal-by-code", "1st", "_a", "印章", "a.b"):
            with self.subTest(name):
                self.refused_query(f"\n-- name: {name}\nSELECT 1;\n", 2, f"name {name}: only a-z")

    def test_a_header_of_another_form_is_refused(self):
        for header in ("--name: a", "-- name a", "-- name: a b", "-- name:", "--  name: a"):
            with self.subTest(header):
                self.refused_query(f"{header}\nSELECT 1;\n", 1, "a header has the form")

    def test_parameters_of_other_forms_are_refused(self):
        for param in ("?", "?1", "@a", "$a", "::", ": a"):
            with self.subTest(param):
                self.refused_query(f"-- name: a\nSELECT\n{param};\n", 3, "parameters are :name")
        for param in (":Code", ":1", ":印"):
            with self.subTest(param):
                self.refused_query(f"-- name: a\nSELECT\n{param};\n", 3, f"parameter {param}: only a-z")

    def test_what_is_not_closed_is_refused(self):
        self.refused_query("-- name: a\nSELECT\n'it''s;\n", 3, "a string is not closed")
        self.refused_query('-- name: a\nSELECT "x;\n', 2, "a quoted name is not closed")
        self.refused_query("-- name: a\nSELECT /* x;\n", 2, "a comment is not closed")

    def test_transactions_and_settings_are_refused(self):
        for text in ("COMMIT", "BEGIN", "PRAGMA synchronous = 0", "DROP TABLE seal", "ATTACH 'x' AS x", "END"):
            with self.subTest(text):
                self.refused_query(f"-- name: a\n{text};\n", 2, "")
        self.refused_query("-- name: a\nINSERT OR\nRollback INTO t VALUES (1);\n", 3, "the store runs transactions")

    def test_more_than_64_parameters_are_refused(self):
        params = [f":p{i}" for i in range(65)]
        self.put("queries/q.sql", "-- name: a\nSELECT " + ", ".join(f"CAST({param} AS TEXT) AS c{param[1:]}" for param in params[:64]) + ";\n")
        self.made()
        for path in self.out.iterdir():
            path.unlink()
        self.refused_query(f"-- name: a\nSELECT\n{','.join(params)};\n", 3, "more than 64")

    def test_bytes_that_are_not_utf8_are_refused(self):
        self.refused_query(b"-- name: a\nSELECT '\xff';\n", 2, "not UTF-8")

    def test_parameters_are_listed_once_in_order_and_not_from_strings_or_comments(self):
        self.put("queries/q.sql", """-- name: a\n-- :no\nSELECT ':no ''; :no', ":no" -- ; :no\n, 1 < :b /* :no */, :a = 'x', :b < 1, x'00', 1.5;\n""")
        names, text = self.made()
        self.assertIn("enum sql_name {\n    SQL_A,\n    SQL__COUNT\n};", names)
        self.assertIn('{ "a", "q.sql", 1, 7, 2,', text)
        self.assertIn('(const struct db_param[]){ { "b", DB_INTEGER, NULL }, { "a", DB_TEXT, NULL } }', text)

    def test_text_survives_as_c(self):
        self.put("queries/q.sql", "-- name: a\r\nSELECT '\\ \" 津\t'\r\n, 1;")
        self.assertIn('"SELECT \'\\\\ \\" 津\\t\'\\015\\n"\n      ", 1",', self.made()[1])


    def test_a_statement_says_which_nodes_use_it_and_their_roles_get_its_rights(self):
        """N7: bit 0 the whole service, which uses all; then making, stamping, verification."""
        self.put("migrations/0001_a.sql", "CREATE TABLE t (x INTEGER) STRICT;")
        self.put("queries/q.sql", "-- name: a\n-- for: verification, making\n-- why\nSELECT x FROM t;\n-- name: b\nINSERT INTO t (x) VALUES (1);\n"
                 "-- name: c\n-- for: stamping\nDELETE FROM t;\n-- name: d\n-- for: whole\nUPDATE t SET x = 2;\n")
        text = self.made()[1]
        for row in ('{ "a", "q.sql", 1, 11, 0,', '{ "b", "q.sql", 5, 7, 0,', '{ "c", "q.sql", 7, 5, 0,', '{ "d", "q.sql", 10, 1, 0,'):
            self.assertIn(row, text)
        rights = text[text.index("db_rights[]"):]
        self.assertIn('{ 1, "t", "SELECT, INSERT, DELETE, UPDATE (x)" },', rights)
        self.assertIn('{ 2, "t", "SELECT, INSERT" },', rights)
        self.assertIn('{ 4, "t", "SELECT, INSERT, DELETE" },', rights)
        self.assertIn('{ 8, "t", "SELECT" },', rights)

    def test_nodes_that_there_are_not_are_refused(self):
        for words in ("-- for: everybody", "-- for: whole, making", "-- for:", "-- for: making, making", "--for: stamping,"):
            with self.subTest(words):
                self.refused_query(f"-- name: a\n{words}\nSELECT 1;\n", 2, "`-- for:` and some of")
        self.refused_query("-- name: a\nSELECT 1\n-- for: making\n;\n", 3, "before the statement")


class Migrations(Case):
    def test_a_gap_and_a_number_twice_are_refused(self):
        self.put("migrations/0001_a.sql", "CREATE TABLE t (x INTEGER) STRICT;")
        path = self.put("migrations/0003_c.sql", "SELECT 1;")
        self.assert_refused(path, 1, "the next migration is 0002")
        path.unlink()
        self.assert_refused(self.put("migrations/0001_b.sql", "SELECT 1;"), 1, "the next migration is 0002")

    def test_other_file_names_are_refused(self):
        for name in ("1_a.sql", "0001.sql", "0001_A.sql", "0001-a.sql"):
            with self.subTest(name):
                path = self.put(f"migrations/{name}", "SELECT 1;")
                self.assert_refused(path, 1, "NNNN_what.sql")
                path.unlink()

    def test_no_terminator_is_refused(self):
        self.refused_migration("SELECT 1;\nSELECT 2 -- ;\n", 2, "no terminator")

    def test_an_empty_one_is_refused(self):
        self.refused_migration("-- nothing\n", 1, "no statement")

    def test_parameters_are_refused(self):
        self.refused_migration("DELETE FROM t;\nDELETE FROM t WHERE x = :a;", 2, "no parameters")

    def test_transactions_are_refused(self):
        self.refused_migration("SELECT 1;\nCOMMIT;", 2, "the store runs transactions")
        self.refused_migration("\nCREATE TRIGGER t BEFORE DELETE ON s BEGIN SELECT RAISE(ROLLBACK, 'x'); END;", 2, "the store runs")

    def test_many_statements_and_triggers_stand_whole(self):
        text = "CREATE TABLE t (x INTEGER) STRICT;\nCREATE TRIGGER u BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, ';'); END;\n"
        self.put("migrations/0001_m.sql", text)
        made = self.made()[1]
        self.assertIn('{ 1, "0001_m.sql", "', made)
        self.assertIn('"CREATE TRIGGER u BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, \';\'); END;\\n"', made)

    def test_the_digest_is_sm3_of_the_file(self):
        self.put("migrations/0001_m.sql", "CREATE TABLE t (x INTEGER) STRICT;")
        done = subprocess.run(["openssl", "dgst", "-sm3", "-r"], input=b"CREATE TABLE t (x INTEGER) STRICT;", capture_output=True, check=True)
        digest = done.stdout.split()[0]
        self.assertIn(f'"{digest.decode()}"', self.made()[1])


class Output(Case):
    def test_a_refusal_fails_the_command(self):
        path = self.put("queries/q.sql", "-- name: a\nSELECT 1\n")
        result = subprocess.run([sys.executable, GENERATOR, self.out, self.root / "queries", self.root / "migrations"],
                                capture_output=True, text=True)
        self.assertEqual((result.returncode, result.stderr), (1, f"{path}:1: a has no terminator ;\n"))

    def test_the_same_files_give_the_same_output(self):
        self.put("queries/b.sql", "-- name: b\nSELECT 1 = :b;\n")
        self.put("queries/a.sql", "-- name: z\nSELECT 1;\n-- name: y\nSELECT 2;\n")
        first = self.made()
        self.assertEqual(first, self.made())
        self.assertIn("SQL_Z,\n    SQL_Y,\n    SQL_B,\n", first[0])

    def test_folders_that_are_not_there_are_empty(self):
        names, text = self.made()
        self.assertIn("enum sql_name {\n    SQL__COUNT\n};", names)
        self.assertIn("db_statement_count = 0;", text)
        self.assertIn("db_migration_count = 0;", text)

    def test_the_depfile_names_every_file_and_folder(self):
        query = self.put("queries/a.sql", "-- name: a\nSELECT 1;\n")
        self.generate("--depfile", str(self.root / "d"))
        self.assertEqual((self.root / "d").read_text(),
                         f"{self.out}/sql_names.h: {query} {self.root}/queries {self.root}\n")


if __name__ == "__main__":
    unittest.main()
