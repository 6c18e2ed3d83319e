#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""jinyin-sim as a process: loopback only, what it acknowledged outlives kill -9, a clean end. Usage: sim_test.py JINYIN_SIM"""
import concurrent.futures
import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

SIM = sys.argv[1]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start(folder, port):
    process = subprocess.Popen([SIM, "--data", folder, "--port", str(port)], stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    assert f"http://127.0.0.1:{port}" in line and "NOT FOR PRODUCTION" in line, line
    return process


def call(port, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=data), timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def receipts(port, numbers):
    def one(n):
        status, body = call(port, "/filings", {"event_id": f"e-{n}", "event": "seal_made", "n": n})
        assert status == 201, (status, body)
        return n, json.loads(body)["receipt"]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return dict(pool.map(one, numbers))


def main():
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="jinyin-sim-") as folder:
        folder = pathlib.Path(folder) / "sim"
        process = start(folder, port)
        try:
            before = receipts(port, range(40))
            assert len(set(before.values())) == 40
            root = call(port, "/ca/trust")[1].split(b"-----BEGIN X509")[0]
            picture = call(port, "/seals/1201901000001")
            process.kill()
            process.wait()

            process = start(folder, port)
            assert receipts(port, range(39, -1, -1)) == before
            listed = json.loads(call(port, "/filings")[1])["filings"]
            assert {f["body"]["n"]: f["receipt"] for f in listed} == before and len(listed) == 40
            assert call(port, "/ca/trust")[1].split(b"-----BEGIN X509")[0] == root
            assert call(port, "/seals/1201901000001") == picture
            assert call(port, "/seals/7")[0] == 404 and call(port, "/seals", {})[0] == 405
            assert call(port, "/ca/revocations", {"x": "y" * 20000})[0] == 413

            second = subprocess.run([SIM, "--data", folder, "--port", str(free_port())], capture_output=True, text=True, timeout=20)
            assert second.returncode == 1 and "another process" in second.stderr, second
            sockets = [line.split() for name in ("tcp", "tcp6") for line in pathlib.Path("/proc/net", name).read_text().splitlines()[1:]]
            mine = [s[1] for s in sockets if s[3] == "0A" and s[1].endswith(f":{port:04X}")]        # 0A: listening
            assert mine == [f"0100007F:{port:04X}"], mine
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    for wrong in ("", "--data x", "--port 1", "--data x --port 0", "--data x --port 1x", "--data x --port 65536", "--what x --port 1"):
        assert subprocess.run([SIM, *wrong.split()], capture_output=True, timeout=20).returncode == 64, wrong
    print("sim: ok")


if __name__ == "__main__":
    main()
