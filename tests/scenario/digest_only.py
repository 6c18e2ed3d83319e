# SPDX-License-Identifier: Apache-2.0
"""R18.1: the file stays with the client, and its stamp is worth what every other stamp is (docs/protocol/digest-only.md). Part of use_test.py."""
import base64
import json
import subprocess
import sys
import uuid

from life import Problem, boolean, flow, ia5, instant, integer, now, path, sequence, sm3
from service import BUILD, ROOT, jinyin

DATA = ROOT / "tests" / "data"
EXAMPLES = ROOT / "api" / "examples"
NOT_SEEN = "内容未经系统查看"


def refused(code, call, field=None):
    try:
        answer = call()
    except Problem as problem:
        assert problem.code == code, f"expected {code}, got {problem}"
        assert field is None or problem.body["field"] == field, problem
        return
    raise AssertionError(f"expected {code}, got {answer!r:.200}")


class Client:
    """The client's own machine: files here, digests there."""

    def __init__(self, life, seal_id, folder):
        self.life, self.seal_id, self.folder = life, seal_id, folder
        (folder / "seal.esl").write_bytes(base64.b64decode(life.ask("agent", "GET", f"/seals/{seal_id}")["seal"]))

    def prepare(self, source, name, *places):
        jinyin("stamp-prepare", source, self.folder / name, "--seal", self.folder / "seal.esl", "--request", self.folder / f"{name}.ask", *places)
        return {"seal_id": self.seal_id, "category": "agreement", "purpose": "合同", **json.loads((self.folder / f"{name}.ask").read_text())}

    def ask(self, request, **more):
        return self.life.ask("agent", "POST", "/digest-orders", {**request, **more})

    def finish(self, name, answer, expect=0):
        (self.folder / f"{name}.answer").write_text(json.dumps(answer))
        out = self.folder / f"{name}.out"
        jinyin("stamp-finish", self.folder / name, self.folder / f"{name}.answer", out, expect=expect)
        return out


def refused_until_the_flow_says_so(client, request, approver):
    life = client.life
    refused("no_path", lambda: client.ask(request))                            # default: not at all
    number = life.ask("agent", "GET", f"/seals/{client.seal_id}/flow")["number"] + 1
    life.set_flow(client.seal_id, flow(client.seal_id, number, [path(("审批", 1, [approver])), path(("负责人", 1, [approver]), digest_only=True)]))
    assert [p["digest_only"] for p in life.ask("agent", "GET", f"/seals/{client.seal_id}/flow")["says"]["paths"]] == [False, True]


def bad_requests(client, request):
    for changes, field in (({"data_hash": request["data_hash"].upper()}, "data_hash"), ({"document_digest": "00"}, "document_digest"),
                           ({"format": "DOC"}, "format"), ({"property_info": "/签章.xml"}, "property_info"), ({"slot": "a\nb"}, "slot"), ({"size": 0}, "size"),
                           ({"places": []}, "places"), ({"document_id": "0" * 32}, "document_id"),
                           ({"places": [{**request["places"][0], "clip_x_mm": 0}]}, "places"),
                           ({"places": [{**request["places"][0], "clip_x_mm": 5, "clip_y_mm": 0, "clip_width_mm": 40, "clip_height_mm": 40}]}, "places"),
                           ({"places": [{**request["places"][0], "height_mm": 20}]}, "places"),
                           ({"places": [{**request["places"][0], "page": 0}]}, "places[0].page")):
        refused("bad_field", lambda: client.ask(request, **changes), field)
    refused("excluded_by_law", lambda: client.ask(request, category="classified"), "category")


def stamped_by_people(client, source, name, *places):
    life, request = client.life, client.prepare(source, name, *places)
    made = client.ask(request)
    order_id = made["order_id"]
    assert len(made["places"]) == len(request["places"])
    shown = life.ask("approver", "GET", f"/orders/{order_id}")                 # what an approver reads
    assert shown["digest_only"] is True and NOT_SEEN in shown["notice"] and "not seen" in shown["notice"]
    assert (shown["document_digest"], shown["prepared_digest"], shown["value"]) == (sm3(source.read_bytes()), None, None)
    assert base64.b64decode(shown["stamp_order"]).endswith(boolean(True)), "the order says it itself, under the approver's signature"
    refused("content_not_kept", lambda: life.content(shown["document_id"]))
    refused("content_not_kept", lambda: life.order(client.seal_id, shown["document_id"]), "document_id")
    refused("no_approval", lambda: life.stamp(order_id, client.seal_id))
    client.finish(name, shown, expect=65)                                      # not stamped yet
    assert life.approve(order_id)["state"] == "APPROVED"
    done = life.stamp(order_id, client.seal_id)
    assert done["state"] == "DONE" and "document_id" not in done
    assert life.stamp(order_id, client.seal_id)["value"] == done["value"], "the same order again: the same value"
    again = life.ask("agent", "GET", f"/orders/{order_id}")                    # whoever lost the answer
    assert (again["value"], again["slot"], again["result_document_id"], again["result_digest"]) == (done["value"], done["slot"], None, None)
    assert sm3(base64.b64decode(done["value"])) == again["value_digest"]
    out = client.finish(name, again)
    report = life.verify(out.read_bytes())
    (signature,) = report["signatures"]
    assert report["verdict"].startswith("valid") and signature["time"]["known_by"] == "register", report
    jinyin("verify", out, "--trust", client.folder / "ca.pem")
    return order_id, done


