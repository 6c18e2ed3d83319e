#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""jinyin-link as jinyind starts it, in its sandbox, against jinyin-sim.
Usage: link_test.py JINYIND JINYIN_DOC TEST_ROOM DATA JINYIN_LINK JINYIN_SIM"""
import contextlib
import json
import shutil
import socket
import subprocess
import sys
import threading

from rooms import eventually, frame

LINK, SIM = sys.argv[5:7]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def link(**keys):
    """A frame whose link is the real one."""
    with frame(**keys) as f:
        shutil.copy2(LINK, f.folder / "jinyin-link")
        f.start()
        yield f
        f.process.terminate()
        assert f.process.wait(10) == 0


@contextlib.contextmanager
def simulator(folder, port):
    process = subprocess.Popen([SIM, "--data", folder, "--port", str(port)], stdout=subprocess.PIPE, text=True)
    try:
        assert "NOT FOR PRODUCTION" in process.stdout.readline()
        yield
    finally:
        process.terminate()
        process.wait(10)


def not_connected_is_said():
    with link() as f:
        assert f.ask("trust", expect="counterpart_down")["fault"] == "not connected; set ca_url"


def trust_comes_from_the_ca_and_its_absence_is_a_clear_no():
    port = free_port()
    with link(ca_url=f"http://127.0.0.1:{port}/ca", link_timeout_seconds=2) as f:
        down = f.ask("trust", expect="counterpart_down")
        assert down["fault"].startswith("the CA does not answer: ") and down["where"] == "ca_url", down
        with simulator(f.folder / "sim", port):
            pem = f.ask("trust")["pem"]
            assert pem.count("BEGIN CERTIFICATE") == 2 and pem.count("BEGIN X509 CRL") == 2, pem
            answers = [f.send("trust") for _ in range(8)]
            assert [a()["pem"] for a in answers] == [pem] * 8
        f.ask("trust", expect="counterpart_down")
        assert not f.events("room_ended")


def a_silent_ca_holds_up_nobody_else():
    with contextlib.ExitStack() as stack:
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        f = stack.enter_context(link(ca_url=f"http://127.0.0.1:{silent.getsockname()[1]}", link_timeout_seconds=2))
        taken = []
        thread = threading.Thread(target=lambda: [taken.append(silent.accept()) for _ in range(2)], daemon=True)
        thread.start()
        first, second = f.send("trust"), f.send("trust")
        thread.join(10)
        assert len(taken) == 2, "both calls are under way at once"
        assert first()["code"] == second()["code"] == "counterpart_down"
        for connection, _ in taken:
            connection.close()


def half_a_configuration_of_cmp_is_refused_by_name():
    for keys, name in (({"ca_protocol": "cmp"}, "cmp_reference: "), ({"ca_protocol": "cmp", "cmp_reference": "jinyin"}, "cmp_secret_file: "),
                       ({"ca_protocol": "est"}, "ca_protocol: must be http or cmp")):
        with frame(**keys) as f, open(f.folder / "log", "ab") as log:
            shutil.copy2(LINK, f.folder / "jinyin-link")
            f.process = subprocess.Popen([f.folder / "jinyind", "--config", f.folder / "jinyin.json"], stdout=log, stderr=log)
            eventually(lambda: f.events("not_started", "link"))
            said = f.events("not_started", "link")[0]
            assert name in json.dumps(said), said
            f.process.terminate()
            f.process.wait(10)


if __name__ == "__main__":
    half_a_configuration_of_cmp_is_refused_by_name()
    not_connected_is_said()
    trust_comes_from_the_ca_and_its_absence_is_a_clear_no()
    a_silent_ca_holds_up_nobody_else()
    print("link: ok")
