#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every recipe on every kind of data, as --quick runs it: what `scripts/test --only recipes` does.

usage: quick_runs.py MIXCON_TRAIN [--data NAME...] [--recipes NAME...] [--record FILE] [--options OPTION...]

A run must end within a minute, its loss must fall, and a run that is resumed at its end has nothing left to do. Prints
a table in Markdown, and writes it to FILE with date and machine; rows of other recipes or data that FILE has from the
same day, program and machine stay there. Sets that are not there (scripts/data makes them) are left out, and named. A
recipe that asks for another run, such as a teacher by --teacher RUN or a learned mixer by --policy RUN, gets a quick
one, which is trained once per data set. What stands behind --options goes to every run."""

import argparse
import datetime
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

longest = 60.0  # seconds of a run, without its evaluation

# What a refusal begins with when a recipe needs another run, and the recipes that make such a run: the first of them
# that the program has.
helpers = {"--teacher": ["ce"], "--policy": ["samix"], "--mixer": ["samix"]}


def recipes_of(program):
    """The names under --recipe in train --help."""
    text = subprocess.run([program, "train", "--help"], capture_output=True, text=True, check=True).stdout
    listed = text.split("--recipe NAME", 1)[1].split("--arch NAME", 1)[0]
    return re.findall(r"^ {6}([a-z][a-z0-9-]*) ", listed, re.M)


def losses_of(folder):
    """Those of the steps; with a queue, from when it has been filled: it begins with random rows, easy to tell from."""
    records = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    losses = [record["loss"] for record in records if "loss" in record]
    settings = dict(re.findall(r"^(queue|batch) = ([0-9]+)", (folder / "config.toml").read_text(), re.M))
    filling = math.ceil(int(settings["queue"]) / int(settings["batch"])) if "queue" in settings else 0
    return losses[filling:]


def tenths(losses):
    """The means of the first and the last tenth."""
    tenth = max(1, len(losses) // 10)
    return sum(losses[:tenth]) / tenth, sum(losses[-tenth:]) / tenth


class runs:
    """Quick runs in a folder of their own."""

    def __init__(self, program, scratch, options):
        self.program, self.scratch, self.options = program, pathlib.Path(scratch), options
        self.known = set(recipes_of(program))
        self.made = {}

    def train(self, recipe, data, out, more=()):
        command = [self.program, "train", "--quick", "--recipe", recipe, "--data", data, "--out", str(out),
                   "--no-evaluation", *self.options, *more]
        begin = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True)
        return done, time.monotonic() - begin

    def helper(self, flag, data):
        """A run to name by that flag; None where nothing makes one."""
        for recipe in helpers[flag]:
            if recipe not in self.known:
                continue
            if (recipe, data) not in self.made:
                out = self.scratch / f"helper-{recipe}-{data}"
                done, _ = self.train(recipe, data, out)
                self.made[recipe, data] = out if done.returncode == 0 else None
            return self.made[recipe, data]
        return None

    def train_with_helpers(self, recipe, data, out):
        more = []
        for _ in range(1 + len(helpers)):
            done, seconds = self.train(recipe, data, out, more)
            flag = re.match(r"mixcon-train: (--[a-z-]+):", done.stderr)
            if done.returncode == 0 or not flag or flag[1] not in helpers or flag[1] in more:
                break
            helper = self.helper(flag[1], data)
            if helper is None:
                break
            more += [flag[1], str(helper)]
        return done, seconds

    def run(self, recipe, data):
        """A sentence that says what is wrong, or None; seconds; the losses."""
        out = self.scratch / f"{recipe}-{data}"
        done, seconds = self.train_with_helpers(recipe, data, out)
        if done.returncode != 0:
            return done.stderr.strip(), seconds, []
        losses = losses_of(out)
        if not losses:
            return "no step is left after those in which its queue is filled", seconds, losses
        first, last = tenths(losses)
        if not last < first:
            return f"the loss went from {first:.4f} to {last:.4f}", seconds, losses
        if seconds > longest:
            return f"it took {seconds:.0f} s; expected at most {longest:.0f}", seconds, losses
        again = subprocess.run([self.program, "train", "--resume", str(out), "--no-evaluation"], capture_output=True,
                               text=True)
        if again.returncode != 0 or "nothing left to train" not in again.stdout:
            return "it cannot be resumed at its end: " + (again.stderr or again.stdout).strip(), seconds, losses
        return None, seconds, losses


def machine():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return os.uname().machine


head = ["| recipe | data | seconds | loss, first tenth | last tenth |", "| --- | --- | --- | --- | --- |"]


class record:
    """What FILE says: rows, failures and what was left out, of one day, program and machine."""

    def __init__(self, path, program):
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
        self.path, self.rows, self.failed, self.left_out = path, {}, {}, {}
        self.made = (f"{datetime.date.today()}, mixcon {version}, {machine()}, "
                     f"{len(os.sched_getaffinity(0))} processors")
        text = path.read_text() if path.exists() else ""
        for line in text.splitlines() if self.made in text else []:
            if row := re.match(r"\| ([a-z0-9-]+) \| ([a-z0-9-]+) \| [0-9]", line):
                self.rows[row[1], row[2]] = line
            elif failure := re.match(r"Failed: ([a-z0-9-]+) on ([a-z0-9-]+): (.*)", line):
                self.failed[failure[1], failure[2]] = failure[3]
            elif absent := re.match(r"Left out: ([a-z0-9-]+) \((.*)\)", line):
                self.left_out[absent[1]] = absent[2]

    def add(self, order, rows, failed, left_out):
        """What was run again counts, and the rest stays."""
        done = {data for _, data in rows}
        self.failed = {key: why for key, why in self.failed.items() if key not in rows} | failed
        self.left_out = {data: why for data, why in self.left_out.items() if data not in done} | left_out
        self.rows |= rows
        lines = ["# Every recipe, by --quick", "",
                 f"`scripts/test --only recipes`, {self.made}. A run must end in {longest:.0f} seconds (without its "
                 "evaluation), with a loss whose mean over the last tenth is below that over the first, which begins "
                 "when a queue has been filled.", "", *head,
                 *(self.rows[key] for key in sorted(self.rows, key=lambda key: (key[1], order.index(key[0]))))]
        if self.left_out or self.failed:
            lines += [""] + [f"Left out: {data} ({why})" for data, why in self.left_out.items()]
            lines += [f"Failed: {recipe} on {data}: {why}" for (recipe, data), why in self.failed.items()]
        self.path.write_text("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--data", nargs="+", default=["fashion-mnist", "letter", "words"])
    parser.add_argument("--recipes", nargs="+")
    parser.add_argument("--record", metavar="FILE", type=pathlib.Path)
    parser.add_argument("--options", nargs=argparse.REMAINDER, default=[])
    asked = parser.parse_args()
    program = str(pathlib.Path(asked.program).resolve())
    rows, failed, left_out = {}, {}, {}
    order = recipes_of(program)
    for recipe in asked.recipes or []:
        if recipe not in order:
            parser.error(f"--recipes: {recipe} is none of {', '.join(order)}")
    kept = record(asked.record, program) if asked.record else None
    print(*head, sep="\n", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        all_runs = runs(program, scratch, asked.options)
        for data in asked.data:
            for recipe in asked.recipes or order:
                wrong, seconds, losses = all_runs.run(recipe, data)
                if wrong and "scripts/data" in wrong:
                    left_out[data] = wrong
                    break
                if wrong and "does not learn from" in wrong:
                    continue
                if wrong:
                    failed[recipe, data] = " ".join(wrong.split())
                first, last = (f"{mean:.4f}" for mean in tenths(losses)) if losses else ("", "")
                rows[recipe, data] = f"| {recipe} | {data} | {seconds:.0f} | {first} | {last} |"
                print(rows[recipe, data], flush=True)
    for data, why in left_out.items():
        print(f"left out: {data} ({why})")
    for (recipe, data), why in failed.items():
        print(f"{recipe} on {data}: {why}", file=sys.stderr)
    if kept:
        kept.add(order, rows, failed, left_out)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
