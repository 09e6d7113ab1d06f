#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: check_symbols.py NM OBJECT

A header must not define a strong symbol (two units would not link), nor start the streams of <iostream>.
"""
import subprocess
import sys


def main(nm, *objects):
    listing = subprocess.run([nm, "--demangle", *objects], text=True, capture_output=True, check=True).stdout
    print(listing)
    strong = [line for line in listing.splitlines() if len(line.split()) > 2 and line.split()[1] in "TDBRC"]
    if strong:
        return "strong symbols:\n" + "\n".join(strong)
    if "std::ios_base::Init" in listing:
        return "<iostream> is included: every program would start its streams"
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
