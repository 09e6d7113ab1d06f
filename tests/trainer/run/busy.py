#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Other work begins while mixcon-train trains: what `scripts/test --only busy` does. Needs a machine that is quiet.

usage: busy.py MIXCON_TRAIN [--record FILE] [--options OPTION...]

One run of 500 steps for each load. At step 200 other processes begin to count for ever: one that is pinned to one
processor; or six, free to move. The speed before is that of the steps 100 to 200, the speed under load that of the
steps 300 to 400, so that the run has 100 steps to choose its threads again. Steps in which the run looks at its
neighbours or ends an epoch are left out. With the pinned one at least 0.5 of the quiet speed must be left, with six at
least 0.1. What stands behind --options goes to every run, after --data fashion-mnist --quick."""

import argparse
import datetime
import json
import multiprocessing
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

steps, begins, settled = 500, 200, 300
loads = [("one pinned busy loop", 1, True, 0.5), ("six busy loops", 6, False, 0.1)]


def count_for_ever(pinned):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if pinned:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    while True:
        pass


def records_in(path):
    """(step, seconds, images) of each recorded step; epochs end at those that are left out."""
    found, marked = [], set()
    try:
        lines = path.read_text().split("\n")[:-1]
    except FileNotFoundError:
        return found, marked
    for record in map(json.loads, lines):
        if "loss" in record:
            found.append((record["step"], record["seconds"], record["images"]))
        elif "step" in record:
            marked |= {record["step"], record["step"] + 1}
    return found, marked


def speed(path, first, last):
    """Images per second over the steps first + 1 ... last."""
    found, marked = records_in(path)
    images, seconds = 0, 0.0
    for (_, began, before), (step, ended, after) in zip(found, found[1:]):
        if first < step <= last and step not in marked:
            images, seconds = images + after - before, seconds + ended - began
    return images / seconds


def run(program, options, count, pinned, out):
    command = [program, "train", "--data", "fashion-mnist", "--quick", "--no-evaluation", "--checkpoint-every", "100000",
               *options, "--steps", str(steps), "--out", str(out)]
    others = [multiprocessing.Process(target=count_for_ever, args=(pinned,), daemon=True) for _ in range(count)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        done = 0
        while done < begins and child.poll() is None:
            time.sleep(0.002)
            done = (records_in(out / "metrics.jsonl")[0] or [(0,)])[-1][0]
        for other in others:
            other.start()
        text, _ = child.communicate()
    finally:
        child.kill()
        for other in others:
            if other.pid:
                other.terminate()
    if child.returncode != 0:
        raise SystemExit(text)
    log = out / "metrics.jsonl"
    return done, speed(log, begins - 100, begins), speed(log, settled, settled + 100)


def machine():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return os.uname().machine


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--record", metavar="FILE")
    parser.add_argument("--options", nargs=argparse.REMAINDER, default=[])
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the loops end too
    idle = os.getloadavg()[0]
    if idle > 0.5:
        print(f"busy: the load is {idle:.1f} already; the figures say little", file=sys.stderr)
    table = ["| load from step 200 on | quiet, images/s | busy, images/s | ratio | target |", "| --- | --- | --- | --- | --- |"]
    print("\n".join(table), flush=True)
    failed = False
    with tempfile.TemporaryDirectory() as scratch:
        for name, count, pinned, least in loads:
            out = pathlib.Path(scratch) / name.replace(" ", "-")
            began, quiet, busy = run(str(pathlib.Path(asked.program).resolve()), asked.options, count, pinned, out)
            assert began < settled, f"the load began at step {began}: steps are too short to be watched"
            failed |= busy < least * quiet
            table.append(f"| {name} | {quiet:.0f} | {busy:.0f} | {busy / quiet:.2f} | {least} |")
            print(table[-1], flush=True)
    if asked.record:
        lines = ["# A run on a machine that becomes busy", "",
                 f"`scripts/test --only busy`, {datetime.date.today()}, {machine()}, "
                 f"{len(os.sched_getaffinity(0))} processors, load {idle:.1f} before. One run for each line: speed of "
                 f"the steps {begins - 100} to {begins}, and of the steps {settled} to {settled + 100}.", "", *table]
        pathlib.Path(asked.record).write_text("\n".join(lines) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
