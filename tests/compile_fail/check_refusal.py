#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: check_refusal.py CASE COMPILER [FLAG...]

Compiles CASE and checks that the compiler refuses it with the text of its line `// expect: <text>` within the
first 12 lines of what it prints; and, where the case has a line `// at most: <N> lines`, that it prints no more.
"""
import os
import re
import subprocess
import sys

LINES = 12


def main(case, compiler, *flags):
    with open(case, encoding="utf-8") as source:
        text = source.read()
    expected = re.search(r"^// expect: (.+)$", text, re.MULTILINE)
    at_most = re.search(r"^// at most: (\d+) lines$", text, re.MULTILINE)
    if not expected:
        return f"{case} has no line `// expect: <text>`"
    run = subprocess.run([compiler, *flags, "-fsyntax-only", case], text=True, capture_output=True,
                         env={**os.environ, "LC_ALL": "C"})
    print(run.stderr)
    if run.returncode == 0:
        return f"{case} compiles, and must not"
    lines = run.stderr.splitlines()
    if expected[1] not in "\n".join(lines[:LINES]):
        return f"'{expected[1]}' does not stand within the first {LINES} lines"
    if at_most and len(lines) > int(at_most[1]):
        return f"prints {len(lines)} lines, expected at most {at_most[1]}"
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
