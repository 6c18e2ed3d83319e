#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Webhooks (R18.1–18.3, R5.2): an organization's own system is told of its seals and stampings: signed, again after a failure, once more when
asked, and nobody else's events; where to is held to rules."""
import base64
import hashlib
import hmac
import http.server
import json
import threading

from api_test import refused
from life import Life
from service import ROOT, demonstration, eventually

OFD = (ROOT / "tests" / "data" / "contract.ofd").read_bytes()


class Receiver(http.server.ThreadingHTTPServer):
    """Somebody's system on this machine: takes events, or fails as often as it is told."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.taken, self.tries, self.failures, self.redirect = [], 0, 0, False
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/events"

    def events(self):
        return [json.loads(body)["event"] for _, body in self.taken]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.tries += 1
        if self.server.failures > 0:
            self.server.failures -= 1
            self.send_response(503)
        else:
            self.server.taken.append((dict(self.headers), body))
            self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def genuine(secret, headers, body):
    text = "\n".join(["jinyin-webhook-1", headers["Jinyin-Event"], headers["Jinyin-Time"], hashlib.new("sm3", body).hexdigest(), ""]).encode()
    return hmac.compare_digest(hmac.new(bytes.fromhex(secret), text, "sm3").digest(), base64.b64decode(headers["Jinyin-Signature"]))


def where_events_go_is_held_to_rules(life):
    for url in ("http://example.com/hook", "https://127.0.0.1/hook", "https://10.0.0.1/", "https://[::1]/", "https://localhost/", "https://user@example.com/",
                "https://example.com/#x", "ftp://example.com/", "https://exa mple.com/", "https://2130706433/", "http://127.0.0.1.example.com/",
                "https://example.com:/", "https://example.com:123456/", "https://例子.中国/", "file:///etc/passwd", "https:///hook"):
        refused("bad_field", lambda: life.ask("agent", "POST", "/webhooks", {"url": url, "events": ["seal"]}), "url")
    refused("bad_field", lambda: life.ask("agent", "POST", "/webhooks", {"url": "https://example.com/", "events": ["people"]}), "events")
    refused("bad_field", lambda: life.ask("maker", "POST", "/webhooks", {"url": "https://example.com/", "events": ["stamp"]}), "events")
    refused("forbidden", lambda: life.ask("custodian", "POST", "/webhooks", {"url": "https://example.com/", "events": ["seal"]}))


def R18__an_organization_is_told_of_its_seals_and_stamps(life, seal_id, receiver):
    made = life.ask("agent", "POST", "/webhooks", {"url": receiver.url, "events": ["seal", "stamp"]})
    assert made["secret"] not in json.dumps(life.ask("agent", "GET", f"/webhooks/{made['webhook_id']}"))
    document = life.upload(OFD)
    order = life.order(seal_id, document["document_id"])
    life.approve(order["order_id"])
    done = life.stamp(order["order_id"], seal_id)
    eventually(lambda: receiver.events() == ["stamp.done"])
    headers, body = receiver.taken[0]
    event = json.loads(body)
    assert genuine(made["secret"], headers, body) and not genuine(made["secret"], headers, body + b" ")
    assert event["id"] == headers["Jinyin-Event"]
    assert (event["seal_id"], event["order_id"], event["document_id"]) == (seal_id, order["order_id"], done["document_id"])
    return made


def R5_2__a_receiver_that_fails_is_told_again(life, seal_id, receiver, hook):
    receiver.failures = 2
    life.ask("custodian", "POST", f"/seals/{seal_id}/freeze", {"reason": "reported lost"})
    eventually(lambda: receiver.events() == ["stamp.done", "seal.freeze"], 20)
    told = life.ask("agent", "GET", f"/webhooks/{hook['webhook_id']}/deliveries")["items"]
    eventually(lambda: life.ask("agent", "GET", f"/webhooks/{hook['webhook_id']}/deliveries")["items"][0]["state"] == "DELIVERED")
    assert [t["event"] for t in told] == ["seal.freeze", "stamp.done"] and receiver.tries == 4
    assert b"reported lost" not in receiver.taken[-1][1], "why is for those who may read it, not for the wire"


def an_event_is_told_once_more_with_its_own_id(life, receiver, hook):
    told = life.ask("agent", "GET", f"/webhooks/{hook['webhook_id']}/deliveries")["items"][0]
    path = f"/webhooks/{hook['webhook_id']}/deliveries"
    again = life.ask("agent", "POST", f"{path}/{told['event_id']}/replay", {}, key="replay-once")
    assert life.ask("agent", "POST", f"{path}/{told['event_id']}/replay", {}, key="replay-once") == again
    eventually(lambda: len(receiver.taken) == 3)
    assert receiver.taken[-1][0]["Jinyin-Event"] == told["id"] and receiver.events()[-1] == "seal.freeze"
    refused("not_found", lambda: life.ask("agent", "POST", f"{path}/{'0' * 32}/replay", {}))


def R4_1__nobody_else_sees_or_ends_it(life, other, hook):
    for call in (lambda: other.ask("agent", "GET", f"/webhooks/{hook['webhook_id']}"),
                 lambda: other.ask("agent", "GET", f"/webhooks/{hook['webhook_id']}/deliveries"),
                 lambda: other.ask("agent", "POST", f"/webhooks/{hook['webhook_id']}/end", {"reason": "x"}),
                 lambda: life.ask("maker", "GET", f"/webhooks/{hook['webhook_id']}")):
        refused("not_found", call)
    assert other.ask("agent", "GET", "/webhooks")["items"] == []


def R13_5__a_maker_is_told_of_seals_and_not_of_their_use(life, seal_id, receiver):
    theirs = Receiver()
    hook = life.ask("maker", "POST", "/webhooks", {"url": theirs.url, "events": ["seal"]})
    life.ask("custodian", "POST", f"/seals/{seal_id}/unfreeze", {"sealed": life.seal("unfreeze", seal_id, life.pins[seal_id])})
    eventually(lambda: theirs.events() == ["seal.unfreeze"] and receiver.events()[-1] == "seal.unfreeze")
    order = life.order(seal_id, life.upload(OFD)["document_id"], x_mm=40)
    life.approve(order["order_id"])
    life.stamp(order["order_id"], seal_id)
    eventually(lambda: receiver.events()[-1] == "stamp.done")
    assert theirs.events() == ["seal.unfreeze"]
    life.ask("maker", "POST", f"/webhooks/{hook['webhook_id']}/end", {"reason": "moved"})


def what_is_ended_is_told_no_more(life, seal_id, receiver, hook):
    path, count = f"/webhooks/{hook['webhook_id']}", len(receiver.taken)
    told = life.ask("agent", "GET", f"{path}/deliveries")["items"][0]
    life.ask("agent", "POST", f"{path}/end", {"reason": "moved"})
    refused("state_forbids", lambda: life.ask("agent", "POST", f"{path}/end", {"reason": "again"}))
    refused("state_forbids", lambda: life.ask("agent", "POST", f"{path}/deliveries/{told['event_id']}/replay", {}))
    second = Receiver()
    for _ in range(8):
        life.ask("agent", "POST", "/webhooks", {"url": second.url, "events": ["seal"]})
    refused("state_forbids", lambda: life.ask("agent", "POST", "/webhooks", {"url": second.url, "events": ["seal"]}), "webhooks")
    life.ask("police", "POST", f"/seals/{seal_id}/freeze", {"reason": "x"})
    eventually(lambda: len(second.taken) == 8)
    assert len({headers["Jinyin-Event"] for headers, _ in second.taken}) == 1, "one event, one id, whoever is told"
    assert len(receiver.taken) == count


def main():
    with demonstration() as (folder, _):
        life, other, receiver = Life(folder, 1), Life(folder, 2), Receiver()
        life.keys()
        seal_id = life.whole_seal()
        where_events_go_is_held_to_rules(life)
        hook = R18__an_organization_is_told_of_its_seals_and_stamps(life, seal_id, receiver)
        R5_2__a_receiver_that_fails_is_told_again(life, seal_id, receiver, hook)
        an_event_is_told_once_more_with_its_own_id(life, receiver, hook)
        R4_1__nobody_else_sees_or_ends_it(life, other, hook)
        R13_5__a_maker_is_told_of_seals_and_not_of_their_use(life, seal_id, receiver)
        what_is_ended_is_told_no_more(life, seal_id, receiver, hook)
        print("all claims hold")


if __name__ == "__main__":
    main()
