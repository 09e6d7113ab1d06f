#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: make.py digits.csv.gz FOLDER

Writes digits-images-idx3-ubyte.gz (1797, 8, 8) and digits-labels-idx1-ubyte.gz (1797) into FOLDER, from the table that
scikit-learn ships: a line a digit, 64 grey values in 0 .. 16, then the class. The same bytes each time.
"""
import csv
import gzip
import io
import struct
import sys
from pathlib import Path


def packed(extents, values):
    """An IDX array of bytes, as gzip."""
    header = struct.pack(f">BBBB{len(extents)}I", 0, 0, 8, len(extents), *extents)
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=out, mtime=0) as file:
        file.write(header + bytes(values))
    return out.getvalue()


def main(table, folder):
    with gzip.open(table, "rt", encoding="ascii") as file:
        lines = [[int(float(number)) for number in line] for line in csv.reader(file)]
    if len(lines) != 1797 or any(len(line) != 65 for line in lines):
        sys.exit(f"make.py: {table} is not the table of 1797 digits")
    pixels = [value for line in lines for value in line[:64]]
    Path(folder, "digits-images-idx3-ubyte.gz").write_bytes(packed((1797, 8, 8), pixels))
    Path(folder, "digits-labels-idx1-ubyte.gz").write_bytes(packed((1797,), [line[64] for line in lines]))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
