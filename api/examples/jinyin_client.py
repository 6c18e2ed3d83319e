#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
An application that uses the API with credentials of its own (docs/protocol/api-signature.md): standard library, and the openssl command
for SM2. As a program it verifies a document and, given a seal, brings it and asks for a stamp:

    python3 jinyin_client.py BASE CLIENT_ID SECRET FILE [SEAL_ID] [--key SM2_PRIVATE_KEY.pem] [--digest-only JINYIN]

With --digest-only the file stays here and its digests alone are sent (docs/protocol/digest-only.md); JINYIN is the tool.
"""
import argparse
import base64
import datetime
import hashlib
import hmac
import json
import pathlib
import secrets
import subprocess
import tempfile
import urllib.error
import urllib.request


class Refused(Exception):
    def __init__(self, status, body, headers):
        self.status, self.body, self.headers = status, body, headers
        super().__init__(f"{status} {body.get('code')}: {body.get('title')} {body.get('field')} {body.get('detail')}")


def request_text(method, path, query, time, nonce, idempotency_key, digest):
    return "\n".join(["jinyin-request-1", method, path, query, time, nonce, idempotency_key, digest, ""]).encode()


def answer_text(status, nonce, time, digest):
    return "\n".join(["jinyin-answer-1", str(status), nonce, time, digest, ""]).encode()


def hmac_sm3(secret_hex, text):
    return hmac.new(bytes.fromhex(secret_hex), text, "sm3").digest()


def sm2_sign(key_file, text):
    with tempfile.NamedTemporaryFile() as message:
        message.write(text)
        message.flush()
        return subprocess.run(["openssl", "dgst", "-sm3", "-sign", key_file, "-sigopt", "distid:1234567812345678", message.name],
                              check=True, capture_output=True).stdout


class Application:
    """key: file of an SM2 private key (PEM) for clients with algorithm sm2."""

    def __init__(self, base, client_id, secret, key=None):
        self.base, self.client_id, self.secret, self.key = base, client_id, secret, key

    def signed(self, method, path, query="", body=b"", idempotency_key="", time=None, nonce=None):
        time = time or datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        nonce = nonce or secrets.token_urlsafe(16)
        digest = hashlib.new("sm3", body).hexdigest()
        text = request_text(method, path, query, time, nonce, idempotency_key, digest)
        signature = sm2_sign(self.key, text) if self.key else hmac_sm3(self.secret, text)
        headers = {"Jinyin-Client": self.client_id, "Jinyin-Time": time, "Jinyin-Nonce": nonce, "Jinyin-Digest": digest,
                   "Jinyin-Signature": base64.b64encode(signature).decode()}
        return {**headers, "Idempotency-Key": idempotency_key} if idempotency_key else headers

    def check(self, status, nonce, headers, body):
        """The answer is the service's own, whole, and to this very request."""
        assert hashlib.new("sm3", body).hexdigest() == headers["Jinyin-Digest"], "the answer's body was changed"
        text = answer_text(status, nonce, headers["Jinyin-Time"], headers["Jinyin-Digest"])
        assert hmac.compare_digest(hmac_sm3(self.secret, text), base64.b64decode(headers["Jinyin-Signature"])), "the answer was not signed by the service"

    def ask(self, method, path, body=None, query="", key=None, session=None, headers=None):
        """JSON or bytes of the answer. key: Idempotency-Key of a write; session: token of the person whose act it is."""
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        key = key or (secrets.token_hex(16) if method != "GET" else "")
        head = headers if headers is not None else self.signed(method, path, query, data, key)
        if body is not None and not isinstance(body, bytes):
            head["Content-Type"] = "application/json"
        if session:
            head["Authorization"] = "Bearer " + session
        request = urllib.request.Request(self.base + path + ("?" + query if query else ""), data=data if body is not None else None, method=method,
                                         headers=head)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                status, text, given = answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            text = error.read()
            if "Jinyin-Signature" in error.headers:
                self.check(error.code, head["Jinyin-Nonce"], error.headers, text)
            raise Refused(error.code, json.loads(text), error.headers) from None
        self.check(status, head["Jinyin-Nonce"], given, text)
        return json.loads(text) if given.get_content_type() == "application/json" and text else text


def ask_by_digest(application, tool, seal_id, file, folder):
    """The order; the prepared file lies in the folder until its value comes: `jinyin stamp-finish PREPARED ANSWER OUT`."""
    folder = pathlib.Path(folder)
    (folder / "seal.esl").write_bytes(base64.b64decode(application.ask("GET", f"/api/v1/seals/{seal_id}")["seal"]))
    subprocess.run([tool, "stamp-prepare", file, folder / "prepared", "--seal", folder / "seal.esl", "--request", folder / "request.json", "--page", "1",
                    "--at", "100,180"], check=True)
    return application.ask("POST", "/api/v1/digest-orders", {"seal_id": seal_id, "category": "agreement", "purpose": "by its digest",
                                                             **json.loads((folder / "request.json").read_text())})


def main():
    options = argparse.ArgumentParser()
    options.add_argument("base")
    options.add_argument("client_id")
    options.add_argument("secret")
    options.add_argument("file", type=pathlib.Path)
    options.add_argument("seal_id", nargs="?")
    options.add_argument("--key")
    options.add_argument("--digest-only", metavar="JINYIN")
    given = options.parse_args()
    application = Application(given.base, given.client_id, given.secret, given.key)
    if given.digest_only:
        with tempfile.TemporaryDirectory() as folder:
            order = ask_by_digest(application, given.digest_only, given.seal_id, given.file, folder)
        print("order:", order["order_id"], order["state"])
        return
    document = given.file.read_bytes()
    print("verdict:", application.ask("POST", "/api/v1/verify", document)["verdict"])
    if given.seal_id:
        uploaded = application.ask("POST", "/api/v1/documents", document)
        order = application.ask("POST", "/api/v1/orders", {"seal_id": given.seal_id, "document_id": uploaded["document_id"],
                                                           "places": [{"pages": "1", "x_mm": 100, "y_mm": 180}], "category": "agreement",
                                                           "purpose": "by an application"})
        print("order:", order["order_id"], order["state"])


if __name__ == "__main__":
    main()
