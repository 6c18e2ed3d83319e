# SPDX-License-Identifier: Apache-2.0
"""The board on which the rooms of tests/kill/ write what they pass, and on which a test says where the next process ends (kill_point.c)."""
import collections
import mmap
import pathlib
import re
import struct
import time

HERE = pathlib.Path(__file__).resolve().parent
PASSAGES, ROW, FIRST, KIND_SIZE = 16384, 64, 88, 56
WRITTEN, ARMED, COUNTDOWN, POINT, KIND, KILLED, CLOCK = 0, 4, 8, 12, 16, 72, 80

Moment = collections.namedtuple("Moment", "point kind")


def points():
    """name → room, in the order of the table."""
    return dict(re.findall(r'^POINT\((\w+), "(\w+)"', (HERE / "points.def").read_text(), re.M))


class Board:
    def __init__(self, folder):
        self.names = list(points())
        path = pathlib.Path(folder) / "kill-points"
        path.write_bytes(bytes(FIRST + PASSAGES * ROW))
        self._file = open(path, "r+b")
        self._map = mmap.mmap(self._file.fileno(), 0)

    def _get(self, at):
        return struct.unpack_from("=I", self._map, at)[0]

    def _put(self, at, value):
        struct.pack_into("=I", self._map, at, value)

    @property
    def killed(self):
        return self._get(KILLED)

    @property
    def clock(self):
        """Seconds that the rooms are ahead of the time."""
        return struct.unpack_from("=q", self._map, CLOCK)[0]

    @clock.setter
    def clock(self, seconds):
        struct.pack_into("=q", self._map, CLOCK, seconds)

    def clear(self):
        count = min(self._get(WRITTEN), PASSAGES)
        self._map[FIRST:FIRST + count * ROW] = bytes(count * ROW)
        self._put(WRITTEN, 0)

    def passed(self):
        """Every moment since clear(), in order."""
        moments = []
        for i in range(min(self._get(WRITTEN), PASSAGES)):
            point, _ = struct.unpack_from("=II", self._map, FIRST + i * ROW)
            if point:
                kind = self._map[FIRST + i * ROW + 8:FIRST + (i + 1) * ROW].split(b"\0", 1)[0].decode()
                moments.append(Moment(self.names[point - 1], kind))
        return moments

    def arm(self, moment, nth=1):
        """The process that passes this moment for the nth time from now on ends there."""
        self._put(ARMED, 0)
        self._put(POINT, self.names.index(moment.point))
        self._map[KIND:KIND + KIND_SIZE] = moment.kind.encode().ljust(KIND_SIZE, b"\0")
        self._put(COUNTDOWN, nth)
        self._put(ARMED, 1)

    def disarm(self):
        """True: nothing had ended."""
        armed = self._get(ARMED) == 1
        self._put(ARMED, 0)
        return armed

    def fires(self, seconds):
        """Whether what was armed has ended somebody, waiting so long for it."""
        end = time.monotonic() + seconds
        while self._get(ARMED) == 1:
            if time.monotonic() > end:
                return False
            time.sleep(0.002)
        return True
