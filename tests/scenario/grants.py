# SPDX-License-Identifier: Apache-2.0
"""A business system's side of a grant (docs/protocol/grants.md): its key pair, the grant's bytes, and one use of it. openssl and nothing of ours."""
import base64
import pathlib
import subprocess
import tempfile
import uuid

from life import ia5, instant, integer, now, sequence, sm3

DISTID = "distid:1234567812345678"


def openssl(*arguments, **more):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, **more).stdout


def key_pair(file):
    """A fresh SM2 key in file; its point, 65 bytes."""
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-out", file)
    return openssl("pkey", "-in", file, "-pubout", "-outform", "DER")[-65:]


class Grant:
    def __init__(self, life, seal_id, key, point, categories=("voucher",), count=2, each=500, total=700, client="finance"):
        self.life, self.seal_id, self.key, self.secret = life, seal_id, key, None
        self.grant_id = uuid.uuid4().hex
        self.der = sequence(integer(1), ia5(self.grant_id), ia5(seal_id), ia5(client), b"\x04\x41" + point, sequence(*map(ia5, categories)),
                            instant(now(minutes=-1)), instant(now(days=1)), integer(count), integer(each), integer(total))

    def write(self):
        return self.life.ask("custodian", "POST", f"/seals/{self.seal_id}/grants", {"grant": base64.b64encode(self.der).decode()})

    def approve(self):
        life = self.life
        return life.ask("approver", "POST", f"/grants/{self.grant_id}/approve",
                        {"sealed": life.seal("approve", sm3(self.der) + "/0", life.pins[life.approver_key_id]), "step": 0})

    def give(self):
        """By the custodian's PIN; the secret that only the client's key opens."""
        life = self.life
        given = life.ask("custodian", "POST", f"/grants/{self.grant_id}/grant", {"sealed": life.seal("grant", sm3(self.der), life.pins[self.seal_id])})
        self.secret = openssl("pkeyutl", "-decrypt", "-inkey", self.key, input=base64.b64decode(given["client_secret"])).hex()
        return given

    def use(self, order, secret=None, key=None):
        """What stamps one order: its bytes in base64. secret, key: another than the client's own, to be refused."""
        der = base64.b64decode(order)
        with tempfile.TemporaryDirectory() as work:
            (pathlib.Path(work) / "order").write_bytes(der)
            signature = openssl("pkeyutl", "-sign", "-inkey", key or self.key, "-rawin", "-digest", "sm3", "-pkeyopt", DISTID, "-in",
                                pathlib.Path(work) / "order")
        return {"grant_id": self.grant_id, "sealed": self.life.seal("use", sm3(der), secret or self.secret),
                "signature": base64.b64encode(signature).decode()}

    def revoke(self, role="custodian"):
        return self.life.ask(role, "POST", f"/grants/{self.grant_id}/revoke", {"reason": "at its end"})
