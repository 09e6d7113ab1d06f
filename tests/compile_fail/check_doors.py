#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: check_doors.py TABLE COMPILER [FLAG...]

Tries the calls of one door, right and wrong. TABLE is a source whose end is a list of them: each begins with a line

    // accepted
    // refused: <text>

and is the statements up to the next one. A call that is accepted must compile. A refused one must not; the first error
that the compiler prints must have the text in it, and 60 lines at most in all. What stands before the list is compiled
once. Prints a line for each breach, and what the compiler said.
"""
import os
import re
import subprocess
import sys
import tempfile

LINES = 60
CASE = re.compile(r"^ *// (accepted|refused: (.+))\n", re.MULTILINE)


def cases(text):
    """What stands before the list; and of each call its line, what is expected (None: nothing), and its statements."""
    found = list(CASE.finditer(text))
    ends = [case.start() for case in found[1:]] + [len(text)]
    calls = [(text.count("\n", 0, case.start()) + 1, case[2], text[case.end():end]) for case, end in zip(found, ends)]
    return text[:found[0].start()], calls


def breach_of(expected, run):
    lines = run.stderr.splitlines()
    if expected is None:
        return "is refused, and must not be" if run.returncode != 0 else None
    if run.returncode == 0:
        return "compiles, and must not"
    first = next((line for line in lines if "error: " in line), "")
    if expected not in first:
        return f"'{expected}' does not stand in the first error"
    if len(lines) > LINES:
        return f"prints {len(lines)} lines, expected at most {LINES}"
    return None


def main(table, compiler, *flags):
    with open(table, encoding="utf-8") as source:
        before, calls = cases(source.read())
    command = [compiler, *flags, "-I", os.path.dirname(table)]
    is_clang = "clang" in os.path.basename(compiler)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        header, compiled = os.path.join(folder, "before.hpp"), os.path.join(folder, "before.hpp.gch")
        with open(header, "w", encoding="utf-8") as file:
            file.write(before)
        subprocess.run([*command, "-x", "c++-header", header, "-o", compiled], check=True)
        for line, expected, statements in calls:
            unit = os.path.join(folder, "call.cpp")
            with open(unit, "w", encoding="utf-8") as file:
                file.write(f'#line {line + 1} "{os.path.basename(table)}"\nvoid call() {{\n{statements}}}\n')
            with_header = ["-include-pch", compiled] if is_clang else ["-include", header]
            run = subprocess.run([*command, *with_header, "-fsyntax-only", unit], text=True, capture_output=True,
                                 env={**os.environ, "LC_ALL": "C"})
            breach = breach_of(expected, run)
            if breach:
                failed += 1
                print(f"{table}:{line}: {breach}\n{statements}{run.stderr}")
    print(f"{len(calls)} calls, {failed} of them not as expected")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
