#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: check_refusal.py CASE COMPILER [FLAG...]

Compiles CASE and checks that the compiler refuses it with the text of its line `// expect: <text>` within the
first 10 lines of what it prints.
"""
import os
import re
import subprocess
import sys

LINES = 10


def main(case, compiler, *flags):
    with open(case, encoding="utf-8") as source:
        expected = re.search(r"^// expect: (.+)$", source.read(), re.MULTILINE)
    if not expected:
        return f"{case} has no line `// expect: <text>`"
    run = subprocess.run([compiler, *flags, "-fsyntax-only", case], text=True, capture_output=True,
                         env={**os.environ, "LC_ALL": "C"})
    print(run.stderr)
    if run.returncode == 0:
        return f"{case} compiles, and must not"
    if expected[1] not in "\n".join(run.stderr.splitlines()[:LINES]):
        return f"'{expected[1]}' does not stand within the first {LINES} lines"
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
