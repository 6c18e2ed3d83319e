#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""packaging/nginx/jinyin.conf in a real nginx on the loopback, before a small server that says what reached it.

usage: nginx_test.py CONF"""
import collections
import contextlib
import hashlib
import http.client
import http.server
import json
import os
import pathlib
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading
import time

from service import eventually, free_ports

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
if NGINX is None:
    print("skipped: nginx is not installed; ./dev setup installs it")
    sys.exit(77)
NAME = "seal.example.org"
BODY = b"0123456789abcdef" * 65536          # 1 MiB


class Room(http.server.BaseHTTPRequestHandler):
    """Plays the web room: answers with what it saw; /die closes without a word, /large gives 32 MiB."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle_any(self):
        server = self.server
        server.seen[self.path] += 1
        length, digest, received = int(self.headers.get("Content-Length", 0)), hashlib.sha256(), 0
        while received < length:
            chunk = self.rfile.read1(min(65536, length - received))
            if not chunk:
                return
            digest.update(chunk)
            received += len(chunk)
            server.received = received
        if self.path == "/die" or server.is_down:
            self.close_connection = True
            return
        answer = b"\0" * (32 * 1024 * 1024) if self.path == "/large" else json.dumps({
            "path": self.path, "headers": [[k.lower(), v] for k, v in self.headers.items()],
            "length": received, "sha256": digest.hexdigest()}).encode()
        status = 413 if self.path == "/own-413" else 200
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(answer)

    do_GET = do_POST = do_PUT = handle_any

    def address_string(self):
        return "unix"


class Rooms(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, path):
        self.seen, self.received, self.is_down = collections.Counter(), 0, False
        super().__init__(str(path), Room)


def site(folder, ports):
    """The site file with the paths and ports of this test and a header time of a second; each replacement must fit."""
    text = pathlib.Path(sys.argv[1]).read_text()
    for old, new, count in (
            ("/run/jinyin/web.sock", str(folder / "web.sock"), 1), ("/etc/jinyin/tls/", f"{folder}/", 2),
            ("/var/log/nginx/", f"{folder}/", 1),
            ("/run/jinyin-body", f"{folder}/temp-body", 1),
            ("listen [::]:80;", "", 1), ("listen [::]:443 ssl http2;", "", 1),
            ("listen 80;", f"listen 127.0.0.1:{ports[0]};", 1), ("listen 443 ssl http2;", f"listen 127.0.0.1:{ports[1]} ssl http2;", 1),
            ("client_header_timeout 10s;", "client_header_timeout 1s;", 1)):
        assert text.count(old) == count, f"{old}: {text.count(old)} times, expected {count}"
        text = text.replace(old, new)
    (folder / "jinyin.conf").write_text(text)
    temporary = "".join(f"{kind}_temp_path {folder}/temp-{kind};\n" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        ("user root;\n" if os.geteuid() == 0 else "") +      # else the worker could not enter this test's folder
        f"daemon off;\nworker_processes 1;\npid {folder}/pid;\nerror_log {folder}/error.log warn;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}include {folder}/jinyin.conf;\n}}\n")


