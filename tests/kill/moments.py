# SPDX-License-Identifier: Apache-2.0
"""moments.txt: which moments each request of the walks passes, and how often, so that a test need not walk once only to learn it. A line is a
request, whose moments they are – an audit event or a message – and their names. `./dev kill --learn` writes it; a test that meets another world
than the written one says so."""
import collections
import re

import described
from board import HERE, Moment, points

FILE = HERE / "moments.txt"
RENEW = "tests/kill/moments.txt is not what the rooms do: renew it with `./dev kill --learn`, and read the difference before it is committed"
HEAD = "# Written by `./dev kill --learn`: request | whose moments | moment, ×n where it is passed n times\n"


def write(passed):
    lines = []
    for label, moments in sorted(passed.items()):
        kinds = {}
        for moment, count in moments.items():
            kinds.setdefault(moment.kind, {})[moment.point] = count
        for kind, found in sorted(kinds.items()):
            lines.append(f"{label} | {kind} | " + " ".join(name + f"×{found[name]}" * (found[name] > 1) for name in points() if name in found))
        if not kinds:
            lines.append(f"{label} | |")
    FILE.write_text(HEAD + "\n".join(lines) + "\n")


def read():
    """request → Counter of moments."""
    passed = {}
    for line in FILE.read_text().splitlines():
        if line.startswith("#"):
            continue
        label, kind, names = (part.strip() for part in line.split("|"))
        found = passed.setdefault(label, collections.Counter())
        for name in names.split():
            name, _, count = name.partition("×")
            found[Moment(name, kind)] = int(count or 1)
    return passed


def messages():
    return set(re.findall(r"^MESSAGE_BEGIN\((\w+)", (HERE.parents[1] / "ipc" / "messages.def").read_text(), re.M))


def must_fit(passed, elsewhere):
    """The map names what there is, and every point has its place in it or among those that the walks bring about themselves."""
    names = {name for name, room in points().items() if room != "care"}
    events = {method.get("x-audit-event") for methods in described.API["paths"].values() for method in methods.values()}
    for label, moments in passed.items():
        method, path = label.split(" ")
        assert method.lower() in described.API["paths"].get(path, {}), f"{label} is no request. {RENEW}"
        for moment in moments:
            assert moment.point in names, f"{label}: {moment.point} is no point of points.def. {RENEW}"
            assert moment.kind in events or moment.kind in messages(), f"{label}: {moment.kind} is no event and no message. {RENEW}"
    for moment in elsewhere:
        assert not moment.kind.isupper() or moment.kind in messages(), f"walks.py: {moment.kind} is no message"
    lost = names - {moment.point for moments in passed.values() for moment in moments} - {moment.point for moment in elsewhere}
    assert not lost, f"no request passes {', '.join(sorted(lost))}. {RENEW}"
