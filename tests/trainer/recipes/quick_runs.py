#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every recipe on every kind of data, as --quick runs it: what `scripts/test --only recipes` does.

usage: quick_runs.py MIXCON_TRAIN [--data NAME...] [--recipes NAME...]

A recipe that asks for a teacher gets a short run of cross entropy. A run must end within a minute, its loss must fall, and a run that is resumed at its end has nothing left to do. Prints
a table in Markdown. Sets that are not there (scripts/data makes them) are left out, and named."""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

longest = 60.0  # seconds of a run, without its evaluation


def recipes_of(program):
    """The names under --recipe in train --help."""
    text = subprocess.run([program, "train", "--help"], capture_output=True, text=True, check=True).stdout
    listed = text.split("--recipe NAME", 1)[1].split("--arch NAME", 1)[0]
    return re.findall(r"^ {6}([a-z][a-z0-9-]*) ", listed, re.M)


def losses_of(folder):
    records = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [record["loss"] for record in records if "loss" in record]


def run(program, recipe, data, out, more=()):
    """A sentence that says what is wrong, or None; seconds; the losses."""
    begin = time.monotonic()
    command = [program, "train", "--quick", "--recipe", recipe, "--data", data, "--out", str(out), "--no-evaluation", *more]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0 and "learns from another run" in done.stderr and not more:
        teacher = out.parent / f"teacher-{data}"
        if not teacher.exists():
            subprocess.run([program, "train", "--recipe", "ce", "--data", data, "--quick", "--steps", "100", "--out",
                            str(teacher), "--no-evaluation"], capture_output=True, check=True)
        return run(program, recipe, data, out, ["--teacher", str(teacher)])
    seconds = time.monotonic() - begin
    if done.returncode != 0:
        return done.stderr.strip(), seconds, []
    losses = losses_of(out)
    tenth = max(1, len(losses) // 10)
    first, last = sum(losses[:tenth]) / tenth, sum(losses[-tenth:]) / tenth
    if not last < first:
        return f"the loss went from {first:.4f} to {last:.4f}", seconds, losses
    if seconds > longest:
        return f"it took {seconds:.0f} s; expected at most {longest:.0f}", seconds, losses
    again = subprocess.run([program, "train", "--resume", str(out), "--no-evaluation"], capture_output=True, text=True)
    if again.returncode != 0 or "nothing left to train" not in again.stdout:
        return "it cannot be resumed at its end: " + (again.stderr or again.stdout).strip(), seconds, losses
    return None, seconds, losses


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--data", nargs="+", default=["fashion-mnist", "letter", "words"])
    parser.add_argument("--recipes", nargs="+")
    asked = parser.parse_args()
    program = str(pathlib.Path(asked.program).resolve())
    failed, left_out = [], {}
    print("| recipe | data | seconds | loss, first tenth | last tenth |\n| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as scratch:
        for data in asked.data:
            for recipe in asked.recipes or recipes_of(program):
                wrong, seconds, losses = run(program, recipe, data, pathlib.Path(scratch) / f"{recipe}-{data}")
                if wrong and "scripts/data" in wrong:
                    left_out[data] = wrong
                    break
                if wrong and "does not learn from" in wrong:
                    continue
                if wrong:
                    failed.append(f"{recipe} on {data}: {wrong}")
                tenth = max(1, len(losses) // 10)
                shown = [f"{sum(part) / tenth:.4f}" for part in (losses[:tenth], losses[-tenth:])] if losses else ["", ""]
                print(f"| {recipe} | {data} | {seconds:.0f} | {shown[0]} | {shown[1]} |", flush=True)
    for data, why in left_out.items():
        print(f"left out: {data} ({why})")
    for sentence in failed:
        print(sentence, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
