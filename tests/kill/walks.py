# SPDX-License-Identifier: Apache-2.0
"""Walks through every kind of transaction. Each leaves the register as the next one wants to find it; a wrong answer on the way is a failure, so
that what a kill left half-done or doubled is met by the step after it."""
import base64
import http.server
import pathlib
import subprocess
import tempfile
import threading
import time
import uuid

from board import Moment
from walker import ROOT, Application, Client, Problem
from life import Authenticator, flow, ia5, instant, integer, now, path, sequence, sm3
import digest_only
from api_test import refused
from exchange_test import events
from lifecycle_test import at_database, holder, physical, state
from service import eventually

OFD, PDF = ((ROOT / "tests" / "data" / f"contract.{kind}").read_bytes() for kind in ("ofd", "pdf"))


def id_number(serial):
    digits = f"12010119{serial // 280 % 80 + 10:02d}{serial // 28 % 10 + 1:02d}{serial % 28 + 1:02d}{serial // 22400 % 1000:03d}"
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2))) % 11]


def uscc(serial):
    """A unified social credit code with both check digits (GB 32100, GB 11714)."""
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    code = f"{serial:08d}"
    rest = (11 - sum(int(d) * w for d, w in zip(code, (3, 7, 9, 10, 5, 8, 4, 2))) % 11) % 11
    body = "91120101" + code + "0123456789X"[rest]
    return body + signs[(31 - sum(signs.index(c) * pow(3, i, 31) for i, c in enumerate(body)) % 31) % 31]


def in_days(days):
    return now(days=days).strftime("%Y-%m-%dT%H:%M:%SZ")


DELIVERY = ["delivery_begun", "delivery_receipted", "store_committing", "store_committed", "delivery_recorded", "link_answered"]
LINK = ["link_asked", "link_heard", "link_told"]
JOURNAL = ["journal_begun", "journal_half", "journal_written", "journal_synced"]
# What is brought about by something else than a request of the walk: whose moments → their names (Walker.ends_meanwhile).
REFUSED = {"document_stamped": ["stamp_refused"]}
APPLICATION = {"order_created": ["client_admitted", "transaction_kept", "store_committed"]}
DELIVERED = {"engraving": DELIVERY, "webhook": DELIVERY, "platform": DELIVERY}
SENT = {"LINK_DELIVER": LINK, "LINK_WEBHOOK": LINK, "LINK_PLATFORM_SEND": LINK}
SETTLED = {"settling": ["settle_answered", "settle_wanted", "store_committing", "store_committed", "key_answered"],
           "KEY_SETTLE": ["key_asked", "key_done", "key_told"]}
UNSIGNED = {"KEY_SETTLE": SETTLED["KEY_SETTLE"] + JOURNAL}
TOLD = {"approval_waiting": ["notification_written", "store_committing", "store_committed"]}
PAGE = ["page_asked", "page_fetched", "page_reader_begun", "page_reader_done", "page_done"]
PICTURE = {"": ["picture_drawn", "picture_known", "picture_kept"]}
DRAWN = {"PAGE_DRAW": PAGE}
COPY = {"PAGE_COPY": PAGE}
CERTIFIED = {"use_register_signed": ["certificate_requested", "certificate_issued", "certificate_kept", "document_signed"]}
REGISTER = {"PAGE_TABLE": PAGE, **{message: ["key_asked", "key_done", "key_told"] for message in ("KEY_CERTIFICATE_REQUEST", "KEY_SIGN_DOCUMENT")},
            "DOC_SIGN_PREPARE": ["doc_asked", "reader_begun", "reader_done", "doc_done"]}
COMPARED = {"engraving": ["reconcile_fetched", "reconcile_compared"], "LINK_REGISTER": LINK}
MEANWHILE = {Moment(name, kind)
             for kinds in (REFUSED, APPLICATION, DELIVERED, SENT, SETTLED, UNSIGNED, TOLD, PICTURE, DRAWN, COPY, CERTIFIED, REGISTER, COMPARED)
             for kind, names in kinds.items() for name in names}