def certificate(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", f"/CN={NAME}", "-keyout", folder / "key.pem", "-out", folder / "fullchain.pem"], check=True, capture_output=True)


@contextlib.contextmanager
def edge():
    with tempfile.TemporaryDirectory(prefix="jinyin-") as folder:
        folder, ports = pathlib.Path(folder), free_ports(2)
        certificate(folder)
        site(folder, ports)
        command = [NGINX, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"]
        checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
        assert checked.returncode == 0 and "warn" not in checked.stderr, checked.stderr
        rooms = Rooms(folder / "web.sock")
        threading.Thread(target=rooms.serve_forever, daemon=True).start()
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            eventually(lambda: process.poll() is None and socket.socket().connect_ex(("127.0.0.1", ports[1])) == 0)
            yield folder, ports, rooms
        finally:
            process.terminate()
            process.wait(20)
            rooms.server_close()


def connect(port):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=30)


def ask(port, method, path, body=None, headers=None):
    """(status, headers, body) of one request on a connection of its own."""
    connection = connect(port)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def is_problem(answer, status, code):
    got, headers, body = answer
    assert got == status and headers["Content-Type"] == "application/problem+json", (got, headers.as_string(), body[:200])
    problem = json.loads(body)
    assert problem["code"] == code and problem["status"] == status and problem["title"] and problem["title_zh"], problem


def no_temporary_file(folder):
    """nginx unlinks its temporary files at once, but it says that it made one."""
    assert "temporary file" not in (folder / "error.log").read_text(), (folder / "error.log").read_text()


def what_a_client_says_of_itself_is_overwritten(folder, ports, rooms):
    lies = {"X-Forwarded-For": "10.9.9.9", "X-Request-Id": "mine", "X-Real-IP": "10.9.9.9", "Forwarded": "for=10.9.9.9",
            "X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example", "X-SSL-Client-Verify": "SUCCESS", "X-SSL-Client-Cert": "x",
            "X-SSL-Client-S-DN": "CN=x",
            "Proxy": "http://evil", "X_Forwarded_For": "10.9.9.9", "Host": "evil.example", "Authorization": "Bearer kept",
            "Idempotency-Key": "kept-1234"}
    status, _, body = ask(ports[1], "GET", "/api/v1/seals", headers=lies)
    assert status == 200
    got = collections.defaultdict(list)
    for name, value in json.loads(body)["headers"]:
        got[name].append(value)
    assert got["host"] == [NAME] and got["x-forwarded-for"] == ["127.0.0.1"] and got["x-forwarded-proto"] == ["https"], got
    assert len(got["x-request-id"]) == 1 and len(got["x-request-id"][0]) == 32 and got["x-request-id"] != ["mine"], got
    for gone in ("x-real-ip", "forwarded", "x-forwarded-host", "x-ssl-client-verify", "x-ssl-client-cert", "x-ssl-client-s-dn",
                 "proxy", "x_forwarded_for"):
        assert gone not in got, (gone, got[gone])
    assert got["authorization"] == ["Bearer kept"] and got["idempotency-key"] == ["kept-1234"], "nginx decides nothing"


def the_path_reaches_the_service_as_it_was_sent(folder, ports, rooms):
    for path in ("/x/../api/v1/session", "/a%2fb//c", "/api/v1/seals/%E6%B4%A5?at=1%2B1&x="):
        assert json.loads(ask(ports[1], "GET", path)[2])["path"] == path


def plain_http_is_sent_to_https(folder, ports, rooms):
    connection = http.client.HTTPConnection("127.0.0.1", ports[0], timeout=30)
    connection.request("POST", "/api/v1/session?x=1", b"{}", {"Host": "evil.example"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (308, f"https://{NAME}/api/v1/session?x=1")
    connection.close()


def http2_and_both_tls_versions_work(folder, ports, rooms):
    for version in (["--tlsv1.3"], ["--tls-max", "1.2"]):
        done = subprocess.run(["curl", "-ksS", "--http2", *version, "--data-binary", "@-",
                               "-o", folder / "answer", "-w", "%{http_version} %{http_code}",
                               f"https://127.0.0.1:{ports[1]}/api/v1/verify"], input=BODY * 3, capture_output=True)
        assert done.stdout == b"2 200", (done.stdout, done.stderr)
        assert json.loads((folder / "answer").read_bytes())["sha256"] == hashlib.sha256(BODY * 3).hexdigest()
    old = subprocess.run(["curl", "-ksS", "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0", f"https://127.0.0.1:{ports[1]}/"],
                         capture_output=True)
    assert old.returncode == 35, "TLS 1.1 is refused"
    no_temporary_file(folder)


def a_document_streams_through(folder, ports, rooms):
    """The service has the beginning while the client has not sent the end."""
    connection = connect(ports[1])
    connection.putrequest("POST", "/api/v1/verify")
    connection.putheader("Content-Length", str(64 * len(BODY)))
    connection.endheaders()
    rooms.received = 0
    connection.send(BODY)
    eventually(lambda: rooms.received == len(BODY), 30)
    for _ in range(63):
        connection.send(BODY)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    assert (answer["length"], answer["sha256"]) == (64 * len(BODY), hashlib.sha256(BODY * 64).hexdigest())
    for method, path in (("POST", "/api/v1/documents"), ("PUT", "/api/v1/applications/0a1b/materials/M1")):
        assert json.loads(ask(ports[1], method, path, BODY * 4)[2])["length"] == 4 * len(BODY), path
    no_temporary_file(folder)


def a_json_body_is_kept_from_the_service_until_it_is_whole_and_never_on_disk(folder, ports, rooms):
    body = b'"' + b"x" * 900_000 + b'"'
    connection = connect(ports[1])
    connection.putrequest("POST", "/api/v1/orders")
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders()
    connection.send(body[:500_000])
    assert json.loads(ask(ports[1], "GET", "/in-between")[2])["path"] == "/in-between"
    assert rooms.seen["/api/v1/orders"] == 0, "a slow body holds no thread of the service"
    connection.send(body[500_000:])
    assert json.loads(connection.getresponse().read())["length"] == len(body)
    connection.close()
    no_temporary_file(folder)


def what_is_too_large_is_refused_in_the_shape_of_the_service(folder, ports, rooms):
    def declare(method, path, length):
        connection = connect(ports[1])
        connection.putrequest(method, path)
        connection.putheader("Content-Length", str(length))
        connection.endheaders()
        answer = connection.getresponse()
        result = answer.status, answer.headers, answer.read()
        connection.close()
        return result
    mib = 1024 * 1024
    for method, path, length in (("POST", "/api/v1/orders", mib + 1), ("POST", "/api/v1/verify", 201 * mib + 1),
                                 ("POST", "/api/v1/documents", 201 * mib + 1), ("PUT", "/api/v1/applications/0a1b/materials/M1", 201 * mib + 1),
                                 ("PUT", "/api/v1/documents/0a1b/content", mib + 1),
                                 ("POST", "/api/v1/verify/", mib + 1)):
        before = rooms.seen[path]
        is_problem(declare(method, path, length), 413, "limit_exceeded")
        assert rooms.seen[path] == before, path
    is_problem(ask(ports[1], "POST", "/api/v1/orders", iter([BODY, b"1"])), 413, "limit_exceeded")
    status, _, body = ask(ports[1], "GET", "/own-413")
    assert status == 413 and json.loads(body)["path"] == "/own-413", "the service's own refusals pass unchanged"


def a_large_answer_never_becomes_a_file(folder, ports, rooms):
    connection = connect(ports[1])
    connection.request("GET", "/large")
    answer = connection.getresponse()
    answer.read(1000)
    assert json.loads(ask(ports[1], "GET", "/meanwhile")[2])["path"] == "/meanwhile"
    assert len(answer.read()) == 32 * 1024 * 1024 - 1000
    connection.close()
    no_temporary_file(folder)


def a_head_that_trickles_is_cut(folder, ports, rooms):
    connection = connect(ports[1])
    connection.connect()
    connection.sock.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    ended = time.monotonic() + 30
    with contextlib.suppress(OSError):
        while time.monotonic() < ended:
            connection.sock.sendall(b"a")
            time.sleep(0.1)
            connection.sock.settimeout(0.05)
            with contextlib.suppress(TimeoutError):
                if connection.sock.recv(100) == b"":
                    break
    assert time.monotonic() < ended and rooms.seen["/slow"] == 0
    connection.close()


def a_write_is_never_sent_twice(folder, ports, rooms):
    assert ask(ports[1], "GET", "/warm")[0] == 200      # leaves a kept connection, on which nginx would try again
    is_problem(ask(ports[1], "PUT", "/die", b"{}"), 503, "unavailable")     # nginx holds PUT safe to repeat, POST not
    assert rooms.seen["/die"] == 1, rooms.seen["/die"]


def guessing_passwords_is_slowed(folder, ports, rooms):
    answers = [ask(ports[1], "POST", "/api/v1/session", b"{}") for _ in range(30)]
    assert answers[0][0] == 200
    refused = [answer for answer in answers if answer[0] != 200]
    assert refused, "30 tries passed at once"
    for answer in refused:
        is_problem(answer, 429, "too_many_requests")
        assert answer[1]["Retry-After"] and answer[1]["Strict-Transport-Security"]


def the_log_holds_no_query(folder, ports, rooms):
    ask(ports[1], "GET", "/logged?secret=1")
    eventually(lambda: '"GET /logged HTTP/1.1" 200' in (folder / "jinyin.log").read_text())
    assert "secret" not in (folder / "jinyin.log").read_text()


def a_service_that_is_down_is_said_in_its_own_shape(folder, ports, rooms):
    rooms.is_down = True                                # connections that nginx has kept end without an answer
    rooms.shutdown()
    rooms.server_close()
    (folder / "web.sock").unlink()
    for _ in range(5):
        answer = ask(ports[1], "POST", "/api/v1/orders", b"{}")
        is_problem(answer, 503, "unavailable")
        assert answer[1]["Retry-After"]


CLAIMS = [
    what_a_client_says_of_itself_is_overwritten,
    the_path_reaches_the_service_as_it_was_sent,
    plain_http_is_sent_to_https,
    http2_and_both_tls_versions_work,
    a_document_streams_through,
    a_json_body_is_kept_from_the_service_until_it_is_whole_and_never_on_disk,
    what_is_too_large_is_refused_in_the_shape_of_the_service,
    a_large_answer_never_becomes_a_file,
    a_head_that_trickles_is_cut,
    a_write_is_never_sent_twice,
    guessing_passwords_is_slowed,
    the_log_holds_no_query,
    a_service_that_is_down_is_said_in_its_own_shape,      # last: it stops the server behind
]
with edge() as (folder, ports, rooms):
    for claim in CLAIMS:
        try:
            claim(folder, ports, rooms)
        except BaseException:
            sys.stderr.write(f"{claim.__name__}\n---- error.log\n{(folder / 'error.log').read_text()[-3000:]}\n")
            raise
        print("ok  ", claim.__name__)