def another_file_is_not_stamped(client, source, name, done):
    """A value is for one prepared file; a finished file that was changed is invalid."""
    life = client.life
    client.prepare(source, "other", "--page", 1, "--at", "33,44")
    (client.folder / "other.out").unlink(missing_ok=True)
    client.finish("other", done, expect=65)
    assert not (client.folder / "other.out").exists()
    client.finish(name, {**done, "value": done["value"][:400]}, expect=65)
    client.finish(name, {**done, "slot": "/elsewhere"}, expect=65)
    bytes_ = (client.folder / f"{name}.out").read_bytes()
    if source.suffix == ".pdf":
        changed = bytes_.replace(b"/MediaBox", b"/MediaBOX", 1)
        assert changed != bytes_ and life.verify(changed)["verdict"] == "invalid"
    else:
        jinyin("stamp-finish", client.folder / name, client.folder / f"{name}.answer", client.folder / "twice.out", expect=65)


def under_a_grant(client, request, approver):
    """A grant covers orders by digest only when it says so, and then no others."""
    life, folder = client.life, client.folder
    run = lambda *a, **more: subprocess.run(["openssl", *map(str, a)], check=True, capture_output=True, **more).stdout
    run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-out", folder / "client.pem")
    point = run("pkey", "-in", folder / "client.pem", "-pubout", "-outform", "DER")[-65:]

    def given(*last):
        grant_id = uuid.uuid4().hex
        grant = sequence(integer(1), ia5(grant_id), ia5(client.seal_id), ia5("archive"), b"\x04\x41" + point, sequence(ia5("agreement")),
                         instant(now(minutes=-1)), instant(now(days=1)), integer(9), integer(-1), integer(-1), *last)
        life.ask("custodian", "POST", f"/seals/{client.seal_id}/grants", {"grant": base64.b64encode(grant).decode()})
        sealed = life.seal("approve", sm3(grant) + "/0", life.pins[approver])
        life.ask("approver", "POST", f"/grants/{grant_id}/approve", {"sealed": sealed, "step": 0})
        shown = life.ask("approver", "GET", f"/grants/{grant_id}")
        assert shown["digest_only"] is bool(last) and (NOT_SEEN in shown.get("notice", "")) is bool(last)
        answer = life.ask("custodian", "POST", f"/grants/{grant_id}/grant", {"sealed": life.seal("grant", sm3(grant), life.pins[client.seal_id])})
        return grant_id, run("pkeyutl", "-decrypt", "-inkey", folder / "client.pem", input=base64.b64decode(answer["client_secret"])).hex()

    def proof(order_id, grant_id, secret):
        der = base64.b64decode(life.ask("agent", "GET", f"/orders/{order_id}")["stamp_order"])
        (folder / "der").write_bytes(der)
        signature = run("pkeyutl", "-sign", "-inkey", folder / "client.pem", "-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678", "-in",
                        folder / "der")
        return {"grant_id": grant_id, "sealed": life.seal("use", sm3(der), secret), "signature": base64.b64encode(signature).decode()}
    use = lambda order_id, *grant: life.ask("agent", "POST", f"/orders/{order_id}/stamp-granted", proof(order_id, *grant))
    plain, digest = given(), given(boolean(True))
    refused("grant_exceeded", lambda: use(client.ask(request)["order_id"], *plain))
    document = life.upload((DATA / "contract.ofd").read_bytes())["document_id"]
    refused("grant_exceeded", lambda: use(life.order(client.seal_id, document)["order_id"], *digest))
    done = use(client.ask(request)["order_id"], *digest)
    assert life.verify(client.finish("contract", done).read_bytes())["verdict"].startswith("valid")
    in_batches(client, request, lambda order_id: proof(order_id, *digest), lambda order_id: proof(order_id, *plain))


