# SPDX-License-Identifier: Apache-2.0
"""A client that loses the service at a named moment of every request and asks again with the same Idempotency-Key until it is answered."""
import collections
import http.client
import pathlib
import random
import re
import sys
import time
import urllib.error
import uuid

from board import Moment, points

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "scenario"), str(ROOT / "api" / "examples")]
import described  # noqa: E402
import moments  # noqa: E402
from jinyin_client import Application, Refused  # noqa: E402
from life import Client, Life, Problem  # noqa: E402

PATIENCE = 30                              # seconds in which a request must be answered, whatever ended meanwhile
# Messages that the rooms exchange without a request: what ends there is brought about by itself (walks.py). Those that a crash leaves to be done
# later meet requests that have nothing to do with them.
AFTER_A_CRASH = {"KEY_SETTLE", "KEY_SEAL_STATE", "DOC_FINISH", "DOC_INSPECT"}
WITHOUT_REQUEST = ("LINK_DELIVER", "LINK_WEBHOOK", "LINK_SMS", "LINK_MAIL", "LINK_PLATFORM", "LINK_FETCH", "LINK_REGISTER", "LINK_OCSP",
                   "LINK_CRL", "KEY_HELLO", "KEY_STATEMENT")
AFTER_THE_ANSWER = ("request_answered", "key_told", "link_told")
WITHOUT = "without a request"
EACH_TIME = {"personal_data_revealed", "use_register_signed"}      # such an answer is not kept: who asks again has looked again, and the trail says so
NOT_ONCE = {None, "logged_in", "document_verified", "orders_created", "orders_approved", "documents_stamped", "digest_orders_created",
            "documents_stamped_under_grant"}


def route_of(method, path):
    """The path with names for ids, and the audit event, as api/openapi.json has them."""
    path = path.split("?")[0]
    for pattern, methods in described.API["paths"].items():
        if method.lower() in methods and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path):
            return pattern, methods[method.lower()].get("x-audit-event")
    raise AssertionError(f"{method} {path} is not described")


class Plan:
    """What may end where: read from moments.txt, or learned from walks in which nothing ends; counted in those in which something does."""

    def __init__(self, board, seed, passed, left):
        self.board, self.random = board, random.Random(seed)
        self.learning = passed is None
        self.passed = {} if self.learning else passed              # request → Counter of moments
        self.seen = collections.defaultdict(set)                   # request → moments that it passed in this run
        self.unknown = collections.defaultdict(set)                # those of them that moments.txt does not know
        self.kills = collections.Counter()                         # (request, moment, nth)
        self.of_point = collections.Counter()
        self.missed = collections.Counter()
        self.left = left                                           # kills that are still wanted

    def took_place(self, label, event, first_end):
        """A request is over; first_end: the (moment, nth) at which something ended first, or None."""
        passed = self.board.passed()
        asked = {m.kind for m in passed if m.point.endswith("_asked") and not m.kind.startswith(WITHOUT_REQUEST)}      # not one that still tells the last
        moments = [m for m in passed if m.kind == event or m.kind in asked]
        self.seen[label].update(moments)
        if self.learning:
            known = self.passed.setdefault(label, collections.Counter())
            for moment, count in collections.Counter(moments).items():
                known[moment] = max(known[moment], count)
            return
        if first_end is not None:                                  # what is only passed because of it is in no map
            moment, nth = first_end
            at = [i for i, m in enumerate(moments) if m == moment]
            moments = moments[:at[nth - 1] + 1] if len(at) >= nth else []
        self.unknown[label].update(m for m in moments if m not in self.passed[label] and m.kind not in AFTER_A_CRASH)

    def stale(self):
        """What moments.txt promises and this run did not see although it waited for it, and what it does not know; as sentences."""
        for label, moments in self.unknown.items():
            yield from (f"{label} passes {m.point} of {m.kind}" for m in sorted(moments))
        for (label, moment, nth), times in self.missed.items():
            never = moment not in self.seen[label] if label != WITHOUT else times > 1 and self.kills[(label, moment, nth)] == 0
            if nth == 1 and never:
                yield f"{label} does not pass {moment.point} of {moment.kind}"

    def choose(self, label):
        """A moment of this request, and its how-manieth passage; None: nothing is to end."""
        assert self.learning or label in self.passed, f"{label} is new. {moments.RENEW}"
        return self.rarest(label, [(m, n) for m, count in self.passed.get(label, {}).items() for n in range(1, min(count, 3) + 1)])

    def rarest(self, label, choices):
        """Names at which nothing ended yet come first, then moments at which the fewest did; when there were enough kills, only the former."""
        choices = [(m, n) for m, n in choices if self.missed[(label, m, n)] < 2 and (self.left > 0 or self.of_point[m.point] == 0)]
        if self.learning or not choices:
            return None
        return min(choices, key=lambda c: (self.of_point[c[0].point] > 0, self.kills[(label, *c)], self.of_point[c[0].point], self.random.random()))

    def count(self, label, moment, nth, fired):
        if not fired:
            self.missed[(label, moment, nth)] += 1
            return
        self.kills[(label, moment, nth)] += 1
        self.of_point[moment.point] += 1
        self.left = max(self.left - 1, 0)

    @property
    def total(self):
        return sum(self.kills.values())

    def never_reached(self):
        return [name for name, room in points().items() if room != "care" and self.of_point[name] == 0]      # care_kill_test.py has its own


