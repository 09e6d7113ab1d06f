#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: check_standard.py COMPILER INCLUDE_DIRECTORY [HEADER...]

Under -std=c++17 each header, alone, is refused in one sentence: within the first 12 lines, and the compiler stops after
20. Without HEADER: all of INCLUDE_DIRECTORY but those adapters whose package may be missing.
"""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LEFT_OUT = {"eigen.hpp", "faiss.hpp", "hnswlib.hpp", "xtensor.hpp",  # they need a package
            "strict_floats.hpp"}  # macros alone
SENTENCE = "mixcon needs C++20: compile with -std=c++20 or later"
BEFORE, IN_ALL = 12, 20


def refusal(compiler, directory, header):
    """What is wrong with the refusal of one header, or nothing."""
    run = subprocess.run([compiler, "-std=c++17", "-I", directory, "-fsyntax-only", "-x", "c++", "-"], text=True,
                         input=f"#include <{header}>\n", capture_output=True, env={**os.environ, "LC_ALL": "C"})
    lines = run.stderr.splitlines()
    if run.returncode == 0:
        return f"{header} compiles as C++17"
    if not any(SENTENCE in line for line in lines[:BEFORE]) or len(lines) > IN_ALL:
        return "\n".join([f"{header}: {len(lines)} lines, expected '{SENTENCE}' within {BEFORE} of at most {IN_ALL}",
                          *lines[:IN_ALL]])
    return None


def main(compiler, directory, *headers):
    root = Path(directory)
    found = sorted(str(file.relative_to(root)) for file in root.rglob("*.hpp") if file.name not in LEFT_OUT)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        wrong = [r for r in pool.map(lambda header: refusal(compiler, directory, header), headers or found) if r]
    print(f"{len(headers or found)} headers with {compiler}")
    return "\n".join(wrong) or 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
