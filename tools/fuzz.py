#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the fuzz targets of a build folder, as many at a time as there are cores, and tells what came of each.

usage: fuzz.py BUILD [--seconds N | --executions N] [--seed N] [TARGET…]

--seconds     so long for each target (30)
--executions  until each target has had so many in all; what it found is kept in BUILD/found and the count in fuzz/executions.json, to be committed, so a
              run that was stopped (SIGINT, SIGTERM) goes on where it was, on another machine, too

--seed        of the changes that are tried; another one each time by default. CI always tries the same: what it finds was there before

Exits 1 when an input crashed a target, leaked, took more than 1 s or more than 256 MB (of which the sanitizer has its share).
"""
import argparse
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

# Bytes of an input. A bundle of many certificates takes the time of many and shows nothing that three do not show; so with many revisions of a PDF.
LEDGER = pathlib.Path(__file__).resolve().parent.parent / "fuzz" / "executions.json"
LONGEST = {"cert": 8192, "pdf": 16384}
SLICE = 600                     # seconds of one run of a target; between two of them another target may have its turn
SHARE_MIN = 100_000             # executions that are worth a start
running, stopped = set(), threading.Event()


def stop(*_):
    """libFuzzer ends what it does at SIGUSR1, and tells its figures."""
    stopped.set()
    for process in list(running):
        process.send_signal(signal.SIGUSR1)


class Target:
    def __init__(self, program, found, total):
        self.name = program.name.removeprefix("fuzz_")
        self.program, self.found = program, found / self.name
        self.found.mkdir(parents=True, exist_ok=True)
        self.total = total
        self.executions = self.seconds = self.peak = self.slowest = self.slowest_bytes = 0
        self.planned = self.workers = 0
        self.crash = None

    def run(self, build, seconds, executions, seed):
        """One process of the target; adds up what it says about itself."""
        seeds = build / "seeds" / self.name
        seeds.mkdir(parents=True, exist_ok=True)
        log = build / f"{self.name}-{threading.get_ident()}.log"
        # Entropic weighs inputs by rare features; what it costs for each feature is up to half of a run of ours, and it found no more in the same time.
        command = [self.program, "-entropic=0", f"-max_total_time={seconds}", f"-runs={executions}", f"-seed={seed}",
                   "-timeout=120",                       # seconds of the wall; fuzz/clock.c has those of the processor
                   "-rss_limit_mb=256", f"-max_len={LONGEST.get(self.name, 65536)}",
                   "-verbosity=0", "-print_final_stats=1", "-reload=1", f"-artifact_prefix={build}/crash-{self.name}-", self.found, seeds]
        start = time.monotonic()
        with open(log, "wb") as out:
            process = subprocess.Popen(list(map(str, command)), stdout=out, stderr=out, process_group=0,
                                       env=dict(os.environ, JINYIN_SLOWEST=str(build / f"slowest-{self.name}")))
        running.add(process)
        code = process.wait()
        running.discard(process)
        text = log.read_text(errors="replace")
        stats = {name: int(value) for name, value in re.findall(r"stat::(\w+):\s+(\d+)", text)}
        self.seconds += time.monotonic() - start
        self.executions += stats.get("number_of_executed_units", 0)
        self.peak = max(self.peak, stats.get("peak_rss_mb", 0))
        if stats.get("slowest_input_us", 0) > self.slowest:
            self.slowest, self.slowest_bytes = stats["slowest_input_us"], stats["slowest_input_bytes"]
        if code != 0:
            artifact = re.search(r"Test unit written to (\S+)", text)
            self.crash = artifact.group(1) if artifact else f"exit code {code}"
            print(f"fuzz {self.name}: stopped: {self.crash}\n" + "\n".join(text.splitlines()[-40:]), file=sys.stderr)
        log.unlink()
        return stats.get("number_of_executed_units", 0)


def work(targets, build, lock, seconds, executions, seed):
    """One core: takes the target that has had the least, until none wants more."""
    while True:
        with lock:
            open_targets = [t for t in targets if t.crash is None and (t.planned < seconds if executions is None else t.total + t.planned < executions)]
            if not open_targets or stopped.is_set():
                return
            target = min(open_targets, key=lambda t: (t.workers, t.planned if executions is None else t.total + t.planned))
            share = seconds if executions is None else max(executions - target.total - target.planned, 0)
            # Half is left for a core that comes free later.
            share = share if executions is None or share < 2 * SHARE_MIN else share // 2
            target.planned += share
            target.workers += 1
        done = target.run(build, seconds if executions is None else SLICE, -1 if executions is None else share, seed)
        with lock:
            target.workers -= 1
            target.total += done
            if executions is not None:
                target.planned -= share
                LEDGER.write_text(json.dumps(json.loads(LEDGER.read_text()) | {target.name: target.total}, indent=0, sort_keys=True) + "\n")
            print(f"fuzz {target.name}: {done:,} executions, {target.total:,} in all", flush=True)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--executions", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("targets", nargs="*")
    args = parser.parse_intermixed_args()
    programs = sorted(p for p in (args.build / "fuzz").glob("fuzz_*") if p.is_file() and os.access(p, os.X_OK))
    names = {program: program.name.removeprefix("fuzz_") for program in programs}
    counts = json.loads(LEDGER.read_text())
    targets = [Target(p, args.build / "found", counts.get(name, 0)) for p, name in names.items() if not args.targets or name in args.targets]
    if not targets or (args.targets and len(targets) != len(args.targets)):
        sys.exit("fuzz: the targets are " + " ".join(names.values()))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    lock = threading.Lock()
    workers = [threading.Thread(target=work, args=(targets, args.build, lock, args.seconds, args.executions, args.seed)) for _ in range(os.cpu_count() or 1)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(f"{'target':<12}{'executions':>14}{'in all':>14}{'exec/s':>9}{'corpus':>8}{'peak MB':>9}{'slowest ms':>12}{'its bytes':>11}  crashes")
    for t in targets:
        print(f"{t.name:<12}{t.executions:>14,}{t.total:>14,}{t.executions / max(t.seconds, 1):>9,.0f}{sum(1 for _ in t.found.iterdir()):>8,}"
              f"{t.peak:>9}{t.slowest / 1000:>12.1f}{t.slowest_bytes:>11,}  {t.crash or 0}")
    # One line a target where tools/count_tests.py looks for results.
    results = args.build / "meson-logs" / "testlog.json"
    results.write_text("".join(json.dumps({"name": f"fuzz {t.name}", "result": "FAIL" if t.crash else "OK"}) + "\n" for t in targets))
    sys.exit(1 if any(t.crash for t in targets) else 0)


if __name__ == "__main__":
    main()