class Walker(Life):
    """Life, but every request that changes something may lose the service on its way."""
    plan = None                                                    # none while the service is being set up

    def __init__(self, folder, number, plan):
        self.acknowledged = collections.Counter()                  # audit event → requests that were answered
        self.sealed = {}                                           # sealed text → what stands in it
        super().__init__(folder, number)
        self.folder, self.plan = folder, plan

    def seal(self, purpose, about, pin, new_pin=None, when=None):
        text = super().seal(purpose, about, pin, new_pin, when)
        self.sealed[text] = (purpose, about, pin, new_pin)
        return text

    def _sealed_anew(self, body):
        """A person who asks again enters his PIN again: another secret, the same request."""
        if isinstance(body, dict) and body.get("sealed") in self.sealed:
            return body | {"sealed": self.seal(*self.sealed[body["sealed"]])}
        return body

    def until_answered(self, call):
        """The answer of call(), asked for until the service is there and gives one."""
        return self._until_answered(lambda anew: call())

    def _until_answered(self, call, between=lambda: None):
        anew = False
        end = time.monotonic() + PATIENCE
        by_hand = self.plan is not None and self.plan.random.random() < 0.5      # a program sends the same again, a person enters his PIN anew
        while True:
            try:
                return call(anew)
            except (Problem, Refused) as problem:
                if problem.status < 500 or time.monotonic() > end:
                    raise
            except (OSError, urllib.error.URLError, http.client.HTTPException):
                if time.monotonic() > end:
                    raise
            between()
            anew = by_hand
            time.sleep(0.01)

    def call(self, method, path, body=None, token=None, raw=None, key=None, headers=None):
        key = key or uuid.uuid4().hex
        ask = Client.call

        def once(anew):
            return ask(self, method, path, self._sealed_anew(body) if anew else body, token, raw, key, headers)
        pattern, event = route_of(method, path)
        if method == "GET" or self.plan is None:
            answer = self._until_answered(once)
            self.acknowledged[event] += 1
            return answer
        label, board = f"{method} {pattern}", self.plan.board
        ends, armed, ended = [], [], []

        def arm():
            """The next moment, at most two in one request, so that what mends a crash is met by one as well."""
            chosen = self.plan.choose(label) if len(ends) < 2 else None
            if chosen:
                ends.append(chosen)
                armed.append(chosen)
                board.arm(*chosen)

        def came(seconds):
            fired = bool(armed) and board.fires(seconds)
            if fired:
                ended.append(armed.pop())
                self.plan.count(label, *ended[-1], True)
            return fired

        board.clear()
        arm()
        try:
            answer = self._until_answered(once, lambda: came(0) and arm())
        except Exception as error:
            error.add_note(f"{label}, ended at {ends}")
            raise
        finally:
            if armed and not came(1 if armed[0][0].point in AFTER_THE_ANSWER else 0):
                board.disarm()
                if len(ends) == 1:                                 # the second need not come: what is done already is not done again
                    self.plan.count(label, *armed[0], False)
        if self.plan.learning:
            time.sleep(0.02)                                       # what comes after the answer is passed as well
        self.plan.took_place(label, event, ended[0] if ended else None)
        self.acknowledged[event] += 1
        return answer

    @staticmethod
    def _twice(cause, refusal):
        try:
            return cause()
        except Problem as problem:
            if problem.code != refusal:
                raise
            return cause()

    def ends_meanwhile(self, kinds, cause, refusal=None):
        """Something ends at a moment of work that no request waits for, kinds being kind → its points; cause() brings that work about, and again when
        it is refused so."""
        chosen = self.plan.rarest(WITHOUT, [(Moment(point, kind), 1) for kind, points in kinds.items() for point in points])
        if chosen is None:
            return cause()
        self.plan.board.arm(*chosen)
        plan, self.plan = self.plan, None
        try:
            answer = self._twice(cause, refusal)
        finally:
            self.plan = plan
        fired = plan.board.fires(15)
        plan.board.disarm()
        plan.count(WITHOUT, *chosen, fired)
        return answer