def in_batches(client, request, covered, uncovered):
    """Many at once (R15.1): each item has its own outcome, and the whole sent again the same."""
    life = client.life
    item = lambda n, **more: {"idempotency_key": f"digest-{n:04}", **request, **more}
    order = lambda items: life.ask("agent", "POST", "/digest-order-batches", {"items": items})["items"]
    items = [item(1), item(2), item(3), item(4, category="classified"), item(5, seal_id="0" * 32)]
    made = order(items)
    assert [o["status"] for o in made] == [201, 201, 201, 409, 404], made
    assert [o.get("answer") for o in order(items)[:3]] == [o["answer"] for o in made[:3]], "idempotent item by item"
    refused("bad_field", lambda: order([items[0], item(6, data_hash="0")]), "items[1].data_hash")
    ids = [o["answer"]["order_id"] for o in made[:3]]
    use = lambda mark, proofs: life.ask("agent", "POST", "/order-batches/stamp-granted", {"items": [
        {"idempotency_key": f"{mark}-{order_id[:8]}", "order_id": order_id, **proof} for order_id, proof in proofs]})["items"]
    done = use("first", [(ids[0], covered(ids[0])), (ids[1], uncovered(ids[1])), (ids[2], covered(ids[2]))])
    said = [(o["status"], o.get("problem", {}).get("code")) for o in done]
    assert said == [(200, None), (403, "grant_exceeded"), (200, None)], said
    for outcome in (done[0], done[2]):
        assert life.verify(client.finish("contract", outcome["answer"]).read_bytes())["verdict"].startswith("valid")


def by_an_application(client):
    """The scope digest_orders is a right of its own; the examples as they stand."""
    life = client.life
    allowed, other = (life.ask("agent", "POST", "/clients", {"name": name, "algorithm": "hmac-sm3", "scopes": scopes})
                      for name, scopes in (("archive", ["digest_orders", "seals"]), ("plain", ["orders", "seals"])))
    run = lambda who, interpreter, program, *more: subprocess.run(
        [interpreter, EXAMPLES / program, life.base, who["client_id"], who["secret"], *more], capture_output=True, text=True, timeout=60)
    file, tool = DATA / "contract.pdf", BUILD / "jinyin"
    for command in (("bash", "client.sh", file, client.seal_id, tool), (sys.executable, "jinyin_client.py", file, client.seal_id, "--digest-only", tool)):
        done = run(allowed, *command)
        assert done.returncode == 0 and "REQUESTED" in done.stdout, done
        refused_ = run(other, *command)
        assert refused_.returncode != 0 and "client_scope" in refused_.stderr, refused_


def all_claims(life, other, seal_id, folder):
    folder = folder / "client"
    folder.mkdir()
    client, approver = Client(life, seal_id, folder), life.approver_key_id
    (folder / "ca.pem").write_bytes(life.call("GET", "/api/v1/trust"))
    request = client.prepare(DATA / "contract.ofd", "contract", "--page", 1, "--at", "60,60")
    refused_until_the_flow_says_so(client, request, approver)
    bad_requests(client, request)
    refused("not_found", lambda: other.ask("agent", "POST", "/digest-orders", request), "seal_id")
    ofd, done = stamped_by_people(client, DATA / "contract.ofd", "one.ofd", "--page", 1, "--at", "60,60")
    another_file_is_not_stamped(client, DATA / "contract.ofd", "one.ofd", done)
    pdf, done = stamped_by_people(client, DATA / "contract.pdf", "two.pdf", "--page", 1, "--at", "20,20", "--page", "last", "--at", "90,150")
    another_file_is_not_stamped(client, DATA / "contract.pdf", "two.pdf", done)
    stamped_by_people(client, DATA / "hundred-pages.ofd", "three.ofd", "--page", "1-9", "--seam", "right")
    under_a_grant(client, request, approver)
    by_an_application(client)
    records = {r["order_id"]: r for r in life.ask("agent", "GET", "/stamp-records?limit=1000")["items"]}
    assert records[ofd]["digest_only"] and records[pdf]["digest_only"] and not all(r["digest_only"] for r in records.values())
    rows = life.ask("agent", "GET", f"/seals/{seal_id}/use-register?limit=1000")["items"]
    assert {r["order_id"] for r in rows if r["digest_only"]} >= {ofd, pdf}
    refused("state_forbids", lambda: life.ask("agent", "GET", f"/stamp-records/{ofd}/archive"), "digest_only")     # R24.1: its client archives it
    jinyin("fsck", "--config", folder.parent / "jinyin.json")
