#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: check_cost.py COMPILER INCLUDE_DIRECTORY HEADER

A file that includes HEADER must cost the compiler, at -O1, at most 250 MB and 2.25 times the processor time that six
standard headers cost it. Memory repeats. Time depends on the machine and on its other work, so both files are compiled
in turn, and the fastest of each counts; rounds go on until the ratio is met, twelve at most.
"""
import os
import subprocess
import sys
import tempfile

MEGABYTES, RATIO, ROUNDS = 250, 2.25, 12
REFERENCE = ("algorithm", "functional", "memory", "string", "thread", "vector")


def cost(command):
    """Peak memory in MB and processor time in seconds of one run."""
    compiler = subprocess.Popen(command)
    _, status, usage = os.wait4(compiler.pid, 0)
    if status != 0:
        sys.exit("the header does not compile")
    return usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


def main(compiler, directory, header):
    with tempfile.TemporaryDirectory() as folder:

        def compile_of(name, headers):
            source = os.path.join(folder, name)
            with open(source, "w", encoding="utf-8") as unit:
                unit.writelines(f"#include <{each}>\n" for each in headers)
                unit.write("int main() {}\n")
            return [compiler, "-std=c++20", "-O1", "-I", directory, "-c", source, "-o", source + ".o"]

        reference, ours = compile_of("reference.cpp", REFERENCE), compile_of("ours.cpp", [header])
        fastest_reference = fastest = float("inf")
        for attempt in range(1, ROUNDS + 1):
            fastest_reference = min(fastest_reference, cost(reference)[1])
            megabytes, seconds = cost(ours)
            fastest = min(fastest, seconds)
            ratio = fastest / fastest_reference
            print(f"{header}: {megabytes:.0f} MB, {fastest:.2f} s, {ratio:.2f} times {fastest_reference:.2f} s")
            if megabytes > MEGABYTES:
                return f"more than {MEGABYTES} MB"
            if attempt >= 3 and ratio <= RATIO:
                return 0
    return f"more than {RATIO} times the standard headers, in {ROUNDS} rounds"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
