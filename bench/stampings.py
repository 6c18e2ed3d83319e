#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Acknowledged stampings a second through the API on one machine, beside what a stamping cannot do without, measured in the same run (bench/floor.c).
Twice: by the custodian, whose PIN the key room stretches for each (Argon2id, on purpose slow), and by a business system under a grant (R18.1). Orders are
made and approved, and every secret and signature is there, before the clock starts; an answer counts when it says DONE, so after every write was durable.
JINYIN_STAMPINGS stampings each (default 60), JINYIN_CLIENTS clients at the same time (default 8). SQLite; with JINYIN_POSTGRES that server."""
import base64
import concurrent.futures
import http.client
import json
import os
import pathlib
import subprocess
import sys
import threading
import time
import urllib.parse
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("JINYIN_BUILD", ROOT / "build-release"))
os.environ["JINYIN_BUILD"] = str(BUILD)
sys.path.insert(0, str(ROOT / "tests" / "scenario"))
from grants import Grant, key_pair  # noqa: E402
from life import Life, sm3  # noqa: E402
from service import demonstration  # noqa: E402

STAMPINGS, CLIENTS = int(os.environ.get("JINYIN_STAMPINGS", "60")), int(os.environ.get("JINYIN_CLIENTS", "8"))
DOCUMENT = ROOT / "tests" / "data" / "contract.ofd"
SECRETS_LIVE = 480                                        # seconds: key refuses what was sealed ten minutes ago


def business_system(life, seal_id, file):
    grant = Grant(life, seal_id, file, key_pair(file), categories=("agreement",), count=1000000, each=-1, total=-1)
    grant.write()
    grant.approve()
    grant.give()
    return grant


def prepare(life, seal_id, document_id, system):
    """(path, body) of each stamping, ready to be sent."""
    def one(i):
        made = life.order(seal_id, document_id, x_mm=20 + i % 100, y_mm=20 + i // 100)
        order = base64.b64decode(made["order"])
        if system is not None:
            return f"/api/v1/orders/{made['order_id']}/stamp-granted", system.use(made["order"])
        life.ask("approver", "POST", f"/orders/{made['order_id']}/approve",
                 {"sealed": life.seal("approve", sm3(order) + "/0", life.pins[life.approver_key_id]), "step": 0})
        return f"/api/v1/orders/{made['order_id']}/stamp", {"sealed": life.seal("stamp", sm3(order), life.pins[seal_id])}
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(one, range(STAMPINGS)))


def run(base, token, prepared):
    """Seconds of each, and of all together."""
    at, lock, times = [0], threading.Lock(), []
    host = urllib.parse.urlsplit(base).netloc
    gate = threading.Barrier(CLIENTS + 1)

    def client():
        connection = http.client.HTTPConnection(host, timeout=120)
        connection.connect()
        gate.wait()
        while True:
            with lock:
                i = at[0]
                at[0] += 1
            if i >= len(prepared):
                return
            path, body = prepared[i]
            begin = time.perf_counter()
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json", "Authorization": f"Bearer {token}",
                                                                "Idempotency-Key": uuid.uuid4().hex})
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200 and json.loads(text)["state"] == "DONE", (answer.status, text[:400])
            times.append(time.perf_counter() - begin)
    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    gate.wait()
    begin = time.perf_counter()
    for thread in threads:
        thread.join()
    assert len(times) == len(prepared), "a stamping failed"
    return sorted(times), time.perf_counter() - begin


def main():
    store = "PostgreSQL" if "JINYIN_POSTGRES" in os.environ else "SQLite"
    with demonstration() as (folder, base):
        life = Life(folder, 1)
        life.keys()
        seal_id = life.whole_seal()
        document_id = life.upload(DOCUMENT.read_bytes())["document_id"]
        floor = json.loads(subprocess.run([BUILD / "bench" / "floor", folder / "data", DOCUMENT], check=True, capture_output=True, text=True).stdout)
        print(f"{store}, {STAMPINGS} stampings of {DOCUMENT.name} ({DOCUMENT.stat().st_size >> 10} KiB), {CLIENTS} clients, {os.cpu_count()} cores, "
              f"load {os.getloadavg()[0]:.1f}")
        print(f"  floor: SM3, SM2 signature and check {floor['crypto_us'] / 1e3:.2f} ms, one durable write {floor['durable_us'] / 1e3:.2f} ms, "
              f"one stretched PIN {floor['pin_us'] / 1e3:.0f} ms")
        for name, system, least in (("custodian's PIN", None, floor["crypto_us"] + floor["durable_us"] + floor["pin_us"]),
                                    ("grant", business_system(life, seal_id, folder / "system.pem"), floor["crypto_us"] + floor["durable_us"])):
            begin = time.monotonic()
            prepared = prepare(life, seal_id, document_id, system)
            assert time.monotonic() - begin < SECRETS_LIVE, "the secrets grew stale: fewer stampings at a time"
            times, total = run(base, life.tokens["custodian" if system is None else "agent"], prepared)
            rate = len(times) / total
            print(f"  {name}: {rate:.1f} a second; p50 {times[len(times) // 2] * 1e3:.0f} ms, p99 {times[int(len(times) * 0.99)] * 1e3:.0f} ms; "
                  f"floor {1e6 / least:.1f} a second, ratio {rate * least / 1e6:.3f}")


if __name__ == "__main__":
    main()
