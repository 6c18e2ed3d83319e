# SPDX-License-Identifier: Apache-2.0
"""A CA, a maker, a signer and their seal for one test run: certificates by the openssl command, the seal by the tool."""
import pathlib
import subprocess

DISTID = "distid:1234567812345678"


def call(*arguments, **options):
    done = subprocess.run([str(a) for a in arguments], capture_output=True, timeout=120, **options)
    if done.returncode != 0:
        raise SystemExit(f"{arguments}: {done.returncode}\n{done.stdout.decode(errors='replace')}{done.stderr.decode(errors='replace')}")
    return done.stdout


class Pki:
    """Files of a folder: ca.pem, maker.pem, signer.pem, *.key, seal.esl."""

    def __init__(self, tool, data, folder, picture="seal.png"):
        self.folder = folder = pathlib.Path(folder)
        folder.mkdir(exist_ok=True)
        (folder / "leaf.cnf").write_text("basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\n")
        for name in ("ca", "maker", "signer"):
            call("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-out", folder / f"{name}.key")
        call("openssl", "req", "-new", "-x509", "-sm3", "-sigopt", DISTID, "-key", folder / "ca.key", "-subj", "/C=CN/CN=Test CA",
             "-days", "30", "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-out", folder / "ca.pem")
        for number, name in enumerate(("maker", "signer"), 2):
            call("openssl", "req", "-new", "-sm3", "-sigopt", DISTID, "-key", folder / f"{name}.key", "-subj", f"/C=CN/O=Test/CN={name}",
                 "-out", folder / f"{name}.csr")
            call("openssl", "x509", "-req", "-sm3", "-sigopt", DISTID, "-vfyopt", DISTID, "-in", folder / f"{name}.csr", "-CA",
                 folder / "ca.pem", "-CAkey", folder / "ca.key", "-set_serial", str(number), "-days", "20", "-extfile", folder / "leaf.cnf",
                 "-out", folder / f"{name}.pem")
        self.seal, self.key, self.cert = folder / "seal.esl", folder / "signer.key", folder / "signer.pem"
        self.picture = data / picture
        call(tool, *self.seal_arguments(self.seal))

    def revocation_list(self):
        """crl.pem, with nothing on it; its bytes."""
        folder = self.folder
        call("touch", folder / "index.txt")
        (folder / "ca.cnf").write_text(f"[ca]\ndefault_ca=d\n[d]\ndatabase={folder}/index.txt\ndefault_md=sm3\ndefault_crl_days=10\n")
        call("openssl", "ca", "-config", folder / "ca.cnf", "-gencrl", "-sigopt", DISTID, "-cert", folder / "ca.pem", "-keyfile",
             folder / "ca.key", "-out", folder / "crl.pem")
        return (folder / "crl.pem").read_bytes()

    def seal_arguments(self, target, maker="maker"):
        return [str(a) for a in ("seal", "make", target, "--maker-key", self.folder / f"{maker}.key", "--maker-cert", self.folder / f"{maker}.pem",
                                 "--signer-cert", self.cert, "--picture", self.picture, "--name", "测试印章", "--id", "12010100000001",
                                 "--width", 40, "--height", 40)]

    def stamp_arguments(self, source, target, page=1, x=10, y=10, size=None):
        place = [] if size is None else ["--width", size, "--height", size]
        return [str(a) for a in ("stamp", source, target, "--seal", self.seal, "--key", self.key, "--cert", self.cert, "--page", page,
                                 "--x", x, "--y", y, *place)]
