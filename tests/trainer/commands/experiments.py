#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: experiments.py PROGRAM ROOT

Every plan in ROOT/examples/trainer/experiments can be read, and every table that docs/reproductions.md shows is that of
its record: as it stands, and not after one run in a record has changed.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

program, root = sys.argv[1], pathlib.Path(sys.argv[2])
plans = root / "examples/trainer/experiments"
failures = []


def said(*arguments):
    done = subprocess.run([program, "compare", *map(str, arguments)], cwd=root, capture_output=True, text=True)
    return done.returncode, done.stderr


def check(of):
    """The status and words of `scripts/reproduce --check` in a tree."""
    done = subprocess.run([sys.executable, of / "scripts/reproduce", "--check"], capture_output=True, text=True,
                          env={**os.environ, "PROGRAM": program})
    return done.returncode, done.stdout + done.stderr


for plan in sorted(plans.glob("*.toml")):  # a plan is read before the record, which is not there
    status, words = said("--plan", plan, "--from-records", "no-such-record.json")
    if status != 2 or "no-such-record.json" not in words:
        failures.append(f"{plan.name}: {words.strip()}")

status, words = check(root)
if status != 0:
    failures.append(words.strip())

with tempfile.TemporaryDirectory() as place:
    copy = pathlib.Path(place)
    for part in ("examples/trainer/experiments", "scripts", "docs"):
        shutil.copytree(root / part, copy / part)
    for record in sorted((copy / "examples/trainer/experiments").glob("*.json")):
        whole = record.read_text()
        changed = json.loads(whole)
        for measure, share in changed["arms"][0]["runs"][0]["reached"].items():
            changed["arms"][0]["runs"][0]["reached"][measure] = 1 - share
        record.write_text(json.dumps(changed))
        if check(copy)[0] != 1:
            failures.append(f"{record.name}: another result in it leaves the page's table as it is")
        record.write_text(whole)

print("\n".join(failures) or f"{len(list(plans.glob('*.toml')))} plans, {len(list(plans.glob('*.json')))} records")
sys.exit(bool(failures))
