#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The demonstration profile: a fresh folder var/demo (or, with --keep, that of the last run), jinyin-sim, jinyind, a few organizations and
people made through the public API with passwords of their own, printed once; Ctrl-C stops everything cleanly."""
import argparse
import datetime
import json
import os
import pathlib
import re
import shutil
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid

from totp import Authenticator

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("JINYIN_BUILD", ROOT / "build"))


def call(base, method, path, body=None, token=None, raw=None):
    headers = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
    if token:
        headers["Authorization"] = "Bearer " + token
    data = raw if raw is not None else (json.dumps(body).encode() if body is not None else None)
    request = urllib.request.Request(base + path, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return json.loads(text) if text[:1] in b"{[" and text else text
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{method} {path}: {error.code} {error.read().decode(errors='replace')}")


def wait_for(url, seconds, processes):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for process in processes:
            if process.poll() is not None:
                raise SystemExit(f"{process.args[0]} ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=1) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.02)
    raise SystemExit(f"{url} did not answer in {seconds} s")


def prepare(base, data, sim, change_first):
    """Bootstrap secret → two administrators → police → organizations, maker and people, all through the API as anybody would."""
    people = []

    def id_number(serial):
        digits = f"12010119800101{serial:03d}"
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights)) % 11]

    def enter(person):
        """The first log-in: a password of one's own where the policy asks for it, and a second factor as with a phone."""
        credentials = lambda: {"login": person["login"], "password": person["password"]}
        session = call(base, "POST", "/api/v1/session", credentials())
        if "change_password" in session["must"]:
            own = "Own-1" + secrets.token_urlsafe(18)
            call(base, "PUT", "/api/v1/session/password", {"old": person["password"], "new": own}, session["token"])
            person["password"] = own
            session = call(base, "POST", "/api/v1/session", credentials())
        if "enrol_second_factor" in session["must"]:
            secret = call(base, "POST", "/api/v1/session/second-factor", {}, session["token"])["secret"]
            phone = Authenticator(secret)
            call(base, "POST", "/api/v1/session/second-factor/confirm", {"code": phone()}, session["token"])
            person.update({"totp": secret, "totp_step": phone.used})
        person["token"] = session["token"]

    def known(login, password, person_id, name, roles, **more):
        people.append({"login": login, "password": password, "person_id": person_id, "name": name, "roles": roles, **more})
        if change_first or not {"agent", "custodian", "approver", "coordination_group", "cryptography_authority"} & set(roles):
            enter(people[-1])
        return people[-1]

    first = call(base, "POST", "/api/v1/bootstrap", {
        "secret": (data / "bootstrap.secret").read_text().strip(),
        "system_login": "admin", "system_name": "系统管理员", "system_id_number": id_number(901), "system_phone": "13800000000",
        "security_login": "security", "security_name": "安全管理员", "security_id_number": id_number(902), "security_phone": "13800000000"})
    admin = known("admin", first["system_password"], first["system_person_id"], "系统管理员", ["system_administrator"])["token"]
    security = known("security", first["security_password"], first["security_person_id"], "安全管理员", ["security_administrator"])["token"]

    def person(login, name, id_number, roles, **more):
        body = {"login": login, "name": name, "id_number": id_number, "phone": "13800000000", "roles": roles, **more}
        made = call(base, "POST", "/api/v1/people", body, admin)
        password = made.get("password")
        if password is None:                               # an administrator: two persons, each half a password
            confirmed = call(base, "POST", f"/api/v1/account-acts/{made['act_id']}/confirm", {}, security)
            password = made["password_first_half"] + confirmed["password_second_half"]
        return known(login, password, made["person_id"], name, roles, **more)

    person("audit", "审计管理员", id_number(903), ["audit_administrator"])
    person("coordination", "协调小组", id_number(904), ["coordination_group"])
    person("cryptography", "密码管理局", id_number(905), ["cryptography_authority"])
    police = person("police", "市公安局民警", id_number(1), ["police"])["token"]
    with urllib.request.urlopen(sim + "/seals", timeout=5) as answer:
        seals = json.load(answer)
    seals = seals["seals"] if isinstance(seals, dict) else seals
    usable = [s for s in seals if s["state"] == "in_use" and s["kind"] == "statutory"]
    now = datetime.datetime.now(datetime.timezone.utc)
    maker = call(base, "POST", "/api/v1/makers", {
        "licence_number": "津公刻字第0001号", "name": "天津津印电子印章制作有限公司（演示）", "uscc": usable[0]["uscc"],
        "valid_from": (now - datetime.timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "valid_to": (now + datetime.timedelta(days=700)).strftime("%Y-%m-%dT%H:%M:%SZ")}, police)
    person("maker", "制章员", id_number(2), ["maker_staff"], maker_id=maker["maker_id"])
    organizations = []
    for n, seal in enumerate(usable[:3], 1):
        made = call(base, "POST", "/api/v1/organizations",
                    {"uscc": seal["uscc"], "name": seal["name"], "kind": "enterprise", "district": "120101"}, admin)
        organizations.append({"organization_id": made["organization_id"], "name": seal["name"], "uscc": seal["uscc"],
                              "seal_code": seal["seal_code"]})
        for k, (role, name) in enumerate([("agent", "经办人"), ("custodian", "保管人"), ("approver", "审批人")]):
            person(f"{role}{n}", name, id_number(10 * n + k), [role], organization_id=made["organization_id"])
    return {"people": people, "organizations": organizations, "maker": maker}


def main():
    parser = argparse.ArgumentParser(prog="./dev run")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--sim-port", type=int, default=8090)
    parser.add_argument("--smtp-port", type=int, default=8091, help="of the simulated mail server")
    parser.add_argument("--platform", action="store_true", help="connect the national platform, too")
    parser.add_argument("--cmp", action="store_true", help="speak CMP with the CA (ca_protocol)")
    parser.add_argument("--bare", action="store_true", help="nobody in it: as an operator finds it at the first start")
    parser.add_argument("--keep", action="store_true", help="go on with the people, seals and documents of the last run")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=JSON",
                        help="a further key of the configuration; {sim} is the simulator's URL, {smtp} its mail server's")
    parser.add_argument("--dir", type=pathlib.Path, default=ROOT / "var" / "demo")
    parser.add_argument("--store", help="postgresql:… of the role that serves, instead of a SQLite file")
    parser.add_argument("--owner", help="postgresql:… of the schema's owner, with --store")
    parser.add_argument("--jinyind", type=pathlib.Path, default=BUILD / "jinyind", help="another one, with the rooms and the simulators beside it")
    args = parser.parse_args()
    data, credentials = args.dir / "data", args.dir / "credentials.json"
    kept = json.loads(credentials.read_text()) if args.keep and credentials.exists() else None
    if kept is None:
        shutil.rmtree(args.dir, ignore_errors=True)
    (args.dir / "sim").mkdir(parents=True, exist_ok=True)
    sim, base = f"http://127.0.0.1:{args.sim_port}", f"http://127.0.0.1:{args.port}"
    config = {"http_loopback_port": args.port, "public_url": base, "engraving_url": sim, "ca_url": sim + "/ca", "development": True,
              "password_change_first": False,
              "login_source_tries": 1000, "evidence_hosts": f"127.0.0.1:{args.sim_port}",
              "making_four_eyes": False, "making_workstation": False}      # one member of staff, on any machine: R13.4 is off
    if args.platform:
        with open(os.open(args.dir / "platform.secret", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write("sim-secret\nsim-password\nsim-salt\n")
    if args.cmp:
        with open(os.open(args.dir / "cmp.secret", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write("sim-cmp-secret, not for production\n")
        config |= {"ca_protocol": "cmp", "cmp_reference": "jinyin", "cmp_secret_file": "cmp.secret", "cmp_ca_certificate": "sim/ca/issuing.pem"}
    for key, value in (pair.split("=", 1) for pair in args.set):
        config[key] = json.loads(value.replace("{sim}", sim).replace("{smtp}", f"smtp://127.0.0.1:{args.smtp_port}"))
    if args.store:
        config["store"] = args.store
    (args.dir / "jinyin.json").write_text(json.dumps(config, indent=2) + "\n")
    if args.store:
        role = re.search(r"\buser=(\w+)", args.store)[1]
        subprocess.run([BUILD / "jinyin", "migrate", "--config", args.dir / "jinyin.json", "--owner", args.owner, "--role", role], check=True)
    started = time.monotonic()
    log = open(args.dir / "log.jsonl", "ab")
    processes = [subprocess.Popen([args.jinyind.parent / "jinyin-sim", "--data", args.dir / "sim", "--port", str(args.sim_port), "--smtp-port",
                                   str(args.smtp_port)],
                                  stderr=log, stdout=log, start_new_session=True)]
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
    signal.signal(signal.SIGINT, lambda *_: stop.append(1))
    try:
        wait_for(sim + "/ca/trust", 10, processes)
        if args.platform:
            config |= {"platform_url": sim + "/platform", "platform_system_id": "jinyin-demo", "platform_app_key": "sim-app", "platform_username": "sim-user",
                       "platform_secret_file": "platform.secret", "platform_key": call(sim, "GET", "/platform/key")["point"]}
            (args.dir / "jinyin.json").write_text(json.dumps(config, indent=2) + "\n")
        processes.append(subprocess.Popen([args.jinyind, "--config", args.dir / "jinyin.json"], stderr=log, stdout=log,
                                          start_new_session=True))
        wait_for(base + "/readyz", 20, processes)
        ready = time.monotonic() - started
        if args.platform:
            key = call(base, "GET", "/api/v1/statement-keys")["keys"]["platform"]
            call(sim, "POST", "/control/platform", {"system_id": "jinyin-demo", "point": key})
        demo = kept or ({"people": []} if args.bare else prepare(base, data, sim, config["password_change_first"]))
        demo |= {"base": base, "sim": sim, "config": str((args.dir / "jinyin.json").resolve())} | ({"owner": args.owner} if args.owner else {})
        with open(os.open(credentials, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(demo, out, ensure_ascii=False, indent=1)
        print(f"津印 Jinyin — 演示环境，非生产 · demonstration, not for production (ready in {ready:.1f} s)\n")
        print(f"  {base}/            drop a stamped file here")
        print(f"  {BUILD.name}/jinyin tour        a seal's whole life on real files; --all: every kind of seal, every application\n")
        print("  passwords of this run, shown once:")
        for p in demo["people"]:
            print(f"    {p['login']:<12} {p['password']:<25} {'/'.join(p['roles'])}")
        print("  whoever needs a second factor has its secret in credentials.json (\"totp\")")
        print("\n  Ctrl-C stops.", flush=True)
        while not stop:
            for process in processes:
                if process.poll() is not None:
                    raise SystemExit(f"{process.args[0]} ended with {process.returncode}; see {args.dir}/log.jsonl")
            time.sleep(0.1)
    finally:
        for process in reversed(processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
    print("stopped")


if __name__ == "__main__":
    main()
