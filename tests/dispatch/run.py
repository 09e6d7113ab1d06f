#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Links objects of several compilers and flags into one program, which evaluates the same losses on each instruction
set. Any warning, crash or other value fails.

usage: run.py SOURCE_DIRECTORY BINARY_DIRECTORY [--full]

Without --full: g++ without flags and with -march=native, and clang where it is found, at -O2, in float, in one program.
With it: both compilers with both flags at -O0, -O1, -O2 and -O3, in float and double, linked in both orders, and each
compiler under AddressSanitizer and UndefinedBehaviorSanitizer.
"""

import os
import platform
import shutil
import subprocess
import sys

WARNINGS = ["-Wall", "-Wextra", "-Wpsabi", "-Wshadow", "-Werror"]


def run(command):
    print(" ".join(command), flush=True)
    if subprocess.run(command).returncode != 0:
        sys.exit("dispatch: failed: " + " ".join(command))


class builder:
    """Compiles units once for each set of flags."""

    def __init__(self, source, binary, full):
        self.source, self.binary = source, binary
        self.with_double = ["-DWITH_DOUBLE"] if full else []
        self.include = ["-std=c++20", "-I", source + "/include", "-I", source + "/tests"]
        os.makedirs(binary, exist_ok=True)

    def unit(self, compiler, flags, name):
        made = os.path.join(self.binary, name + "".join(flags).replace("=", "_").replace(",", "_") + ".o")
        source = self.source + "/tests/dispatch/unit.cpp"
        run([compiler, *flags, *WARNINGS, *self.include, *self.with_double, "-DUNIT=" + name,
             "-c", source, "-o", made])
        return name, made

    def program(self, compiler, flags, units, backwards=False):
        names = "".join(f"UNIT({name}) " for name, _ in units)
        objects = [made for _, made in units]
        made = os.path.join(self.binary, "dispatch")
        run([compiler, *flags, *self.include, "-DUNITS=" + names, self.source + "/tests/dispatch/main.cpp",
             *(reversed(objects) if backwards else objects), "-pthread", "-o", made])
        run([made])


def main():
    source, binary = sys.argv[1], sys.argv[2]
    full = "--full" in sys.argv
    gcc = os.environ.get("MIXCON_GCC", "g++")
    clang = next((c for c in ("clang++-16", "clang++") if shutil.which(c)), None)
    native = ["-march=native"] if platform.machine() == "x86_64" else []
    build = builder(source, binary, full)
    compilers = [(gcc, "gcc")] + ([(clang, "clang")] if clang else [])
    for level in ("-O0", "-O1", "-O2", "-O3") if full else ("-O2",):
        units = []
        for compiler, name in compilers:
            units.append(build.unit(compiler, [level], name + "_plain"))
            if native and (full or compiler == gcc):
                units.append(build.unit(compiler, [level, *native], name + "_native"))
        build.program(gcc, [level], units)
        if full:
            build.program(gcc, [level], units, backwards=True)
    if not full:
        return
    for compiler, name in compilers:
        for level in ("-O0", "-O2"):
            flags = [level, "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
            units = [build.unit(compiler, flags, name + "_plain"),
                     build.unit(compiler, [*flags, *native], name + "_native")]
            build.program(compiler, flags, units)


main()