class Receiver(http.server.ThreadingHTTPServer):
    """An organization's own system: takes every event, and remembers how often each came."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Taker)
        self.taken, self.answers = [], 200
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Taker(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        event = self.headers["Jinyin-Event"], self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.answers == 200:
            self.server.taken.append(event)
        self.send_response(self.server.answers)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Walks:
    def __init__(self, life, sim, register, receiver):
        self.life, self.sim, self.register, self.receiver, self.serial = life, sim, register, receiver, 0
        self.newcomer = None
        self.stamped = []                                          # (order, document) of every acknowledged stamp
        self.seals = []

    # -- a seal --

    def made(self, application_id):
        made = self.life.make(application_id)
        self.seals.append(made["seal_id"])
        return made

    def a_seal_is_applied_for_made_and_put_into_use(self):
        life = self.life
        application = life.apply(**physical(self.register, life, "contract"))
        at = f"/applications/{application['application_id']}"
        life.ask("agent", "PUT", at, {"agent_phone": "13900000000"})
        life.bring_materials(application)
        life.ask("agent", "POST", at + "/submit", {})
        life.ask("maker", "POST", at + "/correct", {"reason": "a test"})
        life.ask("agent", "POST", at + "/submit", {})
        life.accept(application)
        life.ask("maker", "POST", at + "/reveal", {"field": "agent_id_number", "reason": "a test"})
        self.seal_id = life.hand_over(self.made(application["application_id"]))
        assert state(life, self.seal_id) == "ACTIVE"

    def applications_end_otherwise(self):
        life = self.life
        refused, withdrawn = (life.apply(**physical(self.register, life, "finance")) for _ in range(2))
        life.ask("agent", "POST", f"/applications/{withdrawn['application_id']}/withdraw", {})
        life.bring_materials(refused)
        life.ask("agent", "POST", f"/applications/{refused['application_id']}/submit", {})
        life.ask("maker", "POST", f"/applications/{refused['application_id']}/refuse", {"reason": "a test"})

    def a_seal_is_stopped_and_goes_on(self):
        life, seal_id = self.life, self.seal_id
        life.ask("custodian", "POST", f"/seals/{seal_id}/freeze", {"reason": "a test"})
        life.ask("custodian", "POST", f"/seals/{seal_id}/unfreeze", {"sealed": life.seal("unfreeze", seal_id, life.pins[seal_id])})
        held = life.ask("police", "POST", f"/seals/{seal_id}/freeze", {"reason": "a test"})["hold_id"]
        for officer in ("police", "officer-2"):
            life.lift(officer, seal_id, held)
        life.carried_out(seal_id, "suspension", description="a test")
        resumption = life.accepted(life.apply_about(seal_id, "resumption", description="a test"))
        life.ask("custodian", "POST", f"/applications/{resumption}/resume", {"sealed": life.seal("unfreeze", seal_id, life.pins[seal_id])})
        assert state(life, seal_id) == "ACTIVE"

    def a_seal_is_replaced(self):
        """R20.1, R20.2: renewed, then reissued; never two, never none."""
        life = self.life
        at_database(life.folder, "UPDATE seal SET valid_to = ? WHERE seal_id = ?", int(time.time()) + 6 * 86400, self.seal_id)
        renewed = self.made(life.accepted(life.apply_about(self.seal_id, "renewal")))
        life.own_pin("custodian", renewed["seal_id"], renewed["activation_code"])
        assert state(life, self.seal_id) == "CANCELLED" and state(life, renewed["seal_id"]) == "ACTIVE"
        facts = physical(self.register, life, "contract")
        again = self.made(life.accepted(life.apply_about(renewed["seal_id"], "reissue", physical_seal_code=facts["physical_seal_code"],
                                                         seal_name=facts["seal_name"], has_superior=False, foreign_script=False)))
        assert state(life, renewed["seal_id"]) == "CANCELLED"
        self.seal_id = life.hand_over(again)

    def seals_end(self):
        life = self.life
        if self.serial % 2:
            life.carried_out(self.seal_id, "cancellation", reason="bankrupt")
        else:
            life.ask("police", "POST", f"/seals/{self.seal_id}/cancel", {"reason": "key_leaked"})
        assert state(life, self.seal_id) == "CANCELLED"
        life.ask("police", "POST", f"/seals/{self.seal_id}/void", {"reason": "a test"})

    # -- its use --

    def order(self, x_mm=20, **more):
        document = self.life.upload((OFD, PDF)[self.serial % 2])
        return self.life.order(self.seal_id, document["document_id"], x_mm=x_mm + self.serial % 50, **more)["order_id"]

    def stamp(self, order):
        self.stamped.append((order, self.life.stamp(order, self.seal_id)["document_id"]))

    def documents_are_stamped(self):
        life = self.life
        order = self.order()
        life.approve(order)
        self.stamp(order)
        unwanted = self.order()
        life.ask("approver", "POST", f"/orders/{unwanted}/refuse", {"reason": "a test"})
        wrong = self.order()
        life.approve(wrong)
        life.ends_meanwhile(REFUSED, lambda: refused("pin_wrong", lambda: life.stamp(wrong, self.seal_id, pin="Wrong-PIN-1")))
        self.stamp(wrong)

    def batch(self, role, path, items):
        """The answers of its items: the whole is sent again while one of them says that it may be asked again."""
        while True:
            outcomes = self.life.ask(role, "POST", path, {"items": items})["items"]
            if all(o["status"] < 500 for o in outcomes):
                assert all(o["status"] < 300 for o in outcomes), outcomes
                return [o["answer"] for o in outcomes]

    @staticmethod
    def item():
        return {"idempotency_key": uuid.uuid4().hex}

    def documents_are_stamped_by_the_batch(self):
        life, key = self.life, self.item
        document = life.upload(OFD)["document_id"]
        body = lambda n: {"seal_id": self.seal_id, "document_id": document, "places": [{"pages": "1", "x_mm": 10 + n, "y_mm": 30}], "category": "agreement",
                          "purpose": "a test"}
        orders = [o["order_id"] for o in self.batch("agent", "/order-batches", [key() | body(n) for n in range(2)])]
        about = {order: life.order_object("approver", order) for order in orders}
        sealed = lambda purpose, order, key_id: {
            "order_id": order, "sealed": life.seal(purpose, about[order] + "/0" * (purpose == "approve"), life.pins[key_id])}
        self.batch("approver", "/order-batches/approve", [key() | sealed("approve", o, life.approver_key_id) | {"step": 0} for o in orders])
        stamped = self.batch("custodian", "/order-batches/stamp", [key() | sealed("stamp", o, self.seal_id) for o in orders])
        self.stamped += zip(orders, (s["document_id"] for s in stamped))
        life.acknowledged.update({"order_created": 2, "order_approved": 2, "document_stamped": 2})

    def a_grant_is_given_used_and_revoked(self):
        life, seal_id, grant_id = self.life, self.seal_id, uuid.uuid4().hex
        key = life.folder / "grant.pem"
        run = lambda *a, **more: subprocess.run(["openssl", *map(str, a)], check=True, capture_output=True, **more).stdout
        if not key.exists():
            run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-out", key)
        point = run("pkey", "-in", key, "-pubout", "-outform", "DER")[-65:]
        grant = sequence(integer(1), ia5(grant_id), ia5(seal_id), ia5("finance"), b"\x04\x41" + point, sequence(ia5("voucher")), instant(now(minutes=-1)),
                         instant(now(days=1)), integer(4), integer(500), integer(1400))
        life.ask("custodian", "POST", f"/seals/{seal_id}/grants", {"grant": base64.b64encode(grant).decode()})
        life.ask("approver", "POST", f"/grants/{grant_id}/approve",
                 {"sealed": life.seal("approve", sm3(grant) + "/0", life.pins[life.approver_key_id]), "step": 0})
        given = life.ask("custodian", "POST", f"/grants/{grant_id}/grant", {"sealed": life.seal("grant", sm3(grant), life.pins[seal_id])})
        secret = run("pkeyutl", "-decrypt", "-inkey", key, input=base64.b64decode(given["client_secret"])).hex()

        def proof(order):
            der = base64.b64decode(life.ask("agent", "GET", f"/orders/{order}")["stamp_order"])
            with tempfile.TemporaryDirectory() as work:
                (pathlib.Path(work) / "order").write_bytes(der)
                signature = run("pkeyutl", "-sign", "-inkey", key, "-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678", "-in",
                                pathlib.Path(work) / "order")
            return {"grant_id": grant_id, "sealed": life.seal("use", sm3(der), secret), "signature": base64.b64encode(signature).decode()}
        # Four, 1,400 in all: used twice by one of them there would be no room.
        orders = [self.order(category="voucher", amount_fen=amount) for amount in (300, 400, 300, 400)]
        for order in orders[:2]:
            self.stamped.append((order, life.ask("agent", "POST", f"/orders/{order}/stamp-granted", proof(order))["document_id"]))
        done = self.batch("agent", "/order-batches/stamp-granted", [self.item() | {"order_id": order} | proof(order) for order in orders[2:]])
        self.stamped += zip(orders[2:], (d["document_id"] for d in done))
        life.acknowledged["document_stamped_under_grant"] += 2
        life.ask("custodian", "POST", f"/grants/{grant_id}/revoke", {"reason": "a test"})

    def a_seal_is_handed_over_and_back(self):
        life, seal_id = self.life, self.seal_id
        if self.newcomer is None:
            login = "kill-newcomer"
            made = life.ask("admin", "POST", "/people", {"login": login, "name": "某人", "id_number": id_number(1), "phone": "13800000000",
                                                         "roles": ["custodian"], "organization_id": life.organization["organization_id"]})
            self.newcomer = made["person_id"]
            life.passwords[login], life.logins["newcomer"], life.people[login] = made["password"], login, {"person_id": self.newcomer}
            life.tokens["newcomer"] = life.log_in(login, made["password"])["token"]
        hands = (("custodian", "newcomer"), ("newcomer", "custodian"))
        for n, (giver, taker) in enumerate(hands):
            person, pin = life.person(taker), f"Own-PIN-{uuid.uuid4().hex[:6]}"
            life.ask(giver, "POST", f"/seals/{seal_id}/hand-over",
                     {"person_id": person, "sealed": life.seal("hand-over", f"{seal_id}/{person}", life.pins[seal_id], f"Code-{n}-2026")})
            life.ask(taker, "POST", f"/seals/{seal_id}/take-over", {"sealed": life.seal("take-over", f"{seal_id}/{person}", f"Code-{n}-2026", pin)})
            life.pins[seal_id] = pin

    def a_locked_seal_is_unlocked_by_two(self):
        life, seal_id = self.life, self.seal_id
        order = self.order()
        life.approve(order)
        plan, life.plan = life.plan, None
        for _ in range(5):
            refused("pin_wrong", lambda: life.stamp(order, seal_id, "Wrong-PIN-1"))
        life.plan = plan
        for role, key_id in (("approver", life.approver_key_id), ("maker", life.maker_key_id)):
            life.ask(role, "POST", f"/keys/{seal_id}/unlock", {"sealed": life.seal("unlock", seal_id, life.pins[key_id])})
        self.stamp(order)

    def a_permission_is_revoked_and_given(self):
        life = self.life
        for permission in life.ask("custodian", "GET", f"/seals/{self.seal_id}/permissions")["items"]:
            if permission["revoked"] is None:
                life.ask("custodian", "POST", f"/permissions/{permission['permission_id']}/revoke", {})
        life.ask("custodian", "POST", f"/seals/{self.seal_id}/permissions", {"person_id": life.person("agent"), "categories": ["*"]})

    def pages_are_looked_at_and_copied(self):
        """R15.1, R17.1: a page is never shown as another, and a picture that was lost is drawn again."""
        life = self.life
        for (_, document), kinds in zip(self.stamped[-2:], (PICTURE, DRAWN)):                # of this round: nobody has looked at them yet
            for ppm in (2, 4, 8):
                pages = lambda: life.ask("agent", "GET", f"/documents/{document}/pages?limit=1&ppm={ppm}")["items"][0]
                page = life.ends_meanwhile(kinds, pages)
                if page["refusal"] is not None:                    # who ends while it reads has said something about the document
                    page = pages()
                picture = life.ask("agent", "GET", f"/documents/{document}/pages/1.png?ppm={ppm}")
                assert page["sm3"] == sm3(picture) == pages()["sm3"], page
            copy = life.ask("agent", "POST", f"/documents/{document}/copies", {})
            pdf = life.ends_meanwhile(COPY, lambda: life.ask("agent", "GET", f"/documents/{document}/copies/{copy['code']}.pdf"), "file_hostile")
            assert pdf.startswith(b"%PDF-") and life.call("GET", f"/api/v1/copies/{copy['code']}")["source_digest"] == copy["source_digest"]

    def a_digest_is_stamped(self):
        """R18.1: the file stays with the client."""
        life, number = self.life, self.life.ask("agent", "GET", f"/seals/{self.seal_id}/flow")["number"] + 1
        approver = life.approver_key_id
        wanted = flow(self.seal_id, number, [path(("审批", 1, [approver])), path(("负责人", 1, [approver]), digest_only=True)], authority=approver)
        life.ask("approver", "POST", f"/seals/{self.seal_id}/flow/approve",
                 {"flow": base64.b64encode(wanted).decode(), "sealed": life.seal("approve", sm3(wanted) + "/0", life.pins[approver])})
        life.set_flow(self.seal_id, wanted)
        with tempfile.TemporaryDirectory() as folder:
            client = digest_only.Client(life, self.seal_id, pathlib.Path(folder))
            source = ROOT / "tests" / "data" / ("contract.ofd", "contract.pdf")[self.serial % 2]
            request = client.prepare(source, "file", "--page", 1, "--at", f"{20 + self.serial % 50},60")
            orders = [client.ask(request)["order_id"], *(made["order_id"] for made in self.batch("agent", "/digest-order-batches", [self.item() | request]))]
            life.acknowledged["digest_order_created"] += 1
            for order in orders:
                life.approve(order)
                done = life.stamp(order, self.seal_id)
                self.stamped.append((order, None))
                assert life.verify(client.finish("file", done).read_bytes())["verdict"].startswith("valid")

    def the_register_of_use_is_signed(self):
        """R19.1: under a certificate of the service's own; the CA is asked anew each time, as in its last month."""
        life = self.life
        for kinds in (*(CERTIFIED for _ in range(4)), REGISTER):
            at_database(life.folder, "DELETE FROM service_certificate")
            given = lambda: life.ask("custodian", "GET", f"/seals/{self.seal_id}/use-register/pdf")
            register = life.ends_meanwhile(kinds, given, "file_hostile")
            assert life.verify(register)["verdict"].startswith("valid")
            assert at_database(life.folder, "SELECT count(*), count(certificate) FROM service_certificate") == [(1, 1)], "asked for once, and kept"

    # -- people, makers, applications --

    def accounts_need_two_persons(self):
        life, serial = self.life, 10 + 4 * self.serial
        person = lambda n, **more: life.ask("admin", "POST", "/people", {"login": f"kill-{serial + n}", "name": "某人", "id_number": id_number(serial + n),
                                                                         "phone": "13800000000", **more})
        wanted, unwanted = (person(n, roles=["audit_administrator"]) for n in (0, 1))
        assert life.ask("security", "POST", f"/account-acts/{wanted['act_id']}/confirm", {})["password_second_half"]
        life.ask("security", "POST", f"/account-acts/{unwanted['act_id']}/refuse", {"reason": "a test"})
        gone = life.ask("admin", "POST", f"/people/{wanted['person_id']}/acts", {"kind": "disable_administrator", "reason": "a test"})
        life.ask("security", "POST", f"/account-acts/{gone['act_id']}/confirm", {})
        member = person(2, roles=["agent"], organization_id=life.organization["organization_id"])["person_id"]
        life.ask("admin", "PUT", f"/people/{member}/roles", {"roles": ["agent", "custodian"]})
        life.ask("security", "POST", f"/people/{member}/unlock", {})
        life.ask("admin", "POST", f"/people/{member}/disable", {"reason": "a test"})
        approver = person(3, roles=["approver"], organization_id=life.organization["organization_id"])
        life.tokens["second"] = life.log_in(f"kill-{serial + 3}", approver["password"])["token"]
        life.ask("admin", "POST", f"/people/{approver['person_id']}/reveal", {"field": "phone", "reason": "a test"})
        key = life.ask("second", "POST", f"/people/{approver['person_id']}/key", {})
        life.own_pin("second", key["approver_key_id"], key["activation_code"])
        life.ask("second", "POST", "/session/recovery-codes", {})
        self.a_session_ends_with("password_changed", "PUT", "/session/password", {"old": approver["password"], "new": f"Quite-Another-{serial}"})
        life.tokens["second"] = life.log_in(f"kill-{serial + 3}", f"Quite-Another-{serial}")["token"]
        self.a_session_ends_with("logged_out", "DELETE", "/session")
        life.tokens["second"] = life.log_in(f"kill-{serial + 3}", f"Quite-Another-{serial}")["token"]
        secret = life.ask("second", "POST", "/session/second-factor", {})["secret"]
        life.ask("second", "POST", "/session/second-factor/confirm", {"code": Authenticator(secret)()})
        life.ask("security", "DELETE", f"/people/{approver['person_id']}/sessions")

    def a_session_ends_with(self, event, *request):
        """Who asks again after an answer that he never got is told that his session is over: it was done, and what follows shows it."""
        try:
            self.life.ask("second", *request)
        except Problem as problem:
            assert problem.code == "unauthenticated", problem
            self.life.acknowledged[event] += 1

    def makers_are_supervised(self):
        life = self.life
        at = f"/makers/{life.maker_id}"
        life.ask("police", "POST", at + "/suspend", {"reason": "a test"})
        life.ask("police", "POST", at + "/resume", {"reason": "a test"})
        workstation = life.ask("maker", "POST", at + "/workstations", {"name": "x", "place": "x"})["workstation_id"]
        life.ask("police", "POST", f"/workstations/{workstation}/confirm", {})
        life.ask("maker", "POST", f"/workstations/{workstation}/revoke", {"reason": "a test"})
        opened = life.ask("police", "POST", at + "/inspections", {"kind": "routine", "note": "", "sample": 1})["inspection_id"]
        life.ask("police", "POST", f"/inspections/{opened}/findings", {"clause": "R13.2", "description": "a test"})
        order, unwanted = (life.ask("police", "POST", f"/inspections/{opened}/rectifications", {"demand": "a test", "due": in_days(9)})["rectification_id"]
                           for _ in range(2))
        life.ask("police", "POST", f"/rectifications/{unwanted}/withdraw", {"reason": "a test"})
        life.ask("maker", "POST", f"/rectifications/{order}/answer", {"description": "a test"})
        life.ask("police", "POST", f"/rectifications/{order}/reject", {"reason": "a test", "due": in_days(5)})
        life.ask("maker", "POST", f"/rectifications/{order}/answer", {"description": "a test"})
        life.ask("police", "POST", f"/rectifications/{order}/accept", {})
        life.ask("police", "POST", f"/inspections/{opened}/close", {"conclusion": "a test"})

    def organizations_and_makers_come_and_go(self):
        life, code = self.life, uscc(self.serial)
        made = life.ask("admin", "POST", "/organizations", {"uscc": code, "name": f"天津示例第{self.serial}有限公司", "kind": "enterprise", "district": "120101"})
        assert made["organization_id"]
        maker = life.ask("police", "POST", "/makers", {"licence_number": f"kill-{self.serial}", "name": f"制作机构{self.serial}（演示）", "uscc": code,
                                                       "valid_from": in_days(-9), "valid_to": in_days(99)})["maker_id"]
        life.ask("police", "POST", f"/makers/{maker}/revoke", {"reason": "a test"})

    def applications_of_others_ask(self):
        life = self.life
        made = life.ask("agent", "POST", "/clients", {"name": "业务系统", "algorithm": "hmac-sm3", "scopes": ["orders"]})
        at = f"/clients/{made['client_id']}"
        application = Application(life.base, made["client_id"], made["secret"])
        body = {"seal_id": self.seal_id, "document_id": life.upload(OFD)["document_id"], "places": [{"pages": "1", "x_mm": 60, "y_mm": 90}],
                           "category": "agreement", "purpose": "a test"}
        key = uuid.uuid4().hex
        ordered = lambda: life.until_answered(lambda: application.ask("POST", "/api/v1/orders", body, key=key))
        order = life.ends_meanwhile(APPLICATION, ordered)["order_id"]
        life.acknowledged["order_created"] += 1
        life.ask("approver", "POST", f"/orders/{order}/refuse", {"reason": "a test"})
        life.ask("agent", "POST", at + "/rotate", {"overlap_hours": 1})
        life.ask("agent", "POST", at + "/suspend", {"reason": "a test"})
        life.ask("agent", "POST", at + "/resume", {"reason": "a test"})
        life.ask("agent", "POST", at + "/revoke", {"reason": "a test"})

    # -- what no request waits for --

    def events_are_delivered(self):
        life, seal_id = self.life, self.seal_id
        hook = life.ask("agent", "POST", "/webhooks", {"url": f"http://127.0.0.1:{self.receiver.server_port}/", "events": ["seal", "stamp"]})
        for n in range(4):
            kinds = DELIVERED if n < 3 else SENT
            if n % 2 == 0:
                life.ends_meanwhile(kinds, lambda: life.ask("custodian", "POST", f"/seals/{seal_id}/freeze", {"reason": "a test"}))
            else:
                life.ends_meanwhile(kinds, lambda: life.ask("custodian", "POST", f"/seals/{seal_id}/unfreeze",
                                                            {"sealed": life.seal("unfreeze", seal_id, life.pins[seal_id])}))
        self.settled()
        told = life.ask("agent", "GET", f"/webhooks/{hook['webhook_id']}/deliveries")["items"][0]
        life.ask("agent", "POST", f"/webhooks/{hook['webhook_id']}/deliveries/{told['event_id']}/replay", {})
        self.settled()
        life.ask("agent", "POST", f"/webhooks/{hook['webhook_id']}/end", {"reason": "a test"})
        return hook

    def what_nobody_asks_for_again_is_settled(self):
        """Killed while it was signed, and the client is gone: as if half a minute were over, the service finishes it by itself."""
        life = self.life
        order = self.order()
        life.approve(order)
        if life.plan.learning:
            return self.stamp(order)
        sealed = life.seal("stamp", life.order_object("custodian", order), life.pins[self.seal_id])
        begin = life.plan.random.choice(("stamp_intended", "stamp_signed"))
        life.plan.board.arm(Moment(begin, "document_stamped"))
        try:
            Client(life.base).call("POST", f"/api/v1/orders/{order}/stamp", {"sealed": sealed}, token=life.tokens["custodian"])
            raise AssertionError("nothing ended")
        except OSError:
            life.plan.count("POST /api/v1/orders/{id}/stamp", Moment(begin, "document_stamped"), 1, True)

        def settled():
            at_database(life.folder, "UPDATE stamp_order SET intent = intent - 60 WHERE order_id = ?", order)
            eventually(lambda: life.ask("custodian", "GET", f"/orders/{order}")["state"] in ("DONE", "FAILED"), 20)
        life.ends_meanwhile(SETTLED | (UNSIGNED if begin == "stamp_intended" else {}), settled)
        shown = life.ask("custodian", "GET", f"/orders/{order}")
        assert (shown["state"] == "DONE") == (begin == "stamp_signed"), shown
        if shown["state"] == "DONE":
            self.stamped.append((order, shown["result_document_id"]))
            life.acknowledged["document_stamped"] += 1

    def people_are_told(self):
        life = self.life
        order = life.ends_meanwhile(TOLD, self.order)
        mine = lambda: [n for n in life.ask("approver", "GET", "/notifications?limit=1000")["items"] if n["object"] == order]
        eventually(mine)
        assert len(mine()) == 1, mine()
        life.ask("approver", "POST", f"/notifications/{mine()[0]['notification_id']}/read", {})
        life.ask("approver", "POST", f"/orders/{order}/refuse", {"reason": "a test"})

    def an_event_is_sent_again(self):
        """R5.2: refused for good by the engraving system, until a person sees to it."""
        life, seal_id = self.life, self.seal_id
        self.sim.fault("engraving", "refuse")
        life.ask("custodian", "POST", f"/seals/{seal_id}/freeze", {"reason": "a test"})
        eventually(lambda: events(life, destination="engraving", state="DEAD"))
        self.sim.fault("engraving", "none")
        life.ask("police", "POST", f"/exchange/events/{events(life, destination='engraving', state='DEAD')[0]['event_id']}/resend", {"reason": "a test"})
        life.ask("custodian", "POST", f"/seals/{seal_id}/unfreeze", {"sealed": life.seal("unfreeze", seal_id, life.pins[seal_id])})
        self.settled()

    def registers_are_compared(self):
        life = self.life
        run = life.ends_meanwhile(COMPARED, lambda: life.ask("police", "POST", "/exchange/reconciliations", {"counterpart": "engraving"}))
        shown = lambda: life.ask("police", "GET", f"/exchange/reconciliations/{run['run_id']}")
        eventually(lambda: shown()["state"] in ("DONE", "FAILED"), 20)

    def settled(self):
        """Everything that waits for a counterpart has arrived."""
        waiting = lambda s: self.life.ask("police", "GET", f"/exchange/events?limit=1000&state={s}")["items"]
        eventually(lambda: not waiting("WAITING"), 30)
        assert not waiting("DEAD"), waiting("DEAD")

    def all(self):
        for walk in (self.a_seal_is_applied_for_made_and_put_into_use, self.documents_are_stamped, self.events_are_delivered,
                     self.documents_are_stamped_by_the_batch, self.a_grant_is_given_used_and_revoked, self.a_seal_is_handed_over_and_back,
                     self.a_locked_seal_is_unlocked_by_two, self.what_nobody_asks_for_again_is_settled, self.pages_are_looked_at_and_copied,
                     self.a_digest_is_stamped, self.the_register_of_use_is_signed, self.a_permission_is_revoked_and_given, self.people_are_told,
                     self.an_event_is_sent_again,
                     self.a_seal_is_stopped_and_goes_on, self.a_seal_is_replaced, self.accounts_need_two_persons,
                     self.makers_are_supervised, self.organizations_and_makers_come_and_go, self.applications_of_others_ask, self.registers_are_compared,
                     self.seals_end, self.applications_end_otherwise):
            yield walk
