#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Reads an .npy file of format 1.0 by its description, without NumPy, and prints its type, shape and numbers."""
import ast
import struct
import sys

with open(sys.argv[1], "rb") as file:
    data = file.read()
assert data[:8] == b"\x93NUMPY\x01\x00", "magic number and version"
size = struct.unpack("<H", data[8:10])[0]
assert (10 + size) % 64 == 0 and data[9 + size:10 + size] == b"\n", "the header is padded and ends its line"
header = ast.literal_eval(data[10:10 + size].decode("latin-1"))
assert set(header) == {"descr", "fortran_order", "shape"} and header["fortran_order"] is False
count = 1
for extent in header["shape"]:
    count *= extent
numbers = struct.unpack({"<f4": "<%df", "<i8": "<%dq"}[header["descr"]] % count, data[10 + size:])
print(header["descr"], header["shape"], *(repr(number) for number in numbers))
