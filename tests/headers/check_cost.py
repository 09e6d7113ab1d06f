#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: check_cost.py COMPILER INCLUDE_DIRECTORY HEADER

A file that includes HEADER must cost the compiler at most 250 MB and 1.5 s of processor time at -O1. Memory repeats;
time does not on a busy machine, so the best of five attempts counts.
"""
import os
import subprocess
import sys
import tempfile

MEGABYTES, SECONDS, ATTEMPTS = 250, 1.5, 5


def cost(command):
    compiler = subprocess.Popen(command)
    _, status, usage = os.wait4(compiler.pid, 0)
    if status != 0:
        sys.exit("the header does not compile")
    return usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


def main(compiler, directory, header):
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "unit.cpp")
        with open(source, "w", encoding="utf-8") as unit:
            unit.write(f"#include <{header}>\nint main() {{}}\n")
        command = [compiler, "-std=c++20", "-O1", "-I", directory, "-c", source, "-o", os.path.join(folder, "unit.o")]
        for _ in range(ATTEMPTS):
            megabytes, seconds = cost(command)
            print(f"{header}: {megabytes:.0f} MB, {seconds:.2f} s")
            if megabytes > MEGABYTES:
                return f"more than {MEGABYTES} MB"
            if seconds <= SECONDS:
                return 0
    return f"more than {SECONDS} s, {ATTEMPTS} times"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
