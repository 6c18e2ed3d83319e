#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The first page of a large register through the API: JINYIN_RECORDS stamp records (default 20,000; the full form is 10 million) and a tenth as
many seals, made of one real one by SQL. SQLite; with JINYIN_POSTGRES (tests/scenario/postgres.py) that server."""
import contextlib
import http.client
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "scenario"))
import postgres  # noqa: E402
from life import Life  # noqa: E402
from service import demonstration  # noqa: E402

RECORDS = int(os.environ.get("JINYIN_RECORDS", "20000"))
SEALS = RECORDS // 10
ORGANIZATIONS = max(10, SEALS // 10)
PAGES = 100
SERVER = postgres.Server(os.environ["JINYIN_POSTGRES"]) if "JINYIN_POSTGRES" in os.environ else None
# What of a clone is its own: column → SQLite, PostgreSQL; n counts from 1.
OWN = {
    "organization": {"organization_id": ("printf('%032x', n)", "lpad(to_hex(n), 32, '0')"), "uscc": ("printf('U%017d', n)", "'U' || lpad(n::text, 17, '0')")},
    "application": {"application_id": ("printf('%032x', n)", "lpad(to_hex(n), 32, '0')"), "state": ("'DONE'", "'DONE'"),
                    "organization_id": (f"printf('%032x', 1 + n % {ORGANIZATIONS})", f"lpad(to_hex(1 + n % {ORGANIZATIONS}), 32, '0')")},
    "seal": {"seal_id": ("printf('%032x', n)", "lpad(to_hex(n), 32, '0')"), "es_id": ("printf('E%d', n)", "'E' || n"), "kind": ("'contract'", "'contract'"),
             "application_id": ("printf('%032x', n)", "lpad(to_hex(n), 32, '0')"), "seal": ("x'00'", "'\\x00'::bytea"),
             "organization_id": (f"printf('%032x', 1 + n % {ORGANIZATIONS})", f"lpad(to_hex(1 + n % {ORGANIZATIONS}), 32, '0')"),
             "district": ("printf('12%04d', 101 + n % 16)", "'12' || lpad((101 + n % 16)::text, 4, '0')")},
    "stamp_order": {"order_id": ("printf('%032x', n)", "lpad(to_hex(n), 32, '0')"),
                    "value_digest": ("CAST(printf('%032x', n) AS BLOB)", "lpad(to_hex(n), 32, '0')::bytea"),
                    "stamp_order": ("x'00'", "'\\x00'::bytea"), "seal_id": (f"printf('%032x', 1 + n % {SEALS})", f"lpad(to_hex(1 + n % {SEALS}), 32, '0')"),
                    "organization_id": (f"printf('%032x', 1 + n % {ORGANIZATIONS})", f"lpad(to_hex(1 + n % {ORGANIZATIONS}), 32, '0')"),
                    "district": ("printf('12%04d', 101 + n % 16)", "'12' || lpad((101 + n % 16)::text, 4, '0')")},
}


def clone(run, columns, table, count):
    """count rows like the first one of the table."""
    own, names = OWN[table], [name for name in columns(table) if name != "seq"]
    values = ", ".join(own[name][1 if SERVER else 0] if name in own else f"t.{name}" for name in names)
    series = f"generate_series(1, {count}) AS g (n)" if SERVER else \
        f"(WITH RECURSIVE g (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < {count}) SELECT n FROM g)"
    # What is cloned fits together by construction: no keys are looked up row by row.
    run(("SET session_replication_role = replica; " if SERVER else "") +
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {series}, (SELECT * FROM {table} ORDER BY seq LIMIT 1) t;")


def fill(folder, database):
    begin = time.monotonic()
    if SERVER:
        def run(sql):
            subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", SERVER.folder, "-U", "postgres", "-d", database, "-c", sql], check=True)

        def columns(table):
            return SERVER.psql(f"SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
                               database).split()
        for table, count in (("organization", ORGANIZATIONS), ("application", SEALS), ("seal", SEALS), ("stamp_order", RECORDS)):
            clone(run, columns, table, count)
        run("ANALYZE")
    else:
        with contextlib.closing(sqlite3.connect(folder / "data" / "web" / "jinyin.db")) as db:
            db.execute("PRAGMA synchronous = OFF")
            for table, count in (("organization", ORGANIZATIONS), ("application", SEALS), ("seal", SEALS), ("stamp_order", RECORDS)):
                clone(db.executescript, lambda t: [row[1] for row in db.execute(f"PRAGMA table_info({t})")], table, count)
    print(f"{RECORDS} stamp records, {SEALS} seals, {ORGANIZATIONS} organizations in {time.monotonic() - begin:.0f} s")


def first_page(connection, token, path, what):
    """From the request's first byte to the answer's last, on one connection."""
    times = []
    for _ in range(PAGES):
        begin = time.monotonic()
        connection.request("GET", "/api/v1" + path, headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        body = answer.read()
        times.append((time.monotonic() - begin) * 1e3)
        assert answer.status == 200, body
    times.sort()
    rows, worst = len(json.loads(body)["items"]), times[PAGES * 99 // 100]
    print(f"  {what:<44} {rows:>3} rows   p50 {times[PAGES // 2]:7.1f} ms   p99 {worst:7.1f} ms   {'met' if worst < 20 else 'MISSED'} (20 ms)")


def main():
    with demonstration() as (folder, _):
        life = Life(folder, 1)
        life.keys()
        seal_id = life.whole_seal()
        document = life.upload((ROOT / "tests" / "data" / "contract.pdf").read_bytes())["document_id"]
        order = life.order(seal_id, document)["order_id"]
        life.approve(order)
        life.stamp(order, seal_id)
        database = None
        if SERVER:
            database = SERVER.psql("SELECT datname FROM pg_stat_activity WHERE application_name = 'jinyin writer'")
        admin = life.tokens["admin"]
        officer = life.call("POST", "/api/v1/people", {"login": "officer", "name": "区民警", "id_number": "11010519491231002X", "phone": "13800000000",
                                                       "roles": ["police"], "district": "120105"}, admin)
        life.tokens["officer"] = life.log_in("officer", officer["password"])["token"]
        fill(folder, database)
        print(f"first page of 50 through the API on {'PostgreSQL' if SERVER else 'SQLite'}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}:")
        connection, middle = http.client.HTTPConnection(urllib.parse.urlsplit(life.base).netloc, timeout=60), RECORDS // 2
        for who, path, what in (("police", "/stamp-records", "stamp records, the whole city"),
                                ("officer", "/stamp-records", "stamp records, one district of 16"),
                                ("custodian", "/stamp-records", "stamp records, an organization with one"),
                                ("police", f"/stamp-records?before={middle}", "stamp records, from the middle on"),
                                ("officer", f"/stamp-records?before={middle}", "stamp records, a district from the middle on"),
                                ("police", "/seals", "seals, the whole city"),
                                ("officer", "/seals", "seals, one district of 16"),
                                ("custodian", "/seals", "seals, an organization with one"),
                                ("agent", "/applications", "applications, an organization with one")):
            first_page(connection, life.tokens[who], path, what)


if __name__ == "__main__":
    main()
