#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""CMP as others speak it: OpenSSL's client against the CA of jinyin-sim, which is the same code as link's side. Its digest is SM3, its MAC SHA-256 (it
knows no HMAC-SM3), and it speaks HTTP/1.0, which is not answered here: a relay stands between. Usage: cmp_test.py JINYIN_SIM"""
import http.server
import pathlib
import subprocess
import tempfile
import threading
import urllib.request

from pki import DISTID
from sim_test import free_port, start

SECRET = "sim-cmp-secret, not for production"


def relay(port):
    """An HTTP/1.0 server before the simulator's; the sizes of what went through."""
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = urllib.request.Request(f"http://127.0.0.1:{port}{self.path}", body, {"Content-Type": self.headers["Content-Type"]})
            with urllib.request.urlopen(request, timeout=10) as answer:
                data, kind = answer.read(), answer.headers["Content-Type"]
            seen.append((self.headers["Content-Type"], kind))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, seen


def openssl(*arguments, expect=0):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, timeout=30)
    assert (done.returncode == 0) == (expect == 0), f"{arguments}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def main():
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="jinyin-cmp-") as folder:
        folder = pathlib.Path(folder)
        process = start(folder / "sim", port)
        server, seen = relay(port)

        def cmp(*arguments, secret=SECRET, reference="jinyin", expect=0):
            return openssl("cmp", "-config", "", "-server", f"127.0.0.1:{server.server_port}", "-path", "ca/cmp", "-secret", "pass:" + secret,
                           "-ref", reference, "-digest", "sm3", "-mac", "hmacWithSHA256", *arguments, expect=expect)

        def public_key(*arguments):
            return openssl(*arguments, "-noout", "-pubkey")
        try:
            key, csr, cert = folder / "key.pem", folder / "csr.pem", folder / "cert.pem"
            openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-out", key)
            openssl("req", "-new", "-sm3", "-sigopt", DISTID, "-key", key, "-subj", "/C=CN/O=Test/CN=asked by CMP", "-out", csr)
            ask = ("-cmd", "p10cr", "-csr", csr, "-recipient", "/CN=CA", "-certout", cert)
            said = cmp(*ask)
            assert "received PKICONF" in said, said                       # its certConf has the SM3 digest of the certificate
            assert public_key("x509", "-in", cert) == public_key("req", "-in", csr)
            openssl("verify", "-vfyopt", DISTID, "-partial_chain", "-CAfile", folder / "sim" / "ca" / "issuing.pem", cert)
            assert "received PKICONF" not in cmp(*ask, "-implicit_confirm")
            assert "badMessageCheck" in cmp(*ask, "-unprotected_errors", secret="another secret of no use", expect=1)
            assert "badMessageCheck" in cmp(*ask, "-unprotected_errors", reference="nobody", expect=1)
            assert "revocation accepted" in cmp("-cmd", "rr", "-oldcert", cert, "-revreason", "4")
            assert "badCertId" in cmp("-cmd", "rr", "-oldcert", folder / "sim" / "ca" / "issuing.pem", "-revreason", "4", expect=1)
            serial = openssl("x509", "-in", cert, "-noout", "-serial").strip().split("=")[1]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ca/crl/issuing", timeout=10) as answer:
                (folder / "crl.der").write_bytes(answer.read())
            revoked = openssl("crl", "-inform", "DER", "-in", folder / "crl.der", "-noout", "-text")
            assert serial in revoked and "Superseded" in revoked, revoked
            assert set(seen) == {("application/pkixcmp", "application/pkixcmp")}, seen
        finally:
            server.shutdown()
            process.terminate()
            process.wait(10)
    print("cmp: ok")


if __name__ == "__main__":
    main()
