#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Compares metrics.csv of a run folder with metrics.jsonl beside it, both read by Python's own readers: as many
records, in one order, the same values. Prints their count; ends with status 1 at the first difference."""
import csv
import json
import sys

with open(sys.argv[1] + "/metrics.jsonl", encoding="utf-8") as file:
    header, *records = [json.loads(line) for line in file]
with open(sys.argv[1] + "/metrics.csv", encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file))
if len(rows) != len(records):
    sys.exit(f"{len(rows)} rows for {len(records)} records")
for number, (row, record) in enumerate(zip(rows, records), 1):
    if record["run"] != header["run"]:
        sys.exit(f"record {number} is of another run")
    for name in row:
        value = record.get(name, "")
        text = value if isinstance(value, str) else json.dumps(value)
        if row[name] != text and float(row[name]) != float(text):
            sys.exit(f"record {number}: {name} is {row[name]!r} and {text!r}")
    missing = set(record) - set(row)
    if missing:
        sys.exit(f"record {number}: no column for {sorted(missing)}")
print(len(records), "records")
