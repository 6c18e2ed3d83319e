#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 of `jinyin backup` and `jinyin restore` at every moment of theirs (R26.1): what is not a whole backup is never taken for one, and half a
restore is neither served nor built upon. usage: care_kill_test.py FOLDER-OF-THE-ROOMS"""
import collections
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from board import Board, points
from walker import ROOT, Walker
from backup_test import POSTGRES, Site, other_site, served
from service import BUILD, demonstration

KILLED = -9
OURS = [name for name, room in points().items() if room == "care"]


class Care:
    def __init__(self, rooms, folder):
        self.program, self.folder, self.board = rooms / "jinyin-care", folder, Board(folder)
        self.kills = collections.Counter()

    def run(self, command, *arguments):
        """(exit code, what it said)"""
        done = subprocess.run([self.program, command, *map(str, arguments)], capture_output=True, text=True, timeout=120, cwd=self.folder)
        return done.returncode, done.stdout + done.stderr

    def undisturbed(self, *arguments):
        """Every moment that such a run passes, each at its first, a middle and its last passage."""
        self.board.clear()
        code, said = self.run(*arguments)
        assert code == 0, said
        passed = collections.Counter(self.board.passed())
        return [(moment, nth) for moment, count in passed.items() for nth in sorted({1, count // 2 + 1, count})]

    def killed(self, moment, nth, *arguments):
        self.board.arm(moment, nth)
        code, said = self.run(*arguments)
        came = not self.board.disarm()
        assert came and code == KILLED, f"{moment} {nth}: {code} {said}"
        self.kills[moment.point] += 1


def options(site):
    return site.options(role=True)


def nothing_is_there(site):
    data = site.folder / "data"
    return not any((data / name).exists() for name in ("web", "key", "restore.unfinished"))


def a_killed_backup_is_none(care, site, folder):
    whole = care.undisturbed("backup", folder / "whole", *site.options())
    target = other_site(folder / "never", site.config)
    taken = set()
    for n, (moment, nth) in enumerate(whole):
        backup = folder / f"backup-{n}"
        care.killed(moment, nth, "backup", backup, *site.options())
        code, said = care.run("restore", backup, *options(target))
        if code == 0:                                              # all of it was there, only nobody was told
            assert "nothing is wrong" in said, said
            taken.add(moment.point)
            target = other_site(folder / f"taken-{n}", site.config)
        else:
            assert code == 65 and ("no finished backup" in said or "MANIFEST" in said), f"{moment} {nth}: {code} {said}"
            assert nothing_is_there(target), f"{moment} {nth}: a part of it was put back"
        code, said = care.run("backup", backup, *site.options())
        assert code == 65 and "is not empty" in said, f"{moment} {nth}: {said}"
        shutil.rmtree(backup)
    assert taken == {"care_written", "backup_finished"}, taken
    return folder / "whole"


def a_killed_restore_is_not_served(care, like, folder, backup):
    def restored(site):
        code, said = care.run("restore", backup, *options(site))
        assert code == 0 and "nothing is wrong" in said, said
        assert not (site.folder / "data" / "restore.unfinished").exists()

    def is_not_served(site):
        done = subprocess.run([BUILD / "jinyind", "--config", site.config], capture_output=True, text=True, timeout=60)
        assert done.returncode != 0 and "did not finish" in done.stdout + done.stderr, done

    empty, filled, finished = set(), set(), set()
    for n, (moment, nth) in enumerate(care.undisturbed("restore", backup, *options(other_site(folder / "first", like)))):
        site = other_site(folder / f"site-{n}", like)
        data = site.folder / "data"
        care.killed(moment, nth, "restore", backup, *options(site))
        code, said = care.run("restore", backup, *options(site))
        if code == 0:                                              # nothing was there yet
            assert "nothing is wrong" in said, said
            empty.add(moment.point)
        elif not (data / "restore.unfinished").exists():
            assert moment.point == "restore_finished" and "is not empty: move" in said, f"{moment} {nth}: {said}"
            assert "nothing is wrong" in site.fsck()
            with served(site):
                pass
            finished.add(moment.point)
        else:
            assert code == 65 and "a restore did not finish here" in said, f"{moment} {nth}: {said}"
            is_not_served(site)
            filled.add(moment.point)
            again = other_site(folder / f"again-{n}", like) if POSTGRES else site      # as the refusal says
            for name in ("web", "key"):
                shutil.rmtree(data / name)
            restored(again)
        for place in (site.folder, folder / f"again-{n}"):
            shutil.rmtree(place, ignore_errors=True)
    assert empty == {"restore_checked", "restore_marked", "care_half", "care_written"}, empty
    assert finished == {"restore_finished"} and {"restore_file_put", "restore_put", "restore_looked_at", "journal_half"} <= filled, (filled, finished)


def main():
    started, rooms = time.monotonic(), pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="jinyin-board-") as boards, demonstration(jinyind=rooms / "jinyind") as (folder, _):
        care, site, life = Care(rooms, pathlib.Path(boards)), Site(folder / "jinyin.json"), Walker(folder, 1, None)
        life.keys()
        seal_id = life.whole_seal()
        document = life.upload((ROOT / "tests" / "data" / "contract.ofd").read_bytes())["document_id"]
        for n in range(3):                                         # one of them stamped, the others are open in the backup
            order = life.order(seal_id, document, x_mm=20 + n)["order_id"]
            life.approve(order)
            if n == 0:
                life.stamp(order, seal_id)
        backup = a_killed_backup_is_none(care, site, folder)
        backups = sum(care.kills.values())
        a_killed_restore_is_not_served(care, site.config, folder, backup)
        restores = sum(care.kills.values()) - backups
        print(f"{backups} backups and {restores} restores ended at {len(care.kills)} named points; {time.monotonic() - started:.0f} s")
        assert not set(OURS) - set(care.kills), f"points that nothing reaches: {set(OURS) - set(care.kills)}"


if __name__ == "__main__":
    main()
